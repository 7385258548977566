"""Refuses only: bytes -> Source, a syntax tree that holds nothing but nodes on the allow-list.

This is the policy gate. It never runs or imports what it reads. Characters, size and depth are judged before and just after
parsing; what each construct means is judged in `verify.program`.
"""

import ast
from dataclasses import dataclass

from verify.advice import LITERALS, NEAREST
from verify.canonical import Digest, digest_bytes
from verify.limits import Limits
from verify.reasons import Forbidden, Malformed, Reason, Refusal, TooLarge, Unsupported


@dataclass(frozen=True, slots=True)
class Source:
    """A file that passed the policy gate; `tree` is the syntax tree of exactly `content`."""

    label: str
    content: bytes
    tree: ast.Module

    @property
    def digest(self) -> Digest:
        """SHA-256 of the bytes."""
        return digest_bytes(self.content)

    def where(self, node: ast.AST) -> str:
        """Return `file:line:column` of a node, columns from 1."""
        return f"{self.label}:{getattr(node, 'lineno', 1)}:{getattr(node, 'col_offset', 0) + 1}"


# Every node kind that may stand in a file at all. Default deny: a kind that a later Python adds is refused.
ALLOWED: frozenset[type[ast.AST]] = frozenset({
    ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.ImportFrom, ast.alias, ast.keyword,
    ast.Assign, ast.AugAssign, ast.AnnAssign, ast.If, ast.While, ast.For, ast.Return, ast.Expr, ast.Pass,
    ast.Constant, ast.Name, ast.Load, ast.Store, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare,
    ast.IfExp, ast.Call, ast.Lambda, ast.Break, ast.Continue, ast.List, ast.ListComp, ast.GeneratorExp, ast.comprehension,
    ast.Subscript, ast.Slice, ast.Attribute,
    ast.USub, ast.UAdd, ast.Not, ast.Invert, ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod, ast.Pow, ast.LShift, ast.RShift,
    ast.BitAnd, ast.BitOr, ast.BitXor, ast.And, ast.Or,
    ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.In, ast.NotIn,
})  # fmt: skip

RESERVED = frozenset({
    "abs", "min", "max", "range", "int", "bool", "result", "target", "pure", "require", "ensure", "invariant", "decreases",
    "component", "True", "False", "None", "sum", "len", "all", "any", "sorted", "divmod", "pow", "list", "tuple",
    "reversed", "enumerate", "zip", "List", "Tuple",
})  # fmt: skip
"""Names that a function, parameter or local may not take."""

IMPORTS = {
    "icontract": ("ensure", "require"), "typing": ("List", "Tuple"),
    "verify": ("target", "pure", "invariant", "decreases", "component"),
}  # fmt: skip
METHODS = frozenset({
    "append", "extend", "pop", "count", "copy", "insert", "remove", "sort", "reverse", "clear", "index",
})  # fmt: skip
"""Methods of lists that may be named; `verify/program.py` says which of them are in the language, and what to write else."""

PRINTABLE = frozenset(range(0x20, 0x7F)) | {0x0A}


def to_source(content: bytes, label: str, limits: Limits) -> Source:
    """Read a file's bytes as a Source.

    `label` is how messages name the file. Raises Refusal (Malformed, TooLarge, Unsupported, Forbidden).
    """
    text = _text(content, label, limits)
    try:
        # a str, not bytes: an encoding cookie must have no say in what the text is
        tree = ast.parse(text, filename="<source>", mode="exec", type_comments=False)
    except SyntaxError as fault:
        raise Refusal(Malformed(what=f"not valid Python: {fault.msg}.", where=f"{label}:{fault.lineno or 1}")) from None
    except (MemoryError, RecursionError, ValueError):
        raise Refusal(TooLarge(what="the file is nested too deeply to be parsed.", where=label)) from None
    source = Source(label, content, tree)
    _judge(source, limits)
    return source


def _text(content: bytes, label: str, limits: Limits) -> str:
    """Judge size and characters: UTF-8, and of it only printable ASCII, spaces and newlines outside comments and docstrings.

    Look-alike letters, NFKC surprises, bidi marks and odd line ends have no place to hide where all is ASCII.
    """
    if len(content) > limits.source_bytes:
        what = f"{len(content)} bytes; the limit is {limits.source_bytes}."
        raise Refusal(TooLarge(what=what, where=label, do="Split the file."))
    for number, line in enumerate(content.split(b"\n"), start=1):
        odd = next((c for c in line if c not in PRINTABLE), None)
        if odd is not None:
            what = f"byte 0x{odd:02x} is not printable ASCII."
            raise Refusal(Malformed(what=what, where=f"{label}:{number}", do="Use plain ASCII, spaces and newlines."))
    return content.decode("ascii")


