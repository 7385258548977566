"""What Z3 finds about tuples, lists, bits and early exits from loops: the one input that there is, or that there is none."""

import ast

import pytest
import z3  # type: ignore[import-untyped]
from targets import spec_of, task_of

from verify import ir, smt
from verify.gates.smt import satisfiable
from verify.gates.smt import smt as judged
from verify.ir import Value
from verify.limits import DEFAULT
from verify.program import read_type, to_expression
from verify.reasons import ContractViolated, Counterexample, Raises, WrongResult
from verify.source import to_source
from verify.task import Passed

PARAMETERS = {"i": "int", "j": "int", "xs": "list[int]", "rows": "list[list[int]]", "t": "tuple[int, bool]"}


def reading_of(text: str) -> tuple[dict[str, smt.Term], smt.Reading]:
    source = to_source(text.encode(), "e.py", DEFAULT)
    types = {n: read_type(source, ast.parse(t, mode="eval").body) for n, t in PARAMETERS.items()}
    terms = smt.variables([ir.Var(n, t) for n, t in types.items()])
    (only,) = source.tree.body
    assert isinstance(only, ast.Expr)
    return terms, smt.read(to_expression(source, only.value, types, "bool"), terms, DEFAULT.smt_unroll)


def find(terms: dict[str, smt.Term], condition: z3.BoolRef) -> dict[str, Value] | None:
    """Return an input that meets a condition, None where there is none."""
    solver = z3.SimpleSolver()
    solver.set("timeout", 20_000)
    solver.add(smt.bounded(terms.values()), condition)
    verdict = solver.check()
    assert verdict != z3.unknown
    if verdict == z3.unsat:
        return None
    model = solver.model()
    return {n: smt.concrete(t, lambda x: model.eval(x, model_completion=True)) for n, t in terms.items()}


@pytest.mark.parametrize(("text", "name", "value"), [
    ("len(xs) == 2 and xs[-1] == 7 and xs[-2] == 4", "xs", [4, 7]),
    ("xs[i] == 5 and i < -2 and xs[1:] == [0, 0]", "xs", [5, 0, 0]),
    ("xs[1:] == [7] and sum(xs) == 11", "xs", [4, 7]),
    ("xs[i:] == [3] and xs[:i] == [1, 2] and i > 0", "xs", [1, 2, 3]),
    ("[1, 2, 3][i:j] == [2] and i < 0 and j < 0", "i", -2),
    ("xs[::-1] == [1, 2, 3]", "xs", [3, 2, 1]),
    ("xs + xs == [5, 5]", "xs", [5]),
    ("[2] * i == [2, 2, 2]", "i", 3),
    ("sorted(xs) == [1, 2] and xs[0] == 2", "xs", [2, 1]),
    ("xs.count(6) == 3", "xs", [6, 6, 6]),
    ("i in [3, 5, 8] and i % 2 == 0", "i", 8),
    ("max(xs) == 3 == min(xs) and len(xs) == 1", "xs", [3]),
    ("[x * 2 for x in xs if x > 0] == [2, 8] and len(xs) == 2", "xs", [1, 4]),
    ("all(x == k for k in range(3) for x in [xs[k]]) and len(xs) == 3", "xs", [0, 1, 2]),
    ("sum(k for k in range(i)) == 15 and i > 0", "i", 6),
    ("list(range(i, 0, -3)) == [7, 4, 1]", "i", 7),
    ("list(range(1, 10, i)) == [1, 4, 7]", "i", 3),
    ("list(range(len(xs) + 3)) == [0, 1, 2, 3] and xs == [9]", "xs", [9]),
    ("[len(r) for r in rows] == [1, 0] and rows[0] == [6]", "rows", [[6], []]),
    ("[4] in rows and len(rows) == 1", "rows", [[4]]),
    ("(t, i) == ((3, True), 4)", "t", (3, True)),
    ("not xs and t[1] and t[0] == 0", "xs", []),
    ("i << 5 == 96", "i", 3),
    ("1 << i == 1024", "i", 10),
    ("i >> 1 == -3 and i % 2 == 1", "i", -5),
    ("-100 >> i == -4", "i", 5),
    ("i & 15 == 9 and i >> 4 == -1", "i", -7),
    ("i ^ 12 == 3", "i", 15),
    ("i | 5 == 7 and i & 7 == 2 and 0 <= i", "i", 2),
    ("~i == 6", "i", -7),
    ("i ** 3 == -27", "i", -3),
    ("3 ** i == 81", "i", 4),
    ("pow(2, i, 7) == 4 and 2 < i < 7", "i", 5),
])  # fmt: skip
def test_the_one_input_is_found(text: str, name: str, value: Value) -> None:
    terms, reading = reading_of(text)
    found = find(terms, reading.holds)
    assert found is not None
    assert found[name] == value
    other = smt.no(smt.same(terms[name], smt.literal(value)))
    assert find(terms, smt.both(reading.holds, other)) is None or text.startswith(("xs[i:]", "pow"))


