"""What is wrong with the input, said in the language of the request.

The library words its errors in English for developers; here each kind has a sentence of ours.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .problems import Mistake

_WHOLE_NUMBER, _TEXT = _("This must be a whole number."), _("This must be text.")
_TRUTH, _FORM = _("This must be true or false."), _("This is not in the form it must have.")

# Kind of error of the library → sentence; placeholders are the library's context.
_SENTENCES: dict[str, Promise] = {
    "missing": _("This is needed."),
    "extra_forbidden": _("There is no field of this name."),
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_parsing_size": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "greater_than_equal": _("This must be %(ge)s or more."),
    "less_than_equal": _("This must be %(le)s or less."),
    "string_too_long": _("This must not be longer than %(max_length)s characters."),
    "string_pattern_mismatch": _FORM,
    "enum": _("This must be one of %(expected)s."),
    "literal_error": _("This must be one of %(expected)s."),
    "model_type": _("This must be an object."),
    "model_attributes_type": _("This must be an object."),
    "dict_type": _("This must be an object."),
}

# Names under which the library puts the only part of a body, or what narrows a list.
_INTERNAL = {"payload", "narrowed"}


def mistakes(errors: Iterable[Mapping[str, Any]]) -> list[Mistake]:
    """The library's errors as pointers and sentences."""
    return [Mistake(pointer=_pointer(e["loc"]), detail=_sentence(e)) for e in errors]


def _pointer(location: Iterable[Any]) -> str:
    source, *rest = (str(part) for part in location)
    if rest and rest[0] in _INTERNAL:
        rest = rest[1:]
    if source == "query":
        # An address has no lists: of several values the pointer names what they are of.
        rest = rest[:1]
    # RFC 6901: ~ and / inside a name are written ~0 and ~1.
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in (source, *rest))


def _sentence(error: Mapping[str, Any]) -> str:
    sentence = _SENTENCES.get(error["type"])
    if sentence is None:
        return gettext("This cannot be used.")
    return str(sentence) % error.get("ctx", {})
