"""Ranges between two columns, for constraints that nothing overlaps."""

from django.contrib.postgres.fields.ranges import DateRangeField, DateTimeRangeField
from django.db.models import Func


class TsTzRange(Func):
    """From a moment, included, to a moment, excluded."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class DateRange(Func):
    """From a day, included, to a day, excluded."""

    function = "DATERANGE"
    output_field = DateRangeField()