@pytest.mark.parametrize("text", [
    "not xs or xs[-1] == xs[len(xs) - 1]",
    "xs[:i] + xs[i:] == xs",
    "len(xs[i:j]) <= len(xs)",
    "xs[::-1][::-1] == xs",
    "(i in xs) == (xs.count(i) > 0)",
    "i > 0 or xs * i == []",
    "sum(xs) == -sum(-x for x in xs)",
    "not xs or min(xs) <= xs[0] <= max(xs)",
    "sorted(xs) == sorted(xs[::-1])",
    "sorted([3, 1, 2] + xs)[0] <= 1",
    "i > 8 or len([k for k in range(i)]) == max(i, 0)",
    "any(x == 0 or 10 // x > 99 for x in xs) or True",
    "not all(10 // x > 0 for x in [1, -1, 0])",
    "(rows == [[1], [2]]) == (len(rows) == 2 and rows[0] == [1] and rows[1] == [2])",
    "i >> 2 == i // 4 and i << 3 == 8 * i",
    "i & 7 == i % 8 and i & -8 == i - i % 8",
    "(i | 6) + (i & 6) == i + 6 and (i ^ 6) == (i | 6) - (i & 6)",
    "~i == -i - 1 and i ^ -1 == ~i and i & i == i and i ^ i == 0",
    "i < 0 or i > 63 or 2 ** i == 1 << i",
    "i ** 0 == 1 and i ** 1 == i and pow(i, 0, 1) == 0",
])  # fmt: skip
def test_what_always_holds_has_no_exception(text: str) -> None:
    terms, reading = reading_of(text)
    assert find(terms, reading.raises) is None
    assert find(terms, reading.fails) is None
    assert find(terms, reading.holds) is not None


@pytest.mark.parametrize(("text", "name", "value"), [
    ("xs[0] == 0 or True", "xs", []),
    ("[1, 2][i] > 0 or -2 < i < 1", "i", None),
    ("min(xs) == 0 or True", "xs", []),
    ("all([10 // x > 0 for x in [1, -1, i]])", "i", 0),
    ("all(10 // x > 0 for x in [1, 2, i])", "i", 0),
    ("[1 // x for x in xs] == [] or len(xs) < 3 or sum(xs) != 0 or xs[0] * xs[0] != 4 or xs[1] != 0", "xs", None),
    ("1 << i > 0 or i < -1", "i", None),
    ("list(range(0, 3, i)) == [] or True", "i", 0),
    ("pow(3, 2, i) == 0 or True", "i", 0),
])  # fmt: skip
def test_what_raises_is_found(text: str, name: str, value: Value | None) -> None:
    terms, reading = reading_of(text)
    found = find(terms, smt.both(reading.raises, smt.no(reading.cut)))
    assert found is not None
    with pytest.raises((IndexError, ValueError, ZeroDivisionError)):
        eval(text, dict(found))  # noqa: S307 - a text above
    assert value is None or found[name] == value


