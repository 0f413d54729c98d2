"""Who is the same person: two functions that every room may join to, and no circles."""

from django.db import migrations

# Both walk living merges only; without any they cost one look into an index.
_ROOT = """
CREATE FUNCTION people_root(person uuid) RETURNS uuid LANGUAGE sql STABLE AS $$
  WITH RECURSIVE up(id, step) AS (
    SELECT person, 0
    UNION ALL
    SELECT m.kept_id, up.step + 1 FROM up
    JOIN people_merge m ON m.other_id = up.id AND m.ended_at IS NULL
  )
  SELECT id FROM up ORDER BY step DESC LIMIT 1
$$
"""
# Asked on the busiest reads; nearly everybody was never merged, and for them it is two looks.
_ALL_IDS = """
CREATE FUNCTION people_all_ids(person uuid) RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM people_merge WHERE other_id = person AND ended_at IS NULL)
    AND NOT EXISTS (SELECT FROM people_merge WHERE kept_id = person AND ended_at IS NULL)
  THEN
    RETURN NEXT person;
    RETURN;
  END IF;
  RETURN QUERY WITH RECURSIVE below(id) AS (
    SELECT people_root(person)
    UNION ALL
    SELECT m.other_id FROM below
    JOIN people_merge m ON m.kept_id = below.id AND m.ended_at IS NULL
  )
  SELECT below.id FROM below;
END $$
"""
# The lock makes rivals take turns; the look after it sees what they committed.
_REFUSE = """
CREATE FUNCTION people_refuse_merge_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.ended_at IS NOT NULL THEN
    RETURN NEW;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('people_no_merge_cycle', 0));
  IF people_root(NEW.kept_id) = NEW.other_id THEN
    RAISE EXCEPTION 'people_no_merge_cycle: a record would stand for itself'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'people_no_merge_cycle';
  END IF;
  RETURN NEW;
END $$
"""
_TRIGGER = """
CREATE TRIGGER people_no_merge_cycle BEFORE INSERT OR UPDATE ON people_merge
  FOR EACH ROW EXECUTE FUNCTION people_refuse_merge_cycle()
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0003_identifiers_merges_groups_residences")]

    operations = [
        migrations.RunSQL(_ROOT, "DROP FUNCTION people_root(uuid)"),
        migrations.RunSQL(_ALL_IDS, "DROP FUNCTION people_all_ids(uuid)"),
        migrations.RunSQL(_REFUSE, "DROP FUNCTION people_refuse_merge_cycle()"),
        migrations.RunSQL(_TRIGGER, "DROP TRIGGER people_no_merge_cycle ON people_merge"),
    ]
