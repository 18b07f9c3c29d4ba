from django.conf import settings
from django.db import migrations, models

import teichaku.leads.expressions


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0001_people_and_companies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="company",
            index=models.Index(
                teichaku.leads.expressions.NameStart("name_key"), name="leads_company_name_start"
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                teichaku.leads.expressions.EmailDomain("email_key"), name="leads_lead_email_domain"
            ),
        ),
    ]
