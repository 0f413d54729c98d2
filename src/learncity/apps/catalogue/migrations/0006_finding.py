"""Courses are found by the names they stand under; the job makes all entries again."""

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
        migrations.AddIndex(
            model_name="course",
            index=models.Index(
                condition=models.Q(("is_shown", True)),
                fields=["id"],
                include=("traits",),
                name="catalogue_traits",
            ),
        ),
        migrations.AddIndex(
            model_name="course",
            index=models.Index(
                condition=models.Q(("is_shown", False)), fields=["id"], name="catalogue_hidden"
            ),
        ),
        migrations.AddIndex(
            model_name="meaning",
            index=models.Index(
                fields=["id"], include=("course", "bits"), name="catalogue_meaning_sides"
            ),
        ),
    ]
