"""A room as a value, and the acts that lead from one to the next: who is there, where the teacher is, what is asked.

It knows no clock, no address and no network. Members are known by the SHA-256 of their tokens alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cnnviz.server.rooms.checks import NICKNAME, Lesson, Question, RefusedError, one_line

MEMBERS = 500
HANDLE = 12  # letters of a member's digest, by which the teacher's page names one
ROUNDS = 200


@dataclass(frozen=True)
class Round:
    """A question that is closed, the screen that it was about, and how many chose each option."""

    number: int
    place: str
    question: Question
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Room:
    """A room; `teacher` and the keys of `members`, which have the nicknames, are digests of tokens.

    `here` are the members whose page is open. `place` is an address below the app's root, which pages go to while
    `following`. `question` is number `number` of the room; `answers` are the options chosen, by member, and change
    while it is `open`. `step` is that of the lesson, None before its first. `removed` are the members whom the teacher
    took out; nobody new comes in while it is `locked`.
    """

    code: str
    teacher: str
    opened: float
    members: Mapping[str, str] = field(default_factory=dict)
    here: frozenset[str] = frozenset()
    place: str = ""
    following: bool = True
    question: Question | None = None
    number: int = 0
    open: bool = False
    answers: Mapping[str, int] = field(default_factory=dict)
    rounds: tuple[Round, ...] = ()
    lesson: Lesson | None = None
    step: int | None = None
    removed: tuple[str, ...] = ()
    locked: bool = False

    @property
    def counts(self) -> tuple[int, ...]:
        """How many chose each option of the present question."""
        chosen = [*self.answers.values()]
        return tuple(map(chosen.count, range(len(self.question.options)))) if self.question else ()


def join(room: Room, member: str, nickname: str) -> Room:
    """Return the room with one member more, or with another nickname of one.

    Raise RefusedError where it is locked or full.
    """
    if member not in room.members and room.locked:
        raise RefusedError("locked")
    if member not in room.members and len(room.members) >= MEMBERS:
        raise RefusedError("full", most=MEMBERS)
    return replace(room, members={**room.members, member: one_line(nickname, NICKNAME)})


def leave(room: Room, member: str) -> Room:
    """Return the room without a member, whose answer to a closed question still counts."""
    members = {each: name for each, name in room.members.items() if each != member}
    answers = {each: option for each, option in room.answers.items() if each != member or not room.open}
    return replace(room, members=members, here=room.here - {member}, answers=answers)


def remove(room: Room, handle: str) -> Room:
    """Return the room without the members whose digest begins so, for whom it has no way back by the same token."""
    found = tuple(member for member in room.members if member[:HANDLE] == handle)
    for member in found:
        room = leave(room, member)
    # Who was taken out long ago is a stranger then, and comes in as little.
    return replace(room, removed=(*room.removed, *found)[-MEMBERS:])


def lock(room: Room, locked: bool) -> Room:
    """Return the room that nobody new comes into, or that is open to them again; members come back in any case."""
    return replace(room, locked=locked)


def arrive(room: Room, member: str) -> Room:
    """Return the room with a member's page open."""
    return replace(room, here=room.here | {member}) if member in room.members else room


def depart(room: Room, member: str) -> Room:
    """Return the room with a member's page closed; the member stays, for a reload comes back."""
    return replace(room, here=room.here - {member})


def go(room: Room, place: str) -> Room:
    """Return the room with the teacher at another place."""
    return replace(room, place=place)


def follow(room: Room, following: bool) -> Room:
    """Return the room whose pages follow, or no longer do."""
    return replace(room, following=following)


def ask(room: Room, question: Question) -> Room:
    """Return the room with a question to answer; one that is still open is closed before."""
    room = close(room)
    if len(room.rounds) >= ROUNDS:
        raise RefusedError("rounds", most=ROUNDS)
    return replace(room, question=question, number=room.number + 1, open=True, answers={})


def answer(room: Room, member: str, number: int, option: int) -> Room:
    """Return the room with a member's answer; raise RefusedError where that question is not open."""
    if room.question is None or not room.open or number != room.number:
        raise RefusedError("closed")
    if member not in room.members:
        raise RefusedError("stranger")
    if not 0 <= option < len(room.question.options):
        raise RefusedError("option", most=len(room.question.options))
    return replace(room, answers={**room.answers, member: option})


def close(room: Room) -> Room:
    """Return the room with its question closed, from when on its answer is shown; a closed one stays as it is."""
    if room.question is None or not room.open:
        return room
    done = Round(room.number, room.place, room.question, room.counts)
    return replace(room, open=False, rounds=(*room.rounds, done))


def clear(room: Room) -> Room:
    """Return the room without a question on its pages; one that is open is closed, and its answers are kept."""
    return replace(close(room), question=None, answers={})


def take_lesson(room: Room, lesson: Lesson | None) -> Room:
    """Return the room with a lesson, begun again unless the step that it was at is still there."""
    stays = lesson is not None and room.step is not None and room.step < len(lesson.steps)
    return replace(room, lesson=lesson, step=room.step if stays else None)


def take_step(room: Room, step: int) -> Room:
    """Return the room at a step of its lesson, counted from 0, and at its place; raise RefusedError without it."""
    if room.lesson is None or not 0 <= step < len(room.lesson.steps):
        raise RefusedError("step", most=0 if room.lesson is None else len(room.lesson.steps))
    return replace(clear(room), step=step, place=room.lesson.steps[step].place)
