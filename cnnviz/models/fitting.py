"""All that a file holds -> that part of it which fits a network whole, and the account of how it was matched."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import NamedTuple

from torch import Tensor, nn

from cnnviz.models import reparametrisation
from cnnviz.models.matching import Fit, is_counter, match, misfit, sizes
from cnnviz.models.parts import Part, left_out, main_part, parts, spare, unwrapped
from cnnviz.models.state_dict import CheckpointError, account, fill, sentence

State = Mapping[str, Tensor]
Adapt = Callable[[State], State]
_TRANSPOSED = nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d
Way = Callable[[State], "Iterator[_Chosen]"]

# Parts that fit as well as the one that is taken; each is found several times, once with each of its wrappers.
_MOST_OTHERS = 20


class _Chosen(NamedTuple):
    """A part that fits, its tensors by the network's names, and how they were matched where not by these."""

    part: Part
    state: State
    matched: Fit | None = None


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
    Of several parts that fit, an average of the weights comes first, as in timm: see `cnnviz.models.parts.parts`.
    Weights that are pruned or normalised are computed, where the network has none of that kind itself.
    Raises what `state_dict.fill` raises, of the part that comes nearest.
    """
    expected = model.state_dict()
    transposed = any(isinstance(module, _TRANSPOSED) for module in model.modules())
    resolved = reparametrisation.resolve(found, transposed=transposed)
    ways: list[Way] = [partial(_by_name, expected=expected, adapt=adapt)]
    if any_names:
        ways.append(partial(_by_shape, expected=expected, ordered=ordered))
    # A network that is pruned or normalised itself takes the parts as they are.
    wholes = [resolved.state, found] if resolved.computed else [found]
    fitting = ((whole, way, chosen) for way in ways for whole in wholes for chosen in way(whole))
    whole, way, chosen = next(fitting, (found, ways[0], None))
    if chosen is None:
        raise _misfit(resolved.state, expected, file_name, architecture, adapt, any_names)
    part, state, matched = chosen
    by_name = fill(model, state, file_name, architecture=architecture)
    used = {id(tensor) for tensor in state.values()}
    rest = {name: tensor for name, tensor in whole.items() if id(tensor) not in used and not is_counter(name)}
    others: dict[frozenset[int], str] = {}
    for each in islice(way(rest), _MOST_OTHERS):
        tensors, prefix = frozenset(map(id, each.state.values())), each.part.prefix.rstrip(".")
        others[tensors] = others.get(tensors) or prefix
    return replace(
        matched or by_name,
        part=part.prefix,
        left_out=left_out(whole, state.values(), part),
        others=tuple(filter(None, others.values())),
        computed=tuple(
            f"{name} from {' and '.join(names)}"
            for name, names in resolved.computed.items()
            if name in whole and id(whole[name]) in used
        ),
    )


def _by_name(found: State, expected: State, adapt: Adapt) -> Iterator[_Chosen]:
    needed = sizes(expected)
    possible = parts(found, least=len(needed))
    for part in chain(possible, (other for one in possible for other in unwrapped(one))):
        state = _without_spare(adapt(part.state), expected)
        if sizes(state) == needed:
            yield _Chosen(part, state)


def _by_shape(found: State, expected: State, ordered: bool) -> Iterator[_Chosen]:
    possible = parts(found, least=len(sizes(expected)))
    # What training alone needs has names that a layer of somebody's own may have as well.
    without = ((part, _without_spare(part.state, {})) for part in possible)
    for part, state in chain(((part, part.state) for part in possible), without):
        if matched := match(state, expected, ordered=ordered):
            yield _Chosen(part, {ours: state[theirs] for theirs, ours in matched.pairs}, matched)


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
    if why := reparametrisation.unresolved(part.state):
        return CheckpointError(f"{where} does not fit {architecture}: it {why}.", differences)
    if any_names and not named:
        why = misfit(_without_spare(state, {}), expected)
        return CheckpointError(f"{where} does not fit {architecture}: {why}.", differences)
    return CheckpointError(sentence(differences, where, architecture), differences)


def _without_spare(state: State, expected: State) -> State:
    gone = spare(state, expected)
    if not gone:
        return state
    rest = OrderedDict((name, tensor) for name, tensor in state.items() if name not in gone)
    if versions := getattr(state, "_metadata", None):
        rest._metadata = versions  # type: ignore[attr-defined]
    return rest
