"""P01 to P13: Python that means something else than it says, or that reaches out of the language, or of its process."""

import ast
import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from attack_case import Attack, about, by_examples, by_smt, by_solvers, outcome, policy, read_candidate, smt_tier
from targets import task_of

from verify import counterexample
from verify.environment import ROOT
from verify.limits import DEFAULT
from verify.python_run import EXHAUSTED, PythonRun, run_calls
from verify.reasons import Reason, WrongResult
from verify.source import to_source

DOUBLE = "@target\n@require(lambda n: n >= 0)\ndef f(n: int) -> int:\n    return n + n + 0\n"
HEAD = "def f(n: int) -> int:\n    {}\n"
QUICK = dataclasses.replace(DEFAULT, python_seconds=1)


def beside_a_graph(folder: Path) -> object:
    """Check a graph in a folder that holds modules with trusted names, from the verifier's own folder."""
    for name in MODULES:
        (folder / f"{name}.py").write_text(f"open({str(folder / 'ran')!r}, 'w').close()\n")
    (folder / "accepted").mkdir()
    command = [sys.executable, "-m", "verify", "ci", "--all", "--accepted", str(folder / "accepted"), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    return "Shadowed" if (folder / "ran").exists() else json.loads(done.stdout)["problems"][0]["reason"]


def _p(number: int, tries: str, due: str, control: str, act: Callable[[], object]) -> Attack:
    return Attack(f"P{number:02}", tries, due, control, lambda _: act())


def _file(number: int, tries: str, due: str, control: str, text: str | bytes) -> Attack:
    return _p(number, tries, due, control, lambda: policy(text))


def _body(number: int, tries: str, due: str, control: str, body: str) -> Attack:
    return _p(number, tries, due, control, lambda: read_candidate(DOUBLE, HEAD.format(body)))


def cookie() -> object:
    """Return `Comment` where a comment stays one, whatever encoding the file claims to have."""
    content = b"# -*- coding: utf-7 -*-\n# +AAo-import os\n" + HEAD.format("return n").encode()
    tree = to_source(content, "file.py", DEFAULT).tree
    return "Comment" if [type(n) for n in tree.body] == [ast.FunctionDef] else "it is code"


def ran(code: str, name: str = "f") -> object:
    """Return what CPython's child makes of a text that no policy has seen: the name of what it raises, or why it was given up."""
    (given,) = run_calls(code, [(name, ())], QUICK)
    return ended(given)


def ended(given: PythonRun) -> str:
    """Return how a run ended; `Passed` where it gave a value."""
    return given.raised or ("RunGivenUp" if given.gave_up else "Passed")


EVIL = """
def f():
    meta = type = ().__class__.__class__
    return meta("E", (), {"__repr__": lambda s: "{\\"value\\": 1}", "__iter__": lambda s: [].__iter__()})()
"""
RAISED = """
def f():
    base = ().__class__.__base__
    error = [c for c in base.__subclasses__() if c.__name__ == "BaseException"][0].__subclasses__()
    kind = [c for c in error if c.__name__ == "Exception"][0]
    raise kind.__class__("E", (kind,), {"__str__": lambda s: "\\x1b]52;c;x\\x07" * 10**6})()
"""
REACH = """
def f():
    base = [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == "_IOBase"][0]
    raw = [c for c in base.__subclasses__() if c.__name__ == "_RawIOBase"][0]
    file = [c for c in raw.__subclasses__() if c.__name__ == "FileIO"][0]
    file("/etc/passwd")
    return 1
"""
FORGED = REACH.replace('file("/etc/passwd")', 'file(1, "w").write(b\'{"value": {"int": "1"}}\\n\')')
MODULES = ("sitecustomize", "usercustomize", "json", "resource", "z3", "cvc5", "hypothesis", "networkx")


def exhausted(code: str) -> object:
    """Return how a run ended, `RunGivenUp` also where it raised because the machine came to its end."""
    found = ran(code)
    return "RunGivenUp" if found in EXHAUSTED else found


def truth() -> object:
    """Have CPython answer `True` where the interpreter saw another int."""
    said = (PythonRun(value=True), PythonRun(value=True), PythonRun(value=2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counterexample, "run_calls", lambda *_: said)
        return counterexample.confirm(task_of(DOUBLE, HEAD.format("return 1")), (1,), WrongResult, "the attack", DEFAULT)


def too_long() -> object:
    """Return a number of more digits than Python turns into text, where another one is due."""
    found = by_examples(about("x >= 0", "return x + 1 + 0", "return 7 ** 9000"))
    return found if isinstance(found, Reason) and len(str(found)) < 60_000 else "no message"


def children() -> set[str]:
    """Return the processes that this one started and that are there."""
    return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


def survivors(code: str) -> object:
    """Return how a run ended, `Survived` where a process of it is still there."""
    before = children()
    found = ran(code)
    return found if children() <= before else "Survived"


def shadowed(folder: Path, *, environment: bool = False) -> object:
    """Judge in a folder that holds modules with trusted names; `Shadowed` where one of them was run."""
    for name in MODULES:
        (folder / f"{name}.py").write_text(f"open({str(folder / 'ran')!r}, 'w').close()\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        if environment:
            for name in ("PYTHONPATH", "PYTHONSTARTUP"):
                patch.setenv(name, str(folder))
        wrong = ("0 <= x < 256", "return x * 3 + 0 + 0 + 0", "return x * 3 & 255")
        found = [by_examples(about(*wrong)), by_smt(about(*wrong)), by_solvers(smt_tier(*wrong))]
    names = {outcome(f) for f in found}
    return "Shadowed" if (folder / "ran").exists() else names.pop() if len(names) == 1 else str(names)


READING = (
    _file(1, "a decorator that runs", "Unsupported", "nodes", "@(lambda f: print(1) or f)\n" + HEAD.format("return n.x")),
    _p(1, "a decorator on a candidate", "Forbidden", "decorators",
       lambda: read_candidate(DOUBLE, "@print\n" + HEAD.format("return n"))),
    _file(1, "an annotation that runs", "Unsupported", "nodes", "def f(n: (yield)) -> int:\n    return n\n"),
    _p(1, "an annotation that calls", "Unsupported", "typed",
       lambda: read_candidate(DOUBLE, "def f(n: print(1)) -> int:\n    return n\n")),
    _file(1, "a default that runs", "Unsupported", "nodes", "def f(n: int = print(1)) -> int:\n    return n\n"),
    _file(2, "a default that is changed", "Unsupported", "nodes", "def f(n: int, seen: list[int] = []) -> int:\n    return n\n"),
    *(
        _body(2, tries, due, "nodes", body)
        for tries, due, body in (
            ("a global name", "Unsupported", "global f\n    return n"),
            ("a name of an outer function", "Unsupported", "nonlocal n\n    return n"),
            ("a function within", "Unsupported", "def g() -> int:\n        return n\n    return g()"),
            ("a generator", "Unsupported", "yield n"),
            ("a coroutine", "Unsupported", "await n\n    return n"),
            ("a class", "Unsupported", "class C:\n        pass\n    return n"),
            ("a context", "Unsupported", "with n:\n        pass\n    return n"),
            ("a return in finally", "Unsupported", "try:\n        return n\n    finally:\n        return 2 * n"),
            ("a name that is taken away", "Unsupported", "m = n\n    del m\n    return n"),
            ("an assignment within an expression", "Unsupported", "return (m := n) + m"),
            ("an assertion that -O strips", "Unsupported", "assert n > 0\n    return 2 * n"),
            ("a pattern", "Unsupported", "match n:\n        case _:\n            return n"),
            ("arguments by star", "Unsupported", "return max(*[n, n])"),
            ("a function as a value", "Unsupported", "g = lambda: n\n    return n"),
            ("type parameters or else", "Unsupported",
             "for i in range(n):\n        pass\n    else:\n        return 1\n    return 2"),
        )
    ),
    *(
        _body(3, tries, due, control, body)
        for tries, due, control, body in (
            ("eval", "Unsupported", "typed", "return eval('n')"),
            ("exec", "Unsupported", "typed", "exec('import os')\n    return n"),
            ("an import by name", "Forbidden", "typed", "return __import__('os')"),
            ("getattr", "Unsupported", "typed", "return getattr(n, 'real')"),
            ("a file", "Unsupported", "typed", "return len(open('/etc/passwd').read())"),
            ("input", "Unsupported", "typed", "return int(input())"),
            ("the debugger", "Unsupported", "typed", "breakpoint()\n    return n"),
            ("the classes of object", "Unsupported", "nodes", "return len(().__class__.__base__.__subclasses__())"),
            ("a format that reads attributes", "Unsupported", "nodes", "return len('{0.__class__}'.format(n))"),
            ("an f-string", "Unsupported", "nodes", "return len(f'{n.__class__}')"),
        )
    ),
    _file(4, "full-width letters for eval", "Malformed", "ascii", HEAD.format("return \uff45val('n')")),
    _file(4, "a ligature for fib", "Malformed", "ascii", "def \ufb01b(n: int) -> int:\n    return n\n"),
    _p(5, "a cookie that makes code of a comment", "Comment", "text", cookie),
    _file(5, "a byte order mark", "Malformed", "ascii", b"\xef\xbb\xbf" + HEAD.format("return n").encode()),
    *(
        _file(5, f"the line end {odd!a}", "Malformed", "ascii", (HEAD.format("return n") + f"#c{odd}y = 2\n").encode())
        for odd in ("\r", "\v", "\f", "\x1c", "\u2028")
    ),
    _file(6, "len defined anew", "Forbidden", "reserved", "def len(xs: list[int]) -> int:\n    return 0\n"),
    _file(6, "a parameter named range", "Forbidden", "reserved", "def f(range: int) -> int:\n    return range\n"),
    _body(6, "abs assigned", "Forbidden", "reserved", "abs = n\n    return abs"),
    _body(6, "a loop over a builtin's name", "Forbidden", "reserved", "for sum in range(n):\n        pass\n    return n"),
    _p(7, "True for 1", "IllTyped", "typed", lambda: read_candidate(DOUBLE, HEAD.format("return True"))),
    _p(7, "1.0 for 1", "Unsupported", "nodes", lambda: read_candidate(DOUBLE, HEAD.format("return 1.0"))),
    _p(7, "a bool among ints", "IllTyped", "typed", lambda: read_candidate(DOUBLE, HEAD.format("return [1, True][1]"))),
    _p(7, "True from a child where 1 is due", "ReadingsDisagree", "exact_values", truth),
    _body(8, "a literal beyond all measure", "TooLarge", "size", f"return {'9' * 4000}"),
    _body(8, "digits beyond what Python reads", "Malformed", "size", f"return {'9' * 5000}"),
    _body(8, "a hundred thousand minus signs", "TooLarge", "size", f"return {'-' * 100_000}n"),
    _body(8, "sixty thousand minus signs", "TooLarge", "size", f"return {'-' * 60_000}n"),
    _body(8, "twenty thousand sums", "TooLarge", "size", "return n" + "+n" * 20_000),
    _body(8, "a thousand parentheses", "Malformed", "size", f"return {'(' * 1000}n{')' * 1000}"),
)  # fmt: skip

RUNNING = (
    *(
        _p(8, tries, "RunGivenUp", "fuel",
           lambda body=body: by_examples(about("x >= 0", "return x + 0", body)))  # type: ignore[misc]
        for tries, body in (
            ("a tower of powers", "return x + 0 * 10 ** 10 ** 10"),
            ("a shift beyond memory", "return x + 0 * (1 << (1 << 40))"),
            ("a list beyond memory", "return x + 0 * len([0] * 10 ** 12)"),
        )
    ),
    _p(8, "a tower of powers in CPython", "RunGivenUp", "child_limits",
       lambda: exhausted("def f():\n    return 10 ** 10 ** 10\n")),
    _p(8, "a list beyond memory in CPython", "RunGivenUp", "child_limits",
       lambda: exhausted("def f():\n    return len([0] * 10 ** 12)\n")),
    *(
        _body(9, tries, due, "typed", body)
        for tries, due, body in (
            ("the hash of a text", "Unsupported", "return hash('n')"),
            ("the address of an object", "Unsupported", "return id(n)"),
            ("the order of a set", "Unsupported", "return [k for k in {n, 1}][0]"),
        )
    ),
    _file(9, "the clock", "Forbidden", "nodes", "from time import time\n" + HEAD.format("return n")),
    _file(9, "chance", "Unsupported", "nodes", "import random\n" + HEAD.format("return n")),
    _file(10, "the caller's frame", "Unsupported", "nodes", "import sys\n" + HEAD.format("return n")),
    _body(10, "a frame by attribute", "Unsupported", "nodes", "return n.gi_frame"),
    _p(11, "a result whose text is an attack", "RunGivenUp", "exact_values", lambda: ran(EVIL)),
    _p(11, "a result of another type", "RunGivenUp", "exact_values", lambda: ran("def f():\n    return 1.5\n")),
    _p(11, "an exception whose text is an attack", "E", "exact_values", lambda: ran(RAISED)),
    _p(11, "a result too long for a text", "WrongResult", "long_ints", too_long),
    _p(11, "a line of the child's own among the answers", "RunGivenUp", "child_nonce", lambda: ran(FORGED)),
    _p(3, "a file, past the policy", "PermissionError", "sandbox", lambda: ran(REACH)),
    _p(3, "a builtin, past the policy", "NameError", "child_limits",
       lambda: ran("def f():\n    return len(open('/etc/passwd'))\n")),
    _p(3, "an import, past the policy", "ImportError", "child_limits", lambda: ran("def f():\n    import os\n    return 1\n")),
    _p(13, "a run without end", "RunGivenUp", "child_limits", lambda: survivors("def f():\n    while True:\n        pass\n")),
    Attack("P12", "modules in the folder that it is started in", "WrongResult", "isolated", shadowed),
    Attack("P12", "modules beside the graph that is checked", "NotAllReproved", "isolated", beside_a_graph),
    Attack("P12", "modules named by the environment", "WrongResult", "isolated",
           lambda folder: shadowed(folder, environment=True)),
)  # fmt: skip

PYTHON: tuple[Attack, ...] = (*READING, *RUNNING)
