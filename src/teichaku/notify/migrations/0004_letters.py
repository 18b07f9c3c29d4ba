from django.db import migrations, models

import teichaku.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("notify", "0003_deliveries"),
    ]

    operations = [
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "uid",
                    models.UUIDField(default=teichaku.core.ids.uuid7, editable=False, unique=True),
                ),
                ("key", models.CharField(max_length=200, unique=True)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("transactional", "Direct answer"),
                            ("advertising", "Advertising mail"),
                        ],
                        max_length=13,
                    ),
                ),
                ("address", models.TextField()),
                ("lead_id", models.BigIntegerField(null=True)),
                ("language", models.CharField(max_length=8)),
                ("subject", models.TextField()),
                ("body", models.TextField()),
                ("link", models.TextField(blank=True, default="")),
                ("link_label", models.TextField(blank=True, default="")),
                ("queued_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("skipped", "Not needed"),
                            ("parked", "Needs a decision"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("message", models.UUIDField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=40)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["due_at", "id"],
                        name="notify_letter_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "sending")),
                        fields=["claimed_at"],
                        name="notify_letter_sending",
                    ),
                    models.Index(fields=["state", "-id"], name="notify_letter_state"),
                    models.Index(fields=["lead_id"], name="notify_letter_lead"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["transactional", "advertising"])),
                        name="notify_letter_known_purpose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at", None), ("state__in", ["waiting", "sending"])),
                            models.Q(
                                ("settled_at__isnull", False),
                                ("state__in", ["sent", "skipped", "parked"]),
                            ),
                            _connector="OR",
                        ),
                        name="notify_letter_settled_or_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sending"), _negated=True),
                            models.Q(("claimed_at__isnull", False), ("message__isnull", False)),
                            _connector="OR",
                        ),
                        name="notify_letter_sent_under_token",
                    ),
                ],
            },
        ),
    ]
