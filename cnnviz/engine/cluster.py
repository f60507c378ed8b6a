"""A Ray cluster: whether it can be reached, joining it, and the deployment of replicas on it.

Addresses are "ray" for this machine's own cluster, which is started where there is none, and "ray://host:port" for the
Ray Client port of another's head.
"""

import asyncio
import logging
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cnnviz.errors import CnnvizError

LOCAL = ("ray", "ray://auto")
PORT = 10001

_MOMENT = 5  # seconds, in which a head takes a connection
_PATIENCE = 300  # seconds, until a replica has loaded PyTorch on a slow machine
_ROOT = Path(__file__).parents[2]
_TOKEN = Path("~/.ray/auth_token")
# More than any cluster has GPUs for; a replica for which there is no room waits until there is.
_MOST = 64
_IN_REPLICAS = {
    # What computes in a replica is its engine's own thread; all else may share one.
    "RAY_SERVE_RUN_USER_CODE_IN_SEPARATE_THREAD": "0",
    # A sum's threads wait for each other asleep: where one is not running, the other would keep its processor busy.
    "OMP_WAIT_POLICY": "PASSIVE",
}


class ClusterError(CnnvizError):
    """A Ray cluster that is not there, or has no room."""


def check(address: str) -> None:
    """Raise ClusterError where an address is none, Ray is not installed or nothing answers there."""
    place = _place(address)
    # FastAPI comes with Ray Serve alone.
    if find_spec("ray") is None or find_spec("fastapi") is None:
        raise ClusterError(f'The engine {address} needs Ray; install it with pip install "cnnviz[ray]".')
    if place is not None:
        try:
            socket.create_connection(place, timeout=_MOMENT).close()
        except OSError as error:
            why = error.strerror or "no answer"
            raise ClusterError(
                f"No Ray head answers at {address} ({why}); on its machine, ray start --head starts one, "
                f"whose port for this is {PORT} unless said otherwise."
            ) from None


