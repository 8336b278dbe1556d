"""`flask serve` as production does it, but on the loopback address: `python -m tests.journeys.production`."""

import os

from cli.serving import serve_web
from service.platform import settings

if __name__ == "__main__":
    serve_web(settings.read(os.environ), "app:create_app", "127.0.0.1")
