"""The command: cnnviz serve | analyze | train."""

import argparse
import gc
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from cnnviz import assets
from cnnviz.errors import CnnvizError, ModelError

if TYPE_CHECKING:
    from torch import nn

    from cnnviz.design import Row
    from cnnviz.summary import Summary

Size = tuple[int, int, int]

PORT = 8501
# A name of Python's, a colon, and another: what is imported and called.
_FACTORY = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[:1].upper()}{message[1:]}; {self.prog} --help says what it takes.\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0, or 2 with one sentence on stderr where something is wrong."""
    given = _parser().parse_args(arguments)
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
    serve.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="MODULE:FACTORY[=WEIGHTS]",
        help="your own network, by the function that makes it; its code runs. May be given several times",
    )
    serve.add_argument("--size", type=_size, help="what those networks read, such as 3x224x224, where it isn't plain")
    serve.add_argument("--engine", default="local", help="who runs the networks: local, or ray://HOST:PORT")
    serve.set_defaults(run=_serve)

    analyze = commands.add_parser("analyze", help="what a network costs", description=_analyze.__doc__)
    analyze.add_argument(
        "network", help='resnet50, timm/vit_small_patch16_224, MODULE:FACTORY, FILE.py, or "Conv 20 5 p2, ReLU, ..."'
    )
    analyze.add_argument("--size", type=_size, help="what it reads, such as 3x224x224")
    analyze.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    analyze.set_defaults(run=_analyze)

    train = commands.add_parser("train", help="train a shipped network again", description=_train.__doc__)
    training.add_arguments(train)
    train.set_defaults(run=_train)
    return parser


def _serve(given: argparse.Namespace) -> int:
    """Open the laboratory in the browser: one server for a class, until Ctrl+C."""
    if given.engine != "local" and not given.engine.startswith("ray://"):
        raise ModelError(f"There is no engine {given.engine!r}; it should be local, or ray://HOST:PORT.")
    if given.engine != "local":
        raise ModelError(
            f"The engine {given.engine} isn't built yet; leave --engine out, and this machine runs the networks."
        )
    try:
        from streamlit.web.cli import main as streamlit
    except ImportError:
        raise ModelError('The laboratory needs Streamlit; install it with pip install "cnnviz[app]".') from None
    for text in given.model:
        _register(text, given.size)
    # There Streamlit finds the project's settings; weights and modules of the operator's own are found by now.
    os.chdir(assets.ROOT)
    streamlit(["run", str(assets.SERVER), "--server.port", str(given.port)], prog_name="cnnviz")
    return 0


def _register(text: str, size: Size | None) -> None:
    from cnnviz import models
    from cnnviz.models.registered import made

    name, _, file = text.partition("=")
    weights = Path(file).expanduser().resolve() if file else None
    if weights and not weights.is_file():
        raise ModelError(f"There is no file of weights at {weights}.")
    factory = _imported(name)
    models.register(name, factory, models.card_of(name, made(factory, name), size), weights=weights)
    if weights:
        # A file that doesn't fit is told now, to the operator, and not later to a visitor.
        models.load(name)


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
    if text.endswith(".py"):
        return _of_file(Path(text), size)
    if _FACTORY.fullmatch(text):
        from cnnviz.models.input_size import input_size_of
        from cnnviz.models.registered import made

        network = made(_imported(text), text)
        return _of_network(text, network, size or input_size_of(network))
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


def _imported(text: str) -> "Callable[[], nn.Module]":
    """Return the function that MODULE:FACTORY names; its module is looked for where the command was given, too."""
    from importlib import import_module

    if not _FACTORY.fullmatch(text):
        raise ModelError(f"{text!r} names no function; write it as package.module:factory.")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    module, _, path = text.partition(":")
    try:
        found = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    # Whatever the operator's own module raises while it is imported.
    except Exception as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise ModelError(f"{text} cannot be imported: {reason or type(error).__name__}.") from error
    if not callable(found):
        raise ModelError(f"{text} is a {type(found).__name__}; it should be a function that makes a network.")
    factory: Callable[[], nn.Module] = found
    return factory


def _size(text: str) -> Size:
    found = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})[x×](\d{1,5})", text)
    if not found or not all(map(int, found.groups())):
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write channels, height and width as 3x224x224")
    channels, height, width = map(int, found.groups())
    return channels, height, width


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; it should be a number from 1 to 65535")
    return int(text)
