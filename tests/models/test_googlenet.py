"""The small GoogLeNet: its auxiliary classifiers read blocks 4a and 4d, and are there in training only."""

import torch

from cnnviz import models
from cnnviz.probes.auxiliary import all_answers

BATCH = torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))


def test_the_last_answer_is_the_networks_and_the_others_are_read_where_the_paper_says():
    network = models.load("googlenet-fashion", random_seed=0)
    seen = {}
    for name in ("inception3", "inception6"):
        network.get_submodule(name).register_forward_hook(lambda m, given, out, name=name: seen.update({name: out}))
    early, middle, last = all_answers(network, BATCH)
    assert torch.equal(last, network(BATCH))
    assert torch.equal(early, network.early(seen["inception3"]))
    assert torch.equal(middle, network.middle(seen["inception6"]))
    assert {each.shape for each in (early, middle, last)} == {(3, 10)}


def test_in_training_it_answers_three_times_and_otherwise_once():
    network = models.load("googlenet-fashion", random_seed=0).train()
    assert len(network(BATCH)) == 3
    ran = []
    for name in ("early", "middle"):
        network.get_submodule(name).register_forward_hook(lambda *_: ran.append(1))
    assert isinstance(network.eval()(BATCH), torch.Tensor)
    assert not ran


def test_a_network_without_auxiliary_classifiers_answers_once():
    network = models.load("lenet5-fashion", random_seed=0)
    (only,) = all_answers(network, BATCH)
    assert torch.equal(only, network(BATCH))
