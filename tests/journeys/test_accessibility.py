"""axe looks at every page, at both widths, in each way a page can look, and finds nothing."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from .pages import DESK, MINE, OFFICE, OPEN, REFUSED, check_nothing
from .site import OPERATOR, PROVIDER, new_phone

pytestmark = [pytest.mark.journey, pytest.mark.slow]

LOOKS = {
    "normal": "",
    "senior": "mode=senior",
    "night": "look=night",
    "contrast": "look=contrast",
    "senior at night": "mode=senior&look=night",
}
WIDTHS = {"a phone": (360, 740), "a desk": (1280, 800)}


def violations(visitor):
    """What axe finds on the page, in words."""
    found = Axe().run(visitor.page).response["violations"]
    return [f"{v['id']}: {n['html'][:160]}" for v in found for n in v["nodes"]]


def look_through(visitor, pages, look="normal", *, refused=()):
    """Findings by page; none is how it should be."""
    if LOOKS[look]:
        visitor.page.goto(f"{visitor.site.address}/prefer/?{LOOKS[look]}&next=/help/")
    found = {}
    for page in pages:
        visitor.visit(page, status=REFUSED[page] if page in refused else 200)
        found[page] = violations(visitor)
    return found


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_the_open_pages(visitor, width, look):
    stranger = visitor(width=WIDTHS[width][0], height=WIDTHS[width][1])

    check_nothing(look_through(stranger, OPEN, look, refused=("/nowhere/",)))


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_the_page_of_all_components(visitor, width):
    builder = visitor(width=WIDTHS[width][0], height=WIDTHS[width][1])

    found = look_through(builder, [f"/style/?lang=zh-hans&{how}" for how in LOOKS.values()])

    check_nothing(found)


@pytest.mark.parametrize("look", ["normal", "senior", "night"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_a_resident_s_pages(placed, width, look):
    worker, receipt = placed(width=WIDTHS[width][0], height=WIDTHS[width][1])
    mine = (*MINE, f"/me/places/{receipt}/", f"/me/places/{receipt}/withdraw/")

    found = look_through(worker, mine, look, refused=("/desk/",))

    worker.visit("/me/messages/")
    worker.follow("main .post a")
    found["a message"] = violations(worker)
    check_nothing(found)


@pytest.mark.parametrize("look", ["normal", "senior", "night"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_at_the_desk_and_in_the_office(known, width, look):
    size = {"width": WIDTHS[width][0], "height": WIDTHS[width][1]}

    found = look_through(known(PROVIDER, **size), DESK, look)
    found |= look_through(known(OPERATOR, **size), OFFICE, look)

    check_nothing(found)


@pytest.mark.parametrize("look", ["normal", "senior", "night"])
def test_axe_finds_nothing_where_something_is_wrong_in_a_form(site, visitor, look):
    somebody = visitor(width=360, height=740)
    if LOOKS[look]:
        somebody.page.goto(f"{site.address}/prefer/?{LOOKS[look]}&next=/help/")

    found = {}
    somebody.visit("/sign-in/")
    somebody.fill("Phone number or e-mail address", "12")
    somebody.press("Send me a code", status=422)
    found["a wrong address"] = violations(somebody)
    phone = new_phone()
    somebody.fill("Phone number or e-mail address", phone)
    somebody.press("Send me a code")
    found["the code"] = violations(somebody)
    somebody.fill("Sign-in code", "1")
    somebody.press("Sign in", status=422)
    found["a wrong code"] = violations(somebody)
    somebody.fill("Sign-in code", site.next_code(phone, after=0))
    somebody.press("Sign in")
    somebody.visit("/classes/first-aid-weiting-sat/apply/")
    somebody.press("Apply for this class", status=422)
    found["no name"] = violations(somebody)
    check_nothing(found)


@pytest.mark.parametrize(
    "who", [None, PROVIDER, OPERATOR], ids=["stranger", "provider", "operator"]
)
@pytest.mark.parametrize("lang", ["zh-Hans", "vi", "en"])
def test_no_page_scrolls_sideways_at_any_width(visitor, known, lang, who):
    reader = known(who, lang=lang) if who else visitor(lang=lang)
    pages = {None: OPEN, PROVIDER: DESK, OPERATOR: OFFICE}[who]
    if who == OPERATOR:
        # The longest line that the trail of what was done can hold.
        reader.visit("/desk/classes/workers-choir-qiaotou-fri/")
        reader.press("Save")

    found = {}
    for page in pages:
        reader.visit(page, status=REFUSED.get(page, 200) if who is None else 200)
        for width in (320, 480, 768, 1024):
            reader.page.set_viewport_size({"width": width, "height": 800})
            needed = reader.page.evaluate("document.documentElement.scrollWidth")
            if needed > width:
                found.setdefault(page, []).append(f"needs {needed} of {width} pixels")
        reader.page.set_viewport_size({"width": 1280, "height": 800})

    check_nothing(found)
