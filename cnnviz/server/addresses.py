"""The address and the port at which the server answers."""

import errno
import os
import socket

from streamlit import net_util

from cnnviz.errors import CnnvizError


def ask_nobody_outside() -> None:
    """Keep Streamlit from asking another site for this machine's address.

    It does so when it starts, to print one more line, and at a WebSocket that comes from elsewhere, which would hold up
    everybody for two seconds where there is no network. Neither is needed, and nothing is to be asked of other sites.
    """
    net_util.get_external_ip = lambda: None


def listening_address() -> str:
    """Return the address at which the server is told to listen, empty for all of the machine's."""
    return os.environ.get("STREAMLIT_SERVER_ADDRESS", "")


def why_not(address: str, port: int) -> OSError | None:
    """Return what keeps a server from listening at a port of an address, None where nothing does."""
    if address.startswith("unix:"):
        return None
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error
    return None


def check_port(port: int) -> None:
    """Raise CnnvizError where the server can't listen at a port."""
    address = listening_address()
    error = why_not(address, port)
    if error is None:
        return
    if address and error.errno not in (errno.EADDRINUSE, errno.EACCES):
        raise CnnvizError(
            f"The server can't listen at {address}: {error.strerror}; STREAMLIT_SERVER_ADDRESS should be an address of "
            "this machine, such as 127.0.0.1."
        )
    raise CnnvizError(f"Port {port} can't be had: {error.strerror}; choose another with --port.")
