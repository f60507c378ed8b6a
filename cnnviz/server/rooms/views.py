"""What a room is told as: JSON for its students, who learn no answer too early, and for its teacher; CSV afterwards."""

import csv
import io
import json
from dataclasses import asdict
from typing import Any

from cnnviz.server.rooms.checks import Lesson, Question, Step
from cnnviz.server.rooms.room import HANDLE, Room, Round


def for_students(room: Room) -> dict[str, Any]:
    """Return what every student may know: the right answer and the counts only once the question is closed."""
    at = None if room.lesson is None or room.step is None else room.lesson.steps[room.step]
    return {
        "code": room.code,
        "place": room.place,
        "following": room.following,
        "title": at.title if at else "",
        "sentence": at.sentence if at else "",
        "question": _question(room),
    }


def for_teacher(room: Room) -> dict[str, Any]:
    """Return what the teacher knows besides: who is there, how many have answered, and the step of the lesson."""
    asked = _question(room)
    return {
        **for_students(room),
        "question": asked and {**asked, "answered": len(room.answers)},
        "joined": len(room.members),
        "here": len(room.here),
        "locked": room.locked,
        "members": [
            {"handle": member[:HANDLE], "name": name, "here": member in room.here}
            for member, name in sorted(room.members.items(), key=lambda each: (not each[1], each[1].casefold()))
        ],
        "rounds": len(room.rounds),
        "step": room.step,
    }


def to_csv(room: Room) -> str:
    """Return the closed questions, an option a line, with how many chose it; no text is a formula to a spreadsheet."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(("question", "screen", "asked", "option", "right", "answers"))
    for each in room.rounds:
        for at, (option, count) in enumerate(zip(each.question.options, each.counts, strict=True)):
            right = int(at == each.question.right)
            asked = each.question.asked
            lines.writerow((each.number, _cell(each.place), _cell(asked), _cell(option), right, count))
    return out.getvalue()


def to_json(room: Room) -> str:
    """Return all of a room, to be kept elsewhere."""
    return json.dumps({**asdict(room), "here": sorted(room.here)}, separators=(",", ":"))


def from_json(text: str | bytes) -> Room:
    """Return the room that `to_json` was given."""
    kept = json.loads(text)
    rounds = (
        Round(**{**each, "question": _asked(each["question"]), "counts": (*each["counts"],)}) for each in kept["rounds"]
    )
    return Room(
        **{
            **kept,
            "here": frozenset(kept["here"]),
            "question": _asked(kept["question"]),
            "rounds": tuple(rounds),
            "removed": (*kept.get("removed", ()),),
            "lesson": _lesson(kept["lesson"]),
        }
    )


def _question(room: Room) -> dict[str, Any] | None:
    if (asked := room.question) is None:
        return None
    told = {"number": room.number, "asked": asked.asked, "options": asked.options, "open": room.open}
    return told if room.open else {**told, "right": asked.right, "why": asked.why, "counts": room.counts}


def _asked(kept: dict[str, Any] | None) -> Question | None:
    return None if kept is None else Question(**{**kept, "options": (*kept["options"],)})


def _lesson(kept: dict[str, Any] | None) -> Lesson | None:
    if kept is None:
        return None
    steps = tuple(Step(**{**each, "question": _asked(each["question"])}) for each in kept["steps"])
    return Lesson(kept["title"], steps)


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
