"""HAProxy in front of several processes of the app: a visitor gets the same one every time, while it lives.

HAProxy rather than Caddy, which docs/deploy.md puts before both for its certificates: it sends a new visitor to the
process that has the fewest, and takes one for dead after the third check in a row, in every version that
distributions have.
"""

import os
import shutil
import socket
from collections.abc import Sequence

from cnnviz.errors import CnnvizError
from cnnviz.server.health import PATH as HEALTH
from cnnviz.server.metrics import PATH as METRICS

PROGRAM = "haproxy"
COOKIE = "cnnviz_front"
_OWN_FILES = 200  # of its own: checks of its servers, its log
_WEIGHT = 100  # of a worker that gets new visitors
_PATIENCE = 1.0  # seconds for it to hear

_CONFIGURATION = """\
global
	maxconn {connections}
	# Where it is told which worker is the spare one from now on.
	stats socket {orders} mode 600 level admin

defaults
	mode http
	# Whose wrong codes of a room are counted.
	option forwardfor
	# On one machine a connection is there or refused at once. It is the pause before another try, too.
	timeout connect 200ms
	timeout client 75s
	timeout server 75s
	timeout http-request 30s
	# A page's web socket, on which the app says every 30 s that it is there.
	timeout tunnel 1h
	timeout check 4s
	# Who can't reach the process that the cookie names gets, after 0.6 s, the one that has the fewest, and its cookie:
	# the one that was the spare till then. So does a request that fits into a buffer, where the process ends before it
	# says a word.
	retries 6
	option redispatch 4
	retry-on conn-failure empty-response

frontend visitors
	bind {address}:{port}
	# Numbers of one process, and a visitor would get those of his own: Prometheus asks the processes themselves.
	http-request return status 404 if {{ path {metrics} }}
	default_backend workers

backend workers
	balance leastconn
	# A session, its uploads and its pictures are in one process.
	cookie {cookie} insert indirect nocache httponly {attributes}
	option httpchk GET {health}
	http-check expect status 200
	# A long act makes one answer a 503, so the third in a row counts.
	default-server check inter 5s downinter 1s fall 3 rise 1
{servers}
"""


def program() -> str:
    """Return the path of HAProxy; raise CnnvizError where there is none."""
    found = shutil.which(PROGRAM, path=os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin")))
    if found is None:
        raise CnnvizError(
            "Several workers want a proxy before them, and HAProxy is not installed here; install it, such as with "
            "apt-get install haproxy, or leave --workers out."
        )
    return found


def configuration(
    port: int,
    workers: Sequence[int],
    files: int,
    orders: str,
    *,
    spare: int | None = None,
    address: str = "",
    embedded: bool = False,
) -> str:
    """Return what HAProxy is told: answer at `port`, and pass on to the ports of the `workers` on this machine.

    It may have as many `files` open, of which a connection takes two. `orders` is the path of the socket of `stand_in`,
    `spare` the number, from 1, of the worker that gets no new visitors. `address` is where it listens, "" for every
    address. Where other sites show the pages in a frame, which they do over TLS alone, browsers keep the cookie only
    where it says so.
    """
    return _CONFIGURATION.format(
        address=address or "*",
        port=port,
        connections=(files - _OWN_FILES) // 2,
        orders=orders,
        metrics=METRICS,
        health=HEALTH,
        cookie=COOKIE,
        attributes="secure attr SameSite=None attr Partitioned" if embedded else "attr SameSite=Lax",
        servers="\n".join(
            f"\tserver worker-{number} 127.0.0.1:{each} cookie {number} weight {0 if number == spare else _WEIGHT}"
            for number, each in enumerate(workers, 1)
        ),
    )


def stand_in(orders: str, spare: int, ended: int) -> bool:
    """Have new visitors, and those of the worker that `ended`, sent to the one that was the `spare`, which that is now.

    Both are numbers from 1. Returns whether the HAProxy whose socket is `orders` has heard.
    """
    told = f"set weight workers/worker-{spare} {_WEIGHT}; set weight workers/worker-{ended} 0\n"
    try:
        with socket.socket(socket.AF_UNIX) as asked:
            asked.settimeout(_PATIENCE)
            asked.connect(orders)
            asked.sendall(told.encode())
            return not asked.recv(4096).strip()
    except OSError:
        return False
