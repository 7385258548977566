"""Z01 to Z21: what a solver, or a model of Python's meaning, could be made to believe; Z3 and cvc5 are the real ones."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from attack_case import (
    Attack,
    about,
    by_all,
    by_examples,
    by_smt,
    by_solvers,
    policy,
    read_candidate,
    read_spec,
    refusal,
    smt_tier,
)
from small_graph import chain, implementation, put
from targets import spec_of, task_of

from verify.components import linked
from verify.gates import solvers as gate
from verify.gates.strength import strength
from verify.gates.strengthening import refute_strengthening
from verify.gates.worker import ROOT
from verify.graph import load
from verify.limits import DEFAULT
from verify.node import spec_node
from verify.obligations import to_obligations
from verify.spec import Spec
from verify.statement import to_old_text
from verify.strengthening import Strengthening, mismatch

NAT = "@target\n@require(lambda n: n >= 0)\n{more}def f(n: int) -> int:\n    {body}\n"
BODY = "def f(n: int) -> int:\n    {}\n"
GAUSS = "t = 0\n    for i in range(x):\n        t += i\n    return t"
TOTAL = "t = 0\n    for i in range(n + 1):\n        t += i\n    return t"
PARITY = "p = 0\n    for i in range(32):\n        p ^= (x >> i) & 1\n    return p"
FOLDS = "x ^= x >> 16\n    x ^= x >> 8\n    x ^= x >> 4\n    x ^= x >> 2\n    x ^= x >> 1\n    return x & 1"
PAIR = "-9 <= x <= 9 and -9 <= y <= 9 and y != 0"
TWO = "x: int, y: int"
BYTE = "0 <= x < 256"
HARD = ("0 <= x < 2**32", PARITY, FOLDS)
WRONG = ("0 <= x < 2**16", "return x * 3 + 0 + 0 + 0", "return x * 3 & 0x1FFFF")
CUBES = "x * x * x + y * y * y + z * z * z == 42"
LISTS = "xs: list[int]"

STAND_IN = f"""
import io, json, sys
raw = sys.stdin.read()
job = json.loads(raw)
due = {{q: d for q, _, d in job["questions"]}}
def say(question, answer, **more):
    line = {{"nonce": job["nonce"], "question": question, "script": job["digests"][question], "answer": answer}}
    print(json.dumps({{**line, **more}}), flush=True)
sys.path.insert(0, {ROOT!r})
from verify.gates import solver_worker
sys.stdin = io.StringIO(raw)
if job["solver"] in LIARS:
    BODY
else:
    solver_worker.main()
