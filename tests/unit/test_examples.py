"""The examples gate refuses what runs show to be wrong, with an input that CPython agreed on."""

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from targets import GCD, PYRAMID, candidate, plain, spec_of, task_of

from verify.gates.bounds import bounds_of
from verify.gates.examples import costs, examples
from verify.gates.inputs import Domain
from verify.ir import Value
from verify.limits import DEFAULT
from verify.reasons import ContractViolated, CostNotLower, EmptyPrecondition, Raises, RunGivenUp, TooFewExamples, WrongResult
from verify.task import Passed, Task

CLOSED = "return n * (n + 1) * (2 * n + 1) // 6"


def test_baseline_and_right_candidate_pass() -> None:
    for task in (task_of(PYRAMID), task_of(PYRAMID, candidate(CLOSED)), task_of(GCD)):
        given = examples(task, (), DEFAULT)
        assert isinstance(given, Passed)
        assert isinstance(given.evidence["run"], int)
        assert given.evidence["run"] >= DEFAULT.examples_required
        assert given.evidence["witness"] == ["0"] * len(task.spec.program.parameters)


def test_wrong_result_is_small_and_complete() -> None:
    given = examples(task_of(PYRAMID, candidate(f"{CLOSED} + (1 if n > 17 else 0)")), (), DEFAULT)
    assert isinstance(given, WrongResult)
    assert (given.arguments, given.got, given.due, given.parameters) == ((18,), "2110", "2109", ("n",))


@pytest.mark.parametrize("point", [4097, 65536, 10**12 + 39])
def test_one_far_point_is_found_by_its_constant(point: int) -> None:
    given = examples(task_of(PYRAMID, candidate(f"{CLOSED} + (1 if n == {point} else 0)")), (), DEFAULT)
    assert isinstance(given, WrongResult | ContractViolated)
    assert given.arguments == (point,)


def test_shrinking_goes_to_the_border() -> None:
    spec = plain("0 <= a and 0 <= b", "return a + b", "a: int, b: int")
    wrong = candidate("return a + b + (1 if a * b > 123456 else 0)", parameters="a: int, b: int")
    given = examples(task_of(spec, wrong), (), DEFAULT)
    assert isinstance(given, WrongResult)
    a, b = given.arguments
    assert a * b > 123456
    assert (a - 1) * b <= 123456
    assert a * (b - 1) <= 123456


def test_raises() -> None:
    given = examples(task_of(PYRAMID, candidate("return n * (n + 1) * (2 * n + 1) // 6 + 0 // (n - 9)")), (), DEFAULT)
    assert isinstance(given, Raises)
    assert (given.arguments, given.got, given.due) == ((9,), "ZeroDivisionError", "285")
    assert isinstance(examples(task_of(plain("1000 <= n <= 1100", "return n // (n - 1050)")), (), DEFAULT), Raises)


def test_baseline_that_breaks_its_contract() -> None:
    given = examples(task_of(PYRAMID.replace("i * i", "i")), (), DEFAULT)
    assert isinstance(given, ContractViolated)
    assert given.arguments == (2,)


def test_postcondition_that_raises_is_broken() -> None:
    spec = "@target\n@ensure(lambda n, result: 10 // (n - 3) < 100)\ndef f(n: int) -> int:\n    return n\n"
    given = examples(task_of(spec), (), DEFAULT)
    assert isinstance(given, ContractViolated)
    assert given.arguments == (3,)


def test_true_is_not_one() -> None:
    spec = "@target\ndef f(n: int) -> bool:\n    return n > 3\n"
    assert isinstance(examples(task_of(spec, "def f(n: int) -> bool:\n    return n >= 3\n"), (), DEFAULT), WrongResult)


def test_corpus_is_run_first_and_only_where_allowed() -> None:
    wrong = candidate(f"{CLOSED} + (1 if n % 1000003 == 777 else 0)")
    given = examples(task_of(PYRAMID, wrong), ((-5,), (True,), (1000780,)), DEFAULT)
    assert isinstance(given, ContractViolated | WrongResult)
    assert given.arguments in ((1000780,), (777,))


