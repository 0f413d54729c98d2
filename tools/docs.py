"""The generated part of the documentation: what the code itself knows best.

    ./go docs            write it anew
    ./go docs --check    only look, and fail with a list of what is out of step

A page is written by hand down to ``MARK``; what stands below comes from here. Needs no database.
"""

import argparse
import dataclasses
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_type_hints

import django
from django.apps import apps as registry
from django.db import connection, models
from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import override

from tools import blueprint_pages
from tools.markdown import code, first_line, table

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
MARK = "<!-- Written by ./go docs from here on: change the code, not this. -->"

_VIEW = re.compile(
    r"CREATE (?:OR REPLACE )?VIEW (facts\.\w+) AS\s+SELECT (.+?)\s+FROM (\w+)", re.DOTALL
)


def _rooms() -> Iterator[tuple[str, Any]]:
    """Every loaded module of the rooms, by name."""
    get_resolver().url_patterns  # noqa: B018 - read to have every view imported
    for name in sorted(sys.modules):
        if name.startswith("learncity.apps.") and ".tests" not in name:
            yield name, sys.modules[name]


def settings() -> str:
    """Every variable of config/env.py."""
    from learncity.config.env import Env

    return table(
        ("variable", "when it is not set", "what it is"),
        (
            (code(m["name"]), code(m["default"]) or "empty", m["says"])
            for m in (f.metadata for f in dataclasses.fields(Env))
        ),
    )


def env_example() -> str:
    """The same as a file to copy."""
    from learncity.config.env import Env

    said = "# Every setting, as it is when nothing is set. Written by ./go docs.\n"
    for field in dataclasses.fields(Env):
        m = field.metadata
        said += f"\n# {m['says']}\n# {m['name']}={m['default']}\n"
    return said


def events() -> list[type]:
    """Every event of the rooms: a value whose docstring begins with 'Published'."""
    found = {}
    for name, module in _rooms():
        for value in vars(module).values():
            if (
                inspect.isclass(value)
                and dataclasses.is_dataclass(value)
                and value.__module__ == name
                and (value.__doc__ or "").startswith("Published")
            ):
                found[f"{name}.{value.__name__}"] = value
    return list(found.values())


def events_page() -> str:
    """Events: when, what they carry, who hears."""
    from learncity.kernel import outbox

    rows = []
    for event in events():
        hears = outbox._handlers.get(outbox.name_of(event), {})
        fields = (
            f"`{name}` {getattr(kind, '__name__', kind)}"
            for name, kind in get_type_hints(event).items()
        )
        heard_by = (code(name.removeprefix("learncity.apps.")) for name in hears)
        rows.append(
            (
                code(outbox.name_of(event)),
                first_line(event),
                ", ".join(fields),
                ", ".join(heard_by) or "nobody yet",
            )
        )
    return table(("event", "when", "carries", "heard by"), rows)


def facts() -> str:
    """Kinds of facts, and the views of the schema `facts` with their columns."""
    from learncity.apps.record import queries as record

    with override("en"):
        kinds = [(code(kind.name), str(kind.label)) for kind in record.all_kinds()]
    said = f"## Kinds\n\n{table(('kind', 'as the person reads it'), kinds)}"
    for view, columns in _views():
        head = ("column", "type", "may be empty")
        said += f"\n## `{view}`\n\n{table(head, columns)}"
    return said


def _views() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    by_table = {model._meta.db_table: model for model in registry.get_models()}
    for (_app, _name), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        for operation in migration.operations:
            if not isinstance(operation, RunSQL) or not isinstance(operation.sql, str):
                continue
            for view, selected, source in _VIEW.findall(operation.sql):
                yield view, [_column(part, by_table[source]) for part in selected.split(",")]


def _column(selected: str, model: type[models.Model]) -> tuple[str, str, str]:
    column, _as, shown = selected.strip().partition(" AS ")
    field = next(f for f in model._meta.concrete_fields if f.column == column)
    return code(shown or column), field.db_type(connection) or "", "yes" if field.null else ""


