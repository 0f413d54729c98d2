"""The trail is read in words: whatever is written down has them."""

import ast
from pathlib import Path

import learncity
from learncity.web.pages.trail import ACTIONS, DETAILS, HIDDEN, SUBJECTS

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
