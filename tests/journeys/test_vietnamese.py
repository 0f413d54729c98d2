"""A worker from Nghệ An: everything in Vietnamese, and search without accents."""

import re
import unicodedata

import pytest

from .reading import strange_words
from .site import VIETNAMESE

pytestmark = pytest.mark.journey


def test_a_vietnamese_worker_finds_bookkeeping_without_accents(site, known):
    worker = known(VIETNAMESE, lang="vi", width=360, height=740)

    worker.visit("/")
    assert strange_words(worker) == []
    worker.search("ke toan")
    assert strange_words(worker) == []
    first = worker.page.locator("main .rows h3 a").first
    assert "kế toán" in unicodedata.normalize("NFC", first.inner_text()).lower()
    worker.follow(first)
    assert worker.path == "/courses/small-shop-bookkeeping/"
    assert strange_words(worker) == []
    worker.follow(worker.row("/classes/bookkeeping-qiaotou-wed/"))
    assert strange_words(worker) == []
    assert re.search(r"\b(Thứ|thứ|Th)\b", worker.text())
    worker.press("Apply for this class")
    worker.press("Apply for this class")
    assert strange_words(worker) == []
    receipt = worker.receipt()

    worker.visit("/me/messages/")
    assert strange_words(worker) == []
    letter = site.letter_with(VIETNAMESE, receipt)
    assert not re.search(r"[\u4e00-\u9fff]", letter.subject + letter.body)
