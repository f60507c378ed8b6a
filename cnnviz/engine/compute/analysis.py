"""The report of an architecture without weights, at any input size."""

from collections.abc import Iterable

from cnnviz.analysis import NetworkReport, analyze
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import Analyze, Request
from cnnviz.errors import CnnvizError
from cnnviz.models.architectures import architecture, native_size


def _native(request: Analyze) -> Iterable[Request[NetworkReport]]:
    try:
        return (Analyze(request.architecture, native_size(request.architecture)),)
    except CnnvizError:
        return ()


def _resized(request: Analyze, kept: NetworkReport) -> NetworkReport | None:
    return kept.followed(request.input_size)


@computes(Analyze, bases=_native, read=_resized)
def report(request: Analyze, run: Run) -> NetworkReport:
    """Return the report: traced at the network's own input size, and from there followed to any other."""
    native = native_size(request.architecture)
    if request.input_size == native:
        return analyze(architecture(request.architecture), native)
    return run.ask(Analyze(request.architecture, native)).resized(request.input_size)
