from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import teichaku.core.ids

PORTION = 5_000


def name_each(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    unnamed = apps.get_model("inputs", "Obligation").objects.filter(uid=None).order_by("pk")
    while portion := list(unnamed.only("pk")[:PORTION]):
        for row, uid in zip(portion, teichaku.core.ids.uuid7s(len(portion)), strict=True):
            row.uid = uid
        unnamed.model.objects.bulk_update(portion, ["uid"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("inputs", "0001_obligations"),
    ]

    operations = [
        migrations.AddField(
            model_name="obligation",
            name="uid",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.RunPython(name_each, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="obligation",
            name="uid",
            field=models.UUIDField(default=teichaku.core.ids.uuid7, editable=False, unique=True),
        ),
    ]
