"""Every operation does what its description says, whatever is sent: found by generated requests.

Schemathesis makes requests from the description, right and wrong ones, and checks that no answer is
a server error, undocumented, of another form than described, or accepts what it should refuse.
"""

import re

import pytest
import schemathesis
from django.utils import timezone
from hypothesis import HealthCheck, settings

from learncity.apps.classes import services
from learncity.apps.people import services as people
from learncity.kernel.acting import By, Via
from learncity.rest.docs import document
from learncity.rest.limits import FAIR

SLUG = re.compile(r"[-a-zA-Z0-9_]{1,80}")
CLASS = "bookkeeping-qiaotou-wed"
# What a key of an address may be, so that generated requests meet something.
KNOWN = {
    "/courses/{key}": "small-shop-bookkeeping",
    "/venues/{key}": "qiaotou-centre",
    "/providers/{key}": "qiaotou-learning-centre",
}


def product(environ, start_response):
    """The WSGI application, made when the tests run: it looks at folders that tests make."""
    from learncity.config.wsgi import application

    return application(environ, start_response)


CONFIG = schemathesis.Config.from_dict(
    {"generation": {"with-security-parameters": False, "deterministic": True}}
)
schema = schemathesis.openapi.from_dict(document(), config=CONFIG)
schema.app = product
generated = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@schema.hook
def map_path_parameters(context, path_parameters):
    """Let most well-formed keys be those of something that is there."""
    known = KNOWN.get(context.operation.path)
    found = dict(path_parameters or {})
    for name, value in found.items():
        if isinstance(value, str) and SLUG.fullmatch(value) and len(value) % 4:
            found[name] = {"key": known, "class_key": CLASS}.get(name) or value
    return found


@schema.hook
def map_query(context, query):
    """Leave out well-formed cursors: they are no cursors, and rightly refused."""
    if query and re.fullmatch(r"[-A-Za-z0-9_]{1,400}", str(query.get("cursor", ""))):
        return {name: value for name, value in query.items() if name != "cursor"}
    return query


@schema.hook
def map_headers(context, headers):
    """Leave out well-formed keys: generated ones repeat, which has tests of its own."""
    sent = (headers or {}).get("Idempotency-Key", "")
    if headers and re.fullmatch(r"[\x21-\x7e]{1,255}", str(sent)):
        return {name: value for name, value in headers.items() if name != "Idempotency-Key"}
    return headers


@pytest.fixture
def patience(monkeypatch):
    FAIR.forget()
    monkeypatch.setattr(FAIR, "burst", 1_000_000)
    yield
    FAIR.forget()


@pytest.fixture
def key(city, account_of, patience):
    """A key of an operator of the city who also learns."""
    account = account_of("demo-operator")
    by = By(account.person_id, Via.WEB)
    services.apply(class_key=CLASS, person_id=account.person_id, by=by, at=timezone.now())
    return people.issue_token(account_id=account.id, label="contracts")


@schema.parametrize()
@generated
def test_a_stranger_meets_nothing_undocumented(case, city, patience):
    case.call_and_validate()


@schema.parametrize()
@generated
def test_a_program_meets_nothing_undocumented(case, key):
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"})
