"""Refuses only: runs a checked function on given arguments in a CPython child process.

What runs is the definition and those that it calls, written out again from the checked tree without decorators, annotations,
docstrings and proof notes, under the builtins of the language and nothing else. Powers alone differ from CPython's own: a
negative exponent raises ValueError there, so `**` is written as a call of a `pow` that looks at it first. The child is isolated
(`-I -S`), has an empty environment, a session of its own and hard limits, runs in the sandbox (`verify.sandbox`), and is killed
when its time is over.
What the child is handed over standard input is marshal of ours; its answers are tagged JSON with hexadecimal integers, never
pickles. Each call gets arguments of its own.
"""

import ast
import contextlib
import copy
import json
import marshal
import os
import secrets
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final, Literal, TypeAlias

from verify.ir import Name, Value
from verify.limits import Limits
from verify.sandbox import CLOSED, sandbox
from verify.spec import Spec
from verify.task import Version

EXHAUSTED: Final = frozenset({"MemoryError", "OverflowError", "RecursionError"})
"""Raised where the machine came to its end, not the program; such a run confirms nothing."""
Call: TypeAlias = tuple[Name, Sequence[Value]]
Clause: TypeAlias = Literal["require", "ensure"]
OUTPUT_BYTES: Final = 1 << 20
ONE_BY_ONE: Final = 2
"""a format of marshal that writes an object that stands in two places twice, so that no two calls share a list"""

MODULES: Final = ("marshal", "sys", *(("_pylong",) if sys.version_info >= (3, 12) else ()))
"""what the child imports; without json, which would double the time of its start. From 3.12 on CPython divides long ints by a
module that it looks for when it needs it"""
CHILD: Final = """
job = marshal.loads(sys.stdin.buffer.read())
def write(v):
    if type(v) in (list, tuple):
        return '{"%s":[%s]}' % (type(v).__name__, ",".join(map(write, v)))
    if type(v) is bool:
        return '{"bool":%s}' % ("true" if v else "false")
    return '{"int":"%x"}' % v if type(v) is int else '{"odd":"%s"}' % type(v).__name__
def power(base, exponent, *modulus):
    if exponent < 0:
        raise ValueError
    return pow(base, exponent, *modulus)
def unmet():
    raise ValueError
names = (abs, all, any, divmod, len, list, max, min, range, reversed, sorted, sum)
space = {"__builtins__": {f.__name__: f for f in names} | {"pow": power, "__unmet__": unmet}}
exec(compile(job["code"], "<function>", "exec"), space)
for name, arguments in job["calls"]:
    try:
        said = '"value":' + write(space[name](*arguments))
    except Exception as fault:
        said = '"raised":"%s"' % type(fault).__name__
    print('{"nonce":"%s",%s}' % (job["nonce"], said), flush=True)
"""


@dataclass(frozen=True, slots=True)
class PythonRun:
    """What CPython gave: a value, or the class name of what was raised, or why the run was given up; exactly one of them."""

    value: Value | None = None
    raised: str = ""
    gave_up: str = ""


def run(version: Version, function_name: str, arguments: Sequence[Value], limits: Limits) -> PythonRun:
    """Run one function of a version on one tuple of arguments."""
    return run_batch(version, function_name, [arguments], limits)[0]


def run_batch(
    version: Version, function_name: str, batch: Sequence[Sequence[Value]], limits: Limits
) -> tuple[PythonRun, ...]:
    """Run one function of a version on several tuples of arguments in one child, which share its limits."""
    return run_calls(function_text(version, function_name), [(function_name, a) for a in batch], limits)


def run_calls(code: str, calls: Sequence[Call], limits: Limits) -> tuple[PythonRun, ...]:
    """Run calls of the functions that `code` defines, one after the other in one child.

    `code` is text from `function_text` and `condition_text` and nothing else. The result has one entry for each call, in
    order; those that the child did not come to are given up. Raises Refusal (NoSandbox) where there is nothing to run it in.
    """
    nonce = secrets.token_hex(16)
    job = {"nonce": nonce, "code": code, "calls": [(name, tuple(arguments)) for name, arguments in calls]}
    with _memory_file() as request:
        request.write(marshal.dumps(job, ONE_BY_ONE))
        request.seek(0)
        output, fault = _child_output(request, limits)
    runs = []
    for line in output.split(b"\n")[:-1][: len(calls)]:
        said = _read_line(line, nonce)
        runs.append(said or PythonRun(gave_up="the child's answer is not of the agreed form"))
    missing = PythonRun(gave_up=fault or "the child ended without an answer")
    return tuple(runs + [missing] * (len(calls) - len(runs)))


