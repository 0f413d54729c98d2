"""Tables that only grow: the database itself refuses to change or empty them.

A trigger refuses UPDATE, DELETE and TRUNCATE whoever asks; ``database_roles.grant`` also takes the
right away from the application, which cannot drop the trigger because it does not own the table.
"""

from collections.abc import Sequence

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION kernel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation', HINT = 'Write a new row that corrects the old one.';
END $$
"""

_TRIGGERS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{table}"
  FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON "{table}"
  FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();
"""

_UNDO = """
DROP TRIGGER append_only ON "{table}";
DROP TRIGGER append_only_truncate ON "{table}";
"""


def refusal_function() -> migrations.RunSQL:
    """The operation that makes the refusing function; once, in the kernel's first migration."""
    return migrations.RunSQL(_FUNCTION, "DROP FUNCTION kernel_refuse_change()")


def append_only(table: str) -> migrations.RunSQL:
    """The operation that makes a table append-only, for a room's migration."""
    return migrations.RunSQL(_TRIGGERS.format(table=table), _UNDO.format(table=table))


_ONCE = """
CREATE TRIGGER only_once BEFORE UPDATE OR DELETE ON "{table}"
  FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change_but({columns});
"""
_ONCE_FUNCTION = """
CREATE OR REPLACE FUNCTION kernel_refuse_change_but() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was jsonb := to_jsonb(OLD);
  name text;
BEGIN
  IF TG_OP = 'UPDATE' AND was - TG_ARGV = to_jsonb(NEW) - TG_ARGV THEN
    FOREACH name IN ARRAY TG_ARGV LOOP
      IF was->name NOT IN ('null', '""') AND was->name <> to_jsonb(NEW)->name THEN
        RAISE EXCEPTION '% of % is written once', name, TG_TABLE_NAME
          USING ERRCODE = 'restrict_violation';
      END IF;
    END LOOP;
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation', HINT = 'Write a new row that corrects the old one.';
END $$
"""


def only_once(table: str, *columns: str) -> list[migrations.RunSQL]:
    """Operations after which rows of a table are never changed or deleted.

    Only what is still empty in the named columns may be filled in, once: how a row was ended.
    """
    named = ", ".join(f"'{column}'" for column in columns)
    return [
        migrations.RunSQL(_ONCE_FUNCTION, migrations.RunSQL.noop),
        migrations.RunSQL(
            _ONCE.format(table=table, columns=named), f'DROP TRIGGER only_once ON "{table}"'
        ),
    ]


_ERASING_FUNCTION = """
CREATE OR REPLACE FUNCTION kernel_refuse_change_but_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  once text[] := string_to_array(TG_ARGV[0], ' ');
  blank text[] := string_to_array(TG_ARGV[1], ' ');
  was jsonb := to_jsonb(OLD);
  now_is jsonb;
  erasing boolean := false;
  name text;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    now_is := to_jsonb(NEW);
    erasing := was->'erased_at' = 'null' AND now_is->'erased_at' <> 'null';
    IF erasing THEN
      FOREACH name IN ARRAY blank LOOP
        erasing := erasing AND now_is->name IN ('null', '""');
      END LOOP;
      was := was - blank - 'erased_at';
      now_is := now_is - blank - 'erased_at';
    END IF;
    IF was - once = now_is - once THEN
      FOREACH name IN ARRAY once LOOP
        IF was->name NOT IN ('null', '""') AND was->name <> now_is->name THEN
          RAISE EXCEPTION '% of % is written once', name, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
        END IF;
      END LOOP;
      IF erasing OR to_jsonb(OLD)->'erased_at' = to_jsonb(NEW)->'erased_at' THEN
        RETURN NEW;
      END IF;
    END IF;
  END IF;
  RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation', HINT = 'Write a new row that corrects the old one.';
END $$
"""
_ERASING = """
CREATE TRIGGER only_once BEFORE UPDATE OR DELETE ON "{table}"
  FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change_but_erasing('{once}', '{blank}');
"""


def only_once_or_erased(
    table: str, *, once: Sequence[str], blank: Sequence[str]
) -> list[migrations.RunSQL]:
    """Operations that let ``only_once`` rows also be erased: blanked as a whole, once, for good.

    In the statement that fills ``erased_at``, all of ``blank`` are empty afterwards, and nothing
    else changes but what ``once`` allows. Takes the place of an ``only_once`` trigger.
    """
    new = _ERASING.format(table=table, once=" ".join(once), blank=" ".join(blank))
    old = _ONCE.format(table=table, columns=", ".join(f"'{column}'" for column in once))
    drop = f'DROP TRIGGER only_once ON "{table}"'
    return [
        migrations.RunSQL(_ERASING_FUNCTION, migrations.RunSQL.noop),
        migrations.RunSQL([drop, new], [drop, old]),
    ]
