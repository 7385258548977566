"""A function in somebody's own file: bytes -> a spec that asks for a better one -> the bytes with that one in its place.

Nothing here decides: the spec is judged as any other, and what is put in place is read back and compared with what was proved.
"""

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from loop.normal import normal_text
from verify.limits import DEFAULT
from verify.reasons import Malformed, Reason, Refusal, ToolBroken, Unsupported
from verify.source import to_source

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
HARMLESS: Final = ("functools.cache", "functools.lru_cache", "typing.final", "typing_extensions.final")
"""decorators that leave what a function returns as it is"""
CONTRACTS: Final = {
    "icontract.require": "require", "icontract.ensure": "ensure", "verify.pure": "pure", "verify.target": "target",
}  # fmt: skip
"""decorators that a spec takes over, and their names there"""
_IMPORTS: Final = {
    "typing": ("List", "Tuple"), "icontract": ("ensure", "require"), "verify": ("decreases", "invariant", "pure", "target"),
}  # fmt: skip
_MARK: Final = b"\xef\xbb\xbf"
"""how some editors begin a file; it is no part of its first line"""
_BUILTINS: Final = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class OwnFunction:
    """A function at the top level of a file, with the functions of the file that it calls."""

    label: str
    content: bytes
    tree: ast.Module
    node: ast.FunctionDef
    helpers: tuple[ast.FunctionDef, ...] = ()

    @property
    def name(self) -> str:
        """The function's name."""
        return self.node.name


@dataclass(frozen=True, slots=True)
class OwnSpec:
    """The text of a spec, and for each of its lines the line of the file that it is, 0 for none."""

    text: str
    lines: tuple[int, ...]
    label: str

    def told(self, reason: Reason) -> Reason:
        """Return a reason about the spec as one about the file."""
        match = re.fullmatch(re.escape(self.label) + r":(\d+)(:\d+)?", reason.where)
        line = self.lines[int(match[1]) - 1] if match and int(match[1]) <= len(self.lines) else 0
        return replace(reason, where=f"{self.label}:{line}{match[2] or ''}") if match and line else reason


def own_function(content: bytes, label: str, name: str) -> OwnFunction:
    """Find a function in a file. Raises Refusal (Malformed, Unsupported), and LookupError where the file has no such function."""
    try:
        tree = ast.parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refusal(Malformed(what="the file is not UTF-8.", where=label, do="Save it as UTF-8.")) from None
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        where = f"{label}:{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else label
        raise Refusal(Malformed(what="the file is no Python.", where=where, do="Mend it first.")) from None
    found = [(node, around) for node, around in _definitions(tree.body, "") if node.name == name.rpartition(".")[2]]
    if "." in name:
        found = [(node, around) for node, around in found if around == "class"]
    if not found:
        listed = ", ".join(dict.fromkeys(n.name for n, around in _definitions(tree.body, "") if not around)) or "none"
        raise LookupError(f"{label} has no function {name!a}; it has {listed}.")
    node = _suitable(label, found)
    own = OwnFunction(label, content, tree, node)
    bound = list(_bound(tree.body))
    return replace(own, helpers=_helpers(own, bound))


def _definitions(block: Sequence[ast.stmt], around: str) -> Iterator[tuple[Function, str]]:
    """Yield every function of a block, and what it stands in: nothing, a class, a function, or a statement."""
    for s in block:
        inner = "class" if isinstance(s, ast.ClassDef) else "function" if isinstance(s, Function) else around or "statement"
        if isinstance(s, Function):
            yield s, around
        for part in ("body", "orelse", "finalbody"):
            yield from _definitions(getattr(s, part, []), inner)
        for handler in (*getattr(s, "handlers", ()), *getattr(s, "cases", ())):
            yield from _definitions(handler.body, inner)


def _suitable(label: str, found: Sequence[tuple[Function, str]]) -> ast.FunctionDef:
    """Return the one function that is meant. Raises Refusal(Unsupported)."""
    node, around = found[0]
    where = f"{label}:{node.lineno}"
    if len(found) > 1:
        lines = ", ".join(str(n.lineno) for n, _ in found)
        what, do = f"the file defines `{node.name}` {len(found)} times, on lines {lines}.", "Give each a name of its own."
        raise Refusal(Unsupported(what=what, where=where, do=do))
    if isinstance(node, ast.AsyncFunctionDef):
        do = "Take what it computes into a plain function."
        raise Refusal(Unsupported(what=f"`{node.name}` is async.", where=where, do=do))
    if around:
        kind = {"class": "a method", "function": "defined in another function"}.get(around, f"defined within a {around}")
        do = "Take what it computes into a function at the top level of the file, and call that."
        raise Refusal(Unsupported(what=f"`{node.name}` is {kind}.", where=where, do=do))
    return node


