"""OAI-PMH 2.0: other catalogues take over ours, and later only what changed.

``responseDate`` is the moment up to which the answer is complete (``catalogue.queries.horizon``): a
harvester that asks next time from there misses nothing, whatever was being written meanwhile.
Specification: http://www.openarchives.org/OAI/openarchivesprotocol.html.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from uuid import UUID
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, SubElement

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.queries import Change, Wanted
from learncity.apps.catalogue.types import CATEGORY_NAMES, Category
from learncity.apps.organizations import queries as organizations
from learncity.kernel.access import everyone
from learncity.kernel.turns import Turns, stranger

from .oai_formats import FORMATS, OAI, XSI, Format, identifier, possible

# So many records a part has, and how fast one harvester may go on.
SIZE = 100
ASKED = Turns(burst=120, rate=5)
_SCHEMA = "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
_SALT = "learncity.oai"
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_PROVIDER, _CATEGORY = "provider", "category"


class Refusal(Exception):
    """What OAI-PMH calls an error: a code of its list, and a sentence for people."""

    def __init__(self, code: str, says: str) -> None:
        super().__init__(code, says)
        self.code, self.says = code, says


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a harvester asked for, and how far it is."""

    format: Format
    set_spec: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after: tuple[datetime, UUID] | None = None
    done: int = 0
    total: int = 0


@everyone
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def oai(request: HttpRequest) -> HttpResponse:
    """Answer one request of a harvester; a handful of queries, whatever it is.

    Whoever asks too fast is told when to go on, as the protocol has it: 503 with Retry-After.
    """
    asker = stranger(request)
    if asker and not ASKED.take(asker):
        headers = {"Retry-After": str(max(1, round(ASKED.wait())))}
        return HttpResponse(status=503, content_type="text/plain", headers=headers)
    said = request.POST if request.method == "POST" else request.GET
    base = settings.BASE_URL + reverse("web:oai")
    at = catalogue.horizon()
    root = Element(f"{{{OAI}}}OAI-PMH", {f"{{{XSI}}}schemaLocation": f"{OAI} {_SCHEMA}"})
    _add(root, "responseDate", _written(at))
    asked = _add(root, "request", base)
    try:
        arguments = _arguments(said)
        answer = _VERBS[arguments["verb"]][0]
        # Nothing is said in a reader's language: whoever harvests gets all of them.
        with override("en"):
            body = answer(arguments, at)
        asked.attrib.update(arguments)
        root.append(body)
    except Refusal as refusal:
        if refusal.code not in ("badVerb", "badArgument"):
            asked.attrib.update(arguments)
        _add(root, "error", refusal.says).set("code", refusal.code)
    content = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return HttpResponse(content, content_type="text/xml; charset=utf-8")


def _add(parent: Element, name: str, text: str = "") -> Element:
    found = SubElement(parent, f"{{{OAI}}}{name}")
    if text:
        found.text = possible(text)
    return found


def _new(name: str) -> Element:
    return Element(f"{{{OAI}}}{name}")


def _arguments(said: QueryDict) -> dict[str, str]:
    """The arguments of a verb, as it takes them.

    Raises:
        Refusal: no such verb, or not with these arguments.
    """
    verbs = said.getlist("verb")
    if len(verbs) != 1 or verbs[0] not in _VERBS:
        raise Refusal("badVerb", f"Send one verb of {', '.join(_VERBS)}.")
    _answer, needed, optional = _VERBS[verbs[0]]
    arguments = {name: str(said[name]) for name in said}
    twice = [name for name in said if len(said.getlist(name)) > 1]
    unknown = set(arguments) - {"verb", *needed, *optional}
    if twice or unknown:
        which = possible(", ".join([*twice, *sorted(unknown)]))
        raise Refusal("badArgument", f"{verbs[0]} does not take, or only once: {which}.")
    if "resumptionToken" in arguments:
        if len(arguments) > 2:
            raise Refusal("badArgument", "A resumptionToken comes alone: it knows the rest.")
        return arguments
    missing = [name for name in needed if not arguments.get(name)]
    if missing:
        raise Refusal("badArgument", f"{verbs[0]} needs {', '.join(missing)}.")
    if any(value != possible(value) for value in arguments.values()):
        raise Refusal("badArgument", "A value holds what no XML can.")
    return arguments


