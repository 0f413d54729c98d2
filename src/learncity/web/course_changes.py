"""What would become different in a course, line by line, for whoever decides about it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from learncity.apps.catalogue.types import LANGUAGE_NAMES, CourseValue, SkillValue
from learncity.kernel.texts import LANGUAGES
from learncity.web import course_words as say

# How a language is called in itself.
TONGUES = {"zh-Hans": "中文", "vi": "Tiếng Việt", "en": "English"}


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
    return [
        {"cells": [label, *({"text": one.get(label) or "–", "words": True}
                            for one in (was, will))]}
        for label in dict.fromkeys([*will, *was])
        if str(was.get(label, "")) != str(will.get(label, ""))
    ]  # fmt: skip


def _lines(course: CourseValue, skills: Sequence[SkillValue]) -> Mapping[str, Any]:
    lines: dict[str, Any] = {}
    for tag in languages_of(course):
        for label, text in (
            (_("What it is called"), course.title),
            (_("What people can do afterwards, and how it ends"), course.summary),
            (_("What one needs, or does not need"), course.needs),
        ):
            if text.get(tag):
                lines[f"{label} · {tongue(tag)}"] = _marked(text[tag], tag)
    # What one needs stands above, a language at a time.
    lines |= {
        str(row["label"]): row["value"]
        for row in (*say.about_rows(course, skills), *say.pays_rows(course))
        if str(row["label"]) != _("Bring along")
    }
    if course.materials:
        lines[_("Materials")] = format_html_join(
            " · ", "{}", ((_material(m.title, (m.link, m.licence)),) for m in course.materials)
        )
    return lines


def _material(title: Mapping[str, str], facts: Iterable[str]) -> str:
    return " / ".join([*title.values(), *(fact for fact in facts if fact)])


def _marked(text: str, tag: str) -> SafeString:
    return format_html('<span lang="{}">{}</span>', tag, text)
