"""Where the CPU of a request goes: one process, one thread, its stack sampled by CPU time."""

import io
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from benchmarks.kit import google
from benchmarks.kit.load import Request
from benchmarks.kit.service import ROOT

SAMPLE_EVERY_S = 0.001
WARM_UP = 100
SHOWN_PARTS, SHOWN_FUNCTIONS = 40, 70
PRODUCT = ("app.py", "http_base", "mobile_api", "notifications", "service")


def show(requests: Sequence[Request], environment: Mapping[str, str]) -> None:
    """Call the product with all requests and print its CPU by part and by function, in ms a request."""
    os.environ.update(environment)
    app = google.create_app()
    sampler = Sampler()
    for request in requests[:WARM_UP]:
        _call(app, request)
    rest = requests[WARM_UP:]
    began = time.process_time()
    with sampler:
        for request in rest:
            _call(app, request)
    total_ms = (time.process_time() - began) * 1000 / len(rest)
    print(f"{len(rest)} check-ins, {total_ms:.3f} ms of CPU each without the server, {sampler.taken} samples")
    print("\nby function of the product that is at work, and the library that it calls")
    _table(sampler.parts, sampler.taken, total_ms, SHOWN_PARTS)
    print("\nby function, with all that it calls")
    _table(sampler.functions, sampler.taken, total_ms, SHOWN_FUNCTIONS)


def _call(app: Any, request: Request) -> None:
    """One request by WSGI, without the cost of a test client."""
    environ = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": f"Bearer {request.token}",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
    }
    statuses: list[str] = []
    body = app(environ, lambda status, _headers, *_error: statuses.append(status))
    content = b"".join(body)
    body.close()
    if not statuses[0].startswith("201"):
        raise SystemExit(f"not 201 but {statuses[0]} {content.decode()}")


class Sampler:
    """Counts samples by part and by function between enter and exit; in the main thread only."""

    def __init__(self) -> None:
        self.taken = 0
        self.parts: Counter[str] = Counter()
        self.functions: Counter[str] = Counter()

    def __enter__(self) -> None:
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_EVERY_S, SAMPLE_EVERY_S)

    def __exit__(self, *_error: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _sample(self, _number: int, frame: FrameType | None) -> None:
        names = list(_names(frame))
        self.taken += 1
        self.functions.update(set(names))
        ours = next((name for name in names if name.startswith(PRODUCT)), "no function of the product")
        library = names[0].partition("/")[0].partition(":")[0]
        self.parts[f"{ours}  {'' if names[0] == ours else library}"] += 1


def _names(frame: FrameType | None) -> Iterator[str]:
    """The stack from the inside: "path:function", paths from the project or from the library's folder."""
    while frame is not None:
        code = frame.f_code
        path = code.co_filename.rpartition("site-packages/")[2]
        if path.startswith(f"{ROOT}/"):
            path = str(Path(path).relative_to(ROOT))
        elif path.startswith("/"):
            path = f"python/{Path(path).name}"
        yield f"{path}:{code.co_qualname}"
        frame = frame.f_back


def _table(counts: Counter[str], samples: int, total_ms: float, shown: int) -> None:
    for name, count in counts.most_common(shown):
        print(f"{count / samples * total_ms:8.3f}  {name}")
