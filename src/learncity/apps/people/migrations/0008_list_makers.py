"""Which rows of lists made their person, and not only met them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0007_lists"),
    ]

    operations = [
        migrations.AddField(
            model_name="listed",
            name="is_maker",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