@pytest.mark.parametrize(("text", "within"), [
    ("1 << i > 0", "i == 63"), ("i >> j == 0", "j == 63"), ("i ** j == 1", "j == 8"),
    ("len([k for k in range(i)]) == i", "i == 8"),
    ("i & j == 0", "i == 2 ** 63 - 1 and j == -2 ** 63"), ("len(xs * i) > 0", "i == 8"),
])  # fmt: skip
def test_what_is_too_large_is_cut_off_and_nothing_else(text: str, within: str) -> None:
    for bound, cut in ((within, False), (within.replace("63 - 1", "63").replace("== ", "== 1 + ", 1), True)):
        terms, reading = reading_of(text)
        _, at = reading_of(f"len(xs) == 1 and {bound}")
        assert (find(terms, smt.both(at.holds, reading.cut)) is not None) == cut
        assert (find(terms, smt.both(at.holds, smt.no(reading.cut))) is not None) == (not cut)


def target(parameters: str, result: str, body: str, require: str = "True", ensure: str = "") -> str:
    names = ", ".join(p.split(":")[0] for p in parameters.split("; "))
    post = f"@ensure(lambda {names}, result: {ensure})\n" if ensure else ""
    return f"@target\n@require(lambda {names}: {require})\n{post}" + version(parameters, result, body)


