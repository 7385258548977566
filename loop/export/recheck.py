"""Compares the functions of a package that `qed export` wrote with the nodes that were accepted, and has these proved again.

    python -m PACKAGE.recheck              # a package that is installed, or on the path
    python -m loop.export.recheck FOLDER   # an exported folder, by the copy of this file that came with qedloop

It needs nothing but Python to say that every node is what its name says and that every function is, up to layout, the one that
its node holds, under the label that the node's certificate bears. That the nodes are true is for qedloop to say: where it is
installed, `python -m verify ci --all` proves all of them again from their bytes.

Exit codes: 0 all of it holds, 1 something differs or is not proved, 2 wrong usage, 3 nothing differs and qedloop is not
installed, so that nothing was proved again (`--no-proofs` asks for no more), 4 a tool of qedloop's is broken.
"""

import ast
import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

MANIFEST: Final = "heads.json"
NODES: Final = "certificates"
HEADS: Final = "heads"
CHECKED: Final = "checked"
VOCABULARY: Final = "_vocabulary"
COMPILED: Final = "__pycache__"
"""what pip leaves beside the programs among the nodes of an installed package"""
PROVED: Final = "__proved"
"""what a checked version calls the function that was proved; no function of the language has such a name"""
ORDERS: Final = ("always", "eventually", "worst-case")
"""strongest first"""
GHOSTS: Final = ("decreases", "invariant")
VOCABULARY_TEXT: Final = '''"""What loops say to the judge; at run time it does nothing."""


def invariant(condition: bool) -> None:
    """Say what holds whenever a loop's test is reached."""


def decreases(measure: int) -> None:
    """Say what falls with every turn of a loop and is never negative there."""
'''


HEADS_TEXT: Final = '"""A module for each head."""\n'


@dataclass(frozen=True, slots=True)
class Named:
    """A function of the package: its public name, what its module calls it, the nodes of its head and its spec, its label."""

    name: str
    function: str
    node: str
    spec: str
    tier: str
    order: str | None
    """the weakest on the way from the baseline; None of a baseline"""


class Differs(Exception):  # noqa: N818 - it names the state, not a fault
    """Something is not what was accepted; the message says what and where."""


