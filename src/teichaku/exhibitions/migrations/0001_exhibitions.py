import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import teichaku.core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("intake", "0004_exhibition_uploads"),
        ("leads", "0005_merge_choices_and_lead_searches"),
        ("notify", "0004_letters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Exhibition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("human", "human"),
                            ("integration", "integration"),
                            ("import", "import"),
                            ("automation", "automation"),
                        ],
                        max_length=12,
                    ),
                ),
                ("actor_name", models.CharField(max_length=200)),
                ("actor_user_id", models.BigIntegerField(null=True)),
                (
                    "uid",
                    models.UUIDField(default=teichaku.core.ids.uuid7, editable=False, unique=True),
                ),
                ("venue", models.TextField(blank=True)),
                ("made_at", models.DateTimeField()),
                ("follow_up_at", models.DateTimeField(null=True)),
                ("mail_on", models.BooleanField(default=False)),
                ("mail_groups", models.JSONField(default=list)),
                ("call_ranks", models.JSONField(default=list)),
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.campaign",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MailText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.CharField(blank=True, max_length=1)),
                ("subject", models.TextField()),
                ("body", models.TextField()),
                (
                    "exhibition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="exhibitions.exhibition",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Sheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("human", "human"),
                            ("integration", "integration"),
                            ("import", "import"),
                            ("automation", "automation"),
                        ],
                        max_length=12,
                    ),
                ),
                ("actor_name", models.CharField(max_length=200)),
                ("actor_user_id", models.BigIntegerField(null=True)),
                (
                    "uid",
                    models.UUIDField(default=teichaku.core.ids.uuid7, editable=False, unique=True),
                ),
                ("file_name", models.TextField()),
                ("columns", models.JSONField(default=dict)),
                ("ranks", models.JSONField(default=dict)),
                ("basis_kind", models.CharField(blank=True, max_length=21)),
                ("obtained_on", models.DateField(null=True)),
                ("evidence", models.TextField(blank=True)),
                ("counts", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                (
                    "exhibition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="exhibitions.exhibition",
                    ),
                ),
                (
                    "upload",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.upload",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Visitor",
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
                    "group",
                    models.CharField(
                        choices=[
                            ("competitor", "Competitor"),
                            ("in_deal", "In an open deal"),
                            ("customer", "Existing customer"),
                            ("refused", "Asked for no more"),
                            ("unclear", "Cannot be reached"),
                            ("prospect", "Prospect"),
                        ],
                        max_length=10,
                    ),
                ),
                ("is_new", models.BooleanField()),
                ("rank", models.CharField(blank=True, max_length=1)),
                (
                    "rank_by",
                    models.CharField(
                        blank=True,
                        choices=[("sheet", "The sheet"), ("fit", "The fit grade")],
                        max_length=5,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("visited_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("followed_up_at", models.DateTimeField(null=True)),
                (
                    "held_back",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("off", "No mail was wanted"),
                            ("group", "Not among those to be thanked"),
                            ("no_address", "No e-mail address"),
                            ("no_basis", "No ground recorded"),
                            ("refused", "Must not be sent to"),
                            ("twice", "The same person once more"),
                        ],
                        default="",
                        max_length=21,
                    ),
                ),
                (
                    "exhibition",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visitors",
                        to="exhibitions.exhibition",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.lead",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visitors",
                        to="exhibitions.sheet",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Call",
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
                ("why", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("tried_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("talked", "Talked"),
                            ("document", "Wants documents"),
                            ("no_answer", "Not there"),
                            ("wrong", "Not mine"),
                            ("elsewhere", "Recorded elsewhere"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "task",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notify.task",
                    ),
                ),
                (
                    "visitor",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="call",
                        to="exhibitions.visitor",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="exhibition",
            index=models.Index(
                condition=models.Q(("follow_up_at__isnull", False)),
                fields=["follow_up_at"],
                name="exhibitions_exhibition_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailtext",
            constraint=models.UniqueConstraint(
                fields=("exhibition", "rank"), name="exhibitions_mailtext_rank"
            ),
        ),
        migrations.AddIndex(
            model_name="visitor",
            index=models.Index(
                fields=["exhibition", "rank", "id"], name="exhibitions_visitor_rank"
            ),
        ),
        migrations.AddIndex(
            model_name="visitor",
            index=models.Index(
                condition=models.Q(("followed_up_at", None)),
                fields=["exhibition"],
                name="exhibitions_visitor_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitor",
            constraint=models.UniqueConstraint(
                fields=("exhibition", "lead"), name="exhibitions_visitor_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="visitor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "group__in",
                        ["competitor", "in_deal", "customer", "refused", "unclear", "prospect"],
                    ),
                    ("rank__in", ["", "A", "B", "C"]),
                    ("rank_by__in", ["", "sheet", "fit"]),
                ),
                name="exhibitions_visitor_known",
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("settled_at", None)),
                fields=["owner", "due_at"],
                name="exhibitions_call_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("result__in", ["", "talked", "document", "no_answer", "wrong", "elsewhere"])
                ),
                name="exhibitions_call_known",
            ),
        ),
    ]
