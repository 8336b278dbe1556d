"""The simulation of honest phones: small, and able to see a rule that does not work."""

import json
from dataclasses import replace

import pytest

from benchmarks.honest_phones import __main__ as honest_phones
from benchmarks.honest_phones import codes
from benchmarks.honest_phones.report import Tallies
from service.platform.thresholds import Thresholds

CODES = {"shared_code_people": 1_000, "code_group_people": 1_000, "code_share_people": 1_000}
BROKEN = {
    "teleport": {"travel_kmh": 1e9},
    "copied fix": {"same_fix_people": 1_000},
    "one phone": {"installation_people": 1_000},
    "from home": {"near_m": 1e6},
    "replayed fix": {"review_fix_age_s": 10**6, "fix_age_s": 10**6, "review_off_min": 10**4},
    "replayed, clock set back": {"review_fix_age_s": 10**6},
    "jittered fix": {"installation_people": 1_000},
    "overlap": {"overlap_min": 10**6},
    "in the future": {"future_s": 10**9},
    "code passed on": CODES,
    "code passed on, kept": CODES | {"code_live_s": 10**9},
    "code passed on, kept, signed up": CODES,
}


@pytest.fixture(scope="module")
def tallies() -> Tallies:
    return honest_phones.simulated(1_800, seed=7)


def test_a_small_run_keeps_the_budget(tallies: Tallies) -> None:
    result = tallies.result()
    assert {script for script, share in result["flagged_by_cheat"].items() if share < 1} == set()
    assert result["cheats_flagged"] == 1.0
    # A few attendances of so small a run: the budget itself is for the full size.
    assert result["refused"] <= 0.005
    assert result["review"] <= 0.04


def test_honest_people_go_to_all_kinds_of_areas_and_every_cheat_is_played(tallies: Tallies) -> None:
    assert {name: tally.attendances for name, tally in tallies.honest.items()} == {
        "circle": 600,
        "park": 600,
        "river": 600,
    }
    assert set(tallies.cheats) == {*BROKEN, "mock flag", "replayed id"}


@pytest.mark.parametrize("script", BROKEN)
def test_a_rule_that_does_not_work_lets_its_cheats_through(script: str) -> None:
    thresholds = replace(Thresholds(), **BROKEN[script])
    tallies = honest_phones.simulated(600, seed=7, thresholds=thresholds)
    assert tallies.cheats[script].counted > 0


def test_what_codes_alone_cost_honest_people_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(codes, "PEOPLE_EACH", 2_000)
    assert codes.main() == 0
    result = json.loads(capsys.readouterr().out.partition("RESULT ")[2])
    assert len(result) == 24
    assert max(found["as they are"] for found in result.values()) < 0.03
    # Twenty classes of 25 at one event: five of one code are no sign of anything.
    assert result["2000 in classes 0.1"]["five at once"] > 0.01
