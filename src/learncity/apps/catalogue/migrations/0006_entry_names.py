"""Courses are found by the names they stand under: all entries are made again by the job."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0005_changed_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="of_names",
            field=models.BinaryField(default=b""),
        ),
    ]
