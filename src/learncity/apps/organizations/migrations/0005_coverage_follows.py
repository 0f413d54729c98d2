import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# Its key holds the moment in which it was entered (RFC 9562): 48 bits of milliseconds.
ENTERED = """
UPDATE organizations_covered SET placed_at = to_timestamp(
    ('x' || lpad(left(replace(id::text, '-', ''), 12), 16, '0'))::bit(64)::bigint / 1000.0
)
"""


class Migration(migrations.Migration):
    """Since when it is known what an organization covers, and what that goes on from."""

    dependencies = [("organizations", "0004_roles_are_a_room")]

    operations = [
        migrations.AddField(
            model_name="covered",
            name="placed_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.RunSQL(ENTERED, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="covered",
            name="follows",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="organizations.covered",
            ),
        ),
    ]
