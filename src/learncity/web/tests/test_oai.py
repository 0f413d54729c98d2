"""Other catalogues harvest ours as OAI-PMH 2.0 says: every verb, every error, part by part."""

from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

import pytest
from django.utils import timezone

from learncity.apps.catalogue.models import Course
from learncity.apps.organizations.models import Organization
from learncity.web.exchange import oai, oai_formats

KEY, NOBODY = "small-shop-bookkeeping", "01a2004c-0898-74c1-a877-54b127d3fb1d"
OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
LOM = "{http://ltsc.ieee.org/xsd/LOM}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# What stands in an answer and in which order, by the schema of OAI-PMH.
ORDER = {
    "OAI-PMH": ["responseDate", "request"],
    "Identify": ["repositoryName", "baseURL", "protocolVersion", "adminEmail",
                 "earliestDatestamp", "deletedRecord", "granularity"],
    "set": ["setSpec", "setName"],
    "metadataFormat": ["metadataPrefix", "schema", "metadataNamespace"],
    "header": ["identifier", "datestamp", "setSpec", "setSpec"],
}  # fmt: skip


@pytest.fixture
def ask(client, city):
    """Send a request; the answer's root, its form checked."""

    def ask(query, *, method="get"):
        said = parse_qsl(query, keep_blank_values=True)
        if method == "get":
            answer = client.get("/oai", query_params=said) if said else client.get("/oai")
        else:
            answer = client.post("/oai", dict(said))
        assert answer.status_code == 200
        assert answer["Content-Type"] == "text/xml; charset=utf-8"
        root = ET.fromstring(answer.content)
        for element in root.iter():
            wanted = ORDER.get(element.tag.removeprefix(OAI))
            if wanted:
                names = [child.tag.removeprefix(OAI) for child in element]
                assert names[: len(wanted)] == wanted
        return root

    return ask


def errors(root):
    return [e.get("code") for e in root.iter(f"{OAI}error")]


def harvest(ask, verb="ListRecords", **wanted):
    """Everything, as the specification says a harvester goes on; the records and the parts."""
    said = {"verb": verb, "metadataPrefix": "oai_dc", **wanted}
    records, parts = [], 0
    while said:
        root = ask("&".join(f"{name}={value}" for name, value in said.items()))
        assert errors(root) == []
        parts += 1
        records += root.iter(f"{OAI}record" if verb == "ListRecords" else f"{OAI}header")
        token = root.find(f"*/{OAI}resumptionToken")
        text = token.text if token is not None else None
        said = {"verb": verb, "resumptionToken": text} if text else None
    return records, parts


@pytest.fixture
def many(city):
    """250 courses more."""
    some = Course.objects.get(key=KEY)
    Course.objects.bulk_create(
        Course(key=f"many-{n}", provider_id=some.provider_id, category="HOBBIES", title={"vi": "a"})
        for n in range(250)
    )


def test_it_says_who_it_is(ask):
    (found,) = ask("verb=Identify").iter(f"{OAI}Identify")

    said = {child.tag.removeprefix(OAI): child.text for child in found}
    assert said["protocolVersion"] == "2.0"
    assert said["deletedRecord"] == "persistent"
    assert said["baseURL"].endswith("/oai")
    assert "@" in said["adminEmail"]
    assert "<" not in said["adminEmail"]


def test_everything_is_harvested_part_by_part(ask, many):
    records, parts = harvest(ask)

    found = [r.find(f"{OAI}header/{OAI}identifier").text for r in records]
    assert parts == 3
    assert sorted(found) == sorted(pk.urn for pk in Course.objects.values_list("id", flat=True))


def test_the_parts_say_how_far_they_are(ask, many):
    first = ask("verb=ListIdentifiers&metadataPrefix=oai_dc").find(f"*/{OAI}resumptionToken")
    second = ask(f"verb=ListIdentifiers&resumptionToken={first.text}").find(
        f"*/{OAI}resumptionToken"
    )

    total = str(Course.objects.count())
    assert (first.get("cursor"), first.get("completeListSize")) == ("0", total)
    assert (second.get("cursor"), second.get("completeListSize")) == ("100", total)


def test_the_next_harvest_brings_only_what_changed(ask):
    began = ask("verb=Identify").find(f"{OAI}responseDate").text
    Course.objects.update(changed_at=timezone.now())  # refused: the database alone dates
    course = Course.objects.get(key=KEY)
    Course.objects.filter(key=KEY).update(ended_at=timezone.now())

    found = {
        r.find(f"{OAI}header/{OAI}identifier").text: r for r in harvest(ask, **{"from": began})[0]
    }

    gone = found[course.id.urn]
    assert gone.find(f"{OAI}header").get("status") == "deleted"
    assert gone.find(f"{OAI}metadata") is None


def test_a_set_is_a_part_of_the_whole(ask):
    of_category = harvest(ask, "ListIdentifiers", set="category:hobbies")[0]
    of_provider = harvest(ask, "ListIdentifiers", set="provider:qiaotou-learning-centre")[0]

    assert len(of_category) == Course.objects.filter(category="HOBBIES").count()
    assert (
        len(of_provider) == Course.objects.filter(provider__key="qiaotou-learning-centre").count()
    )
    for whole in ("category", "provider"):
        assert len(harvest(ask, "ListIdentifiers", set=whole)[0]) == Course.objects.count()


