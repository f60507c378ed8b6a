"""Layers whose weights are a table: linear layers and embeddings."""

from collections.abc import Sequence
from functools import partial
from math import prod

from cnnviz.arithmetic.checks import tensor, whole_number
from cnnviz.arithmetic.costs import linear_parameters, matmul_macs
from cnnviz.arithmetic.formulas import BATCH, Term, product, total
from cnnviz.arithmetic.mixtures import mixed
from cnnviz.arithmetic.record import Layer, Size, Step
from cnnviz.errors import ShapeError


def linear(input_size: Sequence[int], *, out_features: int, bias: bool = True) -> Layer:
    """Return a linear layer on the last axis of (N, ..., in_features), as torch.nn.Linear. Raises ShapeError.

    An input (N, T, in_features) takes T times the MACs of (N, in_features), with the same parameters.
    """
    size = tensor("Linear", input_size, 2)
    output = (*size[:-1], whole_number("number of output features", out_features))
    macs = matmul_macs(output, size[-1])
    reads = mixed(size, {len(size) - 1})
    return Layer(
        "Linear",
        size,
        output,
        weights=linear_parameters(size[-1], out_features, bias=False),
        biases=out_features * bias,
        macs=macs,
        operations=2 * macs + prod(output) * bias,
        window=reads.window,
        whole=reads.whole,
        unseen=(0,) * len(size[2:]),
        saves=("input",),
        links=reads.links,
        explain=partial(_linear_steps, size, out_features, bias),
    )


def _linear_steps(size: Size, out_features: int, bias: bool) -> tuple[Step, ...]:
    given: Term = (r"F_\text{in}", size[-1])
    made: Term = (r"F_\text{out}", out_features)
    rows: tuple[Term, ...] = ((BATCH, size[0]), *(("T", extent) for extent in size[1:-1]))
    weights, biases = size[-1] * out_features, out_features * bias
    return (
        product("features", out_features, made),
        product("weights", weights, made, given),
        *((product("biases", biases, made),) if bias else ()),
        total(weights, biases),
        product("macs", prod(size[:-1]) * weights, *rows, made, given),
    )


def embedding(
    input_size: Sequence[int],
    *,
    num_embeddings: int,
    embedding_dim: int,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Layer:
    """Return a table's rows for the indices of (N, ...), as torch.nn.Embedding: (N, ..., embedding_dim).

    Nothing is multiplied. Training keeps the indices, 8 bytes each. Raises ShapeError.
    """
    size = tensor("Embedding", input_size, 1)
    rows = whole_number("number of embeddings", num_embeddings)
    columns = whole_number("embedding dimension", embedding_dim)
    if padding_idx is not None and not -rows <= padding_idx < rows:
        raise ShapeError(f"The padding index is {padding_idx}; a table of {rows} rows has {-rows} to {rows - 1}.")
    return Layer(
        "Embedding",
        size,
        (*size, columns),
        weights=rows * columns,
        unseen=(0,) * len(size[2:]),
        saved_bytes=8 * prod(size),
        explain=partial(_embedding_steps, rows, columns),
    )


def _embedding_steps(rows: int, columns: int) -> tuple[Step, ...]:
    made: Term = (r"F_\text{out}", columns)
    return (
        product("features", columns, made),
        product("weights", rows * columns, (r"\text{rows}", rows), made),
        total(rows * columns, 0),
    )
