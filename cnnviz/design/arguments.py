"""What PyTorch's class of a layer takes, with the arguments that follow from the tensor that arrives."""

from collections.abc import Iterable

from cnnviz.design import vocabulary
from cnnviz.design.evaluation import Evaluated, evaluate
from cnnviz.design.rows import Row, Setting
from cnnviz.errors import ModelError

Size = tuple[int, ...]


def arguments(row: Row, arrives: Size) -> dict[str, Setting]:
    """Return the arguments of a layer or a block for a tensor of size `arrives`, (N, C, ...), in PyTorch's order."""
    if row.kind in vocabulary.BLOCK_ARGUMENTS:
        return {"in_channels": arrives[1], **row.given}
    found: dict[str, Setting] = {}
    for name in vocabulary.TORCH_ARGUMENTS[row.kind]:
        if name in vocabulary.INPUTS:
            found[name] = arrives[-1] if name == "in_features" else arrives[1]
        elif name in row.given:
            found[name] = row.given[name]
    return found


def working(rows: Iterable[Row], input_size: Size) -> Evaluated:
    """Return the evaluation of a network whose rows all work; raises ModelError with the sentence of a bad one."""
    report = evaluate(rows, input_size)
    if not report.lines:
        raise ModelError("The network has no rows; it should have one at least, such as Conv 20 5.")
    if report.error_at is not None:
        line = report.lines[report.error_at]
        raise ModelError(f"Row {report.error_at + 1}, {line.text}, cannot work: {line.error}")
    return report
