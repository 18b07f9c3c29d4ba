from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("leads", "0005_merge_choices_and_lead_searches")]

    operations = [
        migrations.AlterField(
            model_name="lead",
            name="kind",
            field=models.CharField(
                choices=[("known", "Known"), ("anonymous", "Anonymous"), ("erased", "Erased")],
                default="known",
                max_length=9,
            ),
        ),
        migrations.RemoveConstraint(model_name="lead", name="leads_lead_kind"),
        migrations.AddConstraint(
            model_name="lead",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=["known", "anonymous", "erased"]), name="leads_lead_kind"
            ),
        ),
    ]
