"""Putting everything that is kept of a person onto paper, and into a file for programs."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pylopdf_fonts_zh_cn
import typst
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from learncity.apps.people import queries as people
from learncity.kernel import formats, personal_data
from learncity.kernel.personal_data import Line, RecordClass
from learncity.kernel.texts import Text, django_language

from .types import BASIS_WORDS, ERASURE_WORDS

_TEMPLATE = Path(__file__).parent / "copy.typ"
# Noto Sans SC: Chinese, Vietnamese and English letters in one, embedded in the paper.
_FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent


def written(person_id: UUID, language: str, at: datetime) -> tuple[bytes, bytes]:
    """The copy as JSON and as PDF, in a language (BCP 47 tag)."""
    with override(django_language(language)):
        found = personal_data.copy_of(people.all_ids(person_id))
        return _json(found, language, at), _pdf(found, language, at)


def _json(
    found: Sequence[tuple[RecordClass, Sequence[Line]]], language: str, at: datetime
) -> bytes:
    body = {
        "made_at": timezone.localtime(at).isoformat(),
        "language": language,
        "record_classes": [
            {
                "name": one.name,
                "label": str(one.label),
                "basis": one.basis,
                "on_erasure": one.on_erasure,
                "rows": [{k: _exact(v, language) for k, v in line.items()} for line in lines],
            }
            for one, lines in found
        ],
    }
    return json.dumps(body, ensure_ascii=False, indent=2).encode()


def _exact(value: Any, language: str) -> Any:
    if isinstance(value, Text):
        return value.best(language)
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat()
    return value if isinstance(value, int) else str(value)


def _pdf(found: Sequence[tuple[RecordClass, Sequence[Line]]], language: str, at: datetime) -> bytes:
    data = {
        "lang": language[:2],
        "title": _("What is kept of you"),
        "made": _("Made on %(day)s at %(clock)s.")
        % {"day": formats.day(at, "long"), "clock": formats.clock(at)},
        "nothing": _("Nothing."),
        "classes": [
            {
                "label": str(one.label),
                "about": "  ".join((str(one.keeps), str(BASIS_WORDS[one.basis]))),
                "after": str(ERASURE_WORDS[one.on_erasure]),
                "rows": [
                    [[str(name), shown] for name, v in line.items() if (shown := _shown(v))]
                    for line in lines
                ],
            }
            for one, lines in found
        ],
    }
    # What people wrote goes in as data and never becomes part of the program.
    return typst.compile(
        _TEMPLATE,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        format="pdf",
    )


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{formats.day(value, 'long')} {formats.clock(value)}"
    return str(value)