def messages() -> str:
    """What people are told, in its English source."""
    from learncity.apps.notices.types import Kind

    found = {}
    for _name, module in _rooms():
        for value in vars(module).values():
            if isinstance(value, Kind):
                found[value.name] = value
    return table(
        ("kind", "title", "body"),
        ((code(kind.name), kind.title, kind.body) for _, kind in sorted(found.items())),
    )


def jobs() -> str:
    """Background jobs and when they run."""
    from learncity.kernel.jobs import REGISTERED

    return table(
        ("job", "when (cron, UTC)", "tries again", "what it does"),
        (
            (
                code(name),
                code(job.cron or "") or "when asked",
                f"{job.retries} times",
                first_line(job.function),
            )
            for name, job in sorted(REGISTERED.items())
        ),
    )


def decision_of(view: Any) -> str:
    """Who may see a view, from its declaration."""
    from learncity.kernel import access

    decision = getattr(view, "access", None)
    if decision is None:
        return "nobody: it says nothing"
    own = {access._yes: "everyone", access._signed_in: "signed in"}
    room = decision.__module__.split(".")[-2]
    name = decision.__name__ if inspect.isfunction(decision) else str(decision)
    return own.get(decision) or code(f"{room}.{name}")


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, route)
        else:
            yield route, pattern


def views() -> str:
    """Every page and every operation of the API, and who may see it."""
    from learncity.rest.docs import document

    pages = [
        (code(f"/{route}"), code(p.name or ""), decision_of(p.callback), kept)
        for route, p in _patterns(get_resolver())
        for kept in [getattr(p.callback, "remembered", "")]
        if not route.startswith("api/")
    ]
    operations = [
        (code(f"{verb.upper()} /api/v1{path}"), code(said["operationId"]), _asks(said))
        for path, verbs in document()["paths"].items()
        for verb, said in verbs.items()
    ]
    return (
        f"## Pages\n\n{table(('address', 'name', 'who', 'remembered, s'), pages)}"
        f"\n## Operations of the API\n\n{table(('operation', 'name', 'who'), operations)}"
    )


def _asks(said: dict[str, Any]) -> str:
    duties = _decisions().get(said["operationId"], ())
    if duties:
        return "key or session; " + " and ".join(code(f"roles.{duty}") for duty in duties)
    ways = said.get("security")
    if not ways:
        return "everyone"
    if {} in ways:
        return "everyone; with a key or session, more is said"
    return "key or session"


def _decisions() -> dict[str, tuple[Any, ...]]:
    """By operation, the duties that it asks for, the widest first."""
    from learncity.rest.api import api
    from learncity.rest.openapi import operations_of

    return {
        operation.view_func.__name__: tuple(reversed(getattr(operation.view_func, "decisions", ())))
        for operation in operations_of(api)
    }


def _only_city(duty: Any) -> str:
    return " (city)" if duty.on and duty.on.__name__ == "in_city" else ""


def roles() -> str:
    """Which role may do what, how far, and what that opens."""
    from learncity.apps.roles.access import Duty
    from learncity.apps.roles.types import ACT_NAMES, DUTIES, ROLE_NAMES, SCOPES, Act, Role
    from learncity.rest.docs import document

    opened: dict[Act, list[str]] = {act: [] for act in Act}
    for route, p in _patterns(get_resolver()):
        decision = getattr(p.callback, "access", None)
        if isinstance(decision, Duty) and not route.startswith("api/"):
            opened[decision.act].append(code(f"/{route}") + _only_city(decision))
    decisions = _decisions()
    for path, verbs in document()["paths"].items():
        for verb, said in verbs.items():
            # The last is the narrowest.
            for duty in decisions[said["operationId"]][-1:]:
                opened[duty.act].append(code(f"{verb.upper()} /api/v1{path}") + _only_city(duty))
    with override("en"):
        heads = ("act", "means", *(f"{ROLE_NAMES[r]} ({code(r.value)})" for r in Role))
        acts = [
            (code(a.value), str(ACT_NAMES[a]), *("yes" if a in DUTIES[r] else "" for r in Role))
            for a in Act
        ]
    reach = [("", "reaches", *(SCOPES[r].value.lower() for r in Role))]
    views = [(code(act.value), ", ".join(found)) for act, found in opened.items()]
    return f"{table(heads, [*reach, *acts])}\n{table(('act', 'opens'), views)}"


