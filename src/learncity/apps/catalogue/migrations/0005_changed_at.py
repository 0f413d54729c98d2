"""When a course last changed, noted by the database itself, so that others can harvest changes."""

import django.db.models.functions.datetime
from django.db import migrations, models

# A row of which nothing became different keeps its moment. What the database computes of the others
# is not there yet. The moment is that of the statement: it is never before the transaction began,
# on which harvesting relies.
_CHANGED = """
CREATE FUNCTION catalogue_course_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was catalogue_course := OLD;
BEGIN
  was.is_shown := NEW.is_shown;
  was.traits := NEW.traits;
  was.changed_at := NEW.changed_at;
  IF was IS DISTINCT FROM NEW THEN
    NEW.changed_at := clock_timestamp();
  ELSE
    NEW.changed_at := OLD.changed_at;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER catalogue_course_changed BEFORE UPDATE ON catalogue_course
  FOR EACH ROW EXECUTE FUNCTION catalogue_course_changed();
"""
_UNDO = """
DROP TRIGGER catalogue_course_changed ON catalogue_course;
DROP FUNCTION catalogue_course_changed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0004_course_traits"),
    ]

    operations = [
        migrations.AddField(
            model_name="course",
            name="changed_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False
            ),
        ),
        migrations.AddIndex(
            model_name="course",
            index=models.Index(fields=["changed_at", "id"], name="catalogue_course_by_change"),
        ),
        migrations.RunSQL(_CHANGED, _UNDO),
    ]
