"""The value of a syntax tree, form by form.

Each form of expression that may be read has its line in a table; what has none is refused with a
reason. `LITERAL_FORMS` holds no form that looks up a name, so nothing under it can call or import.
"""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from cherrypy_config.errors import ExpressionError
from cherrypy_config.names import attribute, builtin_or_module

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Forms: TypeAlias = "Mapping[type[ast.AST], Callable[[_Evaluation, Any], Any]]"
"""How to read each form of expression that is allowed."""


def evaluate(text: str | None, forms: Forms) -> Any:
    """Return the value of the expression; the empty text and None stand for themselves.

    Raises:
        ExpressionError: The text is no expression of these forms, or computing it failed.
    """
    if not text:
        return text
    stripped = text.strip()
    try:
        return _Evaluation(stripped, forms).read(_parse(stripped))
    except (RecursionError, MemoryError) as error:
        raise ExpressionError(stripped, 1, 1, "the expression is nested too deeply") from error


def _parse(text: str) -> ast.expr:
    try:
        return ast.parse(text, filename="<config value>", mode="eval").body
    except SyntaxError as error:
        hint = "; a comment behind a value begins with '#'" if " ;" in text else ""
        reason = f"{error.msg}; a value is one Python expression, text in quotes{hint}"
        raise ExpressionError(text, error.lineno or 1, error.offset or 1, reason) from error
    except ValueError as error:
        raise ExpressionError(text, 1, 1, str(error)) from error


