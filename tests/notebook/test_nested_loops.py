"""Everything works in a kernel where the user has applied nest_asyncio, or its successor."""

import pytest

pytestmark = pytest.mark.slow


def run(*cells):
    import nbformat  # takes seconds, and no test of the fast suite needs it
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    return "\n".join(
        output.get("text", "") or str(output.get("data", {}).get("text/plain", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )


@pytest.mark.parametrize("library", ["nest_asyncio", "nest_asyncio2"])
def test_waiting_awaiting_and_magics_work_beside_a_nested_loop(library):
    shown = run(
        f"import {library}; {library}.apply()",
        "%load_ext rt_notebook\n%rt_connect offline -o session",
        "%rt_say --modalities text what is one plus one",
        "print(session.say('what is two plus two', output_modalities=['text']).wait(30).text)",
        "print((await session.say('what is three plus three', output_modalities=['text'])).text)",
        "import asyncio\n"
        "async def ask():\n"
        "    reply = session.say('what is five plus five', output_modalities=['text'])\n"
        "    return (await reply).text\n"
        "print(asyncio.run(ask()))",
        "session.close()\nprint(session.status)",
    )
    for word, digits in (("four", "4"), ("six", "6"), ("ten", "10")):
        assert word in shown.lower() or digits in shown
    assert "closed" in shown


def test_it_never_applies_one_itself():
    shown = run(
        "import rt_notebook as rt, sys\nsession = rt.connect('offline')",
        "print(session.say('hello', output_modalities=['text']).wait(30).text)",
        "print('nested:', hasattr(__import__('asyncio'), '_nest_patched'))",
    )
    assert "nested: False" in shown
