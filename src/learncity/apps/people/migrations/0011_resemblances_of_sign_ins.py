"""Somebody who signs in may resemble a record of the office, with no list that says so."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0010_merge_proposals"),
    ]

    operations = [
        migrations.AlterField(
            model_name="resemblance",
            name="people_list",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.peoplelist",
            ),
        ),
    ]
