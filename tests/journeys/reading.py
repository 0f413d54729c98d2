"""Reading a page as somebody who has one language: which words are not theirs."""

import re
from functools import cache

from .site import Site
from .visitor import Visitor

# The visible texts of a page with the language they are marked with, and whether their letters are
# those of a name or of an address rather than of a sentence.
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
      if (e.getAttribute(name)) found.push(e.getAttribute(name));
  // The title of a page about a marked text, such as a message, is that text.
  const top = document.querySelector("h1"), marked = top && top.closest("[lang]").lang.split("-")[0];
  if (!top || marked === wanted || !document.title.startsWith(top.innerText.trim()))
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
def _names(site: Site) -> frozenset[str]:
    """The names of the people of the city, which are written as they are in every language."""
    return frozenset(name for (name,) in site.ask("SELECT name FROM people_person") if name)


def strange_words(visitor: Visitor) -> list[str]:
    """The texts of the page that are not in the visitor's language."""
    found = []
    for text in visitor.page.evaluate(_TEXTS):
        rest = _without_names(text, _names(visitor.site))
        if _is_strange(rest, visitor.lang):
            found.append(text)
    return sorted(set(found))


def _without_names(text: str, names: frozenset[str]) -> str:
    """A text that lists names, without those that are somebody's."""
    return " ".join(part for part in re.split(r"[,，、·\s]+", text) if part not in names)


def _is_strange(text: str, lang: str) -> bool:
    if lang == "zh-Hans":
        words = {word.lower() for word in _LATIN.findall(text)} - _EVERYWHERE
        # Content may name a Latin thing within Chinese; an interface text is Latin throughout.
        return bool(words) and not _HAN.search(text) and not _is_address(text)
    if lang == "vi":
        return bool(_HAN.search(text) or len(_ENGLISH.findall(text)) > 1)
    return bool(_HAN.search(text))


def _is_address(text: str) -> bool:
    return bool(re.search(r"[@/:_]|\b[A-Z0-9]{4}-[A-Z0-9]{4}\b|^[a-z0-9.-]+$", text))
