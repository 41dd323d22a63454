import sys
from io import StringIO
from pathlib import Path

import pytest
from workspace import programs
from workspace.errors import Failure
from workspace.steps import Log


def run(tmp_path: Path, text: str) -> str:
    page = tmp_path / "page.md"
    page.write_text(text, "utf-8")
    stream = StringIO()
    programs.run_page(page, Path(sys.executable), Log(stream))
    return stream.getvalue()


def test_blocks_of_a_page_run_in_order_in_one_directory(tmp_path: Path) -> None:
    printed = run(
        tmp_path,
        "```python\nopen('x', 'w').close()\n```\ntext\n\n```python\nopen('x').close()\n```\n",
    )
    assert printed.splitlines() == ["page.md:1: python", "page.md:6: python"]


def test_a_program_that_fails_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"(?s)page\.md:3: exit status 1; .*ZeroDivisionError"):
        run(tmp_path, "# Title\n\n```python\nprint(1 / 0)\n```\n")


def test_a_warning_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="DeprecationWarning: old"):
        run(tmp_path, "```python\nimport warnings\nwarnings.warn('old', DeprecationWarning)\n```\n")


def test_a_block_with_a_title_is_a_file_that_a_console_block_runs(tmp_path: Path) -> None:
    text = '```python title="a.py"\nimport sys\nprint("got", sys.argv[1])\n```\n'
    run(tmp_path, text + "```console\n$ pip install it\n$ python a.py 'a b'\ngot a b\n```\n")
    with pytest.raises(Failure, match=r"(?s)'python a\.py x' printed\ngot x\ninstead of\ngot y"):
        run(tmp_path, text + "```console\n$ python a.py x\ngot y\n```\n")


def test_dots_match_anything(tmp_path: Path) -> None:
    del tmp_path
    assert programs.matches("at ... of\n...\nend", "at 3 of\na\nb\nend\n")
    assert not programs.matches("at ... of", "at 3 or 4")
    assert programs.matches("", "\n")


def test_a_block_within_a_list_loses_its_indentation(tmp_path: Path) -> None:
    run(tmp_path, "- item\n\n    ```python\n    for x in (1,):\n        x\n    ```\n")


def test_a_file_of_the_checkout_is_taken_from_there() -> None:
    text = '```python title="a.py"\n--8<--\nSECURITY.md\n--8<--\n```\n'
    (block,) = programs.blocks(text)
    assert block.text == (Path(__file__).parents[2] / "SECURITY.md").read_text("utf-8")


def test_other_languages_are_left_alone(tmp_path: Path) -> None:
    assert run(tmp_path, "```sh\nfalse\n```\n\n```pycon\n>>> 1\n```\n") == ""


def test_a_program_that_does_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "TIMEOUT", 0.5)
    with pytest.raises(Failure, match=r"did not end within 0\.5 seconds"):
        run(tmp_path, "```python\nimport threading\nthreading.Event().wait()\n```\n")


def test_a_page_that_is_missing_fails(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="is missing"):
        programs.run_page(tmp_path / "no.md", Path(sys.executable), Log(StringIO()))
