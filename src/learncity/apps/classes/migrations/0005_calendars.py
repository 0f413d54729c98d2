"""What calendars go by: how often a meeting was changed, and secret addresses of one's own."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import learncity.kernel.ids

# A change of when, where, or whether it is held at all; not of who teaches.
_REVISED = """
CREATE FUNCTION classes_session_revised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.starts_at, NEW.ends_at, NEW.mode, NEW.room_id, NEW.link, NEW.cancelled_at IS NULL)
     IS DISTINCT FROM
     (OLD.starts_at, OLD.ends_at, OLD.mode, OLD.room_id, OLD.link, OLD.cancelled_at IS NULL) THEN
    NEW.revision := OLD.revision + 1;
    NEW.revised_at := clock_timestamp();
  ELSE
    NEW.revision := OLD.revision;
    NEW.revised_at := OLD.revised_at;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER classes_session_revised BEFORE UPDATE ON classes_session
  FOR EACH ROW EXECUTE FUNCTION classes_session_revised();
"""
_UNDO = """
DROP TRIGGER classes_session_revised ON classes_session;
DROP FUNCTION classes_session_revised();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("classes", "0004_class_slots"),
        ("people", "0001_persons_accounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="revision",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="session",
            name="revised_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False
            ),
        ),
        migrations.CreateModel(
            name="CalendarAddress",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=learncity.kernel.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(_REVISED, _UNDO),
    ]
