"""The policy gate: what may stand in a file at all, and how what may not is named."""

import ast

import pytest

from verify.advice import LITERALS, NEAREST
from verify.limits import DEFAULT
from verify.reasons import Forbidden, Malformed, Reason, Refusal, TooLarge, Unsupported
from verify.source import ALLOWED, to_source

FINE = b"def f(n: int) -> int:\n    return n\n"
BODY = "def f(n: int) -> int:\n    m = n\n    {}\n    return m\n"
SNIPPETS: dict[type[ast.AST], tuple[str, str, int]] = {
    ast.Div: ("m = n / 2", "`/`", 9),
    ast.MatMult: ("m = n @ n", "`@`", 9),
    ast.Assert: ("assert m > 0", "`assert`", 5),
    ast.Import: ("import os", "`import`", 5),
    ast.NamedExpr: ("m = (k := n)", "`:=`", 10),
    ast.Is: ("m = 1 if n is m else 0", "`is`", 14),
    ast.IsNot: ("m = 1 if n is not m else 0", "`is not`", 14),
    ast.Try: ("try: m = n // 2\n    except ZeroDivisionError: m = 0", "`try`", 5),
    ast.Raise: ("raise n", "`raise`", 5),
    ast.Match: ("match n:\n        case 1: m = 2", "`match`", 5),
    ast.With: ("with n: pass", "`with`", 5),
    ast.Dict: ("m = {n: n}", "a dict", 9),
    ast.DictComp: ("m = {k: n for k in n}", "a dict", 9),
    ast.Set: ("m = {n}", "a set", 9),
    ast.SetComp: ("m = {k for k in n}", "a set", 9),
    ast.JoinedStr: ("m = f'{n}'", "an f-string", 9),
    ast.ClassDef: ("class C: pass", "a class", 5),
    ast.Delete: ("del m[0]", "`del`", 5),
    ast.Global: ("global m", "`global`", 5),
    ast.Nonlocal: ("nonlocal m", "`nonlocal`", 5),
    ast.Starred: ("m = max(*n)", "`*`", 13),
    ast.Yield: ("yield m", "`yield`", 5),
    ast.YieldFrom: ("yield from m", "`yield from`", 5),
    ast.Await: ("await m", "`await`", 5),
    ast.AsyncFunctionDef: ("async def g(): pass", "`async def`", 5),
    ast.AsyncFor: ("async for k in n: pass", "`async for`", 5),
    ast.AsyncWith: ("async with n: pass", "`async with`", 5),
}


def refused(content: bytes | str) -> Reason:
    """Return the reason for which a file is refused."""
    with pytest.raises(Refusal) as refusal:
        to_source(content if isinstance(content, bytes) else content.encode(), "f.py", DEFAULT)
    return refusal.value.reason


def in_body(text: str) -> Reason:
    """Return the reason for which a function with this text on its third line is refused."""
    return refused(BODY.format(text))


def test_a_plain_file_is_read() -> None:
    source = to_source(FINE, "f.py", DEFAULT)
    assert (source.label, source.content) == ("f.py", FINE)
    assert source.where(source.tree.body[0]) == "f.py:1:1"


@pytest.mark.parametrize(
    "text",
    ["ｎ", "ﬁ", "ⅸ", "𝐧", "n\u200b", "\u202en", "а", "n\u00a0"],
    ids=["full-width", "ligature", "numeral", "bold", "zero-width", "bidi", "Cyrillic", "no-break space"],
)  # fmt: skip
@pytest.mark.parametrize("form", ["{} = 1", "m = 1  # {}", "m = '{}'"], ids=["name", "comment", "text"])
def test_letters_that_look_or_normalise_alike_are_refused_everywhere(text: str, form: str) -> None:
    reason = in_body(form.format(text))
    assert isinstance(reason, Malformed)
    assert reason.where == "f.py:3"


@pytest.mark.parametrize("odd", [b"\r", b"\t", b"\f", b"\v", b"\0", b"\x7f", b"\xff", b"\xef\xbb\xbf"])
def test_bytes_that_are_no_plain_text_are_refused(odd: bytes) -> None:
    reason = refused(FINE + b"# " + odd + b"\n")
    assert isinstance(reason, Malformed)
    assert reason.where == "f.py:3"
    assert isinstance(refused(odd + FINE), Malformed)


def test_an_encoding_cookie_has_no_say() -> None:
    # in UTF-7 `+AAo-` is the end of a line, and what follows it would be code
    content = b"# -*- coding: utf-7 -*-\nx = 1  # +AAo-import os\n"
    source = to_source(content, "f.py", DEFAULT)
    assert [type(node) for node in source.tree.body] == [ast.Assign]
    for name in (b"rot13", b"utf-16", b"nowhere"):
        assert len(to_source(b"# coding: " + name + b"\n" + FINE, "f.py", DEFAULT).tree.body) == 1


def test_what_is_no_python_is_named_by_line() -> None:
    reason = in_body("m = ")
    assert isinstance(reason, Malformed)
    assert reason.where == "f.py:3"


@pytest.mark.parametrize(
    "text", [" + ".join(["n"] * 100), "-" * 100 + "n", "not " * 5_000 + "n", "abs(" * 80 + "n" + ")" * 80]
)
def test_deep_nesting_is_refused(text: str) -> None:
    assert isinstance(in_body(f"m = {text}"), TooLarge)


def test_parentheses_nested_beyond_the_parser_are_refused() -> None:
    assert isinstance(in_body("m = " + "(" * 1_000 + "n" + ")" * 1_000), Malformed | TooLarge)


