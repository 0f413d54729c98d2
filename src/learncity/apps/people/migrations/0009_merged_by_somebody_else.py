from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0008_list_makers")]

    operations = [
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("by_id", models.F("kept")),
                    ("by_id", models.F("other")),
                    ("ended_by_id", models.F("kept")),
                    ("ended_by_id", models.F("other")),
                    _connector="OR",
                    _negated=True,
                ),
                name="people_merged_by_somebody_else",
            ),
        ),
    ]
