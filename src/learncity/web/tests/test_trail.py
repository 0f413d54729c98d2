"""The trail is read in words: whatever is written down has them."""

import ast
from pathlib import Path

import learncity
from learncity.apps.classes.types import BulkKind
from learncity.apps.households.types import Deed
from learncity.apps.households.types import MandateKind as Right
from learncity.apps.organizations.types import Elsewhere, Post
from learncity.apps.people.types import IdentifierKind, MergeReason, RevealReason
from learncity.apps.privacy.types import Channel, Decision, RequestState
from learncity.apps.roles.types import Ending, Role
from learncity.web.trail_words import ACTIONS, DETAILS, FIELDS, HIDDEN, HOW, SUBJECTS

SOURCE = Path(learncity.__file__).parent


def notes():
    """Every call by which the product writes something down."""
    for path in SOURCE.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("note", "note_all")
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "audit"
            ):
                yield node


def test_every_action_has_its_words():
    actions = {n.args[0].value for n in notes() if n.args and isinstance(n.args[0], ast.Constant)}

    assert len(actions) > 60
    assert sorted(actions - set(ACTIONS)) == []


def test_every_detail_has_its_words_or_is_left_out():
    details = {word.arg for note in notes() for word in note.keywords if word.arg} - {"by"}

    assert len(details) > 25
    assert sorted(details - set(DETAILS) - HIDDEN) == []


def test_every_kind_of_subject_has_its_words():
    subjects = {
        note.args[1].values[0].value.split(" ")[0]
        for note in notes()
        if len(note.args) > 1
        and isinstance(note.args[1], ast.JoinedStr)
        and isinstance(note.args[1].values[0], ast.Constant)
    }

    assert len(subjects) > 10
    assert sorted(subjects - set(SUBJECTS)) == []


# What the details of the trail are taken from; a detail that is in neither list is decided here.
ENUMERATIONS = {
    "kind": [*IdentifierKind, *Right, *BulkKind],
    "reason": [*RevealReason, *MergeReason, *Elsewhere],
    "deed": [*Deed],
    "role": [*Role],
    "ending": [*Ending],
    "channel": [*Channel],
    "state": [*RequestState],
    "decision": [*Decision],
    "post": [*Post],
    "how": ["PAGE", "PRINT", "COMPARISON", "CONSENTS", "NUMBER", "CODE", "API"],
}
FREE = {
    "changes", "conflicts", "before", "after", "waiting_limit", "new", "changed", "same",
    "left_out", "parties", "number", "others", "lines", "founded", "ended", "page", "found",
    "days", "rows", "meetings", "classes", "closes", "keys",
}  # fmt: skip
NAMED = {"fields", "group", "key", "other"}


def test_every_symbol_of_a_detail_has_its_words():
    details = {word.arg for note in notes() for word in note.keywords if word.arg} - {"by"}

    assert sorted(details - HIDDEN - FREE - NAMED - set(ENUMERATIONS)) == []
    mute = [
        (name, str(symbol))
        for name, symbols in ENUMERATIONS.items()
        for symbol in symbols
        if not HOW[name].get(str(symbol))
    ]
    assert mute == []


def test_every_field_of_an_organization_has_its_words():
    from learncity.apps.organizations.models import Organization

    assert set(FIELDS) <= {f.attname for f in Organization._meta.get_fields() if f.concrete}
