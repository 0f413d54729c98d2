"""What there is to learn. Open to anybody."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.types import CATEGORY_NAMES, Category
from learncity.apps.classes import queries as classes
from learncity.apps.organizations import queries as organizations
from learncity.apps.places import queries as places
from learncity.rest.cursors import after_count
from learncity.rest.openapi import refusals
from learncity.rest.shapes import courses as shapes
from learncity.rest.shapes.classes import CourseClass
from learncity.rest.shapes.common import Cursor, Limit, Named, Search, Slug, Words, labels, page_of

from .common import city_and_region, found, providers_of

router = Router(tags=["Learn"])


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
    narrowed: Query[shapes.Narrowed],
    q: Search = "",
    provider: Slug | None = None,
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> shapes.Courses:
    """List courses, each with its next open class, and count them by all that could be chosen.

    With `q`, those that hold every word of it, in any language and with or without diacritics, the
    best match first; of more than 2,000, and without `q`, the newest first. A choice narrows the
    list by any of its values; different choices narrow it together.
    """
    by = found(organizations.find_organization(provider)).id if provider else None
    wanted = _wanted(narrowed, q.strip(), by)
    at, last = timezone.now(), None

    def ask(offset: int, count: int) -> tuple[classes.Hit, ...]:
        nonlocal last
        last = classes.find(wanted, at=at, offset=offset, limit=count)
        return last.hits

    part = after_count(
        request,
        "courses",
        ask,
        identity=lambda hit: str(hit.course_id),
        cursor=cursor,
        limit=limit,
    )
    assert last is not None
    known = catalogue.courses([hit.course_id for hit in part.items])
    coming = classes.cards([hit.class_id for hit in part.items if hit.class_id])
    providers = providers_of(coming.values())
    items = []
    for hit in part.items:
        card = coming.get(hit.class_id) if hit.class_id else None
        following = CourseClass.of(card, providers=providers, at=at) if card else None
        course = dict(shapes.Course.of(known[hit.course_id]))
        items.append(shapes.CourseInList(**course, next_class=following))
    return shapes.Courses(
        items=items,
        total=last.total,
        facets=shapes.FacetCounts.all_of(last),
        counted_at=last.counted_at,
        next=part.next,
    )


def _wanted(narrowed: shapes.Narrowed, text: str, provider_id: UUID | None) -> classes.Wanted:
    """What was asked for; three queries.

    Raises:
        NotFound: a region that the city does not have.
    """
    _city, region = city_and_region()
    inside = places.below(region.path) if region else []
    by_key = {place.key: place for place in inside}
    for key in narrowed.place:
        found(by_key.get(key))
    choices = {
        facet: frozenset(str(value) for value in getattr(narrowed, facet))
        for facet in classes.Facet
    }
    return classes.Wanted(
        text=text,
        choices={facet: values for facet, values in choices.items() if values},
        here=found(by_key.get(narrowed.near)).point if narrowed.near else None,
        spots=classes.spots_of(inside, narrowed.place),
        order=narrowed.sort,
        provider_id=provider_id,
    )


@router.get("/courses/{key}", auth=None, response={200: shapes.CourseDetail})
def get_course(request: HttpRequest, key: Slug) -> shapes.CourseDetail:
    """Say what a course is, with its classes that are not over."""
    course, at = found(catalogue.find_course(key)), timezone.now()
    cards = classes.classes_of_course(course.id, at=at)
    providers = providers_of(cards)
    return shapes.CourseDetail(
        **dict(shapes.Course.of(course)),
        skills=[shapes.Skill.of(s) for s in catalogue.skills_of([course.id]).get(course.id, ())],
        programmes=[
            Named(key=key, name=Words(title)) for key, title in catalogue.programmes_of(course.id)
        ],
        classes=[CourseClass.of(card, providers=providers, at=at) for card in cards],
    )


@router.get("/subjects", auth=None, response={200: shapes.Subjects})
def list_subjects(request: HttpRequest, category: Category | None = None) -> shapes.Subjects:
    """List what courses are about, within the six categories."""
    return shapes.Subjects(items=[shapes.CourseSubject.of(s) for s in catalogue.subjects(category)])


@router.get("/skills", auth=None, response={200: shapes.Skills})
def list_skills(request: HttpRequest) -> shapes.Skills:
    """List what one can do after courses, with codes of ESCO and O*NET where there is one."""
    return shapes.Skills(items=[shapes.Skill.of(s) for s in catalogue.skills()])


@router.get("/programmes", auth=None, response={200: shapes.Programmes})
def list_programmes(request: HttpRequest) -> shapes.Programmes:
    """List what several institutions teach together."""
    return shapes.Programmes(items=[shapes.Programme.of(p) for p in catalogue.programmes()])


@router.get("/programmes/{key}", auth=None, response={200: shapes.ProgrammeDetail})
def get_programme(request: HttpRequest, key: Slug) -> shapes.ProgrammeDetail:
    """Say what a programme is, with its courses in their order."""
    return shapes.ProgrammeDetail.whole(found(catalogue.find_programme(key)))
