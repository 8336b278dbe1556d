"""The bare floor of a check-in: Flask and psycopg, one SELECT and one INSERT, nothing checked."""

import os
from datetime import UTC, datetime

from flask import Flask, Response, jsonify, request
from psycopg_pool import ConnectionPool

from service.platform import settings
from service.platform.database import libpq_url

SCHEMA = """
    CREATE TABLE floor_person (id uuid PRIMARY KEY, subject text NOT NULL UNIQUE);
    CREATE TABLE floor_event (id uuid PRIMARY KEY);
    CREATE TABLE floor_check_in (
        id uuid PRIMARY KEY,
        event_id uuid NOT NULL REFERENCES floor_event,
        person_id uuid NOT NULL REFERENCES floor_person,
        latitude double precision NOT NULL,
        longitude double precision NOT NULL,
        checked_in_at timestamptz NOT NULL,
        UNIQUE (event_id, person_id)
    )
"""
SELECT = "SELECT id FROM floor_person WHERE subject = %s"
INSERT = "INSERT INTO floor_check_in VALUES (%s, %s, %s, %s, %s, %s)"


def create_app() -> Flask:
    """The application; the phone's installation id says who it is, the token is not looked at."""
    configured = settings.read(os.environ)
    assert configured.database_url is not None  # noqa: S101 - the benchmark sets it
    app = Flask("floor")
    pool = ConnectionPool(
        libpq_url(configured.database_url),
        min_size=configured.web_threads,
        open=True,
    )

    @app.get("/readyz")
    def ready() -> Response:
        return jsonify(status="ready")

    @app.post("/v1/events/<uuid:event_id>/check-ins")
    def check_in(event_id: str) -> tuple[Response, int]:
        body, now = request.get_json(), datetime.now(UTC)
        position = body["position"]
        latitude, longitude = position["latitude"], position["longitude"]
        with pool.connection() as connection:
            person = connection.execute(SELECT, [body["installation_id"]]).fetchone()
            assert person is not None  # noqa: S101 - the benchmark made it
            connection.execute(INSERT, [body["id"], event_id, person[0], latitude, longitude, now])
        answer = {
            "id": body["id"],
            "event_id": event_id,
            "volunteer_id": person[0],
            "status": "counted",
            "evidence": "gps",
            "checked_in_at": now.isoformat(),
            "checked_out_at": None,
            "minutes": None,
            "assumed_minutes": 0,
            "minutes_assumed": False,
            "distance_m": 0,
            "reasons": [],
        }
        return jsonify(answer), 201

    return app
