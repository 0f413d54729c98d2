"""Other programs at the running city: a harvester, a calendar, a search engine."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from xml.etree import ElementTree as ET

import pytest

pytestmark = pytest.mark.journey

OAI = "{http://www.openarchives.org/OAI/2.0/}"
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
CLASS = "/classes/photo-songying-sun/"


def fetch(address):
    """Status and body, as a program without a browser gets them."""
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, ""


def harvest(site, **said):
    """Every record, as OAI-PMH says how to go on."""
    found = {}
    while said:
        _status, body = fetch(f"{site.address}/oai?{urllib.parse.urlencode(said)}")
        root = ET.fromstring(body)
        for record in root.iter(f"{OAI}record"):
            header = record.find(f"{OAI}header")
            found[header.find(f"{OAI}identifier").text] = header.get("status", "there")
        token = root.find(f"*/{OAI}resumptionToken")
        said = {"verb": said["verb"], "resumptionToken": token.text} if token is not None else {}
        said = said if said and said["resumptionToken"] else {}
    return found


def test_a_harvester_takes_over_the_catalogue(site):
    found = harvest(site, verb="ListRecords", metadataPrefix="lom")

    there = {f"urn:uuid:{pk}" for (pk,) in site.ask("SELECT id FROM catalogue_course")}
    assert set(found) == there


def test_a_search_engine_reads_every_course(site):
    _status, index = fetch(f"{site.address}/sitemap.xml")
    parts = [e.text for e in ET.fromstring(index).iter(LOC)]
    pages = [e.text for part in parts for e in ET.fromstring(fetch(part)[1]).iter(LOC)]
    course = next(page for page in pages if "/courses/" in page)

    status, body = fetch(course)

    [said] = re.findall(r'<script type="application/ld\+json">(.+?)</script>', body)
    assert status == 200
    assert json.loads(said)["@id"] == course
    assert (
        len([page for page in pages if "/courses/" in page])
        == site.ask("SELECT count(*) FROM catalogue_course WHERE ended_at IS NULL")[0][0]
    )


def test_my_classes_are_in_my_calendar_until_i_take_the_address_back(site, placed):
    worker, _receipt = placed(width=360)
    worker.visit("/me/classes/")
    worker.page.get_by_text(worker.word("My classes in my calendar")).click()
    worker.press("Make my address")
    address = worker.text("code.secret").strip()
    assert worker.page.locator("a[href^='webcal://']").count() == 1

    status, calendar = fetch(address)
    assert status == 200
    assert f"URL:{site.address}{CLASS}" in calendar.replace("\r\n ", "")

    worker.visit("/me/calendar/")
    assert address.rpartition("/")[2].removesuffix(".ics") not in worker.page.content()
    worker.press("Take the address back")
    assert fetch(address)[0] == 404
    assert address.rpartition("/")[2] not in "".join(
        path.read_text(errors="ignore") for path in (site.data / "log").rglob("*") if path.is_file()
    )
    assert address.rpartition("/")[2] not in site.said.read_text(errors="ignore")
