"""Forms by the API's own schemas: text becomes values, typed text stays, fields say what is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import Any

from flask import g, request
from marshmallow import Schema, ValidationError, fields, validate
from uuid_utils.compat import uuid7
from werkzeug.datastructures import MultiDict

from http_base import csrf
from http_base.context import locale
from http_base.fields import RegionCode, told
from http_base.problems import flat_errors, words_of_invalid
from http_base.strict_json import check_value
from notifications import words
from service.errors import Invalid, Stale
from service.geography import regions
from service.models.base import COUNTRY_ZONE, localized

SURE = "sure"
OURS = frozenset({csrf.FIELD, "id", SURE})
"""Fields of every form that are not its schema's (an `id` is, where the schema has one)."""

UNTIMED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
"""A moment as <input type="datetime-local"> sends it."""

VERSION, WHOLE = "version", "_"
"""The field of what a form was filled in from; where errors stand that are of no field."""

REFUSALS = (Invalid, Stale)
"""What a form of something that others change, too, is shown again for."""


@dataclass(slots=True)
class Form:
    """What somebody has typed: `data` when nothing is wrong with it, else `errors` by field.

    `typed`: the text as it was, or what a new form begins with. `sent`: whether it was posted at all.
    `refused_as`: how a page with its errors is answered.
    """

    typed: MultiDict[str, str]
    sent: bool = False
    data: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    refused_as: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY

    @property
    def is_good(self) -> bool:
        """Whether there is something to act upon."""
        return self.sent and not self.errors

    @property
    def id(self) -> str:
        """The id of what the form makes: the same one when it is sent again, so that it is made once."""
        if "id" not in self.typed:
            self.typed["id"] = str(uuid7())
        return self.typed["id"]

    @property
    def is_overtaken(self) -> bool:
        """Whether somebody else was faster: its page shows what stands now."""
        return self.refused_as == HTTPStatus.PRECONDITION_FAILED

    @property
    def is_sure(self) -> bool:
        """Whether its person was asked again, on the page of `confirm.html`, and has said yes."""
        return self.typed.get(SURE) == "yes"

    def value(self, name: str) -> str:
        """The text of a field."""
        return self.typed.get(name, "")

    def has(self, name: str, value: str) -> bool:
        """Whether this value of a choice is chosen."""
        return value in self.typed.getlist(name)

    def error(self, name: str) -> str | None:
        """What is wrong with a field; of a list or group also what is wrong inside of it."""
        for path, said in self.errors.items():
            if path == name or path.startswith(f"{name}."):
                return " ".join(said)
        return None

    def field_of(self, path: str, fields: Mapping[str, str]) -> str | None:
        """Which of a page's fields an error's path is about: itself, or what it is within; None for none."""
        while path and path not in fields:
            path = path.rpartition(".")[0]
        return path or None

    def refuse(self, name: str, key: str, **facts: Any) -> None:
        """Say by a text of the catalogue what is wrong with a field."""
        self.errors.setdefault(name, []).append(words.translate(key, locale(), facts))

    def refused(self, error: Invalid | Stale) -> None:
        """Take what a use case has refused: for its field, or for what it was filled in from, which is the
        present version from now on."""
        if isinstance(error, Stale):
            self.refused_as = HTTPStatus.PRECONDITION_FAILED
            self.typed[VERSION] = str(error.data["version"])
            self.refuse(WHOLE, "page.form.overtaken")
            return
        for name, said in words_of_invalid(error).items():
            self.errors.setdefault(name, []).extend(said)


def blank(**values: Any) -> Form:
    """A form that nobody has sent yet, with what its fields begin with."""
    return Form(MultiDict({name: str(value) for name, value in values.items() if value is not None}))


def read_form(schema: type[Schema] | Schema, **begins_with: Any) -> Form:
    """The posted form by this schema; of a page that is only looked at, a blank one that begins so."""
    if request.method != "POST":
        return _expired() if "typed_again" in g else blank(**begins_with)
    made = schema() if isinstance(schema, type) else schema
    form = Form(request.form.copy(), sent=True)
    try:
        plain = values_of(made, form.typed)
        check_value(plain)
        form.data = made.load(plain)
    except ValidationError as error:
        form.errors = flat_errors(error.messages)
    return form


def _expired() -> Form:
    """What was typed in a form of which web/expired.py shows the page again."""
    form = Form(g.typed_again, refused_as=HTTPStatus.FORBIDDEN)
    form.refuse(WHOLE, "page.form.expired")
    return form


