"""Whether a port is free for a service of our own."""

import socket


class PortTakenError(Exception):
    """Somebody listens there; the text is one line that says how to go on."""


def check_free(address: str, port: int) -> None:
    """Look whether nobody listens there.

    The web server shares its port among its processes (SO_REUSEPORT), and so would with a second service's:
    both would say that they listen, and each would get a part of the requests. A plain bind tells.

    Raises:
        PortTakenError.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise PortTakenError(
                f"Port {port} is taken ({error.strerror}): choose another one, as in PORT={port + 1} make run"
            ) from error
