import django.utils.timezone
from django.db import migrations, models

# Their keys hold the moment in which they were entered (RFC 9562): 48 bits of milliseconds.
ENTERED = """
UPDATE {table} SET placed_at = to_timestamp(
    ('x' || lpad(left(replace(id::text, '-', ''), 12), 16, '0'))::bit(64)::bigint / 1000.0
)
"""
TABLES = ("organizations_organization", "organizations_venue", "organizations_office")


class Migration(migrations.Migration):
    """Since when it is known where seats, sites and offices lie."""

    dependencies = [
        ("organizations", "0002_kin_committees_agreements"),
        ("places", "0002_versions_reforms_flows"),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name=name,
                name="placed_at",
                field=models.DateTimeField(default=django.utils.timezone.now),
            )
            for name in ("organization", "venue", "office")
        ),
        *(
            migrations.RunSQL(ENTERED.format(table=table), migrations.RunSQL.noop)
            for table in TABLES
        ),
    ]
