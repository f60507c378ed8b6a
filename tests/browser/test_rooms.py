"""A class in real browsers: a teacher and a student through a whole ready lesson, and what can go wrong on the way."""

import json
import re

import pytest
from playwright.sync_api import expect

from cnnviz import lessons
from cnnviz.ui.room.lessons import lesson, ready
from tests.browser.ready import SLOW, settle, wait_until
from tests.server.rooms.serving import Somebody, until
from tests.server.rooms.serving import joined as joined_alone
from tests.server.rooms.serving import opened as opened_alone

pytest.importorskip("segno", reason="segno is not installed: pip install -r requirements.txt")


def titles(step):
    """Return the title of the screen that a step is on."""
    return lessons.labels("en", step["place"].partition("?")[0])["title"]


@pytest.fixture
def app(serve):
    return serve("app.py")


def opened(visit, app, **options):
    """Return a teacher's page with an open room, and its code."""
    page = visit(f"{app}/room", first=True, **options)
    page.get_by_role("button", name="Open a room").click()
    code = page.locator("p.big")
    code.wait_for(timeout=SLOW)
    return page, code.inner_text()


def joined(visit, app, code, nickname="", **options):
    """Return a student's page that has joined, with the code from the link."""
    page = visit(f"{app}/room?code={code}", first=True, **options)
    page.get_by_label("Nickname").fill(nickname)
    page.get_by_role("button", name="Join", exact=True).click()
    page.get_by_text(f"Room {code}").first.wait_for(timeout=SLOW)
    return page


def at(page, title):
    """Wait until a page is on a screen."""
    page.locator("h1", has_text=re.compile(f"^{title}$")).wait_for(timeout=SLOW)


def pressed(page, name):
    """Press a button by the keyboard."""
    button = page.get_by_role("button", name=name, exact=True).first
    button.wait_for(timeout=SLOW)
    button.focus()
    page.keyboard.press("Enter")


def test_a_whole_ready_lesson_by_keyboard(visit, app):
    teacher, code = opened(visit, app)
    student = joined(visit, app, code, "Anna", width=390, height=844)
    teacher.get_by_text("1 student here").first.wait_for(timeout=SLOW)
    teacher.get_by_text("1 student in the room").click()
    expect(teacher.locator(".people")).to_contain_text("Anna")
    choice = teacher.get_by_label("Take a ready lesson")
    choice.focus()
    teacher.keyboard.press("ArrowDown")
    steps = lesson("convolution", "en")["steps"]
    teacher.get_by_role("button", name="Go to step 1", exact=True).wait_for(timeout=SLOW)
    pressed(teacher, "Present")
    for number, step in enumerate(steps):
        if number:
            settle(teacher)
            teacher.evaluate("document.activeElement?.blur()")
            teacher.keyboard.press("PageDown")
        student.get_by_text(step["sentence"]).wait_for(timeout=SLOW)
        for page in (teacher, student):
            at(page, titles(step))
        if step["question"] is None:
            continue
        settle(teacher)
        teacher.evaluate("document.activeElement?.blur()")
        teacher.keyboard.press("q")
        right = step["question"]["options"][step["question"]["right"]]
        pressed(student, right)
        teacher.get_by_text("1 of 1 have answered").wait_for(timeout=SLOW)
        teacher.evaluate("document.activeElement?.blur()")
        teacher.keyboard.press("q")
        student.get_by_text("Right.").wait_for(timeout=SLOW)
        teacher.get_by_text("1 · 100%").wait_for(timeout=SLOW)
        teacher.keyboard.press("q")
        student.get_by_text("Right.").wait_for(state="hidden", timeout=SLOW)
    teacher.keyboard.press("Escape")
    pressed(teacher, "Class")
    with teacher.expect_download() as download:
        pressed(teacher, "Results as CSV")
    table = download.value.path().read_text()
    asked = sum(step["question"] is not None for step in steps)
    assert len(re.findall(r",1,1$", table, re.MULTILINE)) == asked


@pytest.fixture
def teacher(app):
    """A teacher who speaks with the server alone, without a page."""
    return opened_alone(int(app.rpartition(":")[2]))


def kernel_size(page):
    return page.get_by_role("spinbutton", name="Kernel size")


def test_a_page_goes_where_the_teachers_goes_with_its_settings(visit, app, teacher):
    student = joined(visit, app, teacher.code)
    teacher.act("place", place="pooling?kernel_size=3&stride=1")
    at(student, "Pooling")
    expect(kernel_size(student)).to_have_value("3", timeout=SLOW)
    settle(student)
    # The same screen as it begins, though this page has it otherwise.
    teacher.act("place", place="pooling")
    expect(kernel_size(student)).to_have_value("2", timeout=SLOW)
    expect(student).not_to_have_url(re.compile("stride"))