def _bound(block: Sequence[ast.stmt]) -> Iterator[tuple[str, str, int]]:
    """Yield the names that a module binds: the name, what it is where it is imported, and the line."""
    for s in block:
        match s:
            case ast.Import(names=names):
                yield from ((a.asname or a.name.partition(".")[0], a.name if a.asname else a.name.partition(".")[0], s.lineno)
                            for a in names)  # fmt: skip
            case ast.ImportFrom(module=module, names=names):
                yield from ((a.asname or a.name, f"{module or ''}.{a.name}", s.lineno) for a in names)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, "", s.lineno
                yield from ((n, "", x.lineno) for x in ast.walk(s) if isinstance(x, ast.Global) for n in x.names)
            case _:
                stored = (x for x in ast.walk(s) if isinstance(x, ast.Name) and not isinstance(x.ctx, ast.Load))
                yield from ((x.id, "", x.lineno) for x in stored)
                inner = [x for x in ast.walk(s) if isinstance(x, ast.stmt) and x is not s]
                plain = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
                yield from _bound([x for x in inner if isinstance(x, plain)])


def _helpers(own: OwnFunction, bound: Sequence[tuple[str, str, int]]) -> tuple[ast.FunctionDef, ...]:
    """Return the functions of the file that one calls, at any remove. Raises Refusal where names may mean something else."""
    top = {s.name: s for s in own.tree.body if isinstance(s, ast.FunctionDef)}
    reached, ahead = {own.name: own.node}, [own.node]
    while ahead:
        node = ahead.pop()
        for x in ast.walk(node):
            if isinstance(x, ast.Name) and x.id in top and x.id not in reached:
                reached[x.id] = top[x.id]
                ahead.append(top[x.id])
    used = {x.id for n in reached.values() for x in ast.walk(n) if isinstance(x, ast.Name)}
    for name, meaning, line in bound:
        where = f"{own.label}:{line}"
        if name == "*" and used & _BUILTINS:
            do = "Import the names that are needed one by one."
            raise Refusal(Unsupported(what="an import of everything may give builtins another meaning.", where=where, do=do))
        if name in used & _BUILTINS and meaning not in (f"builtins.{name}", f"typing.{name}"):
            what = f"`{name}`, which `{own.name}` uses, is not Python's own in this file."
            raise Refusal(Unsupported(what=what, where=where, do="Give it another name here."))
        if name in reached and line != reached[name].lineno and line not in range(reached[name].lineno, _end(reached[name])):
            what = f"`{name}` is bound to something else as well."
            raise Refusal(Unsupported(what=what, where=where, do="Give it another name."))
    return tuple(n for n in sorted(reached.values(), key=lambda n: n.lineno) if n.name != own.name)


def _end(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) + 1


# -- the spec -------------------------------------------------------------------------------------------------------------------


def own_spec(own: OwnFunction) -> OwnSpec:
    """Return the spec that asks for a better version of a function. Raises Refusal(Unsupported) for a decorator not known."""
    file = own.content.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    imported = {name: what for name, what, _ in _bound(own.tree.body) if what}
    lines: list[tuple[str, int]] = []
    needed: set[str] = set()
    for node in (*own.helpers, own.node):
        lines += [("", 0), ("", 0)] if lines else []
        names = []
        for decorator in node.decorator_list:
            name = _decorator(own, decorator, imported)
            if name is not None:
                names.append(name)
                lines += _decorator_lines(name, decorator)
        if node is own.node and "target" not in names:
            lines.append(("@target", 0))
            names.append("target")
        needed.update(names)
        lines += [(file[i - 1], i) for i in range(node.lineno, _end(node))]
    used = {x.id for n in (*own.helpers, own.node) for x in ast.walk(n) if isinstance(x, ast.Name)}
    head = []
    for module, offered in _IMPORTS.items():
        if wanted := [n for n in offered if n in needed or (n in used and imported.get(n) == f"{module}.{n}")]:
            head.append((f"from {module} import {', '.join(wanted)}", 0))
    whole = [*head, ("", 0), ("", 0), *lines]
    return OwnSpec("\n".join(t for t, _ in whole) + "\n", tuple(n for _, n in whole), own.label)


def _decorator(own: OwnFunction, decorator: ast.expr, imported: dict[str, str]) -> str | None:
    """Return what a decorator is called in a spec, None where it has no part in it. Raises Refusal(Unsupported)."""
    name = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
    first, dot, rest = name.partition(".")
    full = f"{imported.get(first, first)}{dot}{rest}"
    if full in CONTRACTS:
        return CONTRACTS[full]
    if full not in HARMLESS:
        what = f"the decorator `{name}` may change what the function does."
        do = "Take what it computes into a function without it."
        raise Refusal(Unsupported(what=what, where=f"{own.label}:{decorator.lineno}", do=do))
    return None


def _decorator_lines(name: str, decorator: ast.expr) -> list[tuple[str, int]]:
    arguments = ""
    if isinstance(decorator, ast.Call):
        parts = [*map(ast.unparse, decorator.args), *(f"{k.arg}={ast.unparse(k.value)}" for k in decorator.keywords if k.arg)]
        arguments = f"({', '.join(parts)})"
    return [(f"@{name}{arguments}", decorator.lineno)]


