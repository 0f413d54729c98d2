from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0007_pull"),
    ]

    operations = [
        migrations.AddField(
            model_name="edition",
            name="base",
            field=models.JSONField(null=True),
        ),
    ]
