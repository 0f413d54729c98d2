"""Texts, and what readers type, as words that an index can compare.

Chinese is written in two ways and without spaces, typed in pinyin, and mistyped as what sounds the
same; Vietnamese is typed with and without its marks; English words change their ends. All of it is
reduced here, in the index and in what readers type alike, so PostgreSQL compares plain tokens.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from .words import fold

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_WORD = re.compile(r"[^\W_]+")
# How a reading begins in the index, so that the English word "pin" is not the sound of 拼.
READING = "py"


def load() -> None:
    """Open the dictionaries, where several processes will share what one has loaded."""
    index_words("学习 learn")
    readings("学习")


def simplified(text: str) -> str:
    """Chinese as it is written on the mainland: ``會計`` is ``会计``; other scripts stay."""
    return _converter()(text) if _HAN.search(text) else text


@cache
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC  # tables of phrases that many a process never opens

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


def index_words(text: str) -> list[str]:
    """The words of a text as the index holds them, in order.

    Chinese, simplified, in words, pairs and single characters (readers type fragments); other
    scripts in folded words, each followed by its English stem where that differs. Only letters and
    digits, so the result can be given to ``to_tsvector('simple')``.
    """
    tokens: list[str] = []
    for run, is_han in _runs(simplified(text)):
        if is_han:
            tokens += _han_words(run)
            continue
        for word in _WORD.findall(fold(run)):
            tokens.append(word)
            if (stem := stem_of(word)) != word:
                tokens.append(stem)
    return tokens


def han_words(text: str) -> list[str]:
    """The Chinese among ``index_words``, each piece once."""
    runs = [_han_words(run) for run, is_han in _runs(simplified(text)) if is_han]
    return list(dict.fromkeys(token for run in runs for token in run))


def readings(text: str) -> list[str]:
    """How the Chinese of a text sounds: each word and each syllable, marked as a reading.

    ``会计`` gives ``pykuaiji``, ``pykuai`` and ``pyji``.
    """
    tokens: list[str] = []
    for run, is_han in _runs(simplified(text)):
        if is_han:
            for word in _cut(run):
                sounds = _sounds(word)
                tokens += [READING + "".join(sounds), *(READING + sound for sound in sounds)]
    return list(dict.fromkeys(tokens))


@dataclass(frozen=True, slots=True)
class Asked:
    """One word that a reader typed.

    Attributes:
        typed: the word, folded or simplified.
        ways: tokens of the index that it may mean, the closest first; each matches from its
            beginning, but for stems.
        stem: its English stem, which must match whole; empty when it is the word itself.
        is_han: Chinese; a pair of characters or a single one.
        parts: tokens that may stand for it together.
    """

    typed: str
    ways: tuple[str, ...]
    stem: str = ""
    is_han: bool = False
    parts: tuple[str, ...] = ()


def asked(text: str) -> list[Asked]:
    """The words a reader typed, each once, in order: all of them are looked for."""
    found: list[Asked] = []
    for run, is_han in _runs(simplified(text)):
        if is_han:
            found += [Asked(pair, (pair,), is_han=True) for pair in _pairs(run)]
            continue
        for word in _WORD.findall(fold(run)):
            stem = stem_of(word)
            ways = (word, READING + word) if len(word) > 1 and word.isascii() else (word,)
            found.append(Asked(word, ways, stem if stem != word else ""))
    return list(dict.fromkeys(found))


def sounding(text: str) -> list[Asked]:
    """The same words by their sound, for those who chose the wrong characters of one sound."""
    found: list[Asked] = []
    for run, is_han in _runs(simplified(text)):
        if is_han:
            found += [Asked(sound, (READING + sound,)) for sound in _sounds(run)]
        else:
            found += asked(run)
    return list(dict.fromkeys(found))


def stem_of(word: str) -> str:
    """What an English word shares with its forms: ``learning`` and ``learns`` are ``learn``."""
    return _stem(word) if word.isascii() and word.isalpha() and len(word) > 3 else word


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    stem: str = _stemmer()(word)
    return stem


@cache
def _stemmer() -> Callable[[str], str]:
    import snowballstemmer

    stemmer: Callable[[str], str] = snowballstemmer.stemmer("english").stemWord
    return stemmer


def _runs(text: str) -> list[tuple[str, bool]]:
    """The text in pieces that are Chinese, or are not."""
    found: list[tuple[str, bool]] = []
    at = 0
    for han in _HAN.finditer(text):
        found += [(text[at : han.start()], False), (han.group(), True)]
        at = han.end()
    return [*found, (text[at:], False)]


def _cut(run: str) -> list[str]:
    import rjieba  # a dictionary of 30 MB

    words: list[str] = rjieba.cut_for_search(run)
    return words


def _han_words(run: str) -> list[str]:
    return list(dict.fromkeys([*(w for w in _cut(run) if len(w) > 1), *_pairs(run), *run]))


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


@lru_cache(maxsize=8192)
def _sounds(word: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin  # 55 MB

    return tuple(sound for sound in lazy_pinyin(word) if sound.isascii() and sound.isalpha())
