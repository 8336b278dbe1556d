"""Rules of the house that a machine can hold."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from googleapiclient import discovery_cache

from http_base.application import Tazalyq
from http_base.blueprints import OPEN_ENDPOINTS
from http_base.problems import CODES, status_of
from notifications import words
from notifications.push.fcm_schema import DOCUMENT
from service import errors
from service.errors import ServiceError
from service.models import AuditAction
from tests.http_base.test_document import operations
from tests.mobile_api.audited_calls import AUDITED, NOT_AUDITED
from web.pages import Pages

ROOT = Path(__file__).parent.parent


def all_errors(kind: type[ServiceError] = ServiceError) -> list[type[ServiceError]]:
    found = [kind] if hasattr(kind, "code") else []
    return found + [deeper for child in kind.__subclasses__() for deeper in all_errors(child)]


def made_of(kind: type[ServiceError], **facts: Any) -> ServiceError:
    """An error of this kind, with what it cannot be without."""
    if issubclass(kind, errors.Invalid):
        return kind("a-field", "required", **facts)
    if kind is errors.NotFound:
        return errors.NotFound(**{"what": errors.Thing.EVENT} | facts)
    return kind(**facts)


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_every_error_has_a_status_and_words(kind: type[ServiceError]) -> None:
    made = made_of(kind)
    assert 400 <= status_of(made) < 600
    for key in {kind.code, kind.words or kind.code}:
        assert words.has(f"problem.{key}.title")
        assert words.has(f"problem.{key}.detail")


@pytest.mark.parametrize("thing", errors.Thing)
@pytest.mark.parametrize("locale", words.LOCALES)
def test_every_thing_that_may_be_missing_has_its_word(thing: errors.Thing, locale: str) -> None:
    assert words.has(f"thing.{thing}", locale)


@pytest.mark.parametrize("code", sorted(set(CODES.values())))
def test_every_http_error_has_words(code: str) -> None:
    assert words.has(f"problem.{code}.title")


def test_every_route_refuses_anonymous_callers_but_the_written_ones(
    app: Tazalyq, client: FlaskClient
) -> None:
    refused = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN_ENDPOINTS or is_page(app, rule.endpoint):
            continue
        path = re.sub(r"<uuid:[^>]+>", "01a20b43-da95-76d9-b7ca-338e67a4b6e6", rule.rule)
        path = re.sub(r"<[^>]+>", "x", path)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(path, method=method)
            assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated"), (method, path)
            refused += 1
    assert refused > 25


def is_page(app: Tazalyq, endpoint: str) -> bool:
    """Whether a page stands there: tests/web/test_pages.py asks who may open it."""
    return isinstance(app.blueprints.get(endpoint.partition(".")[0]), Pages)


def test_the_open_endpoints_exist(app: Tazalyq) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= OPEN_ENDPOINTS


def test_the_document_agrees_with_the_routes(app: Tazalyq, client: FlaskClient) -> None:
    document = client.get("/v1/openapi.json").json
    assert document["openapi"] == "3.1.0"
    described = {(path, method.upper()) for path, item in document["paths"].items() for method in item}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/v1/") and rule.endpoint.split(".")[0] not in ("api-docs", "docs"):
            path = re.sub(r"<(?:uuid:)?([^>]+)>", r"{\1}", rule.rule)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                assert (path, method) in described


def test_the_readme_names_every_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    source = (ROOT / "service" / "platform" / "settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r'reader\.\w+\(\s*"([A-Z_]+)"', source))
    assert len(names) > 15
    assert [name for name in sorted(names) if f"`{name}`" not in readme] == []


def test_the_readme_names_every_command_benchmark_and_folder(app: Tazalyq) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ours = [
        command
        for command in app.cli.commands.values()
        if command.callback is not None and command.callback.__module__.startswith("cli.")
    ]
    commands = [f"flask {path}" for command in ours for path in paths_of(command)]
    assert "flask counts rebuild" in commands
    scripts = [path for path in (ROOT / "benchmarks").glob("*.py") if "__main__" in path.read_text("utf-8")]
    packages = [path.parent for path in (ROOT / "benchmarks").glob("*/__main__.py")]
    benchmarks = [f"benchmarks.{path.stem}" for path in (*scripts, *packages)]
    assert len(benchmarks) > 6
    folders = [f"`{path.parent.name}/`" for path in ROOT.glob("*/__init__.py")] + ["`deploy/`", "`docs/`"]
    assert [name for name in (*commands, *benchmarks, *folders) if name not in readme] == []


def paths_of(command: click.Command, before: str = "") -> list[str]:
    """The command as one writes it; of a group its commands."""
    path = f"{before} {command.name}".strip()
    inner = command.commands.values() if isinstance(command, click.Group) else ()
    return [deeper for child in inner for deeper in paths_of(child, path)] or [path]


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in"])
def test_each_dependency_has_its_reason_and_no_reason_is_left_over(name: str) -> None:
    """Each row of docs/dependencies.md is one package; its second column says which file asks for it."""
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\w-]+) \| (\S+) \| \S.*\|$", text, re.MULTILINE)
    asked = [
        re.split(r"[\[=>]", line)[0]
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if line and line[0] not in "#-"
    ]
    assert sorted(package for package, file in rows if file == name) == sorted(asked)


@pytest.mark.parametrize("locale", words.LOCALES)
def test_the_catalogues_are_whole(locale: str) -> None:
    folder = words.DIRECTORY / locale / "LC_MESSAGES"
    with (folder / "messages.po").open("rb") as file:
        catalogue = {message.id: message.string for message in read_po(file) if message.id}
    with (words.DIRECTORY / "kk" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        kazakh = {message.id: message.string for message in read_po(file) if message.id}
    assert set(catalogue) == set(kazakh)
    for key, text in catalogue.items():
        expected = placeholders(kazakh[key])
        for form in forms(text):
            assert form, key
            assert set(re.findall(r"{\w+}", form)) == expected, key


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    """The plural forms of an entry; of a plain one its only text."""
    return text if isinstance(text, tuple) else (text,)


def placeholders(text: str | tuple[str, ...]) -> set[str]:
    return set(re.findall(r"{\w+}", forms(text)[0]))


def test_googles_document_is_that_of_the_installed_package() -> None:
    installed = Path(discovery_cache.__file__).parent / "documents" / "fcm.v1.json"
    assert json.loads(DOCUMENT.read_text(encoding="utf-8")) == json.loads(
        installed.read_text(encoding="utf-8")
    )


MAX_FILE, MAX_FUNCTION = 400, 60


def code_files() -> list[Path]:
    """The tree's modules, but migrations: what they say is written once and stays."""
    folders = (
        "service",
        "http_base",
        "mobile_api",
        "web",
        "notifications",
        "cli",
        "tests",
        "benchmarks",
        "tools",
    )
    return [
        *ROOT.glob("*.py"),
        *(file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))),
    ]


