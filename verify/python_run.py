"""Refuses only: runs a checked function on given arguments in a CPython child process.

What runs is the definition alone, written out again from the checked tree without decorators, annotations, docstrings and
proof notes, under builtins that hold `abs`, `min`, `max` and `range` and nothing else. The child is isolated (`-I -S`), has an
empty environment, an empty working directory, a session of its own and hard limits, and is killed when its time is over.
Values travel as tagged JSON with hexadecimal integers, never as pickles.

Where bubblewrap is installed and works, the child also runs inside it: no network, no other process, a read-only view. Where
it is not, the plain child runs: the code is already confined to the checked language, in which nothing can reach outside.
"""

import ast
import contextlib
import functools
import json
import os
import secrets
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal, TypeAlias

from verify.ir import Name, Value
from verify.limits import Limits
from verify.spec import Spec
from verify.task import Version

EXHAUSTED: Final = frozenset({"MemoryError", "RecursionError"})
"""Raised where the machine came to its end, not the program; such a run confirms nothing."""
Call: TypeAlias = tuple[Name, Sequence[Value]]
Clause: TypeAlias = Literal["require", "ensure"]
OUTPUT_BYTES: Final = 1 << 20

CHILD: Final = """
import json, resource, sys
job = json.loads(sys.stdin.read())
for what, amount in ((resource.RLIMIT_AS, job["bytes"]), (resource.RLIMIT_CPU, job["seconds"]), (resource.RLIMIT_NOFILE, 3),
                     (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
    resource.setrlimit(what, (amount, amount))
def read(v):
    return bool(v["bool"]) if "bool" in v else int(v["int"], 16)
def write(v):
    return {"bool": v} if v is True or v is False else {"int": format(v, "x")} if type(v) is int else {"odd": type(v).__name__}
space = {"__builtins__": {"abs": abs, "min": min, "max": max, "range": range}}
exec(compile(job["code"], "<function>", "exec"), space)
for name, arguments in job["calls"]:
    values = [read(v) for v in arguments]
    try:
        said = {"value": write(space[name](*values))}
    except Exception as fault:
        said = {"raised": type(fault).__name__}
    print(json.dumps({"nonce": job["nonce"], **said}), flush=True)
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
    order; those that the child did not come to are given up.
    """
    nonce = secrets.token_hex(16)
    job = {
        "nonce": nonce,
        "code": code,
        "calls": [[name, [tagged(v) for v in arguments]] for name, arguments in calls],
        "bytes": limits.python_bytes,
        "seconds": limits.python_seconds + 1,  # the wall clock ends a run first; this ends one whose parent died
    }
    with tempfile.TemporaryDirectory(prefix="qed-") as folder, tempfile.TemporaryFile() as request:
        request.write(json.dumps(job).encode())
        request.seek(0)
        output, fault = _child_output(request, folder, limits)
    runs = []
    for line in output.split(b"\n")[:-1][: len(calls)]:
        said = _read_line(line, nonce)
        runs.append(said or PythonRun(gave_up="the child's answer is not of the agreed form"))
    missing = PythonRun(gave_up=fault or "the child ended without an answer")
    return tuple(runs + [missing] * (len(calls) - len(runs)))


def function_text(version: Version, name: str, rename: Name = "") -> str:
    """Return the definition of a function as it is run: no decorators, annotations, docstrings, `invariant` or `decreases`.

    `rename` is a name to define it under instead; no function of the language calls itself, so that nothing else changes.
    """
    bare = ast.fix_missing_locations(_Bare().visit(_definition(version, name)))
    bare.name = rename or name
    return ast.unparse(bare) + "\n"


def conditions(spec: Spec, clause: Clause) -> tuple[str, ...]:
    """Return the conditions of a spec's `@require` or `@ensure` decorators as text, in the order that icontract checks."""
    decorators = _definition(Version(spec.source, spec.program), spec.name).decorator_list
    found = []
    for d in reversed(decorators):
        match d:
            case ast.Call(func=ast.Name(id=kind), args=[ast.Lambda(body=body), *_]) if kind == clause:
                found.append(ast.unparse(body))
    return tuple(found)


