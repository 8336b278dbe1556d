"""The settings say what is wrong, all of it, and how to mend it."""

import pytest

from service.platform import settings


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
    assert found.local_identity
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
    ],
)
def test_each_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(settings.SettingsError, match=name):
        settings.read({"TAZALYQ_ENV": "development", name: value})


def test_thresholds_can_be_set() -> None:
    found = settings.read({"TAZALYQ_ENV": "development", "PRESENCE_NEAR_M": "80"})
    assert found.thresholds.near_m == 80
