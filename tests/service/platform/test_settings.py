"""The settings say what is wrong, all of it, and how to mend it."""

import os

import pytest

from app import create_app
from service.platform import logs, settings


def test_production_is_the_default_and_names_all_that_is_missing() -> None:
    with pytest.raises(settings.SettingsError) as refused:
        settings.read({})
    for name in ("DATABASE_URL", "SECRET_KEY", "FIREBASE_PROJECT_ID", "GOOGLE_APPLICATION_CREDENTIALS"):
        assert any(problem.startswith(f"{name} is missing: set it to") for problem in refused.value.problems)


def test_production_refuses_the_emulator(tmp_path: object) -> None:
    with pytest.raises(settings.SettingsError, match="forged tokens|lets forged"):
        settings.read({"FIREBASE_AUTH_EMULATOR_HOST": "localhost:9099"})


def test_development_needs_nothing() -> None:
    found = settings.read({"TAZALYQ_ENV": "development"})
    assert found.firebase_project_id is None
    assert found.port == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("TAZALYQ_ENV", "staging"),
        ("DATABASE_URL", "mysql://x"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file"),
        ("PRESENCE_NEAR_M", "far"),
        ("PUBLIC_URL", "http://[api.example"),
        ("PUBLIC_URL", "http://api.example:port"),
        ("WEB_APP_URL", "http://[app"),
        ("GEOCODER_URL", "ftp://[::1"),
        ("FILES_URL", "nowhere://[bucket"),
        ("RATELIMIT_STORAGE_URI", "redis:/limits"),
        ("RATELIMIT_STORAGE_URI", "redis://limits:port"),
        ("RATELIMIT_STORAGE_URI", "limits"),
        ("RATELIMIT_STORAGE_URI", "valkey://limits"),
        ("PHONE_REGIONS", "KAZ"),
        ("PHONE_REGIONS", "KZ, +7"),
    ],
)
def test_each_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(settings.SettingsError, match=name):
        settings.read({"TAZALYQ_ENV": "development", name: value})


def test_thresholds_can_be_set() -> None:
    found = settings.read({"TAZALYQ_ENV": "development", "PRESENCE_NEAR_M": "80"})
    assert found.thresholds.near_m == 80


def test_what_is_right_is_taken() -> None:
    right = {
        # A password may have any sign that PostgreSQL's own reading of an address takes.
        "DATABASE_URL": "postgresql://tazalyq:p[w@db.example/tazalyq",
        "RATELIMIT_STORAGE_URI": "rediss://:secret@limits.example:6380/1",
        "PHONE_REGIONS": "kz, KG",
        "PUBLIC_URL": "http://[::1]:8000/",
        "WEB_APP_URL": "https://app.example/go/",
    }
    found = settings.read({"TAZALYQ_ENV": "development", **right})
    assert found.database_url == right["DATABASE_URL"]
    assert found.ratelimit_storage_uri == right["RATELIMIT_STORAGE_URI"]
    assert (found.phone_regions, found.public_url) == (("KZ", "KG"), "http://[::1]:8000")
    # What stands behind it begins with a slash.
    assert found.web_app_url == "https://app.example/go"


BLANK = [" ", "\t", "\n", "\u00a0"]


def production(**more: str) -> list[str]:
    """What is wrong with these settings in production."""
    with pytest.raises(settings.SettingsError) as refused:
        settings.read(more)
    return refused.value.problems


@pytest.mark.parametrize("value", BLANK)
def test_production_refuses_what_the_sdk_takes_for_an_emulator(value: str) -> None:
    problems = production(FIREBASE_AUTH_EMULATOR_HOST=value)
    assert any(problem.startswith("FIREBASE_AUTH_EMULATOR_HOST ") for problem in problems)


@pytest.mark.parametrize(
    ("name", "value"), [("PGHOSTADDR", "10.0.0.1"), ("PGSERVICE", "other"), ("FLASK_DEBUG", "1")]
)
def test_production_refuses_what_a_library_would_take_over_ours(name: str, value: str) -> None:
    assert any(problem.startswith(f"{name} ") for problem in production(**{name: value}))


def test_production_takes_what_is_set_to_nothing() -> None:
    names = ("FIREBASE_AUTH_EMULATOR_HOST", "PGHOSTADDR", "FLASK_DEBUG")
    problems = production(**dict.fromkeys(names, ""))
    assert not any(problem.startswith(names) for problem in problems)


@pytest.mark.parametrize(
    "name", ["FIREBASE_AUTH_EMULATOR_HOST", "GOOGLE_CLOUD_PROJECT", "FIREBASE_CONFIG", "PGSSLMODE"]
)
def test_libraries_read_what_we_have_understood(
    name: str, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("TAZALYQ_ENV", "development")
    monkeypatch.setenv("DATABASE_URL", database_url)
    # The process is the suite's: its hooks stay as they are.
    monkeypatch.setattr(logs, "begin", lambda *, development: None)
    monkeypatch.setenv(name, " \t")
    create_app()
    assert name not in os.environ


def test_a_path_that_libraries_read_is_the_one_that_was_checked(
    monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("TAZALYQ_ENV", "development")
    monkeypatch.setenv("DATABASE_URL", database_url)
    # The process is the suite's: its hooks stay as they are.
    monkeypatch.setattr(logs, "begin", lambda *, development: None)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", f" {__file__} ")
    create_app()
    assert os.environ["GOOGLE_APPLICATION_CREDENTIALS"] == __file__


@pytest.mark.parametrize(
    ("name", "value"),
    [("PRESENCE_NEAR_M", "150.5"), ("PRESENCE_TRAVEL_M", "1999.9"), ("PRESENCE_TRAVEL_KMH", "0.5")],
)
def test_a_threshold_in_metres_may_have_a_fraction(name: str, value: str) -> None:
    found = settings.read({"TAZALYQ_ENV": "development", name: value}).thresholds
    assert getattr(found, name.removeprefix("PRESENCE_").lower()) == float(value)


@pytest.mark.parametrize("value", ["1.5", "nan", "inf", "1e9"])
def test_a_threshold_of_whole_minutes_may_not(value: str) -> None:
    with pytest.raises(settings.SettingsError, match="PRESENCE_OPEN_BEFORE_MIN"):
        settings.read({"TAZALYQ_ENV": "development", "PRESENCE_OPEN_BEFORE_MIN": value})


def test_the_workers_pool_is_its_own() -> None:
    found = settings.read({"TAZALYQ_ENV": "development", "WEB_THREADS": "3", "WORKER_POOL": "11"})
    assert (found.web_threads, found.worker_pool) == (3, 11)
