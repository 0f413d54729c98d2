"""Another card of a person that says the same number: a place for it, and lighter indexes."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0012_names_by_signs")]

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
    ]
