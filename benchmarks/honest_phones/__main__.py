"""How the rules treat honest people with the phones of the stated model, and cheats.

Everything goes through the service's own judge, the rules between records and the derivation. Flagged means
refused or in review once all records are in; a check-in from home is at least 1 km from the edge of the area.
"""

import argparse
import json
import sys
from random import Random

from tqdm import tqdm

from benchmarks.honest_phones import areas, cheats
from benchmarks.honest_phones.judging import judge_all
from benchmarks.honest_phones.report import Tallies, print_tables
from benchmarks.honest_phones.season import ATTENDANCES, Town
from service.platform.thresholds import Thresholds

DEFAULTS = Thresholds()


def main() -> int:
    """Simulate, print, and say whether the budget holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.honest_phones", description=__doc__)
    parser.add_argument(
        "--phones", type=int, default=180_000, help="honest attendances, in all areas together"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--clocks-set-right",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="share of kept records whose phone's clock is set right between the presence and the sending",
    )
    options = parser.parse_args()
    tallies = simulated(options.phones, options.seed, clocks_set_right=options.clocks_set_right)
    print_tables(tallies)
    print("RESULT " + json.dumps(tallies.result()))
    return 0


def simulated(
    attendances: int, seed: int, thresholds: Thresholds = DEFAULTS, clocks_set_right: float = 0.0
) -> Tallies:
    """Towns until there are so many honest attendances in all areas together."""
    random, tallies = Random(seed), Tallies()
    kinds = areas.make_all(seed)
    towns = max(1, round(attendances / len(kinds) / ATTENDANCES))
    with tqdm(total=towns * len(kinds) * ATTENDANCES, unit=" attendances", mininterval=1) as bar:
        for _ in range(towns):
            for kind in kinds:
                town = Town(kind, random, clocks_set_right)
                honest = list(town.honest())
                sent = [*honest, *cheats.all_in(town, honest)]
                tallies.add(kind.name, judge_all(sent, town.by_id, thresholds))
                bar.update(ATTENDANCES)
    return tallies


if __name__ == "__main__":
    sys.exit(main())
