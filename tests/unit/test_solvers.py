"""The tier smt by outcome: bit tricks that both solvers agree on, near misses, limits, and solvers that lie or die."""

import dataclasses
from collections.abc import Sequence

import pytest
from targets import task_of

from verify.gates import solvers as gate
from verify.gates.solver_worker import answer, cvc5_asker, z3_asker
from verify.gates.solvers import solvers
from verify.gates.worker import ROOT
from verify.limits import DEFAULT
from verify.obligations import to_obligations
from verify.reasons import (
    ContractViolated,
    CostNotLower,
    EmptyPrecondition,
    NotBounded,
    Raises,
    ReadingsDisagree,
    Reason,
    Refusal,
    SolversUndecided,
    TooLarge,
    UnknownOrder,
    WrongResult,
)
from verify.task import Passed, Task

WORD = "0 <= x < 2**32"
COUNT = "total = 0\n    for i in range({n}):\n        total += (x >> i) & 1\n    return total"
SWAR = """x = x - ((x >> 1) & 0x55555555)
    x = (x & 0x33333333) + ((x >> 2) & 0x33333333)
    x = (x + (x >> 4)) & 0x0F0F0F0F
    return (x * 0x01010101 & 0xFFFFFFFF) >> 24"""
REVERSE = "r = 0\n    for i in range({n}):\n        r |= ((x >> i) & 1) << ({n} - 1 - i)\n    return r"
SWAPS = {
    8: "x = (x & 0x55) << 1 | (x >> 1) & 0x55\n    x = (x & 0x33) << 2 | (x >> 2) & 0x33\n    return (x & 15) << 4 | x >> 4",
    16: "x = (x & 0x5555) << 1 | (x >> 1) & 0x5555\n    x = (x & 0x3333) << 2 | (x >> 2) & 0x3333\n"
        "    x = (x & 0x0F0F) << 4 | (x >> 4) & 0x0F0F\n    return (x & 255) << 8 | x >> 8",
    32: "x = (x & 0x55555555) << 1 | (x >> 1) & 0x55555555\n    x = (x & 0x33333333) << 2 | (x >> 2) & 0x33333333\n"
        "    x = (x & 0x0F0F0F0F) << 4 | (x >> 4) & 0x0F0F0F0F\n    x = (x & 0x00FF00FF) << 8 | (x >> 8) & 0x00FF00FF\n"
        "    return (x & 0xFFFF) << 16 | x >> 16",
}  # fmt: skip
LOWEST = "for i in range(32):\n        if (x >> i) & 1:\n            return 1 << i\n    return 0"
PARITY = "p = 0\n    for i in range({n}):\n        p ^= (x >> i) & 1\n    return p"
AVERAGE = "return sum([x, y]) // 2"
AVERAGED = "return (x & y) + ((x ^ y) >> 1)"
TWO = "0 <= x < 2**32 and 0 <= y < 2**32"
SIGN = "y = x\n    if x < 0:\n        y = 0 - x\n    return y + 0 * 2 + 0"


def about(
    require: str, old: str, new: str | None, parameters: str = "x: int", more: str = "", options: str = 'tier="smt"'
) -> Task:
    names = ", ".join(p.split(":")[0] for p in parameters.split(", "))
    head = f"def f({parameters}) -> int:\n    "
    spec = f"@target({options})\n@require(lambda {names}: {require})\n{more}{head}{old}\n"
    return task_of(spec, None if new is None else f"{head}{new}\n")


@pytest.mark.slow
def test_parity_of_a_whole_word_passes() -> None:
    """Ten seconds alone, which is a minute where other work goes on."""
    assert isinstance(solvers(about(*HARD), DEFAULT), Passed)


