"""What docstrings say, in the two styles."""

from __future__ import annotations

import pytest

from rt_notebook.client.docstrings import parameter_texts, summary

NUMPY = """Tell the weather.

    Of one place, today.

    Parameters
    ----------
    city : str
        Where: a town
        or a village.
    unit, days
        Both of them.

    Returns
    -------
    dict
        city : not a parameter
    """

GOOGLE = """Tell the weather.

    Of one place, today.

    Args:
        city (str): Where: a town
            or a village.
        unit: Both of them.
        days (Optional[int]): Both of them.

    Returns:
        city: not a parameter
    """


@pytest.mark.parametrize("docstring", [NUMPY, GOOGLE], ids=["NumPy", "Google"])
def test_a_docstring_says_what_the_function_and_each_parameter_is(docstring):
    assert summary(docstring) == "Tell the weather.\n\nOf one place, today."
    assert parameter_texts(docstring) == {
        "city": "Where: a town or a village.",
        "unit": "Both of them.",
        "days": "Both of them.",
    }


@pytest.mark.parametrize("docstring", [None, "", "One line.", "Args:", "Parameters\n----------"])
def test_a_docstring_without_parameters_says_nothing_of_them(docstring):
    assert parameter_texts(docstring) == {}
