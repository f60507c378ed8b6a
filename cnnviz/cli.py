"""The command: cnnviz serve | analyze | train."""

import argparse
import gc
import os
import re
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlencode

from cnnviz import assets, cli_models
from cnnviz.cli_models import Size
from cnnviz.errors import CnnvizError, ModelError

if TYPE_CHECKING:
    from torch import nn

    from cnnviz.design import Row
    from cnnviz.summary import Summary

PORT = 8501
_MOST = 256  # workers


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[:1].upper()}{message[1:]}; {self.prog} --help says what it takes.\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0, or 2 with one sentence on stderr where something is wrong."""
    given = _parser().parse_args(arguments)
    given.typed = sys.argv[1:] if arguments is None else [*arguments]
    try:
        run: Callable[[argparse.Namespace], int] = given.run
        return run(given)
    except CnnvizError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever reads, such as head, has seen enough; what is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    from cnnviz.training import __main__ as training

    parser = _Parser(prog="cnnviz", description="A laboratory for convolutional networks.")
    commands = parser.add_subparsers(metavar="serve | analyze | train", required=True)

    serve = commands.add_parser("serve", help="open the laboratory in the browser", description=_serve.__doc__)
    serve.add_argument("--port", type=_port, default=PORT, help=f"where it answers, {PORT} unless said otherwise")
    serve.add_argument("--workers", type=_count, default=1, help="how many processes serve, behind HAProxy if several")
    serve.add_argument("--behind", type=_port, help=argparse.SUPPRESS)  # the proxy's port, for one of several workers
    serve.add_argument(
        "--engine",
        default=os.environ.get("CNNVIZ_ENGINE") or "local",
        help="who runs the networks: local, as usual; ray, this "
        "machine's Ray cluster, started where there is none; or ray://HOST:PORT",
    )
    cli_models.add_arguments(serve)
    serve.set_defaults(run=_serve)

    analyze = commands.add_parser("analyze", help="what a network costs", description=_analyze.__doc__)
    analyze.add_argument(
        "network",
        help="resnet50, timm/vit_small_patch16_224, package.module:name or file.py:name of your own, whose code runs, "
        'file.py, which is read only, or "Conv 20 5 p2, ReLU, ..."',
    )
    analyze.add_argument("--size", type=cli_models.size, help="what it reads, such as 3x224x224")
    analyze.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    analyze.set_defaults(run=_analyze)

    train = commands.add_parser("train", help="train a shipped network again", description=_train.__doc__)
    training.add_arguments(train)
    train.set_defaults(run=_train)
    return parser


def _serve(given: argparse.Namespace) -> int:
    """Open the laboratory in the browser: one server for a class, until Ctrl+C."""
    if given.engine != "local":
        from cnnviz.engine import cluster

        if given.models:
            raise ModelError("Networks of one's own run on the local engine alone; leave out --engine or --model.")
        cluster.check(given.engine)
    os.environ["CNNVIZ_ENGINE"] = given.engine
    try:
        from streamlit.web.cli import main as streamlit
    except ImportError:
        raise ModelError('The laboratory needs Streamlit; install it with pip install "cnnviz[app]".') from None
    from cnnviz.server import addresses

    if given.behind is None:
        from cnnviz.server import environment

        environment.check()
        if given.workers > 1:
            from cnnviz.server import workers

            return workers.serve(given.workers, given.port, main, given.typed)
        # Before a network is built, and its address told.
        addresses.check_port(given.port)
    from cnnviz import models

    addresses.ask_nobody_outside()

    for name, fit in cli_models.register(given):
        card = models.card(name)
        print(f"{name} (input {'x'.join(map(str, card.input_size))}, outputs {len(card.classes):,}) opens at")
        print(f"  http://localhost:{given.behind or given.port}/activations?{urlencode({'model': name})}", flush=True)
        if fit:
            print(f"  with {card.weights}: {fit}", flush=True)
    # The folder stays: the operator's own code may look for its files there whenever a network is built.
    options = [*_settings(), "--server.port", str(given.port)]
    if given.behind is not None:
        # The proxy alone may ask, and it is the proxy's address that people open.
        options += ["--server.address", "127.0.0.1", "--logger.hideWelcomeMessage", "true"]
    streamlit(["run", str(assets.SERVER), *options], prog_name="cnnviz")
    return 0


def _settings() -> list[str]:
    """Return the project's settings as Streamlit's options: it looks for a file in the folder of the command alone."""
    sections = tomllib.loads((assets.ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    options: list[str] = []
    pairs: list[tuple[str, object]] = list(sections.items())
    for name, value in pairs:
        if isinstance(value, dict):
            pairs += [(f"{name}.{key}", each) for key, each in value.items()]
        else:
            options += [f"--{name}", str(value).lower() if isinstance(value, bool) else str(value)]
    return options


def _analyze(given: argparse.Namespace) -> int:
    """Print what a network costs: every layer's output, parameters and multiply-accumulates (MACs)."""
    from cnnviz.summary import to_json, to_table

    # Collections walk through all that torch brings, also at the end: a third of the time that this command takes.
    gc.disable()
    try:
        summary = _summary(given.network, given.size)
    finally:
        gc.freeze()
        gc.enable()
    print(to_json(summary) if given.json else to_table(summary))
    return 0


