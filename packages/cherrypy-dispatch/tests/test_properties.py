"""What holds for every tree, path and signature."""

from __future__ import annotations

import inspect
from inspect import Parameter
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cherrypy_dispatch import (
    Dispatcher,
    Match,
    expose,
    merge,
    punctuation_to_underscores,
    validate_translator,
    walk_site,
)
from cherrypy_dispatch import test_callable_spec as check_spec
from cherrypy_dispatch.names import spares_identifiers
from cherrypy_dispatch.places import place, split
from cherrypy_httputil import HTTPError

# How long an example takes says more about the machine than about the code.
settings.register_profile("patient", settings(), deadline=None)
patient = settings(settings.get_profile("patient"))

NAMES = ["a", "b", "index", "default", "x_y", "_c"]
segments = st.sampled_from([*NAMES, "x-y", "x.y", "1", "__class__", "%2F", "é"])
paths = st.one_of(
    st.lists(segments, max_size=6).map("/".join),
    st.lists(segments, max_size=6).map(lambda parts: "/" + "/".join(parts) + "/"),
    st.text(max_size=30),
)
configs = st.none() | st.dictionaries(st.sampled_from("klm"), st.integers(), max_size=2)


def tree(children: dict[str, Any], exposed: bool, config: dict[str, int] | None) -> Any:
    node = SimpleNamespace(**children)
    if exposed:
        node.exposed = True
    if config is not None:
        node._cp_config = config
    return node


trees = st.recursive(
    st.builds(tree, st.just({}), st.booleans(), configs),
    lambda inner: st.builds(
        tree, st.dictionaries(st.sampled_from(NAMES), inner, max_size=4), st.booleans(), configs
    ),
    max_leaves=12,
)
sections = st.dictionaries(
    st.lists(segments, max_size=3).map(lambda parts: "/" + "/".join(parts)),
    st.dictionaries(st.sampled_from("klm"), st.integers(), max_size=2),
    max_size=4,
)


def model(root: Any, path: str) -> tuple[Any, tuple[str, ...], bool]:
    """Find handler, arguments and is_index, as simply as can be said."""
    parts = [part for part in path.split("/") if part]
    names = [part.translate(punctuation_to_underscores) for part in parts]
    names = ["" if name.startswith("__") else name for name in names]
    nodes = [root]
    for name in [*names, "index"]:
        nodes.append(getattr(nodes[-1], name, None))
    args = [part.replace("%2F", "/") for part in parts]
    for at in reversed(range(len(nodes))):
        default = getattr(nodes[at], "default", None)
        if getattr(default, "exposed", False):
            return default, tuple(args[at:]), path.endswith("/")
        if getattr(nodes[at], "exposed", False):
            return nodes[at], tuple(args[at:]), at == len(nodes) - 1
    return None, (), False


@patient
@given(trees, paths)
def test_match_is_what_the_simple_model_finds(root: Any, path: str) -> None:
    found = Dispatcher().match(root, {}, path)
    handler, args, is_index = model(root, path)
    assert found.handler is handler
    assert (found.args, found.is_index) == (args, is_index)


@patient
@given(trees, paths, sections)
def test_every_section_on_the_path_applies_once_and_in_order(
    root: Any, path: str, conf: dict[str, dict[str, int]]
) -> None:
    parts = [*split(path), "index"]
    on_path = [here for count in range(len(parts) + 1) if (here := place(parts, count)) in conf]
    layers = Dispatcher().match(root, conf, path).layers
    assert [here for here, layer in layers if any(layer is one for one in conf.values())] == on_path
    assert [len(here) for here, _ in layers] == sorted(len(here) for here, _ in layers)


