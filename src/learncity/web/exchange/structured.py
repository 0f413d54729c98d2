"""What a course or a class is, for programs: in its page, and at an address of its own."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import override
from django.views.decorators.http import require_safe

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.types import CourseValue
from learncity.apps.classes import queries as classes
from learncity.apps.classes.types import ClassCard, ClassDetail, TaughtTime
from learncity.kernel.access import everyone
from learncity.web.pagecache import for_strangers

from . import schema_org
from .schema_org import Thing


def of_course(value: CourseValue, cards: list[ClassCard], at: datetime) -> SafeString:
    """A course with its next classes, for the script of its page; one query."""
    shown = cards[: schema_org.ON_PAGE]
    times = classes.taught_times([card.id for card in shown])
    thing = schema_org.course(value, shown, times, say=schema_org.in_one_language, at=at)
    return schema_org.script(thing)


def of_class(detail: ClassDetail, at: datetime) -> SafeString:
    """A class, for the script of its page; no query."""
    return schema_org.script(_class_thing(detail, schema_org.in_one_language, at))


def _class_thing(detail: ClassDetail, say: schema_org.Say, at: datetime) -> Thing:
    lengths = [s.ends_at - s.starts_at for s in detail.sessions if not s.is_cancelled]
    time = TaughtTime.of(lengths)
    return schema_org.course_class(detail.card, time, say=say, at=at, language=detail.language)


@everyone
@require_safe
@for_strangers(seconds=60)
def course_data(request: HttpRequest, key: str) -> HttpResponse:
    """A course with all its classes that are not over, in every language."""
    found, at = catalogue.find_course(key), timezone.now()
    if found is None:
        raise Http404
    cards = classes.classes_of_course(found.id, at=at)
    times = classes.taught_times([card.id for card in cards])
    with override("en"):
        return _answer(
            schema_org.course(found, cards, times, say=schema_org.in_all_languages, at=at)
        )


@everyone
@require_safe
@for_strangers(seconds=60)
def class_data(request: HttpRequest, class_key: str) -> HttpResponse:
    """A class, in every language."""
    found = classes.find_class(class_key)
    if found is None or not found.is_shown:
        raise Http404
    with override("en"):
        return _answer(_class_thing(found, schema_org.in_all_languages, timezone.now()))


def _answer(thing: Thing) -> HttpResponse:
    options = {"ensure_ascii": False}
    return JsonResponse(thing, content_type="application/ld+json", json_dumps_params=options)