# -- the patch ------------------------------------------------------------------------------------------------------------------


def patched(own: OwnFunction, candidate: bytes) -> bytes:
    """Return the file with a candidate's body in the place of the function's, all else byte for byte.

    Functions that the candidate brings stand above it. Raises Refusal: Unsupported where the layout leaves no place for it,
    ToolBroken where what stands there would not be what was proved.
    """
    made = _bare(own, candidate)
    (main,) = (n for n in made.body if isinstance(n, ast.FunctionDef) and n.name == own.name)
    others = [n for n in made.body if n is not main]
    newline = b"\r\n" if b"\r\n" in own.content else b"\n"
    lines = own.content.splitlines(keepends=True)
    statements = own.node.body[1:] if ast.get_docstring(own.node, clean=False) is not None else own.node.body
    if not statements:
        raise Refusal(Unsupported(what=f"`{own.name}` does nothing.", where=f"{own.label}:{own.node.lineno}"))
    first, last = statements[0].lineno, own.node.end_lineno or own.node.lineno
    mark = len(_MARK) if first == 1 and own.content.startswith(_MARK) else 0
    before = lines[first - 1][: mark + statements[0].col_offset]
    indent = before if not before.strip() else b"    "
    tail = re.search(rb"\r?\n?$", lines[last - 1])
    end = tail[0] if tail else b""
    text = [indent + t.encode() if t else b"" for s in main.body for t in ast.unparse(s).split("\n")]
    body = newline.join(text) + end
    kept = lines[: first - 1] if not before.strip() else [*lines[: first - 1], before.rstrip().rstrip(b";").rstrip() + newline]
    top = min([own.node.lineno, *(d.lineno for d in own.node.decorator_list)]) - 1
    while top > 0 and lines[top - 1].startswith(b"#"):
        top -= 1
    above = [(ast.unparse(n).encode() + b"\n\n\n").replace(b"\n", newline) for n in others]
    new = b"".join([*kept[:top], *above, *kept[top:], body, *lines[last:]])
    _agrees(own, new, made)
    return new


def _bare(own: OwnFunction, candidate: bytes) -> ast.Module:
    """Return a candidate's functions as they go into the file: without notes for proofs, contracts and what the file has."""
    tree = ast.parse(candidate)
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    for n in functions:
        n.decorator_list = []
        for x in ast.walk(n):
            if isinstance(x, ast.FunctionDef | ast.For | ast.While):
                x.body = [s for s in x.body if not _is_note(s)]
    main = next(n for n in functions if n.name == own.name)
    if ast.get_docstring(main) is not None:
        del main.body[0]
    there = {h.name: ast.unparse(_plain(h)) for h in own.helpers}
    functions = [n for n in functions if there.get(n.name) != ast.unparse(_plain(n))]
    taken = {name for name, _, _ in _bound(own.tree.body)} | {x.id for x in ast.walk(own.tree) if isinstance(x, ast.Name)}
    renamed = {}
    for n in functions:
        if n is not main and n.name in taken:
            renamed[n.name] = next(f"_{n.name}{i}" for i in ("", *range(2, 1_000)) if f"_{n.name}{i}" not in taken)
    for n in functions:
        n.name = renamed.get(n.name, n.name)
        for x in ast.walk(n):
            if isinstance(x, ast.Name):
                x.id = renamed.get(x.id, x.id)
    return ast.Module(list[ast.stmt](functions), [])


def _plain(node: ast.FunctionDef) -> ast.FunctionDef:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    (plain,) = ast.parse(ast.unparse(node)).body
    if not isinstance(plain, ast.FunctionDef):
        raise TypeError("a function is written as one")
    plain.decorator_list, plain.body = [], body
    return plain


def _is_note(s: ast.stmt) -> bool:
    match s:
        case ast.Expr(value=ast.Call(func=ast.Name(id="decreases" | "invariant"))):
            return True
    return False


def _agrees(own: OwnFunction, new: bytes, made: ast.Module) -> None:
    """Make sure that the function in the new file is the one that was proved. Raises Refusal."""
    where = f"{own.label}:{own.node.lineno}"
    try:
        again = own_function(new, own.label, own.name)
    except (Refusal, LookupError):
        do = "Give the function a body on lines of its own."
        what = "the layout of the function leaves no place for another body."
        raise Refusal(Unsupported(what=what, where=where, do=do)) from None
    held = "\n\n".join(ast.unparse(_plain(n)) for n in (*again.helpers, again.node))
    kept = [h for h in own.helpers if h.name not in {n.name for n in made.body if isinstance(n, ast.FunctionDef)}]
    due = "\n\n".join([*(ast.unparse(_plain(h)) for h in kept), *(ast.unparse(n) for n in made.body)])
    one, two = (normal_text(to_source(t.encode(), own.label, DEFAULT), own.name) for t in (held, due))
    if one != two:
        raise Refusal(ToolBroken(what="the patched file would not hold the version that was proved.", where=where))
