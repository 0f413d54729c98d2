"""A living number is claimed by one row; another card that says the same refers to it."""

from django.db import migrations, models

# Deferred: within a transaction a claim may pass on. Whoever adds a card holds the row that claims
# the number, so that it does not end meanwhile; whoever ends that looks after all others committed.
_TRIGGERS = """
CREATE FUNCTION people_refuse_card_of_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE card people_identifier;
BEGIN
  SELECT * INTO card FROM people_identifier WHERE id = NEW.id;
  IF card.same_as_id IS NULL OR card.ended_at IS NOT NULL THEN
    RETURN NULL;
  END IF;
  PERFORM FROM people_identifier f
  WHERE f.id = card.same_as_id AND f.person_id = card.person_id AND f.kind <> card.kind
  AND f.claim IS NOT NULL AND f.ended_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no living number of this person on another card that it says again'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'people_card_of_a_living_number';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER people_card_of_a_living_number AFTER INSERT OR UPDATE ON people_identifier
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.same_as_id IS NOT NULL AND NEW.ended_at IS NULL)
EXECUTE FUNCTION people_refuse_card_of_nothing();

CREATE FUNCTION people_refuse_left_card() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM people_identifier i WHERE i.same_as_id = NEW.id AND i.ended_at IS NULL) THEN
    RAISE EXCEPTION 'another living card says this number again and claims it not'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'people_card_of_a_living_number';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER people_claim_passes_on AFTER UPDATE ON people_identifier
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD.ended_at IS NULL AND OLD.claim IS NOT NULL
  AND (NEW.ended_at IS NOT NULL OR NEW.claim IS NULL))
EXECUTE FUNCTION people_refuse_left_card();
"""
_NO_TRIGGERS = """
DROP TRIGGER people_claim_passes_on ON people_identifier;
DROP TRIGGER people_card_of_a_living_number ON people_identifier;
DROP FUNCTION people_refuse_left_card();
DROP FUNCTION people_refuse_card_of_nothing();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0014_claimed_once")]

    operations = [
        migrations.AddConstraint(
            model_name="identifier",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("claim",),
                name="people_identifier_of_one_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="identifier",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("same_as__isnull", False)),
                fields=("same_as", "kind"),
                name="people_identifier_stated_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="identifier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), _negated=True),
                    models.Q(
                        ("sealed__isnull", False),
                        ("signs__isnull", False),
                        models.Q(
                            ("claim__isnull", False), ("same_as__isnull", False), _connector="XOR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="people_living_identifier_is_whole",
            ),
        ),
        migrations.RunSQL(_TRIGGERS, _NO_TRIGGERS),
    ]
