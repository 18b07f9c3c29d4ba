import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import teichaku.core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("consent", "0001_grounds_and_refusals"),
        ("leads", "0005_merge_choices_and_lead_searches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BlockedAddress",
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
                ("pattern", models.TextField(unique=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Form",
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
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.TextField()),
                ("draft", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("edited_at", models.DateTimeField()),
                ("archived_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="FormRevision",
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
                ("number", models.PositiveIntegerField()),
                ("hash", models.CharField(max_length=64)),
                ("document", models.JSONField()),
                ("at", models.DateTimeField()),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="forms.form",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="form",
            name="published",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="forms.formrevision",
            ),
        ),
        migrations.CreateModel(
            name="Submission",
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
                ("nonce", models.CharField(max_length=32, unique=True)),
                ("at", models.DateTimeField()),
                ("language", models.CharField(max_length=8)),
                ("values", models.JSONField()),
                ("email_key", models.TextField()),
                ("consented", models.BooleanField(default=False)),
                ("page", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("taken", "Taken in"),
                            ("review", "To be looked at"),
                            ("discarded", "Discarded"),
                        ],
                        max_length=9,
                    ),
                ),
                ("suspicions", models.JSONField(default=list)),
                ("marks", models.JSONField(default=list)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "consent_text",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consent.consenttext",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.lead",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="forms.formrevision",
                    ),
                ),
                ("visitor", models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked", models.PositiveSmallIntegerField(default=1)),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmation",
                        to="forms.submission",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Suggestion",
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
                ("field", models.CharField(max_length=20)),
                ("recorded", models.TextField()),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                ("used", models.BooleanField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suggestions",
                        to="forms.submission",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="formrevision",
            constraint=models.UniqueConstraint(
                fields=("form", "number"), name="forms_formrevision_number"
            ),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["revision", "-id"], name="forms_submission_revision"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["email_key", "at"], name="forms_submission_email"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                condition=models.Q(("state", "review")),
                fields=["-id"],
                name="forms_submission_review",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lead__isnull", False), ("state", "taken")),
                    models.Q(("lead", None), ("state__in", ["review", "discarded"])),
                    _connector="OR",
                ),
                name="forms_submission_taken_has_lead",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("consented", False), ("consent_text__isnull", False), _connector="OR"
                ),
                name="forms_submission_consented_to_a_text",
            ),
        ),
        migrations.AddIndex(
            model_name="suggestion",
            index=models.Index(
                condition=models.Q(("used", None)), fields=["lead"], name="forms_suggestion_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.UniqueConstraint(
                fields=("submission", "field"), name="forms_suggestion_once"
            ),
        ),
    ]
