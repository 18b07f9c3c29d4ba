from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deals", "0004_lead_matching"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("created_event__isnull", False)),
                fields=["created_event"],
                name="deals_deal_created_event",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("outcome_event__isnull", False)),
                fields=["outcome_event"],
                name="deals_deal_outcome_event",
            ),
        ),
    ]