def test_every_set_is_listed_and_every_header_names_listed_ones(ask):
    listed = {e.text for e in ask("verb=ListSets").iter(f"{OAI}setSpec")}

    named = {e.text for h in harvest(ask, "ListIdentifiers")[0] for e in h.iter(f"{OAI}setSpec")}
    assert named <= listed
    assert len(listed) == 2 + 6 + Organization.objects.filter(ended_at=None).count()


def record_of(ask, prefix):
    urn = Course.objects.get(key=KEY).id.urn
    return ask(f"verb=GetRecord&metadataPrefix={prefix}&identifier={urn}").find(f"*/{OAI}record")


def test_dublin_core_has_every_language(ask):
    course = Course.objects.get(key=KEY)
    record = record_of(ask, "oai_dc")

    titles = {e.get(LANG): e.text for e in record.iter(f"{DC}title")}
    assert titles == dict(course.title)
    assert f"/courses/{KEY}/" in " ".join(e.text for e in record.iter(f"{DC}identifier"))
    root = record.find(f"{OAI}metadata")[0]
    assert root.tag == "{http://www.openarchives.org/OAI/2.0/oai_dc/}dc"
    elements = {"title", "creator", "subject", "description", "publisher", "contributor", "date",
                "type", "format", "identifier", "source", "language", "relation", "coverage",
                "rights"}  # fmt: skip
    assert {child.tag.removeprefix(DC) for child in root} <= elements


def test_lom_stands_in_the_order_of_its_parts(ask):
    root = record_of(ask, "lom").find(f"{OAI}metadata")[0]

    assert [child.tag.removeprefix(LOM) for child in root] == [
        "general", "lifeCycle", "technical", "educational", "classification",
    ]  # fmt: skip
    titles = {e.get("language"): e.text for e in root.find(f"{LOM}general/{LOM}title")}
    assert titles == dict(Course.objects.get(key=KEY).title)
    assert root.find(f"{LOM}educational/{LOM}difficulty/{LOM}source").text == "LOMv1.0"


def test_what_no_xml_can_hold_is_left_out(ask):
    Course.objects.filter(key=KEY).update(title={"en": "a\u0001b\ufffe<&]]>\U0001f600"})

    (title,) = record_of(ask, "oai_dc").iter(f"{DC}title")

    assert title.text == "ab<&]]>\U0001f600"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=Everything", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&set=x", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a&set=b", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=yesterday", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T00:00:00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-01", "badArgument"),
        (
            "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-02T00:00:00Z",
            "badArgument",
        ),
        ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x", "badArgument"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ("verb=ListRecords&metadataPrefix=marc21", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=category:none", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=provider:none", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=none", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=1999-01-01", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=9999-12-31", "noRecordsMatch"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=nothing", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=urn:uuid:" + "-" * 36, "idDoesNotExist"),
        (
            f"verb=GetRecord&metadataPrefix=oai_dc&identifier=urn:uuid:{NOBODY}",
            "idDoesNotExist",
        ),
        ("verb=ListMetadataFormats&identifier=nothing", "idDoesNotExist"),
    ],
)
def test_every_mistake_has_its_code(ask, query, code):
    root = ask(query)

    assert errors(root) == [code]
    # What was asked is repeated, unless it cannot be understood.
    asked = root.find(f"{OAI}request")
    assert bool(asked.attrib) == (code not in ("badVerb", "badArgument"))


def test_a_token_of_another_verb_or_a_changed_one_is_refused(ask, many):
    token = ask("verb=ListIdentifiers&metadataPrefix=oai_dc").find(f"*/{OAI}resumptionToken").text

    assert errors(ask(f"verb=ListRecords&resumptionToken={token}")) == ["badResumptionToken"]
    assert errors(ask(f"verb=ListIdentifiers&resumptionToken=x{token}")) == ["badResumptionToken"]


def test_until_the_end_of_time_is_now(ask):
    assert harvest(ask, "ListIdentifiers", until="9999-12-31T23:59:59Z")[0]


def test_it_may_be_asked_by_a_form(ask):
    assert errors(ask("verb=Identify", method="post")) == []


def test_whoever_reads_gets_the_same(client, city):
    answers = {
        client.get("/oai?verb=ListSets", headers={"accept-language": language}).content[900:]
        for language in ("vi", "zh-hans", "en")
    }
    assert len(answers) == 1


def test_a_part_costs_the_same_however_long(client, many, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        client.get("/oai?verb=ListRecords&metadataPrefix=lom")


def test_both_forms_are_listed_with_their_rules(ask):
    found = {
        e.find(f"{OAI}metadataPrefix").text: e.find(f"{OAI}schema").text
        for e in ask("verb=ListMetadataFormats").iter(f"{OAI}metadataFormat")
    }
    assert found == {one.prefix: one.schema for one in oai_formats.FORMATS.values()}


def test_who_harvests_too_fast_is_told_when_to_go_on(client, city, monkeypatch):
    monkeypatch.setattr(oai.ASKED, "burst", 2)
    monkeypatch.setattr(oai.ASKED, "rate", 0.01)
    oai.ASKED.forget()
    said = [client.get("/oai?verb=Nothing", REMOTE_ADDR="192.0.2.8") for _ in range(3)]
    oai.ASKED.forget()

    assert (said[0].status_code, said[-1].status_code) == (200, 503)
    assert said[-1]["Retry-After"] == "100"
