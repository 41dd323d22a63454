"""Whether a tag ``<distribution>-v<version>`` says what metadata and changelog say."""

import re

from workspace.errors import Failure, Misuse
from workspace.packages import Package, Workspace

_TAG = re.compile(r"(?P<name>[a-z0-9-]+)-v(?P<version>\d+(?:\.\d+)*)")
_HEADING = re.compile(r"^## (?P<title>.+?)\s*$", re.MULTILINE)


def check(workspace: Workspace, tag: str) -> Package:
    """Return the package that a tag releases.

    Raises:
        Misuse: The tag has another form, or names no package.
        Failure: Metadata or changelog do not say that version.
    """
    match = _TAG.fullmatch(tag)
    if match is None:
        raise Misuse(f"{tag!r} is no tag such as cherrypy-bus-v0.1.0")
    (package,) = workspace.select([match["name"]])
    if package.version != match["version"]:
        raise Failure(f"tag {tag} does not match: {package.name} has the version {package.version}")
    _check_changelog(package)
    return package


def _check_changelog(package: Package) -> None:
    file = package.path / "CHANGELOG.md"
    heading = _HEADING.search(file.read_text("utf-8")) if file.is_file() else None
    title = heading["title"] if heading else "nothing"
    if not re.match(rf"{re.escape(package.version)}(?![\d.])", title) or "unreleased" in title:
        wanted = f"'## {package.version} (date)'"
        raise Failure(f"the changelog of {package.name} begins with {title!r}, not with {wanted}")
