from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0003_uploads_and_undo"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="upload",
            name="intake_upload_known",
        ),
        migrations.AlterField(
            model_name="upload",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("import", "Import"),
                    ("diagnosis", "Diagnosis"),
                    ("exhibition", "Exhibition"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("purpose__in", ["import", "diagnosis", "exhibition"]),
                    ("state__in", ["choosing", "waiting", "running", "done", "failed"]),
                ),
                name="intake_upload_known",
            ),
        ),
    ]