TRICKS = {
    "bit count": (WORD, COUNT.format(n=32), SWAR),
    "bit count by a sum": (WORD, "return sum((x >> i) & 1 for i in range(32))", SWAR),
    "bit count in a while": ("0 <= x < 2**8",
                             "c = 0\n    while x > 0 or c < 0:\n        c += x & 1\n        x >>= 1\n    return c + 0 * c",
                             "c = 0\n    while x > 0:\n        c += x & 1\n        x >>= 1\n    return c"),
    "reverse 8": ("0 <= x <= 255", REVERSE.format(n=8), SWAPS[8]),
    "reverse 16": ("0 <= x and x < 65536", REVERSE.format(n=16), SWAPS[16]),
    "reverse 32": ("x >= 0 and not x >= 2**32", REVERSE.format(n=32), SWAPS[32]),
    "lowest bit": (WORD, LOWEST, "return x & -x"),
    "parity": ("0 <= x < 2**16", PARITY.format(n=16), "x ^= x >> 8\n    x ^= x >> 4\n    return 0x6996 >> (x & 15) & 1"),
    "absolute": ("-2**31 <= x < 2**31", SIGN, "m = x >> 31\n    return (x ^ m) - m"),
    "absolute, other bounds": ("abs(x) <= 2**20", SIGN, "m = x >> 20\n    return (x ^ m) - m"),
    "average": (TWO, AVERAGE, AVERAGED, "x: int, y: int"),
    "power of two": ("0 < x < 2**16", "c = 0\n    for i in range(16):\n        c += (x >> i) & 1\n    return 1 if c == 1 else 0",
                     "return 1 if x & (x - 1) == 0 else 0"),
    "next multiple": ("0 <= x < 1000", "while x % 8 != 0:\n        x += 1\n    return x + 0 * x", "return (x + 7) & -8"),
    "signed modulo": ("-1000 <= x < 1000", "q = x // 16\n    return x - q * 16", "return x & 15"),
    "a table": ("0 <= x < 16", COUNT.format(n=4), "return [0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4][x]"),
}  # fmt: skip


@pytest.mark.parametrize("name", TRICKS)
def test_a_trick_passes(name: str) -> None:
    given = solvers(about(*TRICKS[name]), DEFAULT)
    assert isinstance(given, Passed), given


HIGHEST = "best = 0\n    for i in range(16):\n        if (x >> i) & 1 == 1:\n            best = 1 << i\n    return best"
ONE_BIT = ("0 < x < 2**16", HIGHEST)
FREE = 'tier="smt", result="contract"'
ANY_BIT = "@ensure(lambda x, result: result > 0 and result & (result - 1) == 0 and result & x == result)\n"


def test_where_the_contract_alone_counts_another_result_passes() -> None:
    free = about(*ONE_BIT, "return x & -x", more=ANY_BIT, options=FREE)
    given = solvers(free, DEFAULT)
    assert isinstance(given, Passed), given
    assert given.evidence["questions"] == ["allowed", "returns", "old returns", "cost", "gain", "contract"]
    assert isinstance(solvers(about(*ONE_BIT, "return x & -x", more=ANY_BIT), DEFAULT), WrongResult)


def test_where_the_contract_alone_counts_it_must_be_met() -> None:
    for wrong in ("return x & -x if x != 48879 else 3", "return x & x - 1 if x & x - 1 else x"):
        given = solvers(about(*ONE_BIT, wrong, more=ANY_BIT, options=FREE), DEFAULT)
        assert isinstance(given, ContractViolated)


NEAR: dict[str, tuple[tuple[str, ...], str, str]] = {
    "one digit": (TRICKS["bit count"], "0x33333333) +", "0x33323333) +"),
    "the top bit": (TRICKS["bit count"], "0x55555555", "0x15555555"),
    "a mask too wide": (TRICKS["reverse 32"], "0x00FF00FF) << 8", "0x01FF00FF) << 8"),
    "the top byte": (TRICKS["reverse 16"], "x >> 8", "(x >> 8) & 127"),
    "the smallest int": (TRICKS["absolute"], "(x ^ m) - m", "(x ^ m) - m if m else x & 0x3FFFFFFF"),
    "one point": (TRICKS["lowest bit"], "x & -x", "x & -x if x != 3735928559 else 0"),
    "a carry": (TRICKS["average"], "+ ((x ^ y)", "| ((x ^ y)"),
    "rounding": (TRICKS["signed modulo"], "x & 15", "-(-x & 15)"),
}


@pytest.mark.parametrize("name", NEAR)
def test_a_near_miss_is_rejected_with_an_input(name: str) -> None:
    (require, old, new, *more), right, wrong = NEAR[name]
    assert right in new
    task = about(require, old, new.replace(right, wrong), *more)
    given = solvers(task, DEFAULT)
    assert isinstance(given, WrongResult), given
    assert given.got != given.due
    assert given.parameters == tuple(p.name for p in task.spec.program.parameters)


