"""The rules that import-linter cannot see, because no import statement shows them."""

import configparser
import re
from pathlib import Path

import grimp
import pytest
from django.apps import apps as registry
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "learncity"
# What a room shows the rooms above; `blueprint` is its part of a city's file.
PUBLIC = {"services", "queries", "types", "access", "blueprint"}
# A test may also look into a table, to see what is so.
FOR_TESTS = {"factories", "models"}
# Imports write a room's rows from a file, or as a program states them; shells call them.
FOR_FILES = {"imports"}


def _order() -> dict[str, int]:
    """Room to height, 0 the lowest, read from the one place that declares it."""
    ini = configparser.ConfigParser()
    ini.read(ROOT / ".importlinter")
    rows = [r.strip() for r in ini["importlinter:contract:apps"]["layers"].split("\n")]
    rows = [r for r in rows if r and not r.startswith("#")]
    return {
        room.strip(): height for height, row in enumerate(reversed(rows)) for room in row.split("|")
    }


ORDER = _order()


def _room(module: str) -> str | None:
    parts = module.split(".")
    return parts[2] if parts[:2] == ["learncity", "apps"] and len(parts) > 2 else None


def _offence(importer: str, imported: str) -> bool:
    ours, theirs = _room(importer), _room(imported)
    if theirs is None or ours == theirs or imported.count(".") < 3:
        return False
    role = imported.split(".")[3]
    allowed = set(PUBLIC)
    if ".tests" in importer or importer.endswith(".factories"):
        allowed |= FOR_TESTS
    if importer.startswith(
        ("learncity.config.", "learncity.web.", "learncity.rest.", "learncity.apps.imports.")
    ):
        allowed |= FOR_FILES
    if theirs == "initiatives" and not ours:
        allowed |= {"demo", "commands", "engine"}  # the roof room has nobody above but the shells
    return role not in allowed


def test_other_rooms_use_only_the_public_modules():
    graph = grimp.build_graph("learncity", cache_dir=None)
    offences = [
        f"{importer} -> {imported}"
        for importer in sorted(graph.modules)
        for imported in graph.find_modules_directly_imported_by(importer)
        if _offence(importer, imported)
    ]
    assert offences == []


def test_the_kernel_holds_no_word_of_the_domain():
    words = re.compile(r"\b(course|courses|learner|enrolment|classroom|teacher)\b", re.IGNORECASE)
    offences = [
        f"{path.name}: {line.strip()}"
        for path in (SOURCE / "kernel").glob("*.py")
        for line in path.read_text().splitlines()
        if words.search(line)
    ]
    assert offences == []


def _foreign_keys():
    for model in registry.get_models(include_auto_created=True):
        if model._meta.app_label not in ORDER:
            continue
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.related_model:
                target = field.related_model._meta.app_label
                if target in ORDER and target != model._meta.app_label:
                    yield model, field, target


def test_foreign_keys_point_down():
    offences = [
        f"{model._meta.label}.{field.name} -> {target}"
        for model, field, target in _foreign_keys()
        if ORDER[target] >= ORDER[model._meta.app_label]
    ]
    assert offences == []


def test_foreign_keys_leave_no_door_in_the_room_below():
    offences = [
        f"{m._meta.label}.{f.name}" for m, f, _ in _foreign_keys() if not f.remote_field.hidden
    ]
    assert offences == []


def test_templates_name_only_their_own_room_or_one_below():
    named = re.compile(r"""{%\s*(?:include|extends|url)\s+['"](\w+)[/:]""")
    offences = []
    for path in (SOURCE / "apps").glob("*/templates/**/*.html"):
        ours = path.relative_to(SOURCE / "apps").parts[0]
        offences += [
            f"{path.name} -> {theirs}"
            for theirs in named.findall(path.read_text())
            if theirs in ORDER and theirs != ours and ORDER[theirs] >= ORDER[ours]
        ]
    assert offences == []


def test_installed_apps_are_listed_from_the_lowest_up():
    prefix = "learncity.apps."
    listed = [name.removeprefix(prefix) for name in settings.INSTALLED_APPS if prefix in name]
    assert [ORDER[room] for room in listed] == sorted(ORDER[room] for room in listed)
    assert set(listed) == set(ORDER)


def test_every_table_says_which_personal_data_it_holds():
    silent = [
        model._meta.label
        for model in registry.get_models()
        if model.__module__.startswith("learncity.")
        and "Personal data:" not in (model.__doc__ or "")
    ]
    assert silent == []


def test_every_migration_says_what_it_brings():
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = [n for a, n in loader.disk_migrations if a in ORDER or a == "kernel"]
    assert ours
    assert [name for name in ours if re.search(r"_auto_|_initial$", name)] == []


@pytest.mark.parametrize("folder", ["src", "tests", "benchmarks", "tools"])
def test_no_file_outgrows_its_reader(folder):
    limits = {"test": 700, "code": 450}
    too_long = []
    for path in (ROOT / folder).rglob("*.py"):
        if "migrations" in path.parts:
            continue
        kind = "test" if path.name.startswith(("test_", "conftest")) else "code"
        lines = len(path.read_text().splitlines())
        if lines > limits[kind]:
            too_long.append(f"{path.relative_to(ROOT)}: {lines} lines")
    assert too_long == []
