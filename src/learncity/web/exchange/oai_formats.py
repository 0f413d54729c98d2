"""A course in the forms in which it can be harvested: Dublin Core and IEEE LOM."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, SubElement

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import override

from learncity.apps.catalogue.types import AUDIENCE_NAMES, CATEGORY_NAMES, CourseValue, Level
from learncity.kernel.texts import LANGUAGES, Text, django_language

OAI = "http://www.openarchives.org/OAI/2.0/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
_DC = "http://purl.org/dc/elements/1.1/"
_LOM = "http://ltsc.ieee.org/xsd/LOM"

for _prefix, _space in {"": OAI, "xsi": XSI, "oai_dc": _OAI_DC, "dc": _DC, "lom": _LOM}.items():
    ET.register_namespace(_prefix, _space)

# What no XML 1.0 document can hold, however it is written.
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def possible(text: str) -> str:
    """The text without what XML cannot hold."""
    return _IMPOSSIBLE.sub("", text)


@dataclass(frozen=True, slots=True)
class Format:
    """A form of metadata; ``schema`` says where its rules are."""

    prefix: str
    space: str
    schema: str
    write: Callable[[CourseValue], Element]


def identifier(course: CourseValue) -> str:
    """The name of a course that no renaming and no new address of the city changes."""
    return course.id.urn


def _page(course: CourseValue) -> str:
    return settings.BASE_URL + reverse("web:course", args=[course.key])


@cache
def _named(words: str | Promise) -> Text:
    found = Text()
    for tag in LANGUAGES:
        with override(django_language(tag)):
            found[tag] = str(words)
    return found


def _root(tag: str, space: str, schema: str) -> Element:
    return Element(f"{{{space}}}{tag}", {f"{{{XSI}}}schemaLocation": f"{space} {schema}"})


def _dublin_core(course: CourseValue) -> Element:
    root = _root("dc", _OAI_DC, _DC_SCHEMA)

    def say(name: str, words: Text | str) -> None:
        for tag, text in words.items() if isinstance(words, Text) else [("", words)]:
            if text:
                child = SubElement(root, f"{{{_DC}}}{name}", {_LANG: tag} if tag else {})
                child.text = possible(text)

    say("title", course.title)
    say("subject", _named(CATEGORY_NAMES[course.category]))
    say("description", course.summary)
    say("publisher", course.provider_name)
    say("type", "Course")
    say("identifier", _page(course))
    say("identifier", identifier(course))
    for tag in course.taught_in:
        say("language", tag)
    return root


_DIFFICULTY = {Level.BEGINNER: "easy", Level.IMPROVER: "medium", Level.ADVANCED: "difficult"}


def _lom(course: CourseValue) -> Element:
    root = _root("lom", _LOM, _LOM_SCHEMA)
    _lom_general(_child(root, "general"), course)
    contribute = _child(_child(root, "lifeCycle"), "contribute")
    _term(contribute, "role", "publisher")
    _child(contribute, "entity", _card(str(course.provider_name)))
    _child(_child(root, "technical"), "location", _page(course))
    educational = _child(root, "educational")
    _term(educational, "intendedEndUserRole", "learner")
    _term(educational, "difficulty", _DIFFICULTY[course.level])
    for audience in course.audiences:
        _say(educational, "description", _named(AUDIENCE_NAMES[audience]))
    classification = _child(root, "classification")
    _term(classification, "purpose", "discipline")
    path = _child(classification, "taxonPath")
    _say(path, "source", Text({"en": "National lifelong-learning platform of China, 2024"}))
    taxon = _child(path, "taxon")
    _child(taxon, "id", course.category)
    _say(taxon, "entry", _named(CATEGORY_NAMES[course.category]))
    return root


def _lom_general(general: Element, course: CourseValue) -> None:
    for catalog, entry in (("URN", identifier(course)), ("URI", _page(course))):
        named = _child(general, "identifier")
        _child(named, "catalog", catalog)
        _child(named, "entry", entry)
    _say(general, "title", course.title)
    for tag in course.taught_in:
        _child(general, "language", tag)
    _say(general, "description", course.summary)


def _child(parent: Element, name: str, text: str = "") -> Element:
    found = SubElement(parent, f"{{{_LOM}}}{name}")
    if text:
        found.text = possible(text)
    return found


def _say(parent: Element, name: str, words: Text) -> None:
    spoken = {tag: text for tag, text in words.items() if text}
    if not spoken:
        return
    said = _child(parent, name)
    for tag, text in spoken.items():
        _child(said, "string", text).set("language", tag)


def _term(parent: Element, name: str, value: str) -> None:
    said = _child(parent, name)
    _child(said, "source", "LOMv1.0")
    _child(said, "value", value)


def _card(name: str) -> str:
    """An organization as LOM wants one: a vCard."""
    for sign in "\\,;":
        name = name.replace(sign, f"\\{sign}")
    return f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nORG:{name}\nN:;;;;\nEND:VCARD"


_DC_SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
_LOM_SCHEMA = "http://ltsc.ieee.org/xsd/lomv1.0/lom.xsd"
FORMATS = {
    one.prefix: one
    for one in (
        Format("oai_dc", _OAI_DC, _DC_SCHEMA, _dublin_core),
        Format("lom", _LOM, _LOM_SCHEMA, _lom),
    )
}