def test_a_fault_at_one_input_is_found() -> None:
    given = solvers(about(WORD, COUNT.format(n=32), "return 8 // (x - 123456789) * 0"), DEFAULT)
    assert isinstance(given, Raises)
    assert (given.arguments, given.got) == ((123456789,), "ZeroDivisionError")


def test_a_baseline_by_itself() -> None:
    kept = "@ensure(lambda x, result: 0 <= result <= {} and (result > 0 or x == 0))\n"
    assert isinstance(solvers(about(WORD, COUNT.format(n=32), None, more=kept.format(32)), DEFAULT), Passed)
    given = solvers(about(WORD, COUNT.format(n=32), None, more=kept.format(31)), DEFAULT)
    assert isinstance(given, ContractViolated)
    assert given.arguments == (2**32 - 1,)


def test_costs() -> None:
    swar = SWAR.replace("return", "return 0 +")
    assert isinstance(solvers(about(WORD, SWAR, swar), DEFAULT), UnknownOrder)
    assert isinstance(solvers(about(WORD, SWAR, swar, options='tier="smt", better="always"'), DEFAULT), CostNotLower)
    given = solvers(about(WORD, SWAR, SWAR.replace("0x55555555", "0x55555555 ")), DEFAULT)
    assert isinstance(given, CostNotLower)
    assert "no allowed input" in given.what


def test_a_gain_on_one_input_is_one() -> None:
    rare = "if x == 77:\n        return 1\n    return {}"
    task = about("0 <= x < 2**16", rare.format("x + 0") , "if x == 77:\n        return 1\n    return x + 0")
    assert isinstance(solvers(task, DEFAULT), CostNotLower)
    old = "return (x + 1 - 1) * 1 if x == 4711 else x + 1 - 1 + 0 * x"
    assert isinstance(solvers(about("0 <= x < 2**16", old, "return (x + 1 - 1) * 1 if x == 4711 else x + 0"), DEFAULT), Passed)


DOUBLING = "t = [x]\n    for i in range(64):\n        t = t + t\n    return sum(t)"
ROWS = "t = [[x] * 4000 for i in range(4000)]\n    return sum(sum(r) for r in t)"
LONG = """t = 0
    for i in range(200):
        for j in range(200):
            t += x >> (i & 31) ^ t % 7
            t = t & 65535
    return t"""
OUTSIDE = {
    "no bounds": ("x >= 0", "return x + 0", NotBounded, "does not bound `x` on both sides"),
    "bounds of one branch": ("x == 3 or 0 <= x < 9", "return x + 0", NotBounded, "does not bound"),
    "turns without a bound": ("0 <= x < 2**32", "while x > 0:\n        x -= 1\n    return x", NotBounded, "goes on for longer"),
    "too wide": ("0 <= x < 2**32", "for i in range(6):\n        x = x * x\n    return x", NotBounded, "bits"),
    "a shift by anything": ("0 <= x < 2**32", "return 1 << x", NotBounded, "shift to the left"),
    "a power of anything": ("0 <= x < 2**32", "return 3 ** x", NotBounded, "exponent"),
    "a list of any length": ("0 <= x < 2**32", "return len([i for i in range(x)])", NotBounded, "a bound of a range"),
    "a list of two lengths": ("0 <= x < 2", "t = [x] if x == 0 else [x, 1]\n    return sum(t)", NotBounded, "lengths"),
    "a list that doubles": ("x == 0", DOUBLING, NotBounded, "elements"),
    "a long range": ("0 <= x < 9", "return sum(i for i in range(2**200))", NotBounded, "elements"),
    "a list of lists": ("0 <= x < 9", ROWS, TooLarge, "too long"),
    "a large exponent": ("0 <= x < 9", "return 1 ** (2**100)", NotBounded, "exponent"),
    "too long": ("0 <= x < 2**32", LONG, TooLarge, "terms"),
}  # fmt: skip


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_cannot_be_written_down_is_declined(name: str) -> None:
    require, old, reason, said = OUTSIDE[name]
    given = solvers(about(require, old, None), DEFAULT)
    assert type(given) is reason
    assert given.verdict == "decline"
    assert said in given.what