def _summary(text: str, size: Size | None) -> "Summary":
    from cnnviz.models import own_code

    if text.endswith(".py"):
        return _of_file(Path(text), size)
    if own_code.is_place(text):
        from cnnviz.models.input_size import input_size_of, sized
        from cnnviz.models.own_builds import made

        network = made(own_code.found(text), text)
        size = size or input_size_of(network)
        return _of_network(own_code.title(text), sized(network, size), size)
    from cnnviz import models

    if models.is_designed(text):
        return _of_network(text, models.load(text), size or models.card(text).input_size)
    if re.search(r"[\s,;]", text.strip()):
        return _of_line(text, size)
    return _of_name(text, size)


def _of_name(name: str, size: Size | None) -> "Summary":
    from cnnviz import models
    from cnnviz.models.architectures import TIMM, architecture, native_size
    from cnnviz.models.torchvision_models import names

    if name.startswith(TIMM) or name in names():
        return _of_network(name, architecture(name), size or native_size(name)[1:])
    if Path(name).exists():
        raise ModelError(
            f"{name} is no network; name one, such as resnet50, or code that makes one, such as net.py:Net."
        )
    return _of_network(name, models.load(name, random_seed=0), size or models.card(name).input_size)


def _of_network(name: str, network: "nn.Module", size: Size) -> "Summary":
    from cnnviz.analysis import analyze
    from cnnviz.summary import kinds_of, of_report

    return of_report(name, analyze(network, (1, *size)), kinds_of(network))


def _of_file(path: Path, size: Size | None) -> "Summary":
    from cnnviz.design import from_pytorch
    from cnnviz.design.pasted_input import with_input

    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it holds no text"
        raise ModelError(f"{path} cannot be read: {why}.") from None
    if size is not None:
        return _of_rows(path.name, from_pytorch(source, (1, *size)), size)
    found = with_input(source)
    return _of_rows(path.name, found.rows, found.input_size)


def _of_line(text: str, size: Size | None) -> "Summary":
    from cnnviz.design import parse

    return _of_rows("Network", parse(text), size)


def _of_rows(name: str, rows: "tuple[Row, ...]", size: tuple[int, ...] | None) -> "Summary":
    from cnnviz.design import Evaluated, evaluate
    from cnnviz.design.usual_inputs import first_that_fits, usual_sizes
    from cnnviz.summary import of_design

    def evaluated(size: tuple[int, ...]) -> Evaluated:
        network = evaluate(rows, (1, *size))
        if network.error_at is not None:
            raise ModelError(f"Row {network.error_at + 1}, {network.lines[network.error_at].text}: {network.error}")
        return network

    return of_design(name, evaluated(size or first_that_fits(usual_sizes(), evaluated)))


def _train(given: argparse.Namespace) -> int:
    """Train a shipped network again, as its recipe says, and write its weights and its card."""
    from cnnviz.training import __main__ as training

    return 2 if training.run(given) else 0


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= _MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of workers; it should be from 1 to {_MOST}")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; it should be a number from 1 to 65535")
    return int(text)
