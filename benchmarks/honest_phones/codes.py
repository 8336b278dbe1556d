"""What rules about codes alone cost honest people: `python -m benchmarks.honest_phones.codes`.

Some people allow no position and type the code of the place in. They come one by one, within 90 minutes, or
in classes of 25, within two. Printed is which share of all honest people is in review: by the rules as they
are, and if any five people with one code were doubted at once instead.
"""

import itertools
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

from benchmarks.honest_phones.season import FIRST_DAY
from service.attendance import code_shares
from service.attendance.code_shares import Seen
from service.attendance.cross_checks import CODE_KEYS
from service.attendance.evidence import Evidence, RecordKind
from service.platform.thresholds import Thresholds

SIZES, SHARES = (25, 100, 500, 2_000), (0.02, 0.05, 0.10)
CLASS, CLASS_S, ARRIVAL_S = 25, 120, 5_400
PEOPLE_EACH = 50_000

NOT_AT_NIGHT = {"code_group_people": 10**9, "code_share_people": 10**9}
RULES: Mapping[str, Thresholds] = {
    "as they are": Thresholds(),
    "ten at once alone": replace(Thresholds(), **NOT_AT_NIGHT),
    "five at once": replace(Thresholds(), shared_code_people=5, **NOT_AT_NIGHT),
}


def main() -> int:
    """Simulate and print."""
    random, result = Random(1), {}
    print(f"{'people':>7}{'come':>11}{'by code':>9}" + "".join(f"{rule:>20}" for rule in RULES))
    for size, in_classes, share in itertools.product(SIZES, (False, True), SHARES):
        events = [
            list(_came(size, share, random, in_classes=in_classes))
            for _ in range(max(1, PEOPLE_EACH // size))
        ]
        found = {rule: _in_review(events, limits) / (len(events) * size) for rule, limits in RULES.items()}
        come = "in classes" if in_classes else "one by one"
        print(f"{size:7}{come:>11}{share:9.0%}" + "".join(f"{part:20.3%}" for part in found.values()))
        result[f"{size} {come} {share}"] = found
    print("RESULT " + json.dumps(result))
    return 0


def _came(size: int, share: float, random: Random, *, in_classes: bool) -> Iterator[Seen]:
    """The check-ins of one event, all of them honest."""
    begins = random.uniform(0, ARRIVAL_S)
    for number in range(size):
        if not in_classes or number % CLASS == 0:
            begins = random.uniform(0, ARRIVAL_S)
        after_s = begins + (random.uniform(0, CLASS_S) if in_classes else 0)
        is_by_code = random.random() < share
        yield Seen(
            key=(str(number), str(number)),
            kind=RecordKind.CHECK_IN,
            captured_at=FIRST_DAY + timedelta(seconds=after_s),
            fix_key=CODE_KEYS + int(after_s // 60) if is_by_code else number,
            evidence=Evidence.CODE if is_by_code else Evidence.GPS,
            reasons=(),
        )


def _in_review(events: list[list[Seen]], thresholds: Thresholds) -> int:
    """How many people are doubted, at once or at night."""
    found = 0
    for event in events:
        alone = Counter(one.fix_key for one in event if one.has_code_alone)
        at_once = {one.key for one in event if alone[one.fix_key] >= thresholds.shared_code_people}
        found += len(at_once | {one.key for one in code_shares.doubted(event, thresholds)})
    return found


if __name__ == "__main__":
    sys.exit(main())