def read_query(schema: type[Schema]) -> dict[str, Any]:
    """The address's parameters by this schema; what it does not know is left out, as `utm_…`.

    Raises:
        ValidationError: what it knows cannot be read.
    """
    made = _made(schema)
    known = {one.data_key or name for name, one in made.fields.items()}
    typed = MultiDict([(name, value) for name, value in request.args.items(multi=True) if name in known])
    plain = values_of(made, typed)
    check_value(plain)
    try:
        found: dict[str, Any] = made.load(plain)
    except ValidationError as error:
        of_name = {one.data_key or name: one for name, one in made.fields.items()}
        messages: dict[str, Any] = error.messages_dict
        raise ValidationError(
            {name: _in_words(name, of_name.get(name)) or said for name, said in messages.items()}
        ) from error
    return found


@cache
def _made(schema: type[Schema]) -> Schema:
    """Made once: it copies each of its fields, and reading leaves no trace in it."""
    return schema()


CHOICES: Mapping[str, str] = {
    "view": "page.desk.organizations.{}",
    "status": "page.organization.{}",
    "kind": "page.event.kind.{}",
    "state": "page.events.state.{}",
    "list": "page.people.{}",
    "columns": "page.report.columns.{}",
    "headings": "page.report.headings.{}",
    "action": "page.audit.action.{}",
    "reason": "reason.{}",
}
"""The words of what an address can choose from, by its parameter."""


def _in_words(name: str, one: fields.Field[Any] | None) -> list[str] | None:
    """What people read of a parameter that cannot be read; None: as it is said to programs."""
    if isinstance(one, fields.UUID):
        return ["address-thing"]
    if isinstance(one, fields.Date):
        return ["address-day"]
    if isinstance(one, RegionCode):
        there_is = [localized(region.names, locale()) for region in regions.all_regions()]
    elif one is not None and name in CHOICES and isinstance(one.validate, validate.OneOf):
        keys = [CHOICES[name].format(choice) for choice in one.validate.choices]
        there_is = [words.translate(key, locale()) for key in keys]
    else:
        return None
    return [told("address-choice", choices="; ".join(said.rstrip(".") for said in there_is))]


def values_of(schema: Schema, typed: MultiDict[str, str], before: str = "") -> dict[str, Any]:
    """What the schema would be sent as JSON, from text; fields of a group are named `group.field`.

    Empty text is nothing: None where the field takes it, else left out. Text that no number can be made of
    stays text, for the schema to refuse. What no field knows is refused by name.
    """
    found: dict[str, Any] = {}
    known = set()
    for name, one in schema.fields.items():
        if one.dump_only:
            continue
        key = one.data_key or name
        path = before + key
        known.add(path)
        if isinstance(one, fields.Nested) and not one.many:
            _put_group(found, key, one, typed, f"{path}.")
        elif isinstance(one, fields.List):
            chosen = [value for text in typed.getlist(path) if (value := _value(one.inner, text)) is not None]
            if chosen or path in typed:
                found[key] = chosen
        elif isinstance(one, fields.Boolean):
            found[key] = typed.get(path, "") not in ("", "no", "false")
        elif path in typed:
            value = _value(one, typed[path])
            if value is not None or one.allow_none:
                found[key] = value
    if not before:
        unknown = [name for name in typed if name not in OURS and not _is_known(name, known)]
        found |= {name: typed[name] for name in unknown}
    return found


def _is_known(name: str, known: set[str]) -> bool:
    return name in known or name.rpartition(".")[0] in known or name.partition(".")[0] in known


def _put_group(
    found: dict[str, Any], key: str, group: fields.Nested, typed: MultiDict[str, str], before: str
) -> None:
    """A group whose fields are all empty is not there."""
    inner = values_of(group.schema, typed, before)
    is_filled = any(
        value not in (None, [], {}) and not isinstance(group.schema.fields.get(name), fields.Boolean)
        for name, value in inner.items()
    )
    if is_filled:
        found[key] = inner
    elif group.allow_none and any(name.startswith(before) for name in typed):
        found[key] = None


def _value(of: fields.Field[Any], text: str) -> Any:
    """A text as its field's JSON would be."""
    text = text.strip()
    if not text:
        return None
    if isinstance(of, fields.Integer | fields.Float):
        return _number(text, whole=isinstance(of, fields.Integer))
    if isinstance(of, fields.AwareDateTime) and UNTIMED.fullmatch(text):
        return _in_country(text)
    return text


def _number(text: str, *, whole: bool) -> int | float | str:
    """A number as people write it: «2 386», «77,3»."""
    bare = re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".").replace("−", "-")
    if "_" in bare:
        # Of programs alone: nobody writes «1_000».
        return text
    try:
        return int(bare) if whole else float(bare)
    except ValueError:
        return text


def _in_country(text: str) -> str:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=COUNTRY_ZONE).isoformat()
    except ValueError:
        return text
