"""Requests that one call of a probe answers: Unit, Filters and Guided."""

import torch

from cnnviz import models
from cnnviz.engine.given import picture_batch
from cnnviz.engine.requests import Filters, Guided, Unit
from cnnviz.engine.results import Probed
from cnnviz.engine.run import Row, Run
from cnnviz.probes.filters import FilterBank, filters_of, first_filters
from cnnviz.probes.guided_backpropagation import Guided as Gradient
from cnnviz.probes.guided_backpropagation import guided as guided_gradient
from cnnviz.probes.unit import UnitAccount, account


def unit(request: Unit, run: Run) -> Probed[UnitAccount]:
    """Return how one value came about."""
    place = request.channel, request.row, request.column
    return Probed(account(run.network, picture_batch(request, run), request.layer, *place), str(run.device), run.note)


def filters(request: Filters, run: Run) -> Probed[FilterBank]:
    """Return the filters of a layer, by default of the one that reads the picture."""
    # Only which layer gets the image matters, not what is on it.
    batch = torch.zeros((1, *models.card(request.model.name).input_size), device=run.device)
    layer = request.layer
    found = first_filters(run.network, batch) if layer is None else filters_of(run.network, layer, batch)
    return Probed(found, str(run.device), run.note)


def guided(request: Guided, run: Run) -> Probed[Gradient]:
    """Return the guided gradient of a channel's strongest unit, or of the one at (row, column)."""
    place = request.channel, request.row, request.column
    found = guided_gradient(run.network, picture_batch(request, run), request.layer, *place)
    return Probed(found, str(run.device), run.note)


ROWS: dict[type, Row] = {Unit: Row(unit), Filters: Row(filters), Guided: Row(guided)}