def test_long_lists_of_which_nothing_is_left() -> None:
    empty = "return x + sum([0] * -(2**{})) + len([i for i in range(2**90, 0)])"
    assert isinstance(solvers(about("0 <= x < 9", empty.format(60), "return x"), DEFAULT), Passed)
    beyond = solvers(about("0 <= x < 9", empty.format(80), "return x"), DEFAULT)
    assert isinstance(beyond, SolversUndecided)
    assert "OverflowError" in beyond.what


def test_a_list_among_the_arguments_is_declined() -> None:
    task = task_of('@target(tier="smt")\n@require(lambda xs: len(xs) < 3)\ndef f(xs: list[int]) -> int:\n    return len(xs)\n')
    given = solvers(task, DEFAULT)
    assert isinstance(given, NotBounded)
    assert "list[int]" in given.what


def test_no_input_at_all() -> None:
    for more in ("x > 20", "x % 2 == 2", "x * x == 2", "1 // (x - x) > 0"):
        assert isinstance(solvers(about(f"0 <= x < 9 and {more}", "return x", None), DEFAULT), EmptyPrecondition), more


# -- the script -----------------------------------------------------------------------------------------------------------------


def test_the_script_is_the_same_every_time_and_runs_as_it_stands() -> None:
    for name in ("absolute", "average"):
        one, other = (to_obligations(about(*TRICKS[name]), DEFAULT) for _ in range(2))
        assert (one.text, one.digest) == (other.text, other.digest)
        assert z3_asker()(one.text).split() == [q.due for q in one.questions]


def test_both_solvers_read_the_same_text() -> None:
    made = to_obligations(about(*TRICKS["absolute"]), DEFAULT)
    for question in made.questions:
        for asker in (z3_asker, cvc5_asker):
            assert answer(asker(), made.script(question), []) == (question.due, None if question.due == "unsat" else {})
        assert made.script(question).startswith(made.shared)


def test_no_name_from_a_file_reaches_a_solver() -> None:
    task = about("0 <= assert_0 < 9", "return assert_0", None, "assert_0: int")
    assert "assert_0" not in to_obligations(task, DEFAULT).text


def test_every_part_of_the_claim_is_asked() -> None:
    two, one = (to_obligations(task, DEFAULT).questions for task in (about(*TRICKS["absolute"]), about(WORD, "return x", None)))
    assert [q.name for q in two] == ["allowed", "returns", "old returns", "cost", "gain", "same", "contract"]
    assert [q.name for q in one] == ["allowed", "returns", "contract"]
    assert [q.name for q in two if q.due == "sat"] == ["allowed", "gain"]


# -- limits, and solvers that are not to be believed ----------------------------------------------------------------------------

FOLDS = "x ^= x >> 16\n    x ^= x >> 8\n    x ^= x >> 4\n    x ^= x >> 2\n    x ^= x >> 1\n    return x & 1"
HARD = (WORD, PARITY.format(n=32), FOLDS)


@pytest.mark.parametrize("limits", [{"solver_seconds": 1}, {"solver_bytes": 2**20}], ids=str)
def test_a_limit_declines(limits: dict[str, int]) -> None:
    given = solvers(about(*HARD), dataclasses.replace(DEFAULT, **limits))
    assert isinstance(given, SolversUndecided)
    assert given.verdict == "decline"
    assert "no answer" in given.what


STAND_IN = f"""
import io, json, sys
raw = sys.stdin.read()
job = json.loads(raw)
def say(question, answer, **more):
    line = {{"nonce": job["nonce"], "question": question, "script": job["digests"][question], "answer": answer}}
    print(json.dumps({{**line, **more}}), flush=True)
names = [q[0] for q in job["questions"]]
if job["solver"] in LIARS:
    BODY
else:
    sys.path.insert(0, {ROOT!r})
    from verify.gates import solver_worker
    sys.stdin = io.StringIO(raw)
    solver_worker.main()
"""
WRONG = (WORD, COUNT.format(n=32), SWAR.replace("0x55555555", "0x15555555"))
DUE = "[say(q, due, **({'model': {}} if due == 'sat' else {})) for q, _, due in job['questions']]"


