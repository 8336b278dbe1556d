"""The columns of public figures, as data: what each says, and about whose number it is withheld."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from service.models.base import LOCALES, LocalizedText
from service.platform.sheets import Column, Kind

FILE = Path(__file__).parent / "data" / "public_columns.csv"

DECIDED_BY: Mapping[str, Sequence[str]] = {
    "verified": ("volunteers", "participations"),
    "signups": ("signups",),
    "companions": ("companions",),
    "declared": ("declared",),
}
"""Of each group of figures about people: those that say about how many; the smallest but 0 does.

In the order in which they are decided: what was left out of one must not be told by a later one.
"""

DEFINITIONS: Mapping[str, LocalizedText] = {
    "event": {
        "kk": "Іс-шара – бір жерде, бір күні өтетін, ұйымы расталған және жарияланған сенбілік.",
        "ru": "Мероприятие — опубликованная акция подтверждённой организации в одном месте и в один день.",
        "en": "Event: a published clean-up of a verified organization, in one place on one day.",
    },
    "person": {
        "kk": "Адам – қатысуы телефон орны, орын коды немесе ұйымдастырушы сөзі бойынша есептелген адам.",
        "ru": "Человек — тот, чьё участие засчитано по геопозиции, коду места или слову организатора.",
        "en": "Person: somebody whose attendance counts by position, place code or the organizer's word.",
    },
    "declared": {
        "kk": "Ұйымдастырушы көрсеткен – топтар мен бірге келгендердің саны; ол расталмаған, бөлек беріледі.",
        "ru": "Со слов организатора — число людей в группах и спутников; не подтверждено и даётся отдельно.",
        "en": "Declared: people of groups and who came along, as organizers say; not verified, told apart.",
    },
}


@dataclass(frozen=True, slots=True)
class PublicColumn:
    """`people`: the group of figures that it is withheld with; None: it is about nobody."""

    key: str
    people: str | None
    kind: Kind
    text: LocalizedText

    @property
    def column(self) -> Column:
        return Column(self.key, self.text, self.kind)


@cache
def all_columns() -> Sequence[PublicColumn]:
    """Those of the dataset, in their order."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            PublicColumn(
                row["key"],
                row["people"] or None,
                Kind(row["type"]),
                {language: row[language] for language in LOCALES},
            )
            for row in csv.DictReader(file)
        )


@cache
def figures() -> Mapping[str, PublicColumn]:
    """Those that are figures, by their keys."""
    return {one.key: one for one in all_columns() if one.key not in ("month", "region", "withheld")}
