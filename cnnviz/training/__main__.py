"""Train a shipped model, or the networks of a shipped curve: python -m cnnviz.training NAME [--data-root DIR]."""

import argparse
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile

from cnnviz.errors import CnnvizError
from cnnviz.training.recipes import CURVES, GO, RECIPES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m cnnviz.training", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give a parser what a run of training takes."""
    names = sorted([*RECIPES, *CURVES, *GO])
    parser.add_argument("name", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--data-root", type=Path, help="a folder with the data set; without it, it is downloaded")
    parser.add_argument("--seed", type=_seed, default=0, help="a whole number, 0 unless said otherwise")
    parser.add_argument("--epochs", type=_epochs, help="instead of the recipe's own number")
    parser.add_argument("--out", type=Path, help="where to write, instead of assets/weights or assets/curves")


def run(arguments: argparse.Namespace) -> int:
    """Train, and print the accuracy; return 1, with one sentence on stderr, where it can't be done."""
    from cnnviz.assets import CURVES as FOLDER
    from cnnviz.assets import WEIGHTS
    from cnnviz.training.go_policy import measure as train_on_games
    from cnnviz.training.loop import train

    out = arguments.out or (FOLDER if arguments.name in CURVES else WEIGHTS)
    try:
        _check(out)
        if arguments.name in CURVES:
            measure = import_module(CURVES[arguments.name]).measure
            how = {"data_root": arguments.data_root, "seed": arguments.seed, "epochs": arguments.epochs}
            print(measure(**how, out=out))
            return 0
        card = (train_on_games if arguments.name in GO else train)(
            arguments.name,
            data_root=arguments.data_root,
            seed=arguments.seed,
            epochs=arguments.epochs,
            out=out,
        )
    except CnnvizError as error:
        print(error, file=sys.stderr)
        return 1
    bar = card["bar"]
    print(f"{card['name']}: accuracy {card['accuracy']:.2%}" + (f", bar {bar:.2%}" if bar else ""))
    return 0


def _check(out: Path) -> None:
    """Raise CnnvizError where nothing can be written to a folder, which would be told after hours of training."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=out):
            pass
    except OSError as error:
        why = error.strerror
        raise CnnvizError(f"Nothing can be written to {out} ({why}); name another folder with --out.") from None


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"{text!r} is no seed; it should be a whole number from 0 to {2**32 - 1}")
    return int(text)


def _epochs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"--epochs is {text} and should be at least 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