def function_text(version: Version, name: str, rename: Name = "", *, guarded: bool = True) -> str:
    """Return a function as it is run, with those that it calls: no decorators, annotations, docstrings and proof notes.

    `rename` is a name to define it under instead, one that no source can take, since calls of it take it too; what it calls has
    that name before its own. Where it is `guarded`, powers are calls of `pow`, which the child defines, and what it calls
    raises where its `@require` does not hold.
    """
    known = _definitions(version)
    if name not in known:
        raise LookupError(f"{version.source.label} does not define `{name}`")
    names = {n: rename + n for n in _reached(known, known[name])} | {name: rename or name}
    return "".join(_written(known[n], names, checked=guarded and n != name, guarded=guarded) for n in sorted(names))


def _written(node: ast.FunctionDef, names: Mapping[Name, Name], *, checked: bool, guarded: bool) -> str:
    """Return one definition with the file's functions renamed; `checked` where it looks at what it requires."""
    bare: ast.FunctionDef = _Bare().visit(copy.deepcopy(node))
    if checked:
        unmet = [ast.parse(f"if not ({c}):\n    __unmet__()").body[0] for c in _conditions(node, "require")]
        bare.body = [*unmet, *bare.body]
    bare.name = names[node.name]
    renamed = _renamed(bare, names)
    return _unparsed(_Powers().visit(renamed) if guarded else renamed) + "\n"


def _renamed(tree: ast.AST, names: Mapping[Name, Name]) -> ast.AST:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
    return tree


def _reached(known: Mapping[Name, ast.FunctionDef], start: ast.AST) -> frozenset[Name]:
    """Return the functions of a file that a piece of it calls, at any remove, in what is run or required."""
    found: set[Name] = set()
    ahead = [start]
    while ahead:
        named = {n.id for n in ast.walk(ahead.pop()) if isinstance(n, ast.Name)} & known.keys()
        ahead += [known[n] for n in sorted(named - found)]
        found |= named
    return frozenset(found)


def conditions(spec: Spec, clause: Clause) -> tuple[str, ...]:
    """Return the conditions of a spec's `@require` or `@ensure` decorators as text, in the order that icontract checks."""
    return _conditions(_definitions(Version(spec.source, spec.program))[spec.name], clause)


def _conditions(node: ast.FunctionDef, clause: Clause) -> tuple[str, ...]:
    found = []
    for d in reversed(node.decorator_list):
        match d:
            case ast.Call(func=ast.Name(id=kind), args=[ast.Lambda(body=body), *_]) if kind == clause:
                found.append(ast.unparse(body))
    return tuple(found)


def condition_text(spec: Spec, clause: Clause) -> str:
    """Return a function called `require` or `ensure` that says whether all conditions of that clause hold.

    It takes the parameters, and for `ensure` then `result`. The functions that it calls come with it.
    """
    known = _definitions(Version(spec.source, spec.program))
    tree = ast.parse(" and ".join(f"({c})" for c in conditions(spec, clause)) or "True", mode="eval")
    called = {n: f"__{clause}__{n}" for n in _reached(known, tree)}
    test = _unparsed(_Powers().visit(_renamed(tree, called)))
    names = [p.name for p in spec.program.parameters] + (["result"] if clause == "ensure" else [])
    own = f"def {clause}({', '.join(names)}):\n    return True if {test} else False\n"
    return own + "".join(_written(known[n], called, checked=True, guarded=True) for n in sorted(called))


def _definitions(version: Version) -> dict[Name, ast.FunctionDef]:
    """Return the top-level functions of a version's file; whoever read the file saw to it that none is there twice."""
    return {n.name: n for n in version.source.tree.body if isinstance(n, ast.FunctionDef)}


class _Bare(ast.NodeTransformer):
    """Takes out of a definition what has no effect on its result."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        parameters = ast.arguments(
            posonlyargs=[], args=[ast.arg(arg=a.arg) for a in node.args.args], kwonlyargs=[], kw_defaults=[], defaults=[]
        )
        bare = ast.FunctionDef(name=node.name, args=parameters, body=self.block(node.body), decorator_list=[], lineno=1)
        bare.type_params = []  # type: ignore[attr-defined, unused-ignore]  # a field from Python 3.12 on
        return bare

    def visit_If(self, node: ast.If) -> ast.If:
        return ast.If(test=node.test, body=self.block(node.body), orelse=self.block(node.orelse) if node.orelse else [])

    def visit_While(self, node: ast.While) -> ast.While:
        return ast.While(test=node.test, body=self.block(node.body), orelse=[])

    def visit_For(self, node: ast.For) -> ast.For:
        return ast.For(target=node.target, iter=node.iter, body=self.block(node.body), orelse=[])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        return ast.Assign(targets=[node.target], value=node.value) if node.value else ast.Pass()

    def block(self, nodes: list[ast.stmt]) -> list[ast.stmt]:
        """Go through a block; one that is left with nothing holds `pass`."""
        return [self.visit(n) for n in nodes if not _idle(n)] or [ast.Pass()]


class _Powers(ast.NodeTransformer):
    """Writes `a ** b` and `a **= b` as calls of `pow`, a name that no source can bind."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        left, right = self.visit(node.left), self.visit(node.right)
        return _power(left, right) if isinstance(node.op, ast.Pow) else ast.BinOp(left=left, op=node.op, right=right)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        target, value = self.visit(node.target), self.visit(node.value)
        if not isinstance(node.op, ast.Pow):
            return ast.AugAssign(target=target, op=node.op, value=value)
        # no expression has an effect, so the target may be evaluated twice
        current = ast.parse(ast.unparse(target), mode="eval").body
        return ast.Assign(targets=[target], value=_power(current, value))


