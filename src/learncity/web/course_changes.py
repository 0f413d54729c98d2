"""What would become different in a course, line by line, for whoever decides about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from learncity.apps.catalogue.types import (
    LANGUAGE_NAMES,
    MATERIAL_KIND_NAMES,
    CourseValue,
    Material,
    SkillValue,
)
from learncity.kernel.texts import LANGUAGES
from learncity.web import course_words as say

# How a language is called in itself.
TONGUES = {"zh-Hans": "中文", "zh-Hant": "繁體中文", "vi": "Tiếng Việt", "en": "English"}


def tongue(tag: str) -> str:
    """What a language of content is called."""
    return TONGUES.get(tag) or str(LANGUAGE_NAMES.get(tag, tag))


def languages_of(*courses: CourseValue) -> list[str]:
    """Those of the interface, and every other in which the courses say anything."""
    texts = [
        text
        for course in courses
        for text in (course.title, course.summary, course.needs,
                     *(m.title for m in course.materials))
    ]  # fmt: skip
    return list(dict.fromkeys([*LANGUAGES, *(tag for text in texts for tag in text)]))


def changed_rows(
    before: tuple[CourseValue, Sequence[SkillValue]],
    after: tuple[CourseValue, Sequence[SkillValue]],
) -> list[dict[str, Any]]:
    """Rows of a table: what, what the public reads now, what it would read; equal ones left out."""
    was, will = _lines(*before), _lines(*after)
    labels = {key: label for one in (was, will) for key, (label, _value) in one.items()}
    values = [{key: value for key, (_label, value) in one.items()} for one in (was, will)]
    return [
        {"cells": [labels[key], *({"text": one.get(key) or "–", "words": True} for one in values)]}
        for key in dict.fromkeys([*will, *was])
        if len({str(one.get(key, "")) for one in values}) > 1
    ]


def _lines(
    course: CourseValue, skills: Sequence[SkillValue]
) -> Mapping[tuple[str, str], tuple[str, Any]]:
    """By what is said and in which language, as two may be called alike: label and value."""
    lines: dict[tuple[str, str], tuple[str, Any]] = {}
    for tag in languages_of(course):
        for label, text in (
            (_("What it is called"), course.title),
            (_("What people can do afterwards, and how it ends"), course.summary),
            (_("What one needs, or does not need"), course.needs),
        ):
            if text.get(tag):
                named = format_html('{} · <span lang="{}">{}</span>', label, tag, tongue(tag))
                lines[label, tag] = (named, _marked(text[tag], tag))
    # What one needs stands above, a language at a time.
    lines |= {
        (str(row["label"]), ""): (str(row["label"]), row["value"])
        for row in (*say.about_rows(course, skills), *say.pays_rows(course))
        if str(row["label"]) != _("Bring along")
    }
    if course.materials:
        label = _("Materials")
        lines[label, ""] = (label, format_html_join(
            " · ", "{}", ((_material(one),) for one in course.materials)
        ))  # fmt: skip
    return lines


def _material(one: Material) -> SafeString:
    titles = [_marked(text, tag) for tag, text in one.title.items()]
    facts = [fact for fact in (MATERIAL_KIND_NAMES[one.kind], one.link, one.licence) if fact]
    return format_html_join(" / ", "{}", ((part,) for part in (*titles, *facts)))


def _marked(text: str, tag: str) -> SafeString:
    return format_html('<span lang="{}">{}</span>', tag, text)
