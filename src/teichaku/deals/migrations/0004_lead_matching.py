import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deals", "0003_gate_decisions"),
        ("leads", "0002_lookups"),
    ]

    operations = [
        migrations.AddField(
            model_name="deal",
            name="contact",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="deal",
            name="corporate_number",
            field=models.CharField(blank=True, max_length=13),
        ),
        migrations.AddField(
            model_name="deal",
            name="domain",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="deal",
            name="email",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="deal",
            name="lead_reference",
            field=models.TextField(blank=True),
        ),
        migrations.CreateModel(
            name="DealLeadCandidate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.TextField()),
                ("confidence", models.FloatField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("confirmed", "Confirmed"), ("rejected", "Rejected")],
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "deal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="deals.deal",
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("deal", "lead"), name="deals_dealleadcandidate_deal_lead"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decision", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decision__in", ["confirmed", "rejected"]),
                            ),
                            _connector="OR",
                        ),
                        name="deals_dealleadcandidate_decision",
                    ),
                ],
            },
        ),
    ]
