from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_views"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("finished_at", None), ("parked_at__isnull", False)),
                fields=["kind"],
                name="core_job_parked",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("every_seconds__isnull", False), ("finished_at", None)),
                fields=["kind"],
                name="core_job_periodic",
            ),
        ),
    ]
