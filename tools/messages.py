"""The translations of the interface: collect every marked text, and refuse what is incomplete.

    ./go messages            write src/learncity/locale/*/LC_MESSAGES/django.po anew
    ./go messages --check    only look, and fail with a list of what is wrong

The gettext programs are not needed: Django turns templates into calls, Babel reads the calls.
Catalogues are sorted by their texts and name files without line numbers, so two branches that add
a text each do not conflict. Translations that exist are kept; a text that is gone takes its
translation with it; nothing is ever guessed ("fuzzy").
"""

import argparse
import ast
import io
import re
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import PoFileError, read_po, write_po
from django.template.base import Lexer, Token, TokenType
from django.utils.translation.template import block_re, endblock_re, templatize

SOURCE = Path(__file__).resolve().parent.parent / "src" / "learncity"
# By folder. Both languages have one form for all counts.
LANGUAGES = {"vi": "Vietnamese", "zh_Hans": "simplified Chinese"}

# Texts that are looked up but stand elsewhere, or not marked: those of Django and allauth that
# readers meet and that are not translated there, or in the wrong tone.
BORROWED: dict[str, list[str | tuple[str, str]]] = {
    "django/forms": [
        "This field is required.",
        "Enter a whole number.",
        "Ensure this value is less than or equal to %(limit_value)s.",
        "Ensure this value is greater than or equal to %(limit_value)s.",
        (
            "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
            "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        ),
        "Select a valid choice. %(value)s is not one of the available choices.",
        "Null characters are not allowed.",
    ],
    "allauth/account": [
        "Be patient, you are sending too many requests.",
        "Too many failed login attempts. Try again later.",
    ],
}

# Words that stand unmarked in templates, and why.
SAME_EVERYWHERE = {
    "Learncity": "the name of the product",
    "XLSX": "the name of a format",
    "CSV": "the name of a format",
    "openapi": "a part of the name of a file",
    "json": "a part of the name of a file",
}
# Templates whose words are not marked (a folder ends in a slash), and why.
NOT_MARKED = {
    "web/error_500.html": "drawn without settings or database, in three languages at once",
    "ui/style.html": "a page for developers, with every component in three languages",
    "ui/samples/": "parts of the page for developers, with texts of their own",
}

# How Babel finds the texts among the arguments, and how many arguments have to be plain text.
_CALLS = {
    "gettext": (None, 1),
    "ngettext": ((1, 2), 2),
    "pgettext": (((1, "c"), 2), 2),
    "npgettext": (((1, "c"), 2, 3), 3),
}
_FUNCTIONS = {
    name + ending: call for name, call in _CALLS.items() for ending in ("", "_lazy", "_noop")
}
_READ_ALOUD = {"aria-label", "alt", "title", "placeholder"}
_GIVEN_WORDS = {"label", "title", "text", "note", "hint", "caption", "button", "placeholder"}
_PLACEHOLDER = re.compile(r"%\(\w+\)\w")
_MARKUP = re.compile(r"</?[a-z][^>]*>")
_WORD = re.compile(r"[^\W\d_]+")
_WIDE = re.compile(r"[\u2014-\u201d\u3000-\u9fff\uff00-\uffef]")


def collect(source: Path = SOURCE) -> Catalog:
    """Every marked text below a folder, with the files it stands in.

    Raises:
        SyntaxError: a module or a template cannot be read, so its texts are not known.
    """
    found = Catalog(fuzzy=False)
    for path in _files(source, "*.py"):
        code = path.read_text(encoding="utf-8")
        _add(found, path.relative_to(source.parent), code, _names(ast.parse(code, str(path))))
    for path in _files(source, "*.html"):
        calls = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        # Each call is on a line of its own; without their indents Python can read them.
        code = "\n".join(line.strip() for line in calls.splitlines())
        names = {**{name: name for name in _CALLS}, "_": "gettext"}
        _add(found, path.relative_to(source.parent), code, names)
    for origin, texts in BORROWED.items():
        for text in texts:
            found.add(text, locations=[(origin, None)])
    return found


def _files(source: Path, pattern: str) -> list[Path]:
    skipped = {"tests", "migrations", "locale"}
    return [
        path
        for path in sorted(source.rglob(pattern))
        if skipped.isdisjoint(path.relative_to(source).parts)
    ]


def _names(tree: ast.Module) -> dict[str, str]:
    """What a module calls Django's functions: ``{"_": "gettext_lazy"}``."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in _FUNCTIONS
    }


def _add(found: Catalog, path: Path, code: str, names: dict[str, str]) -> None:
    keywords = dict.fromkeys(names)
    for _line, name, given, comments in extract_python(
        io.BytesIO(code.encode()), keywords, ["Translators:"], {}
    ):
        texts = given if isinstance(given, tuple) else (given,)
        positions, needed = _FUNCTIONS[names[name]]
        if len(texts) < needed or not all(texts[:needed]):
            continue  # a variable, whose text is marked elsewhere
        context = texts[0] if positions and isinstance(positions[0], tuple) else None
        ids = texts[:needed][1 if context else 0 :]
        found.add(
            ids if len(ids) > 1 else ids[0],
            context=context,
            locations=[(path.as_posix(), None)],
            auto_comments=comments,
        )


def faults_in_python(source: Path = SOURCE) -> Iterator[str]:
    """Texts that are put together before they are looked up, so that no catalogue can hold them."""
    for path in _files(source, "*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        names = _names(tree)
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id not in names:
                continue
            _, needed = _FUNCTIONS[names[node.func.id]]
            for argument in node.args[:needed]:
                if isinstance(argument, ast.JoinedStr | ast.BinOp | ast.Call):
                    where = f"{path.relative_to(source.parent)}:{argument.lineno}"
                    yield f"{where}: format after the call: {ast.unparse(argument)}"


def faults_in_templates(source: Path = SOURCE) -> Iterator[str]:
    """Words in templates that are not marked."""
    for path in _files(source, "*.html"):
        name = path.as_posix().partition("/templates/")[2]
        if any(name == it or (it[-1] == "/" and name.startswith(it)) for it in NOT_MARKED):
            continue
        for text in _unmarked(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(source.parent)}: not marked: {text}"


def _unmarked(template: str) -> list[str]:
    html: list[str] = []
    texts: list[str] = []
    skipped_until: Callable[[str], object] | None = None
    for token in Lexer(template).tokenize():
        if skipped_until:
            if token.token_type == TokenType.BLOCK and skipped_until(token.contents):
                skipped_until = None
        elif token.token_type == TokenType.TEXT:
            html.append(token.contents)
        elif token.token_type == TokenType.BLOCK:
            if token.contents == "comment" or token.contents.startswith("comment "):
                skipped_until = "endcomment".__eq__
            elif block_re.match(token.contents):
                skipped_until = endblock_re.match
            elif token.contents == "block body_class":  # words of the style sheet
                skipped_until = "endblock".__eq__
            else:
                texts += _written_out(token)
    reader = _Reader()
    reader.feed("".join(html))
    reader.close()
    return [text for text in (*texts, *reader.texts) if _speaks(text)]


def _written_out(token: Token) -> Iterator[str]:
    """What is given to a component as plain text: ``{% include … with label="Show" %}``."""
    for part in token.split_contents()[1:]:
        name, _, value = part.partition("=")
        if name in _GIVEN_WORDS and value[:1] in ("'", '"'):
            yield value.strip("'\"")


def _speaks(text: str) -> bool:
    return any(word not in SAME_EVERYWHERE for word in _WORD.findall(text))


class _Reader(HTMLParser):
    """What people see or hear of a page; code is shown as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style", "code", "pre", "kbd")
        self.texts += [value for name, value in attrs if name in _READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style", "code", "pre", "kbd")

    def handle_data(self, data: str) -> None:
        if self._silent <= 0 and data.strip():
            self.texts.append(" ".join(data.split()))


def catalogue_path(language: str, source: Path = SOURCE) -> Path:
    """Where the catalogue of a language is kept."""
    return source / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str, source: Path = SOURCE) -> Catalog:
    """The catalogue of a language as it is kept; empty when there is none.

    Raises:
        PoFileError: the file cannot be read.
    """
    path = catalogue_path(language, source)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def write(language: str, found: Catalog, source: Path = SOURCE) -> int:
    """Write a catalogue anew, with the translations there were; how many texts have none."""
    old, new = read(language, source), Catalog(locale=language, fuzzy=False)
    for message in _texts(found):
        known = old.get(_first(message), message.context)
        new.add(
            message.id,
            _translation(known, message) if known and not known.fuzzy else None,
            context=message.context,
            locations=message.locations,
            auto_comments=message.auto_comments,
            user_comments=known.user_comments if known else (),
        )
    path = catalogue_path(language, source)
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(
        buffer, new, width=100, sort_output=True, omit_header=True, include_lineno=False,
        ignore_obsolete=True,
    )  # fmt: skip
    # A header without dates: only translations make a difference.
    head = (
        f"# Learncity in {LANGUAGES[language]}. Written by ./go messages; edit the msgstr lines.\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    )
    path.write_text(head + buffer.getvalue().decode().rstrip("\n") + "\n", encoding="utf-8")
    return sum(not all(_strings(message)) for message in _texts(new))


def _texts(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def _translation(known: Message, message: Message) -> str | tuple[str, ...]:
    """What is known, in the shape that the text has now: it may have got or lost a plural."""
    strings = _strings(known)
    return strings if message.pluralizable else strings[-1]


def faults_in_catalogue(language: str, found: Catalog, source: Path = SOURCE) -> Iterator[str]:
    """What is missing, empty, unsure, left over or different from the source in a catalogue."""
    try:
        kept = read(language, source)
    except PoFileError as error:
        yield f"{language}: cannot be read: {error}"
        return
    for message in _texts(found):
        known = kept.get(_first(message), message.context)
        if known is None or known.pluralizable != message.pluralizable:
            yield f"{language}: missing, run ./go messages: {_first(message)!r}"
        elif known.fuzzy or not all(_strings(known)):
            yield f"{language}: not translated: {_first(message)!r}"
        else:
            yield from _differences(language, message, known)
    for message in _texts(kept):
        if found.get(_first(message), message.context) is None:
            yield f"{language}: no longer in the source, run ./go messages: {_first(message)!r}"


def _differences(language: str, message: Message, known: Message) -> Iterator[str]:
    source = message.id if isinstance(message.id, str) else message.id[-1]
    for target in _strings(known):
        for what, pattern in (("placeholders", _PLACEHOLDER), ("markup", _MARKUP)):
            if set(pattern.findall(source)) != set(pattern.findall(target)):
                yield f"{language}: other {what}: {source!r} – {target!r}"
        if not _edges_fit(source, target):
            yield f"{language}: other space at an end: {source!r} – {target!r}"
        if re.search("[!！]", target):
            yield f"{language}: no exclamation marks: {target!r}"


def _edges_fit(source: str, target: str) -> bool:
    """The same space at both ends; Chinese may leave it out, since its signs bring their own."""
    for at, edge in ((0, re.compile(r"^\s*")), (-1, re.compile(r"\s*$"))):
        wanted, given = edge.search(source).group(), edge.search(target).group()  # type: ignore[union-attr]
        if given != wanted and not (given == "" and _WIDE.match(target[at])):
            return False
    return True


def faults(source: Path = SOURCE) -> list[str]:
    """Everything that is wrong, in the order in which it is best mended."""
    found = collect(source)
    return [
        *faults_in_python(source),
        *faults_in_templates(source),
        *(fault for name in LANGUAGES for fault in faults_in_catalogue(name, found, source)),
    ]


def main(words: list[str]) -> int:
    """Write the catalogues, or with ``--check`` look at them; the exit code."""
    parser = argparse.ArgumentParser(prog="./go messages", description="The translations.")
    parser.add_argument("--check", action="store_true", help="only look, and fail if one is wrong")
    if parser.parse_args(words).check:
        wrong = faults()
        print(*wrong, sep="\n", end="\n" if wrong else "")
        print(f"{len(wrong)} faults." if wrong else "The translations are complete.")
        return 1 if wrong else 0
    found = collect()
    for language in LANGUAGES:
        left = write(language, found)
        print(f"{language}: {len(_texts(found))} texts, {left} of them to be translated")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SyntaxError as error:  # nothing was written
        sys.exit(f"{error.filename or 'A template'}, line {error.lineno}: {error.msg}")
