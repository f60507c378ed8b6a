"""Large bytes of requests: sent once, under their SHA-256, and what arrives is what was sent."""

import pickle
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import pytest

from cnnviz.engine import Classify, ModelChoice, registry
from cnnviz.engine.parcels import LEAST, Inbox, Outbox
from tests.engine.test_requests import example


@dataclass(frozen=True)
class StandIn:
    number: int


class Post:
    """A store of bytes on the way, which counts what is put and got."""

    def __init__(self) -> None:
        self.store: list[Any] = []
        self.got = 0

    def put(self, content: Any) -> StandIn:
        self.store.append(content)
        return StandIn(len(self.store) - 1)

    def get(self, stand_in: StandIn) -> Any:
        self.got += 1
        return self.store[stand_in.number]

    def inbox(self, limit: int = 10**9) -> Inbox:
        return Inbox(self.get, lambda each: isinstance(each, StandIn), limit)


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
def test_what_arrives_is_what_was_sent_and_travels_light(kind: type, pictures: Any) -> None:
    request = example(kind, lambda number: pictures(number, 200, 300))
    post = Post()
    outbox, inbox = Outbox(post.put, 10**9), post.inbox()
    packed = outbox.packed(request)
    assert len(pickle.dumps(packed)) < LEAST
    assert packed == request  # a picture is known by its SHA-256
    arrived = inbox.unpacked(packed)
    assert arrived == request
    assert contents(arrived) == contents(request)
    large = {content for content in contents(request) if len(content) >= LEAST}
    assert len(post.store) == post.got == len(large)
    inbox.unpacked(outbox.packed(request))
    assert len(post.store) == post.got == len(large)


def test_what_was_forgotten_is_sent_again(pictures: Any) -> None:
    post = Post()
    outbox = Outbox(post.put, 400_000)
    requests = [Classify(ModelChoice("lenet-relu-mnist"), pictures(number, 200, 300)) for number in range(3)]
    for request in (*requests, requests[2], requests[0]):
        outbox.packed(request)
    # Two of 180 kB fit.
    assert len(post.store) == 4
    outbox.forget()
    outbox.packed(requests[0])
    assert len(post.store) == 5


def test_small_bytes_stay_in_their_request(pictures: Any) -> None:
    post = Post()
    request = Classify(ModelChoice.of_checkpoint("lenet-relu-mnist", b"weights", "mine.pth"), pictures(1, 20, 20))
    assert Outbox(post.put, 10**9).packed(request).model.checkpoint == b"weights"
    assert post.store == []