@pytest.mark.parametrize(
    ("require", "parameters"),
    [
        ("n >= 0", "n: int"),
        ("0 <= n <= 1000", "n: int"),
        ("a < b", "a: int, b: int"),
        ("1 <= m and 0 <= b < m", "b: int, m: int"),
        ("100000 < m and a < b < m", "a: int, b: int, m: int"),
        ("n % 1000 == 3", "n: int"),
        ("x != 0 and p", "x: int, p: bool"),
        ("-50 <= n < -20 and 10 > m > 5", "n: int, m: int"),
        ("n == m and n > 70", "n: int, m: int"),
    ],
)
def test_usual_preconditions_do_not_starve(require: str, parameters: str) -> None:
    given = examples(task_of(plain(require, "return 1", parameters)), (), DEFAULT)
    assert isinstance(given, Passed)
    assert isinstance(given.evidence["run"], int)
    assert given.evidence["run"] >= 30 or given.evidence["whole"]


def test_small_domains_are_tried_whole() -> None:
    for require, count in (("0 <= n <= 5", 6), ("0 <= n <= 500 and n % 100 == 7", 5)):
        given = examples(task_of(plain(require, "return n")), (), DEFAULT)
        assert isinstance(given, Passed)
        assert (given.evidence["run"], given.evidence["whole"]) == (count, True)
    given = examples(task_of("@target\ndef f() -> int:\n    return 1\n"), (), DEFAULT)
    assert isinstance(given, Passed)
    assert given.evidence["run"] == 1


def test_empty_and_rare_preconditions() -> None:
    assert isinstance(examples(task_of(plain("n > 0 and n < 0", "return n")), (), DEFAULT), EmptyPrecondition)
    assert isinstance(examples(task_of(plain("n * n == 2", "return n")), (), DEFAULT), EmptyPrecondition)
    assert isinstance(examples(task_of(plain("n * n == 1522756 * 4", "return n")), (), DEFAULT), TooFewExamples)


def test_costs() -> None:
    slower = candidate("total = 0", "for i in range(1, n + 1):", "    total += i * i * 1", "return total")
    found = costs(task_of(PYRAMID, slower), [(0,), (3,), (-1,)], DEFAULT)
    assert found == (((0,), found[0][1], found[0][1]), ((3,), found[1][1], found[1][1] + 3))
    given = examples(task_of(PYRAMID, slower), (), DEFAULT)
    assert isinstance(given, CostNotLower)


def test_dearer_somewhere_is_refused_under_always_only() -> None:
    late = candidate(f"if n < 2:\n        {CLOSED} + 0 * n + 0 * n + 0 * n + 0 * n + 0 * n", CLOSED)
    assert isinstance(examples(task_of(PYRAMID, late), (), DEFAULT), Passed)
    always = PYRAMID.replace("@target", '@target(better="always")')
    assert isinstance(examples(task_of(always, late), (), DEFAULT), CostNotLower)


def test_nowhere_cheaper_is_refused() -> None:
    spec = plain("n >= 0", "return n + n")
    assert isinstance(examples(task_of(spec, candidate("return 3 * n - n")), (), DEFAULT), CostNotLower)


def test_candidate_that_does_not_end_is_given_up() -> None:
    spec = plain("n >= 0", "return n")
    endless = candidate("while n == 12345:", "    n = n + 0", "return n")
    given = examples(task_of(spec, endless), (), DEFAULT)
    assert isinstance(given, CostNotLower | RunGivenUp)
    cheap = plain("n >= 0", "t = 0\n    for i in range(40):\n        t += i\n    return n")
    given = examples(task_of(cheap, endless), (), DEFAULT)
    assert isinstance(given, RunGivenUp)
    assert "12345" in given.what


def test_costs_that_no_order_but_the_worst_case_allows() -> None:
    spec = plain("n >= 0", "return n if quick else sum(i * 0 + 1 for i in range(n))", "n: int, quick: bool")
    steady = candidate("t = 0", "for i in range(n):", "    t += 1 * 1", "return t", parameters="n: int, quick: bool")
    given = examples(task_of(spec, steady), (), DEFAULT)
    assert isinstance(given, Passed)
    assert given.evidence["skipped"] != 0  # inputs on which the old version returns at once and the candidate does not end
    strict = spec.replace("@target", '@target(better="eventually")')
    assert isinstance(examples(task_of(strict, steady), (), DEFAULT), CostNotLower)


