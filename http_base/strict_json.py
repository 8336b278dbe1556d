"""Reads requests strictly: what Python's parsers let through by default and the database would choke on."""

import json
import math
import re
from collections.abc import Collection
from typing import Any, NoReturn

from flask import Request
from marshmallow import RAISE, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import UnsupportedMediaType

from http_base.fields import told

_SURROGATE = re.compile("[\ud800-\udfff]")
MAX_DEPTH = 32
MAX_INTEGER = 2**63 - 1


class StrictParser(FlaskParser):
    """The parser of flask-smorest, without its leniences."""

    # As in bodies; webargs would drop what it does not know.
    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
        "files": RAISE,
    }

    def load_json(self, req: Request, schema: Any) -> Any:
        """The body as plain values; any doubt about it is a ValidationError, any other kind of body a 415.

        Of a schema that `may_be_left_out` no body is an empty one.
        """
        if getattr(schema, "may_be_left_out", False) and not req.get_data(cache=True):
            return {}
        if req.mimetype != "application/json" and _has_body(req):
            raise UnsupportedMediaType
        return body_of(req, schema)

    def load_querystring(self, req: Request, schema: Any) -> Any:
        """The query, with text that the database can take."""
        check_query(req, [field.data_key or name for name, field in schema.fields.items()])
        return super().load_querystring(req, schema)

    def load_files(self, req: Request, schema: Any) -> Any:
        """A form with files: its texts and its files by name, each once; any other kind of body a 415."""
        if req.mimetype != "multipart/form-data":
            raise UnsupportedMediaType
        known = [field.data_key or name for name, field in schema.fields.items()]
        check_values(req.form, known)
        if twice := [name for name, given in req.files.lists() if len(given) > 1 or name in req.form]:
            raise ValidationError({name: ["query-twice"] for name in twice})
        return self._makeproxy(MultiDict([*req.form.items(), *req.files.items()]), schema)

    def handle_error(self, error: ValidationError, req: Request, schema: Any, **_options: Any) -> NoReturn:
        """Let the one error handler answer."""
        raise error


class OpenParser(StrictParser):
    """For addresses that people hand on: what chats and searches add to a query (`utm_…`) is ignored."""

    def load_querystring(self, req: Request, schema: Any) -> Any:
        """What the schema knows of the query; the rest is let go."""
        known = [field.data_key or name for name, field in schema.fields.items()]
        asked = MultiDict((name, value) for name, value in req.args.items(multi=True) if name in known)
        check_values(asked, known)
        return self._makeproxy(asked, schema)


def body_of(req: Request, schema: Any) -> Any:
    """The body as plain values, read as strictly as the schema asks. Raises what `strict_json` raises."""
    return strict_json(req.get_data(cache=True), getattr(schema, "checked_by_item", None))


def _has_body(req: Request) -> bool:
    """Whether something is said to come, before any of it is read."""
    return bool(req.content_length or req.mimetype or "Transfer-Encoding" in req.headers)


def check_query(req: Request, known: Collection[str]) -> None:
    """Check that a query says known things once each, in text that the database can take.

    Raises:
        ValidationError: by name, what is wrong; for an unknown name also which ones there are.
    """
    check_values(req.args, known)


def check_values(asked: MultiDict[str, str], known: Collection[str]) -> None:
    """As `check_query`, for what was taken out of a query."""
    wrong: dict[str, list[str]] = {}
    for name, values in asked.lists():
        if not (_is_text(name) and all(map(_is_text, values))):
            wrong[name if _is_text(name) else "_"] = ["text"]
        elif name not in known:
            there_are = told("query-unknown", known=", ".join(known)) if known else "query-none"
            wrong[name] = [there_are]
        elif len(values) > 1:
            wrong[name] = ["query-twice"]
    if wrong:
        raise ValidationError(wrong)


def strict_json(body: bytes, checked_by_item: str | None = None) -> Any:
    """Parse JSON. `checked_by_item`: a list whose items are left to `check_value`, one by one.

    Raises:
        ValidationError: not UTF-8, not JSON, too deep, lone surrogates, NUL, NaN, or integers past 64 bits.
    """
    try:
        value = json.loads(body.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError, ValueError) as error:
        raise ValidationError("json") from error
    if isinstance(value, dict) and isinstance(value.get(checked_by_item), list):
        check_value({name: inner for name, inner in value.items() if name != checked_by_item})
    else:
        check_value(value)
    return value


def check_value(value: Any) -> None:
    """Check what Python's parser lets through and the database would choke on.

    Raises:
        ValidationError: too deep, lone surrogates, NUL, NaN, or integers past 64 bits.
    """
    _check(value, 0)


def _check(value: Any, depth: int) -> None:
    """Walk all values."""
    if depth > MAX_DEPTH:
        raise ValidationError("too-deep")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise ValidationError("too-large-number")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValidationError("json")


def _check_text(text: str) -> None:
    if not _is_text(text):
        raise ValidationError("text")


def _is_text(text: str) -> bool:
    """Whether it is without NUL and lone surrogates: neither has a place in UTF-8 text of PostgreSQL."""
    return "\0" not in text and (text.isascii() or not _SURROGATE.search(text))
