"""The unmodified firebase-admin, its real addresses, against the stand-in."""

import socket
from collections.abc import Iterator

import pytest

from tests.google import keys as keys_module
from tests.google.keys import Keys
from tests.google.standin import Google, resolver, serve


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return keys_module.make(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def standin(keys: Keys) -> Iterator[Google]:
    made = Google(keys.certificates)
    server = serve(made, keys.server_certificate, keys.server_key)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def google(standin: Google, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> Google:
    """Only name resolution and the trust root are the test's."""
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, keys.ca_file)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", resolver(standin.port))
    standin.reset()
    return standin
