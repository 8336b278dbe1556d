"""Charts: the numbers that their tables have, told by form before colour, at steps that stay."""

from collections.abc import Iterator, Mapping

import pytest
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from http_base.application import Tazalyq
from tests.web.html import Element, read
from tests.web.visitor import Visitor
from web import charts
from web.charts import Row

WEST, EAST = box(57.0, 50.0, 58.0, 51.0), box(58.0, 50.0, 59.0, 51.0)


@pytest.fixture(autouse=True)
def _in_kazakh(app: Tazalyq) -> Iterator[None]:
    with app.test_request_context("/kk/"):
        yield


def plan(**outlines: BaseGeometry) -> charts.Plan:
    return charts.plan(object(), lambda: outlines)


@pytest.mark.parametrize(
    ("total", "step"),
    [(0, 0), (1, 1), (49, 1), (50, 2), (99, 2), (100, 3), (199, 3), (200, 4), (499, 4), (500, 5), (9_999, 5)],
)
def test_the_steps_are_fixed_so_that_weeks_compare(total: int, step: int) -> None:
    assert charts.step(Row("a", "A", total - total // 3, total // 3)) == step


def test_a_map_has_an_area_for_each_district_and_says_which_table_it_shows() -> None:
    rows = [Row("a", "Алға", 100, 94), Row("b", "Ойыл", 0, 0, silent_weeks=3), Row("c", "Жоқ", 1, 0)]
    drawn = read(charts.choropleth(plan(a=WEST, b=EAST), rows, "Карта «Ақтөбе»")).one("svg")
    assert drawn["role"] == "img"
    assert drawn["aria-label"] == "Карта «Ақтөбе»"
    first, second = drawn.all("path")
    assert first["class"] == "area q3"
    # Silent is told by form: hatched, with no fill of a step.
    assert (second["class"], second["fill"]) == ("area q0", "url(#none)")


def test_nobody_came_is_not_silence() -> None:
    drawn = read(charts.choropleth(plan(a=WEST), [Row("a", "Алға", 0, 0)], "x"))
    assert drawn.one("path")["class"] == "area q-none"
    assert "fill" not in drawn.one("path").attributes


def test_north_is_up_and_east_is_right() -> None:
    made = plan(south=box(57, 48, 58, 49), north=box(57, 50, 58, 51), east=box(59, 48, 60, 49))
    at = made.names_at
    assert at["north"][1] < at["south"][1]
    assert at["east"][0] > at["south"][0]
    assert 0 < made.height <= charts.MAP_TALLEST


def test_a_district_in_two_parts_with_a_hole_is_drawn_whole() -> None:
    holed = Polygon(box(57, 50, 58, 51).exterior.coords, [box(57.4, 50.4, 57.6, 50.6).exterior.coords])
    made = plan(a=MultiPolygon([holed, box(59, 50, 60, 51)]), b=box(57.4, 50.4, 57.6, 50.6))
    assert made.paths["a"].count("M") == 3
    assert all(path.count("M") == path.count("z") for path in made.paths.values())


def test_what_is_no_outline_breaks_no_map() -> None:
    crossing = Polygon([(57, 50), (58, 51), (58, 50), (57, 51)])
    speck = box(58.0, 50.0, 58.0000001, 50.0000001)
    made = plan(a=crossing, b=speck, c=EAST)
    rows = [Row(code, code, 1, 0) for code in "abc"]
    assert len(read(charts.choropleth(made, rows, "x")).all("path")) >= 2


def test_names_do_not_stand_on_each_other_and_more_people_come_first() -> None:
    near = {f"d{at}": box(57 + at / 50, 50, 57.02 + at / 50, 50.4) for at in range(50)}
    rows = [Row(code, "Мұғалжар", at, 0) for at, code in enumerate(near)]
    drawn = read(charts.choropleth(plan(**near), rows, "x"))
    found = [(float(one["x"]), float(one["y"])) for one in drawn.all("text")]
    assert 1 < len(found) < 20
    for at, (x, y) in enumerate(found):
        for other_x, other_y in found[at + 1 :]:
            assert abs(x - other_x) >= 60 or abs(y - other_y) >= charts.LINE


def test_names_are_text_and_nothing_else() -> None:
    row = Row("a", "<b>&", 1, 0)
    assert "<b>" not in charts.choropleth(plan(a=WEST), [row], '"><b>')
    assert "<b>" not in charts.days([row], '"><b>')


def test_a_plan_is_made_once_for_each_edition() -> None:
    made = []

    def outlines() -> Mapping[str, BaseGeometry]:
        made.append(1)
        return {"a": WEST}

    assert charts.plan("edition 1", outlines) is charts.plan("edition 1", outlines)
    charts.plan("edition 2", outlines)
    assert len(made) == 2


def test_bars_are_as_long_as_their_numbers_and_their_form_tells_them_apart() -> None:
    drawn = read(charts.bar(Row("a", "A", 50, 25), largest=100))
    verified, declared = drawn.all("rect")
    assert (verified["class"], float(verified["width"])) == ("c-verified", 75.0)
    assert "fill" not in verified.attributes
    assert (declared["class"], declared["fill"]) == ("c-declared", "url(#hatch)")
    # With its edge of 1.5 the hatched one ends where it should.
    assert float(declared["x"]) + float(declared["width"]) + 0.75 == pytest.approx(113.25, abs=0.8)
    assert read(charts.bar(Row("a", "A", 0, 0), largest=0)).all("rect") == []


def test_rows_stand_by_their_total_and_the_silent_last() -> None:
    rows = [
        Row("s", "Ә", 0, 0, silent_weeks=3),
        Row("a", "А", 0, 0),
        Row("b", "Б", 3, 9),
        Row("c", "В", 4, 0),
    ]
    assert [row.code for row in charts.by_total(rows)] == ["b", "c", "a", "s"]


def column(drawn: Element, at: int) -> Element:
    return drawn.all("rect", class_="c-verified")[at]


def test_columns_rise_from_zero_and_say_their_sums() -> None:
    drawn = read(charts.days([Row("1", "дс, 16", 20, 0), Row("2", "сс, 17", 40, 10)], "x"))
    first, second = column(drawn, 0), column(drawn, 1)
    assert float(second["height"]) == pytest.approx(2 * float(first["height"]), abs=0.2)
    for one in (first, second):
        assert float(one["y"]) + float(one["height"]) == pytest.approx(charts.AXIS_Y)
    assert [one.text for one in drawn.all("text")] == ["20", "дс, 16", "50", "сс, 17"]


@pytest.mark.parametrize("many", [0, 1, 7, 14, 31, 92, 366])
def test_any_number_of_days_stays_within_the_picture(many: int) -> None:
    rows = [Row(str(at), f"{at}", at * 7 % 60, at % 5) for at in range(many)]
    drawn = read(charts.days(rows, "x"))
    for one in drawn.all("rect"):
        assert float(one["x"]) >= 0
        assert float(one["x"]) + float(one["width"]) <= charts.DAYS_WIDTH
        assert float(one["width"]) > 0
        assert float(one["y"]) >= 0
    assert len(drawn.all("text")) <= 60


def test_a_day_without_anybody_has_no_column() -> None:
    drawn = read(charts.days([Row("1", "дс", 0, 0), Row("2", "сс", 0, 0)], "x"))
    assert drawn.all("rect") == []


def test_the_table_beside_a_chart_has_the_same_numbers(visitor: Visitor) -> None:
    page = visitor.page("/kk/dev/design/charts")
    bars, days = page.all("table")
    said = [cell.text.replace("\xa0", " ") for cell in bars.all("tr")[1].all("td")]
    assert said == ["", "412", "690", "1 102"]
    assert "3 апта үнсіз" in bars.text
    assert [one.text for one in page.one(class_="chart-days").all("text")][::2] == [
        row.all("td")[-1].text for row in days.all("tr")[1:]
    ]
    assert len(page.one("ul", class_="legend").all("li")) == 7


def test_kazakh_names_stand_as_people_look_for_them() -> None:
    rows = [
        charts.Row(name, name, 1, 0) for name in ("Маңғыстау", "Қарағанды", "Алға", "Ақтөбе", "Әйтеке би")
    ]
    assert [row.name for row in charts.by_total(rows)] == [
        "Ақтөбе",
        "Алға",
        "Әйтеке би",
        "Қарағанды",
        "Маңғыстау",
    ]
