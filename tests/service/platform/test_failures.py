"""What an error is written down as: what an operator needs, and nothing of a person."""

import socket

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.platform import failures
from service.platform.database import engine_options
from tests.makers import make_volunteer


def test_a_database_that_takes_no_connection_is_told_with_its_reason() -> None:
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        port = nobody_listens.getsockname()[1]
        address = f"postgresql+psycopg://tazalyq:a-secret-word@127.0.0.1:{port}/nowhere"
        with pytest.raises(sa.exc.OperationalError) as caught:
            sa.create_engine(address, **engine_options(1)).connect()
    told = failures.describe(caught.value)
    assert f'127.0.0.1", port {port} failed: Connection refused' in told["said"]
    assert "a-secret-word" not in str(told)
    assert "Connection refused" in next(failures.lines(told))


def test_a_host_that_nobody_knows_is_told() -> None:
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect("postgresql://tazalyq:a-secret-word@nowhere.invalid/tazalyq")
    assert "nowhere.invalid" in failures.describe(caught.value)["said"]
    assert "a-secret-word" not in str(failures.describe(caught.value))


def test_what_the_database_says_of_rows_is_left_out(session: Session) -> None:
    make_volunteer(session, phone="+77015550011")
    with pytest.raises(sa.exc.IntegrityError) as caught:
        make_volunteer(session, phone="+77015550011", subject="local:another")
    told = failures.describe(caught.value)
    assert "said" not in told
    assert "77015550011" not in str(told)


def test_a_connection_that_is_lost_says_nothing_of_what_was_asked(database_url: str) -> None:
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        connection.autocommit = True
        with pytest.raises(psycopg.Error) as caught:
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid()), %s", ["+77015550011"])
        told = failures.describe(caught.value)
    assert "said" not in told
    assert "77015550011" not in str(told)
