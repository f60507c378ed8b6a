"""GET /api/metrics: what this process did and holds, in Prometheus' text format."""

from collections.abc import Iterator

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cnnviz.engine.interface import Statistics
from cnnviz.server.visits import Visits
from cnnviz.server.warm_up import WarmUp

PATH = "/api/metrics"

_REQUESTS = {
    "hits": "answered from the cache",
    "misses": "not found in the cache",
    "joined": "that waited for the same one of another session",
    "computed": "computed by running a model",
    "failed": "that gave an error",
    "dropped": "cancelled or superseded before their turn",
}


def metrics_route(warm_up: WarmUp, visits: Visits) -> Route:
    """Return the route. It names no visitor: numbers of the process alone."""
    registry = CollectorRegistry()
    registry.register(_Laboratory(warm_up, visits))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)

    def metrics(request: Request) -> Response:
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return Route(PATH, metrics)


class _Laboratory(Collector):
    def __init__(self, warm_up: WarmUp, visits: Visits) -> None:
        self._warm_up = warm_up
        self._visits = visits

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("cnnviz_sessions", "Pages that are open now.", self._visits.open)
        yield CounterMetricFamily("cnnviz_sessions_opened", "Pages that were opened.", self._visits.opened)
        yield CounterMetricFamily("cnnviz_acts", "What visitors did that this server was told of.", self._visits.acts)
        ready = self._warm_up.state == "ready"
        yield GaugeMetricFamily("cnnviz_ready", "1 once PyTorch and the first network are loaded.", float(ready))
        if self._warm_up.engine is not None:
            yield from _of_engine(self._warm_up.engine.statistics())


def _of_engine(now: Statistics) -> Iterator[Metric]:
    for name, what in _REQUESTS.items():
        yield CounterMetricFamily(f"cnnviz_requests_{name}", f"Requests to the engine {what}.", getattr(now, name))
    yield GaugeMetricFamily("cnnviz_queue", "Requests that wait or run now.", now.waiting)
    kept = GaugeMetricFamily("cnnviz_cache_bytes", "Bytes that the engine's caches hold now.", labels=["cache"])
    kept.add_metric(["results"], now.result_bytes)
    kept.add_metric(["models"], now.model_bytes)
    yield kept
