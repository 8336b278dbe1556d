"""The proxy configuration that we ship, run by Debian's nginx before a real service."""

import grp
import os
import pwd
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from benchmarks.kit.service import free_port, wait_for
from tests.conftest import fresh_database
from tests.journeys.processes import Service

ROOT = Path(__file__).parent.parent.parent
SHIPPED = ROOT / "deploy" / "nginx.conf"
SLOW, CODES = 40, 3

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def nginx() -> str:
    """Debian's nginx; where it is missing it is installed, where that is not allowed the test fails aloud."""
    if shutil.which("nginx") is None:
        subprocess.run(["apt-get", "install", "-y", "-q", "nginx-light"], check=False)
    found = shutil.which("nginx")
    assert found is not None, "nginx is not here and could not be installed: the shipped proxy was NOT tried"
    return found


@pytest.fixture(scope="module")
def service(postgres_url: str) -> Iterator[Service]:
    for url in fresh_database(postgres_url):
        running = Service(
            url, WEB_WORKERS="1", WEB_THREADS="4", TRUSTED_PROXIES="1", CODES_PER_ADDRESS_HOUR=str(CODES)
        )
        running.start("serve")
        try:
            running.wait_until_up()
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture
def logged(folder: Path) -> Path:
    """What the proxy writes down of requests."""
    return folder / "access.log"


@pytest.fixture(scope="module")
def proxy(nginx: str, service: Service, folder: Path) -> Iterator[int]:
    """The port of nginx before the service, with what we ship but for addresses and paths."""
    certify(folder)
    port, plain = free_port(), free_port()
    shipped = SHIPPED.read_text(encoding="utf-8")
    for old, new in {
        "server 127.0.0.1:8000": f"server 127.0.0.1:{service.port}",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "/etc/ssl/tazalyq": str(folder),
        "/var/log/nginx/tazalyq.log": str(folder / "access.log"),
    }.items():
        assert old in shipped, f"deploy/nginx.conf has no {old}"
        shipped = shipped.replace(old, new)
    shipped = re.sub(r"listen \[::\][^;]*;", "", shipped)
    main, user = folder / "main.conf", pwd.getpwuid(os.getuid())
    main.write_text(
        # Its workers as whoever runs this: pytest's folder, where large bodies wait, is open to nobody else.
        f"user {user.pw_name} {grp.getgrgid(user.pw_gid).gr_name};\n"
        f"pid {folder}/pid; error_log {folder}/error.log;\nevents {{ worker_connections 256; }}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
        f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
        f"{shipped}\n}}\n",
        encoding="utf-8",
    )
    process = subprocess.Popen([nginx, "-p", str(folder), "-c", str(main), "-g", "daemon off;"])
    try:
        wait_for(lambda: get(port, "/healthz").status_code == 200, "nginx")
        yield port
    finally:
        process.terminate()
        process.wait(20)


def certify(folder: Path) -> None:
    """A key and a certificate for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def get(port: int, path: str, **options: object) -> requests.Response:
    address = f"https://127.0.0.1:{port}{path}"
    # The certificate is of this test's own making.
    return requests.get(address, timeout=10, verify=False, headers={"Host": "localhost"}, **options)  # noqa: S501


def connect(port: int) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=40))


def begin(port: int, path: str, length: int = 1_000) -> ssl.SSLSocket:
    """Send the head of a request and one byte of its body."""
    connection = connect(port)
    kind = f"Content-Type: application/json\r\nContent-Length: {length}"
    connection.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{kind}\r\n\r\n{{".encode())
    return connection


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_slow_bodies_never_reach_the_service_and_are_cut(proxy: int) -> None:
    waiting = [begin(proxy, "/v1/auth/codes") for _ in range(SLOW)]
    started = time.monotonic()
    for _ in range(10):
        assert get(proxy, "/v1/regions").status_code == 200
    assert time.monotonic() - started < 5
    for connection in waiting:
        answer = connection.recv(4_096)
        assert not answer or b" 408 " in answer.split(b"\r\n")[0]
        connection.close()
    assert time.monotonic() - started < 30


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_slow_heads_are_cut(proxy: int) -> None:
    waiting = [connect(proxy) for _ in range(SLOW)]
    for connection in waiting:
        connection.sendall(b"GET /v1/regions HTTP/1.1\r\nHost: ")
    started = time.monotonic()
    assert get(proxy, "/v1/regions").status_code == 200
    for connection in waiting:
        answer = connection.recv(4_096)
        assert not answer or b" 408 " in answer.split(b"\r\n")[0]
        connection.close()
    assert time.monotonic() - started < 30


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_bodies_that_are_too_large_stay_outside(proxy: int) -> None:
    with begin(proxy, "/v1/auth/codes", length=50_000_000) as connection:
        assert b" 413 " in connection.recv(4_096).split(b"\r\n")[0]


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_photographs_may_be_larger_on_their_own_paths_alone(proxy: int) -> None:
    event = "/events/019a1b2c-0000-7000-8000-000000001001"
    form = f"/kk/organizer{event}/result"
    for path, most in ((f"/v1{event}/photos", 11), (form, 64), (f"/v1{event}/reports", 0.5)):
        with begin(proxy, path, length=int(most * 1024 * 1024) + 1) as connection:
            assert b" 413 " in connection.recv(4_096).split(b"\r\n")[0], path
    body = b"a" * 10_000_000
    url = f"https://127.0.0.1:{proxy}/v1{event}/photos"
    answer = requests.post(url, data=body, timeout=20, verify=False, headers={"Host": "localhost"})  # noqa: S501
    assert answer.json()["code"] == "unauthenticated"


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_answers_come_through_as_they_are(proxy: int) -> None:
    first = get(proxy, "/v1/regions")
    assert first.headers["ETag"]
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age" in first.headers["Strict-Transport-Security"]
    assert get(proxy, "/v1/me").json()["code"] == "unauthenticated"


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_the_log_has_no_secret_of_an_address(proxy: int, logged: Path) -> None:
    assert get(proxy, "/v1/calendars/s3cr3t-of-somebody.ics?lang=kk").status_code == 404
    headers = {"Host": "localhost", "Referer": "https://localhost/?from=s3cr3t"}
    url = f"https://127.0.0.1:{proxy}/v1/photos/019a1b2c-0000-7000-8000-000000009301/small?signature=s3cr3t"
    requests.get(url, timeout=10, verify=False, headers=headers)  # noqa: S501
    log = logged.read_text("utf-8")
    assert "/v1/calendars/*" in log
    assert "/v1/photos/019a1b2c-0000-7000-8000-000000009301/small" in log
    assert "s3cr3t" not in log


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_nobody_comes_from_another_address_by_saying_so(proxy: int) -> None:
    answers = []
    for number in range(CODES + 2):
        said = f"9.9.9.{number}"
        forged = {"X-Forwarded-For": said, "X-Real-IP": said, "Forwarded": f"for={said}"}
        body = {"phone": f"+7701555012{number}"}
        url = f"https://127.0.0.1:{proxy}/v1/auth/codes"
        headers = {"Host": "localhost"} | forged
        answers.append(requests.post(url, json=body, timeout=10, verify=False, headers=headers).status_code)  # noqa: S501
    assert answers == [202] * CODES + [429] * 2


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.parametrize(
    "path", ["/metrics", "//metrics", "/%6detrics", "/kk/..%2fmetrics", "/dev/messages", "//dev/messages"]
)
def test_what_is_asked_on_the_inside_is_not_there(proxy: int, path: str) -> None:
    with connect(proxy) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert b" 404 " in connection.recv(4_096).split(b"\r\n")[0]
