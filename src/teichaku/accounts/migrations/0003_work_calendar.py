from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_rights_of_roles"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkCalendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("effective_from", models.DateTimeField()),
                ("timezone", models.CharField(max_length=64)),
                ("calendar", models.JSONField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["effective_from", "id"], name="accounts_workcalendar_from")
                ],
            },
        ),
    ]
