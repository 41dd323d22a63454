import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_httputil import urljoin, urljoin_bytes


@pytest.mark.parametrize(
    ("atoms", "url"),
    [
        (("/a", "b"), "/a/b"),
        (("/a/", "/b"), "/a/b"),
        (("", "/b"), "/b"),
        (("/a", ""), "/a"),
        (("", ""), "/"),
        ((), "/"),
        (("/", "/"), "/"),
        (("a//", "b"), "a/b"),
        (("/a", "/b/"), "/a/b/"),
    ],
)
def test_atoms_are_joined_with_one_slash(atoms: tuple[str, ...], url: str) -> None:
    assert urljoin(*atoms) == url
    assert urljoin_bytes(*(atom.encode() for atom in atoms)) == url.encode()


@given(st.lists(st.text("/ab")))
def test_there_are_never_two_slashes_in_a_row(atoms: list[str]) -> None:
    url = urljoin(*atoms)
    assert url
    assert "//" not in url
    assert urljoin(url) == url
    assert url.replace("/", "") == "".join(atoms).replace("/", "")
