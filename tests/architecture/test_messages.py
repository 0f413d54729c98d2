"""The translations are complete, and the check that says so sees every kind of fault."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext, override
from tools import messages

from learncity.apps.classes import queries as classes
from learncity.apps.classes.types import Shown
from learncity.kernel import formats
from learncity.kernel.texts import Text

PAGE = '{% load i18n %}<p>{% translate "Find a class" %}</p>'
CODE = (
    "from django.utils.translation import gettext_lazy as _, ngettext\n"
    'LABEL = _("Your name")\n'
    "def seats(n):\n"
    '    return ngettext("%(n)s seat", "%(n)s seats", n) % {"n": n}\n'
)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small product whose catalogues are complete."""
    monkeypatch.setattr(messages, "BORROWED", {})
    folder = tmp_path / "learncity"
    (folder / "web" / "templates" / "web").mkdir(parents=True)
    (folder / "web" / "templates" / "web" / "home.html").write_text(PAGE)
    (folder / "web" / "words.py").write_text(CODE)
    for language in messages.LANGUAGES:
        messages.write(language, messages.collect(folder), folder)
        path = messages.catalogue_path(language, folder)
        text = path.read_text()
        for source_text, target in (
            ("Find a class", "找课"),
            ("Your name", "您的姓名"),
        ):
            text = text.replace(
                f'msgid "{source_text}"\nmsgstr ""', f'msgid "{source_text}"\nmsgstr "{target}"'
            )
        path.write_text(text.replace('msgstr[0] ""', 'msgstr[0] "%(n)s 个座位"'))
    return folder


def _seed(source: Path, code: str = "", page: str = "") -> None:
    if code:
        path = source / "web" / "words.py"
        path.write_text(path.read_text() + code)
    if page:
        path = source / "web" / "templates" / "web" / "home.html"
        path.write_text(path.read_text() + page)


def _edit(source: Path, old: str, new: str) -> None:
    path = messages.catalogue_path("zh_Hans", source)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_product_is_translated_completely() -> None:
    assert messages.faults() == []


def test_a_complete_catalogue_has_no_faults(source: Path) -> None:
    assert messages.faults(source) == []


@pytest.mark.parametrize(
    ("code", "page", "fault"),
    [
        ('NEW = _("A new text")\n', "", "missing"),
        ("", '{% translate "A new text" %}', "missing"),
        ("", '{% translate "Your name" context "of a boat" %}', "missing"),
        ("", "{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}", "Hello %(name)s"),
        ("", "<p>Hello</p>", "not marked: Hello"),
        ("", '<input aria-label="Hello">', "not marked: Hello"),
        ("", '{% include "ui/button.html" with label="Hello" only %}', "not marked: Hello"),
        ('def f(x):\n    return _(f"Hello {x}")\n', "", "format after the call"),
        ('def f(x):\n    return _("Hello " + x)\n', "", "format after the call"),
        ('def f(x):\n    return _("Hello %s" % x)\n', "", "format after the call"),
        ('def f(x):\n    return _("Hello {}".format(x))\n', "", "format after the call"),
        ('def f(n):\n    return ngettext(f"{n} a", "b", n)\n', "", "format after the call"),
    ],
)
def test_a_fault_in_the_source_is_seen(source: Path, code: str, page: str, fault: str) -> None:
    _seed(source, code, page)

    assert any(fault in line for line in messages.faults(source))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('msgstr "找课"', 'msgstr ""', "not translated"),
        ('msgid "Find a class"', '#, fuzzy\nmsgid "Find a class"', "not translated"),
        ('msgstr "找课"', 'msgstr "找课 "', "other space"),
        ("%(n)s 个座位", "%(m)s 个座位", "other placeholders"),
        ("%(n)s 个座位", "%(n)d 个座位", "other placeholders"),
        ('msgstr "找课"', 'msgstr "<b>找课</b>"', "other markup"),
        ('msgstr "找课"', 'msgstr "找课！"', "exclamation"),
        ('msgid "Find a class"', 'msgid "Gone"', "no longer in the source"),
        ('msgstr "找课"', '<<<<<<< HEAD\nmsgstr "找课"', "cannot be read"),
    ],
)
def test_a_fault_in_a_catalogue_is_seen(source: Path, old: str, new: str, fault: str) -> None:
    _edit(source, old, new)

    assert any(fault in line for line in messages.faults(source))


@pytest.mark.parametrize(
    "page",
    [
        "<title>Learncity</title><a>XLSX</a>",
        "{# Not shown #}{% comment %}Not shown{% endcomment %}<script>let hidden</script>",
        "<code>GET /api/v1/classes</code>",
        '{% include "ui/icon.html" with name="clock" %}',
        "{% block body_class %}desk{% endblock %}",
    ],
)
def test_what_nobody_reads_need_not_be_marked(source: Path, page: str) -> None:
    _seed(source, page=page)

    assert messages.faults(source) == []


def test_writing_keeps_translations_and_drops_what_is_gone(source: Path) -> None:
    path = source / "web" / "words.py"
    path.write_text(CODE.replace("Your name", "Your full name"))

    left = messages.write("zh_Hans", messages.collect(source), source)

    text = messages.catalogue_path("zh_Hans", source).read_text()
    assert left == 1
    assert "找课" in text
    assert "您的姓名" not in text
    assert "fuzzy" not in text