def commands() -> str:
    """Every command of the program, those of developers and of the system last."""
    from typer.main import get_command

    from learncity.config.cli import app

    found: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
    said = ""
    for name, command in sorted(found.items(), key=lambda pair: pair[1].hidden):
        words = [f"learncity {name}"]
        words += [p.name.upper() for p in command.params if p.param_type_name == "argument"]
        said += f"## `{' '.join(words)}`\n\n{command.help}\n\n"
        rows = [
            (code(p.opts[0] if p.param_type_name == "option" else p.name.upper()), p.help)
            for p in command.params
            if getattr(p, "help", None)
        ]
        said += table(("word", "means"), rows) + "\n" if rows else ""
    return said.rstrip() + "\n"


def _title(path: Path) -> str:
    return path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


def decisions() -> str:
    """Every decision with its status."""
    rows = []
    for path in sorted((DOCS / "decisions").glob("[0-9]*.md")):
        number, _space, title = _title(path).partition(" ")
        status = path.read_text(encoding="utf-8").splitlines()[1].removeprefix("Status: ")
        rows.append((f"[{number}]({path.name})", title, status.split(" · ")[0]))
    return table(("", "decision", "status"), rows)


def contents() -> str:
    """Every page of the reference."""
    pages = sorted((DOCS / "reference").glob("*.md"))
    listed = (f"- [{_title(p)}]({p.name})\n" for p in pages if p.name != "index.md")
    return "".join(listed)


# Written below the mark of a page; the page itself is written by hand.
PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/settings.md": settings,
    "docs/reference/events.md": events_page,
    "docs/reference/facts.md": facts,
    "docs/reference/messages.md": messages,
    "docs/reference/jobs.md": jobs,
    "docs/reference/views.md": views,
    "docs/reference/roles.md": roles,
    "docs/reference/commands.md": commands,
    "docs/reference/blueprint.md": blueprint_pages.page,
    "docs/reference/index.md": contents,
    "docs/decisions/index.md": decisions,
}
# Written whole.
FILES: dict[str, Callable[[], str]] = {
    ".env.example": env_example,
    "docs/reference/blueprint.schema.json": blueprint_pages.schema,
}


def wanted() -> Iterator[tuple[Path, str]]:
    """Every generated file with the text it should have."""
    for name, write in PAGES.items():
        path = ROOT / name
        by_hand, mark, _rest = path.read_text(encoding="utf-8").partition(MARK)
        if not mark:
            raise SystemExit(f"{name} has lost its line {MARK}")
        yield path, f"{by_hand}{MARK}\n\n{write()}"
    for name, write in FILES.items():
        yield ROOT / name, write()


def stale() -> list[tuple[Path, str]]:
    """Those of the generated files that are not as they should be."""
    return [
        (path, text)
        for path, text in wanted()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """Write, or with ``--check`` only look."""
    parser = argparse.ArgumentParser(prog="./go docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only look")
    only_look = parser.parse_args().check
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learncity.config.settings")
    django.setup()
    found = stale()
    for path, text in found:
        print(f"{path.relative_to(ROOT)} {'is out of step' if only_look else 'written'}")
        if not only_look:
            path.write_text(text, encoding="utf-8")
    if found and only_look:
        print("Run ./go docs and look at what it changed.")
    return 1 if found and only_look else 0


if __name__ == "__main__":
    sys.exit(main())
