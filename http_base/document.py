"""The OpenAPI document made whole: names, who may, what is refused with which code, headers, examples."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Flask
from flask_smorest.spec.plugins import FlaskPlugin

from http_base.examples import Example, examples_at
from http_base.meanings import explain
from http_base.problem_schema import PROBLEM_SCHEMA
from http_base.problems import status_of_kind
from notifications.words import LOCALES
from service import errors

OPEN: list[dict[str, list[str]]] = []
OPEN_OR_SIGNED_IN: list[dict[str, list[str]]] = [{}, {"token": []}]

# Whatever it says, a refusal of one status has one shape.
RESPONSES = {
    HTTPStatus.NOT_MODIFIED: ("NotModified", "What the phone has is still right."),
    HTTPStatus.UNAUTHORIZED: ("Unauthenticated", "No token, or one that does not hold."),
    HTTPStatus.FORBIDDEN: ("Forbidden", "The caller may not do this."),
    HTTPStatus.NOT_FOUND: ("NotFound", "It does not exist, or the caller may not know of it."),
    HTTPStatus.CONFLICT: ("Conflict", "The state of things refuses it."),
    HTTPStatus.PRECONDITION_FAILED: ("Stale", "Somebody has changed it meanwhile: read it again."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("TooLarge", "The body is too large."),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("UnsupportedMediaType", "The body is of another kind."),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("Invalid", "A value breaks a rule: `errors` says which, by field."),
    HTTPStatus.TOO_MANY_REQUESTS: ("TooManyRequests", "Too often: try again after `Retry-After`."),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Unavailable", "Briefly away: try again after `Retry-After`."),
}
READ_AGAIN = frozenset({"application/json", "text/csv", "text/calendar"})
"""Answers of these media types have an ETag."""

HEADERS: Mapping[str, Any] = {
    "ETag": {
        "description": "Of all that the answer shows. Sent back as `If-None-Match`, it gives 304.",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds until it is worth trying again.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Content-Language": {
        "description": "The language of `title`, `detail` and `errors`.",
        "schema": {"type": "string", "enum": list(LOCALES)},
    },
    "WWW-Authenticate": {
        "description": "How to authenticate: with a bearer token.",
        "schema": {"type": "string"},
    },
}
PARAMETERS: Mapping[str, str] = {
    "action": "Only what was done in this way.",
    "actor": "Only what this member of the staff did.",
    "audience": "As in the address that was answered.",
    "attendance_id": "The attendance: the id of its first check-in.",
    "certificate_id": "The certificate: one's own.",
    "code": "The region's code: KZ-15; of a sign-in the one that the browser shows: ABCD2345; of a "
    "certificate the one on its paper.",
    "columns": "Which columns: `all`, `short`, or keys between commas.",
    "contact_id": "The contact that one was asked to be.",
    "compare": "`previous`: the days before as well; a whole month with the month before, a year likewise.",
    "cursor": "`next` of the page before; without one the list begins.",
    "district": "Only of this district, by its KATO code; `none`: of no district.",
    "dialect": "Of CSV: `plain` for programs; `excel`: BOM, `;`, decimal commas, heads for people.",
    "diff": "With what has changed since it was sent.",
    "event": "Only about this event.",
    "event_id": "The event.",
    "export_id": "The export.",
    "from": "The first day, in the country's zone.",
    "group_by": "What a row stands for.",
    "headcount_id": "The head count: an id that the phone makes.",
    "headings": "In which languages the heads of a file stand, a row each.",
    "key": "What stands in the address of a calendar: its secret.",
    "installation_id": "The app's installation: an id that it keeps for its life.",
    "invitation_id": "The invitation.",
    "item_id": "The item of the inbox.",
    "keep_certificates": "Whether certificates that were issued stay valid, with nobody's name.",
    "kind": "Only of this kind.",
    "lang": "The language of its words.",
    "limit": "How many at most.",
    "mine": "Those of one's own organizations, drafts too; asks for a token.",
    "name": "The consent: personal_data or cross_border.",
    "near": "LAT,LON in degrees: nearest first, with `distance_m` on each.",
    "organization": "Only of this organization.",
    "organization_id": "The organization.",
    "period": "2026-W47, 2026-11, 2026 or 2026-11-21, by the country's days.",
    "photo_id": "The photograph.",
    "q": "Words to look for; Kazakh, Russian and Latin spellings find each other.",
    "region": "Only of this region, by its code: KZ-15.",
    "report_id": "The report.",
    "sent_report_id": "The report that was sent.",
    "signature": "As in the address that was answered.",
    "size": "large: 1,600 pixels at most; small: 400.",
    "series": "Only the dates of this series.",
    "status": "Only in this state.",
    "subject": "Only what concerned this volunteer.",
    "to": "The last day, included, in the country's zone.",
    "until": "As in the address that was answered.",
    "volunteer_id": "The volunteer.",
    "waiting": "Only those that wait for the caller's decision, as their coordinator.",
    "within_km": "With `near`: no farther than this.",
}
ABOUT = """\
The service behind the clean-ups of «Таза Қазақстан».

