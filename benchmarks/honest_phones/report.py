"""Tallies of the simulation, and the tables that people read."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.honest_phones.judging import Outcome
from service.attendance.evidence import Evidence, Status


@dataclass
class Tally:
    """What became of attendances: how many are counted, in review and refused, and why."""

    attendances: int = 0
    counted: int = 0
    weak: int = 0
    fenced_out: int = 0
    review: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def in_review(self) -> int:
        return self.attendances - self.counted - self.refused.total()

    def add(self, outcome: Outcome) -> None:
        """Count one attendance; one in review may have several reasons, a refused one has one."""
        state = outcome.state
        self.attendances += 1
        self.fenced_out += outcome.check_in.distance_m > 0
        if state is None:
            self.refused[outcome.check_in.refusal or "?"] += 1
        elif state.status is Status.COUNTED:
            self.counted += 1
            self.weak += state.evidence is Evidence.WEAK
        else:
            self.review.update(state.reasons)


class Tallies:
    """Honest people by area, cheats by script."""

    def __init__(self) -> None:
        self.honest: dict[str, Tally] = {}
        self.cheats: dict[str, Tally] = {}

    def add(self, area: str, outcomes: Iterable[Outcome]) -> None:
        """Count the final attendances of one town."""
        for outcome in outcomes:
            script = outcome.check_in.sent.script
            tally = self.honest.setdefault(area, Tally()) if script is None else self._cheats(script)
            tally.add(outcome)

    def _cheats(self, script: str) -> Tally:
        return self.cheats.setdefault(script, Tally())

    def result(self) -> dict[str, Any]:
        """The figures of the budget: shares of honest attendances in the worst area, and of the cheats of the
        script that slips through most; and of each script."""
        honest = self.honest.values()
        flagged = {
            script: (tally.attendances - tally.counted) / tally.attendances
            for script, tally in sorted(self.cheats.items())
        }
        return {
            "refused": max(one.refused.total() / one.attendances for one in honest),
            "review": max(one.in_review / one.attendances for one in honest),
            "cheats_flagged": min(flagged.values()),
            "flagged_by_cheat": flagged,
            "cheats": {script: tally.attendances for script, tally in sorted(self.cheats.items())},
        }


def print_tables(tallies: Tallies) -> None:
    """Both tables."""
    print(f"\n{'honest people':14}{'attendances':>12}{'counted':>10}{'weak':>9}{'review':>9}{'refused':>10}"
          f"{'a plain fence refuses':>24}")  # fmt: skip
    for name, tally in tallies.honest.items():
        shares = (tally.counted, tally.weak, tally.in_review, tally.refused.total(), tally.fenced_out)
        counted, weak, review, refused, fenced = (f"{share / tally.attendances:.3%}" for share in shares)
        print(f"{name:14}{tally.attendances:12,}{counted:>10}{weak:>9}{review:>9}{refused:>10}{fenced:>24}")
        _print_reasons("review", tally.review, tally.attendances)
        _print_reasons("refused", tally.refused, tally.attendances)
    print(f"\n{'cheats':28}{'attendances':>12}{'refused':>10}{'review':>9}{'counted':>9}  why")
    for name, tally in sorted(tallies.cheats.items()):
        why = ", ".join(
            f"{reason} {count:,}" for reason, count in (tally.refused + tally.review).most_common(4)
        )
        print(f"{name:28}{tally.attendances:12,}{tally.refused.total():10,}{tally.in_review:9,}"
              f"{tally.counted:9,}  {why}")  # fmt: skip


def _print_reasons(title: str, reasons: Counter[str], of: int) -> None:
    for reason, count in reasons.most_common():
        print(f"{'':14}  {title}: {reason} {count / of:.4%} ({count:,})")
