"""A secret is never seen, in any encoding in which libraries log it."""

import base64
import copy
import logging
import pickle
from urllib.parse import quote

import pytest

from rt_notebook.secret import MASK, RedactingFilter, Secret, redact, redacted

KEY = "canary-key/with+signs=0123456789"


@pytest.fixture
def secret():
    return Secret(KEY)


def test_only_reveal_gives_the_text(secret):
    assert secret.reveal() == KEY
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r:>20}", str([secret])):
        assert KEY not in shown
        assert "canary" not in shown


def test_it_cannot_be_pickled_into_a_file(secret):
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize("copying", [copy.copy, copy.deepcopy])
def test_a_copy_of_what_holds_it_holds_the_same(secret, copying):
    assert copying({"tools": [secret]})["tools"][0] is secret


@pytest.mark.parametrize(
    "form",
    [KEY, quote(KEY), quote(KEY, safe=""), base64.b64encode(KEY.encode()).decode().rstrip("=")],
)
def test_redact_removes_every_form(secret, form):
    assert redact(f"Authorization: Bearer {form}!") == f"Authorization: Bearer {MASK}!"


def test_nothing_stays_of_a_key_that_begins_with_another(secret):
    longer = [Secret(KEY + ending) for ending in ("-a", "-b", "-c")]
    for key in longer:
        assert redact(f"Bearer {key.reveal()}") == f"Bearer {MASK}"


def test_a_key_is_removed_from_html_too():
    key = Secret("canary&key<0123456789>")
    assert redact("<b>canary&amp;key&lt;0123456789&gt;</b>") == f"<b>{MASK}</b>"
    assert key


def test_json_without_a_key_is_left_as_it_is(secret):
    value = {"a": ["text", 1.5, None, {"b": True}]}
    assert redacted(value) is value


def test_a_key_is_removed_from_every_text_of_json(secret):
    value = {"a": [f"is {KEY}", 7, {"b": KEY}], "c": secret, KEY: 1}
    assert redacted(value) == {"a": [f"is {MASK}", 7, {"b": MASK}], "c": secret, MASK: 1}


def test_a_text_that_no_encoding_has_can_be_a_secret():
    key = Secret("canary-\ud800-key")
    assert redact("it is canary-\ud800-key") == f"it is {MASK}"
    assert key


def test_an_empty_secret_redacts_nothing():
    empty = Secret("  ")
    assert not empty
    assert redact("a text") == "a text"


def test_equal_texts_are_equal_and_others_are_not(secret):
    assert secret == Secret(KEY)
    assert secret != Secret(KEY + "x")
    assert secret != KEY


def test_the_log_filter_redacts_arguments_too(secret, caplog):
    logger = logging.getLogger("test.redacting")
    logger.addFilter(RedactingFilter())
    with caplog.at_level(logging.DEBUG, logger="test.redacting"):
        logger.debug("> %s: Bearer %s", "Authorization", KEY)
    assert KEY not in caplog.text
    assert MASK in caplog.text
