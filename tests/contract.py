"""What the suite's client holds each answer against: the OpenAPI document."""

import copy
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_smorest.spec.plugins import FlaskPlugin
from jsonschema import Draft202012Validator
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

PROBLEM = "application/problem+json"
# What a broken database does is a defect of ours; and whoever asks in a wrong way is told so by every path.
UNDOCUMENTED = frozenset({(405, "method-not-allowed"), (500, "internal")})


class ContractClient(FlaskClient):
    """A client that fails a test when an answer is not as the document says."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        answer = super().open(*arguments, **options)
        _contract(self.application).check(answer)
        return answer


class Contract:
    """The document of an application, as a judge of its answers."""

    def __init__(self, app: Flask) -> None:
        self._rules = app.url_map.bind("localhost")
        document = copy.deepcopy(app.extensions["flask-smorest"]["apis"][""]["ext_obj"].document)
        self._paths = document["paths"]
        self._components = document["components"]
        # Phones take what they do not know; here nothing may stand in an answer that the document leaves out.
        for schema in self._components["schemas"].values():
            if "properties" in schema:
                schema.setdefault("additionalProperties", False)
        self._validators: dict[str, Draft202012Validator] = {}

    def check(self, answer: TestResponse) -> None:
        method = answer.request.method
        if method in ("HEAD", "OPTIONS"):
            return
        operation = self._operation(answer.request.path, method)
        if operation is None and answer.mimetype == "text/html":
            return  # a page: tests/web looks at those
        what = f"{method} {answer.request.path}: {answer.status_code}"
        if answer.status_code >= 400:
            self._check_refusal(answer, operation, what)
        elif operation is not None:
            self._check_answer(answer, operation, what)

    def _operation(self, path: str, method: str) -> dict[str, Any] | None:
        try:
            rule, _ = self._rules.match(path, method, return_rule=True)
        except HTTPException:
            return None
        item = self._paths.get(FlaskPlugin.flaskpath2openapi(rule.rule), {})
        found: dict[str, Any] | None = item.get(method.lower())
        return found

    def _check_refusal(self, answer: TestResponse, operation: dict[str, Any] | None, what: str) -> None:
        assert answer.mimetype == PROBLEM, f"{what} is no problem document"
        problem = answer.json
        assert isinstance(problem, dict)
        self._validate({"$ref": "#/components/schemas/Problem"}, problem, what)
        assert problem["status"] == answer.status_code, what
        if operation is None or (answer.status_code, problem["code"]) in UNDOCUMENTED:
            return
        assert "x-refuses" in operation, f"{what}: say what it refuses in @blueprint.operation"
        codes = operation["x-refuses"].get(str(answer.status_code), [])
        assert problem["code"] in codes, f"{what}: the document does not know of `{problem['code']}` there"

    def _check_answer(self, answer: TestResponse, operation: dict[str, Any], what: str) -> None:
        described = operation["responses"].get(str(answer.status_code))
        assert described is not None, f"{what}: the document does not know of this status"
        contents = described.get("content", {})
        if not contents:
            assert not answer.data, f"{what} has a body that the document does not know of"
        elif answer.mimetype == "application/json":
            self._validate(contents["application/json"]["schema"], answer.json, what)
        else:
            assert answer.mimetype in contents, f"{what}: the document does not know of {answer.mimetype}"

    def _validate(self, schema: dict[str, Any], value: Any, what: str) -> None:
        key = str(schema)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator(schema | {"components": self._components})
        found = [f"{error.json_path}: {error.message}" for error in self._validators[key].iter_errors(value)]
        assert not found, f"{what} is not as the document says: {found}"


@cache
def _contract(app: Flask) -> Contract:
    return Contract(app)
