"""What was said of an erased person is blanked, once; that it was said stays."""

from django.db import migrations, models

from learncity.kernel.append_only import only_once_or_erased

# People who were erased before.
_BLANK = """
UPDATE assertions_assertion a SET erased_at = p.erased_at, value = NULL, evidence = '', link = '',
  checksum = '', withdrawn_because = '', withdrawn_at = coalesce(a.withdrawn_at, p.erased_at)
FROM people_person p WHERE p.id = a.person_id AND p.erased_at IS NOT NULL
"""
_BLANK_OBJECTIONS = """
UPDATE assertions_objection o SET erased_at = a.erased_at, text = '', answer = ''
FROM assertions_assertion a WHERE a.id = o.assertion_id AND a.erased_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("assertions", "0001_assertions_objections"),
        ("organizations", "0002_kin_committees_agreements"),
        ("people", "0006_erased_persons"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="assertion",
            name="assertions_vouched_with_evidence",
        ),
        migrations.RemoveConstraint(
            model_name="assertion",
            name="assertions_withdrawn_with_a_reason",
        ),
        migrations.RemoveConstraint(
            model_name="objection",
            name="assertions_answered_in_words",
        ),
        migrations.AddField(
            model_name="assertion",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="objection",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="assertion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("organization", None),
                    models.Q(("evidence", ""), _negated=True),
                    ("erased_at__isnull", False),
                    _connector="OR",
                ),
                name="assertions_vouched_with_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="assertion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at", None), ("withdrawn_because", "")),
                    models.Q(
                        ("withdrawn_at__isnull", False),
                        models.Q(("withdrawn_because", ""), _negated=True),
                    ),
                    models.Q(("erased_at__isnull", False), ("withdrawn_at__isnull", False)),
                    _connector="OR",
                ),
                name="assertions_withdrawn_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="assertion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at", None),
                    models.Q(
                        ("checksum", ""),
                        ("evidence", ""),
                        ("link", ""),
                        ("value__isnull", True),
                        ("withdrawn_at__isnull", False),
                        ("withdrawn_because", ""),
                    ),
                    _connector="OR",
                ),
                name="assertions_erased_is_blank",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at", None)),
                    models.Q(
                        ("answered_at__isnull", False), models.Q(("answer", ""), _negated=True)
                    ),
                    models.Q(("answer", ""), ("erased_at__isnull", False)),
                    _connector="OR",
                ),
                name="assertions_answered_in_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at", None), models.Q(("answer", ""), ("text", "")), _connector="OR"
                ),
                name="assertions_erased_objection_is_blank",
            ),
        ),
        *only_once_or_erased(
            "assertions_assertion",
            once=("withdrawn_at", "withdrawn_by_id", "withdrawn_because"),
            blank=("value", "evidence", "link", "checksum", "withdrawn_because"),
        ),
        *only_once_or_erased(
            "assertions_objection",
            once=("answer", "answered_by_id", "answered_at"),
            blank=("text", "answer"),
        ),
        migrations.RunSQL(_BLANK, migrations.RunSQL.noop),
        migrations.RunSQL(_BLANK_OBJECTIONS, migrations.RunSQL.noop),
    ]
