"""Courses in the words and rows that the components show. Whole sentences, translated."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from learncity.apps.catalogue.types import (
    AUDIENCE_NAMES,
    COURSE_MODE_NAMES,
    LANGUAGE_NAMES,
    LEVEL_NAMES,
    MATERIAL_KIND_NAMES,
    PAYER_NAMES,
    SUPPORT_NAMES,
    CourseValue,
    CreditUnit,
    Payer,
    SkillValue,
)
from learncity.kernel import formats
from learncity.kernel.templatetags.kernel import words as marked
from learncity.kernel.texts import Text, content_language

# What the United Nations call the goals, by their number; short.
SDG_NAMES = {
    1: gettext_lazy("No poverty"),
    2: gettext_lazy("Zero hunger"),
    3: gettext_lazy("Good health"),
    4: gettext_lazy("Quality education"),
    5: gettext_lazy("Gender equality"),
    6: gettext_lazy("Clean water"),
    7: gettext_lazy("Clean energy"),
    8: gettext_lazy("Decent work"),
    9: gettext_lazy("Industry and innovation"),
    10: gettext_lazy("Reduced inequalities"),
    11: gettext_lazy("Sustainable cities"),
    12: gettext_lazy("Responsible consumption"),
    13: gettext_lazy("Climate action"),
    14: gettext_lazy("Life below water"),
    15: gettext_lazy("Life on land"),
    16: gettext_lazy("Peace and justice"),
    17: gettext_lazy("Partnerships"),
}


def is_translated(text: Text) -> bool:
    """Whether the reader sees it in their own language, or there is nothing to see."""
    wanted = content_language()
    return not text.best(wanted) or text.language(wanted) == wanted


def translated(text: Text) -> SafeString | str:
    """The reader's words; in another language, marked as not yet translated."""
    if is_translated(text):
        return marked(text)
    tag = _("not yet translated")
    return format_html('{} <span class="tag">{}</span>', marked(text), tag)


def listed(names: Iterable[Any]) -> str:
    """Names after each other."""
    return _(", ").join(str(name) for name in names)


def minutes_words(minutes: int) -> str:
    """Minutes as hours and minutes."""
    hours, rest = divmod(minutes, 60)
    long = ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": formats.number(hours)}
    short = ngettext("%(n)s minute", "%(n)s minutes", rest) % {"n": rest}
    if hours and rest:
        return _("%(hours)s %(minutes)s") % {"hours": long, "minutes": short}
    return long if hours else short


def effort_words(course: CourseValue) -> str:
    """How much learning it is; never how long one may apply. Empty when nobody said."""
    weekly = minutes_words(course.effort_weekly) if course.effort_weekly else ""
    total = minutes_words(course.effort_total) if course.effort_total else ""
    if weekly and total:
        return _("about %(weekly)s a week, %(total)s in all") % {"weekly": weekly, "total": total}
    if weekly:
        return _("about %(weekly)s a week") % {"weekly": weekly}
    return _("about %(total)s in all") % {"total": total} if total else ""


def credits_words(course: CourseValue) -> str:
    """What it counts, in its unit."""
    if course.credits is None:
        return ""
    amount = formats.number(float(Decimal(course.credits) / 100))
    if course.credit_unit == CreditUnit.HOUR:
        return _("%(n)s lesson hours") % {"n": amount}
    return _("%(n)s credits") % {"n": amount}


def learner_words(course: CourseValue) -> str:
    """What the learner pays; empty when nobody said."""
    if Payer.LEARNER not in course.pays:
        return ""
    return _amount(course.pays[Payer.LEARNER], course.currency)


def _amount(minor: int, currency: str) -> str:
    return formats.money(minor, currency) if minor else _("Free of charge")


def pays_rows(course: CourseValue) -> list[dict[str, Any]]:
    """Who pays what for one learner, what oneself pays first."""
    return [
        {"label": PAYER_NAMES[payer], "value": _amount(amount, course.currency)}
        for payer, amount in course.pays.items()
    ]


def goals_words(course: CourseValue) -> str:
    """The goals of sustainable development it serves."""
    return listed(f"{n} {goal_name(n)}" for n in course.sdgs)


def goal_name(number: int) -> str:
    """What a goal is called."""
    return str(SDG_NAMES[number])


def about_rows(course: CourseValue, skills: Sequence[SkillValue] = ()) -> list[dict[str, Any]]:
    """Everything that can be said of a course, line by line; what nobody said is left out."""
    subject = course.subject
    rows: list[dict[str, Any]] = [
        {"label": _("Effort"), "value": effort_words(course)},
        {"label": _("Taught"), "value": COURSE_MODE_NAMES[course.mode] if course.mode else ""},
        {"label": _("Level"), "value": LEVEL_NAMES[course.level]},
        {"label": _("Taught in"), "value": listed(LANGUAGE_NAMES[t] for t in course.taught_in)},
        {"label": _("For"), "value": listed(AUDIENCE_NAMES[a] for a in course.audiences)},
        {"label": _("Bring along"), "value": translated(course.needs)},
        {"label": _("Subject"), "value": subject_link(course) if subject else ""},
        {"label": _("You learn"), "value": format_html_join(
            _(", "), "{}", ((marked(s.name),) for s in skills))},
        {"label": _("Counts as"), "value": credits_words(course)},
        {"label": _("Help to follow it"),
         "value": listed(SUPPORT_NAMES[a] for a in course.access)},
        {"label": _("Serves the goals"), "value": goals_words(course)},
        {"label": _("Offered by"), "value": marked(course.provider_name)},
    ]  # fmt: skip
    return [row for row in rows if row["value"]]


def subject_link(course: CourseValue) -> SafeString:
    """The subject, as a way to its courses."""
    assert course.subject
    url = reverse("web:subject", args=[course.subject.key])
    return format_html('<a href="{}">{}</a>', url, marked(course.subject.name))


def materials_rows(course: CourseValue) -> list[dict[str, Any]]:
    """What one learns from."""
    return [
        {
            "title": translated(m.title),
            "url": m.link,
            "facts": [fact for fact in (str(MATERIAL_KIND_NAMES[m.kind]), m.licence) if fact],
        }
        for m in course.materials
    ]
