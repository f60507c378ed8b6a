"""What a network answers to a whole sheet of test images."""

import torch

from cnnviz.engine.compute.inputs import sheet_batch
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import AnswerSheet
from cnnviz.engine.results import Floats, Probed
from cnnviz.probes.arrays import to_numpy
from cnnviz.probes.auxiliary import all_answers
from cnnviz.probes.probabilities import probabilities


@computes(AnswerSheet)
def answer_sheet(request: AnswerSheet, run: Run) -> Probed[Floats]:
    """Return the probabilities of every classifier."""
    scores = all_answers(run.network, sheet_batch(request.model, run, request.sheet))
    return Probed(to_numpy(torch.stack([probabilities(each) for each in scores])), str(run.device), run.note)
