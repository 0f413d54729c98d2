"""What holds for a person holds for all records that are the same person."""

from django.db import migrations

# A constraint sees one record. The lock makes rivals of one person take turns; the look after it
# sees what they committed. What overlapped before two records were merged stays as it was, and may
# be ended: nothing is moved by a merge.
_MEMBERS = """
CREATE FUNCTION households_refuse_second_membership() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  name text;
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.person_id = NEW.person_id AND OLD.kind = NEW.kind
    AND OLD.household_id = NEW.household_id
    AND daterange(OLD.since, OLD.until) @> daterange(NEW.since, NEW.until)
  THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(
    hashtextextended('households_member ' || people_root(NEW.person_id)::text, 0));
  SELECT CASE WHEN m.household_id = NEW.household_id THEN 'households_member_once'
              ELSE 'households_one_household_at_a_time' END INTO name
  FROM households_membership m
  WHERE m.person_id IN (SELECT people_all_ids(NEW.person_id)) AND m.person_id <> NEW.person_id
    AND (m.household_id = NEW.household_id OR (m.kind = 'HOUSEHOLD' AND NEW.kind = 'HOUSEHOLD'))
    AND daterange(m.since, m.until) && daterange(NEW.since, NEW.until)
  ORDER BY m.household_id <> NEW.household_id LIMIT 1;
  IF name IS NOT NULL THEN
    RAISE EXCEPTION '%: by another record of the same person', name
      USING ERRCODE = 'exclusion_violation', CONSTRAINT = name;
  END IF;
  RETURN NULL;
END $$
"""
_MEMBERS_TRIGGER = """
CREATE TRIGGER households_members_are_persons
  AFTER INSERT OR UPDATE ON households_membership
  FOR EACH ROW EXECUTE FUNCTION households_refuse_second_membership()
"""
_MANDATES = """
CREATE FUNCTION households_refuse_second_mandate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  principal uuid := people_root(NEW.principal_id);
  delegate uuid := people_root(NEW.delegate_id);
BEGIN
  IF NEW.ended_at IS NOT NULL OR NEW.accepted_at IS NULL OR (TG_OP = 'UPDATE'
    AND OLD.ended_at IS NULL AND OLD.accepted_at IS NOT NULL
    AND OLD.principal_id = NEW.principal_id AND OLD.delegate_id = NEW.delegate_id)
  THEN
    RETURN NULL;
  END IF;
  IF principal = delegate THEN
    RAISE EXCEPTION 'households_nobody_is_their_own_delegate: by another record of theirs'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'households_nobody_is_their_own_delegate';
  END IF;
  IF people_root(NEW.registered_by_id) IN (principal, delegate) THEN
    RAISE EXCEPTION 'households_officer_registers_others: by another record of theirs'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'households_officer_registers_others';
  END IF;
  PERFORM pg_advisory_xact_lock(
    hashtextextended('households_mandate ' || principal::text || delegate::text, 0));
  IF EXISTS (
    SELECT FROM households_mandate m
    WHERE m.principal_id IN (SELECT people_all_ids(principal))
      AND m.delegate_id IN (SELECT people_all_ids(delegate))
      AND m.id <> NEW.id AND m.ended_at IS NULL AND m.accepted_at IS NOT NULL
  ) THEN
    RAISE EXCEPTION 'households_one_mandate_between_two: by other records of the same people'
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'households_one_mandate_between_two';
  END IF;
  RETURN NULL;
END $$
"""
_MANDATES_TRIGGER = """
CREATE TRIGGER households_mandates_are_between_persons
  AFTER INSERT OR UPDATE ON households_mandate
  FOR EACH ROW EXECUTE FUNCTION households_refuse_second_mandate()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("households", "0002_relations"),
        ("people", "0006_erased_persons"),
    ]

    operations = [
        migrations.RunSQL(_MEMBERS, "DROP FUNCTION households_refuse_second_membership()"),
        migrations.RunSQL(
            _MEMBERS_TRIGGER,
            "DROP TRIGGER households_members_are_persons ON households_membership",
        ),
        migrations.RunSQL(_MANDATES, "DROP FUNCTION households_refuse_second_mandate()"),
        migrations.RunSQL(
            _MANDATES_TRIGGER,
            "DROP TRIGGER households_mandates_are_between_persons ON households_mandate",
        ),
    ]
