import django.db.models.deletion
from django.db import migrations, models

import teichaku.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0002_saved_mappings"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="error",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="importrun",
            name="header",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="importrun",
            name="mapping",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="importrun",
            name="notes",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="importrun",
            name="undo_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="importrun",
            name="undo_counts",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="importrun",
            name="undone_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Upload",
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
                (
                    "purpose",
                    models.CharField(
                        choices=[("import", "Import"), ("diagnosis", "Diagnosis")], max_length=9
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("choosing", "Choosing"),
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="choosing",
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("language", models.CharField(max_length=10)),
                ("options", models.JSONField(default=dict)),
                ("rows_done", models.BigIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                ("message", models.TextField(blank=True, default="")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at", None)),
                        fields=["at"],
                        name="intake_upload_unfinished",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("purpose__in", ["import", "diagnosis"]),
                            ("state__in", ["choosing", "waiting", "running", "done", "failed"]),
                        ),
                        name="intake_upload_known",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="importrun",
            name="upload",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="runs",
                to="intake.upload",
            ),
        ),
        migrations.CreateModel(
            name="ImportedRows",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table", models.CharField(max_length=60)),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("done_from", models.BigIntegerField(null=True)),
                ("kept", models.BooleanField(default=False)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="added",
                        to="intake.importrun",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["run", "table", "last"], name="intake_importedrows_run"),
                    models.Index(fields=["table", "first"], name="intake_importedrows_first"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first__lte", models.F("last"))),
                        name="intake_importedrows_order",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadedFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.TextField()),
                ("size", models.BigIntegerField()),
                ("maps", models.JSONField(default=list)),
                ("problem", models.TextField(blank=True, default="")),
                ("found", models.JSONField(default=dict)),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="intake.upload",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("upload", "position"), name="intake_uploadedfile_position"
                    )
                ],
            },
        ),
    ]
