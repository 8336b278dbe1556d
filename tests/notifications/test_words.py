"""What people read: rules that every text of the catalogues keeps."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po

from notifications import words
from notifications.words import LOCALES
from service.models import AuditAction


def texts(locale: str) -> Iterator[tuple[str, str]]:
    """(key, text) of a catalogue, each plural form by itself."""
    with (words.DIRECTORY / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        for message in read_po(file):
            key = message.id if isinstance(message.id, str) else message.id[0]
            forms = (message.string,) if isinstance(message.string, str) else message.string or ()
            for form in forms:
                if key:
                    yield key, form


NO_ENDING = re.compile(
    r"}(?:-?[а-яёәғқңөұүһі]+"
    r"|\s+(?:дейін|бастап|кейін|бұрын|басталды|басталады|жабылды|аяқталды|ашылады|көп|қашық)\b)",
    re.IGNORECASE,
)


def test_no_kazakh_case_ending_follows_a_placeholder() -> None:
    """Endings agree with the word before them, and nobody knows which word will stand there."""
    assert [(key, text) for key, text in texts("kk") if NO_ENDING.search(text)] == []


@pytest.mark.parametrize("wrong", ["{at} дейін", "{x}-ге дейін", "{at}де", "{at} басталады"])
def test_the_rule_of_endings_finds_what_it_is_for(wrong: str) -> None:
    assert NO_ENDING.search(wrong)


FORBIDDEN = {
    "kk": ("жоба", "иесі", "белгіленуге", "опекун", "Белгіленуге", "қамқоршы", "Қамқоршы"),
    "ru": ("владелец", "владельц", "Токен", "токен", "опекун", "Вы ещё слишком молоды"),
    "en": ("Token", "token", "does not hold", "owner", "No cursor", "This is no ", "lies in"),
}
"""Words with another meaning in this house, or of none for a person (WORDS, "Only stiff" and the rules)."""


@pytest.mark.parametrize("locale", words.LOCALES)
def test_each_thing_has_one_name(locale: str) -> None:
    found = [
        (key, wrong)
        for key, text in texts(locale)
        for wrong in FORBIDDEN[locale]
        if wrong in text and not key.startswith("push.")
    ]
    assert found == []


def test_check_in_and_registration_are_never_mixed() -> None:
    """«тіркелу» and «регистрация» are about the account; of presence one says «белгілеу» and «отметка»."""
    of_presence = (
        "too-early",
        "too-late",
        "not-checked-in",
        "already-started",
        "outside-area",
        "stale-position",
    )
    for locale, word in (("kk", "іркел"), ("ru", "егистрац")):
        wrong = [key for key, text in texts(locale) if key.split(".")[1] in of_presence and word in text]
        assert wrong == []


@pytest.mark.parametrize("locale", words.LOCALES)
def test_the_catalogues_say_who_keeps_them(locale: str) -> None:
    text = (words.DIRECTORY / locale / "LC_MESSAGES" / "messages.po").read_text(encoding="utf-8")
    for placeholder in ("FIRST AUTHOR", "EMAIL@ADDRESS", "YEAR-MO-DA", "LL@li.org"):
        assert placeholder not in text


def test_what_a_native_speaker_must_confirm_is_listed() -> None:
    text = (words.DIRECTORY / "kk" / "LC_MESSAGES" / "messages.po").read_text(encoding="utf-8")
    for word in ("қаралама", "әкімші", "заңды өкіл", "қайта қарау", "қолданба", "волонтер"):
        assert re.search(rf"^#.*{word}", text, re.MULTILINE), word


@pytest.mark.parametrize("locale", LOCALES)
def test_each_action_that_is_recorded_has_words(locale: str) -> None:
    assert [one for one in AuditAction if not words.has(f"page.audit.action.{one}", locale)] == []


ACTORS = re.compile(
    r"ұйымдастыруш|үйлестіруші (?!хабар)|организатор|координатор (?!узна|сообщ)|\borganizers?\b"
    r"|coordinator (?!is told)|ата-анаңыз|отозвал|has taken",
    re.IGNORECASE,
)

OF_SEVERAL = (
    "problem.cancelled.detail",
    "problem.called-off.detail",
    "push.event_cancelled.body",
    "push.event_restored.body",
    "push.listed.body",
    "push.minor_withdrawn.body",
    "page.record.not-me-sure",
    "page.record.evidence.organizer",
    "page.list.disputed",
    "page.list.met",
    "reason.staff-vouched",
    "held.going.what",
)
"""What may have been done by one of several: organizer or coordinator or helper, a parent or the child."""


@pytest.mark.parametrize("locale", words.LOCALES)
def test_what_several_may_have_done_names_none_of_them(locale: str) -> None:
    found = dict(texts(locale))
    assert [(key, found[key]) for key in OF_SEVERAL if ACTORS.search(found[key])] == []