def test_a_maps_colours_follow_the_teachers_choice_and_back(visit, app):
    page, code = opened(visit, app)
    student = joined(visit, app, code)
    page.goto(f"{app}/architectures?part=Networks")
    colours = student.locator(".measure")
    expect(colours).to_have_value("-1", timeout=SLOW)
    for chosen in ("1", "2", "-1"):
        page.locator(".measure").select_option(chosen)
        expect(colours).to_have_value(chosen, timeout=SLOW)


def test_a_link_that_the_teacher_opens_in_the_tab_leads_the_class(visit, app):
    page, code = opened(visit, app)
    student = joined(visit, app, code)
    page.goto(f"{app}/pooling?stride=1")
    at(student, "Pooling")
    page.goto(f"{app}/connectivity?step=local")
    at(student, "Connectivity")
    at(page, "Connectivity")
    # A page that is only taken up again comes back to where another device has led the class by now.
    teacher = Somebody(int(app.rpartition(":")[2]), code, page.evaluate("window.cnnvizRoom.mine.token"))
    page.goto("about:blank")
    teacher.act("place", place="pooling")
    at(student, "Pooling")
    page.go_back()
    at(page, "Pooling")


def test_a_code_that_was_read_out_in_threes_is_the_same_code(visit, app, teacher):
    page = visit(f"{app}/room", first=True)
    page.get_by_label("Code, six letters").fill(f"{teacher.code[:3]} {teacher.code[3:]}".lower())
    page.get_by_role("button", name="Join", exact=True).click()
    page.get_by_text(f"Room {teacher.code}").first.wait_for(timeout=SLOW)


def test_who_steps_out_stays_and_comes_back(visit, app, teacher):
    student = joined(visit, app, teacher.code)
    teacher.act("place", place="pooling")
    at(student, "Pooling")
    settle(student)
    student.get_by_role("button", name="Explore on my own").click()
    teacher.act("place", place="connectivity?step=local")
    # A reload forgets nothing of it, and the room knows where it is.
    student.reload()
    student.get_by_role("button", name="Follow again").wait_for(timeout=SLOW)
    student.get_by_text("On your own").wait_for(timeout=SLOW)
    at(student, "Pooling")
    student.get_by_role("button", name="Follow again").click()
    at(student, "Connectivity")
    expect(student).to_have_url(re.compile("step=local"))


def test_who_is_taken_out_by_keyboard_is_told_and_comes_not_back_by_a_reload(visit, app):
    teacher, code = opened(visit, app)
    joined_alone(Somebody(int(app.rpartition(":")[2]), code), "Ben")
    student = joined(visit, app, code, "Anna", width=390, height=844)
    teacher.get_by_text("2 students in the room").focus()
    teacher.keyboard.press("Enter")
    pressed(teacher, "Take out “Anna”")
    # The key asks, and waits for a second press that is one of its own.
    teacher.get_by_role("button", name="Take “Anna” out of the room?").wait_for(timeout=SLOW)
    teacher.wait_for_timeout(500)
    teacher.keyboard.press("Enter")
    student.get_by_text("The teacher has taken you out of this room.").wait_for(timeout=SLOW)
    teacher.get_by_text("1 student in the room").wait_for(timeout=SLOW)
    expect(teacher.get_by_role("button", name="Take out “Ben”")).to_be_focused()
    student.reload()
    student.get_by_role("button", name="Join", exact=True).wait_for(timeout=SLOW)
    expect(student.get_by_text(f"Room {code}")).to_have_count(0)


def test_a_screens_own_question_goes_to_the_room(visit, app):
    page, code = opened(visit, app)
    page.goto(f"{app}/pooling")
    settle(page)
    page.get_by_text("Predict", exact=True).click()
    page.get_by_role("button", name="Ask the room").click()
    page.get_by_text("0 of 0 have answered").wait_for(timeout=SLOW)
    student = joined_alone(Somebody(int(app.rpartition(":")[2]), code))
    with student.listening() as heard:
        question = heard()[1]["room"]["question"]
        shown = page.locator(".asking li")
        expect(shown).to_have_text(question["options"])
        assert student.act("answer", number=1, option=2) == 204
        page.get_by_text("1 of 1 have answered").wait_for(timeout=SLOW)
        page.get_by_role("button", name="Close the question").click()
        told = until(heard, lambda _, told: not told["room"]["question"]["open"])["room"]["question"]
    assert told["counts"] == [0, 0, 1, 0]
    expect(shown.nth(2)).to_contain_text("1 · 100%")
    expect(shown.nth(told["right"])).to_contain_text("✓")