def test_slow_baseline_is_run_with_the_whole_fuel() -> None:
    slow = plain("n >= 5000", "t = 0\n    for i in range(n):\n        t += i\n    return t")
    given = examples(task_of(slow, candidate("return n * (n - 1) // 2")), (), DEFAULT)
    assert isinstance(given, Passed)
    hopeless = plain("n >= 10000000", "t = 0\n    for i in range(n):\n        t += i\n    return t")
    assert isinstance(examples(task_of(hopeless), (), DEFAULT), TooFewExamples)


TWICE = """@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    if n == 0:
        return 0
    return f(n - 1) + 2 + f(n - 1)
"""


@pytest.mark.parametrize(
    ("candidate_", "due"),
    [("return 2 ** (n + 1) - 2", Passed), ("return 2 ** (n + 1) - (2 if n < 18 else 3)", WrongResult)],
)
def test_what_calls_itself_twice_is_run_far_enough(candidate_: str, due: type) -> None:
    given = examples(task_of(TWICE), (), DEFAULT)
    assert isinstance(given, Passed)
    assert given.evidence["run"] == DEFAULT.examples_required
    assert type(examples(task_of(TWICE, candidate(candidate_)), (), DEFAULT)) is due


def test_a_candidate_as_dear_as_a_patient_run_is_given_as_much() -> None:
    again = TWICE.split("\n", 2)[2].replace("2 + f(n - 1)", "f(n - 1) + 2")
    given = examples(task_of(TWICE, again), (), DEFAULT)
    assert isinstance(given, Passed)
    assert given.evidence["run"] == DEFAULT.examples_required


def test_bounds() -> None:
    spec = spec_of(plain("0 <= a < b <= 100 and c > b and a % 3 == 1", "return a", "a: int, b: int, c: int"))
    bounds = bounds_of(spec.require, spec.program.parameters)
    assert bounds.low == {("a",): 0, ("b",): 1, ("c",): 2}
    assert bounds.high == {("b",): 100, ("a",): 99}
    assert bounds.remainders == [(("a",), 3, 1)]


# -- lists and tuples -------------------------------------------------------------------------------------------------------


def over(signature: str, old: str, new: str | None = None, require: str = "", ensure: str = "") -> Task:
    """Return a task over the given signature; bodies are lines."""
    names = re.findall(r"(\w+):", signature)
    head = "@target\n"
    head += f"@require(lambda {', '.join(names)}: {require})\n" if require else ""
    head += f"@ensure(lambda {', '.join([*names, 'result'])}: {ensure})\n" if ensure else ""
    texts = [f"def f{signature}:\n{textwrap.indent(body, '    ')}\n" for body in (old, *([new] if new else []))]
    return task_of(head + texts[0], texts[1] if new else None)


LARGEST = "best = xs[0]\nfor x in xs:\n    if x > best:\n        best = x\nreturn best"
FIND = "for i in range(len(xs)):\n    if xs[i] == k:\n        return i\nreturn -1"
IN = "for x in xs:\n    if x == k:\n        return True\nreturn False"
BISECT = """lo = 0
hi = len(xs)
while lo < hi:
    mid = (lo + hi) // 2
    if xs[mid] < k:
        lo = mid + 1
    else:
        hi = mid
return lo < len(xs) and xs[lo] == k"""
SORT = """out = xs[:]
for i in range(len(out)):
    for j in range(len(out) - 1):
        if out[j] > out[j + 1]:
            out[j], out[j + 1] = out[j + 1], out[j]
return out"""
UNIQUE = SORT.replace("out = xs[:]", "out: list[int] = []\nfor x in xs:\n    if x not in out:\n        out.append(x)")
ONE, TWO, FOUND = "(xs: list[int]) -> int", "(xs: list[int], ys: list[int]) -> int", "(xs: list[int], k: int) -> int"
DOT = "t = 0\nfor i in range(len(xs)):\n    t += xs[i] * ys[i]\nreturn t"
FLAT = "t = 0\nfor row in g:\n    for x in row:\n        t += x\nreturn t"


