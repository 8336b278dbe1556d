"""Serves a WSGI factory as `flask serve` serves the product in production, but on the loopback address only.

`python -m benchmarks.kit.server TARGET`, with PORT, WEB_WORKERS and WEB_THREADS of the product's settings.
"""

import os
import sys

from cli.serving import serve_web
from service.platform import settings

if __name__ == "__main__":
    serve_web(settings.read(os.environ), target=sys.argv[1], address="127.0.0.1")
