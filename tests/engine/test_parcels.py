"""Large bytes of requests: sent once, under their SHA-256, and what arrives is what was sent."""

import pickle
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest

from cnnviz.engine import Classify, ModelChoice, registry
from cnnviz.engine.parcels import LEAST, Inbox, Mark, MissingError, Outbox
from tests.engine.test_requests import example


def contents(value: Any) -> list[bytes]:
    """Every array and all bytes in a request, in order."""
    if isinstance(value, np.ndarray):
        return [value.tobytes()]
    if isinstance(value, bytes):
        return [value]
    if is_dataclass(value):
        return [found for each in fields(value) for found in contents(getattr(value, each.name))]
    return [found for each in value for found in contents(each)] if isinstance(value, tuple) else []


@pytest.mark.parametrize("kind", registry.ROWS, ids=lambda kind: kind.__name__)
def test_what_arrives_is_what_was_sent_and_travels_light_from_then_on(kind: type, pictures: Any) -> None:
    request = example(kind, lambda number: pictures(number, 200, 300))
    outbox, inbox = Outbox(10**9), Inbox(10**9)
    sizes = []
    for _ in range(3):
        sent = pickle.dumps(outbox.packed(request))
        sizes.append(len(sent))
        packed = pickle.loads(sent)
        assert packed == request  # a picture is known by its SHA-256
        arrived = inbox.unpacked(packed)
        assert arrived == request
        assert contents(arrived) == contents(request)
    large = {content for content in contents(request) if len(content) >= LEAST}
    assert max(sizes[1:]) < LEAST
    assert sum(map(len, large)) <= sizes[0] < sum(map(len, large)) + LEAST


def test_what_was_forgotten_is_sent_again(pictures: Any) -> None:
    outbox = Outbox(400_000)
    requests = [Classify(ModelChoice("lenet-relu-mnist"), pictures(number, 200, 300)) for number in range(3)]
    # Two of 180 kB fit.
    packed = [outbox.packed(request) for request in (*requests, requests[2], requests[0])]
    assert [each.picture.pixels is Mark.SENT for each in packed] == [False, False, False, True, False]
    assert outbox.packed(requests[0]).picture.pixels is Mark.SENT
    assert outbox.packed(requests[0], whole=True) == requests[0]
    assert outbox.packed(requests[0], whole=True).picture.pixels is requests[0].picture.pixels


def test_a_mark_for_what_is_not_kept_is_no_request(pictures: Any) -> None:
    outbox, full = Outbox(10**9), Inbox(400_000)
    requests = [Classify(ModelChoice("lenet-relu-mnist"), pictures(number, 200, 300)) for number in range(3)]
    for request in requests:
        full.unpacked(outbox.packed(request))
    assert full.unpacked(outbox.packed(requests[2])).picture.pixels is requests[2].picture.pixels
    for inbox in (full, Inbox(10**9)):
        with pytest.raises(MissingError):
            inbox.unpacked(outbox.packed(requests[0]))
        assert inbox.unpacked(outbox.packed(requests[0], whole=True)) == requests[0]
        assert inbox.unpacked(outbox.packed(requests[0])).picture.pixels is requests[0].picture.pixels


def test_small_bytes_stay_in_their_request(pictures: Any) -> None:
    request = Classify(ModelChoice.of_checkpoint("lenet-relu-mnist", b"weights", "mine.pth"), pictures(1, 20, 20))
    outbox = Outbox(10**9)
    for _ in range(2):
        assert outbox.packed(request).model.checkpoint == b"weights"
