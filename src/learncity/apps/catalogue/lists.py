"""The lists of the catalogue: what a subject is called, and since when. For this room only."""

from collections.abc import Collection, Mapping
from datetime import date

from .models import Subject, SubjectName
from .types import Category


def rename(
    key: str, was: Collection[str], category: Category, name: Mapping[str, str], *, on: date
) -> None:
    """Make a subject, or call one otherwise from a day on; its old addresses keep leading to it.

    Args:
        was: keys it had before; one that never was becomes an address all the same.
    """
    found = Subject.objects.filter(key=key).first()
    if found is None:
        found = Subject.objects.filter(key__in=was).order_by("id").first()
    is_new = found is None
    subject = found or Subject()
    is_same = subject.key == key and dict(subject.name) == dict(name)
    subject.key, subject.category, subject.name = key, category, dict(name)
    subject.ended_at = None
    subject.save()
    if not is_same:
        now = SubjectName.objects.filter(subject=subject, until=None)
        now.filter(since=on).delete()
        now.update(until=on)
        SubjectName.objects.create(
            subject=subject, key=key, name=dict(name), since=None if is_new else on
        )
    known = set(SubjectName.objects.filter(subject=subject).values_list("key", flat=True))
    SubjectName.objects.bulk_create(
        SubjectName(subject=subject, key=old) for old in sorted({*was} - known - {key})
    )