def connect(address: str) -> None:
    """Join a cluster, or start this machine's; raise ClusterError where that fails. Joining twice is joining once."""
    settle_environment()
    check(address)
    import ray

    if ray.is_initialized():
        return
    quietly: dict[str, Any] = {"namespace": "cnnviz", "log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if address not in LOCAL:
            host, port = _place(address) or ("", PORT)
            ray.init(f"ray://{host}:{port}", **quietly)
            return
        running = _running()
        if running:
            ray.init(running, **quietly)
        else:
            _in_a_thread_for_good(lambda: ray.init("local", include_dashboard=False, **quietly))
    except Exception as error:  # Ray raises that itself where a machine is too busy to start a cluster in time
        raise ClusterError(_why(address, error)) from None


def deploy(name: str, options: Mapping[str, Any], least: int) -> Any:
    """Return the handle of the application `name`, which is deployed where it is not yet; to be used in `loop` alone.

    `options` are those of the replicas' LocalEngine, and there are at `least` so many replicas. Raises ClusterError
    where none begins.
    """
    from ray import serve
    from ray.serve.schema import ApplicationStatus

    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    serve.start(proxy_location="Disabled")
    known = serve.status().applications.get(name)
    if known is None or known.status in (ApplicationStatus.DEPLOY_FAILED, ApplicationStatus.DELETING):
        target = serve.RunTarget(_application(options, least), name=name, route_prefix=None)
        serve.run_many([target], wait_for_applications_running=False)
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        # Not whether the application is well: one replica that has just ended, of several, makes it unhealthy.
        if replicas(name):
            return _handle(name)
        now = serve.status().applications.get(name)
        if now is not None and now.status == ApplicationStatus.DEPLOY_FAILED:
            raise ClusterError(f"No replica of cnnviz begins on the Ray cluster: {_last_line(now)}")
        time.sleep(0.2)
    raise ClusterError(f"No replica of cnnviz began on the Ray cluster within {_PATIENCE} s.")


def replicas(name: str) -> int:
    """Return how many replicas of an application run now; raise ClusterError where the cluster was lost."""
    import ray
    from ray import serve

    if not ray.is_initialized():
        # Ray Serve would start a cluster of its own.
        raise ClusterError("The Ray cluster does not answer any more.")
    application = serve.status().applications.get(name)
    if application is None:
        return 0
    return sum(each.replica_states.get("RUNNING", 0) for each in application.deployments.values())


@cache
def loop() -> asyncio.AbstractEventLoop:
    """Return the loop in which requests are sent and answered, whose thread lasts as long as the process.

    Ray Serve binds a handle to the loop in which it was first used, and keeps both.
    """
    found = asyncio.new_event_loop()
    threading.Thread(target=found.run_forever, name="cnnviz ray answers", daemon=True).start()
    return found


def _handle(name: str) -> Any:
    from ray import serve

    handle = serve.get_app_handle(name)

    async def here() -> None:
        if not handle.is_initialized:
            # As it comes, a thread of Ray Serve's own would send requests on.
            handle._init(_run_router_in_separate_loop=False)

    asyncio.run_coroutine_threadsafe(here(), loop()).result()
    return handle.options(request_serialization="pickle", response_serialization="pickle")


def _application(options: Mapping[str, Any], least: int) -> Any:
    """Return the deployment: a replica a GPU where there are any, else one for every two processors."""
    import ray
    from ray import serve
    from ray.serve.schema import LoggingConfig

    from cnnviz.engine.replica import AT_ONCE, Replica, own_version

    there = ray.cluster_resources()
    if there.get("GPU", 0) >= 1:
        resources: dict[str, float] = {"num_gpus": 1, "num_cpus": 1}
    else:
        processors = [node.get("Resources", {}).get("CPU", 0) for node in ray.nodes()]
        resources = {"num_cpus": min(2, max(processors, default=0))}
    if not resources["num_cpus"]:
        raise ClusterError("The Ray cluster has no processors; ray start --address=HEAD:6379 adds a machine to it.")
    # A checkout is found by its folder, which the machines of another's cluster needn't have.
    here = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    deployment = serve.deployment(
        Replica,
        name="replica",
        ray_actor_options={**resources, "runtime_env": {"env_vars": {"PYTHONPATH": here, **_IN_REPLICAS}}},
        max_ongoing_requests=AT_ONCE,
        logging_config=LoggingConfig(enable_access_log=False),
        # Half of what a replica may have: a front end that sends all that it may makes another begin.
        autoscaling_config={
            "min_replicas": least,
            "max_replicas": _MOST,
            "target_ongoing_requests": AT_ONCE / 2,
            "upscale_delay_s": 3,
            "downscale_delay_s": 300,
        },
        health_check_period_s=10,
        health_check_timeout_s=30,
    )
    return deployment.bind(dict(options), own_version())


def _place(address: str) -> tuple[str, int] | None:
    """Return the host and the port of an address, None for this machine's own cluster."""
    if address in LOCAL:
        return None
    found = re.fullmatch(r"ray://(?P<host>\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::(?P<port>\d{1,5}))?", address)
    port = int(found["port"] or PORT) if found else 0
    if found is None or not 0 < port < 2**16:
        raise ClusterError(f"There is no engine {address!r}; it should be local, ray, or ray://HOST:PORT.")
    return found["host"].strip("[]"), port


def _running() -> str:
    """Return the address of the cluster that this machine is part of, "" where there is none.

    Ray itself would try for minutes to reach one that has ended without a word.
    """
    noted = Path(os.environ.get("RAY_TMPDIR", "/tmp"), "ray", "ray_current_cluster")
    address = os.environ.get("RAY_ADDRESS") or (noted.read_text(encoding="utf-8").strip() if noted.is_file() else "")
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=_MOMENT).close()
    except (OSError, ValueError):
        return ""
    return address


def _in_a_thread_for_good(start: Callable[[], Any]) -> None:
    """Have a thread that lasts as long as the process start a cluster, and wait until it has.

    Linux ends a cluster's processes with the thread that began them (PR_SET_PDEATHSIG), not with that thread's process.
    """
    done: Future[None] = Future()

    def run() -> None:
        try:
            start()
        except BaseException as error:  # whatever it is, who waits must hear of it
            done.set_exception(error)
            return
        done.set_result(None)
        threading.Event().wait()

    threading.Thread(target=run, name="cnnviz ray cluster", daemon=True).start()
    done.result()


def settle_environment() -> None:
    """Set what Ray reads when it is imported.

    No statistics for its makers; the cluster's token where there is one; and, for a cluster that is started here,
    processes that are no less urgent than this one, where replicas would wait behind every page.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_worker_niceness", "0")
    has_token = {"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"} & set(os.environ) or _TOKEN.expanduser().is_file()
    if has_token:
        # Without it Ray's client sends no token, and the head answers to nobody.
        os.environ.setdefault("RAY_AUTH_MODE", "token")


def _why(address: str, error: Exception) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, ConnectionError):
        return (
            f"What answers at {address} takes no connection from here: it has to be the Ray Client port of a head, and "
            "RAY_AUTH_TOKEN here has to be the head's."
        )
    return f"The Ray cluster {address} cannot be joined: {text.rstrip('.')}."


def _last_line(application: Any) -> str:
    messages = [each.message for each in application.deployments.values() if each.message] or [application.message]
    lines = [line.strip() for line in messages[0].splitlines() if line.strip()]
    return lines[-1] if lines else "Ray tells no reason."
