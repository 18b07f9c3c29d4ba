from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

RESERVED = (("won", "Won", 1000), ("lost", "Lost", 1001))


def add_reserved(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    stage = apps.get_model("deals", "Stage")
    for key, label, position in RESERVED:
        stage.objects.create(key=key, label=label, position=position, kind=key)


class Migration(migrations.Migration):
    dependencies = [("deals", "0001_pipeline")]
    operations = [migrations.RunPython(add_reserved, migrations.RunPython.noop)]
