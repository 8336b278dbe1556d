"""Checks messages against Google's published discovery document, and the limits that it cannot express."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parent / "data" / "fcm.v1.json"
MAX_PAYLOAD_BYTES = 4_096
MAX_TTL_S = 28 * 24 * 3_600
TARGETS = ("fid", "token", "topic", "condition")
RESERVED_KEY = re.compile(r"^(from|message_type|gcm|google\..*|gcm\.notification\..*)$")
FORMATS = {
    "google-duration": re.compile(r"^\d+(\.\d{1,9})?s$"),
    "google-datetime": re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$"),
}
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}


@cache
def _schemas() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))["schemas"]
    return found


def problems(request: Mapping[str, Any]) -> list[str]:
    """What is wrong with the body of a messages:send request; empty when nothing is."""
    return [
        *_check(request, {"$ref": "SendMessageRequest"}, "request"),
        *_limits(request.get("message", {})),
    ]


def _check(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = _schemas()[schema["$ref"]]
    kind = schema.get("type", "object" if "properties" in schema else "any")
    if kind == "any":
        return
    is_wrong_number = kind in ("integer", "number") and isinstance(value, bool)
    if not isinstance(value, TYPES[kind]) or is_wrong_number:
        yield f"{path}: {kind} expected, got {type(value).__name__}"
        return
    check = _CHECKS.get(kind)
    if check is not None:
        yield from check(value, schema, path)


def _check_string(value: str, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    if "enum" in schema and value.upper() not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    pattern = FORMATS.get(schema.get("format", ""))
    if pattern and not pattern.match(value):
        yield f"{path}: {value!r} is no {schema['format']}"


def _check_array(value: list[Any], schema: Mapping[str, Any], path: str) -> Iterator[str]:
    for index, item in enumerate(value):
        yield from _check(item, schema["items"], f"{path}[{index}]")


def _check_object(value: dict[str, Any], schema: Mapping[str, Any], path: str) -> Iterator[str]:
    known = schema.get("properties")
    for name, inner in value.items():
        inner_schema = schema.get("additionalProperties") if known is None else known.get(_camel(name))
        if inner_schema is not None:
            yield from _check(inner, inner_schema, f"{path}.{name}")
        elif known is not None:
            yield f"{path}.{name}: unknown field"


_CHECKS: dict[str, Callable[..., Iterator[str]]] = {
    "string": _check_string,
    "array": _check_array,
    "object": _check_object,
}


def _camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)


def _limits(message: Mapping[str, Any]) -> Iterator[str]:
    if sum(target in message for target in TARGETS) != 1:
        yield f"message: exactly one of {', '.join(TARGETS)}"
    for name in message.get("data", {}):
        if RESERVED_KEY.match(name):
            yield f"message.data.{name}: reserved"
    payload = {name: message[name] for name in ("notification", "data") if name in message}
    size = len(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode())
    if size > MAX_PAYLOAD_BYTES:
        yield f"message: {size} bytes are more than {MAX_PAYLOAD_BYTES}"
    ttl = message.get("android", {}).get("ttl", "0s")
    if isinstance(ttl, str) and FORMATS["google-duration"].match(ttl) and float(ttl[:-1]) > MAX_TTL_S:
        yield "message.android.ttl: more than 28 days"
