"""The OpenAPI document says what is true, and enough to write a client from it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from http_base.meanings import SCOPED
from http_base.meanings_of_names import EVERYWHERE
from http_base.meanings_of_values import VALUES

Document = dict[str, Any]
NAMES = Path(__file__).with_name("operations.txt")
SHARED = ("304", "401", "403", "404", "409", "412", "413", "415", "422", "429", "503")
MEMBERS = {"type", "title", "status", "detail", "code"}
OPEN = {
    "createToken",
    "downloadDataset",
    "getDataset",
    "getPublicCertificate",
    "getPublicCounts",
    "listPublicEvents",
    "getHealth",
    "findPlaces",
    "getMeta",
    "getPhotoFile",
    "readCalendar",
    "getReadiness",
    "listConsents",
    "listDistricts",
    "listLocalMessages",
    "movePhone",
    "requestCode",
    "resetClock",
    "setClock",
    "showPushes",
}
OPEN_OR_SIGNED_IN = {
    "getMetrics",
    "getEvent",
    "getEventCalendar",
    "listEvents",
    "listPhotos",
    "listRegions",
    "reportPhoto",
}


@pytest.fixture
def document(client: FlaskClient) -> Document:
    found: Any = client.get("/v1/openapi.json").json
    return dict(found)


def operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in item.keys() & {"get", "put", "post", "patch", "delete"}:
            yield method.upper(), path, item[method]


def by_name(document: Document) -> dict[str, dict[str, Any]]:
    return {
        operation.get("operationId", f"{method} {path}"): operation
        for method, path, operation in operations(document)
    }


def resolved(document: Document, part: Any) -> Any:
    """The part itself, where a reference stands for it."""
    while "$ref" in part:
        found: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def answer_schemas(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object that stands anywhere in a good answer, with the name of its operation or schema."""
    waiting = [
        (name, content["schema"])
        for name, operation in by_name(document).items()
        for status, answer in operation["responses"].items()
        if status.startswith("2")
        for content in resolved(document, answer).get("content", {}).values()
        if "schema" in content
    ]
    seen: set[str] = set()
    while waiting:
        name, schema = waiting.pop()
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            if name in seen:
                continue
            seen.add(name)
            schema = resolved(document, schema)
        if "properties" in schema:
            yield name, schema
        waiting += [(name, inner) for inner in schema.get("properties", {}).values()]
        waiting += [(name, schema["items"])] if isinstance(schema.get("items"), dict) else []
        waiting += [(name, inner) for key in ("anyOf", "oneOf", "allOf") for inner in schema.get(key, ())]


def test_operations_keep_their_names_for_ever(document: Document) -> None:
    """A new call adds its line to operations.txt; a line that stands there is never changed."""
    found = {
        f"{operation.get('operationId')} {method} {path}" for method, path, operation in operations(document)
    }
    assert not {name for name in found if name.startswith("None ")}, "say their names in @blueprint.operation"
    assert sorted(found) == sorted(NAMES.read_text(encoding="utf-8").split("\n")[:-1])


def test_each_operation_says_in_words_what_it_does_and_who_may(document: Document) -> None:
    for method, path, operation in operations(document):
        assert operation.get("summary"), (method, path)
        assert operation.get("x-who"), (method, path)
        assert operation["x-who"] in operation["description"]


def test_open_calls_are_not_marked_as_locked(document: Document) -> None:
    named = by_name(document)
    assert {name for name, operation in named.items() if operation.get("security") == []} == OPEN
    either: list[dict[str, list[str]]] = [{}, {"token": []}]
    assert {
        name for name, operation in named.items() if operation.get("security") == either
    } == OPEN_OR_SIGNED_IN


def test_every_refusal_is_a_problem_document(document: Document) -> None:
    for method, path, operation in operations(document):
        assert "default" not in operation["responses"], (method, path)
        refusals = [status for status in operation["responses"] if status >= "4"]
        assert refusals, (method, path)
        for status in refusals:
            content = resolved(document, operation["responses"][status])["content"]
            assert list(content) == ["application/problem+json"], (method, path, status)
            problem = resolved(document, content["application/problem+json"]["schema"])
            assert set(problem["required"]) == MEMBERS
            assert MEMBERS | {"errors", "distance_m", "allowed_m"} <= problem["properties"].keys()


@pytest.mark.parametrize(
    ("name", "never"),
    [
        # Who is there may leave, whatever they would need to come.
        ("checkOut", {"cancelled", "consent-missing", "too-young", "signup-required"}),
        ("getCode", {"not-published", "cancelled"}),
        # A head count sent again is another word about the same group.
        ("putHeadcount", {"id-reused"}),
    ],
)
def test_no_refusal_is_promised_that_never_comes(document: Document, name: str, never: set[str]) -> None:
    assert never.isdisjoint(by_name(document)[name]["x-refuses"]["409"])


def test_what_a_refusal_is_called_stands_beside_its_status(document: Document) -> None:
    named = by_name(document)
    assert "outside-area" in named["checkIn"]["x-refuses"]["409"]
    assert "stale" in named["changeEvent"]["x-refuses"]["412"]
    assert "invalid" in named["createEvent"]["x-refuses"]["422"]
    assert "not-a-draft" in named["publishEvent"]["x-refuses"]["409"]
    assert "bad-code" in named["createToken"]["x-refuses"]["401"]
    for name, operation in named.items():
        assert set(operation["x-refuses"]) == {s for s in operation["responses"] if s >= "4"}, name
        for codes in operation["x-refuses"].values():
            assert all(f"`{code}`" in operation["description"] for code in codes), name


