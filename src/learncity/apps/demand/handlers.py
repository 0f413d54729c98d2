"""Answers to events: what is new is matched with what people wait for, and they are told."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from learncity.apps.catalogue.types import CoursesPublished
from learncity.apps.classes.types import ClassesOpened, SeatFreed
from learncity.apps.places import queries as places
from learncity.apps.places.types import PlacesReformed
from learncity.kernel.outbox import on

from . import services


@on(ClassesOpened)
def tell_of_classes(news: Sequence[ClassesOpened]) -> None:
    """Tell whoever waits for these classes; twice tells once."""
    ids = {UUID(pk) for event in news for pk in event.class_ids}
    services.meet_classes(ids, at=timezone.now())
    services.tell_due(at=timezone.now())


@on(SeatFreed)
def tell_of_seats(news: Sequence[SeatFreed]) -> None:
    """Tell whoever waits for the courses of these classes; twice tells once."""
    services.meet_seats({UUID(str(event.class_id)) for event in news}, at=timezone.now())
    services.tell_due(at=timezone.now())


@on(CoursesPublished)
def tell_of_courses(news: Sequence[CoursesPublished]) -> None:
    """Tell whoever looks for words of these courses; twice tells once."""
    ids = {UUID(pk) for event in news for pk in event.course_ids}
    services.meet_courses(ids, at=timezone.now())
    services.tell_due(at=timezone.now())


@on(PlacesReformed)
def follow_places(news: Sequence[PlacesReformed]) -> None:
    """Let wishes go with their region; twice changes nothing."""
    for event in news:
        services.follow_places(
            places.heirs_of_reform(UUID(str(event.reform_id))), at=timezone.now()
        )
