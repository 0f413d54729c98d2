"""Who acts for an organization is kept by the room ``roles``, which has taken all rows over."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0003_placed"),
        ("roles", "0001_grants_reviews"),
    ]

    operations = [migrations.DeleteModel(name="StaffRole")]
