from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("demand", "0001_wishes_signals"),
    ]

    operations = [
        migrations.AddField(
            model_name="seen",
            name="times",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
    ]
