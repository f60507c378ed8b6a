"""The container's files and docs/deploy.md, held against the code: nothing here starts a container."""

import fnmatch
import http.server
import json
import re
import shlex
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml
from streamlit import config

from cnnviz import cli
from cnnviz.engine import cluster
from cnnviz.images.source import MAX_BYTES

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
PROXY = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
UNIT = (ROOT / "deploy" / "cnnviz.service").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
FRONTS = {name: service for name, service in SERVICES.items() if "build" in service}


def instructions(name):
    return [line.split(None, 1)[1] for line in DOCKERFILE.splitlines() if line.startswith(f"{name} ")]


def stages():
    return [stage for stage in re.split(r"^(?=FROM )", DOCKERFILE, flags=re.MULTILINE) if stage.startswith("FROM ")]


def read_by_the_code():
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "cnnviz").rglob("*.py"))
    return set(re.findall(r"\bCNNVIZ_[A-Z_]+\b", text))


def table():
    """The names of the table of environment variables, a row each."""
    section = GUIDE.split("## Environment variables")[1].split("\n## ")[0]
    return re.findall(r"^\| `([A-Z_]+)` \|", section, flags=re.MULTILINE)


def test_the_table_has_the_variables_that_the_code_reads():
    assert len(read_by_the_code()) >= 3
    assert {name for name in table() if name.startswith("CNNVIZ_")} == read_by_the_code()
    assert len(table()) == len(set(table()))
    assert set(re.findall(r"\bCNNVIZ_[A-Z_]+\b", GUIDE)) == read_by_the_code()