def test_long_files_and_literals_are_refused() -> None:
    reason = refused(FINE + b"#" * DEFAULT.source_bytes)
    assert isinstance(reason, TooLarge)
    assert str(DEFAULT.source_bytes) in reason.what
    assert isinstance(in_body(f"m = {2**DEFAULT.literal_bits}"), TooLarge)
    assert to_source(BODY.format(f"m = {2**DEFAULT.literal_bits - 1}").encode(), "f.py", DEFAULT)
    assert isinstance(in_body(f"m = {'9' * 5_000}"), Malformed)


@pytest.mark.parametrize("name", ["__import__", "__class__", "__m", "m__", "m" * 65])
def test_reserved_forms_of_names_are_forbidden(name: str) -> None:
    for text in (f"{name} = 1", f"m = {name}"):
        reason = in_body(text)
        assert isinstance(reason, Forbidden)
        assert reason.where.startswith("f.py:3:")


@pytest.mark.parametrize("name", ["abs", "min", "range", "int", "target", "require", "ensure", "decreases", "result", "sum"])
def test_names_of_the_language_are_not_bound_again(name: str) -> None:
    assert isinstance(in_body(f"{name} = 1"), Forbidden)
    assert isinstance(refused(f"def {name}(n: int) -> int:\n    return n\n"), Forbidden)
    if name != "result":
        assert isinstance(refused(f"def f({name}: int) -> int:\n    return 1\n"), Forbidden)


def test_there_is_a_snippet_for_every_construct_with_a_nearest_form() -> None:
    assert SNIPPETS.keys() == NEAREST.keys()


@pytest.mark.parametrize("kind", SNIPPETS, ids=lambda k: k.__name__)
def test_an_unsupported_construct_is_named_by_line_with_the_nearest_form(kind: type[ast.AST]) -> None:
    text, word, column = SNIPPETS[kind]
    reason = in_body(text)
    assert isinstance(reason, Unsupported)
    assert reason.verdict == "decline"
    assert reason.where == f"f.py:3:{column}"
    assert word in reason.what
    assert reason.do == NEAREST[kind]


def test_every_kind_of_node_is_allowed_or_has_a_nearest_form() -> None:
    bare = {ast.Interactive, ast.Expression, ast.FunctionType, ast.Store, ast.Load, ast.Del, ast.ExceptHandler, ast.withitem,
            ast.match_case, ast.FormattedValue, ast.TypeIgnore}  # fmt: skip
    within = (ast.pattern, ast.slice, ast.expr_context, ast.mod, ast.type_ignore)
    newer = {"TryStar", "TypeAlias", "Param", "AugLoad", "AugStore", "Suite", "Index", "ExtSlice", "Num", "Str", "Bytes",
             "NameConstant", "Ellipsis", "TypeVar", "ParamSpec", "TypeVarTuple"}  # fmt: skip
    kinds = {k for k in vars(ast).values() if isinstance(k, type) and issubclass(k, ast.AST) and not k.__subclasses__()}
    open_ = {k for k in kinds - bare - ALLOWED - NEAREST.keys() if not issubclass(k, within) and k.__name__ not in newer}
    assert open_ == set()


@pytest.mark.parametrize(
    ("text", "column", "do"),
    [
        ("m = 1.5", 9, LITERALS[float]),
        ("m = 1j", 9, LITERALS[complex]),
        ("m = b'a'", 9, LITERALS[bytes]),
        ("m = None", 9, LITERALS[type(None)]),
        ("m = ...", 9, LITERALS[type(...)]),
        ("while m > 0: m = m - 1\n    else: m = 2", 5, "Put it after the loop."),
        ("for k in range(n): m = k\n    else: m = 2", 5, "Put it after the loop."),
        ("def g(a=1): return a", 5, "Write `name: type`."),
        ("def g(*a): return 1", 5, "Write `name: type`."),
        ("def g(**a): return 1", 5, "Write `name: type`."),
        ("def g(*, a): return a", 5, "Write `name: type`."),
        ("def g(a, /): return a", 5, "Write `name: type`."),
        ("m = n.real", 9, "Lists have append, extend, pop, count and copy."),
        ("n.x = 1", 5, "Lists have append, extend, pop, count and copy."),
        ("m = [k async for k in n]", 9, "Write a plain `for`."),
    ],
)
def test_other_constructs_are_unsupported(text: str, column: int, do: str) -> None:
    reason = in_body(text)
    assert isinstance(reason, Unsupported)
    assert (reason.where, reason.do) == (f"f.py:3:{column}", do)


@pytest.mark.parametrize(
    "line",
    ["from os import path", "from icontract import invariant", "from icontract import require as r", "from verify import *",
     "from . import target", "from .verify import target", "from verify.markers import target"],
)  # fmt: skip
def test_other_imports_are_forbidden(line: str) -> None:
    reason = refused(line.encode() + b"\n" + FINE)
    assert isinstance(reason, Forbidden)
    assert "icontract" in reason.do


def test_the_first_fault_of_a_file_is_named() -> None:
    assert in_body("x = {n}\n    y = n / 2").where == "f.py:3:9"
    assert in_body("x = n + {n} / 2").where == "f.py:3:13"


def test_nothing_is_run() -> None:
    assert isinstance(refused("raise SystemExit\n"), Unsupported)
    to_source(b"def f(n: int) -> int:\n    return 1 // 0\n\n\nx = f(1)\n", "f.py", DEFAULT)
