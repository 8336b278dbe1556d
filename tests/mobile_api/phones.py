"""A phone that keeps records and sends them, for tests over HTTP; and counts made anew from the rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Event, Volunteer
from tests.clock import FixedClock
from tests.conftest import NOW

Login = Callable[[Volunteer], dict[str, str]]
START, END = NOW - timedelta(hours=1), NOW + timedelta(hours=2)
EVENING = END + timedelta(hours=4)
FIGURES = "participations, in_review, minutes, minutes_assumed, companions"
COUNTED = sa.text(
    f"""
    SELECT event_id, sum(participations), sum(in_review), sum(minutes), sum(minutes_assumed), sum(companions)
    FROM (SELECT event_id, {FIGURES} FROM count_pending
          UNION ALL SELECT event_id, {FIGURES} FROM count_total) AS counted
    GROUP BY event_id
    """  # noqa: S608 - our own names
)
RECOUNTED = sa.text(
    """
    SELECT event_id, count(*) FILTER (WHERE status = 'counted'), count(*) FILTER (WHERE status = 'review'),
        coalesce(sum(minutes - assumed_minutes) FILTER (WHERE status = 'counted'), 0),
        coalesce(sum(assumed_minutes) FILTER (WHERE status = 'counted' AND minutes IS NOT NULL), 0),
        coalesce(sum(companions) FILTER (WHERE status IN ('counted', 'typed')), 0)
    FROM (
        SELECT event_id, status, minutes, assumed_minutes, companions FROM attendance
        UNION ALL SELECT event_id, 'typed', NULL, 0, 1 + companions
        FROM typed_person WHERE present AND volunteer_id IS NULL
    ) AS there GROUP BY event_id
    """
)


@dataclass
class Phone:
    """Somebody's phone, whose clock is `ahead`; it keeps records and sends them."""

    client: FlaskClient
    clock: FixedClock
    headers: dict[str, str]
    ahead: timedelta = timedelta(0)
    installation: str = field(default_factory=lambda: str(uuid4()))

    def record(self, kind: str, event: Event, at: datetime, **changes: Any) -> dict[str, Any]:
        """A record of a moment, from the event's meeting point; times are by the phone's clock."""
        shown = (at + self.ahead).isoformat()
        place = {"latitude": event.latitude, "longitude": event.longitude}
        position = place | {"accuracy_m": 8, "fixed_at": shown, **changes.pop("position", {})}
        kept = {"type": kind, "id": str(uuid4()), "event_id": str(event.id), "captured_at": shown}
        return kept | {"position": position} | changes

    def visit(self, event: Event, come: datetime = START, leave: datetime = END) -> list[dict[str, Any]]:
        return [self.record("check_in", event, come), self.record("check_out", event, leave)]

    def send(self, records: Sequence[dict[str, Any]], language: str = "kk") -> list[dict[str, Any]]:
        """Send a batch; the results."""
        body = {"installation_id": self.installation, "records": records} | self._sent_at()
        headers = self.headers | {"Accept-Language": language}
        answer = self.client.post("/v1/attendance/batch", json=body, headers=headers)
        assert answer.status_code == 200, answer.json
        results: list[dict[str, Any]] = answer.json["results"]
        assert [one["id"] for one in results] == [one["id"] for one in records]
        return results

    def send_live(self, record: dict[str, Any]) -> Any:
        """Send a record by itself, at once."""
        path = f"/v1/events/{record['event_id']}/{record['type'].replace('_', '-')}s"
        body = {
            name: record[name] for name in ("id", "position", "code", "companions") if name in record
        } | self._sent_at()
        return self.client.post(
            path, json=body | {"installation_id": self.installation}, headers=self.headers
        )

    def _sent_at(self) -> dict[str, str]:
        return {"sent_at": (self.clock.now() + self.ahead).isoformat()}

    def history(self) -> dict[str, dict[str, Any]]:
        """One's own record, by event."""
        items = self.client.get("/v1/me/record", headers=self.headers).json["items"]
        return {item["event"]["id"]: item for item in items}


def assert_counts_equal_the_rows(session: Session) -> None:
    counted, recounted = (
        {row[0]: tuple(map(int, row[1:])) for row in session.execute(query)} for query in (COUNTED, RECOUNTED)
    )
    nothing = (0,) * 5
    everywhere = counted.keys() | recounted.keys()
    assert {id_: counted.get(id_, nothing) for id_ in everywhere} == {
        id_: recounted.get(id_, nothing) for id_ in everywhere
    }


def outcomes(results: Sequence[dict[str, Any]]) -> list[str]:
    """ "stored", "repeated", or the code of the refusal, of each."""
    return [one["problem"]["code"] if one["outcome"] == "refused" else one["outcome"] for one in results]
