"""What I wait for: asking to be told, the list, taking it back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.types import CATEGORY_NAMES, Category, CourseValue
from learncity.apps.demand import queries, services
from learncity.apps.demand.types import LONGEST, WishNotFound, WishValue
from learncity.apps.households.access import by_of, for_classes, person_for
from learncity.apps.households.types import Purpose
from learncity.apps.people.access import at_least
from learncity.apps.people.types import Assurance
from learncity.kernel import formats
from learncity.kernel.access import only
from learncity.kernel.acting import Via
from learncity.kernel.errors import DomainError
from learncity.kernel.templatetags.kernel import words as marked
from learncity.web import words
from learncity.web.acts import last_day, named
from learncity.web.partner_forms import place_choices
from learncity.web.reader import reader_of


class WishForm(forms.Form):
    """What somebody looks for, and where."""

    q = forms.CharField(label=gettext_lazy("What you look for"), max_length=LONGEST, required=False)
    category = forms.ChoiceField(
        label=gettext_lazy("Category"),
        required=False,
        choices=[("", gettext_lazy("Any")), *named(CATEGORY_NAMES)],
    )
    place = forms.ChoiceField(label=gettext_lazy("Where"), required=False)

    def __init__(
        self, *args: Any, request: HttpRequest, course: CourseValue | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        city = reader_of(request).city_place
        regions = place_choices(city.path)[1:] if city else []
        anywhere = ("", _("Anywhere, also online"))
        self.fields["place"].choices = [anywhere, *regions]  # type: ignore[attr-defined]
        if course is not None:
            del self.fields["q"], self.fields["category"]


@only(for_classes)
def my_wishes(request: HttpRequest) -> HttpResponse:
    """Everything the person waits for, each with the way to take it back."""
    person_id = person_for(request, Purpose.CLASSES).id
    found = queries.wishes(person_id, at=timezone.now())
    return render(request, "web/my_wishes.html", {"wishes": [_row(wish) for wish in found]})


def _row(wish: WishValue) -> dict[str, Any]:
    title: Any = marked(wish.title) if wish.course_id else wish.words
    if not title and wish.category:
        title = CATEGORY_NAMES[wish.category]
    facts = [
        str(CATEGORY_NAMES[wish.category]) if wish.category and wish.words else "",
        str(wish.place) or _("Anywhere, also online"),
        _("until %(day)s") % {"day": formats.day(last_day(wish.until), "long")},
        ngettext("told %(n)s time", "told %(n)s times", wish.told) % {"n": wish.told}
        if wish.told
        else "",
    ]
    return {
        "id": wish.id,
        "title": title,
        "url": words.course_url(wish.course_key) if wish.course_key else "",
        "facts": _(" · ").join(fact for fact in facts if fact),
    }


@only(for_classes)
@at_least(Assurance.ADDRESS)
def new_wish(request: HttpRequest) -> HttpResponse:
    """Ask to be told: of classes of a course, or of what fits words or a category."""
    key = request.GET.get("course", "")[:80]
    course = catalogue.find_course(key) if key else None
    if key and course is None:
        raise Http404
    said = request.POST if request.method == "POST" else None
    form = WishForm(said, request=request, course=course, initial=_initial(request))
    if said is not None and form.is_valid():
        typed = form.cleaned_data
        try:
            services.make_wish(
                person_id=person_for(request, Purpose.CLASSES).id,
                course_key=key,
                words=typed.get("q", ""),
                category=Category(typed["category"]) if typed.get("category") else None,
                place_key=typed["place"],
                by=by_of(request, Via.WEB),
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error(None if course else "q", str(refusal.says))
        else:
            return redirect("web:my_wishes")
    last = timezone.localdate() + timedelta(days=settings.DEMAND_WISH_DAYS - 1)
    context = {"form": form, "course": course, "last": formats.day(last, "long")}
    return render(request, "web/new_wish.html", context, status=422 if form.errors else 200)


def _initial(request: HttpRequest) -> dict[str, str]:
    slug = request.GET.get("category", "")
    return {
        "q": request.GET.get("q", "").strip()[:LONGEST],
        "category": next((c.value for c in Category if c.slug == slug), ""),
        "place": request.GET.get("place", "")[:80],
    }


@only(for_classes)
@require_POST
def take_wish_back(request: HttpRequest, wish_id: UUID) -> HttpResponse:
    """Wait for it no longer; at once, because it can be made again."""
    try:
        services.take_back(
            wish_id=wish_id,
            person_id=person_for(request, Purpose.CLASSES).id,
            by=by_of(request, Via.WEB),
            at=timezone.now(),
        )
    except WishNotFound as error:
        raise Http404 from error
    return redirect("web:my_wishes")