@pytest.mark.parametrize(
    ("task", "arguments", "got", "due"),
    [
        (over(ONE, LARGEST, LARGEST.replace("xs[0]", "0"), "len(xs) > 0"), ([-1],), "0", "-1"),
        (over(FOUND, FIND, FIND.replace("len(xs)", "1, len(xs)")), ([0], 0), "-1", "0"),
        (over(FOUND, FIND, FIND.replace("len(xs)", "len(xs) - 1")), ([0], 0), "-1", "0"),
        (over(FOUND, FIND, FIND.replace("return -1", "return len(xs)")), ([], 0), "0", "-1"),
        (over("(xs: list[int]) -> list[int]", SORT, UNIQUE, ensure="result == sorted(xs)"), ([0, 0],), "[0]", "[0, 0]"),
        (over("(xs: list[int], k: int) -> bool", IN, BISECT), ([0, -1], 0), "False", "True"),
        (over("(p: tuple[int, int]) -> int", "return p[0] + p[1]", "return p[0] + p[0]"), ((-1, 0),), "-2", "-1"),
        (over("(p: tuple[int, bool]) -> tuple[bool, int]", "return (p[1], p[0])", "return (p[0] > 0, p[0])"), ((0, True),),
         "(False, 0)", "(True, 0)"),
        (over(TWO, DOT, DOT.replace("len(xs)", "1, len(xs)"), "len(xs) == len(ys)"), ([-1], [-1]), "0", "1"),
        (over("(g: list[list[int]]) -> int", FLAT, FLAT.replace("return", "if len(g) > 1:\n    t += 1\nreturn")), ([[], []],),
         "1", "0"),
        (over(ONE, "return sum(xs)", "return sum(xs) if 424242 not in xs else 0"), ([424242],), "0", "424242"),
        (over(ONE, "return sum(xs)", "return sum(xs) if len(xs) != 23 or xs[20] < 6 else 0"), ([*[0] * 20, 6, 0, 0],), "0", "6"),
        (over("(xs: list[int]) -> list[int]", "return [2 * x for x in xs]", "return [x + x for x in xs if x != 5]"), ([5],),
         "[]", "[10]"),
        (over("(bs: list[bool]) -> bool", "return all(bs)", "return any(bs)"), ([],), "False", "True"),
    ],
)  # fmt: skip
def test_wrong_candidates_over_lists_and_tuples(task: Task, arguments: tuple[Value, ...], got: str, due: str) -> None:
    given = examples(task, (), DEFAULT)
    assert isinstance(given, WrongResult)
    assert (given.arguments, given.got, given.due) == (arguments, got, due)


@pytest.mark.parametrize(
    ("task", "arguments", "got"),
    [
        (over(ONE, "return xs[0]"), ([],), "IndexError"),
        (over(ONE, LARGEST), ([],), "IndexError"),
        (over(ONE, "return min(xs)"), ([],), "ValueError"),
        (over(ONE, "ys = xs[:]\nys.pop()\nreturn len(ys)"), ([],), "IndexError"),
        (over(FOUND, "return xs[k]", require="k < len(xs)"), ([], -1), "IndexError"),
        (over("(a: int, b: int) -> int", "return a ** b", require="0 <= a <= 9 and -9 <= b <= 9"), (0, -1), "ValueError"),
        (over("(a: int, b: int) -> int", "return pow(a, b, 7)", require="0 <= a <= 9 and -9 <= b <= 9"), (0, -1), "ValueError"),
        (over("(a: int) -> int", "a **= a\nreturn a", require="-9 <= a < 0"), (-1,), "ValueError"),
        (over("(a: int) -> int", "return pow(3, 3, a)", require="-9 <= a < 9"), (0,), "ValueError"),
        (over("(a: int) -> int", "return 1 << a", require="a <= 9"), (-1,), "ValueError"),
        (over("(a: int) -> int", "return 5 >> a", require="a <= 9"), (-1,), "ValueError"),
        (over("(g: list[list[int]]) -> int", "return g[0][0]", require="len(g) > 0"), ([[]],), "IndexError"),
    ],
)
def test_raises_over_lists_and_powers(task: Task, arguments: tuple[Value, ...], got: str) -> None:
    given = examples(task, (), DEFAULT)
    assert isinstance(given, Raises)
    assert (given.arguments, given.got) == (arguments, got)


