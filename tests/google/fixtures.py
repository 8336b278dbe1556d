"""The unmodified firebase-admin, its real addresses, against the stand-in."""

import socket
import threading
from collections.abc import Iterator

import pytest

from http_base import published_keys
from tests.google import keys as keys_module
from tests.google.keys import Keys
from tests.google.standin import Google, resolver, serve


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return keys_module.make(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def standin(keys: Keys) -> Iterator[Google]:
    made = Google(keys.certificates, keys.app_keys)
    server = serve(made, keys.server_certificate, keys.server_key)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def google(standin: Google, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    """Only name resolution and the trust root are the test's."""
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, keys.ca_file)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", resolver(standin.port))
    # However busy the machine is, no test waits in vain for a stand-in that does answer.
    for patience in ("PATIENCE_S", "FIRST_PATIENCE_S", "FETCH_TIMEOUT_S"):
        monkeypatch.setattr(published_keys, patience, 30, raising=False)
    standin.reset()
    yield standin
    standin.keys_talk.set()
    # A fetch that was begun in the background would be counted in the next test.
    for thread in threading.enumerate():
        if thread.name == "published-keys":
            thread.join()
