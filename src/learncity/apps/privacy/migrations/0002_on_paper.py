"""Consents and requests that came on paper: where the paper is, how it came, when it was typed."""

from django.db import migrations, models

import learncity.apps.privacy.types


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_erased_persons"),
        ("privacy", "0001_consents_requests_retention"),
    ]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="channel",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
        migrations.AddField(
            model_name="consent",
            name="entered_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="request",
            name="channel",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
        migrations.AddField(
            model_name="request",
            name="entered_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="request",
            name="paper",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", ""), ("entered_at", None)),
                    models.Q(
                        (
                            "channel__in",
                            [
                                learncity.apps.privacy.types.Channel["COUNTER"],
                                learncity.apps.privacy.types.Channel["LETTER"],
                            ],
                        ),
                        ("entered_at__gte", models.F("at")),
                        ("entered_at__isnull", False),
                        models.Q(("paper", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="privacy_paper_came_somehow",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", ""), ("entered_at", None), ("paper", "")),
                    models.Q(
                        (
                            "channel__in",
                            [
                                learncity.apps.privacy.types.Channel["COUNTER"],
                                learncity.apps.privacy.types.Channel["LETTER"],
                            ],
                        ),
                        ("entered_at__gte", models.F("received_at")),
                        ("entered_at__isnull", False),
                        models.Q(("paper", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="privacy_request_on_paper_is_named",
            ),
        ),
    ]
