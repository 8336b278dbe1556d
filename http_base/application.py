"""Flask, as this house uses it."""

import os
import threading
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask

from service.platform import logs
from service.platform.database import db, is_deadlock, is_lost_connection

logger = logs.get(__name__)

MAIN = "TAZALYQ_MAIN_PROCESS"
"""Where a server leaves its process id to its children."""

LOOK_S = 1.0


def end_with_main() -> bool:
    """In a server's child, which is True: end when its main process is gone, so that nobody is left on its
    port."""
    main = int(os.environ.get(MAIN, "0"))
    if os.getppid() != main:
        return False

    def watch() -> None:
        while os.getppid() == main:
            time.sleep(LOOK_S)
        os._exit(1)

    threading.Thread(target=watch, name="watch-main", daemon=True).start()
    return True


class Tazalyq(Flask):
    """Flask, with one retry of a request that lost its database connection, or met others crosswise."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view and no hook is a coroutine: Flask would look at each of them nine times a request."""
        return func

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """What no handler has caught is answered here: the server would write it whole to standard error."""
        try:
            return super().__call__(environ, start_response)
        except Exception:
            if self.testing or self.debug:
                raise
            logger.exception("a request has failed outside of the application")
            start_response("500 INTERNAL SERVER ERROR", [("Content-Type", "text/plain")])
            return [b"Internal Server Error\n"]

    def do_teardown_appcontext(self, *given: Any) -> None:
        """Put away what a request has left. Of a connection that is lost by then nothing has to be undone."""
        try:
            super().do_teardown_appcontext(*given)
        except sa.exc.DBAPIError as error:
            if not is_lost_connection(error):
                raise
            # SQLAlchemy keeps a session that it could not close.
            db.session.registry.clear()
            logger.warning("the database was lost once all was answered")

    def preprocess_request(self) -> Any:
        """The checks before a view: they read the database, too."""
        return _tried_again(super().preprocess_request)

    def dispatch_request(self) -> Any:
        """The view."""
        return _tried_again(super().dispatch_request)


def _tried_again(act: Callable[[], Any]) -> Any:
    """Act; again, once, when the connection was lost or a deadlock was broken up by giving this work up.

    Not where a commit may have been kept.
    """
    try:
        return act()
    except sa.exc.DBAPIError as error:
        session = db.session()
        is_worth_it = is_lost_connection(error) or is_deadlock(error)
        if not is_worth_it or session.info.get("commit_sent"):
            raise
        session.rollback()
        return act()
