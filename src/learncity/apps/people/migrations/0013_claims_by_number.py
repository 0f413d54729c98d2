"""A living number is claimed by one row; another card that says the same refers to it."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# Of several living cards of a person that say the same number, the first claims it.
_REFER = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE people_identifier i SET claim = NULL, same_as_id = f.id FROM (
  SELECT DISTINCT ON (claim) id, claim FROM people_identifier
  WHERE ended_at IS NULL ORDER BY claim, id
) f
WHERE i.claim = f.claim AND i.id <> f.id AND i.ended_at IS NULL;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0012_names_by_signs"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="identifier",
            name="people_identifier_of_one_person",
        ),
        migrations.RemoveConstraint(
            model_name="identifier",
            name="people_identifier_stated_once",
        ),
        migrations.RemoveConstraint(
            model_name="identifier",
            name="people_living_identifier_is_whole",
        ),
        migrations.RemoveIndex(
            model_name="identifier",
            name="people_identifier_signs",
        ),
        migrations.RemoveIndex(
            model_name="identifier",
            name="people_identifier_claim",
        ),
        migrations.AddField(
            model_name="identifier",
            name="same_as",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.identifier",
            ),
        ),
        migrations.RunSQL(_REFER, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="identifier",
            index=django.contrib.postgres.indexes.HashIndex(
                fields=["signs"], name="people_identifier_signs"
            ),
        ),
        migrations.AddIndex(
            model_name="identifier",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)),
                fields=["claim"],
                name="people_ended_claim",
            ),
        ),
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
    ]
