"""Every operation does what its description says, whatever is sent: found by generated requests.

Schemathesis makes requests from the description, right and wrong ones, and checks that no answer is
a server error, undocumented, of another form than described, or accepts what it should refuse.
"""

import re

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, settings

from learncity.apps.classes import services
from learncity.apps.people import services as people
from learncity.kernel.acting import By, Via
from learncity.rest.docs import document
from learncity.rest.limits import FAIR

SLUG = re.compile(r"[-a-zA-Z0-9_]{1,80}")
CURSOR = re.compile(r"[-A-Za-z0-9_]{1,400}")
KEY = re.compile(r"[\x21-\x7e]{1,255}")
CLASS = "bookkeeping-qiaotou-wed"
# What a key of an address may be, so that generated requests meet something.
KNOWN = {
    "/courses/{key}": "small-shop-bookkeeping",
    "/venues/{key}": "qiaotou-centre",
    "/providers/{key}": "qiaotou-learning-centre",
    "/desk/courses/{key}/edition": "small-shop-bookkeeping",
    "/desk/courses/{key}/submission": "small-shop-bookkeeping",
    "/desk/courses/{key}/withdrawal": "small-shop-bookkeeping",
    "/office/courses/{key}": "small-shop-bookkeeping",
    "/office/courses/{key}/publication": "small-shop-bookkeeping",
    "/office/courses/{key}/return": "small-shop-bookkeeping",
    "/desk/courses/{key}/programmes/{programme}": "small-shop-bookkeeping",
    "/office/programmes/{key}": "own-small-business",
    "/office/programmes/{key}/courses/{course}": "own-small-business",
}


def product(environ, start_response):
    """The whole product, as the web server calls it, inside the transaction of the test."""
    # Made when the tests run: it looks at folders that tests make.
    from learncity.config.wsgi import application

    environ.pop("HTTP_ACCEPT_ENCODING", None)
    # As Django's own test client does: the end of a request would end the test's connection.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        answer = application(environ, start_response)
        body = b"".join(answer)
        answer.close()
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    return [body]


CONFIG = schemathesis.Config.from_dict(
    {"generation": {"with-security-parameters": False, "deterministic": True}}
)
schema = schemathesis.openapi.from_dict(document(), config=CONFIG)
schema.app = product
generated = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def aimed(case):
    """The request, aimed at something that is there when it is well-formed."""
    known = KNOWN.get(case.operation.path, CLASS)
    for name in ("key", "class_key"):
        value = (case.path_parameters or {}).get(name)
        if isinstance(value, str) and SLUG.fullmatch(value) and len(value) % 4:
            case.path_parameters[name] = known
    # A made-up cursor is none, and one key with two requests is refused: both rightly, but a
    # generated request cannot know. They have tests of their own.
    if CURSOR.fullmatch(str((case.query or {}).get("cursor", ""))):
        del case.query["cursor"]
    if KEY.fullmatch(str((case.headers or {}).get("Idempotency-Key", ""))):
        del case.headers["Idempotency-Key"]
    return case


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
    aimed(case).call_and_validate()


@schema.parametrize()
@generated
def test_a_program_meets_nothing_undocumented(case, key):
    aimed(case).call_and_validate(headers={"Authorization": f"Bearer {key}"})
