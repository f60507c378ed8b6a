"""How many people a process serves, and how many processes a crowd needs: a queue with the measured service times.

    python bench/scale.py

A process is one queue: nearly all of an act's processor time holds Python's global interpreter lock, so acts run one
after another. A person waits for the answer, then thinks, and acts again; where the answer comes late, so does the next
act. What bench/sessions.py measured sets the constants; docs/scale.md says what follows.
"""

import heapq
import math
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from statistics import median

# bench/sessions.py with 60 people and an act every 2 s: 23 ms of processor time an act, 0.13 s median, 0.17 s p95.
SERVICE = 0.023
MEDIAN, P95, PEOPLE, EVERY = 0.13, 0.17, 60, 2.0
# What of those 0.13 s is no processor time of the server's: rests between steps, the sockets, the clients themselves.
# It and the spread of the service times are set so that the crowd of that benchmark gets its median and its p95.
LATENCY = 0.106
SPREAD = 0.6  # standard deviation of an act's service time over its mean
GOAL = 0.4  # seconds, p95

Gap = Callable[[], float]


def answers(
    people: int, gaps: Sequence[Gap], service: Gap, *, acts: int, warm: int, starts: Sequence[float]
) -> Iterator[float]:
    """Yield the seconds in the queue and in service of `acts` acts after `warm` others, by the order of arrival.

    Person i's first act comes at starts[i], each other gaps[i]() after the last one came or when that was answered,
    whichever is later.
    """
    due = [(starts[person], person) for person in range(people)]
    heapq.heapify(due)
    free = 0.0
    for number in range(warm + acts):
        came, person = due[0]
        free = max(free, came) + service()
        heapq.heapreplace(due, (max(came + gaps[person](), free + LATENCY), person))
        if number >= warm:
            yield free - came


def gamma(mean: float, spread: float, chance: random.Random) -> Gap:
    """Return draws of a mean and a spread, the standard deviation over the mean; 1 makes them exponential."""
    shape = 1 / spread**2
    return lambda: chance.gammavariate(shape, mean / shape)


def in_step(people: int, every: float, acts: int) -> list[float]:
    """Return the seconds of each act of bench/sessions.py's people: evenly apart, and as regular as a clock."""
    chance = random.Random(0)
    starts = [every * person / people for person in range(people)]
    service = gamma(SERVICE, SPREAD, chance)
    waits = answers(people, [lambda: every] * people, service, acts=acts, warm=acts // 10, starts=starts)
    return [LATENCY + seconds for seconds in waits]


def at_will(people: int, every: float, acts: int, seed: int = 0) -> list[float]:
    """Return the seconds of each act of people who act when they like: exponential gaps with a mean of `every`."""
    chance = random.Random(seed)
    gap, service = gamma(every, 1, chance), gamma(SERVICE, SPREAD, chance)
    # What is left of an exponential gap is exponential too, so the acts come at their rate from the beginning.
    starts = [gap() for _ in range(people)]
    waits = answers(people, [gap] * people, service, acts=acts, warm=acts // 5, starts=starts)
    return [LATENCY + seconds for seconds in waits]


def p95(values: Sequence[float]) -> float:
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def most_people(every: float, acts: int) -> int:
    """Return the largest crowd of which one process answers 95 % of acts within GOAL."""
    low, high = 1, math.ceil(2 * every / SERVICE)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if p95(at_will(middle, every, acts)) <= GOAL else (low, middle - 1)
    return low


def at_random(people: int, processes: int, every: float, acts: int) -> list[float]:
    """Return the seconds of acts where each person is sent to any of the processes, as a hash of addresses does it."""
    chance, looked_at = random.Random(1), min(processes, 40)
    mean = people / processes
    everything: list[float] = []
    for number in range(looked_at):
        # A process' share of the crowd is binomial, drawn here by its normal limit.
        here = max(1, round(chance.gauss(mean, math.sqrt(mean * (1 - 1 / processes)))))
        everything += at_will(here, every, max(1, round(acts * here / (mean * looked_at))), seed=number)
    return everything


def processes_at_random(people: int, every: float, evenly: int, acts: int) -> int:
    """Return the least number of processes for GOAL where people are sent at random, no less than `evenly`."""
    low, high = evenly, 2 * evenly + 2
    while low < high:
        middle = (low + high) // 2
        late = p95(at_random(people, middle, every, acts))
        low, high = (low, middle) if late <= GOAL else (middle + 1, high)
    return low


def main() -> None:
    step = in_step(PEOPLE, EVERY, 20_000)
    print(f"in step, {PEOPLE} people every {EVERY:g} s: median {median(step):.3f}, p95 {p95(step):.3f} s")
    print(f"measured:                          median {MEDIAN:.3f}, p95 {P95:.3f} s\n")
    print("| an act every | people | busy | median s | p95 s |\n|---|---|---|---|---|")
    for every, crowds in ((2.0, (30, 60, 70, 75, 80, 85, 100)), (20.0, (300, 600, 700, 750, 800, 850, 1000))):
        for people in crowds:
            taken = at_will(people, every, 30_000)
            busy = people / every * SERVICE
            print(f"| {every:g} s | {people} | {busy:.0%} | {median(taken):.2f} | {p95(taken):.2f} |")
    print("\n| people | an act every | busy cores | processes, filled evenly | processes, filled at random |")
    print("|---|---|---|---|---|")
    for every in (2.0, 20.0):
        most = most_people(every, 30_000)
        print(f"(one process serves {most} with an act every {every:g} s)", file=sys.stderr)
        for people in (200, 10_000, 1_000_000):
            evenly = math.ceil(people / most)
            chance = processes_at_random(people, every, evenly, 60_000)
            print(f"| {people:,} | {every:g} s | {people / every * SERVICE:,.1f} | {evenly:,} | {chance:,} |")


if __name__ == "__main__":
    main()
