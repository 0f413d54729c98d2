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
