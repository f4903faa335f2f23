"""What the panel lets people do, whatever they have: a keyboard, no microphone, two tabs."""

from __future__ import annotations

import pytest

from ..faults.matrix import fault
from ..speech import microphone_wav, say, wer
from .panel import CONNECT, IN_TEXT, TRANSCRIBE, PanelPage, connected
from .payloads import ARM, FLAG, PAYLOADS
from .tap import tap

pytestmark = pytest.mark.slow

SENTENCE = "Green apples grow behind the old garden wall."
STORY = "Please tell me a long story."
NOTICE = "I am the offline demo voice. I am not a language model."

FOCUS = """() => {
    const { activeElement: e } = document;
    const name = e.getAttribute("aria-label") ?? e.textContent.trim();
    const { outlineStyle, outlineWidth } = getComputedStyle(e);
    const seen = e.matches(":focus-visible") && outlineStyle !== "none" && outlineWidth !== "0px";
    return [name, seen, Boolean(e.closest(".rt-panel"))];
}"""

LEFT = """
import threading
from rt_notebook.notebook.widget import panel_of
left, widget = threading.Event(), panel_of(session)
assert widget.owner
widget.observe(lambda change: change.new or left.set(), "owner")
"""


@pytest.fixture(scope="module")
def sentence(tmp_path_factory):
    """A microphone that hears a sentence."""
    folder = tmp_path_factory.mktemp("microphone")
    return microphone_wav(folder / "sentence.wav", 1.0, say(SENTENCE), 8.0)


def tab_through(notebook, last, key="Tab"):
    """Press Tab until the element named `last` has the focus; return the panel's names passed."""
    names = []
    while last not in names:
        assert len(names) < 20, names
        notebook.page.keyboard.press(key)
        name, seen, inside = notebook.page.evaluate(FOCUS)
        assert seen or not inside, f"{name} has the focus and does not show it"
        names += [name] * inside
    return names


def test_a_typed_talk_needs_no_mouse_and_sets_off_no_shortcut(open_notebook):
    notebook = open_notebook(f"{CONNECT}\n{IN_TEXT}")
    panel = connected(notebook)
    keyboard = notebook.page.keyboard
    passed = tab_through(notebook, "Message")
    assert passed == [
        "Turn the microphone on", "Keep the sound in the notebook", "While the reply sounds",
        "Transcript", "Choose an audio file", "Message",
    ]  # fmt: skip
    keyboard.type("dd a b x m 00 ")
    keyboard.press("Shift+Enter")
    keyboard.type("and more")
    keyboard.press("Enter")
    panel.wait_replies(1)
    keyboard.type("Repeat after me: well done")
    assert tab_through(notebook, "Send") == ["Send"]
    keyboard.press("Enter")
    panel.wait_replies(2)
    first = "dd a b x m 00 \nand more"
    assert panel.lines == [
        ("You", first),
        ("Assistant", f"{NOTICE} You said: {first}"),
        ("You", "Repeat after me: well done"),
        ("Assistant", "well done"),
    ]
    tab_through(notebook, "Transcript", key="Shift+Tab")
    for key in ("d", "d", "a", "b", "m", "0", "0"):
        keyboard.press(key)
    assert [cell.source for cell in notebook.save().cells] == [f"{CONNECT}\n{IN_TEXT}"]
    assert notebook.evaluate("session.status") == "open"


