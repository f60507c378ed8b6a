"""What HAProxy is told, held against HAProxy itself where it is installed."""

import re
import subprocess

import pytest

from cnnviz.errors import CnnvizError
from cnnviz.server import proxy


@pytest.mark.parametrize("embedded", [False, True])
@pytest.mark.parametrize("address", ["", "127.0.0.1", "::1"])
@pytest.mark.parametrize("spare", [None, 2])
def test_haproxy_understands_it(tmp_path, embedded, address, spare):
    try:
        program = proxy.program()
    except CnnvizError as error:
        pytest.skip(str(error))
    file = tmp_path / "haproxy.cfg"
    orders = str(tmp_path / "orders")
    told = proxy.configuration(9401, [9402, 9403], 1024, orders, spare=spare, address=address, embedded=embedded)
    file.write_text(told)
    done = subprocess.run([program, "-c", "-f", str(file)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr


def test_every_worker_has_a_cookie_of_its_own():
    lines = proxy.configuration(9401, [9402, 9403, 9404], 1024, "orders", spare=3).splitlines()
    servers = [re.fullmatch(r"\tserver \S+ 127\.0\.0\.1:(\d+) cookie (\d) weight (\d+)", line) for line in lines]
    found = [each.groups() for each in servers if each]
    assert found == [("9402", "1", "100"), ("9403", "2", "100"), ("9404", "3", "0")]


def test_a_cookie_in_another_sites_frame_says_what_browsers_ask_of_it():
    told = proxy.configuration(9401, [9402], 1024, "orders", embedded=True)
    assert re.search(r"^\tcookie cnnviz_front .* secure attr SameSite=None attr Partitioned$", told, re.MULTILINE)


def test_it_never_wants_more_files_than_there_are():
    for files in (1024, 4096, 65_536):
        most = int(re.search(r"^\tmaxconn (\d+)$", proxy.configuration(9401, [9402], files, "orders"), re.MULTILINE)[1])
        assert 2 * most + 100 < files


def test_without_haproxy_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(proxy.shutil, "which", lambda *arguments, **keywords: None)
    with pytest.raises(CnnvizError, match="apt-get install haproxy, or leave --workers out"):
        proxy.program()
