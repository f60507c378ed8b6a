"""What is RayEngine's own: replicas that end, models that load elsewhere, bytes sent once, runs that go on."""

import os
import signal
import threading
import time
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.engine import Classify, Dropped, Layers, Maps, ModelChoice, Picture, Unit
from cnnviz.engine.cluster import replicas
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.parcels import Mark
from cnnviz.engine.requests import TrainSlice
from cnnviz.errors import CnnvizError, ModelError
from tests.engine.waiting import until

pytestmark = pytest.mark.ray

VGG = ModelChoice("smallvgg-tiny", random_seed=1)


@pytest.fixture
def two(on_ray: Any) -> Any:
    """Return an engine with two replicas, whose models are those of held_requests.load_slowly."""
    from tests.engine.held_requests import load_slowly

    options = {"device": "cpu", "load": load_slowly, "is_ready": lambda name: not name.startswith("slow")}
    return on_ray(application="two", least=2, options=options, ahead=3)


@pytest.fixture
def ray_desk(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    from cnnviz.engine import registry
    from tests.engine.held_requests import KINDS, RayDesk

    desk = RayDesk(cluster)
    for kind in KINDS:
        monkeypatch.setitem(registry.ROWS, kind, registry.Row(desk.compute))
    return desk


def parts(value: Any) -> Any:
    """Every array and plain value in a result, in order."""
    if is_dataclass(value):
        for each in fields(value):
            yield from parts(getattr(value, each.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from parts(each)
    else:
        yield value


def same(one: Any, other: Any) -> bool:
    pairs = zip(parts(one), parts(other), strict=True)
    return all(
        a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
        if isinstance(a, np.ndarray)
        else a == b
        for a, b in pairs
    )


def test_results_are_those_of_the_engine_in_this_process_bit_for_bit(on_ray: Any, pictures: Any) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(2)  # as many as a replica has, for sums are made in their order
    here, there = LocalEngine(device="cpu"), on_ray()
    try:
        choice = ModelChoice("efficientnet-lite0", random_seed=3)
        photo = pictures(5, 300, 400)
        rows = here.ask(Layers(choice)).rows
        requests = [Layers(choice), Classify(choice, photo), Unit(choice, photo, rows[7].name, 1, 2, 3)]
        requests += [Maps(choice, photo, row.name) for row in rows[::20]]
        for request in requests:
            assert same(here.ask(request), there.ask(request)), type(request)
    finally:
        here.close()
        torch.set_num_threads(threads)


def test_a_replica_that_is_killed_in_the_middle_of_a_hundred_requests_costs_none(two: Any, pictures: Any) -> None:
    until(lambda: replicas("two") == 2)
    photos = [pictures(number) for number in range(25)]
    names = ["block1.conv1", "block1.relu1", "block2.conv2", "block3.conv1"]
    asked = [Maps(VGG, photo, name) for photo in photos for name in names]
    killed = threading.Event()

    def kill(ticket: Any) -> None:
        if not killed.is_set():
            killed.set()
            os.kill(next(iter(processes("two"))), signal.SIGKILL)

    tickets = [two.submit(request, session=str(number % 7)) for number, request in enumerate(asked)]
    tickets[20].add_done_callback(kill)
    results = [ticket.result(120) for ticket in tickets]
    assert killed.is_set()
    here = LocalEngine(device="cpu")
    for request, result in zip(asked, results, strict=True):
        expected = here.ask(request)
        assert result.layer == request.layer
        np.testing.assert_allclose(result.values, expected.values, atol=1e-5)
    here.close()
    assert two.statistics().failed == 0
    assert two.statistics().computed == 100


def processes(application: str) -> list[int]:
    """The processes of an application's replicas, by the titles that Ray gives them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            title = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except OSError:
            continue
        if title.startswith(f"ray::ServeReplica:{application}:"):
            found.append(int(folder.name))
    assert found
    return found


def test_what_ends_every_replica_that_gets_it_is_given_up_in_a_sentence(two: Any, ray_desk: Any) -> None:
    ray_desk.acts[7] = lambda run: os._exit(1)
    with pytest.raises(CnnvizError, match="3 processes of the cluster ended before they could answer"):
        two.ask(ray_desk.Probe(7), timeout=100)
    assert two.ask(ray_desk.Probe(8), timeout=100).values[0] == 8


def test_progress_is_told_here_and_others_do_not_wait_for_it(two: Any, ray_desk: Any, cluster: Any) -> None:
    test = ray_desk._test
    choice = ModelChoice(f"slow {test}")
    waiting = [two.submit(ray_desk.ModelProbe(choice, number), session="a") for number in range(5)]
    until(lambda: two.progress(choice) == (30, 100))
    # What comes now waits here, and nothing of it is lost on the cluster.
    gone = two.submit(ray_desk.ModelProbe(choice, 99), session="gone")
    assert two.progress(ModelChoice("quick")) is None
    for number in range(10, 16):
        assert two.ask(ray_desk.ModelProbe(ModelChoice("quick"), number), timeout=10).values[0] == number
    assert not any(ticket.done() for ticket in waiting)
    two.drop("gone")
    with pytest.raises(Dropped):
        gone.result(0)
    ray_desk.call("put", "arrived", True)
    assert [ticket.result(20).values[0] for ticket in waiting] == list(range(5))
    assert two.progress(choice) is None
    assert 99 not in ray_desk.ran


def test_a_model_that_cannot_be_loaded_is_told_to_all_who_wait(two: Any, ray_desk: Any) -> None:
    tickets = [two.submit(ray_desk.ModelProbe(ModelChoice("broken"), number)) for number in range(3)]
    for ticket in tickets:
        with pytest.raises(ModelError, match=r"^The file of broken holds 3 bytes\.$"):
            ticket.result(20)


def test_a_checkpoint_is_sent_once_and_again_to_a_replica_without_it(two: Any, ray_desk: Any) -> None:
    choice = ModelChoice.of_checkpoint("mine", bytes(300_000), "mine.pth")
    ray_desk.acts = {number: lambda run: check_outputs(run, 300_000) for number in range(4)}
    sent = []
    packed = two._outbox.packed

    def watched(request: Any, **options: Any) -> Any:
        found = packed(request, **options)
        sent.append(found.model.checkpoint is Mark.SENT)
        return found

    two._outbox.packed = watched
    for number in range(4):
        two.ask(ray_desk.ModelProbe(choice, number), timeout=20)
    # Asked again while it is loaded, too. Each of the two replicas may get it once.
    assert not sent[0]
    assert sent.count(False) <= 2
    sent.clear()
    # As if it had gone to another replica.
    other = ModelChoice.of_checkpoint("mine", bytes(300_001), "other.pth")
    ray_desk.acts = {number: lambda run: check_outputs(run, 300_001) for number in range(4)}
    packed(ray_desk.ModelProbe(other, 0))
    two.ask(ray_desk.ModelProbe(other, 0), timeout=20)
    assert sent[:2] == [True, False]
    assert sent.count(False) <= 2


def test_an_answer_larger_than_a_message_may_be_comes_all_the_same(two: Any, ray_desk: Any) -> None:
    for number, size in ((1, 1), (2, 4_000_000), (3, 4_000_000), (4, 1), (5, 1)):
        assert two.ask(ray_desk.Probe(number, size=size), timeout=60).values.sum() == number * size
    # The other replica may be asked for the second again; from then on its kind goes the way of large ones at once.
    assert ray_desk.ran in ([1, 2, 3, 4, 5], [1, 2, 2, 3, 4, 5])
    choice = ModelChoice.of_checkpoint("mine", bytes(9_000_000), "mine.pth")
    ray_desk.acts = {6: lambda run: check_outputs(run, 9_000_000)}
    assert two.ask(ray_desk.ModelProbe(choice, 6), timeout=60).values[0] == 6


def check_outputs(run: Any, number: int) -> None:
    assert run.network.out_features == number


def test_bytes_that_are_not_there_are_sent_again(on_ray: Any, pictures: Any) -> None:
    engine = on_ray()
    photo: Picture = pictures(77, 300, 300)
    engine._outbox.packed(Classify(VGG, photo))
    assert engine.ask(Classify(VGG, photo), timeout=60).scores.shape == (50,)


def test_two_engines_share_the_replicas_and_what_they_keep(on_ray: Any, ray_desk: Any) -> None:
    one, other = on_ray(), on_ray()
    assert one.ask(ray_desk.Probe(7)).values[0] == other.ask(ray_desk.Probe(7)).values[0] == 7
    assert ray_desk.ran == [7]


def test_a_run_goes_on_where_it_is_kept(two: Any) -> None:
    settings, names = (("network", "Linear 2"), ("examples", "blobs")), ("one", "other", "third")
    for name in names:
        assert two.ask(TrainSlice(name, settings, until=1, seconds=9.0)).step == 1
    # The cluster tells its front end only now and then which replica has what.
    time.sleep(3)
    for step in (2, 5, 9):
        for name in names:
            assert two.ask(TrainSlice(name, settings, until=step, seconds=9.0)).step == step
            # Without any time, a run that began anew would be at its start.
            assert two.ask(TrainSlice(name, settings, until=100)).step == step
    assert two.statistics().hits == 0
