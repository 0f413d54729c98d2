"""What was changed in a course by two at once, in words: the place, and both versions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from learncity.apps.catalogue import queries
from learncity.apps.catalogue.types import (
    AUDIENCE_NAMES,
    COURSE_MODE_NAMES,
    LANGUAGE_NAMES,
    LEVEL_NAMES,
    SUPPORT_NAMES,
    Clash,
    CourseValue,
    EditionValue,
)
from learncity.web import course_words as say
from learncity.web.course_changes import tongue

_NAMES = {
    "title": gettext_lazy("What it is called"),
    "summary": gettext_lazy("What people can do afterwards, and how it ends"),
    "needs": gettext_lazy("What one needs, or does not need"),
    "subject": gettext_lazy("Subject"),
    "skills": gettext_lazy("What one can do afterwards"),
    "sdgs": gettext_lazy("Goals of sustainable development"),
    "mode": gettext_lazy("How it is taught"),
    "effort_weekly": gettext_lazy("Effort"),
    "credits": gettext_lazy("Credits or lesson hours"),
    "pays": gettext_lazy("Who pays what"),
    "level": pgettext_lazy("course", "Level"),
    "audiences": gettext_lazy("For whom"),
    "taught_in": gettext_lazy("Taught in"),
    "access": gettext_lazy("Help to follow it"),
    "materials": gettext_lazy("Materials"),
}

_WORDS: Mapping[str, Callable[[CourseValue], Any]] = {
    "subject": lambda c: c.subject.name if c.subject else "",
    "sdgs": say.goals_words,
    "mode": lambda c: COURSE_MODE_NAMES[c.mode] if c.mode else "",
    "effort_weekly": say.effort_words,
    "credits": say.credits_words,
    "pays": lambda c: say.listed(f"{row['label']} {row['value']}" for row in say.pays_rows(c)),
    "level": lambda c: LEVEL_NAMES[c.level],
    "audiences": lambda c: say.listed(AUDIENCE_NAMES[a] for a in c.audiences),
    "taught_in": lambda c: say.listed(LANGUAGE_NAMES[tag] for tag in c.taught_in),
    "access": lambda c: say.listed(SUPPORT_NAMES[a] for a in c.access),
    "materials": lambda c: say.listed(m.title for m in c.materials),
}


def clash_name(clash: Clash) -> str:
    """Where it was changed, as the editor calls it."""
    name = str(_NAMES[clash.name])
    if not clash.language:
        return name
    return _("%(place)s (%(language)s)") % {"place": name, "language": tongue(clash.language)}


def clash_words(found: EditionValue, clash: Clash) -> tuple[str, str]:
    """What was written, and what stands now; a query for skills."""
    both: tuple[str, str]
    if clash.language:
        both = (clash.ours or "", clash.theirs or "")
    elif clash.name == "skills":
        names = {skill.key: skill.name for skill in queries.skills()}
        both = (_skills(clash.ours, names), _skills(clash.theirs, names))
    else:
        words = _WORDS[clash.name]
        both = (str(words(found.shown)), str(words(found.published)))
    return both[0] or _("nothing"), both[1] or _("nothing")


def words_now(found: EditionValue, clash: Clash) -> str:
    """What stands in the edition in a place that two wrote in; a query for skills."""
    if clash.language:
        return clash.theirs or _("nothing")
    if clash.name == "skills":
        names = {skill.key: skill.name for skill in queries.skills()}
        return _skills(clash.theirs, names) or _("nothing")
    return str(_WORDS[clash.name](found.shown)) or _("nothing")


def _skills(keys: Sequence[str], names: Mapping[str, Any]) -> str:
    return say.listed(names.get(key, key) for key in keys)
