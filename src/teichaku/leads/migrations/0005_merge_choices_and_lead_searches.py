from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import teichaku.core.ids

PORTION = 5_000


def name_each(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    unnamed = apps.get_model("leads", "MergeEntry").objects.filter(uid=None).order_by("pk")
    while portion := list(unnamed.only("pk")[:PORTION]):
        for row, uid in zip(portion, teichaku.core.ids.uuid7s(len(portion)), strict=True):
            row.uid = uid
        unnamed.model.objects.bulk_update(portion, ["uid"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("leads", "0004_merges_and_duplicates")]

    operations = [
        migrations.AddField("mergeentry", "fields", models.JSONField(default=dict)),
        migrations.AddField("mergeentry", "uid", models.UUIDField(editable=False, null=True)),
        migrations.RunPython(name_each, migrations.RunPython.noop),
        migrations.AlterField(
            "mergeentry",
            "uid",
            models.UUIDField(default=teichaku.core.ids.uuid7, editable=False, unique=True),
        ),
        migrations.RenameField("duplicatesearch", "companies", "records"),
        migrations.AddField(
            "duplicatesearch",
            "kind",
            models.CharField(max_length=7, default="company", db_default="company"),
        ),
        migrations.AddField(
            "duplicatesearch", "parts", models.PositiveSmallIntegerField(default=0, db_default=0)
        ),
        migrations.AddField("duplicatesearch", "pairs", models.JSONField(default=list)),
        migrations.AddConstraint(
            "duplicatesearch",
            models.CheckConstraint(
                condition=models.Q(("kind__in", ["lead", "company"])),
                name="leads_duplicatesearch_kind",
            ),
        ),
    ]