class _Evaluation:
    """One text on its way to a value."""

    def __init__(self, text: str, forms: Forms) -> None:
        self._text = text
        self._forms = forms

    def read(self, node: ast.AST) -> Any:
        """Return the value of one node."""
        form = self._forms.get(type(node))
        if form is None:
            raise self.error(node, _refusal(node, self._forms))
        return form(self, node)

    def read_all(self, nodes: list[ast.expr]) -> list[Any]:
        """Return the values of the items of a display or a call, starred ones unpacked."""
        found: list[Any] = []
        for node in nodes:
            value = self.read(node)
            found += value if isinstance(node, ast.Starred) else [value]
        return found

    def attempt(self, node: ast.AST, action: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Act, and turn what is raised into an error that says where in the text."""
        try:
            return action(*args, **kwargs)
        except Exception as error:
            raise self.error(node, f"{type(error).__name__}: {error}") from error

    def error(self, node: ast.AST, reason: str) -> ExpressionError:
        """Make the error that points at a node."""
        line: int = getattr(node, "lineno", 1)
        octets = self._text.split("\n")[line - 1].encode()[: getattr(node, "col_offset", 0)]
        return ExpressionError(self._text, line, len(octets.decode()) + 1, reason)


def _constant(_evaluation: _Evaluation, node: ast.Constant) -> Any:
    return node.value


def _name(evaluation: _Evaluation, node: ast.Name) -> Any:
    try:
        return builtin_or_module(node.id)
    except NameError as error:
        raise evaluation.error(node, f"{error}; text needs quotes: {node.id!r}") from error
    except Exception as error:
        reason = f"importing {node.id!r} failed with {type(error).__name__}: {error}"
        raise evaluation.error(node, reason) from error


def _attribute(evaluation: _Evaluation, node: ast.Attribute) -> Any:
    return evaluation.attempt(node, attribute, evaluation.read(node.value), node.attr)


def _subscript(evaluation: _Evaluation, node: ast.Subscript) -> Any:
    owner, index = evaluation.read(node.value), evaluation.read(node.slice)
    return evaluation.attempt(node, operator.getitem, owner, index)


def _slice(evaluation: _Evaluation, node: ast.Slice) -> slice[Any, Any, Any]:
    parts = (node.lower, node.upper, node.step)
    return slice(*(None if part is None else evaluation.read(part) for part in parts))


def _starred(evaluation: _Evaluation, node: ast.Starred) -> list[Any]:
    found: list[Any] = evaluation.attempt(node, list, evaluation.read(node.value))
    return found


def _call(evaluation: _Evaluation, node: ast.Call) -> Any:
    function = evaluation.read(node.func)
    args = evaluation.read_all(node.args)
    kwargs: dict[str, Any] = {}
    for keyword in node.keywords:
        given = _keyword(evaluation, keyword)
        twice = kwargs.keys() & given.keys()
        if twice:
            raise evaluation.error(keyword, f"the argument {min(twice)!r} is given twice")
        kwargs |= given
    return evaluation.attempt(node, function, *args, **kwargs)


def _keyword(evaluation: _Evaluation, keyword: ast.keyword) -> dict[str, Any]:
    value = evaluation.read(keyword.value)
    if keyword.arg is not None:
        return {keyword.arg: value}
    named: dict[str, Any] = evaluation.attempt(keyword, lambda: dict(**value))
    return named


def _list(evaluation: _Evaluation, node: ast.List) -> list[Any]:
    return evaluation.read_all(node.elts)


def _tuple(evaluation: _Evaluation, node: ast.Tuple) -> tuple[Any, ...]:
    return tuple(evaluation.read_all(node.elts))


def _set(evaluation: _Evaluation, node: ast.Set) -> set[Any]:
    found: set[Any] = evaluation.attempt(node, set, evaluation.read_all(node.elts))
    return found


def _dict(evaluation: _Evaluation, node: ast.Dict) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        found |= _unpacked(evaluation, value) if key is None else _pair(evaluation, key, value)
    return found


def _pair(evaluation: _Evaluation, key: ast.expr, value: ast.expr) -> dict[Any, Any]:
    name, content = evaluation.read(key), evaluation.read(value)
    pair: dict[Any, Any] = evaluation.attempt(key, lambda: {name: content})
    return pair


def _unpacked(evaluation: _Evaluation, node: ast.expr) -> dict[Any, Any]:
    value = evaluation.read(node)
    unpacked: dict[Any, Any] = evaluation.attempt(node, lambda: {**value})
    return unpacked


def _literal_dict(evaluation: _Evaluation, node: ast.Dict) -> dict[Any, Any]:
    if None in node.keys:
        raise evaluation.error(node, f"unpacking is {_NO_LITERAL}")
    return _dict(evaluation, node)


def _binary(evaluation: _Evaluation, node: ast.BinOp) -> Any:
    action = _BINARY.get(type(node.op))
    if action is None:
        raise evaluation.error(node, f"the operator {type(node.op).__name__} is no arithmetic")
    left, right = evaluation.read(node.left), evaluation.read(node.right)
    return evaluation.attempt(node, action, left, right)


def _unary(evaluation: _Evaluation, node: ast.UnaryOp) -> Any:
    return evaluation.attempt(node, _UNARY[type(node.op)], evaluation.read(node.operand))


def _complex(evaluation: _Evaluation, node: ast.BinOp) -> complex:
    """Read the one operation that is a literal: a real number and an imaginary one."""
    left, right = evaluation.read(node.left), evaluation.read(node.right)
    real = isinstance(left, int | float) and not isinstance(left, bool)
    if not (isinstance(node.op, ast.Add | ast.Sub) and real and isinstance(right, complex)):
        raise evaluation.error(node, f"arithmetic is {_NO_LITERAL}")
    whole: complex = left + right if isinstance(node.op, ast.Add) else left - right
    return whole


def _signed(evaluation: _Evaluation, node: ast.UnaryOp) -> int | float | complex:
    """Read a number behind its sign."""
    number = evaluation.read(node.operand)
    signed = isinstance(node.op, ast.USub | ast.UAdd) and isinstance(node.operand, ast.Constant)
    if not signed or type(number) not in {int, float, complex}:
        raise evaluation.error(node, f"an operation is {_NO_LITERAL}")
    action: Callable[[Any], int | float | complex] = _UNARY[type(node.op)]
    return action(number)


def _refusal(node: ast.AST, forms: Forms) -> str:
    if forms is LITERAL_FORMS and type(node) in PYTHON_FORMS:
        return f"{_DESCRIBED[type(node)]} is {_NO_LITERAL}"
    reason = _REFUSED.get(type(node), f"{type(node).__name__} is no value")
    return f"{reason}; a config value is data, not a program"


_BINARY: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}

_UNARY: Final[Mapping[type[ast.unaryop], Callable[[Any], Any]]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
    ast.Not: operator.not_,
}

PYTHON_FORMS: Final[Forms] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Starred: _starred,
    ast.Call: _call,
    ast.List: _list,
    ast.Tuple: _tuple,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
}

LITERAL_FORMS: Final[Forms] = {
    ast.Constant: _constant,
    ast.List: _list,
    ast.Tuple: _tuple,
    ast.Set: _set,
    ast.Dict: _literal_dict,
    ast.BinOp: _complex,
    ast.UnaryOp: _signed,
}

_NO_LITERAL: Final = "no literal; here a value is a number, quoted text, or a list of such"

_DESCRIBED: Final[Mapping[type[ast.AST], str]] = {
    ast.Name: "a name",
    ast.Attribute: "an attribute",
    ast.Subscript: "a subscript",
    ast.Slice: "a slice",
    ast.Starred: "unpacking",
    ast.Call: "a call",
}

_REFUSED: Final[Mapping[type[ast.AST], str]] = {
    ast.JoinedStr: "an f-string computes its text where nobody sees it; write the text out,"
    " or refer to another option as %(name)s",
    ast.Lambda: "a lambda has no name to be found by; name a function of a module",
    ast.ListComp: "a comprehension is a loop; name a function that builds the list",
    ast.SetComp: "a comprehension is a loop; name a function that builds the set",
    ast.DictComp: "a comprehension is a loop; name a function that builds the dict",
    ast.GeneratorExp: "a generator is a loop; name a function that makes it",
    ast.Compare: "a comparison decides; write True or False, or name a function that decides",
    ast.BoolOp: "a condition decides; write the value that is meant",
    ast.IfExp: "a condition decides; write the value that is meant",
    ast.NamedExpr: "an assignment has nowhere to go; write the value",
}
