"""When every class that is there meets: its weekdays and parts of the day."""

from django.conf import settings
from django.db import migrations

_LAY_OUT = """
UPDATE classes_courseclass c SET slots = s.slots FROM (
  SELECT course_class_id,
    bit_or(1 << (7 * CASE WHEN hour < 12 THEN 0 WHEN hour < 18 THEN 1 ELSE 2 END + day)) AS slots
  FROM (
    SELECT course_class_id, extract(hour FROM starts_at AT TIME ZONE %(zone)s)::int AS hour,
      extract(isodow FROM starts_at AT TIME ZONE %(zone)s)::int - 1 AS day
    FROM classes_session WHERE cancelled_at IS NULL
  ) m GROUP BY course_class_id
) s WHERE s.course_class_id = c.id
"""


def lay_out(apps, schema_editor):
    """Fill ``slots`` from the meetings that are not cancelled."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_LAY_OUT, {"zone": settings.TIME_ZONE})


class Migration(migrations.Migration):
    dependencies = [("classes", "0003_class_traits")]
    operations = [migrations.RunPython(lay_out, migrations.RunPython.noop)]
