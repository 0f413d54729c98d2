from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0005_changed_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="edition",
            name="base",
            field=models.JSONField(null=True),
        ),
    ]
