"""The main pages by who reads them, and how findings on them are reported."""

import pytest

OPEN = (
    "/", "/find/", "/find/?q=会计", "/find/?q=xyzzy", "/find/?part=EVENING&within=5&near=pingjiang",
    "/find/?part=MORNING&price=MORE&weekday=MON&place=gusu", "/near/",
    "/categories/workplace-skills/",
    "/compare/?course=small-shop-bookkeeping&course=online-shop", "/subjects/bookkeeping/",
    "/programmes/", "/programmes/own-small-business/",
    "/courses/small-shop-bookkeeping/", "/classes/bookkeeping-qiaotou-wed/",
    "/classes/embroidery-museum-sun/", "/venues/", "/venues/qiaotou-centre/",
    "/providers/qiaotou-learning-centre/", "/place/", "/sign-in/", "/help/", "/accessibility/",
    "/privacy/", "/demo/outbox/", "/nowhere/", "/me/missing/?for=IN_PERSON",
)  # fmt: skip
MINE = (
    "/", "/classes/first-aid-weiting-sat/apply/", "/me/", "/me/classes/", "/me/record/",
    "/me/calendar/", "/me/wishes/", "/me/wishes/new/?q=xyzzy",
    "/me/messages/", "/me/profile/", "/me/household/", "/me/household/new/",
    "/me/mandates/", "/me/mandates/new/", "/me/acts/", "/me/security/", "/me/security/app/",
    "/desk/",
)  # fmt: skip
DESK = (
    "/desk/", "/desk/?q=xyzzy", "/desk/figures/", "/desk/demand/",
    "/desk/classes/bookkeeping-qiaotou-wed/",
    "/desk/classes/bookkeeping-qiaotou-wed/print/", "/desk/courses/",
    "/desk/courses/small-shop-bookkeeping/", "/desk/courses/small-shop-bookkeeping/parts/subject/",
    "/desk/courses/small-shop-bookkeeping/parts/materials/",
    "/desk/calendar/", "/desk/rooms/",
    "/desk/copy/", "/desk/lists/", "/desk/lists/new/?kind=classes",
)  # fmt: skip
OFFICE = (
    "/operate/", "/operate/trail/", "/operate/disputes/", "/operate/mandates/new/",
    "/operate/support/", "/desk/", "/operate/courses/",
    "/operate/courses/small-shop-bookkeeping/", "/operate/accreditation/",
    "/operate/accreditation/qiaotou-learning-centre/", "/operate/programmes/",
    "/operate/programmes/own-small-business/", "/operate/programmes/own-small-business/edit/",
    "/operate/programmes/own-small-business/add/?q=会计",
    "/operate/programmes/own-small-business/courses/online-shop/",
)  # fmt: skip
REFUSED = {"/nowhere/": 404, "/desk/": 403}


def check_nothing(found: dict[str, list[str]]) -> None:
    """There is no finding; otherwise the test fails with all there are, page by page."""
    lines = [f"{page}  {text}" for page, texts in found.items() for text in texts]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)
