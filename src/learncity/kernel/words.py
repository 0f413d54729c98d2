"""How words are compared: folding, search tokens and the order of names in three scripts.

Everything is computed here and stored, because the embedded PostgreSQL has no ICU and another
machine's ICU would sort differently.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_WORD = re.compile(r"[^\W_]+")
_DASHES = re.compile(r"[-‐-―]")

_LETTERS = {c: i for i, c in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
# The order of tones in Vietnamese dictionaries: none, huyền, hỏi, ngã, sắc, nặng.
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


def load() -> None:
    """Open the dictionaries, where several processes will share what one has loaded."""
    name_words("学")


def fold(text: str) -> str:
    """Lower case, without diacritics: ``Kế toán`` and ``ke toan`` are the same."""
    lowered = text.lower().replace("đ", "d")
    return "".join(c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c))


def _tokens(text: str, han_tokens: Callable[[str], Iterable[str]]) -> list[str]:
    tokens: list[str] = []
    at = 0
    for han in _HAN.finditer(text):
        tokens += _WORD.findall(fold(text[at : han.start()]))
        tokens += han_tokens(han.group())
        at = han.end()
    return tokens + _WORD.findall(fold(text[at:]))


def _pieces(run: str) -> list[str]:
    """The pairs and the single signs of Chinese."""
    pairs = [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return list(dict.fromkeys([*pairs, *run]))


def query_tokens(text: str) -> list[str]:
    """The words a reader typed: all must be found. Chinese words, not their fragments."""
    tokens: list[str] = []
    at = 0
    for han in _HAN.finditer(text):
        tokens += _WORD.findall(fold(text[at : han.start()]))
        run = han.group()
        pairs = [run[i : i + 2] for i in range(len(run) - 1)] or [run]
        tokens += pairs
        at = han.end()
    return list(dict.fromkeys(tokens + _WORD.findall(fold(text[at:]))))


def name_words(name: str) -> str:
    """The words by which a person's name is found, with a space between.

    Folded, so ``nguyen van an`` finds ``Nguyễn Văn Ân``; Chinese by its signs, their pairs, every
    reading of each sign and the whole name in pinyin: ``zhang wei`` and ``zhangwei`` find 张伟.
    """
    tokens = _tokens(unicodedata.normalize("NFC", name), _pieces)
    for han in _HAN.finditer(name):
        readings = [_readings(sign) for sign in han.group()]
        tokens += [syllable for sign in readings for syllable in sign]
        tokens.append("".join(sign[0] for sign in readings))
        tokens.append("".join(_pinyin(han.group())))
    return " ".join(dict.fromkeys(_WORD.findall(" ".join(tokens))))


@lru_cache(maxsize=8192)
def _readings(sign: str) -> tuple[str, ...]:
    """Every reading of a sign, the most common first."""
    from pypinyin import Style, pinyin  # 55 MB, likewise

    return tuple(pinyin(sign, style=Style.NORMAL, heteronym=True)[0])


@lru_cache(maxsize=8192)
def _pinyin(name: str) -> tuple[str, ...]:
    """One reading of each sign; of a name both its order and its words ask for it."""
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(name))


def sort_key(name: str) -> bytes:
    """Bytes that sort names as people expect, to be stored beside the name.

    Vietnamese sorts by given name, so the last word leads; Chinese by pinyin; letters before
    tones; everything case-blind. Chinese and Latin names interleave by their Latin letters.
    """
    if _HAN.search(name):
        words = [syllable for syllable in _pinyin(name) if syllable.strip()]
    else:
        words = unicodedata.normalize("NFC", name).split()
        words = words[-1:] + words[:-1]
    first, second = bytearray(), bytearray()
    for word in words:
        for char in word.lower():
            place, tone = _letter(char)
            first.append(place)
            second.append(tone)
        first.append(1)
    return bytes(first) + b"\x00" + bytes(second)


@lru_cache(maxsize=4096)
def _letter(char: str) -> tuple[int, int]:
    parts = unicodedata.normalize("NFD", char)
    tone = next((_TONES[p] for p in parts if p in _TONES), 0)
    base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TONES))
    if base in _LETTERS:
        return 10 + _LETTERS[base], tone
    return (60 + min(ord(base[0]), 190)) if base.isalnum() else 2, tone


def is_respelled(one: str, other: str) -> bool:
    """Whether two names are the same words in another spelling: ``Hòa`` and ``Hoà``.

    The same letters, and the same tone in each word wherever it stands in it; ``Hoa`` is another
    word. Case, width, composition and spaces mean nothing.
    """
    return spelling(one) == spelling(other)


def spelling(name: str) -> str:
    """A form that all spellings of a name share, to look it up by; not for people to read.

    Each word is its letters and then its tone, in lower case: no two Vietnamese words share one.
    Dashes are spaces, apostrophes nothing.
    """
    words = []
    for word in _DASHES.sub(" ", unicodedata.normalize("NFKC", name).lower()).split():
        parts = unicodedata.normalize("NFD", word)
        bare = "".join(c for c in parts if c not in _TONES and c not in "'’")
        letters = unicodedata.normalize("NFC", bare)
        words.append(letters + "".join(str(_TONES[c]) for c in parts if c in _TONES))
    return " ".join(words)