ODD: Final = (Differs, SyntaxError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
"""what a package or a node can bring about that `qed export` did not write"""


# -- the texts that are the same for every package ------------------------------------------------------------------------------


def init_text(package: str, heads: Sequence[Named], folder: str = HEADS) -> str:
    """Return the module that offers all functions of one folder of a package."""
    what = {
        HEADS: "Accepted heads of a graph of QED Loop. Each function's docstring says what is claimed of it, and at which tier.",
        CHECKED: "The same functions with their contracts checked at every call, by icontract.",
    }[folder]
    lines = [f'"""{what}"""', ""]
    lines += [f"from {package}.{folder}.{h.name} import {h.function} as {h.name}" for h in heads]
    names = "".join(f'    "{h.name}",\n' for h in heads)
    return "\n".join(lines) + f"\n\n__all__ = [\n{names}]\n"


def title(target: str, tier: str, order: str | None) -> str:
    """Return the first line of a docstring: the label under which a function stands."""
    return f"The head of the target `{target}`: tier {tier}, {f'order {order}' if order else 'the baseline'}."


# -- nodes ----------------------------------------------------------------------------------------------------------------------


def encode(value: object) -> bytes:
    """Return the canonical bytes of a value: a tag, the length of the payload, a colon, the payload. Raises TypeError."""
    match value:
        case None:
            tag, payload = b"n", b""
        case bool():
            tag, payload = b"b", b"1" if value else b"0"
        case int():
            tag, payload = b"i", b"%d" % value
        case str():
            tag, payload = b"s", value.encode()
        case list():
            tag, payload = b"l", b"".join(map(encode, value))
        case dict():
            tag, payload = b"d", b"".join(encode(k) + encode(value[k]) for k in sorted(value))
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical encoding")
    return tag + b"%d:" % len(payload) + payload


def read_node(folder: Path) -> dict[str, Any]:
    """Return the record of a node whose name, record and files agree. Raises Differs."""
    try:
        record: dict[str, Any] = json.loads((folder / "node.json").read_bytes())
        if hashlib.sha256(encode(["qedloop", "node", record])).hexdigest() != folder.name:
            raise Differs(f"{folder}/node.json: its digest is not the name of its folder")
        found = {p.name for p in folder.iterdir() if p.name != COMPILED} - {"node.json"}
        if found != set(record["files"]):
            raise Differs(f"{folder}: it holds {sorted(found)}, and its record names {sorted(record['files'])}")
        for name, due in record["files"].items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != due:
                raise Differs(f"{folder / name}: its SHA-256 is not the one in node.json")
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as fault:
        raise Differs(f"{folder}: it is no node ({type(fault).__name__}: {fault})") from None
    return record


def read_nodes(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the records of all nodes in a folder, by name. Raises Differs, also where one rests on what is not there."""
    if not folder.is_dir():
        raise Differs(f"{folder}: there is no such folder")
    nodes = {p.name: read_node(p) for p in sorted(folder.iterdir())}
    for name, record in nodes.items():
        for edge in record["edges"]:
            if edge["to"] not in nodes:
                raise Differs(f"{folder / name}: it rests on {edge['to']}, which is not there")
    return nodes


def label(nodes: Mapping[str, Mapping[str, Any]], head: Named) -> tuple[str, str | None]:
    """Return the tier of a head, and the weakest order from its target's baseline on; None of a baseline. Raises Differs."""
    record = nodes.get(head.node)
    implements = [] if record is None else [e["to"] for e in record["edges"] if e["type"] == "implements"]
    if record is None or record["target"] != head.function or implements != [head.spec]:
        raise Differs(f"{head.name}: the node {head.node} is no version of `{head.function}` by the spec {head.spec}")
    after = [n for n, r in nodes.items() for e in r["edges"] if (e["type"], e["to"]) == ("supersedes", head.node)]
    if after:
        raise Differs(f"{head.name}: its node {head.node} is not the head; {after[0]} supersedes it")
    orders, now = [], record
    while steps := [e for e in now["edges"] if e["type"] == "supersedes"]:
        orders.append(steps[0]["order"])
        now = nodes[steps[0]["to"]]
    return record["certificate"]["tier"], max(orders, key=ORDERS.index, default=None)


# -- functions ------------------------------------------------------------------------------------------------------------------


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """Return the functions at the top of a file, by name."""
    return {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}


def reached(found: Mapping[str, ast.FunctionDef], pieces: Sequence[ast.AST], *, contracts: bool) -> tuple[str, ...]:
    """Return the functions of a file that pieces of it name, and those that these name, at any remove; in the file's order.

    With `contracts` what the contracts of those functions name counts as well.
    """
    names: set[str] = set()
    ahead = list(pieces)
    while ahead:
        new = {n.id for n in ast.walk(ahead.pop()) if isinstance(n, ast.Name)} & found.keys() - names
        names |= new
        for name in new:
            node = found[name]
            ahead += [node.args, *node.body, *([node.returns] if node.returns else [])]
            ahead += clauses(node) if contracts else []
    return tuple(n for n in found if n in names)


def clauses(node: ast.FunctionDef) -> list[ast.expr]:
    """Return the decorators of a function that are its contract."""
    return [d for d in node.decorator_list if isinstance(d, ast.Call) and ast.unparse(d.func) in ("require", "ensure")]


def program_of(text: str, target: str) -> dict[str, ast.FunctionDef]:
    """Return a target's function and those that it calls, from the text of its version. Raises Differs where it has none."""
    found = functions(ast.parse(text))
    if target not in found:
        raise Differs(f"the node defines no `{target}`")
    names = {target, *reached(found, found[target].body, contracts=False)}
    return {n: node for n, node in found.items() if n in names}


def documentation(node: ast.FunctionDef) -> ast.stmt | None:
    """Return the statement that is a function's docstring, None where it has none."""
    match node.body[0]:
        case ast.Expr(value=ast.Constant(value=str())) as first:
            return first
    return None


def meaning(node: ast.FunctionDef, *, contract: bool = False, documented: bool = True) -> str:
    """Return what tells one function from another: its tree, without what stands there for the judge alone.

    `documented` is whether the docstring counts, `contract` whether the contract does.
    """
    kept = node.body if documented or documentation(node) is None else node.body[1:]
    copy = ast.FunctionDef(**{**vars(node), "body": kept, "decorator_list": clauses(node) if contract else []})
    return ast.dump(copy)


def compare_version(module: str, package: str, program: str, target: str, due: str) -> None:
    """Raise Differs unless a module is, up to layout and the target's docstring, the functions of a program, labelled as due."""
    tree, node = ast.parse(module), program_of(program, target)
    found = functions(tree)
    _nothing_else(tree, {"typing": ("List", "Tuple"), f"{package}.{VOCABULARY}": GHOSTS})
    if list(found) != list(node):
        raise Differs(f"it defines {', '.join(found) or 'nothing'}; the node has {', '.join(node)}")
    for name in node:
        if found[name].decorator_list:
            raise Differs(f"`{name}` has a decorator")
        plain = name != target
        if meaning(found[name], documented=plain) != meaning(node[name], documented=plain):
            raise Differs(f"`{name}` is not the function of the node")
    if (ast.get_docstring(found[target]) or "").split("\n")[0] != due:
        raise Differs(f"the docstring of `{target}` does not begin with: {due}")


def compare_contract(module: str, package: str, name: str, spec: str, target: str, due: str) -> None:
    """Raise Differs unless a module checks the contract of a spec, and calls nothing but the version that was proved."""
    tree, of_spec = ast.parse(module), functions(ast.parse(spec))
    found = functions(tree)
    _nothing_else(tree, {
        "typing": ("List", "Tuple"), f"{package}.{VOCABULARY}": GHOSTS, "icontract": ("ensure", "require"),
        f"{package}.{HEADS}.{name}": (target,),
    })  # fmt: skip
    own = of_spec.get(target)
    if own is None or target not in found:
        raise Differs(f"there is no `{target}`")
    needed = reached(of_spec, clauses(own), contracts=True)
    if list(found) != [*needed, target]:
        raise Differs(f"it defines {', '.join(found)}; the contract of the spec needs {', '.join(needed) or 'nothing'}")
    for function, node in found.items():
        if len(node.decorator_list) != len(clauses(node)):
            raise Differs(f"`{function}` has a decorator that is no contract")
    for helper in needed:
        if meaning(found[helper], contract=True) != meaning(of_spec[helper], contract=True):
            raise Differs(f"`{helper}` is not the function of the spec")
    call = f"return {PROVED}({', '.join(a.arg for a in own.args.args)})"
    body = ast.parse(f"def f():\n    {call}").body[0]
    wrapper = ast.FunctionDef(**{**vars(own), "body": body.body if isinstance(body, ast.FunctionDef) else []})
    if meaning(found[target], contract=True, documented=False) != meaning(wrapper, contract=True):
        raise Differs(f"`{target}` is not the contract of the spec around `{call}`")
    if (ast.get_docstring(found[target]) or "").split("\n")[0] != due:
        raise Differs(f"the docstring of `{target}` does not begin with: {due}")


def _nothing_else(tree: ast.Module, imports: Mapping[str, Sequence[str]]) -> None:
    """Raise Differs where a module holds more than a docstring, these imports and functions, each once."""
    names = [n.name for n in tree.body if isinstance(n, ast.FunctionDef)]
    if twice := [n for i, n in enumerate(names) if n in names[:i]]:
        raise Differs(f"it defines `{twice[0]}` twice")
    for i, node in enumerate(tree.body):
        match node:
            case ast.FunctionDef():
                pass
            case ast.Expr(value=ast.Constant(value=str())) if i == 0:
                pass
            case ast.ImportFrom(module=str(module), names=found, level=0):
                heads = f".{HEADS}." in module
                if any(n.name not in imports.get(module, ()) or n.asname != (PROVED if heads else None) for n in found):
                    raise Differs(f"`{ast.unparse(node)[:80]}` is not due")
            case _:
                raise Differs(f"`{ast.unparse(node)[:80]}` is not due")


# -- the whole package ----------------------------------------------------------------------------------------------------------


def read_manifest(package: Path) -> tuple[list[Named], bool]:
    """Return the heads that a package names, and whether it has checked versions. Raises Differs."""
    try:
        data = json.loads((package / MANIFEST).read_bytes())
        heads = [Named(*(h[key] for key in ("name", "function", "node", "spec", "tier", "order"))) for h in data["heads"]]
        checked = data["checked"]
    except (OSError, ValueError, TypeError, KeyError) as fault:
        raise Differs(f"{package / MANIFEST}: it does not read ({type(fault).__name__}: {fault})") from None
    words = [v for h in heads for v in (h.name, h.function, h.node, h.spec, h.tier)]
    if not isinstance(checked, bool) or not all(isinstance(v, str) and v.isidentifier() | v.isalnum() for v in words):
        raise Differs(f"{package / MANIFEST}: it does not read")
    return heads, checked


def faults(package: Path, nodes: Path, *, imported: bool) -> Iterator[str]:
    """Yield what differs in a package, given the folder of its nodes; `imported` says whether Python runs it from there."""
    try:
        heads, checked = read_manifest(package)
        records = read_nodes(nodes)
    except ODD as found:
        yield f"{package}: {type(found).__name__}: {found}"
        return
    name = package.name
    fixed = {
        "__init__.py": init_text(name, heads), f"{VOCABULARY}.py": VOCABULARY_TEXT, f"{HEADS}/__init__.py": HEADS_TEXT,
        **({f"{CHECKED}/__init__.py": init_text(name, heads, CHECKED)} if checked else {}), "recheck.py": _text(Path(__file__)),
    }  # fmt: skip
    for file, due in fixed.items():
        if _text(package / file) != due:
            yield f"{package / file}: it is not what `qed export` writes"
    folders = (HEADS, *([CHECKED] if checked else []))
    known = {*fixed, MANIFEST, "py.typed", *(f"{f}/{h.name}.py" for f in folders for h in heads)}
    yield from _strangers(known, package, nodes, imported=imported)
    for head in heads:
        for folder in folders:
            try:
                due = title(head.function, *label(records, head))
                if due != title(head.function, head.tier, head.order):
                    raise Differs(f"{MANIFEST} has another tier or order than the nodes: {due}")
                module = _text(package / folder / f"{head.name}.py")
                if folder == HEADS:
                    compare_version(module, name, _text(nodes / head.node / "program.py"), head.function, due)
                else:
                    compare_contract(module, name, head.name, _text(nodes / head.spec / "spec.py"), head.function, due)
            except ODD as found:
                yield f"{package / folder / head.name}.py: {found}"


def _strangers(known: Collection[str], package: Path, nodes: Path, *, imported: bool) -> Iterator[str]:
    """Yield what is no file of a package.

    Python and pip leave compiled files beside the modules of a package that is imported. Elsewhere there are none, and Python
    would run one in place of the text that is looked at here.
    """
    for path in sorted(p for p in package.rglob("*") if not p.is_dir() and nodes not in p.parents):
        if COMPILED in path.parts:
            if not imported:
                yield f"{path}: it is compiled, and Python may run it in place of what stands beside it; delete its folder"
        elif path.relative_to(package).as_posix() not in known:
            yield f"{path}: it is no file of this package"


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("ascii")
    except (OSError, ValueError):
        return ""


def proved_again(nodes: Path) -> int | None:
    """Have qedloop prove all nodes again; return the exit code of its gate, None where it is not installed."""
    spec = importlib.util.find_spec("verify")
    if spec is None or spec.origin is None or not (judge := Path(spec.origin).parent / "isolated.py").exists():
        return None
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="recheck-") as folder:
        graph = Path(folder) / NODES
        shutil.copytree(nodes, graph, ignore=shutil.ignore_patterns(COMPILED))
        command = [sys.executable, "-I", "-S", str(judge), "ci", "--all", "--accepted", str(graph)]
        return subprocess.run(command, check=False, cwd=folder).returncode  # noqa: S603 - the judge that is installed


def main(arguments: Sequence[str]) -> int:
    """Check a package, say what was found, and return the exit code."""
    words = [a for a in arguments if a != "--no-proofs"]
    package = Path(__file__).resolve().parent
    if words:
        found = sorted(Path(words[0]).resolve().glob(f"src/*/{MANIFEST}"))
        package = found[0].parent if len(found) == 1 else Path()
    if len(words) > 1 or not (package / MANIFEST).is_file():
        sys.stderr.write("usage: python -m PACKAGE.recheck [--no-proofs], or with the folder that `qed export` wrote\n")
        return 2
    nodes = package / NODES if (package / NODES).is_dir() else package.parent.parent / NODES
    differing = list(faults(package, nodes, imported=not words))
    for line in differing:
        sys.stdout.write(f"differs: {ascii(line)[1:-1]}\n")
    if differing:
        return 1
    heads, _ = read_manifest(package)
    count = len(read_nodes(nodes))
    sys.stdout.write(f"{len(heads)} functions are those of their nodes; {count} nodes are what they are named for.\n")
    if len(words) != len(arguments):
        return 0
    code = proved_again(nodes)
    if code is None:
        sys.stdout.write("Nothing was proved again, since qedloop is not installed for this Python.\n")
        return 3
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
