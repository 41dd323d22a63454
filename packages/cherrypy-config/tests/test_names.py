"""modules and attributes."""

from __future__ import annotations

import os
import sys
import xml.dom.minidom
from typing import TYPE_CHECKING

import pytest

from cherrypy_config import attributes, modules

if TYPE_CHECKING:
    from pathlib import Path


def test_modules_returns_the_module_at_the_end_of_the_path() -> None:
    assert modules("os") is os
    assert modules("os.path") is os.path
    assert modules("xml.dom.minidom") is xml.dom.minidom


def test_modules_imports_what_is_not_yet_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "freshmodule.py").write_text("value = 1")
    monkeypatch.syspath_prepend(tmp_path)
    assert modules("freshmodule") is sys.modules.pop("freshmodule")


def test_a_missing_module_is_named() -> None:
    with pytest.raises(ModuleNotFoundError, match="nosuch"):
        modules("nosuch")
    with pytest.raises(ModuleNotFoundError, match="nosuch"):
        attributes("nosuch.x")


def test_attributes_returns_the_attribute_of_a_module() -> None:
    assert attributes("os.path.join") is os.path.join


def test_attributes_finds_a_submodule_that_is_not_yet_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "freshpackage"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "inner.py").write_text("value = 1")
    monkeypatch.syspath_prepend(tmp_path)
    assert attributes("freshpackage.inner").value == 1


def test_a_missing_attribute_is_named() -> None:
    with pytest.raises(AttributeError, match="nosuch"):
        attributes("os.nosuch")


def test_a_name_without_a_dot_is_an_error_that_says_what_to_write() -> None:
    with pytest.raises(ValueError, match="'os' names no attribute"):
        attributes("os")


def test_a_submodule_that_fails_on_import_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "brokenpackage"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "inner.py").write_text("import nosuchmodule")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="nosuchmodule"):
        attributes("brokenpackage.inner")


def test_a_module_that_is_no_package_has_no_submodules() -> None:
    with pytest.raises(AttributeError, match="nosuch"):
        attributes("os.path.nosuch")


def test_a_package_has_the_submodules_that_exist() -> None:
    with pytest.raises(AttributeError, match="nosuch"):
        attributes("xml.nosuch")