def _judge(source: Source, limits: Limits) -> None:
    """Walk the whole tree without recursion; refuse the first node, in source order, that is not allowed."""
    faults: list[tuple[int, int, Reason]] = []
    stack: list[tuple[ast.AST, int, ast.AST]] = [(source.tree, 0, source.tree)]
    while stack:
        node, depth, place = stack.pop()
        place = node if hasattr(node, "lineno") else place  # operators carry no position of their own
        if depth > limits.syntax_depth:
            what = f"nested deeper than {limits.syntax_depth} levels."
            raise Refusal(TooLarge(what=what, where=source.where(place), do="Name the parts on lines of their own."))
        fault = _fault(node, source.where(place), limits)
        if fault:
            faults.append((getattr(place, "lineno", 1), getattr(place, "col_offset", 0), fault))
        stack += [(child, depth + _levels(node), place) for child in ast.iter_child_nodes(node)]
    if faults:
        raise Refusal(min(faults, key=lambda f: f[:2])[2])


def _levels(node: ast.AST) -> int:
    """Return how many levels of nesting a node makes for the readings: its links; three for a loop, of which Python nests 20."""
    match node:
        case ast.BoolOp(values=values):
            return len(values) - 1
        case ast.Compare(ops=ops):
            return len(ops)
        case ast.For() | ast.While():
            return 3
    return 1


def _fault(node: ast.AST, where: str, limits: Limits) -> Reason | None:  # noqa: PLR0912 - one arm a kind
    """Return why a node may not stand in a file, looking at its own fields only."""
    kind = type(node)
    if kind not in ALLOWED:
        return Unsupported(what=f"{_describe(node)} is not supported.", where=where, do=NEAREST.get(kind, ""))
    match node:
        case ast.Constant(value=value):
            if type(value) not in (int, bool, str):
                return Unsupported(what=f"{value!r} is not an int or a bool.", where=where, do=LITERALS[type(value)])
            if isinstance(value, int) and value.bit_length() > limits.literal_bits:
                return TooLarge(what=f"a literal of {value.bit_length()} bits; the limit is {limits.literal_bits}.", where=where)
        case ast.arguments() if node.posonlyargs or node.kwonlyargs or node.vararg or node.kwarg or node.defaults:
            what, do = "only plain parameters without defaults are supported.", "Write `name: type`."
            return Unsupported(what=what, where=where, do=do)
        case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name) if not _plain(name):
            do = "Use letters, digits and single underscores."
            return Forbidden(what=f"the name `{name}` is reserved.", where=where, do=do)
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.FunctionDef(name=name) if name in RESERVED:
            if not (isinstance(node, ast.arg) and name == "result"):  # a postcondition's lambda takes `result`
                return Forbidden(what=f"`{name}` may not be bound again.", where=where, do="Choose another name.")
        case ast.FunctionDef() if node.type_comment or getattr(node, "type_params", []):
            return Unsupported(what="type parameters are not supported.", where=where, do="Write the types out.")
        case ast.ImportFrom(module=module, names=names, level=level):
            if level or any(n.asname or n.name not in IMPORTS.get(module or "", ()) for n in names):
                return Forbidden(what=f"import from `{module}` is not allowed.", where=where, do=NEAREST[ast.Import])
        case ast.Attribute(attr=attr, ctx=context) if not (isinstance(context, ast.Load) and attr in METHODS):
            what, do = f"the attribute `.{attr[:40]}` is not supported.", "Lists have append, extend, pop, count and copy."
            return Unsupported(what=what, where=where, do=do)
        case ast.comprehension(is_async=int() as waits) if waits:
            return Unsupported(what="`async` is not supported.", where=where, do="Write a plain `for`.")
        case ast.While(orelse=[_, *_]) | ast.For(orelse=[_, *_]):
            return Unsupported(what="`else` on a loop is not supported.", where=where, do="Put it after the loop.")
    return None


def _plain(name: str) -> bool:
    """Say whether a name can be a variable; `_` alone may be a loop variable that nobody reads."""
    return not name.startswith("__") and not name.endswith("__") and len(name) <= 64  # noqa: PLR2004 - a readable length


def _describe(node: ast.AST) -> str:
    """Name a node as its author knows it."""
    words = {
        ast.Div: "`/`", ast.Is: "`is`", ast.IsNot: "`is not`", ast.MatMult: "`@`", ast.NamedExpr: "`:=`", ast.ClassDef: "a class",
        ast.Try: "`try`", ast.With: "`with`", ast.Global: "`global`", ast.Nonlocal: "`nonlocal`", ast.Delete: "`del`",
        ast.Import: "`import`", ast.Raise: "`raise`", ast.Starred: "`*`", ast.Match: "`match`", ast.Assert: "`assert`",
        ast.Dict: "a dict", ast.DictComp: "a dict", ast.Set: "a set", ast.SetComp: "a set", ast.JoinedStr: "an f-string",
        ast.Yield: "`yield`", ast.YieldFrom: "`yield from`", ast.Await: "`await`", ast.AsyncFunctionDef: "`async def`",
        ast.AsyncFor: "`async for`", ast.AsyncWith: "`async with`",
    }  # fmt: skip
    return words.get(type(node), f"{type(node).__name__}")
