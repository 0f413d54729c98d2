"""What the documents say is true: generated pages, promises, links, names, packages."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps as registry
from django.db import connection
from django.utils import timezone
from typer.main import get_command

from learncity.apps.initiatives import services
from learncity.config.cli import app as program
from learncity.kernel.blueprints import Act

ROOT = Path(__file__).parents[2]
DOCS, SOURCE = ROOT / "docs", ROOT / "src" / "learncity"
ROOMS = sorted(path.parent for path in (SOURCE / "apps").glob("*/apps.py"))
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "src").rglob("*.md")])
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)


def _text(path):
    return path.read_text(encoding="utf-8")


def _prose(path):
    """A page without its examples."""
    return FENCE.sub("", _text(path))


def _everything():
    """Every text file of the repository."""
    folders = (".ci", "benchmarks", "docs", "requirements", "src", "tests", "tools")
    found = [p for p in ROOT.iterdir() if p.is_file()]
    found += [p for folder in folders for p in (ROOT / folder).rglob("*") if p.is_file()]
    return [p for p in found if "__pycache__" not in p.parts and p.suffix != ".mo"]


def test_the_generated_pages_are_in_step():
    said = subprocess.run(
        [sys.executable, "-m", "tools.docs", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.stdout + said.stderr == ""


# Promises.


def _constraints(label):
    """The constraints of an app by name, and its unique or needed columns by table.column."""
    named, columns = set(), set()
    for model in registry.get_app_config(label).get_models():
        named |= {constraint.name for constraint in model._meta.constraints}
        for field in model._meta.local_fields:
            if field.unique or (field.is_relation and not field.null):
                name = f"{model._meta.db_table}.{field.name}"
                columns.add(name)
    return named, columns


def _promised(path):
    """The names in the second column of the table of promises."""
    table = _text(path).partition("| promise | kept by |")[2].partition("\n\n")[0]
    rows = [line.split("|")[2] for line in table.splitlines() if line.count("|") > 2]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


@pytest.mark.parametrize("folder", [*ROOMS, SOURCE / "kernel"], ids=lambda folder: folder.name)
def test_a_rooms_promises_name_what_keeps_them(folder, db):
    label = folder.name
    named, columns = _constraints(label)
    promised = _promised(folder / "README.md")
    about = {name for name in promised if name.startswith(f"{label}_")}
    kernel = _constraints("kernel")[0]
    tables = set(connection.introspection.table_names())

    assert promised, "a room without a promise"
    assert about <= named | columns | tables
    assert named - {n for n in named if n in promised} == set(), "constraints nobody promised"
    assert {n for n in promised if n.startswith("kernel_")} <= kernel | tables | columns


@pytest.mark.django_db
def test_triggers_views_and_roles_that_promises_name_exist():
    asked = {
        "trigger": "SELECT tgname FROM pg_trigger",
        "view": "SELECT schemaname || '.' || viewname FROM pg_views WHERE schemaname = 'facts'",
        "role": "SELECT rolname FROM pg_roles",
    }
    found = set()
    with connection.cursor() as cursor:
        for query in asked.values():
            cursor.execute(query)
            found |= {row[0] for row in cursor.fetchall()}
    everywhere = set().union(*(_promised(folder / "README.md") for folder in ROOMS))
    named = {n for n in everywhere if n.startswith(("append_only", "facts.", "learncity_"))}
    assert named
    assert named <= found


def test_the_list_of_rooms_is_the_order_of_the_rooms():
    order = _text(ROOT / ".importlinter").partition("contract:apps]")[2].partition("[import")[0]
    rooms = re.findall(r"^ {4}([a-z]+)$", order, re.MULTILINE)
    for path in (SOURCE / "apps" / "README.md", DOCS / "architecture.md"):
        listed = re.findall(r"^(?:\| \[|  )([a-z]+)(?:\]\(| {2,})", _text(path), re.MULTILINE)
        assert listed == rooms, path.name


def test_every_event_that_is_published_says_when():
    published, said = set(), set()
    rooms = SOURCE / "apps"
    for path in (*rooms.glob("*/*.py"), *rooms.glob("*/types/*.py")):
        for node in ast.walk(ast.parse(_text(path))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "outbox.publish":
                inside = [n for n in ast.walk(node) if isinstance(n, ast.Call) and n is not node]
                published |= {ast.unparse(n.func) for n in inside}
            if isinstance(node, ast.ClassDef) and (ast.get_docstring(node) or "").startswith(
                "Published"
            ):
                said.add(node.name)
    events = {name for name in published if name[:1].isupper()}
    assert events
    assert events <= said


# Links and names.


def _anchors(path):
    titles = re.findall(r"^#+ (.+)$", _prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def _leads_nowhere(page, link):
    target, _hash, anchor = link.partition("#")
    if target.startswith(("https:", "http:")):
        return False
    path = (page.parent / target).resolve() if target else page
    return not path.exists() or (anchor and anchor not in _anchors(path))


def test_every_link_leads_somewhere():
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in PAGES
        for link in re.findall(r"\]\(([^)\s]+)\)", _prose(page))
        if _leads_nowhere(page, link)
    ]
    assert broken == []


def test_files_tests_and_commands_that_pages_name_exist():
    known = "".join(_text(p) for top in ("src", "tests") for p in (ROOT / top).rglob("test_*.py"))
    commands = {*get_command(program).commands, "run"}
    missing = []
    for page in PAGES:
        paths = re.findall(r"`((?:src|tests|tools|benchmarks)/[\w./]+)`", _prose(page))
        wrong = [name for name in paths if not (ROOT / name).exists()]
        tests = re.findall(r"`(test_\w+)`", _text(page))
        wrong += [name for name in tests if f"def {name}(" not in known]
        words = re.findall(r"\./go ([a-z]+(?:-[a-z]+)*)", _text(page))
        wrong += [f"./go {name}" for name in words if name not in commands]
        missing += [f"{page.relative_to(ROOT)}: {name}" for name in wrong]
    assert missing == []


def test_decisions_that_the_code_names_exist():
    numbers = {path.name[:4] for path in DECISIONS}
    missing = []
    for path in (ROOT / "src").rglob("*.py"):
        text = _text(path)
        missing += [n for n in re.findall(r"docs/[\w/-]+\.md", text) if not (ROOT / n).exists()]
        missing += [n for n in re.findall(r"decision (\d{4})", text) if n not in numbers]
    assert missing == []


def test_every_variable_that_the_code_reads_is_in_the_settings():
    read = re.compile(r"""environ(?:\.get\(|\.setdefault\(|\[)["']([A-Z_]+)["']""")
    page, inner = _text(DOCS / "reference" / "settings.md"), {"DJANGO_SETTINGS_MODULE"}
    modules = [path for path in SOURCE.rglob("*.py") if "tests" not in path.parts]
    names = {name for path in modules for name in read.findall(_text(path))}
    assert {n for n in names - inner if f"`{n}`" not in page} == set()


# Decisions.


def test_decisions_are_numbered_without_a_gap():
    assert [path.name[:4] for path in DECISIONS] == [
        f"{n:04}" for n in range(1, len(DECISIONS) + 1)
    ]


def test_every_decision_has_its_parts():
    status = re.compile(r"Status: (proposed|accepted|superseded) \d{4}-\d\d-\d\d · supersedes ")
    for path in DECISIONS:
        lines = _text(path).splitlines()
        assert lines[0].startswith(f"# {path.name[:4]} "), path.name
        assert status.match(lines[1]), path.name
        parts = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
        assert parts == ["Context", "Decision", "Consequences", "Rejected"], path.name


def test_every_package_has_its_sentence_and_every_sentence_its_package():
    wanted = set()
    for name in ("core.in", "dev.in"):
        lines = [line.strip() for line in _text(ROOT / "requirements" / name).splitlines()]
        wanted |= {re.split(r"[=\[<>~ ]", line)[0] for line in lines if line[:1].isalpha()}
    page = _text(DOCS / "decisions" / "0013-dependencies.md").partition("## Consequences")[0]
    said = re.findall(r"^- \*\*([\w.-]+)\*\*: .+", page, re.MULTILINE)
    assert sorted(said) == sorted(wanted)


# Elsewhere.


# Examples, the licence, the languages of standards, and the one service that has an adapter.
KNOWN_HOSTS = {
    "example.org",
    "apache.org",
    "json-schema.org",
    # Names of forms in which the catalogue is handed on; nothing is fetched from there.
    "schema.org",
    "sitemaps.org",
    "openarchives.org",
    "purl.org",
    "ieee.org",
    "google.com",
    "w3.org",
    "aliyuncs.com",
    "b.cn",
    "qq.com",
    "zaloapp.com",
}


def test_no_file_names_where_packages_come_from():
    """Which registry an installation uses is its own affair, and is set outside."""
    host = re.compile(r"\b[a-z0-9-]+\.(?:org|com|io|net|dev|cn|vn)\b", re.IGNORECASE)
    option = re.compile("|".join(f"--{n}" for n in ("index-url", "extra-index-url", "find-links")))
    found = {}
    for path in _everything():
        text = path.read_bytes().decode(errors="ignore")
        named = {name.lower() for name in host.findall(text)} - KNOWN_HOSTS
        if path != Path(__file__):
            named |= set(option.findall(text))
        if named:
            found[str(path.relative_to(ROOT))] = named
    assert found == {}


@pytest.mark.django_db
def test_the_blueprint_of_the_reference_can_be_applied(tmp_path):
    page = _text(DOCS / "reference" / "blueprint.md")
    (example,) = re.findall(r"```yaml\n(.+?)```", page, re.DOTALL)
    path = tmp_path / "city.yaml"
    path.write_text(example, encoding="utf-8")
    plan = services.plan(path=path, at=timezone.now())
    assert [step.act for step in plan.steps] == [Act.CREATE] * 7
