"""The document as a page for people: who may, what is sent, answered and refused, an example to try."""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template

from notifications import words

ADDRESS = "/v1/docs"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a body or an answer, or a parameter."""

    name: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """`title`: as people read it."""

    status: str
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Operation:
    """What a reader wants to know of a call."""

    name: str
    method: str
    path: str
    summary: str
    who: str
    parameters: list[Field]
    body: str | None
    answers: list[tuple[str, str | None]]
    refusals: list[Refusal]
    by: str | None
    after: list[str]
    example: str


def make_blueprint(document: Callable[[], dict[str, Any]]) -> Blueprint:
    """The page and its style."""
    blueprint = Blueprint(
        "docs",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path=f"{ADDRESS}/static",
    )

    def show() -> Response:
        found = document()
        page = render_template(
            "docs.html",
            groups=groups(found),
            schemas=schemas(found),
            about=found["info"],
            base=found["servers"][0]["url"],
            demo="/dev/messages" in found["paths"],
        )
        return Response(page, headers={"Cache-Control": "no-cache"})

    blueprint.add_url_rule(ADDRESS, "show", show, strict_slashes=False)
    return blueprint


def groups(document: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """The calls by what they are about, in the order of the document."""
    found: dict[str, list[Operation]] = {tag["description"]: [] for tag in document["tags"]}
    titles = {tag["name"]: tag["description"] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method, said in item.items():
            found[titles[said["tags"][0]]].append(_operation(document, path, method, said))
    return {
        title: sorted(group, key=lambda one: (one.path, one.method))
        for title, group in found.items()
        if group
    }


MULTIPART = "multipart/form-data"


def schemas(document: Mapping[str, Any]) -> dict[str, list[Field]]:
    """The fields of each named schema; of a union its kinds."""
    return {name: list(_fields(schema)) for name, schema in sorted(document["components"]["schemas"].items())}


def _operation(document: Mapping[str, Any], path: str, method: str, said: Mapping[str, Any]) -> Operation:
    parameters = [
        Field(one["name"], _kind(one["schema"]), one.get("required", False), one.get("description", ""))
        for one in said["parameters"]
    ]
    content: Mapping[str, Any] = next(iter(said.get("requestBody", {}).get("content", {}).values()), {})
    return Operation(
        name=said.get("operationId", ""),
        method=method.upper(),
        path=path,
        summary=said.get("summary", ""),
        who=said.get("x-who", ""),
        parameters=parameters,
        body=_kind(content["schema"]) if content else None,
        answers=[
            (status, _answer(answer))
            for status, answer in said["responses"].items()
            if status.startswith("2")
        ],
        refusals=[
            Refusal(status, code, words.translate(f"problem.{code}.title", "en"))
            for status, codes in said.get("x-refuses", {}).items()
            for code in codes
        ],
        by=said.get("x-example-by"),
        after=said.get("x-example-after", []),
        example=_curl(document, path, method.upper(), said, content.get("example")),
    )


def _answer(answer: Mapping[str, Any]) -> str | None:
    for content in answer.get("content", {}).values():
        return _kind(content["schema"])
    return None


def _fields(schema: Mapping[str, Any]) -> Iterator[Field]:
    for one in schema.get("oneOf", ()):
        yield Field("", _kind(one), required=True, description="one of these")
    for name, value in schema.get("properties", {}).items():
        yield Field(name, _kind(value), name in schema.get("required", ()), value.get("description", ""))


def _kind(schema: Mapping[str, Any]) -> str:
    """A type in a few words; names of schemas stand in it as they are."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " · ".join("null" if one is None else str(one) for one in schema["enum"])
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " or ".join(_kind(one) for one in schema[union])
    if "items" in schema:
        return f"list of {_kind(schema['items'])}"
    kinds = schema.get("type", "any")
    kind = kinds if isinstance(kinds, str) else " or ".join(kinds)
    limits = [
        str(schema[name]) for name in ("minimum", "maximum", "minLength", "maxLength") if name in schema
    ]
    return " ".join(filter(None, [schema.get("format") or kind, f"({'–'.join(limits)})" if limits else ""]))


def _curl(document: Mapping[str, Any], path: str, method: str, said: Mapping[str, Any], example: Any) -> str:
    """A command for the shell that works in the demo; `$TOKEN` is the reader's to fill in."""
    address = document["servers"][0]["url"] + path
    for one in said["parameters"]:
        if one["in"] == "path":
            address = address.replace(f"{{{one['name']}}}", one["example"])
    parts = ["curl", *([] if method == "GET" else ["-X", method]), shlex.quote(address)]
    lines = [" ".join(parts)]
    if "x-example-by" in said:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if example is not None and MULTIPART in said["requestBody"]["content"]:
        # What stands under `file` is the name of one of the reader's own.
        lines += [f"-F {name}={'@' if name == 'file' else ''}{value}" for name, value in example.items()]
    elif example is not None:
        body = json.dumps(example, ensure_ascii=False)
        lines += ["-H 'Content-Type: application/json'", f"-d {shlex.quote(body)}"]
    return " \\\n  ".join(lines)