def lied(monkeypatch: pytest.MonkeyPatch, body: str, liars: Sequence[str], about_: tuple[str, ...]) -> Passed | Reason:
    code = STAND_IN.replace("LIARS", repr(tuple(liars))).replace("BODY", body)
    real = gate._command()
    monkeypatch.setattr(gate, "_command", lambda: [real[0], "-I", "-c", code])
    return solvers(about(*about_), DEFAULT)


LIES = {
    "garbage": "print('unsat\\n' * 9)",
    "nothing": "pass",
    "death": "sys.exit(1)",
    "no nonce": "job['nonce'] = None; " + DUE,
    "another script": "job['digests'] = dict.fromkeys(names, '0' * 64); " + DUE,
    "another word": "[say(q, 'Unsat ') for q in names]",
    "unknown": "[say(q, 'unknown') for q in names]",
    "not text": "[say(q, ['unsat']) for q in names]",
    "a model of nothing": DUE,
}


@pytest.mark.parametrize("name", LIES)
@pytest.mark.parametrize("liar", ["z3", "cvc5"])
def test_a_solver_that_is_none_declines(monkeypatch: pytest.MonkeyPatch, name: str, liar: str) -> None:
    given = lied(monkeypatch, LIES[name], [liar], TRICKS["absolute"])
    assert isinstance(given, SolversUndecided), given


@pytest.mark.parametrize("liar", ["z3", "cvc5"])
def test_one_solver_alone_admits_nothing(monkeypatch: pytest.MonkeyPatch, liar: str) -> None:
    """One says what is due to all that is asked for, models included; the other one has the counterexample."""
    body = "import subprocess; " + DUE.replace("'model': {}", "'model': {n: '#b' + '0' * 33 for n in job['names']}")
    given = lied(monkeypatch, body, [liar], WRONG)
    assert not isinstance(given, Passed)
    assert isinstance(given, WrongResult | SolversUndecided | ReadingsDisagree), given


def test_solvers_that_contradict_each_other_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = "say(q, due, **({'model': M} if due == 'sat' else {}))"
    body = f"[say(q, 'sat', model={{}}) if q == 'same' else {honest} for q, _, due in job['questions']]"
    made = to_obligations(about(*TRICKS["absolute"]), DEFAULT)
    gains = next(q for q in made.questions if q.name == "gain")
    _, model = answer(z3_asker(), made.script(gains), gate.asked_for(made))
    given = lied(monkeypatch, body.replace("M}", f"{model!r}}}"), ["cvc5"], TRICKS["absolute"])
    assert isinstance(given, ReadingsDisagree)
    assert given.verdict == "error"
    assert "contradict" in given.what


def test_a_model_that_is_not_allowed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    made = to_obligations(about("0 < x < 9", "return x + 0", "return x"), DEFAULT)
    body = DUE.replace("'model': {}", "'model': {n: '#b00000' for n in job['names']}")
    given = lied(monkeypatch, body, ["z3", "cvc5"], ("0 < x < 9", "return x + 0", "return x"))
    assert made.questions[0].due == "sat"
    assert isinstance(given, ReadingsDisagree)
    assert "allowed" in given.what


def test_a_model_at_which_the_runs_differ_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the bits not those of the programs, a run at the solver's own input would show it."""
    real = gate.value_in
    monkeypatch.setattr(gate, "value_in", lambda model, term: real(model, term) + (1 if term.name.startswith("t") else 0))
    given = solvers(about(*TRICKS["absolute"]), DEFAULT)
    assert isinstance(given, ReadingsDisagree)
    assert "the bits say" in given.what


def test_too_deep_a_recursion_is_declined() -> None:
    deep = "return 0 if x <= 0 else 1 + f(x - 1)"
    with pytest.raises(Refusal) as caught:
        to_obligations(about("0 <= x < 9", "return " + "-" * 55 + "x", None), dataclasses.replace(DEFAULT, solver_terms=5))
    assert isinstance(caught.value.reason, TooLarge)
    given = solvers(about("0 <= x < 2**12", deep, None), DEFAULT)
    assert isinstance(given, NotBounded | TooLarge)
    assert isinstance(solvers(about("0 <= x < 20", deep, None), DEFAULT), Passed)