def test_writing_twice_changes_nothing(source: Path) -> None:
    before = messages.catalogue_path("vi", source).read_text()

    messages.write("vi", messages.collect(source), source)

    assert messages.catalogue_path("vi", source).read_text() == before


def test_a_text_that_gets_a_plural_keeps_its_translation(source: Path) -> None:
    page = (
        "{% blocktranslate count n=n %}Find a class{% plural %}Find classes{% endblocktranslate %}"
    )
    (source / "web" / "templates" / "web" / "home.html").write_text(page)

    messages.write("zh_Hans", messages.collect(source), source)

    assert 'msgstr[0] "找课"' in messages.catalogue_path("zh_Hans", source).read_text()


def test_a_module_that_cannot_be_read_leaves_the_catalogues_alone(source: Path) -> None:
    _seed(source, code="def broken(:\n")

    with pytest.raises(SyntaxError):
        messages.collect(source)


@pytest.mark.parametrize("language", ["zh-hans", "vi"])
def test_readers_get_their_words_and_not_djangos(language: str) -> None:
    with override(language):
        assert gettext("Find a class") in ("找课", "Tìm lớp")
        assert ngettext("%(n)s seat free", "%(n)s seats free", 2) % {"n": 2} in (
            "还有 2 个座位",
            "còn 2 chỗ",
        )
        assert gettext("Enter a whole number.") in ("请填整数。", "Hãy nhập số nguyên.")


# What stands on pages in Latin letters and is no text: addresses, receipts, names of files and
# languages, and times.
_NO_TEXT = re.compile(
    r"[\w.+-]+@[\w.-]+|[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}|\+\d+|XLSX|CSV|Learncity"
    r"|Tiếng Việt|English|\bVI\b|\bEN\b"
)
_LATIN = re.compile(r"[A-Za-z]{2,}")


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language in which every text, date and title of the city stands in brackets."""

    def bracketed(function: Any) -> Any:
        return lambda *given, **named: f"⟦{function(*given, **named)}⟧"

    for name in ("gettext", "ngettext", "pgettext", "npgettext"):
        monkeypatch.setattr(translation._trans, name, bracketed(getattr(translation._trans, name)))
    for name in ("day", "clock", "money", "number"):
        monkeypatch.setattr(formats, name, bracketed(getattr(formats, name)))
    monkeypatch.setattr(Text, "best", bracketed(Text.best))


def _unbracketed(page: str) -> list[str]:
    """Words that a reader sees or hears and that came from no catalogue."""
    while "⟦" in page:
        page, last = re.sub(r"⟦[^⟦⟧]*⟧", "", page), page
        if page == last:
            break
    reader = messages._Reader()
    reader.feed(page)
    return [text for text in reader.texts if _LATIN.search(_NO_TEXT.sub("", text))]


def test_words_without_brackets_are_noticed() -> None:
    page = "<title>⟦Find ⟦Suzhou⟧⟧ · Learncity</title><p aria-label='Menu'>⟦Find⟧ a@b.cn Hello</p>"

    assert _unbracketed(page) == ["Menu", "a@b.cn Hello"]


def _open_class() -> str:
    at = timezone.now()
    return next(
        card.key for card in classes.list_classes(at=at, shown=Shown.OPEN) if card.seats.free
    )


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/find/",
        "/find/?q=404",
        "/categories/workplace-skills/",
        "/classes/{key}/",
        "/venues/",
        "/place/",
        "/sign-in/",
        "/help/",
        "/privacy/",
        "/accessibility/",
        "/nowhere/",
    ],
)
def test_every_word_a_stranger_sees_is_translated(
    client: Client, city: None, pseudo: None, path: str
) -> None:
    client.cookies["lang"] = "en"

    page = client.get(path.format(key=_open_class())).content.decode()

    assert "⟦" in page
    assert _unbracketed(page) == []


@pytest.mark.parametrize(
    ("person", "paths"),
    [
        (
            "demo-worker",
            ["/me/", "/me/classes/", "/me/record/", "/me/messages/", "/me/profile/",
             "/classes/{key}/apply/", "/desk/"],
        ),
        ("demo-provider", ["/desk/", "/desk/?q=404", "/desk/figures/"]),
    ],
)  # fmt: skip
def test_every_word_a_person_sees_is_translated(
    signed_in: Any, city: None, pseudo: None, person: str, paths: list[str]
) -> None:
    client = signed_in(person)
    client.cookies["lang"] = "en"
    if person == "demo-worker":
        client.post(f"/classes/{_open_class()}/apply/")

    for path in paths:
        page = client.get(path.format(key=_open_class()), follow=True).content.decode()

        assert "⟦" in page
        assert (path, _unbracketed(page)) == (path, [])


@pytest.mark.parametrize("language", messages.LANGUAGES)
@pytest.mark.parametrize(
    ("context", "word"),
    [("reform", "Applied"), ("role", "Kept"), ("deed", "Take it back"), ("thing", "Name")],
)
def test_a_word_of_two_meanings_has_two_translations(language, context, word):
    known = messages.read(language)
    other, own = known.get(word), known.get(word, context)

    assert other is not None
    assert own is not None
    assert own.string != other.string
