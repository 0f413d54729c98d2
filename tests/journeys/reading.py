"""Reading a page as somebody who has one language: which words are not theirs."""

import re
from functools import cache

from .site import Site
from .visitor import Visitor, catalogue

# The visible texts of a page in its own language; what is marked as another language is left out.
_TEXTS = """
() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  const wanted = document.documentElement.lang.split("-")[0];
  while (walker.nextNode()) {
    const at = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
    if (!text || !at.checkVisibility() || at.closest("script, style, code, pre, kbd")) continue;
    const marked = at.closest("[lang]").lang.split("-")[0];
    if (marked === wanted) found.push(text);
  }
  for (const e of document.querySelectorAll("[aria-label], [placeholder], [title], [alt]"))
    for (const name of ["aria-label", "placeholder", "title", "alt"])
      if (e.getAttribute(name) && e.closest("[lang]").lang.split("-")[0] === wanted)
        found.push(e.getAttribute(name));
  // The title of a page about a marked text, such as a message, is that text.
  const top = document.querySelector("h1");
  const own = !top || top.closest("[lang]").lang.split("-")[0] === wanted;
  if (own || !document.title.startsWith(top.innerText.trim()))
    found.push(document.title);
  return found;
}
"""
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[A-Za-zÀ-ỹ]{3,}")
_ENGLISH = re.compile(
    r"\b(the|and|you|your|for|with|this|that|class|classes|course|place|places|seat|seats|free|"
    r"find|sign|code|send|name|what|when|where|message|messages|record|nothing|not|all|are|is)\b",
    re.IGNORECASE,
)
# Words that are the same everywhere.
_EVERYWHERE = {
    "learncity", "xlsx", "csv", "api", "json", "openapi", "excel", "wcag", "sms", "plc", "cnc",
    "html", "http", "https", "unesco", "curl", "bearer", "postgresql", "utf", "iso", "kbd",
}  # fmt: skip


@cache
def _names(site: Site) -> tuple[str, ...]:
    """The names of people and their households, written as they are in every language.

    The longest first: a household is called after somebody.
    """
    found = site.ask("SELECT name FROM people_person UNION SELECT name FROM households_household")
    return tuple(sorted((name for (name,) in found if name), key=len, reverse=True))


def strange_words(visitor: Visitor) -> list[str]:
    """The texts of the page that are not in the visitor's language."""
    found = []
    for text in visitor.page.evaluate(_TEXTS):
        rest = _without_names(text, _names(visitor.site))
        if _is_strange(rest, visitor.lang):
            found.append(text)
    return sorted(set(found))


def _without_names(text: str, names: tuple[str, ...]) -> str:
    """A text without the names in it, which are somebody's."""
    for name in names:
        if name in text:
            text = text.replace(name, "")
    return text.strip()


@cache
def _untranslated(lang: str) -> frozenset[str]:
    """The English sources of texts that read differently in a language."""
    texts = (message for message in catalogue(lang) if isinstance(message.id, str))
    return frozenset(text.id for text in texts if text.id and text.id != text.string)


def _is_strange(text: str, lang: str) -> bool:
    if lang == "en":
        return bool(_HAN.search(text))
    if text in _untranslated(lang):
        return True
    if lang == "vi":
        return bool(_HAN.search(text) or len(_ENGLISH.findall(text)) > 1)
    words = {word.lower() for word in _LATIN.findall(text)} - _EVERYWHERE
    # Content may name a Latin thing within Chinese; an interface text is Latin throughout.
    return bool(words) and not _HAN.search(text) and not _is_identifier(text)


def _is_identifier(text: str) -> bool:
    """One word that is an address, a key or a receipt, and no word of a language."""
    return bool(re.fullmatch(r"(?=.*[@/:._0-9-])\S+", text))
