"""The coordinator's counts beside what the phones did, and the times of the calls."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.season.client import Client
from benchmarks.season.player import Known

COMPARED = (
    "events",
    "signups",
    "participations",
    "volunteers",
    "minutes",
    "in_review",
    "collectives",
    "companions",
    "declared",
)
GROUPINGS: dict[str, Callable[[Known], str]] = {
    "region": lambda known: known.event.town.region_code,
    "organization": lambda known: known.organization,
    "event": lambda known: known.id,
    "day": lambda known: known.event.day.isoformat(),
}


def figures(known: Iterable[Known]) -> dict[str, int]:
    """What the phones of some events did."""
    found = dict.fromkeys(COMPARED, 0)
    people: set[int] = set()
    for one in known:
        counted = {who: it for who, it in one.attendance.items() if it["status"] == "counted"}
        people |= set(counted)
        found["events"] += not one.is_cancelled
        found["signups"] += len(one.going)
        found["participations"] += len(counted)
        # Minutes that the service assumes are reported apart: phones know them of doubtful check-outs, not of
        # forgotten ones.
        found["minutes"] += sum((it["minutes"] or 0) - it["assumed_minutes"] for it in counted.values())
        companions = sum(it["companions"] for it in counted.values())
        found["collectives"] += one.groups
        found["companions"] += companions
        found["declared"] += one.declared + companions
        found["in_review"] += sum(it["status"] == "review" for it in one.attendance.values())
    found["volunteers"] = len(people)
    return found


def expected(known: Iterable[Known], group_by: str) -> dict[str, dict[str, int]]:
    """What the phones did, by key; keys without any figure are left out."""
    groups: dict[str, list[Known]] = defaultdict(list)
    for one in known:
        groups[GROUPINGS[group_by](one)].append(one)
    rows = {key: figures(group) for key, group in groups.items()}
    return {key: row for key, row in rows.items() if any(row.values())}


def differences(counted: dict[str, dict[str, Any]], did: dict[str, dict[str, int]]) -> list[str]:
    """Each cell in which the counts are not what the phones did."""
    nothing = dict.fromkeys(COMPARED, 0)
    return [
        f"{key} {name}: counted {counted.get(key, nothing)[name]}, phones did {did.get(key, nothing)[name]}"
        for key in sorted(counted.keys() | did.keys())
        for name in COMPARED
        if counted.get(key, nothing)[name] != did.get(key, nothing)[name]
    ]


def print_rows(counted: dict[str, dict[str, Any]], did: dict[str, dict[str, int]]) -> None:
    """Counts beside what the phones did."""
    print(f"{'':8}" + "".join(f"{name:>16}" for name in COMPARED))
    for key in sorted(counted.keys() | did.keys()):
        cells = (
            f"{counted.get(key, {}).get(name, 0)} / {did.get(key, {}).get(name, 0)}" for name in COMPARED
        )
        print(f"{key:8}" + "".join(f"{cell:>16}" for cell in cells))


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def print_calls(client: Client, seconds: float) -> None:
    """Requests per second, and times and statuses by call."""
    total = sum(map(len, client.seconds.values()))
    print(f"\n{total} requests in {seconds:.0f} s: {total / seconds:.0f} a second")
    print(f"{'call':18}{'n':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}  statuses")
    for name, values in sorted(client.seconds.items()):
        times = "".join(f"{percentile(values, share) * 1000:9.1f}" for share in (0.5, 0.95, 0.99))
        print(f"{name:18}{len(values):8}{times}  {dict(client.statuses[name])}")
