"""Plays a season and compares the coordinator's counts with what the phones did, and with the rows.

It fails when any differ. `--database` keeps what was played, for whoever wants to look at it.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from benchmarks.kit.service import ROOT, Service, database
from benchmarks.season import plan as plans
from benchmarks.season import report
from benchmarks.season.client import Client
from benchmarks.season.player import Player

QUIET_S = 6
SAMPLE = 20


def main() -> int:
    """Play, compare, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.season", description=__doc__)
    parser.add_argument("--events", type=int, default=150)
    parser.add_argument("--volunteers", type=int, default=900)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--url", help="a running service with the demo; else one is started")
    parser.add_argument("--database", help="an empty database to play in, which stays; else one is made")
    options = parser.parse_args()
    plan = plans.make(options.events, options.volunteers, options.seed)
    with nullcontext() if options.url else started(options.database) as service:
        client = Client(service.url if service else options.url, options.threads)
        player = Player(plan, client, options.threads)
        began = time.monotonic()
        player.play()
        seconds = time.monotonic() - began
        wrong = _compare(player)
        _print_pushes(player)
        report.print_calls(client, seconds)
        is_verified = service is None or _is_verified(service)
    for line in [*wrong, *client.unexpected][:20]:
        print("WRONG", line)
    print("all counts equal" if not wrong else f"{len(wrong)} cells differ")
    result = {
        "differ": len(wrong),
        "unexpected": len(client.unexpected),
        "verified": is_verified,
        "rps": round(sum(map(len, client.seconds.values())) / seconds),
    }
    print("RESULT", json.dumps(result))
    return 1 if wrong or client.unexpected or not is_verified else 0


@contextmanager
def started(given: str | None) -> Iterator[Service]:
    """A web server and a worker with the demo's accounts, over the given database or one of its own."""
    # All phones of a season share one address.
    limits = {"CODES_PER_ADDRESS_HOUR": "1000000", "REQUESTS_PER_MINUTE": "1000000"}
    with nullcontext(given) if given else database() as url, Service(url, **limits) as service:
        service.run("flask", "db", "upgrade")
        service.run("flask", "demo")
        service.start("serve")
        service.start("worker")
        service.wait_until_up()
        yield service


def _is_verified(service: Service) -> bool:
    """Hold all counts against the rows, as an operator does; what is wrong is printed."""
    print("\nflask counts verify", flush=True)
    command = [sys.executable, "-m", "flask", "counts", "verify"]
    return subprocess.run(command, cwd=ROOT, env=service.environment, check=False).returncode == 0


def _compare(player: Player) -> list[str]:
    """Every grouping that the phones can know."""
    wrong: list[str] = []
    for group_by in report.GROUPINGS:
        counted = player.counts(group_by)
        did = report.expected(player.known.values(), group_by)
        if group_by == "region":
            print("\ncounted / phones did")
            report.print_rows(counted, did)
        found = report.differences(counted, did)
        print(f"by {group_by}: {len(did)} rows, {len(found)} cells differ")
        wrong += [f"{group_by} {line}" for line in found]
    refused = sum(one.refused for one in player.known.values())
    print(f"check-ins refused from the wrong place: {refused}")
    return wrong


def _print_pushes(player: Player) -> None:
    """Wait until the inboxes are quiet; say how many notifications there are, and a sample of pushes."""
    phones = list(player.accounts.values())[:: max(1, len(player.accounts) // SAMPLE)]

    def pushes() -> int:
        return sum(
            len([taken for taken in _messages(player, phone.installation) if taken["kind"] == "push"])
            for phone in phones
        )

    before, now = -1, pushes()
    while before != now:
        time.sleep(QUIET_S)
        before, now = now, pushes()
    unread = sum(player.pool.map(lambda phone: _unread(player, phone), player.accounts.values()))
    print(
        f"notifications in {len(player.accounts)} inboxes: {unread};"
        f" pushes of {len(phones)} sampled phones: {now}"
    )


def _messages(player: Player, to: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = player.client.call(
        "messages", "GET", "/dev/messages", query={"to": to}
    ).body["items"]
    return found


def _unread(player: Player, phone: Any) -> int:
    return int(player.call(phone, "inbox", "GET", "/v1/me/inbox").body["unread"])


if __name__ == "__main__":
    sys.exit(main())
