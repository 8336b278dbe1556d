"""Google on loopback for tests: OAuth, FCM send, the certificates of ID tokens, App Check's keys, over TLS.

The unmodified SDK talks to its real addresses; only name resolution and the trust root are the test's
(see `fixtures.py`).
"""

import json
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from notifications.push.fcm_schema import problems

FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
ERRORS = {
    "UNREGISTERED": (404, "NOT_FOUND"),
    "INVALID_ARGUMENT": (400, "INVALID_ARGUMENT"),
    "SENDER_ID_MISMATCH": (403, "PERMISSION_DENIED"),
    "QUOTA_EXCEEDED": (429, "RESOURCE_EXHAUSTED"),
    "UNAVAILABLE": (503, "UNAVAILABLE"),
    "INTERNAL": (500, "INTERNAL"),
    "THIRD_PARTY_AUTH_ERROR": (401, "UNAUTHENTICATED"),
}

SILENT_AT_MOST_S = 60

Answer = tuple[int, dict[str, Any], dict[str, str]]


@dataclass
class Fault:
    """How a target fails: an FCM error code, "silence" for some seconds, or "reset"."""

    code: str
    retry_after: int | None = None
    seconds: float = 3


class HangUp(Exception):  # noqa: N818 - what happens, no defect
    """The connection ends without an answer."""


@dataclass(frozen=True)
class Arrival:
    """One message that came in, when (seconds since the epoch), and what was said: "sent" or a fault."""

    at: float
    target: str
    notification_id: str
    tag: str
    said: str


def _already(event: threading.Event) -> threading.Event:
    event.set()
    return event


@dataclass
class Google:
    """What Google knows and how it behaves; shared by the server's threads."""

    certificates: dict[str, str]
    app_keys: dict[str, Any] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    hits: Counter[str] = field(default_factory=Counter)
    faults: dict[str, Fault] = field(default_factory=dict)
    # What befalls every target, and how long every answer takes.
    weather: Fault | None = None
    delay_s: float = 0
    arrivals: list[Arrival] = field(default_factory=list)
    oauth_down: bool = False
    keys_down: bool = False
    app_keys_down: bool = False
    accounts_down: bool = False
    # Accounts that are disabled, or deleted; everybody else exists.
    disabled: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    # Cleared: the key servers take a question and are silent.
    keys_talk: threading.Event = field(default_factory=lambda: _already(threading.Event()))
    port: int = 0

    def reset(self) -> None:
        """Forget all that happened, and behave."""
        for seen in (self.sent, self.rejected, self.hits, self.faults, self.arrivals):
            seen.clear()
        self.disabled.clear()
        self.deleted.clear()
        self.weather, self.delay_s = None, 0
        self.oauth_down = self.keys_down = self.app_keys_down = self.accounts_down = False
        self.keys_talk.set()

    def answer(self, path: str, body: bytes, headers: Any) -> Answer:
        """Answer one request."""
        path = path.partition("?")[0]
        self.hits[path] += 1
        if path == "/token":
            return self._token()
        if path.endswith("/accounts:lookup"):
            return self._look_up(json.loads(body))
        if path.endswith("/messages:send"):
            return self._send(path, json.loads(body), headers)
        if "/metadata/x509/" in path:
            self.keys_talk.wait(SILENT_AT_MOST_S)
            if self.keys_down:
                return 503, {}, {}
            return 200, self.certificates, {"cache-control": "public, max-age=19800"}
        if path == "/v1/jwks":
            self.keys_talk.wait(SILENT_AT_MOST_S)
            return (503, {}, {}) if self.app_keys_down else (200, self.app_keys, {})
        return 404, {"error": {"code": 404, "status": "NOT_FOUND"}}, {}

    def _look_up(self, request: dict[str, Any]) -> Answer:
        if self.accounts_down:
            return _error(503, "UNAVAILABLE", "away", [])
        known = [uid for uid in request["localId"] if uid not in self.deleted]
        users = [{"localId": uid, "disabled": uid in self.disabled} for uid in known]
        return 200, {"kind": "identitytoolkit#GetAccountInfoResponse", "users": users}, {}

    def _token(self) -> Answer:
        if self.oauth_down:
            return 503, {"error": "unavailable"}, {}
        return 200, {"access_token": f"ya29.{time.time_ns()}", "expires_in": 3600, "token_type": "Bearer"}, {}

    def _send(self, path: str, request: dict[str, Any], headers: Any) -> Answer:
        if not (headers.get("authorization") or "").startswith("Bearer ya29."):
            return _error(401, "UNAUTHENTICATED", "no token", [])
        found = problems(request)
        if found:
            self.rejected += found
            violations = [{"description": problem} for problem in found]
            return _error(
                400, "INVALID_ARGUMENT", found[0], [{"@type": BAD_REQUEST, "fieldViolations": violations}]
            )
        message = request["message"]
        target = message.get("fid") or message.get("token")
        fault = self.faults.get(target) or self.weather
        self._note(target, message, fault)
        time.sleep(self.delay_s)
        if fault is not None:
            if fault.code == "silence":
                time.sleep(fault.seconds)
            if fault.code in ("silence", "reset"):
                raise HangUp
            status, name = ERRORS.get(fault.code, (500, "INTERNAL"))
            retry = {"retry-after": str(fault.retry_after)} if fault.retry_after else {}
            answer = _error(status, name, fault.code, [{"@type": FCM_ERROR, "errorCode": fault.code}])
            return answer[0], answer[1], retry
        self.sent.append(request)
        return 200, {"name": f"{path[4:-5]}/{len(self.sent)}"}, {}

    def _note(self, target: str, message: dict[str, Any], fault: Fault | None) -> None:
        self.arrivals.append(
            Arrival(
                time.time(),
                target,
                message["data"]["notification_id"],
                message["android"]["notification"]["tag"],
                fault.code if fault else "sent",
            )
        )


def _error(status: int, name: str, message: str, details: list[dict[str, Any]]) -> Answer:
    error = {"code": status, "status": name, "message": message, "details": details}
    return status, {"error": error}, {}


def serve(google: Google, certificate_file: str, key_file: str) -> ThreadingHTTPServer:
    """Serve on a free port of loopback; `google.port` says which."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, document, headers = google.answer(self.path, body, self.headers)
            encoded = json.dumps(document).encode()
            self.send_response(status)
            for name, value in {
                "content-type": "application/json",
                "content-length": str(len(encoded)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(encoded)

        do_GET = do_POST = _answer  # noqa: N815 - the standard library's names

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def finish_request(self, request: Any, client_address: Any) -> None:
            """Shake hands in the connection's own thread, not in accept()."""
            with context.wrap_socket(request, server_side=True) as secure:
                Handler(secure, client_address, self)

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Clients that hang up are part of the tests."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file, key_file)
    server = Server(("127.0.0.1", 0), Handler)
    google.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def resolver(port: int) -> Callable[..., Any]:
    """A `socket.getaddrinfo` for which *.googleapis.com is the stand-in on this port of loopback."""
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, service: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(host, str) and host.endswith(".googleapis.com"):
            return real("127.0.0.1", port, *arguments, **options)
        return real(host, service, *arguments, **options)

    return getaddrinfo