def _identify(arguments: Mapping[str, str], at: datetime) -> Element:
    found = _new("Identify")
    first = catalogue.first_change() or at
    for name, text in (
        ("repositoryName", "Learncity"),
        ("baseURL", settings.BASE_URL + reverse("web:oai")),
        ("protocolVersion", "2.0"),
        ("adminEmail", parseaddr(settings.DEFAULT_FROM_EMAIL)[1]),
        ("earliestDatestamp", _written(first)),
        ("deletedRecord", "persistent"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ):
        _add(found, name, text)
    return found


def _list_formats(arguments: Mapping[str, str], at: datetime) -> Element:
    if "identifier" in arguments:
        _change_of(arguments["identifier"])
    found = _new("ListMetadataFormats")
    for one in FORMATS.values():
        entry = _add(found, "metadataFormat")
        _add(entry, "metadataPrefix", one.prefix)
        _add(entry, "schema", one.schema)
        _add(entry, "metadataNamespace", one.space)
    return found


def _list_sets(arguments: Mapping[str, str], at: datetime) -> Element:
    if "resumptionToken" in arguments:
        raise Refusal("badResumptionToken", "All sets come in one part.")
    found = _new("ListSets")
    sets = [(_PROVIDER, "Courses by who offers them"), (_CATEGORY, "Courses by category")]
    sets += [(f"{_CATEGORY}:{c.slug}", str(CATEGORY_NAMES[c])) for c in Category]
    offering = organizations.all_organizations()
    sets += [(f"{_PROVIDER}:{o.key}", str(o.name)) for o in offering]
    for spec, name in sets:
        entry = _add(found, "set")
        _add(entry, "setSpec", spec)
        _add(entry, "setName", name)
    return found


def _get_record(arguments: Mapping[str, str], at: datetime) -> Element:
    wanted = _format(arguments["metadataPrefix"])
    change = _change_of(arguments["identifier"])
    found = _new("GetRecord")
    found.append(_record(change, wanted))
    return found


def _list_records(arguments: Mapping[str, str], at: datetime) -> Element:
    return _list("ListRecords", arguments, at, _record)


def _list_identifiers(arguments: Mapping[str, str], at: datetime) -> Element:
    return _list("ListIdentifiers", arguments, at, lambda change, _format: _header(change))


def _list(
    verb: str,
    arguments: Mapping[str, str],
    at: datetime,
    write: Callable[[Change, Format], Element],
) -> Element:
    """A part of what was asked for, and how to ask for the next."""
    token = arguments.get("resumptionToken")
    asked = _resumed(token, verb) if token is not None else _begun(arguments)
    # The last second counts; what is younger than ``at`` may not be complete yet.
    before = asked.until + _SECOND if asked.until and asked.until < at else at
    before = min(before, at)
    wanted = _wanted(asked, before)
    if wanted is None:
        raise Refusal("noRecordsMatch", "Nobody offers courses in this set.")
    total = asked.total or catalogue.count_changes(wanted)
    changes = catalogue.changes(wanted, after=asked.after, limit=SIZE + 1)
    if not changes and not asked.after:
        raise Refusal("noRecordsMatch", "Nothing changed in that time, or there is no such set.")
    found = _new(verb)
    for change in changes[:SIZE]:
        found.append(write(change, asked.format))
    if asked.after or len(changes) > SIZE:
        _add_token(found, verb, asked, changes, total)
    return found


def _add_token(
    found: Element, verb: str, asked: Harvest, changes: list[Change], total: int
) -> None:
    text = ""
    if len(changes) > SIZE:
        last = changes[SIZE - 1]
        text = signing.dumps(
            [
                verb, asked.format.prefix, asked.set_spec, _micro(asked.since),
                _micro(asked.until), _micro(last.at), str(last.course.id), asked.done + SIZE, total,
            ],
            salt=_SALT,
        )  # fmt: skip
    token = _add(found, "resumptionToken", text)
    token.set("cursor", str(asked.done))
    # While it is harvested the catalogue may grow: it is said as it was at the beginning.
    token.set("completeListSize", str(max(total, asked.done + len(changes))))


def _begun(arguments: Mapping[str, str]) -> Harvest:
    """What a first request wants.

    Raises:
        Refusal: it cannot be read, or there is no such form.
    """
    wanted = _format(arguments["metadataPrefix"])
    since, until = arguments.get("from", ""), arguments.get("until", "")
    if since and until and len(since) != len(until):
        raise Refusal("badArgument", "Write from and until alike: both days, or both moments.")
    begin = _read(since, is_end=False) if since else None
    end = _read(until, is_end=True) if until else None
    if begin and end and begin > end:
        raise Refusal("badArgument", "from is later than until.")
    return Harvest(wanted, arguments.get("set", ""), begin, end)


def _resumed(token: str, verb: str) -> Harvest:
    """Where a harvester was.

    Raises:
        Refusal: it is none of ours, or of another verb.
    """
    try:
        said, prefix, spec, since, until, last, key, done, total = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise Refusal("badResumptionToken", "This was not given out here. Begin anew.") from error
    if said != verb:
        raise Refusal("badResumptionToken", f"This belongs to {said}.")
    after = (_moment(last), UUID(key))
    begin = None if since is None else _moment(since)
    end = None if until is None else _moment(until)
    return Harvest(FORMATS[prefix], spec, begin, end, after, done, total)


def _wanted(asked: Harvest, before: datetime) -> Wanted | None:
    """The condition for the catalogue; ``None`` when there is no such set."""
    kind, _sign, name = asked.set_spec.partition(":")
    if not name:
        known = kind in ("", _PROVIDER, _CATEGORY)
        return Wanted(asked.since, before) if known else None
    if kind == _PROVIDER:
        found = organizations.find_organization(name[:80])
        return Wanted(asked.since, before, provider_id=found.id) if found else None
    category = next((c for c in Category if c.slug == name), None)
    if kind != _CATEGORY or category is None:
        return None
    return Wanted(asked.since, before, category=category)


def _format(prefix: str) -> Format:
    if prefix not in FORMATS:
        known = ", ".join(FORMATS)
        raise Refusal("cannotDisseminateFormat", f"There is no such form; there are {known}.")
    return FORMATS[prefix]


def _change_of(name: str) -> Change:
    """The course of an identifier.

    Raises:
        Refusal: there is none.
    """
    plain = re.fullmatch(r"urn:uuid:([0-9a-fA-F-]{36})", name)
    try:
        change = catalogue.find_change(UUID(plain[1])) if plain else None
    except ValueError:
        change = None
    if change is None:
        raise Refusal("idDoesNotExist", "Nothing here has this identifier.")
    return change


def _header(change: Change) -> Element:
    header = _new("header")
    if change.is_ended:
        header.set("status", "deleted")
    _add(header, "identifier", identifier(change.course))
    _add(header, "datestamp", _written(change.at))
    _add(header, "setSpec", f"{_PROVIDER}:{change.course.provider_key}")
    _add(header, "setSpec", f"{_CATEGORY}:{change.course.category.slug}")
    return header


def _record(change: Change, wanted: Format) -> Element:
    record = _new("record")
    record.append(_header(change))
    if not change.is_ended:
        _add(record, "metadata").append(wanted.write(change.course))
    return record


def _read(text: str, *, is_end: bool) -> datetime:
    """A moment of UTC to the second; of a day its first, or its last when it is an end."""
    is_day = re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII)
    if not is_day and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text, re.ASCII):
        raise Refusal("badArgument", "Write moments as 2026-11-30 or 2026-11-30T08:00:00Z.")
    try:
        found = datetime.fromisoformat(text[:10] if is_day else text[:-1]).replace(tzinfo=UTC)
        return found + _DAY - _SECOND if is_day and is_end else found
    except (ValueError, OverflowError) as error:
        raise Refusal("badArgument", "There is no such day or hour.") from error


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _micro(at: datetime | None) -> int | None:
    return None if at is None else (at - _EPOCH) // timedelta(microseconds=1)


def _moment(micro: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micro)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Verb to what answers it, the arguments it needs, and those it may have.
_PARTS = ("from", "until", "set", "resumptionToken")
_Answer = Callable[[Mapping[str, str], datetime], Element]
_VERBS: dict[str, tuple[_Answer, tuple[str, ...], tuple[str, ...]]] = {
    "Identify": (_identify, (), ()),
    "ListMetadataFormats": (_list_formats, (), ("identifier",)),
    "ListSets": (_list_sets, (), ("resumptionToken",)),
    "GetRecord": (_get_record, ("identifier", "metadataPrefix"), ()),
    "ListRecords": (_list_records, ("metadataPrefix",), _PARTS),
    "ListIdentifiers": (_list_identifiers, ("metadataPrefix",), _PARTS),
}
