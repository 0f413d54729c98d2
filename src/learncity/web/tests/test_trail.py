"""The trail is read in words: whatever is written down has them."""

import ast
from pathlib import Path

import learncity
from learncity.web.pages.operate import ACTIONS

SOURCE = Path(learncity.__file__).parent


def written():
    """Every action that the product writes down by its name."""
    found = set()
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
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(node.args[0].value)
    return found


def test_every_action_has_its_words():
    actions = written()
    assert len(actions) > 60
    assert sorted(actions - set(ACTIONS)) == []
