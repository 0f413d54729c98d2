"""Who is a partner already when accreditation begins is accredited."""

from django.db import migrations

_ACCREDIT = """
INSERT INTO organizations_accreditation
  (id, organization_id, state, asked_at, words, reason, evidence, decided_at)
SELECT gen_random_uuid(), o.id, 'GIVEN', now(), '', 'Was a partner when accreditation began.',
       'The register of that day.', now()
FROM organizations_organization o WHERE o.ended_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("organizations", "0006_standing")]

    operations = [migrations.RunSQL(_ACCREDIT, migrations.RunSQL.noop)]