@patient
@given(trees, paths, sections)
def test_asked_node_that_leads_to_the_root_changes_nothing_else(
    root: Any, path: str, conf: dict[str, dict[str, int]]
) -> None:
    def way(vpath: list[str]) -> Any:
        vpath.pop(0)
        return root

    direct = Dispatcher().match(root, conf, f"/{path}")
    moved = {f"/asked{where if where != '/' else ''}": config for where, config in conf.items()}
    asked = Dispatcher().match(SimpleNamespace(_cp_dispatch=way), moved, f"/asked/{path}")

    def facts(found: Match) -> Any:
        return found.handler, found.args, found.is_index, merge(found.layers)

    assert facts(asked) == facts(direct)


@patient
@given(trees, st.text(), sections)
def test_no_text_makes_it_fail_or_leave_the_tree(
    root: Any, path: str, conf: dict[str, dict[str, int]]
) -> None:
    found = Dispatcher().match(root, conf, path)
    assert found.handler is None or isinstance(found.handler, SimpleNamespace)
    assert all(found.args)


@patient
@given(trees)
def test_what_the_site_lists_is_found_at_its_path(root: Any) -> None:
    for published in walk_site(root):
        found = Dispatcher().match(root, {}, published.pattern)
        assert found.handler is not None
        if published.kind == "index":
            assert found.is_index


@patient
@given(st.lists(st.tuples(st.just("/"), st.dictionaries(st.text(max_size=2), st.integers()))))
def test_merging_is_updating_in_order(layers: list[tuple[str, dict[str, int]]]) -> None:
    expected: dict[str, int] = {}
    for _, layer in layers:
        expected.update(layer)
    assert merge(layers) == expected


@patient
@given(st.lists(st.text(alphabet="abc/-%", min_size=1)).map("/".join))
def test_segments_make_their_path_again(path: str) -> None:
    parts = split(path)
    assert split(place(parts)) == parts
    assert all(part and "/" not in part for part in parts)


@patient
@given(st.dictionaries(st.characters().map(ord), st.characters() | st.none(), max_size=3))
def test_translation_that_spares_identifiers_leaves_them_alone(
    translation: dict[int, str | None],
) -> None:
    validate_translator(translation)
    if spares_identifiers(translation):
        for code in translation:
            text = f"a{chr(code)}"
            assert not text.isidentifier() or text.translate(translation) == text


KINDS = [
    Parameter.POSITIONAL_ONLY,
    Parameter.POSITIONAL_OR_KEYWORD,
    Parameter.VAR_POSITIONAL,
    Parameter.KEYWORD_ONLY,
    Parameter.VAR_KEYWORD,
]


@st.composite
def signatures(draw: st.DrawFn) -> inspect.Signature:
    parameters = []
    optional = False
    for kind in KINDS:
        variable = kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
        for number in range(draw(st.integers(0, 1 if variable else 2))):
            name = f"{kind.name.lower()[0:9:4]}{int(kind)}{number}"
            optional = draw(st.booleans()) or (optional and kind < Parameter.VAR_POSITIONAL)
            default = "d" if optional and not variable else Parameter.empty
            parameters.append(Parameter(name, kind, default=default))
    return inspect.Signature(parameters)


@patient
@given(signatures(), st.lists(st.just("v"), max_size=5), st.data())
def test_check_refuses_exactly_what_the_signature_refuses(
    signature: inspect.Signature, args: list[str], data: st.DataObject
) -> None:
    made: dict[str, Any] = {}
    exec(f"def page{signature}: pass", made)
    page = made["page"]
    names = [*signature.parameters, "other"]
    kwargs = dict.fromkeys(data.draw(st.sets(st.sampled_from(names))), "v")
    try:
        page(*args, **kwargs)
    except TypeError:
        fits = False
    else:
        fits = True
    try:
        check_spec(page, args, kwargs)
    except HTTPError:
        assert not fits
    else:
        assert fits


@patient
@given(st.text(alphabet="ab.-_", min_size=1, max_size=6))
def test_page_is_found_by_each_alias_as_it_was_given(alias: str) -> None:
    class Root:
        @expose(alias)
        def page(self) -> None: ...

    found = Dispatcher().match(Root(), {}, f"/{alias}").handler
    reserved = alias.translate(punctuation_to_underscores).startswith("__")
    assert (found is None) is reserved
