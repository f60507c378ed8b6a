"""Photos that processes leave for each other, in a real Redis where there is one."""

import hashlib
import logging
import shutil
import socket
import subprocess
import time

import pytest

from cnnviz.images.source import MAX_BYTES
from cnnviz.ui.photo_store import CLASSES, KEPT, PhotoStore

redis = pytest.importorskip("redis", reason="redis-py is not installed")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address of a Redis of this test's own."""
    if (program := shutil.which("redis-server")) is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, cwd=tmp_path_factory.mktemp("redis"), stdout=subprocess.DEVNULL)
    found, deadline = f"redis://127.0.0.1:{port}", time.monotonic() + 30
    while not PhotoStore(found).reach() and time.monotonic() < deadline:
        time.sleep(0.05)
    yield found
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture
def inside(address):
    """A look into Redis itself, which is empty."""
    client = redis.Redis.from_url(address)
    client.flushall()
    return client


def test_what_one_process_leaves_another_finds(address, inside):
    photo = bytes(range(256)) * 40
    PhotoStore(address).leave("anna", photo)
    other = PhotoStore(address)
    assert other.find("anna") == photo
    assert other.find("ben") is None
    other.leave("anna", b"another")
    assert PhotoStore(address).find("anna") == b"another"


def test_a_sessions_photo_and_its_classes_are_two(address, inside):
    store = PhotoStore(address)
    store.leave("anna", b"photo")
    store.leave("anna", b"classes", CLASSES)
    assert PhotoStore(address).find("anna") == b"photo"
    assert PhotoStore(address).find("anna", CLASSES) == b"classes"
    assert len(list(inside.scan_iter())) == 4


def test_it_is_kept_for_an_hour_under_its_sha_256_and_no_session_is_named(address, inside):
    PhotoStore(address).leave("anna", b"photo")
    keys = sorted(key.decode() for key in inside.scan_iter())
    digest, session = (hashlib.sha256(each).hexdigest() for each in (b"photo", b"anna"))
    assert keys == sorted([f"cnnviz:photo:{digest}", f"cnnviz:session:{session}"])
    assert KEPT == 60 * 60
    assert all(KEPT - 60 < inside.ttl(key) <= KEPT for key in keys)


def test_the_same_photo_of_many_is_there_once(address, inside):
    photo = b"x" * MAX_BYTES
    store = PhotoStore(address)
    for name in "abc":
        store.leave(name, photo)
    assert sum(inside.strlen(key) for key in inside.keys("cnnviz:photo:*")) == MAX_BYTES


def test_a_file_that_was_changed_is_not_taken(address, inside):
    store = PhotoStore(address)
    store.leave("anna", b"photo")
    [key] = inside.keys("cnnviz:photo:*")
    inside.set(key, b"another")
    assert store.find("anna") is None
    inside.delete(key)
    assert store.find("anna") is None


def test_one_that_is_down_is_told_once_not_asked_for_a_while_and_asked_again_then(caplog):
    now = 0.0
    store = PhotoStore(f"redis://:secret@127.0.0.1:{free_port()}", lambda: now)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            store.leave("anna", b"photo")
            assert store.find("anna") is None
    [record] = caplog.records
    assert record.getMessage() == "CNNVIZ_REDIS does not answer (ConnectionError); photos stay in memory."
    now = 31.0
    assert not store.reach()
    assert len(caplog.records) == 2


def test_one_that_hangs_holds_nobody_up_for_long():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        store = PhotoStore(f"redis://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        for _ in range(5):
            assert store.find("anna") is None
        assert time.monotonic() - began < 4


def test_one_that_is_full_is_no_error(address, inside):
    before = inside.config_get("maxmemory")["maxmemory"]
    inside.config_set("maxmemory", 1)
    try:
        store = PhotoStore(address)
        store.leave("anna", b"photo")
        assert store.find("anna") is None
    finally:
        inside.config_set("maxmemory", before)


@pytest.mark.parametrize("address", ["localhost:6379", "lots", "redis://localhost:port"])
def test_what_is_no_address_is_told(caplog, address):
    store = PhotoStore(address)
    assert [record.getMessage() for record in caplog.records] == [
        "CNNVIZ_REDIS should be an address such as redis://localhost:6379."
    ]
    store.leave("anna", b"photo")
    assert store.find("anna") is None


def test_without_an_address_nothing_is_kept(caplog):
    store = PhotoStore("")
    store.leave("anna", b"photo")
    assert (store.find("anna"), store.reach(), caplog.records) == (None, False, [])


def test_without_redis_py_it_says_what_to_install(monkeypatch, caplog):
    monkeypatch.setitem(__import__("sys").modules, "redis", None)
    assert PhotoStore("redis://localhost:6379").find("anna") is None
    assert 'pip install "cnnviz[redis]"' in caplog.records[0].getMessage()