def _power(base: ast.expr, exponent: ast.expr) -> ast.Call:
    return ast.Call(func=ast.Name(id="pow", ctx=ast.Load()), args=[base, exponent], keywords=[])


def _unparsed(tree: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(tree))


def _idle(node: ast.stmt) -> bool:
    """Say whether a statement is a docstring or a proof note."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Expr(value=ast.Call(func=ast.Name(id="invariant" | "decreases"))):
            return True
    return False


def tagged(value: Value) -> dict[str, object]:
    """Return a value as JSON data that tells all types from each other and writes ints of any length."""
    match value:
        case bool():
            return {"bool": value}
        case int():
            return {"int": format(value, "x")}
        case list():
            return {"list": [tagged(v) for v in value]}
        case tuple():
            return {"tuple": [tagged(v) for v in value]}


def untagged(data: object) -> Value | None:
    """Read what `tagged` wrote; None where it is none."""
    match data:
        case {"bool": bool() as truth}:
            return truth
        case {"int": str() as digits}:
            with contextlib.suppress(ValueError):
                return int(digits, 16)
        case {"list": list() as items}:
            values = [v for v in map(untagged, items) if v is not None]
            return values if len(values) == len(items) else None
        case {"tuple": list() as items}:
            values = [v for v in map(untagged, items) if v is not None]
            return tuple(values) if len(values) == len(items) else None
    return None


def _odd(data: object) -> str:
    """Return the name of the first type in a result that is none of the language's; empty where there is none."""
    match data:
        case {"odd": str() as name}:
            return name
        case {"list": list() as items} | {"tuple": list() as items}:
            return next(filter(None, map(_odd, items)), "")
    return ""


def _read_line(line: bytes, nonce: str) -> PythonRun | None:
    """Read one line of the child's answer; None where it is not of the agreed form."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    match said:
        case {"nonce": str() as echoed, "raised": str() as raised} if echoed == nonce and raised:
            return PythonRun(raised=raised)
        case {"nonce": str() as echoed, "value": value} if echoed == nonce:
            if odd := _odd(value):
                return PythonRun(gave_up=f"the result holds a value of type {odd}, which the language does not have")
            read = untagged(value)
            return None if read is None else PythonRun(value=read)
    return None


def _memory_file() -> IO[bytes]:
    """Return an empty file that lies on no disk, where the system has such files."""
    return os.fdopen(os.memfd_create("qed-job"), "w+b") if hasattr(os, "memfd_create") else tempfile.TemporaryFile()


def _child_output(request: IO[bytes], limits: Limits) -> tuple[bytes, str]:
    """Run the child; return what it wrote and, where it was killed, why."""
    amounts = {
        "RLIMIT_AS": limits.python_bytes,
        "RLIMIT_CPU": limits.python_seconds + 1,  # the wall clock ends a run first; this ends one whose parent died
        **CLOSED,
    }
    process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own text; the job comes over stdin
        sandbox().command(MODULES, CHILD, amounts),
        stdin=request,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PYTHONHASHSEED": "0"},
        start_new_session=True,
        close_fds=True,
    )
    if process.stdout is None:
        raise RuntimeError("the child was started without a pipe")
    try:
        return _collect(process.stdout, limits)
    finally:
        # the leader is not reaped yet, so its number cannot be another process's
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.wait()


def _collect(pipe: IO[bytes], limits: Limits) -> tuple[bytes, str]:
    """Read a pipe to its end, or until the time or the cap on output is reached."""
    deadline, output = time.monotonic() + limits.python_seconds, bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                break
            chunk = os.read(pipe.fileno(), 1 << 16)
            if not chunk:
                return bytes(output), ""
            output += chunk
            if len(output) > OUTPUT_BYTES:
                return bytes(output[:OUTPUT_BYTES]), f"the answer exceeds {OUTPUT_BYTES} bytes"
    return bytes(output), f"no answer within {limits.python_seconds} s"
