"""A daughter books for her mother from her own phone; the mother says this was not me."""

import pytest

from .site import OPERATOR, SENIOR

pytestmark = pytest.mark.journey

DAUGHTER = "+8615400001002"  # of the demo's household
CLASS = "/classes/bookkeeping-songying-sat/"


def uphold(office, *, because):
    """The office reads the case and agrees with the mother."""
    office.visit("/operate/")
    office.press("Disputes")
    office.follow(office.page.locator("main .work-list a").first)
    assert "我没有说要上这个课" in office.text()
    office.page.get_by_label(office.word("Agree: it was not in order. The mandate ends.")).check()
    office.fill("Why?", because)
    office.press("Decide")
    assert "王秀兰" in office.text("main table")


def test_a_daughter_applies_for_her_mother_who_says_this_was_not_me(site, known):
    daughter = known(DAUGHTER, width=360, height=740, scripts=False)
    daughter.visit("/me/mandates/")
    daughter.press("Act for %(name)s", name="王秀兰")
    assert daughter.path == "/me/classes/"
    banner = daughter.word("You act for %(name)s. They see everything you do.", name="王秀兰")
    assert banner in daughter.text("body")
    daughter.visit(f"{CLASS}apply/")
    assert banner in daughter.text("body")
    daughter.press("Apply for this class")
    receipt = daughter.receipt()
    daughter.visit("/me/record/", status=403)

    told = site.letter_with(SENIOR, "朱丽华")
    assert SENIOR in told.line
    mother = known(SENIOR, width=360, height=740, scripts=False)
    mother.visit("/me/")
    mother.press("Acting for each other")
    mother.press("What others did for me")
    assert "朱丽华" in mother.text()
    mother.follow(mother.page.locator('main a[href$="/dispute/"]').first)
    mother.fill("What should the office know?", "我没有说要上这个课")
    mother.press("Yes, this was not me")
    assert mother.word("Disputed, not decided yet") in mother.text()

    # The daughter is stopped at once, and what she sends is done for nobody.
    daughter.visit(f"{CLASS}apply/", status=403)
    assert daughter.heading() == daughter.word("You no longer act for them")
    daughter.visit("/me/classes/")
    assert receipt not in daughter.text()

    mother.follow(mother.page.locator(f'main a[href="/me/places/{receipt}/"]').first)
    mother.press("Give the place back")
    mother.press("Yes, give it back")
    assert mother.heading() == mother.word("You are no longer in this class")

    uphold(known(OPERATOR, width=1280), because="本人没有同意")

    assert "本人没有同意" in site.letter_with(DAUGHTER, "本人没有同意").body
    mother.visit("/me/mandates/")
    assert "朱丽华" not in mother.text()