def test_streamlits_variables_are_settings_of_its_own_that_the_project_leaves_open():
    said = set(re.findall(r"\bSTREAMLIT_[A-Z_]+\b", GUIDE + UNIT))
    assert said
    options = {
        "STREAMLIT_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key.replace(".", "_")).upper()
        for key in config.get_config_options()
    }
    assert said <= options
    # What the project sets is given on the command line, which wins over the environment.
    given = {option[2:] for option in cli._settings()[::2]}
    fixed = {"STREAMLIT_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key.replace(".", "_")).upper() for key in given}
    assert "STREAMLIT_SERVER_MAX_UPLOAD_SIZE" in fixed
    assert not said & fixed


def test_front_ends_are_two_alike_that_may_write_only_to_memory_and_to_the_weights():
    assert len(FRONTS) == 2
    first, second = FRONTS.values()
    assert first == second
    assert first["read_only"] is True
    assert [path.split(":")[0] for path in first["tmpfs"]] == ["/tmp"]
    assert [volume.split(":")[1] for volume in first["volumes"]] == re.findall(r"TORCH_HOME=(\S+)", DOCKERFILE)
    # Only the proxy is to be reached from outside.
    assert "ports" not in first


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_held_back_and_bounded(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert re.fullmatch(r"\d+[MG]", service["deploy"]["resources"]["limits"]["memory"])
    for volume in service.get("volumes", ()):
        source = volume.split(":")[0]
        assert (ROOT / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"]


def test_variables_that_compose_hands_on_are_in_the_table():
    for front in FRONTS.values():
        assert set(front["environment"]) <= set(table())
    assert set(FRONTS["front-1"]["environment"]) >= read_by_the_code()


def test_photos_are_left_in_a_redis_that_writes_nothing_and_has_room_for_itself():
    photos = SERVICES["photos"]
    assert FRONTS["front-1"]["environment"]["CNNVIZ_REDIS"] == "${CNNVIZ_REDIS:-redis://photos:6379}"
    options = dict(zip(photos["command"][1::2], photos["command"][2::2], strict=True))
    assert (options["--save"], options["--appendonly"]) == ("", "no")
    # Only what has an end may be pushed out, and that is all there is.
    assert options["--maxmemory-policy"] == "volatile-ttl"
    most = int(options["--maxmemory"].removesuffix("mb"))
    assert most * 2**20 >= 20 * MAX_BYTES
    assert most * 1.25 <= int(photos["deploy"]["resources"]["limits"]["memory"].removesuffix("M"))
    assert "ports" not in photos


def test_the_proxy_knows_every_front_end_waits_for_it_and_keeps_visitors_there():
    upstreams = re.search(r"^\treverse_proxy (.+) \{$", PROXY, flags=re.MULTILINE)[1].split()
    assert upstreams == [f"{name}:{cli.PORT}" for name in FRONTS]
    assert SERVICES["proxy"]["depends_on"] == {name: {"condition": "service_healthy"} for name in FRONTS}
    assert re.search(r"^\t\tlb_policy cookie ", PROXY, flags=re.MULTILINE)
    assert re.search(r"^\t\thealth_uri /api/health$", PROXY, flags=re.MULTILINE)
    # A little more than Streamlit lets through, so that it is Streamlit's answer that a person gets.
    settings = dict(zip(cli._settings()[::2], cli._settings()[1::2], strict=True))
    most = int(re.search(r"max_size (\d+)MiB", PROXY)[1])
    assert most > int(settings["--server.maxUploadSize"])


def test_the_ray_head_answers_where_the_guide_and_the_engine_look_for_it():
    head = SERVICES["ray-head"]
    assert f"--ray-client-server-port={cluster.PORT}" in head["command"]
    assert f"CNNVIZ_ENGINE=ray://ray-head:{cluster.PORT}" in GUIDE
    assert head["healthcheck"]["test"][-1].split(":")[1] == head["command"][3].split("=")[1] == "6379"
    # The object store lies in shared memory, of which Docker gives 64 MB where nothing is said.
    store = next(int(each.split("=")[1]) for each in head["command"] if each.startswith("--object-store-memory="))
    assert store < int(head["shm_size"].removesuffix("m")) * 2**20
    assert {"RAY", "TORCH_INDEX"} == set(FRONTS["front-1"]["build"]["args"])
    assert set(FRONTS["front-1"]["build"]["args"]) <= {line.split("=")[0] for line in instructions("ARG")}
    # Without its profile nothing is built or started for it.
    assert head["profiles"] == ["ray"]


def test_the_image_serves_as_nobody_in_particular():
    last = stages()[-1]
    assert re.findall(r"^USER (.+)$", last, flags=re.MULTILINE) == ["10001"]
    assert re.findall(r"^EXPOSE (.+)$", last, flags=re.MULTILINE) == [str(cli.PORT)]
    assert not re.search(r"\bpip\b|apt-get|gcc", last)
    given = cli._parser().parse_args(json.loads(instructions("CMD")[0]))
    assert (given.run, given.port) == (cli._serve, cli.PORT)
    assert json.loads(instructions("ENTRYPOINT")[0]) == ["cnnviz"]


def test_what_the_image_is_built_from_is_not_left_out():
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    kept = [line[1:] for line in lines if line.startswith("!")]
    project = (ROOT / "pyproject.toml").read_text()
    wanted = {"pyproject.toml", "README.md", "LICENSE", "cnnviz"}
    wanted |= {path.split("/")[0] for path in re.findall(r'^"(.+)" = "cnnviz/_app/', project, flags=re.MULTILINE)}
    wanted |= {path.name for path in ROOT.glob("requirements*.txt")}
    assert len(wanted) > 8
    for path in wanted:
        assert any(fnmatch.fnmatch(path, pattern) for pattern in kept), path
    for pattern in kept:
        assert [*ROOT.glob(pattern)], pattern
    for path in ("tests", ".git", ".venv", "bench", "node_modules"):
        assert not any(fnmatch.fnmatch(path, pattern) for pattern in kept), path


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_images_health_check_tells_the_two_answers_apart(status, code):
    asked = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        command = json.loads(re.search(r"^HEALTHCHECK .*CMD (\[.+\])$", DOCKERFILE, flags=re.MULTILINE)[1])
        assert command[:2] == ["python", "-c"]
        program = command[2].replace(str(cli.PORT), str(server.server_port))
        assert program != command[2]
        done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, timeout=30)
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == code, done.stderr
    assert asked == ["/api/health"]


def test_the_guides_commands_are_understood_and_its_links_lead_somewhere():
    lines = [
        line for block in re.findall(r"^```sh\n(.*?)^```", GUIDE, flags=re.M | re.S) for line in block.splitlines()
    ]
    commands = [re.search(r"(?:^| |/)cnnviz (serve .*)$", line) for line in [*lines, *UNIT.splitlines()]]
    found = [shlex.split(match[1], comments=True) for match in commands if match]
    assert len(found) >= 3
    for command in found:
        assert cli._parser().parse_args(command).run is cli._serve, command
    for name in ("deploy.md", "scale.md"):
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        for link in re.findall(r"\]\((?!http)([^)#]+)\)", text):
            assert (ROOT / "docs" / link).exists(), link
