"""What there is to learn. Open to anybody."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.types import CATEGORY_NAMES, Category, CourseValue
from learncity.apps.classes import queries as classes
from learncity.apps.organizations import queries as organizations
from learncity.rest.cursors import after_count
from learncity.rest.openapi import refusals
from learncity.rest.shapes import courses as shapes
from learncity.rest.shapes.classes import CourseClass
from learncity.rest.shapes.common import Cursor, Limit, Search, Slug, labels, page_of

from .common import found, providers_of

router = Router(tags=["Learn"])

# The catalogue ranks so many matches of a search and orders the rest otherwise.


@router.get("/categories", auth=None, response={200: shapes.Categories})
def list_categories(request: HttpRequest) -> shapes.Categories:
    """List the six categories with how many courses each has."""
    counts = catalogue.counts()
    items = [
        shapes.CategoryCount(
            category=category,
            name=labels(CATEGORY_NAMES[category]),
            page=page_of(f"/categories/{category.slug}/"),
            courses=counts[category],
        )
        for category in Category
    ]
    return shapes.Categories(items=items)


@router.get("/courses", auth=None, response={200: shapes.Courses, **refusals(404)})
def list_courses(
    request: HttpRequest,
    q: Search = "",
    category: Category | None = None,
    provider: Slug | None = None,
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> shapes.Courses:
    """List courses, each with its next open class.

    With `q`, those that hold every word of it, in any language and with or without diacritics, the
    best match first; of more than 2,000, and without `q`, the newest first.
    """
    by = found(organizations.find_organization(provider)).id if provider else None
    text, total = q.strip(), 0

    def ask(offset: int, count: int) -> tuple[CourseValue, ...]:
        nonlocal total
        page = catalogue.search(
            text=text, category=category, provider_id=by, offset=offset, limit=count
        )
        total = page.total
        return page.items

    part = after_count(
        request,
        "courses",
        ask,
        identity=lambda course: course.key,
        cursor=cursor,
        limit=limit,
    )
    at = timezone.now()
    coming = classes.next_classes([course.id for course in part.items], at=at)
    providers = providers_of(coming.values())
    items = []
    for course in part.items:
        card = coming.get(course.id)
        following = CourseClass.of(card, providers=providers, at=at) if card else None
        known = dict(shapes.Course.of(course))
        items.append(shapes.CourseInList(**known, next_class=following))
    return shapes.Courses(items=items, total=total, next=part.next)


@router.get("/courses/{key}", auth=None, response={200: shapes.CourseDetail})
def get_course(request: HttpRequest, key: Slug) -> shapes.CourseDetail:
    """Say what a course is, with its classes that are not over."""
    course, at = found(catalogue.find_course(key)), timezone.now()
    cards = classes.classes_of_course(course.id, at=at)
    providers = providers_of(cards)
    return shapes.CourseDetail(
        **dict(shapes.Course.of(course)),
        classes=[CourseClass.of(card, providers=providers, at=at) for card in cards],
    )