@pytest.mark.parametrize(
    "task",
    [
        over(ONE, LARGEST, require="len(xs) > 0", ensure="result in xs and all(x <= result for x in xs)"),
        over("(xs: list[int]) -> list[int]", SORT, ensure="result == sorted(xs)"),
        over("(xs: list[int]) -> list[int]", "ys = xs + [1]\nys = ys[:]\nreturn ys", "return xs + [1]"),
        over("(xs: list[int], k: int) -> list[int]", "return xs * k", require="len(xs) <= 3"),
        over("(a: int) -> int", "return 2 ** a", "return 1 << a", require="0 <= a <= 9"),
        over(FOUND, "for x in xs:\n    if x < 0:\n        continue\n    if x > k:\n        break\n    k -= x\nreturn k"),
    ],
)
def test_right_versions_over_lists_pass(task: Task) -> None:
    given = examples(task, (), DEFAULT)
    assert isinstance(given, Passed)
    assert given.evidence["run"] == 10 or given.evidence["run"] > 200  # type: ignore[operator]  # a number


def test_a_list_that_breaks_the_contract() -> None:
    given = examples(over("(xs: list[int]) -> list[int]", "return xs[::-1]", ensure="result == sorted(xs)"), (), DEFAULT)
    assert isinstance(given, ContractViolated)
    assert (given.arguments, given.got) == (([0, 1],), "[1, 0]") or (given.arguments, given.got) == (([-1, 0],), "[0, -1]")


def test_of_the_corpus_what_has_the_right_type_is_run() -> None:
    wrong = over(ONE, "return sum(xs)", "return sum(xs) if len(xs) * len(xs) != 3025 else 1")
    odd: list[tuple[Value, ...]] = [((1,) * 55,), ([True] * 55,), ([0] * 55, 1), ([[0]] * 55,), (55,)]
    assert isinstance(examples(wrong, odd, DEFAULT), CostNotLower)
    corpus: list[tuple[Value, ...]] = [*odd, ([7] * 55,)]
    given = examples(wrong, corpus, DEFAULT)
    assert isinstance(given, WrongResult)
    assert (given.arguments, corpus[-1]) == (([0] * 55,), ([7] * 55,))


DRAW = """
import json, sys
sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[2])
import loaded_beside
from targets import spec_of, plain
from verify.gates.inputs import Domain
from verify.limits import DEFAULT
spec = spec_of(plain("a < b", "return a", "a: int, b: int"))
print(json.dumps(Domain(spec.program.parameters, spec.require, DEFAULT).drawn((77, 99), 200, 5)))
"""


def test_draws_depend_on_the_seed_alone_and_nothing_is_written(tmp_path: Path) -> None:
    """Neither the hash seed nor the constants of modules that happen to be loaded have a say."""
    root, here = Path(__file__).resolve().parents[2], Path(__file__).resolve().parent
    seen = set()
    for number in ("1", "2"):
        folder = tmp_path / number
        folder.mkdir()
        (folder / "loaded_beside.py").write_text(f"ODD = [{number}1, {number}31, {number}777, {number}00003]\n")
        environment = {**os.environ, "PYTHONHASHSEED": number, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", DRAW, str(here), str(root)]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)  # noqa: S603 - fixed text
        seen.add(done.stdout)
        assert [p.name for p in folder.iterdir()] == ["loaded_beside.py"]
    (only,) = seen
    assert len(json.loads(only)) > 100
    spec = spec_of(plain("a < b", "return a", "a: int, b: int"))
    other = Domain(spec.program.parameters, spec.require, DEFAULT).drawn((77, 99), 200, 6)
    assert [tuple(v) for v in json.loads(only)] != other
