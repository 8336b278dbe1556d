"""The 33 columns: their keys are for ever, each has three languages and a unit."""

from collections.abc import Sequence

import pytest

from service import errors
from service.figures import report_columns

KEYS = """
district kato events places people_total people_verified people_different hours_verified people_declared state
firms pupils students ngo residents collectives waste_t recycled_t machines area_ha banks_km trees shrubs
yards parks water_bodies social monuments containers dumps in_review photos note
"""
SHORT = """
district events people_total people_verified people_different people_declared collectives waste_t machines
area_ha trees containers
"""


def keys_of(columns: Sequence[report_columns.ReportColumn]) -> list[str]:
    return [column.key for column in columns]


def test_the_columns_stand_in_their_order() -> None:
    assert keys_of(report_columns.all_columns()) == KEYS.split()
    assert len(KEYS.split()) == 33
    assert keys_of(report_columns.short_columns()) == SHORT.split()
    for column in report_columns.all_columns():
        assert all(column.column.names[language].strip() for language in ("kk", "ru", "en")), column.key


def test_all_a_set_or_some_can_be_asked_for() -> None:
    assert len(report_columns.chosen(None)) == len(report_columns.chosen("all")) == 33
    assert len(report_columns.chosen("short")) == 12
    assert keys_of(report_columns.chosen("trees, events")) == ["events", "trees"]


@pytest.mark.parametrize("said", ["", "tree", "events,,trees", "events,nothing", "ALL"])
def test_a_column_that_is_none_says_what_there_is(said: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        report_columns.chosen(said)
    assert (refused.value.field, refused.value.reason) == ("columns", "report-column")
    assert refused.value.data["columns"].split(", ") == ["all", "short", *KEYS.split()]


def test_every_text_has_three_languages() -> None:
    assert len(report_columns.definitions()) == 3
    for key, text in report_columns.all_words().items():
        assert all(text[language] for language in ("kk", "ru", "en")), key


def test_the_first_definition_is_the_movements_own() -> None:
    """Word by word as it stands under every report."""
    assert report_columns.definitions()[0]["kk"] == (
        "Расталған – телефонның орны, орын коды немесе ұйымдастырушының сөзі бойынша есептелген қатысу; "
        "топтар – ұйымдастырушы көрсеткен сан."
    )
