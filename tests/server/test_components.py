"""The components' code as a file of the server: kept by browsers, and asked for once it is there."""

import shutil
import subprocess

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cnnviz.components import library
from cnnviz.components.code import LINK, MODULE, NAMES, PATH, SERVED
from cnnviz.server.components import components_path, components_route, serve_components


@pytest.fixture
def client():
    return TestClient(Starlette(routes=[components_route()]))


def test_it_is_the_module_and_stays_what_it_is(client):
    answer = client.get(f"/{components_path()}")
    assert (answer.status_code, answer.text) == (200, MODULE)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]


def test_the_code_of_another_version_is_not_there(client):
    assert client.get("/api/components-0123456789abcdef.js").status_code == 404


def test_pages_ask_for_it_only_where_a_server_has_it(monkeypatch):
    sent = []
    monkeypatch.setattr(library, "_sent", lambda **given: sent.append("sent"))
    monkeypatch.setattr(library, "_linked", lambda **given: sent.append("linked"))
    monkeypatch.setattr(SERVED, "_flag", False)
    library.bring_library()
    serve_components()
    library.bring_library()
    assert sent == ["sent", "linked"]
    assert PATH in LINK


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_it_has_every_component_under_its_name(tmp_path):
    file = tmp_path / "module.mjs"
    told = "console.log(Object.keys(Object.values(window.cnnviz).find((each) => !Array.isArray(each))).join());"
    file.write_text(f"globalThis.window = globalThis;\n{MODULE}\n{told}")
    done = subprocess.run(["node", file], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert tuple(done.stdout.strip().split(",")) == NAMES
