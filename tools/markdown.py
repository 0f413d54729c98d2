"""Pieces of the generated pages."""

import inspect
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of Markdown; empty when there are no rows."""
    body = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    if not body:
        return "None.\n"
    lines = [list(head), ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def code(text: object) -> str:
    """The text as code; nothing when it is empty."""
    return f"`{text}`" if str(text) else ""


def first_line(thing: object) -> str:
    """What a docstring says first."""
    return (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")
