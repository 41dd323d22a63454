import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_httputil import (
    RE_HEADER_SPLIT,
    AcceptElement,
    ElementSplitter,
    HeaderElement,
    HTTPError,
    header_elements,
)

tokens = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1)


def texts(name: str, value: str) -> list[str]:
    return [str(element) for element in header_elements(name, value)]


def test_no_value_has_no_elements() -> None:
    assert (
        header_elements("X", None) == header_elements("X", "") == header_elements("X", " ,") == []
    )


def test_the_preferred_media_range_comes_first() -> None:
    value = "text/*;q=0.3, text/html;q=0.7, text/html;level=1, text/html;level=2;q=0.4, */*;q=0.5"
    assert texts("Accept", value) == [
        "text/html;level=1",
        "text/html;q=0.7",
        "*/*;q=0.5",
        "text/html;level=2;q=0.4",
        "text/*;q=0.3",
    ]


def test_of_equal_quality_the_more_specific_comes_first() -> None:
    assert texts("Accept", "text/*, text/html, text/html;level=1, */*") == [
        "text/html;level=1",
        "text/html",
        "text/*",
        "*/*",
    ]


@pytest.mark.parametrize("name", ["Accept", "accept-charset", "Accept-Language", "TE", "te"])
def test_negotiating_fields_have_accept_elements(name: str) -> None:
    (element,) = header_elements(name, "a;q=0.5")
    assert isinstance(element, AcceptElement)
    assert element.qvalue == 0.5


def test_other_fields_have_plain_elements_in_falling_order() -> None:
    elements = header_elements("Connection", "a, c;x=1;y, b")
    assert [type(element) for element in elements] == [HeaderElement] * 3
    assert [(element.value, element.params) for element in elements] == [
        ("c", {"x": "1", "y": ""}),
        ("b", {}),
        ("a", {}),
    ]


def test_more_preferred_is_less() -> None:
    best, worst = AcceptElement.from_str("a"), AcceptElement.from_str("b;q=0.3")
    assert best < worst
    assert worst > best
    assert best <= worst
    assert sorted([worst, best]) == [best, worst]
    assert min(worst, best) is best


def test_elements_with_the_same_text_are_equal() -> None:
    assert AcceptElement("a") == AcceptElement.from_str("a")
    assert len({AcceptElement("a"), AcceptElement("a")}) == 1
    assert AcceptElement("a") != HeaderElement("a")
    assert HeaderElement("a") < HeaderElement("b")


@pytest.mark.parametrize("kind", [HeaderElement, AcceptElement])
def test_elements_compare_with_their_own_kind_only(kind: type[HeaderElement]) -> None:
    with pytest.raises(TypeError):
        kind("a") < "b"  # noqa: B015 - comparing them is the point


@pytest.mark.parametrize(
    ("text", "quality"),
    [
        ("a", 1.0),
        ("a;q=0.25", 0.25),
        ("a; Q=.5", 0.5),
        ("a;q=1.", 1.0),
        ("a;q=9", 1.0),
        ("a;q=0", 0),
    ],
)
def test_the_quality_value_is_a_number_up_to_one(text: str, quality: float) -> None:
    assert AcceptElement.from_str(text).qvalue == quality


def test_the_quality_value_may_be_given_as_text() -> None:
    assert AcceptElement("a", {"q": "0.5"}).qvalue == 0.5


@pytest.mark.parametrize("quality", ["x", "-1", "nan", "inf", "1e3", "", ".", "0.5x", "٣"])
def test_another_quality_value_is_a_bad_request(quality: str) -> None:
    with pytest.raises(HTTPError) as caught:
        header_elements("Accept", f"a;q={quality}")
    assert caught.value.code == 400
    assert caught.value.message == f"Malformed HTTP header: `a;q={quality}`"


def test_parameters_behind_the_quality_belong_to_it() -> None:
    element = AcceptElement.from_str("a;level=1;q=0.5;ext=2")
    quality = element.params["q"]
    assert isinstance(quality, HeaderElement)
    assert element.params["level"] == "1"
    assert quality.params == {"ext": "2"}
    assert str(element) == "a;level=1;q=0.5;ext=2"


def test_an_element_is_parsed_into_value_and_parameters() -> None:
    assert HeaderElement.parse(" token ; key = val ;; b ") == ("token", {"key": "val", "b": ""})
    assert repr(HeaderElement.from_str("a;b=c")) == "HeaderElement('a', {'b': 'c'})"


def test_separators_in_quoted_strings_are_text() -> None:
    (second, first) = header_elements("X", r'a;b="c,d;\"e", f')
    assert first.params == {"b": 'c,d;"e'}
    assert second.value == "f"


@given(tokens, st.dictionaries(tokens, st.text(st.characters(exclude_characters=" \t\r\n"))))
def test_an_element_reads_back_what_it_writes(value: str, params: dict[str, str]) -> None:
    trimmed = {name: text.strip() for name, text in params.items() if text[:1] != '"'}
    element = HeaderElement(value, dict(trimmed))
    assert HeaderElement.parse(str(element)) == (value, trimmed)


@given(st.text(',"\\ab'))
def test_splitting_loses_nothing(text: str) -> None:
    assert ",".join(RE_HEADER_SPLIT.split(text)) == text


@given(st.text(";ab"))
def test_without_quotes_it_splits_everywhere(text: str) -> None:
    assert ElementSplitter(";").split(text) == text.split(";")


def test_a_quote_that_nobody_closes_goes_on_to_the_end() -> None:
    assert RE_HEADER_SPLIT.split('a, "b, c') == ["a", ' "b, c']
    assert RE_HEADER_SPLIT.split('"a\\') == ['"a\\']


def test_a_single_quote_mark_is_a_value_of_its_own() -> None:
    (element,) = header_elements("X", 'a;b="')
    assert element.params == {"b": '"'}
