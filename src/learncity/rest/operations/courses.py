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
from learncity.rest.shapes.common import Cursor, Limit, Named, Search, Slug, Words, labels, page_of

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
        skills=[shapes.Skill.of(s) for s in catalogue.skills_of([course.id]).get(course.id, ())],
        programmes=[
            Named(key=key, name=Words(title)) for key, title in catalogue.programmes_of(course.id)
        ],
        classes=[CourseClass.of(card, providers=providers, at=at) for card in cards],
    )


@router.get("/subjects", auth=None, response={200: shapes.Subjects})
def list_subjects(request: HttpRequest, category: Category | None = None) -> shapes.Subjects:
    """List what courses are about, within the six categories."""
    return shapes.Subjects(items=[shapes.Subject.of(s) for s in catalogue.subjects(category)])


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