def test_every_part_has_a_name_and_a_role(open_notebook):
    panel = connected(open_notebook(CONNECT))
    names = {
        "region": ["Voice conversation"],
        "img": ["Connected"],
        "button": [
            "Turn the microphone on", "Mute", "Stop the reply", "Keep the sound in the notebook",
            "Choose an audio file", "Send",
        ],
        "combobox": ["Microphone", "While the reply sounds"],
        "log": ["Transcript"],
        "textbox": ["Message"],
    }  # fmt: skip
    panel.root.scroll_into_view_if_needed()
    for role, expected in names.items():
        for name in expected:
            found = panel.notebook.page.get_by_role(role, name=name, exact=True)
            assert found.count() == 1, (role, name)
    unnamed = "(all) => all.filter((e) => !(e.getAttribute('aria-label') ?? e.textContent.trim()))"
    buttons = panel.root.locator("button:visible, input:visible, select:visible, textarea:visible")
    assert buttons.count() == 9
    assert buttons.evaluate_all(f"(all) => ({unnamed})(all).length") == 0
    assert panel.root.get_by_role("log").get_attribute("aria-live") == "polite"
    assert panel.root.get_by_role("status").all_inner_texts() == ["Press to talk", ""]


@pytest.mark.threat("T15")
@fault("F27")
def test_nothing_opens_before_a_click_in_that_very_page(open_notebook, sentence):
    notebook = open_notebook(CONNECT, microphone=sentence)
    panel = connected(notebook)
    notebook.save()
    other = open_notebook(name=notebook.path.name, window=notebook.page.context)
    second = PanelPage(other)
    second.wait_label("Press to talk")
    assert (panel.times_asked, second.times_asked) == (0, 0)

    notebook.page.bring_to_front()
    panel.microphone.click()
    panel.wait_track("live")
    other.page.bring_to_front()
    second.wait_label("In use elsewhere")
    assert second.times_asked == 0
    second.microphone.click()
    second.wait_track("live")
    panel.wait_track("ended")
    panel.wait_message("Another page of this notebook has the microphone now.")
    assert (panel.times_asked, second.times_asked) == (1, 1)


@fault(
    "F29",
    "the browser refuses the microphone, has none, or the page is not secure",
    "the reason and the remedy are shown; typing and files work",
)
@pytest.mark.parametrize(
    ("page", "why"),
    [
        ({"permission": "denied"}, "The microphone was refused: allow it for this page"),
        ({"microphone": None}, "No microphone was found: connect one"),
        ({"remote": True, "secure_origin": ""}, "because it is not https or localhost."),
    ],
    ids=["denied", "no device", "insecure"],
)
def test_a_page_that_cannot_record_says_why_and_still_types_and_sends_files(
    open_notebook, sentence, tmp_path, page, why
):
    notebook = open_notebook(f"{CONNECT}\n{TRANSCRIBE}", **{"microphone": sentence, **page})
    panel = connected(notebook)
    if panel.microphone.is_enabled():
        panel.microphone.click()
    told = panel.wait_message(why)
    assert panel.messages == [told]
    panel.type("Repeat after me: typing works")
    panel.wait_replies(1)
    panel.choose_file(microphone_wav(tmp_path / "file.wav", 0.3, say(SENTENCE)))
    panel.wait_replies(2)
    notebook.wait_until("all(reply.done for reply in session.replies)")
    (_, typed), (_, first), (_, spoken), (_, second) = panel.lines
    assert [typed, first] == ["Repeat after me: typing works", f"{NOTICE} typing works"]
    assert wer(SENTENCE, spoken) <= 0.2
    assert second == f"You said: {spoken}"


def test_the_microphone_is_asked_for_muted_and_heard_and_the_reply_is_stopped(
    open_notebook, tmp_path
):
    unheard = say("Nobody should hear this sentence.")
    hears = microphone_wav(tmp_path / "microphone.wav", 3.0, unheard, 3.0, say(STORY), 60.0)
    notebook = open_notebook(f"{CONNECT}\n{TRANSCRIBE}", "%rt_mic on", microphone=hears)
    panel = connected(notebook)
    panel.wait_label("Your turn")
    assert panel.times_asked == 0

    panel.microphone.click()
    panel.button("Mute").click()
    panel.wait_label("Muted")
    ear = tap(notebook.page)
    panel.wait_sent(3500 + len(unheard) / 48)
    panel.button("Unmute").click()
    notebook.wait_until("len(session.replies) == 1")
    ear.wait_sound()
    panel.button("Stop the reply").click()
    notebook.wait_until("session.replies[0].done")
    ear.wait_spoken()
    assert notebook.evaluate("session.replies[0].status") == "cancelled"
    (_, heard), _ = panel.lines
    assert wer(STORY, heard) <= 0.2
    assert "Interrupted after" in panel.root.locator(".rt-note").last.inner_text()
    panel.button("Turn the microphone off").click()
    panel.wait_track("ended")


