import pytest

from rt_notebook.config.languages import LANGUAGES, check_language, nearest_language


def test_the_codes_are_those_of_the_standard():
    assert len(LANGUAGES) == 183
    assert all(len(code) == 2 and code.isalpha() and code.islower() for code in LANGUAGES)
    assert {"en", "pl", "zh", "zu", "aa"} <= LANGUAGES
    # withdrawn codes
    assert not {"sh", "mo", "iw", "in", "ji", "jw", "bh"} & LANGUAGES


def test_what_is_no_code_is_refused():
    assert check_language("pl") == "pl"
    with pytest.raises(ValueError, match="'PL' is no ISO-639-1 code"):
        check_language("PL")


@pytest.mark.parametrize(
    ("text", "code"), [("en-US", "en"), ("pt_BR", "pt"), ("xx-YY", ""), ("", "")]
)
def test_a_longer_tag_begins_with_its_code(text, code):
    assert nearest_language(text) == code