"""
AGREES = """turn, real = iter(due.values()), solver_worker.answer
    solver_worker.answer = lambda *a: ("unsat", None) if next(turn) == "unsat" else real(*a)
    solver_worker.main()"""
"""a solver that says that there is no counterexample, whatever it is asked"""


def lied(body: str, *liars: str, about_: tuple[str, ...] = WRONG) -> object:
    """Return what both solvers say where some of them are stood in for."""
    code = STAND_IN.replace("LIARS", repr(liars)).replace("BODY", body)
    with pytest.MonkeyPatch.context() as patch:
        real = gate._command()
        patch.setattr(gate, "_command", lambda: [real[0], "-I", "-c", code])
        return by_solvers(smt_tier(*about_))


def scripts(text: str, *, parameters: str) -> object:
    """Return a name of the file that reaches the solvers in what is asked about it, `Renamed` where none does."""
    name = parameters.partition(":")[0]
    script = to_obligations(smt_tier(f"0 <= {name} < 9", text, None, parameters=parameters), DEFAULT).text
    return f"{name} reached the solver" if name in script else "Renamed"


def _z(number: int, tries: str, due: str, control: str, act: Callable[[], object]) -> Attack:
    return Attack(f"Z{number:02}", tries, due, control, lambda _: act())


def quick(**limits: int) -> object:
    """Return what the solvers say of a hard question within a small limit."""
    return by_solvers(smt_tier(*HARD), dataclasses.replace(DEFAULT, **limits))


ANSWERS = (
    _z(1, "a solver that runs out of time", "SolversUndecided", "two_solvers", lambda: quick(solver_seconds=1)),
    _z(1, "a solver that runs out of memory", "SolversUndecided", "two_solvers", lambda: quick(solver_bytes=2**20)),
    _z(1, "unknown to every question", "SolversUndecided", "two_solvers",
       lambda: lied("[say(q, 'unknown') for q, *_ in job['questions']]", "z3")),
    _z(1, "a solver that dies", "SolversUndecided", "two_solvers", lambda: lied("sys.exit(1)", "cvc5")),
    _z(1, "sat with no model", "SolversUndecided", "two_solvers",
       lambda: lied("[say(q, 'sat') for q, *_ in job['questions']]", "z3")),
    _z(1, "a precondition that no solver decides", "TooFewExamples", "witness",
       lambda: by_examples(about(CUBES, "return x", None, "x: int, y: int, z: int"))),
    _z(2, "a precondition that contradicts itself", "EmptyPrecondition", "witness",
       lambda: by_examples(about("x > 0 and x < 0", "return 1 // 0", None))),
    _z(2, "a remainder that none has, at the tier smt", "EmptyPrecondition", "witness",
       lambda: by_solvers(smt_tier("0 <= x < 9 and x % 2 == 2", "return x // 0", None))),
    _z(2, "one whose bounds leave nothing", "EmptyPrecondition", "witness",
       lambda: by_solvers(smt_tier("0 <= x < 9 and x > 20", "return x // 0", None))),
    _z(2, "one that raises on every input", "EmptyPrecondition", "witness",
       lambda: by_examples(about("1 // (x - x) > 0", "return 1 // 0", None))),
    _z(19, "z3 says what is due to a false claim", "WrongResult", "two_solvers", lambda: lied(AGREES, "z3")),
    _z(19, "cvc5 says what is due to a false claim", "WrongResult", "two_solvers", lambda: lied(AGREES, "cvc5")),
    _z(19, "an option of the solver in a candidate", "Unsupported", "nodes",
       lambda: policy("def f(n: int) -> int:\n    set_option('smt.case_split', 3).x\n    return n\n")),
    _z(20, "a parameter named as the script names its own", "WrongResult", "renaming",
       lambda: by_smt(about("v1 > v0", "return v1 - v0", "return v1 - v0 + (1 if v1 == v0 + 3 else 0)", "v1: int, v0: int"))),
    _z(20, "a parameter named as a command", "Renamed", "renaming",
       lambda: scripts("return assert_0", parameters="assert_0: int")),
    _z(20, "a name that closes a term", "Malformed", "size", lambda: policy("def f(|x|)(assert false): pass\n")),
)  # fmt: skip

MEANING = (
    _z(5, "division that rounds to zero", "WrongResult", "readings",
       lambda: by_smt(about(PAIR, "return x // y + 0", "return abs(x) // abs(y) if (x < 0) == (y < 0) else -(abs(x) // abs(y))",
                            TWO))),
    _z(5, "division that rounds to zero, at the tier smt", "WrongResult", "bit_reading",
       lambda: by_solvers(smt_tier(PAIR, "return x // y + 0 + 0 + 0 + 0 + 0 + 0 + 0 + 0",
                                   "return abs(x) // abs(y) if (x < 0) == (y < 0) else -(abs(x) // abs(y))", parameters=TWO))),
    _z(5, "a remainder that is never negative", "ContractViolated", "readings",
       lambda: by_smt(about(PAIR, "return x % y", None, TWO, "@ensure(lambda x, y, result: result >= 0)\n"))),
    _z(5, "a remainder that is never negative, at the tier smt", "ContractViolated", "bit_reading",
       lambda: by_solvers(smt_tier(PAIR, "return x % y", None, parameters=TWO,
                                   more="@ensure(lambda x, y, result: result >= 0)\n"))),
    _z(6, "a division whose divisor may be zero", "Raises", "readings",
       lambda: by_smt(about("x > 9", "return x", "return x + 0 // (x - 123456)"))),
    _z(6, "one that cancels out", "Raises", "readings",
       lambda: by_examples(about("x >= 0", "return x + 0", "return x // x * x"))),
    _z(6, "one at the tier smt", "Raises", "bit_reading",
       lambda: by_solvers(smt_tier(BYTE, "return x + 0 + 0", "return x + 0 // (x - 200)"))),
    _z(7, "a shift by a negative number", "Raises", "readings",
       lambda: by_smt(about("x > 9", "return 0 * x * x * x", "return 0 << (x - 11)"))),
    _z(7, "one at the tier smt", "Raises", "bit_reading",
       lambda: by_solvers(smt_tier(BYTE, "return 0 * x * x * x", "return 0 << (x - 1)"))),
    _z(7, "a product that wraps in eight bits", "WrongResult", "bit_reading",
       lambda: by_solvers(smt_tier(BYTE, "return 16 * x // 16 + 0", "return x & 15"))),
    _z(7, "a comparison that is signed in eight bits", "WrongResult", "bit_reading",
       lambda: by_solvers(smt_tier(BYTE, "return 1 + 0 + 0 if x < 1 else 0 + 0 + 0", "return 1 if x < 1 or x >= 128 else 0"))),
    _z(7, "a shift that keeps a sign bit", "WrongResult", "bit_reading",
       lambda: by_solvers(smt_tier(BYTE, "return (x & 128) // -128 + 0 + 0", "return x >> 7"))),
    _z(14, "a sum that wraps at a word", "WrongResult", "bit_reading",
       lambda: by_solvers(smt_tier("0 <= x < 2**32 and 0 <= y < 2**32", "return x + y + 0 + 0", "return x + y & 0xFFFFFFFF",
                                   parameters=TWO))),
    _z(14, "a sum that wraps at two words, unbounded", "WrongResult", "readings",
       lambda: by_smt(about("x >= 0 and y >= 0", "return x + y + 0 + 0", "return (x + y) % 2**64", TWO))),
    _z(8, "a negative exponent", "Raises", "readings",
       lambda: by_examples(about("x > 1", "return x + 0 * 1 + 0", "return x ** (5 - x) * 0 + x"))),
    _z(8, "true division", "Unsupported", "nodes", lambda: policy(BODY.format("return n / 1"))),
    _z(8, "a float", "Unsupported", "nodes", lambda: policy(BODY.format("return 1e3"))),
    _z(8, "infinity", "IllTyped", "typed",
       lambda: read_candidate(NAT.format(more="", body="return n"), BODY.format("return inf"))),
    _z(8, "a sum of bools", "IllTyped", "typed",
       lambda: read_candidate(NAT.format(more="", body="return n"), BODY.format("return True + True"))),
    _z(8, "an int in the place of a bool", "IllTyped", "typed",
       lambda: read_candidate(NAT.format(more="", body="return n"), BODY.format("return n and 3"))),
    _z(8, "identity of numbers", "Unsupported", "nodes", lambda: policy(BODY.format("return 1 if n is 2 else 0"))),
)  # fmt: skip

OF_LISTS = f"@target\ndef f({LISTS}) -> int:\n    return len(xs)\n"
IN_LISTS = f"def f({LISTS}) -> int:\n    {{}}\n"


def in_lists(body: str) -> object:
    """Return what is said of a candidate over a list."""
    return read_candidate(OF_LISTS, IN_LISTS.format(body))


LANGUAGE = (
    _z(9, "rows that are one list", "Unsupported", "ownership",
       lambda: in_lists("rows = [[0]] * 3\n    rows[0][0] = 1\n    return rows[1][0]")),
    _z(9, "two names of one list", "Unsupported", "ownership",
       lambda: in_lists("a = [1]\n    b = a\n    b += [2]\n    return len(a)")),
    _z(9, "a changed argument", "Unsupported", "ownership", lambda: in_lists("xs[0] = 3\n    return 1")),
    _z(9, "an argument that grows", "Unsupported", "ownership", lambda: in_lists("xs.append(1)\n    return len(xs)")),
    _z(10, "the variable of a loop that may not turn", "IllTyped", "typed",
       lambda: in_lists("for i in range(len(xs)):\n        pass\n    return i")),
    _z(10, "a list that grows under its loop", "Unsupported", "ownership",
       lambda: in_lists("a = [1]\n    for x in a:\n        if len(a) < 4:\n            a.append(x)\n    return len(a)")),
    _z(10, "the bound of a range, changed within", "WrongResult", "readings",
       lambda: by_all(about("0 <= x < 50", "t = 0\n    for i in range(x):\n        x = 0\n        t += 1\n    return t + x",
                            "return 1 if x > 0 else 0"))),
    _z(10, "a chained assignment to an element", "Unsupported", "typed",
       lambda: in_lists("a = [5, 7]\n    i = 0\n    a[i] = i = 1\n    return a[0]")),
    _z(10, "the order of a swap", "WrongResult", "readings",
       lambda: by_all(about("0 <= x < 50", "y = 3\n    x, y = y, x\n    return x * 100 + y", "return 303 + x - x"))),
    _z(11, "an index beyond the end", "Raises", "readings",
       lambda: by_smt(about("len(xs) < 3", "return len(xs) + 0", "return len(xs) if len(xs) < 2 else xs[2] * 0 + 2", LISTS))),
    _z(11, "a postcondition that holds where it raises", "Raises", "readings",
       lambda: by_examples(about("len(xs) < 3", "return xs[0]", None, LISTS, "@ensure(lambda xs, result: result == xs[0])\n"))),
    _z(11, "a negative index of an empty list", "Raises", "readings",
       lambda: by_examples(about("len(xs) < 3", "return sum(xs)", "return sum(xs) + 0 * xs[-1]", LISTS))),
    _z(11, "a slice beyond the end", "WrongResult", "readings",
       lambda: by_smt(about("0 < len(xs) < 3", "return len(xs[1:9]) + 0 + 0", "return 8", LISTS))),
)  # fmt: skip

LOOP = "while x > 0:\n        x += 1\n    return x"
STUCK = "return f(x)"
WITHIN = "if x > 5:\n        while True:\n            x += 1\n    return x * (x - 1) // 2"
DEEP = "return 0 if x <= 0 else 1 + f(x - 1)"
TABLE = " else ".join(f"{i * (i - 1) // 2} if x == {i}" for i in range(40))

TERMINATION = (
    _z(12, "a loop without end", "RunGivenUp", "fuel", lambda: by_examples(about("x >= 0", GAUSS, LOOP))),
    _z(12, "a loop without end on some inputs", "RunGivenUp", "fuel", lambda: by_examples(about("x >= 0", GAUSS, WITHIN))),
    _z(12, "a call of itself with the same argument", "RunGivenUp", "fuel", lambda: by_examples(about("x >= 0", GAUSS, STUCK))),
    _z(12, "one at the tier smt", "NotBounded", "bounded", lambda: by_solvers(smt_tier(BYTE, "return x + 0", STUCK))),
    _z(13, "a recursion too deep to be written out", "NotBounded", "bounded",
       lambda: by_solvers(smt_tier("0 <= x < 2**12", DEEP, None))),
    _z(13, "one in the nesting of an expression", "TooLarge", "size", lambda: policy(BODY.format("return " + "-" * 200 + "n"))),
)  # fmt: skip


def _weaker(folder: Path) -> object:
    """Put a version under another spec of the same target, one that asks for less, with a certificate that fits that one."""
    spec, base = chain("f", 1)
    weak = spec_node("f", spec.content("spec.py").replace(b"@target", b"@target\n@require(lambda n: n > 9)"))
    put(folder, spec, base, weak, implementation(weak, b"def f(n: int) -> int:\n    return 9\n", base))
    return load(folder)


SQUARE = "@target\n@require(lambda x: x >= 0)\ndef f(x: int) -> int:\n    return x * x + 0\n"
CONTRADICTS = (
    "from icontract import require\n\n\n@require(lambda n: n > 0 and n < 0)\ndef g(n: int) -> int:\n    return 7\n\n\n"
    "def f(x: int) -> int:\n    return g(x)\n"
)
PURE = "from verify import pure\n\n\n@pure\ndef g(x: int) -> int:\n    return {}\n\n\n"
ENDLESS = PURE.format("g(x) + 1") + SQUARE.replace("def f", "@ensure(lambda x, result: g(x) == g(x) + 1)\ndef f")
RAISES = PURE.format("1 // (x - 7)") + SQUARE.replace("def f", "@ensure(lambda x, result: g(x) < 2)\ndef f")


def _printed(spec: str) -> object:
    """Return the statement about a baseline, which only a program that ends has."""
    task = task_of(spec)
    return to_old_text(task.spec, task.old.program, DEFAULT)


def _calls_its_own() -> object:
    """Name the accepted version of a target in what is to replace it."""
    spec, base = chain("f", 1)
    text = f'from verify import component\n\ng = component("{base.id}")\n\n\ndef f(n: int) -> int:\n    return g(n)\n'
    return linked(text.encode(), "candidate.py", {n.id: n for n in (spec, base)}, DEFAULT, spec.id)


def _ring(folder: Path, count: int) -> object:
    """Write versions each of which names the next one, the last one the first, as what it supersedes."""
    spec, base, *versions = chain("f", count + 2)
    put(folder, spec, base, *versions[:count])
    names = [v.id for v in versions[:count]]
    for i, name in enumerate(names):
        path = folder / name / "node.json"
        path.write_text(path.read_text().replace(base.id if i == 0 else names[i - 1], names[(i + 1) % count]))
    return load(folder)


LOOSE = NAT.replace("@target", '@target(result="contract")').format(more="@ensure(lambda n, result: {})\n", body=TOTAL)


def replaced(require: str, ensure: str, body: str = TOTAL) -> object:
    """Return what is said of a spec that is to stand in the place of one for n >= 3 that promises `result >= n`."""

    def made(require: str, ensure: str, body: str) -> Spec:
        return spec_of(NAT.replace("n >= 0", require).format(more=f"@ensure(lambda n, result: {ensure})\n", body=body))

    question = Strengthening(made("n >= 3", "result >= n", TOTAL), made(require, ensure, body))
    return mismatch(question) or refute_strengthening(question, DEFAULT)


CONTRACTS = (
    _z(15, "a postcondition that says nothing, and a constant", "WrongResult", "same_result",
       lambda: by_examples(about("x >= 0", GAUSS, "return 0", more="@ensure(lambda x, result: True)\n"))),
    _z(15, "a postcondition that asks the function itself", "BadContract", "contract",
       lambda: read_spec(NAT.format(more="@ensure(lambda n, result: result == f(n))\n", body="return n"))),
    _z(15, "a contract in place of the result, which a constant meets", "WeakContract", "strength",
       lambda: strength(spec_of(LOOSE.format("result >= 0")), DEFAULT)),
    _z(15, "a contract in place of the result, which the argument meets", "WeakContract", "strength",
       lambda: strength(spec_of(LOOSE.format("result >= n or n > 0")), DEFAULT)),
    _z(16, "a spec that allows less, in place of an accepted one", "SpecWeakened", "strengthening",
       lambda: replaced("n >= 4", "result >= n")),
    _z(16, "a spec that promises less, in place of an accepted one", "SpecWeakened", "strengthening",
       lambda: replaced("n >= 3", "result >= n or n == 70001")),
    _z(16, "another function under a stronger spec", "NotStronger", "strengthening",
       lambda: replaced("n >= 3", "result >= n", "return n")),
    _z(15, "a postcondition behind a false premise, and a constant", "WrongResult", "same_result",
       lambda: by_examples(about("x >= 0", GAUSS, "return 7", more="@ensure(lambda x, result: x >= 0 or result == 3)\n"))),
    Attack("Z16", "a version under a weaker spec", "GraphCorrupt", "certificate", _weaker),
    _z(16, "a candidate with a contract of its own", "Forbidden", "decorators",
       lambda: read_candidate(NAT.format(more="", body="return n"),
                              "from icontract import require\n\n\n@require(lambda n: n > 9)\n" + BODY.format("return n"))),
    _z(16, "a candidate that is a target", "Forbidden", "decorators",
       lambda: read_candidate(NAT.format(more="", body="return n"),
                              "from verify import target\n\n\n@target\n" + BODY.format("return n"))),
    _z(3, "a contradictory precondition of a helper", "Raises", "readings",
       lambda: by_examples(task_of(SQUARE, CONTRADICTS))),
    _z(4, "a contract that calls a function without end", "NoMeasure", "measure", lambda: refusal(lambda: _printed(ENDLESS))),
    _z(4, "a function of a contract that may raise", "ContractViolated", "readings", lambda: by_examples(task_of(RAISES))),
    _z(17, "a version that calls the version it replaces", "NoComponent", "components", lambda: refusal(_calls_its_own)),
    Attack("Z17", "a version that supersedes itself", "GraphCorrupt", "digests", lambda folder: _ring(folder, 1)),
    Attack("Z17", "two versions that rest on each other", "GraphCorrupt", "digests", lambda folder: _ring(folder, 2)),
)  # fmt: skip


CALLEE = (
    "def g(n: int) -> int:\n    t = 0\n    for i in range(abs(n)):\n        t += n\n    return t\n\n\n"
    "def f(x: int) -> int:\n    return g(x)\n"
)

COST = (
    _z(18, "a sum over a range for one tick", "CostNotLower", "ticks",
       lambda: by_examples(about("x >= 0", "return x * (x - 1) // 2", "return sum(range(x))", options='better="eventually"'))),
    _z(18, "a search in a long list for one tick", "CostNotLower", "ticks",
       lambda: by_examples(about("x >= 0", "return 0 * x + 0 + 0", "return 0 if x in [i for i in range(x)] else 0"))),
    _z(18, "a copy for one tick", "CostNotLower", "ticks",
       lambda: by_examples(about("len(xs) > 0", "return xs[0] + 0", "return xs[:][0]", LISTS))),
    _z(18, "a loop hidden in a function that is called", "CostNotLower", "ticks",
       lambda: by_examples(task_of(SQUARE.replace("+ 0", "+ x - x"), CALLEE))),
    _z(18, "dear on all inputs but small ones", "CostNotLower", "ticks",
       lambda: by_all(about("x >= 0", "return x + 0 + 0",
                            "t = x\n    if x > 60:\n        for i in range(x):\n            t = x\n    return t"))),
    _z(21, "a precondition that lets almost nothing in", "TooFewExamples", "witness",
       lambda: by_examples(about("x * x == 12345678987654321 and y > x", "return x", None, TWO))),
    _z(21, "a back door at one number", "WrongResult", "constants",
       lambda: by_examples(about("x >= 0", "return x * 2 + 0 + 0 + 0 + 0", "return x * 2 if x != 123456789 else 0"))),
    _z(21, "a back door that no constant shows", "WrongResult", "z3",
       lambda: by_all(about("x >= 0", "return x * 2 + 0 + 0 + 0 + 0 + 0 + 0 + 0",
                            "return x * 2 + (1 if x * 7 - 5 == 864197518 else 0)"))),
    _z(21, "a table of all small inputs", "WrongResult", "z3",
       lambda: by_all(about("x >= 0", GAUSS, f"return {TABLE} else x * (x - 1) // 2 + 1"))),
)  # fmt: skip


SMT: tuple[Attack, ...] = (*ANSWERS, *MEANING, *LANGUAGE, *TERMINATION, *CONTRACTS, *COST)
