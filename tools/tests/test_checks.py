"""Each check passes on a sound workspace and fails on one with the fault that it is for."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from workspace import interpreters
from workspace.checks import (
    Setting,
    installed,
    interface,
    layers,
    pages,
    public_types,
    static_types,
    style,
    unit,
)
from workspace.commands import test as testing
from workspace.errors import Failure
from workspace.packages import Workspace
from workspace.samples import Sample, commit, workspace
from workspace.steps import Log, Step

Make = Callable[[Workspace], Setting]

BASE = Sample("sample-base")
UPPER_CODE = "from sample_base import answer as answer\n"
UPPER = Sample("sample-upper", layer=1, requires=["sample-base>=0.1,<0.2"], code=UPPER_CODE)


def outcome(step: Step, place: Path) -> str:
    """Run a step and return what it printed and how it failed."""
    file = place / "output.txt"
    error = ""
    with file.open("w", encoding="utf-8") as stream:
        try:
            step.run(Log(stream))
        except Failure as failure:
            error = f"FAILED: {failure}"
    return file.read_text("utf-8") + error


def test_imports_downward_pass(tmp_path: Path, setting: Make) -> None:
    (step,) = layers.steps(setting(workspace(tmp_path, BASE, UPPER)))
    assert "FAILED" not in outcome(step, tmp_path)


def test_an_upward_import_fails(tmp_path: Path, setting: Make) -> None:
    guilty = replace(BASE, code="def answer() -> int:\n    import sample_upper\n    return 42\n")
    (step,) = layers.steps(setting(workspace(tmp_path, guilty, UPPER)))
    printed = outcome(step, tmp_path)
    assert "sample_base is not allowed to import sample_upper" in printed
    assert "FAILED" in printed


def test_an_import_of_a_sibling_in_the_same_layer_fails(tmp_path: Path, setting: Make) -> None:
    beside = replace(UPPER, layer=0)
    (step,) = layers.steps(setting(workspace(tmp_path, BASE, beside)))
    assert "sample_upper is not allowed to import sample_base" in outcome(step, tmp_path)


def test_an_import_of_an_undeclared_sibling_fails(tmp_path: Path, setting: Make) -> None:
    (step,) = layers.steps(setting(workspace(tmp_path, BASE, replace(UPPER, requires=[]))))
    printed = outcome(step, tmp_path)
    assert "sample-upper imports only siblings that it declares BROKEN" in printed


def test_types_that_fit_pass(tmp_path: Path, setting: Make) -> None:
    found = workspace(tmp_path, BASE, UPPER)
    (step,) = static_types.steps(setting(found), list(found))
    assert "FAILED" not in outcome(step, tmp_path)


def test_a_wrong_type_in_a_test_application_fails(tmp_path: Path, setting: Make) -> None:
    found = workspace(tmp_path, BASE, UPPER)
    application = tmp_path / "packages" / "sample-upper" / "tests" / "typing" / "application.py"
    application.parent.mkdir()
    application.write_text("from sample_upper import answer\n\nword: str = answer()\n", "utf-8")
    (step,) = static_types.steps(setting(found), list(found))
    printed = outcome(step, tmp_path)
    assert "Incompatible types in assignment" in printed
    assert printed.endswith("FAILED: type errors in sample-upper")


def test_a_mistake_that_is_no_longer_reported_fails(tmp_path: Path, setting: Make) -> None:
    found = workspace(tmp_path, BASE)
    program = tmp_path / "packages" / "sample-base" / "tests" / "typing" / "program.py"
    program.parent.mkdir()
    program.write_text("number: int = 1  # type: ignore[assignment]\n", "utf-8")
    (step,) = static_types.steps(setting(found), list(found))
    assert 'Unused "type: ignore" comment' in outcome(step, tmp_path)


def test_a_package_is_checked_for_the_further_platforms_that_it_names(
    tmp_path: Path, setting: Make
) -> None:
    code = "import sys\n\nif sys.platform == 'win32':\n    word: str = 1\n"
    test = "def test_nothing() -> None:\n    pass\n"
    windows = Sample("sample-windows", code=code, test=test, own='platforms = ["win32"]')
    found = workspace(tmp_path, windows)
    (step,) = static_types.steps(setting(found), list(found))
    assert "FAILED: type errors in sample-windows" in outcome(step, tmp_path)


def test_a_package_whose_public_types_are_all_written_passes(tmp_path: Path, setting: Make) -> None:
    found = workspace(tmp_path, BASE)
    (step,) = public_types.steps(setting(found), list(found))
    printed = outcome(step, tmp_path)
    assert "Type completeness score: 100%" in printed
    assert "FAILED" not in printed


def test_a_public_attribute_whose_type_is_only_inferred_fails(
    tmp_path: Path, setting: Make
) -> None:
    code = (
        "class Answer:\n    def __init__(self, word: str) -> None:\n        self.size = len(word)\n"
    )
    test = "def test_nothing() -> None:\n    pass\n"
    found = workspace(tmp_path, Sample("sample-inferred", code=code, test=test))
    (step,) = public_types.steps(setting(found), list(found))
    printed = outcome(step, tmp_path)
    assert "sample_inferred.Answer.size" in printed
    assert printed.endswith("FAILED: public names without a known type in sample_inferred")


def test_code_that_the_formatter_would_change_and_the_linter_refuses_fails(
    tmp_path: Path, setting: Make
) -> None:
    found = workspace(tmp_path, replace(BASE, code="import os\nx  =  1\n"))
    formatted, linted, _ = style.steps(setting(found), [found.packages["sample-base"].source])
    assert "would be reformatted" in outcome(formatted, tmp_path)
    assert "F401" in outcome(linted, tmp_path)


def test_a_failing_test_fails(tmp_path: Path, setting: Make) -> None:
    found = workspace(tmp_path, replace(BASE, code="def answer() -> int:\n    return 41\n"))
    (step,) = unit.steps(setting(found), list(found))
    printed = outcome(step, tmp_path)
    assert "1 failed" in printed
    assert "FAILED" in printed


@pytest.mark.parametrize(("least", "passes"), [(40, True), (100, False)])
def test_tests_that_reach_too_little_fail(
    tmp_path: Path, setting: Make, least: int, passes: bool
) -> None:
    code = "def answer() -> int:\n    return 42\n\n\ndef other() -> int:\n    return 1\n"
    found = workspace(tmp_path, replace(BASE, code=code, own=f"coverage = {least}"))
    (step,) = unit.steps(setting(found), list(found))
    assert ("FAILED" not in outcome(step, tmp_path)) is passes


@pytest.mark.parametrize(("version", "passes"), [("0.1.1", False), ("0.2.0", True)])
def test_a_public_name_that_vanished_needs_a_higher_version(
    tmp_path: Path, setting: Make, version: str, passes: bool
) -> None:
    workspace(tmp_path, BASE)
    commit(tmp_path, "sample-base-v0.1.0")
    found = workspace(tmp_path, replace(BASE, version=version, code="def question() -> int: ...\n"))
    commit(tmp_path)
    (step,) = interface.steps(setting(found), list(found))
    printed = outcome(step, tmp_path)
    assert "Public object was removed" in printed
    assert ("FAILED" not in printed) is passes


def test_without_a_release_there_is_nothing_to_compare_with(tmp_path: Path, setting: Make) -> None:
    found = workspace(tmp_path, BASE)
    commit(tmp_path)
    (step,) = interface.steps(setting(found), list(found))
    assert outcome(step, tmp_path).startswith("sample-base: no release yet")


def isolated(tmp_path: Path, setting: Setting, installer: Path) -> str:
    own = replace(setting, installer=installer, variables={})
    package = own.workspace.packages["sample-upper"]
    printed = outcome(installed.built(own, [package]), tmp_path)
    return printed + outcome(installed.alone(own, package), tmp_path)


def test_a_package_with_declared_dependencies_works_alone(
    tmp_path: Path, setting: Make, installer: Path
) -> None:
    printed = isolated(tmp_path, setting(workspace(tmp_path, BASE, UPPER)), installer)
    assert "1 passed" in printed
    assert "FAILED" not in printed


def test_a_dependency_removed_from_the_metadata_fails_isolation(
    tmp_path: Path, setting: Make, installer: Path
) -> None:
    found = workspace(tmp_path, BASE, replace(UPPER, requires=[]))
    printed = isolated(tmp_path, setting(found), installer)
    assert "No module named 'sample_base'" in printed
    assert "FAILED" in printed


def test_a_lower_bound_that_is_too_low_fails(
    tmp_path: Path, setting: Make, installer: Path
) -> None:
    workspace(tmp_path, replace(BASE, code="other = 1\n"))
    commit(tmp_path, "sample-base-v0.1.0")
    found = workspace(tmp_path, replace(BASE, version="0.1.1"), UPPER)
    own = replace(setting(found), installer=installer, variables={})
    package = found.packages["sample-upper"]
    outcome(installed.built(own, [package]), tmp_path)
    printed = outcome(installed.at_lowest(own, package), tmp_path)
    assert "sample-base 0.1.0 from" in printed
    assert "cannot import name 'answer'" in printed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<script defer src="https://example.org/a.js">', ["https://example.org/a.js"]),
        ('<link rel="stylesheet" href="http://example.org/a.css">', ["http://example.org/a.css"]),
        ('<a href="https://example.org/">x</a><script src="a.js"></script>', []),
    ],
)
def test_what_a_page_loads_from_other_hosts_is_found(
    tmp_path: Path, text: str, found: list[str]
) -> None:
    page = tmp_path / "page.html"
    page.write_text(text, "utf-8")
    assert pages.loaded_from_elsewhere(page) == found


def test_a_reference_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("[<code>x</code>][cherrypy_web.x] and <a>[</a>y][cherrypy.y]", "utf-8")
    assert pages.unresolved(page) == ["cherrypy_web.x", "cherrypy.y"]


def test_a_word_that_is_spelled_wrong_fails(tmp_path: Path, setting: Make) -> None:
    found = workspace(tmp_path, BASE)
    package = found.packages["sample-base"]
    _, _, spelled = style.steps(setting(found), [package.path])
    assert "FAILED" not in outcome(spelled, tmp_path)
    (package.path / "README.md").write_text("It recieves a message.\n", "utf-8")
    assert "recieves ==> receives" in outcome(spelled, tmp_path)


def test_packages_are_tried_alone_on_two_interpreters_which_need_no_other_run(
    tmp_path: Path, setting: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interpreters, "SUPPORTED", ("3.9", "3.10", interpreters.current(), "3.99"))
    monkeypatch.setattr(interpreters, "find", Path)
    found = workspace(tmp_path, BASE)
    names = [step.name for step in testing.elsewhere(setting(found), list(found))]
    assert names == [
        "wheels",
        "tests on Python 3.10",
        "isolation sample-base",
        "lowest sample-base",
    ]
