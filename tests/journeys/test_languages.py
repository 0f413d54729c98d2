"""Every page in each language, as people of each role see it: no word of another one."""

import pytest

from .pages import DESK, MINE, OFFICE, OPEN, REFUSED, check_nothing
from .reading import strange_words
from .site import OPERATOR, PROVIDER

pytestmark = [pytest.mark.journey, pytest.mark.slow]

PAGES = {
    None: [page for page in OPEN if page not in ("/demo/outbox/", "/find/?q=会计")],
    PROVIDER: list(DESK),
    OPERATOR: list(OFFICE),
}


@pytest.mark.parametrize("who", PAGES, ids=["stranger", "provider", "operator"])
@pytest.mark.parametrize("lang", ["zh-Hans", "vi", "en"])
def test_no_page_holds_words_of_another_language(visitor, known, lang, who):
    reader = known(who, lang=lang) if who else visitor(lang=lang)

    found = {}
    for page in PAGES[who]:
        reader.visit(page, status=REFUSED.get(page, 200) if who is None else 200)
        found[page] = strange_words(reader)

    check_nothing(found)


@pytest.mark.parametrize("lang", ["zh-Hans", "vi", "en"])
def test_no_page_of_a_resident_holds_words_of_another_language(placed, lang):
    # Messages stay as they were written, in Chinese here, and are marked as what they are.
    worker, receipt = placed(lang=lang)
    pages = [page for page in MINE if page != "/desk/"]

    found = {}
    for page in (*pages, f"/me/places/{receipt}/", f"/me/places/{receipt}/withdraw/"):
        worker.visit(page)
        found[page] = strange_words(worker)
    worker.visit("/me/messages/")
    worker.follow("main .post a")
    found["a message"] = strange_words(worker)

    check_nothing(found)


@pytest.mark.parametrize("lang", ["zh-Hans", "vi", "en"])
def test_what_went_wrong_is_said_in_the_reader_s_language(visitor, lang):
    reader = visitor(lang=lang, scripts=False)

    reader.visit("/nowhere/", status=404)
    assert strange_words(reader) == []
    reader.visit("/sign-in/")
    reader.press("Send me a code", status=422)
    assert strange_words(reader) == []
    assert reader.page.title().startswith(reader.word("Error:"))