FILES = {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text("utf-8")) for file in code_files()}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions() -> Iterator[tuple[str, Function]]:
    for name, tree in FILES.items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield f"{name}::{node.name}", node


def imports(node: ast.AST) -> list[ast.Import | ast.ImportFrom]:
    return [found for found in ast.walk(node) if isinstance(found, ast.Import | ast.ImportFrom)]


def test_files_and_functions_stay_small() -> None:
    assert len(FILES) > 300
    long = [name for name in FILES if len((ROOT / name).read_text("utf-8").splitlines()) > MAX_FILE]
    assert long == []
    assert [
        name for name, node in functions() if 1 + (node.end_lineno or 0) - node.lineno > MAX_FUNCTION
    ] == []


def test_no_import_hides_in_a_function() -> None:
    assert [name for name, node in functions() if imports(node)] == []


def test_only_entry_points_know_the_application() -> None:
    known_to = {"app": ("cli/", "tests/", "benchmarks/"), "wiring": ("app.py", "cli/", "tests/")}
    for name, tree in FILES.items():
        for found in imports(tree):
            modules = (
                [found.module] if isinstance(found, ast.ImportFrom) else [one.name for one in found.names]
            )
            for module in modules:
                assert name.startswith(known_to.get(module or "", ("",))), (name, module)


def test_no_module_only_passes_others_on() -> None:
    """Fixtures apart, and the models' own front: who builds the schema needs all, and asks for them there."""
    passing = [
        name
        for name, tree in FILES.items()
        if not name.endswith("conftest.py")
        and imports(tree)
        and all(map(is_import_or_says_nothing, tree.body))
    ]
    assert passing == ["service/models/__init__.py"]


def is_import_or_says_nothing(node: ast.stmt) -> bool:
    is_list_of_names = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Import | ast.ImportFrom) or is_list_of_names or is_text


def test_every_call_of_the_document_is_audited_or_says_why_not(client: FlaskClient) -> None:
    """What staff does to others, and reads of them, is recorded: R29."""
    document: dict[str, Any] = dict(client.get("/v1/openapi.json").json or {})
    named = {operation["operationId"] for _, _, operation in operations(document)}
    assert sorted(named - set(AUDITED) - set(NOT_AUDITED)) == [], (
        "record it, and say by which action in tests/mobile_api/audited_calls.py"
    )
    assert sorted((set(AUDITED) | set(NOT_AUDITED)) - named) == []
    assert set(AUDITED) & set(NOT_AUDITED) == set()


def test_every_action_of_the_audit_is_written_by_something() -> None:
    """One that nothing writes stands in the document, the page's filter and three catalogues for nobody."""
    ours = [tree for name, tree in FILES.items() if not name.startswith("tests/")]
    named = {
        node.attr
        for tree in ours
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "AuditAction"
    }
    assert [action.name for action in AuditAction if action.name not in named] == []