def condition_text(spec: Spec, clause: Clause) -> str:
    """Return a function called `require` or `ensure` that says whether all conditions of that clause hold.

    It takes the parameters, and for `ensure` then `result`.
    """
    test = " and ".join(f"({c})" for c in conditions(spec, clause)) or "True"
    names = [p.name for p in spec.program.parameters] + (["result"] if clause == "ensure" else [])
    return f"def {clause}({', '.join(names)}):\n    return True if {test} else False\n"


def _definition(version: Version, name: str) -> ast.FunctionDef:
    """Return the definition of a top-level function; the readers of specs and candidates saw to it that there is one."""
    found = [n for n in version.source.tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
    if len(found) != 1:
        raise LookupError(f"{version.source.label} defines `{name}` {len(found)} times")
    return found[0]


class _Bare(ast.NodeTransformer):
    """Copies a definition without what has no effect on its result; the tree that it is given stays as it was."""

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
        """Copy a block; one that is left with nothing holds `pass`."""
        return [self.visit(n) for n in nodes if not _idle(n)] or [ast.Pass()]


def _idle(node: ast.stmt) -> bool:
    """Say whether a statement is a docstring or a proof note."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Expr(value=ast.Call(func=ast.Name(id="invariant" | "decreases"))):
            return True
    return False


def tagged(value: Value) -> dict[str, object]:
    """Return a value as JSON data that tells bools from ints and writes ints of any length."""
    return {"bool": value} if isinstance(value, bool) else {"int": format(value, "x")}


def untagged(data: object) -> Value | None:
    """Read what `tagged` wrote; None where it is none."""
    match data:
        case {"bool": bool() as truth}:
            return truth
        case {"int": str() as digits}:
            with contextlib.suppress(ValueError):
                return int(digits, 16)
    return None


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
            read = untagged(value)
            return None if read is None else PythonRun(value=read)
    return None


def _child_output(request: IO[bytes], folder: str, limits: Limits) -> tuple[bytes, str]:
    """Run the child; return what it wrote and, where it was killed, why."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own text; the job comes over stdin
        [*_wrapper(), _interpreter(), "-I", "-S", "-c", CHILD],
        stdin=request,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
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


def _interpreter() -> str:
    """Return the interpreter itself, not a virtual environment's link to it: `-S` keeps the environment out anyhow."""
    return str(Path(sys.executable).resolve())


def bubblewrap(program: str) -> tuple[str, ...]:
    """Return the command line that confines a child by bubblewrap; the root is made read-only last."""
    prefix = str(Path(sys.base_prefix).resolve())
    command = [program, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--setenv", "PYTHONHASHSEED", "0"]
    command += ["--cap-drop", "ALL", "--uid", "65534", "--gid", "65534", "--ro-bind", "/usr", "/usr"]
    for link in ("/lib", "/lib64"):
        if Path(link).is_symlink():
            command += ["--symlink", str(Path(link).readlink()), link]
        elif Path(link).is_dir():
            command += ["--ro-bind", link, link]
    command += ["--proc", "/proc", "--dev", "/dev", "--size", str(1 << 20), "--tmpfs", "/tmp"]  # noqa: S108 - the child's own
    if not Path(prefix).is_relative_to("/usr"):
        command += ["--ro-bind", prefix, prefix]
    return (*command, "--chdir", "/tmp", "--remount-ro", "/", "--")  # noqa: S108


@functools.cache
def _wrapper() -> tuple[str, ...]:
    """Return bubblewrap's command line where a probe shows that it works here, else nothing."""
    program = shutil.which("bwrap", path="/usr/local/bin:/usr/bin:/bin")
    if program is None:
        return ()
    command = bubblewrap(program)
    try:
        probe = subprocess.run(  # noqa: S603 - as above
            [*command, _interpreter(), "-I", "-S", "-c", "print('inside')"],
            stdin=subprocess.DEVNULL, capture_output=True, env={}, cwd="/", timeout=10, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return command if (probe.returncode, probe.stdout) == (0, b"inside\n") else ()
