import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import teichaku.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("notify", "0002_keys_and_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ServiceAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "via",
                    models.CharField(
                        choices=[
                            ("mail", "Mail"),
                            ("line_works", "LINE WORKS"),
                            ("chatwork", "Chatwork"),
                            ("webhook", "Slack · Teams · Google Chat · Discord"),
                        ],
                        max_length=12,
                        unique=True,
                    ),
                ),
                ("secrets", models.TextField()),
                ("written_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="DigestChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.TimeField()),
                (
                    "via",
                    models.CharField(
                        choices=[
                            ("mail", "Mail"),
                            ("line_works", "LINE WORKS"),
                            ("chatwork", "Chatwork"),
                            ("webhook", "Slack · Teams · Google Chat · Discord"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "via",
                    models.CharField(
                        choices=[
                            ("mail", "Mail"),
                            ("line_works", "LINE WORKS"),
                            ("chatwork", "Chatwork"),
                            ("webhook", "Slack · Teams · Google Chat · Discord"),
                        ],
                        max_length=12,
                    ),
                ),
                ("address", models.TextField()),
                ("made_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "via"), name="notify_channel_one_per_way"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("via__in", ["mail", "line_works", "chatwork", "webhook"]),
                            models.Q(("via", "mail"), _negated=True),
                        ),
                        name="notify_channel_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
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
                (
                    "via",
                    models.CharField(
                        choices=[
                            ("mail", "Mail"),
                            ("line_works", "LINE WORKS"),
                            ("chatwork", "Chatwork"),
                            ("webhook", "Slack · Teams · Google Chat · Discord"),
                        ],
                        max_length=12,
                    ),
                ),
                ("digest", models.BooleanField()),
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
                (
                    "notification",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delivery",
                        to="notify.notification",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["due_at", "id"],
                        name="notify_delivery_due",
                    ),
                    models.Index(
                        condition=models.Q(("message__isnull", False)),
                        fields=["message"],
                        name="notify_delivery_message",
                    ),
                    models.Index(fields=["state", "-id"], name="notify_delivery_state"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at", None), ("state__in", ["waiting", "sending"])),
                            models.Q(
                                ("settled_at__isnull", False),
                                ("state__in", ["sent", "skipped", "parked"]),
                            ),
                            _connector="OR",
                        ),
                        name="notify_delivery_settled_or_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sending"), _negated=True),
                            models.Q(("claimed_at__isnull", False), ("message__isnull", False)),
                            _connector="OR",
                        ),
                        name="notify_delivery_sent_under_token",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("group", models.CharField(max_length=12)),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("at_once", "At once"),
                            ("digest", "In the daily digest"),
                            ("app", "In Teichaku only"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "via",
                    models.CharField(
                        choices=[
                            ("mail", "Mail"),
                            ("line_works", "LINE WORKS"),
                            ("chatwork", "Chatwork"),
                            ("webhook", "Slack · Teams · Google Chat · Discord"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "group"), name="notify_preference_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("group__in", ("inputs", "deals", "handover", "meetings", "system")),
                            ("way__in", ["at_once", "digest", "app"]),
                            ("via__in", ["mail", "line_works", "chatwork", "webhook"]),
                        ),
                        name="notify_preference_known",
                    ),
                ],
            },
        ),
    ]