**Signing in.** `Authorization: Bearer <token>`: a Firebase ID token, or, without Firebase, a token of
`createToken`. Powers of coordinators and owners may ask for `X-Elevation`, too, which `elevate` gives.
**Words** follow `Accept-Language` (kk, ru, en; kk when absent). **Refusals** are RFC 9457
problem documents: `code` is stable, `title` and `detail` are for people, facts stand beside them. **Lists**
give `next`: send it as `cursor`. **Reading again** costs little: send the `ETag` as `If-None-Match`.
**Times** are RFC 3339 with an offset, any is taken; those of an event are answered in its own zone.
**Answers grow**: read the fields that you know and ignore the rest; nothing is taken away.
"""

Codes = dict[HTTPStatus, list[str]]


@dataclass(frozen=True, slots=True)
class Contract:
    """What is promised of an operation beside its schemas.

    `name`: camelCase verb and noun, for ever. `who` may call it, in words. `refuses`: errors of its own, or
    (status, code); what each call of its form refuses is added. `registered`: whoever calls has registered.
    """

    name: str
    who: str
    refuses: tuple[type[errors.ServiceError] | tuple[HTTPStatus, str], ...]
    security: list[dict[str, list[str]]] | None
    registered: bool


def complete(bare: Mapping[str, Any], app: Flask, now: datetime) -> dict[str, Any]:
    """The document that apispec made of the schemas, with all that they do not say; `now`: of examples."""
    document = dict(deepcopy(bare))
    components = document.setdefault("components", {})
    components["headers"] = HEADERS
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    # flask-smorest's own shape of errors, which nothing here has.
    components["schemas"].pop("Error", None)
    explain(components["schemas"])
    components["responses"] = {name: _shared(status, text) for status, (name, text) in RESPONSES.items()}
    document["info"]["description"] = ABOUT
    contracts = dict(_contracts(app))
    examples = examples_at(now)
    for path, item in document["paths"].items():
        # To each operation its own: of what each names in the demo, an example.
        shared = item.pop("parameters", [])
        for method, operation in item.items():
            operation["parameters"] = [*deepcopy(shared), *operation.get("parameters", ())]
            contract = contracts.get((path, method))
            if contract is not None:
                _complete(operation, contract, path, method)
                _show(operation, examples.get(contract.name, Example()))
    return document


def _contracts(app: Flask) -> Iterator[tuple[tuple[str, str], Contract]]:
    for rule in app.url_map.iter_rules():
        contract = getattr(app.view_functions[rule.endpoint], "contract", None)
        if contract is not None:
            for method in rule.methods or ():
                yield (FlaskPlugin.flaskpath2openapi(rule.rule), method.lower()), contract


def _complete(operation: dict[str, Any], contract: Contract, path: str, method: str) -> None:
    refused = _refusals(operation, contract, path)
    for parameter in operation.get("parameters", ()):
        _describe(parameter)
    operation["operationId"] = contract.name
    operation["x-who"] = contract.who
    operation["x-refuses"] = {str(int(status)): codes for status, codes in refused.items()}
    operation["description"] = _description(operation.get("description"), contract, refused)
    if contract.security is not None:
        operation["security"] = contract.security
    responses = operation["responses"]
    # Said by flask-smorest for whatever it parses, in a form that is not ours.
    responses.pop("422", None)
    content = responses.get("200", {}).get("content", {})
    if method == "get" and READ_AGAIN.intersection(content):
        responses["200"]["headers"] = {"ETag": _header("ETag")}
        responses["304"] = {"$ref": f"#/components/responses/{RESPONSES[HTTPStatus.NOT_MODIFIED][0]}"}
    for status, codes in refused.items():
        responses[str(int(status))] = {
            "$ref": f"#/components/responses/{RESPONSES[status][0]}",
            "description": ", ".join(f"`{code}`" for code in codes),
        }


def _show(operation: dict[str, Any], example: Example) -> None:
    """Say how the operation is called in the demo: `x-example-by` whose token, `x-example-after` what."""
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            parameter["example"] = example.parameters[parameter["name"]]
    if example.body is not None:
        (content,) = operation["requestBody"]["content"].values()
        content["example"] = example.body
    if example.by is not None:
        operation["x-example-by"] = example.by
    if example.after:
        operation["x-example-after"] = list(example.after)


def _refusals(operation: Mapping[str, Any], contract: Contract, path: str) -> Codes:
    """The codes of an operation by status: what its form refuses, and what is its own."""
    found: Codes = {}

    def add(status: HTTPStatus, code: str) -> None:
        if code not in found.setdefault(status, []):
            found[status].append(code)

    if contract.security != OPEN:
        add(HTTPStatus.UNAUTHORIZED, "unauthenticated")
        add(HTTPStatus.FORBIDDEN, errors.Banned.code)
        add(HTTPStatus.SERVICE_UNAVAILABLE, "identity-unavailable")
    if contract.security is None and contract.registered:
        add(HTTPStatus.NOT_FOUND, errors.NotRegistered.code)
    if "{" in path:
        add(HTTPStatus.NOT_FOUND, errors.NotFound.code)
    if "requestBody" in operation:
        add(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large")
        add(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type")
    if "requestBody" in operation or operation.get("parameters") or path.startswith("/v1/"):
        add(HTTPStatus.UNPROCESSABLE_ENTITY, errors.Invalid.code)
    if errors.Forbidden in contract.refuses:
        # What roles allow may be guarded: who has not passed the second factor is told so.
        add(HTTPStatus.FORBIDDEN, errors.SecondFactorRequired.code)
    for kind in contract.refuses:
        add(*(kind if isinstance(kind, tuple) else (status_of_kind(kind), kind.code)))
    add(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")
    return dict(sorted(found.items()))


def _description(said: str | None, contract: Contract, refused: Codes) -> str:
    lines = [
        f"- {int(status)}: " + ", ".join(f"`{code}`" for code in codes) for status, codes in refused.items()
    ]
    parts = [said, f"Who may: {contract.who}.", "Refused with:\n\n" + "\n".join(lines)]
    return "\n\n".join(part for part in parts if part)


def _describe(parameter: dict[str, Any]) -> None:
    if "description" not in parameter and parameter.get("name") in PARAMETERS:
        parameter["description"] = PARAMETERS[parameter["name"]]


def _shared(status: HTTPStatus, text: str) -> dict[str, Any]:
    """The answer of one status. `x-status`: which, for who reads the components alone."""
    found: dict[str, Any] = {"description": text, "x-status": str(int(status))}
    if status < HTTPStatus.BAD_REQUEST:
        return found | {"headers": {"ETag": _header("ETag")}}
    names = ["Content-Language"]
    names += ["WWW-Authenticate"] if status == HTTPStatus.UNAUTHORIZED else []
    waits = status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
    names += ["Retry-After"] if waits else []
    found["headers"] = {name: _header(name) for name in names}
    found["content"] = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return found


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}
