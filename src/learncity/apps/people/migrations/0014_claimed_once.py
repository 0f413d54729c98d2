"""Of several living cards of a person that say the same number, the first claims it."""

from django.db import migrations

_REFER = """
UPDATE people_identifier i SET claim = NULL, same_as_id = f.id FROM (
  SELECT DISTINCT ON (claim) id, claim FROM people_identifier
  WHERE ended_at IS NULL ORDER BY claim, id
) f
WHERE i.claim = f.claim AND i.id <> f.id AND i.ended_at IS NULL
"""
_CLAIM_EACH = """
UPDATE people_identifier i SET claim = f.claim, same_as_id = NULL
FROM people_identifier f WHERE f.id = i.same_as_id AND i.claim IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0013_second_cards")]

    operations = [migrations.RunSQL(_REFER, _CLAIM_EACH)]