def test_without_turn_detection_a_turn_lasts_while_a_key_is_held(open_notebook, sentence):
    cell = f"{CONNECT}\n{TRANSCRIBE} --turn-detection none"
    notebook = open_notebook(cell, microphone=sentence)
    panel = connected(notebook)
    panel.button("Hold to talk").focus()
    notebook.page.keyboard.down("Space")
    panel.wait_label("Talking")
    panel.wait_sent(1300 + len(say(SENTENCE)) / 48)
    notebook.page.keyboard.up("Space")
    notebook.wait_until("len(session.replies) == 1")
    sent = notebook.evaluate("len(session.log.audio('user'))")
    panel.wait_replies(1)
    (_, heard), (_, reply) = panel.lines
    assert wer(SENTENCE, heard) <= 0.2
    assert reply == f"{NOTICE} You said: {heard}"
    assert panel.tracks == ["live"]
    assert notebook.evaluate("len(session.log.audio('user'))") == sent
    panel.button("Turn the microphone off").click()
    panel.wait_track("ended")


@pytest.mark.threat("T16")
@fault(
    "F27",
    "the page is loaded again or closed; a second page opens the notebook",
    "the microphone is closed, and the talk is shown again; one page has the microphone, and the "
    "other says so",
)
def test_the_microphone_ends_with_the_view_and_with_the_page(open_notebook, sentence):
    notebook = open_notebook(f"{CONNECT}\n{IN_TEXT}", microphone=sentence)
    panel = connected(notebook)
    panel.microphone.click()
    panel.wait_track("live")
    notebook.command("notebook:clear-all-cell-outputs")
    panel.wait_track("ended")

    notebook.run("session")
    panel.type("Repeat after me: well done")
    panel.wait_replies(1)
    notebook.save()
    for leave in (notebook.reload, notebook.page.close):
        asked = panel.times_asked
        panel.microphone.click()
        notebook.wait_for(f"window.__rtStreams.length > {asked}")
        kernel = notebook.kernel
        kernel.execute(LEFT)
        leave()
        assert kernel.evaluate("left.wait(20)")
        if leave == notebook.reload:
            panel = PanelPage(notebook)
            panel.wait_label("Press to talk")
            panel.wait_replies(1)
            assert panel.lines[1] == ("Assistant", f"{NOTICE} well done")
            assert (panel.times_asked, panel.tracks) == (0, [])


@pytest.mark.threat("T5")
def test_what_is_typed_and_what_is_answered_stays_text(open_notebook, browser_page):
    window = browser_page()
    window.add_init_script(ARM)
    name = "<img/src=x/onerror=window.__rtHit()>"
    cells = (f"{CONNECT} --model {name}", IN_TEXT, f"%rt_say {name}", f"%rt_config --voice {name}")
    notebook = open_notebook(*cells, window=window)
    panel = connected(notebook)
    panel.wait_replies(1)
    for number, payload in enumerate(PAYLOADS, 2):
        panel.type(payload)
        panel.wait_replies(number)
    shown = panel.lines[2:]
    assert shown[::2] == [("You", payload) for payload in PAYLOADS]
    assert shown[1::2] == [("Assistant", f"You said: {payload}") for payload in PAYLOADS]
    assert name in panel.root.locator(".rt-model").inner_text()
    assert notebook.page.evaluate(FLAG) is False