def test_the_teachers_link_brings_the_notes_to_a_second_device(visit, app, teacher):
    teacher.act("lesson", **lesson("architectures", "en"))
    teacher.act("step", step=0)
    page = visit(f"{app}/room?code={teacher.code}#key={teacher.token}", first=True, width=390, height=844)
    first, second = lesson("architectures", "en")["steps"][:2]
    page.locator(".now").get_by_text(first["notes"]).wait_for(timeout=SLOW)
    assert teacher.token not in page.url
    with teacher.listening() as heard:
        page.locator(".now").get_by_role("button", name="Next", exact=True).click()
        until(heard, lambda name, told: name == "room" and told["step"] == 1)
    page.locator(".now").get_by_text(second["notes"]).wait_for(timeout=SLOW)


def test_each_ready_lesson_is_taken_by_arrow_keys_and_stays_chosen_until_it_is_changed(visit, app):
    page, _ = opened(visit, app)
    choice, title = page.get_by_label("Take a ready lesson"), page.get_by_label("Title of the lesson")
    for each in ready("en"):
        choice.focus()
        page.keyboard.press("ArrowDown")
        expect(title).to_have_value(each["title"], timeout=SLOW)
        expect(choice.locator("option:checked")).to_have_text(each["title"])
    pressed(page, "Take step 1 out")
    expect(choice).to_have_value("")


def test_what_is_written_while_the_room_is_told_of_what_was_before_stays(visit, app):
    page, _ = opened(visit, app)
    page.get_by_label("Take a ready lesson").focus()
    page.keyboard.press("ArrowDown")
    title, held, known = page.get_by_label("Title of the lesson"), [], "(title) => cnnvizRoom.lesson.title === title"
    title.wait_for(timeout=SLOW)
    page.route("**/lesson", lambda route: held.append(route))
    for number, text in enumerate(("One", "Two"), 1):
        title.fill(text)
        wait_until(page, lambda number=number: len(held) == number)
    for route, text in zip(held, ("One", "Two"), strict=True):
        route.continue_()
        page.wait_for_function(known, arg=text, timeout=SLOW)
        expect(title).to_have_value("Two")


def test_a_lesson_is_made_by_adding_screens_saved_and_opened_again(visit, app, tmp_path):
    teacher, _ = opened(visit, app)
    teacher.goto(f"{app}/pooling?stride=1")
    settle(teacher)
    teacher.get_by_role("button", name="Add this screen to the lesson").click()
    teacher.get_by_text("Step 0 of 1").wait_for(timeout=SLOW)
    teacher.get_by_role("button", name="Class", exact=True).click()
    teacher.get_by_text("Words of this step").click()
    for label, text in (("What students read", "Look at the <b>corner</b>."), ("Title of the lesson", "Mine")):
        with teacher.expect_response("**/lesson"):
            teacher.get_by_label(label).fill(text)
    with teacher.expect_download() as download:
        teacher.get_by_role("button", name="Save as a file").click()
    saved = json.loads(download.value.path().read_text())
    assert download.value.suggested_filename == "Mine.json"
    assert [(step["place"], step["sentence"]) for step in saved["steps"]] == [
        ("pooling?stride=1", "Look at the <b>corner</b>.")
    ]
    with teacher.expect_download() as download:
        teacher.get_by_role("button", name="Worksheet", exact=True).click()
    assert "Look at the &lt;b&gt;corner" in download.value.path().read_text()
    teacher.get_by_role("button", name="Take step 1 out").click()
    teacher.get_by_text("No lesson yet").wait_for(timeout=SLOW)
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(saved))
    teacher.locator("input[type=file]").set_input_files(file)
    teacher.get_by_role("button", name="Go to step 1", exact=True).wait_for(timeout=SLOW)
    file.write_text("[]")
    teacher.locator("input[type=file]").set_input_files(file)
    teacher.get_by_text("This is no lesson that was saved here.").wait_for(timeout=SLOW)


def test_a_wrong_code_and_a_room_that_ended_are_said_in_a_sentence(visit, new_tab, app, teacher):
    # Refusals are answers of 404, which the console tells as errors; so this page is not one of `visit`.
    stranger = new_tab(first=True)
    stranger.goto(f"{app}/room?code=ZZZZZZ")
    stranger.get_by_role("button", name="Join", exact=True).click()
    stranger.get_by_text("There is no room with this code").wait_for(timeout=SLOW)
    stranger.close()
    student = joined(visit, app, teacher.code)
    teacher.act("end")
    student.get_by_text("The room is closed.").wait_for(timeout=SLOW)
    student.get_by_role("button", name="OK").click()
    student.get_by_role("button", name="Join", exact=True).wait_for(timeout=SLOW)
