"""A refusal says what happened, the measured value in a person's units, and a way out."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from http_base import problems
from http_base.application import Tazalyq
from notifications import words
from service import errors, presence_errors

AT = datetime(2026, 5, 16, 6, 0, tzinfo=UTC)
CASES: list[tuple[errors.ServiceError, dict[str, tuple[str, ...]]]] = [
    (
        presence_errors.OutsideArea(distance_m=10_924, allowed_m=100),
        {"kk": ("10,9 км", "100 м"), "ru": ("10,9 км", "100 м"), "en": ("10.9 km", "100 m")},
    ),
    (
        presence_errors.OutsideArea(distance_m=640, allowed_m=100),
        {"kk": ("640 м",), "ru": ("640 м",), "en": ("640 m",)},
    ),
    (
        errors.TooManyRequests(retry_after_s=1_741),
        {"kk": ("30 минут",), "ru": ("30 мин",), "en": ("30 min",)},
    ),
    (
        errors.ConsentMissing(missing=["personal_data", "cross_border"]),
        {
            "kk": ("дербес деректерді өңдеу", "дербес деректерді шетелге беру", "профильде"),
            "ru": ("обработка персональных данных", "передача персональных данных за границу", "профиле"),
            "en": ("processing of personal data", "transfer of personal data abroad", "profile"),
        },
    ),
    (
        errors.Invalid("region", "region-mismatch", region="KZ-15"),
        {"kk": ("Ақтөбе облысы",), "ru": ("Актюбинская область",), "en": ("Aktobe Region",)},
    ),
    (
        errors.Invalid("phone", "phone-region", regions="KZ"),
        {"kk": ("Қазақстан",), "ru": ("Казахстан",), "en": ("Kazakhstan",)},
    ),
    (
        errors.Invalid("meeting_point", "area-meeting-point", distance_m=12_400, limit_m=5_000),
        {"kk": ("12,4 км", "5 км"), "ru": ("12,4 км", "5 км"), "en": ("12.4 km", "5 km")},
    ),
]
PARAMETERS = [
    pytest.param(error, language, said, id=f"{error.code}-{language}-{said[0]}")
    for error, by_language in CASES
    for language, said in by_language.items()
]


def told(app: Tazalyq, error: errors.ServiceError, language: str) -> dict[str, Any]:
    with app.test_request_context(headers={"Accept-Language": language}):
        return problems.document_of(error)


def read(document: dict[str, Any]) -> str:
    """All that a person reads of it."""
    fields = " ".join(text for found in document.get("errors", {}).values() for text in found)
    return f"{document['title']} {document['detail']} {fields}"


@pytest.mark.parametrize(("error", "language", "said"), PARAMETERS)
def test_measured_values_are_in_a_persons_units(
    app: Tazalyq, error: errors.ServiceError, language: str, said: tuple[str, ...]
) -> None:
    text = read(told(app, error, language))
    for part in said:
        assert part in text.replace("\xa0", " ")
    assert not re.search(r"KZ-\d\d|personal_data|cross_border|\d{4,} (?:м|m)\b", text)


def test_facts_stay_numbers_for_programs(app: Tazalyq) -> None:
    """The phone shows what it likes: `distance_m` stays metres, `missing` names."""
    far = presence_errors.OutsideArea(distance_m=10_924, allowed_m=100)
    assert told(app, far, "ru")["distance_m"] == 10_924
    assert told(app, errors.ConsentMissing(missing=["personal_data"]), "ru")["missing"] == ["personal_data"]


def test_too_young_to_register_and_too_young_for_an_event_are_told_apart(app: Tazalyq) -> None:
    account = told(app, errors.TooYoungToRegister(min_age=14), "ru")
    event = told(app, errors.TooYoung(min_age=14), "ru")
    assert account["code"] == event["code"] == "too-young"
    assert "Регистрация" in account["detail"]
    assert "другое мероприятие" in event["detail"]


def test_whoever_comes_too_late_with_a_record_is_not_sent_in_a_ring(app: Tazalyq) -> None:
    """The organizer cannot correct any more either, and a coordinator was sent away: neither is named."""
    for language, names in (("kk", ("йымдастыруш", "йлестіруш")), ("ru", ("рганизатор", "оординатор"))):
        text = read(told(app, presence_errors.SyncTooLate(allowed_days=14), language))
        assert not any(name in text for name in names)


@pytest.mark.parametrize("language", words.LOCALES)
def test_durations_read_as_people_say_them(language: str) -> None:
    said = {"kk": "2 сағ 30 мин", "ru": "2 ч 30 мин", "en": "2 h 30 min"}
    hours = {"kk": "3 сағ", "ru": "3 ч", "en": "3 h"}
    short = {"kk": "45 мин", "ru": "45 мин", "en": "45 min"}
    assert words.duration(150, language).replace("\xa0", " ") == said[language]
    assert words.duration(180, language).replace("\xa0", " ") == hours[language]
    assert words.duration(45, language).replace("\xa0", " ") == short[language]
