"""All that a file holds -> that part of it which fits a network whole, and the account of how it was matched."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import chain

from torch import Tensor, nn

from cnnviz.models.matching import Fit, match, misfit, sizes
from cnnviz.models.parts import Part, is_spare, left_out, main_part, parts, unwrapped
from cnnviz.models.state_dict import CheckpointError, account, fill, sentence

State = Mapping[str, Tensor]
Adapt = Callable[[State], State]


def fit(
    model: nn.Module,
    found: State,
    file_name: str,
    *,
    architecture: str,
    adapt: Adapt = lambda state: state,
    any_names: bool = False,
    ordered: bool = True,
) -> Fit:
    """Copy into a network that part of a file's tensors which fits it whole, and return which that was.

    `found` is what `cnnviz.models.checkpoints.read` gives, `adapt` renames what has names of another version. A network
    of somebody's own takes tensors of `any_names`: see `cnnviz.models.matching.match` for the rules, and for `ordered`.
    Raises what `state_dict.fill` raises, of the part that comes nearest.
    """
    expected = model.state_dict()
    chosen = _by_name(found, expected, adapt) or (_by_shape(found, expected, ordered) if any_names else None)
    if chosen is None:
        raise _misfit(found, expected, file_name, architecture, adapt, any_names)
    part, state, matched = chosen
    by_name = fill(model, state, file_name, architecture=architecture)
    return replace(matched or by_name, part=part.prefix, left_out=left_out(found, state.values(), part))


def _by_name(found: State, expected: State, adapt: Adapt) -> tuple[Part, State, None] | None:
    needed = sizes(expected)
    possible = parts(found, least=len(needed))
    for part in chain(possible, (other for one in possible for other in unwrapped(one))):
        state = _without_spare(adapt(part.state), expected)
        if sizes(state) == needed:
            return part, state, None
    return None


def _by_shape(found: State, expected: State, ordered: bool) -> tuple[Part, State, Fit] | None:
    possible = parts(found, least=len(sizes(expected)))
    # What training alone needs has names that a layer of somebody's own may have as well.
    without = ((part, _without_spare(part.state, {})) for part in possible)
    for part, state in chain(((part, part.state) for part in possible), without):
        if matched := match(state, expected, ordered=ordered):
            return part, {ours: state[theirs] for theirs, ours in matched.pairs}, matched
    return None


def _misfit(
    found: State, expected: State, file_name: str, architecture: str, adapt: Adapt, any_names: bool
) -> CheckpointError:
    """Return the error of the part that has most of a network's names, else of what the file is about."""

    def known(state: State) -> int:
        return len(state.keys() & expected.keys())

    adapted = ((part, _without_spare(adapt(part.state), expected)) for part in parts(found, least=len(expected) // 3))
    named = [(part, state) for part, state in adapted if 2 * known(state) >= len(expected)]
    main = main_part(found)
    part, state = max(named, key=lambda each: known(each[1]), default=(main, main.state))
    where = f"{file_name} (its part {part.prefix[:-1]})" if part.prefix else file_name
    differences = account(state, expected)
    if any_names and not named:
        why = misfit(_without_spare(state, {}), expected)
        return CheckpointError(f"{where} does not fit {architecture}: {why}.", differences)
    return CheckpointError(sentence(differences, where, architecture), differences)


def _without_spare(state: State, expected: State) -> State:
    spare = {name for name, tensor in state.items() if name not in expected and is_spare(name, tensor)}
    if not spare:
        return state
    rest = OrderedDict((name, tensor) for name, tensor in state.items() if name not in spare)
    if versions := getattr(state, "_metadata", None):
        rest._metadata = versions  # type: ignore[attr-defined]
    return rest
