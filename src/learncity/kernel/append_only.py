"""Tables that only grow: the database itself refuses to change or empty them.

A trigger refuses UPDATE, DELETE and TRUNCATE whoever asks; ``roles.grant`` also takes the right
away from the application, which cannot drop the trigger because it does not own the table.
"""

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
