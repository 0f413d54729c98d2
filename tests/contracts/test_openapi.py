"""The public description of the API, kept beside the code: it changes only on purpose.

A change is written with ``UPDATE_CONTRACTS=1 ./go test tests/contracts`` and reviewed as what it
is: a promise to everybody whose programs call us. Fields and operations may be added; what is taken
away or changes its meaning needs a new version.
"""

import json
import os
from collections import Counter
from pathlib import Path

import jsonschema_rs
import pytest

from learncity.rest.docs import document
from learncity.rest.shapes.common import Shape

GOLDEN = Path(__file__).parent / "openapi.json"
DOCUMENT = document()
OPERATIONS = [
    pytest.param(method, path, said, id=said["operationId"])
    for path, methods in DOCUMENT["paths"].items()
    for method, said in methods.items()
]
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _resolved(answer):
    name = answer.get("$ref", "").rpartition("/")[2]
    return DOCUMENT["components"]["responses"][name] if name else answer


def test_the_description_is_the_one_that_was_agreed_on():
    now = json.dumps(DOCUMENT, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("UPDATE_CONTRACTS"):
        GOLDEN.write_text(now, encoding="utf-8")

    assert now == GOLDEN.read_text(encoding="utf-8"), (
        "The API's description has changed. If that was meant: "
        "UPDATE_CONTRACTS=1 ./go test tests/contracts"
    )


def test_what_is_served_is_the_same(client):
    assert client.get("/api/v1/openapi.json").json() == DOCUMENT


def test_it_is_openapi_3_1():
    assert DOCUMENT["openapi"] == "3.1.0"
    assert DOCUMENT["servers"] == [{"url": "/api/v1"}]
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


@pytest.mark.parametrize(("method", "path", "said"), OPERATIONS)
def test_an_operation_says_everything_that_it_may_answer(method, path, said):
    statuses = set(said["responses"])
    expected = {"429"}
    if said.get("security"):
        expected |= {"401"} | ({"403"} if method != "get" else set())
    if said["parameters"] or "requestBody" in said:
        expected |= {"422"}
    if "requestBody" in said:
        expected |= {"400", "415"}
    if "{" in path:
        expected |= {"404"}
    if path.startswith("/desk"):
        expected |= {"403"}
    if method != "get":
        expected |= {"413"} if path in READ_BY_POST else {"409", "413"}
    assert expected <= statuses
    assert statuses & {"200", "201"}
    assert said["summary"]
    assert said["description"]
    assert said["tags"]


@pytest.mark.parametrize(("method", "path", "said"), OPERATIONS)
def test_every_refusal_is_a_problem(method, path, said):
    refusals = [a for status, a in said["responses"].items() if status >= "400"]

    assert refusals
    assert all(_resolved(answer)["content"] == PROBLEM for answer in refusals)


# Nothing is made twice, and the answer must be kept nowhere: what is asked for is a number or name.
READ_BY_POST = {
    "/desk/people/search",
    "/desk/class-changes/preview",
    "/desk/people/{person_id}/identifiers/{identifier_id}/reveal",
}


@pytest.mark.parametrize(("method", "path", "said"), OPERATIONS)
def test_every_write_takes_an_idempotency_key(method, path, said):
    headers = {p["name"] for p in said["parameters"] if p["in"] == "header"}

    # What can be done for another has a list of its own, in rest/tests/test_acting.py.
    reads = method == "get" or path in READ_BY_POST
    assert headers - {"Acting-For"} == (set() if reads else {"Idempotency-Key"})


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["schemas"]))
def test_every_field_of_an_answer_is_always_there(name):
    schema = DOCUMENT["components"]["schemas"][name]
    asked = {"Application", "SeatsChange", "Problem", "NewIdentifier", "NewPerson", "Search"}
    asked |= {"NewDataRequest", "RequestAnswer", "PaperRequest", "NewWork"}
    asked |= {"Deed", "NewAssertion", "NewOwn", "Shifts"}
    asked |= {"NewInvitation", "NewPrincipal", "NewDispute", "NewGrant", "NewStandIn"}
    asked |= {"NewInvitation", "NewPrincipal", "NewDispute"}
    asked |= {"Lay", "Correction", "StatedCourse", "StatedClass", "NewWish", "Narrowed"}
    asked |= {"NewInvitation", "NewPrincipal", "NewDispute", "NewImport"}
    asked |= {"EditionChange", "EffortSaid", "MaterialSaid"}
    asked |= {"NewProgramme", "ProgrammeChange", "ProgrammePlace"}

    if name not in asked and "properties" in schema:
        assert set(schema["required"]) == set(schema["properties"])
    assert schema.get("description") or "enum" in schema


def test_no_parameter_is_null():
    schemas = [p["schema"] for param in OPERATIONS for p in param.values[2]["parameters"]]

    assert schemas
    assert all({"type": "null"} not in schema.get("anyOf", []) for schema in schemas)


def test_no_two_shapes_have_one_name():
    """The description knows shapes by name: the one would be described as the other."""
    named = Counter()
    waiting: list[type] = [Shape]
    while waiting:
        shape = waiting.pop()
        waiting += shape.__subclasses__()
        named[shape.__name__] += shape.__module__.startswith("learncity.rest.")
    assert len(named) > 100
    assert [name for name, times in named.items() if times > 1] == []