def test_what_every_call_can_answer_is_said_once(document: Document) -> None:
    shared = document["components"]["responses"]
    assert {resolved(document, answer).get("x-status") for answer in shared.values()} >= set(SHARED)
    named = by_name(document)
    for status in ("401", "404", "503"):
        assert named["getMe"]["responses"][status]["$ref"].startswith("#/components/responses/")
    assert {"304", "401", "503"} <= named["listMySignups"]["responses"].keys()
    assert {"413", "415", "422"} <= named["createEvent"]["responses"].keys()
    assert "429" in named["requestCode"]["responses"]
    assert "401" not in named["getMeta"]["responses"]


def test_every_parameter_is_described(document: Document) -> None:
    bare = [
        (path, parameter["name"])
        for path, item in document["paths"].items()
        for operation in (item, *(item[method] for method in item.keys() - {"parameters"}))
        for parameter in operation.get("parameters", ())
        if not resolved(document, parameter).get("description")
    ]
    assert bare == []


def test_answers_say_what_they_always_hold(document: Document) -> None:
    bare = sorted({name for name, schema in answer_schemas(document) if "required" not in schema})
    assert [name for name in bare if name not in ("LocalizedName", "CodeShown")] == []
    event = document["components"]["schemas"]["EventShown"]
    assert {"id", "title", "starts_at", "area", "status", "version"} <= set(event["required"])
    assert not {"present", "distance_m"} & set(event["required"])


def test_recurring_words_of_answers_are_enums(document: Document) -> None:
    recurring = {"status", "role", "kind", "evidence", "outcome", "signup", "attendance", "type", "locale"}
    free = [
        (name, field)
        for name, schema in answer_schemas(document)
        for field, value in schema["properties"].items()
        if field in recurring and "string" in str(value.get("type")) and "enum" not in value
    ]
    # What a problem's type and a probe's status say is not of this kind.
    assert [found for found in free if found[0] not in ("Problem", "Health", "Readiness")] == []


def test_an_area_is_a_named_union(document: Document) -> None:
    schemas = document["components"]["schemas"]
    area = schemas["Area"]
    assert area["discriminator"]["propertyName"] == "type"
    kinds = {"circle", "Polygon", "MultiPolygon", "corridor"}
    assert set(area["discriminator"]["mapping"]) == kinds
    assert [one["$ref"] for one in area["oneOf"]] == list(area["discriminator"]["mapping"].values())
    for kind, reference in area["discriminator"]["mapping"].items():
        kept = resolved(document, {"$ref": reference})
        assert kept["properties"]["type"]["enum"] == [kind]
        assert "type" in kept["required"]
    for name in ("EventShown", "EventBody", "EventPatch"):
        assert schemas[name]["properties"]["area"]["$ref"] == "#/components/schemas/Area"


def test_every_body_has_an_example_that_fits(document: Document) -> None:
    components = {"components": document["components"]}
    for method, path, operation in operations(document):
        if "requestBody" in operation:
            (body,) = operation["requestBody"]["content"].values()
            assert "example" in body, (method, path)
            found = Draft202012Validator(body["schema"] | components).iter_errors(body["example"])
            assert [error.message for error in found] == [], (method, path)


def test_headers_are_described(document: Document) -> None:
    named = by_name(document)
    events = resolved(document, named["listEvents"]["responses"]["200"])
    assert resolved(document, events["headers"]["ETag"])["description"]
    for status in ("429", "503"):
        refused = resolved(document, named["requestCode"]["responses"][status])
        assert resolved(document, refused["headers"]["Retry-After"])["schema"]["type"] == "integer"
        assert resolved(document, refused["headers"]["Content-Language"])["schema"]["enum"]
    refused = resolved(document, named["getMe"]["responses"]["401"])
    assert resolved(document, refused["headers"]["WWW-Authenticate"])


def test_names_of_schemas_are_no_accidents(document: Document) -> None:
    """ "Area1" is what a second schema of one name is called."""
    assert [name for name in document["components"]["schemas"] if re.search(r"\d$", name)] == []


def test_the_document_is_remembered_by_phones(client: FlaskClient) -> None:
    first = client.get("/v1/openapi.json")
    assert first.headers["ETag"]
    again = client.get("/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def properties(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """Those of our own schemas, by `Schema.name`."""
    for schema, found in document["components"]["schemas"].items():
        for name, said in found.get("properties", {}).items():
            yield f"{schema}.{name}", said


def has_to_be_explained(said: dict[str, Any]) -> bool:
    """Numbers have units, moments an owner, null and choices mean something: no name tells that."""
    kinds = said.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    kinds += [one.get("type") for one in said.get("anyOf", ())]
    is_choice = len(said.get("enum", ())) > 1
    return (
        is_choice
        or bool({"integer", "number", "null"} & {*kinds})
        or said.get("format") in ("date", "date-time")
    )


def test_numbers_moments_choices_and_what_may_be_null_say_what_they_mean(document: Document) -> None:
    silent = [
        name for name, said in properties(document) if has_to_be_explained(said) and "description" not in said
    ]
    assert silent == []


def test_no_meaning_is_left_over_or_said_twice(document: Document) -> None:
    """Of a property that is none any more, or that says itself what it means."""
    said = {name: one.get("description") for name, one in properties(document)}
    assert [name for name, meaning in SCOPED.items() if said.get(name) != meaning] == []
    told = {(name.partition(".")[2], meaning) for name, meaning in said.items()}
    assert [name for name, meaning in EVERYWHERE.items() if (name, meaning) not in told] == []
    assert {*VALUES.values()} <= {meaning for _, meaning in told}
