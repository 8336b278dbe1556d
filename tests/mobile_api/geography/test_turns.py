"""Two processes together ask a Nominatim once a second at most: real ones, on one database."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import Sessions
from tests.mobile_api.geography import stub as stubs

ROOT = Path(__file__).parents[3]
ASK = """
import sys, time
from datetime import UTC, datetime
import sqlalchemy as sa
from service.geography import geocoding
from service.geography.nominatim import Nominatim
from service.platform.database import connections

name, database, url = sys.argv[1:]
opened, nominatim = connections(sa.create_engine(database)), Nominatim(url, "tazalyq (tests)")
ends, number, slowest = time.monotonic() + 6, 0, 0.0
while (began := time.monotonic()) < ends:
    number += 1
    text, now = f"{name}-{number} street", datetime.now(UTC)
    geocoding.find(opened, nominatim, b"key", text, None, "en", now)
    slowest = max(slowest, time.monotonic() - began)
    time.sleep(0.01)
print(number, slowest)
"""


def test_two_processes_keep_to_one_rate(sessions: Sessions) -> None:
    database = sessions.kw["bind"].url.render_as_string(hide_password=False)
    with stubs.running() as stub:
        stub.finds(stubs.place())
        asking = [
            subprocess.Popen(
                [sys.executable, "-c", ASK, name, database, stub.url],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            for name in ("one", "two")
        ]
        told = [process.communicate(timeout=60)[0].split() for process in asking]
    assert [process.returncode for process in asking] == [0, 0]
    assert all(int(number) > 50 and float(slowest) < 2 for number, slowest in told)
    between = [later - sooner for sooner, later in zip(stub.at, stub.at[1:], strict=False)]
    assert len(stub.at) >= 4
    assert min(between) >= 1
    assert {asked["q"][0].split("-")[0] for asked in stub.asked} <= {"one", "two"}
