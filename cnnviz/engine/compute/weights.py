"""How a person's own weights were matched with a network."""

from cnnviz import models
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import MatchWeights
from cnnviz.errors import ModelError
from cnnviz.models import Fit


@computes(MatchWeights)
def match_weights(request: MatchWeights, run: Run) -> Fit:
    """Return the account that was written when the file was loaded."""
    fit = models.fit_of(run.network)
    if fit is None:
        raise ModelError(f"{request.model.name} has no weights of a person's own file.")
    return fit