def version(parameters: str, result: str, body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"def f({parameters.replace(';', ',')}) -> {result}:\n{lines}"


FIRST = "for x in xs:\n    if x > 9:\n        return x\nreturn 0"
SORTED = """ys = xs[:]
for i in range(len(ys)):
    for j in range(len(ys) - 1):
        if ys[j] > ys[j + 1]:
            ys[j], ys[j + 1] = ys[j + 1], ys[j]
return ys"""
PERMUTED = "all(result[i] <= result[i + 1] for i in range(len(result) - 1)) and all(xs.count(x) == result.count(x) for x in xs)"
SEARCH = "k = 0\nwhile k < len(xs) and xs[k] < v:\n    k += 1\nreturn k"
HALVES = """lo = 0
hi = len(xs)
while lo < hi:
    m = (lo + hi) // 2
    if xs[m] < v:
        lo = m + 1
    else:
        hi = m
return lo"""
ODD = """c = 0
for r in rows:
    for x in r:
        if x % 2 == 0:
            continue
        if x > 100:
            break
        c += 1
return c"""
FLAGGED = """c = 0
for r in rows:
    done = False
    for x in r:
        if x % 2 == 1 and x > 100:
            done = True
        if x % 2 == 1 and not done:
            c += 1
return c"""
FACTORIAL = "if n <= 1:\n    return 1\nreturn n * f(n - 1)"
PRODUCT = "t = 1\nfor i in range(2, n + 1):\n    t *= i\nreturn t"


@pytest.mark.parametrize(("parameters", "result", "require", "old", "new", "wrong"), [
    ("xs: list[int]", "int", "True", FIRST,
     "k = 0\nwhile True:\n    if k >= len(xs):\n        return 0\n    if xs[k] > 9:\n        break\n    k += 1\nreturn xs[k]",
     "k = 0\nfor x in xs:\n    if x > 10:\n        k = x\n        break\nreturn k"),
    ("xs: list[int]; v: int", "int", "all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1))", SEARCH, HALVES,
     HALVES.replace("xs[m] < v", "xs[m] <= v")),
    ("rows: list[list[int]]", "int", "True", ODD, FLAGGED, ODD.replace("break", "continue")),
    ("xs: list[int]", "list[int]", "True", "ys = []\nfor x in xs:\n    ys.append(x * 2)\nreturn ys", "return [x + x for x in xs]",
     "return [x + x for x in xs if x != 3]"),
    ("t: tuple[int, int]", "tuple[int, int]", "True", "a, b = t\nreturn b, a", "return t[1], t[0]", "return t[1], t[0] & 255"),
    ("xs: list[int]", "int", "True", "ys = xs[:]\nt = 0\nwhile ys:\n    x = ys.pop()\n    t += x\nreturn t", "return sum(xs)",
     "return sum(xs[1:]) + (xs[0] if len(xs) > 1 else 0)"),
    ("n: int", "int", "0 <= n", FACTORIAL, PRODUCT, PRODUCT.replace("n + 1", "n")),
])  # fmt: skip
def test_programs(parameters: str, result: str, require: str, old: str, new: str, wrong: str) -> None:
    spec = target(parameters, result, old, require)
    given = judged(task_of(spec, version(parameters, result, new)), DEFAULT)
    assert isinstance(given, Passed)
    assert [given.evidence[q] for q in ("smoke", "raises", "differs")] == ["sat", "unsat", "unsat"]
    assert isinstance(judged(task_of(spec, version(parameters, result, wrong)), DEFAULT), WrongResult)


def test_one_list_on_which_a_candidate_is_wrong() -> None:
    spec = target("xs: list[int]", "int", "return sum(xs)")
    given = judged(task_of(spec, version("xs: list[int]", "int", "return sum(xs) + (1 if xs == [40, -7] else 0)")), DEFAULT)
    assert isinstance(given, WrongResult)
    assert (given.arguments, given.got, given.due) == (([40, -7],), "34", "33")


def test_index_that_is_out_of_range() -> None:
    spec = target("xs: list[int]", "int", "t = 0\nfor x in xs[2:]:\n    t = x\nreturn t")
    given = judged(task_of(spec, version("xs: list[int]", "int", "return xs[2] if len(xs) != 1 else 0")), DEFAULT)
    assert isinstance(given, Raises)
    assert given.got == "IndexError"
    assert [type(a) for a in given.arguments] == [list]


def test_contract_with_quantifiers() -> None:
    given = judged(task_of(target("xs: list[int]", "list[int]", SORTED, ensure=PERMUTED)), DEFAULT)
    assert isinstance(given, Passed)
    assert given.evidence["breaks"] == "unsat"
    wrong = SORTED.replace("range(len(ys))", "range(len(ys) - 2)")
    given = judged(task_of(target("xs: list[int]", "list[int]", wrong, ensure=PERMUTED)), DEFAULT)
    assert isinstance(given, ContractViolated)
    lost = SORTED.replace("ys[j], ys[j + 1] = ys[j + 1], ys[j]", "ys[j] = ys[j + 1]")
    assert isinstance(judged(task_of(target("xs: list[int]", "list[int]", lost, ensure=PERMUTED)), DEFAULT), Counterexample)


def test_loops_without_a_test_are_cut_off() -> None:
    spec = target("n: int", "int", "k = 0\nwhile True:\n    if k == n:\n        return k\n    k += 1", "n >= 0")
    given = judged(task_of(spec, version("n: int", "int", "return n if n < 9 else 0")), DEFAULT)
    assert isinstance(given, Passed)
    assert given.evidence["differs"] == "unsat"
    assert isinstance(judged(task_of(spec, version("n: int", "int", "return n if n < 5 else 0")), DEFAULT), WrongResult)


def test_what_is_not_asked_about_is_no_empty_precondition() -> None:
    def of(require: str, parameter: str) -> object:
        return satisfiable(spec_of(target(parameter, "int", "return 0", require)), DEFAULT)

    assert of("len(v) == 2 and v[0] * v[1] == 35 and v[0] > v[1] > 1", "v: list[int]") == ([7, 5],)
    assert of("len(v) == 5", "v: list[int]") == "unknown"
    assert of("v > 99 and 1 << v == 5", "v: int") == "unknown"
    assert of("0 <= v < 9 and 1 << v == 5", "v: int") is None
