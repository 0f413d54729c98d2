"""An officer of a district: made by the city, sees it alone, lends the role, loses it."""

from datetime import UTC, datetime, timedelta

import pytest

from .site import OPERATOR, PROVIDER, WORKER

pytestmark = pytest.mark.journey


def test_a_role_from_giving_to_review(known):
    city = known(OPERATOR, lang="en", width=1280, scripts=False)
    city.visit("/operate/")
    city.press("Roles")
    city.press("Give a role")
    city.fill("Phone number or e-mail address they sign in with", WORKER)
    city.page.select_option("select[name=role]", "OFFICER")
    city.page.select_option("select[name=organization]", "city-learning-office")
    city.page.select_option("select[name=region]", "sip")
    city.press("Give it")

    officer = known(WORKER, lang="en", width=360, scripts=False)
    officer.visit("/me/roles/")
    assert "Officer of a region" in officer.text()
    officer.visit("/operate/people/")
    assert officer.page.locator("main table tbody tr").count()
    assert "Gusu" not in officer.text("main table")
    officer.visit("/operate/reforms/", status=403)

    officer.visit("/me/roles/")
    officer.press("Let somebody stand in")
    officer.fill("Phone number or e-mail address they sign in with", PROVIDER)
    officer.page.fill("input[name=last]", f"{datetime.now(tz=UTC) + timedelta(days=7):%Y-%m-%d}")
    officer.press("Let them stand in")
    assert "Who stands in for me" in officer.text()
    stand_in = known(PROVIDER, lang="en", width=360, scripts=False)
    stand_in.visit("/operate/people/")
    assert stand_in.page.locator("main table tbody tr").count()

    city.visit("/desk/roles/")
    city.page.select_option("select[name=organization]", "city-learning-office")
    city.press("Begin a review")
    row = city.page.locator("li", has_text="刘建军").filter(has_text="given by 周明远")
    city.follow(row.get_by_role("link", name="End"))
    city.press("Yes, end it")
    officer.visit("/me/roles/")
    assert "Officer of a region" not in officer.text()
    stand_in.visit("/operate/people/", status=403)
