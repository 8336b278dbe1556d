"""FCM for load: a TLS server that takes any message after a delay, in so many processes on one port.

It checks nothing and keeps nothing: it must cost less than what is measured against it.
`python -m benchmarks.kit.fcm PORT DELAY_MS CERTIFICATE KEY`
"""

import asyncio
import socket
import ssl
import sys

HEAD_END = b"\r\n\r\n"
TOKEN = b'{"access_token": "ya29.load", "expires_in": 3600, "token_type": "Bearer"}'
SENT = b'{"name": "projects/demo-taza/messages/1"}'


def _answer(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


ANSWERS = {b"/v1/projects/demo-taza/messages:send": _answer(SENT), b"/token": _answer(TOKEN)}
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


class Phone(asyncio.Protocol):
    """One connection kept alive, one request after the other."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._taken = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment] # a stream's transport

    def data_received(self, data: bytes) -> None:
        self._taken += data
        head, found, body = self._taken.partition(HEAD_END)
        if found and len(body) >= _length(head):
            self._taken = b""
            answer = ANSWERS.get(head.split(b" ", 2)[1], NOT_FOUND)
            asyncio.get_running_loop().call_later(self._delay_s, self._say, answer)

    def _say(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


def _length(head: bytes) -> int:
    lower = head.lower()
    start = lower.find(b"content-length:")
    return int(lower[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0


async def serve(port: int, delay_s: float, certificate: str, key: str) -> None:
    """Serve until ended."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", port))
        server = await asyncio.get_running_loop().create_server(
            lambda: Phone(delay_s), sock=listener, ssl=context, backlog=512
        )
        async with server:
            await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000, *sys.argv[3:5]))
