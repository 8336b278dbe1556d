"""Google on loopback for a service under load: the tests' TLS stand-in, and the product made to reach it."""

import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app import create_app as create_product
from http_base.application import Tazalyq
from tests.google import keys as keys_module
from tests.google.keys import PROJECT, Keys
from tests.google.standin import Google, resolver, serve

PORT_VARIABLE = "STANDIN_PORT"


@dataclass(frozen=True, slots=True)
class Standin:
    """Keys to sign ID tokens with, and the environment of a service that believes them."""

    keys: Keys
    environment: dict[str, str]


def production(standin: Standin) -> dict[str, str]:
    """The settings of a service in production, with Google's addresses stood in for."""
    return {
        "TAZALYQ_ENV": "production",
        # Who plays a coordinator here is a field app.
        "SECOND_FACTOR": "pages",
        "SECRET_KEY": secrets.token_hex(),
        "PUBLIC_URL": "https://taza.invalid",
        "TRUSTED_HOSTS": "127.0.0.1",
        **standin.environment,
    }


@contextmanager
def standin() -> Iterator[Standin]:
    """Serve Google's addresses until the end of the context."""
    with tempfile.TemporaryDirectory() as folder:
        keys = keys_module.make(Path(folder))
        google = Google(keys.certificates, keys.app_keys)
        server = serve(google, keys.server_certificate, keys.server_key)
        environment = {
            PORT_VARIABLE: str(google.port),
            "FIREBASE_PROJECT_ID": PROJECT,
            "GOOGLE_APPLICATION_CREDENTIALS": keys.service_account,
            "REQUESTS_CA_BUNDLE": keys.ca_file,
            "SSL_CERT_FILE": keys.ca_file,
        }
        try:
            yield Standin(keys, environment)
        finally:
            server.shutdown()
            server.server_close()


def create_app() -> Tazalyq:
    """The product as it is, in a process where *.googleapis.com is the stand-in."""
    socket.getaddrinfo = resolver(int(os.environ[PORT_VARIABLE]))
    return create_product()
