"""Requests counted by route and status, over all processes of a server, for Prometheus."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from service.platform import logs
from service.platform.failures import name_of

logger = logs.get(__name__)

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus-client keeps what the processes of one server have counted together."""

Labelled = list[tuple[tuple[str, ...], float]]

_own = CollectorRegistry()
_requests = Histogram(
    "tazalyq_request_duration_seconds",
    "Requests by route, method and status, and how long they took.",
    ("method", "route", "status"),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    registry=_own,
)


@contextmanager
def shared_by_children() -> Iterator[None]:
    """In a server's main process, around its children: let them count together, from nothing."""
    with tempfile.TemporaryDirectory(prefix="tazalyq-metrics-") as folder:
        os.environ[DIRECTORY] = folder
        # The library looks for the folder when it is imported: forked children have imported it already.
        values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call] # as the library has it
        try:
            yield
        finally:
            del os.environ[DIRECTORY]


def count(method: str, route: str | None, status: int, seconds: float) -> None:
    """Count a request; `route`: None where no call stands. Without room to count in it is answered all the
    same."""
    # What somebody invents as a method is no label of ours.
    known = method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
    try:
        _requests.labels(known, route or "none", str(status)).observe(seconds)
    except OSError as error:
        logger.warning("a request is not counted", error=name_of(error))


class Figures(Collector):
    """Gauges that were read for this answer."""

    def __init__(self) -> None:
        self._families: list[GaugeMetricFamily] = []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Those that were added."""
        yield from self._families

    def add(self, name: str, text: str, value: float) -> None:
        """One gauge."""
        self._families.append(GaugeMetricFamily(f"tazalyq_{name}", text, value=value))

    def add_labelled(self, name: str, text: str, labels: tuple[str, ...], values: Labelled) -> None:
        """One gauge with labels, a value for each."""
        family = GaugeMetricFamily(f"tazalyq_{name}", text, labels=labels)
        for of, value in values:
            family.add_metric(of, value)
        self._families.append(family)


def text(figures: Figures) -> bytes:
    """The figures, and the requests of all processes while their folder stands, as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(figures)
    if DIRECTORY in os.environ:
        if os.path.isdir(os.environ[DIRECTORY]):
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # as the library has it
        return generate_latest(registry)
    return generate_latest(registry) + generate_latest(_own)
