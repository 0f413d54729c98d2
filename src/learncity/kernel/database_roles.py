"""What each database role may do. Run as the owner after every migration; safe to repeat.

``learncity_owner`` owns and migrates. ``learncity_app`` runs: it reads and writes rows, but has no
right to change an append-only table, to empty any table or to alter one. ``learncity_reader`` sees
the schema ``facts`` and nothing else.
"""

from django.db import connection

APP, READER = "learncity_app", "learncity_reader"

_GRANTS = f"""
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {APP};
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {APP};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {APP};
GRANT USAGE ON SCHEMA facts TO {APP}, {READER};
GRANT SELECT ON ALL TABLES IN SCHEMA facts TO {APP}, {READER};
"""

_APPEND_ONLY = """
SELECT c.oid::regclass::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname = 'append_only'
"""


def append_only_tables() -> list[str]:
    """The tables that carry the refusing trigger."""
    with connection.cursor() as cursor:
        cursor.execute(_APPEND_ONLY)
        return sorted(row[0] for row in cursor.fetchall())


def grant() -> None:
    """Give each role exactly its rights in the current database."""
    protected = append_only_tables()
    with connection.cursor() as cursor:
        cursor.execute(_GRANTS)
        for table in protected:
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APP}")
