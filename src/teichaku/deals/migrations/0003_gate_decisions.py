import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import teichaku.core.ids


def note_source(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """So far deals came from files alone."""
    apps.get_model("deals", "Deal").objects.update(source="import")


class Migration(migrations.Migration):
    dependencies = [
        ("deals", "0002_reserved_stages"),
        ("leads", "0001_people_and_companies"),
        ("rulebook", "0001_revisions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GateDecision",
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
                ("at", models.DateTimeField()),
                ("gate_id", models.CharField(max_length=120)),
                ("rule_hash", models.CharField(max_length=64)),
                ("action", models.CharField(max_length=80)),
                ("mode", models.CharField(max_length=6)),
                ("result", models.CharField(max_length=6)),
                ("applied", models.BooleanField()),
                ("failing", models.JSONField(default=list)),
                ("remedies", models.JSONField(default=list)),
                ("taken", models.CharField(blank=True, default="", max_length=20)),
                ("reason", models.TextField(blank=True, default="")),
                ("seconds", models.PositiveIntegerField(null=True)),
                ("source", models.TextField(blank=True, default="")),
                ("digest", models.CharField(max_length=64)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.company",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="activity",
            name="note",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="deal",
            name="approach_again_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="deal",
            name="channel",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="leads.company",
            ),
        ),
        migrations.AddField(
            model_name="deal",
            name="competitor",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="deal",
            name="deciding_factor",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="deal",
            name="is_pending",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="deal",
            name="next_action",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="deal",
            name="next_action_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="deal",
            name="source",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="deal",
            name="unknowns",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="deal",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.CreateModel(
            name="GateReview",
            fields=[
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
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="deals.gatedecision",
                    ),
                ),
                ("wrong", models.BooleanField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="gatedecision",
            name="deal",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="deals.deal",
            ),
        ),
        migrations.AddField(
            model_name="gatedecision",
            name="revision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="rulebook.revision",
            ),
        ),
        migrations.CreateModel(
            name="Waiver",
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
                ("gate_id", models.CharField(max_length=120)),
                ("rule_hash", models.CharField(max_length=64)),
                ("action", models.CharField(max_length=80)),
                ("reason", models.TextField()),
                ("note", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("granted", "Granted"),
                            ("rejected", "Rejected"),
                            ("ended", "Ended"),
                            ("settled", "Settled"),
                            ("violated", "Violated"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("approver_role", models.CharField(max_length=20)),
                ("deputy_role", models.CharField(blank=True, default="", max_length=20)),
                ("requested_at", models.DateTimeField()),
                ("answer_due_at", models.DateTimeField(null=True)),
                ("passed_on_at", models.DateTimeField(null=True)),
                ("held_until_answered", models.BooleanField(default=False)),
                ("longest_days", models.PositiveIntegerField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_as_deputy", models.BooleanField(default=False)),
                ("answer_note", models.TextField(blank=True, default="")),
                ("valid_until", models.DateTimeField(null=True)),
                ("link_due_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="deals.deal",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rulebook.revision",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="gatedecision",
            name="waiver",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="deals.waiver",
            ),
        ),
        migrations.AddIndex(
            model_name="waiver",
            index=models.Index(
                condition=models.Q(("closed_at", None)),
                fields=["state", "id"],
                name="deals_waiver_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="waiver",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)),
                fields=("deal", "gate_id"),
                name="deals_waiver_one_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="waiver",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["open", "granted", "rejected", "ended", "settled", "violated"])
                ),
                name="deals_waiver_state",
            ),
        ),
        migrations.AddIndex(
            model_name="gatedecision",
            index=models.Index(fields=["gate_id", "at"], name="deals_gatedecision_gate_at"),
        ),
        migrations.AddConstraint(
            model_name="gatedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("result__in", ["allow", "record", "warn", "block", "waived"]),
                    ("mode__in", ["shadow", "warn", "block"]),
                ),
                name="deals_gatedecision_known",
            ),
        ),
        migrations.RunPython(note_source, migrations.RunPython.noop),
    ]
