"""Two records that both sign in are joined by two of the office: one proposes, one confirms."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

import learncity.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0009_merged_by_somebody_else"),
    ]

    operations = [
        migrations.CreateModel(
            name="MergeProposal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=learncity.kernel.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("SAME_DOCUMENT", "SAME_DOCUMENT"),
                            ("PERSON_SAYS", "PERSON_SAYS"),
                            ("NEW_NUMBER", "NEW_NUMBER"),
                            ("OFFICE_MISTAKE", "OFFICE_MISTAKE"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by_id", models.UUIDField()),
                ("until", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("CONFIRMED", "CONFIRMED"),
                            ("REFUSED", "REFUSED"),
                            ("LAPSED", "LAPSED"),
                        ],
                        max_length=10,
                        null=True,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by_id", models.UUIDField(null=True)),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.comparison.Least("kept", "other"),
                        django.db.models.functions.comparison.Greatest("kept", "other"),
                        condition=models.Q(("outcome", None)),
                        name="people_proposed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kept", models.F("other")), _negated=True),
                        name="people_proposal_of_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_by_id", models.F("by_id")),
                            ("outcome", "CONFIRMED"),
                            _negated=True,
                        ),
                        name="people_confirmed_by_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("by_id", models.F("kept")),
                            ("by_id", models.F("other")),
                            ("answered_by_id", models.F("kept")),
                            ("answered_by_id", models.F("other")),
                            _connector="OR",
                            _negated=True,
                        ),
                        name="people_proposed_by_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at", None), ("answered_by_id", None), ("outcome", None)
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by_id", None),
                                ("outcome", "LAPSED"),
                                ("outcome__isnull", False),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by_id__isnull", False),
                                ("outcome__in", ["CONFIRMED", "REFUSED"]),
                                ("outcome__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="people_proposal_answered_in_full",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("at"))),
                        name="people_proposal_has_time",
                    ),
                ],
            },
        ),
    ]
