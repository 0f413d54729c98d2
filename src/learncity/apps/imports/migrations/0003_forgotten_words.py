"""What was kept of senders' words goes; who had a list applied was whoever sent it, until now."""

from django.db import migrations
from django.db.models import F, Q


def forget(apps, schema_editor):
    lists = apps.get_model("imports", "Import").objects
    apps.get_model("imports", "Layout").objects.all().delete()
    lists.filter(has_files=False).update(header=[], columns={}, file_name="", mistakes=[])
    written = Q(state="DONE") | Q(state="APPLYING", row__gt=0)
    lists.filter(state="APPLYING").update(applied_by=F("by"), applied_via="DESK")
    lists.filter(written).update(applied_by=F("by"), applied_via="DESK", is_written=True)


class Migration(migrations.Migration):
    dependencies = [("imports", "0002_who_applied_and_stopped")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
