import pytest
from workspace.errors import Failure
from workspace.requirements import normal_name, parse, version_key


def test_a_requirement_is_read_into_its_parts() -> None:
    one = parse("Some_Package[a, b]>=1.2,<2; python_version < '3.12'")
    assert (one.name, one.extras, one.bounds) == ("some-package", ("a", "b"), ">=1.2,<2")
    assert one.marker == "python_version < '3.12'"


@pytest.mark.parametrize(
    ("text", "lower"),
    [
        ("a>=1.8.11,<2", "1.8.11"),
        ("a<2,>=1", "1"),
        ("a==3.0", "3.0"),
        ("a~=1.4", "1.4"),
        ("a", None),
    ],
)
def test_the_lower_bound_is_found(text: str, lower: str | None) -> None:
    assert parse(text).lower == lower


@pytest.mark.parametrize("text", ["", ">=1", "a @ https://example.org/a.whl", "a b"])
def test_what_is_no_requirement_is_refused_by_name(text: str) -> None:
    with pytest.raises(Failure, match="is no requirement"):
        parse(text)


def test_names_are_compared_in_their_normal_form() -> None:
    assert normal_name("Cherry.Py__Bus") == "cherry-py-bus"


def test_versions_are_ordered_by_their_numbers() -> None:
    versions = ["0.10", "0.9.1", "1.0", "0.9"]
    assert sorted(versions, key=version_key) == ["0.9", "0.9.1", "0.10", "1.0"]
    assert version_key("1.0") == version_key("1")
