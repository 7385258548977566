"""The gate strength refuses contracts that allow what nobody means; what it shows of them, CPython has run."""

import dataclasses
import json
import re
from pathlib import Path

import pytest
from small_graph import implementation, solved
from targets import candidate, spec_of, task_of
from typer.testing import CliRunner

from loop.cli import app
from loop.commands.explain import claims
from loop.result_facts import fact_names, prove_results
from loop.strength_words import contract_data, contract_lines, of_contract
from loop.words import reason_lines
from verify.gates import strength as gate
from verify.gates.determinacy import Determinacy, determinacy
from verify.gates.smt import two_results
from verify.gates.strength import Strength, strength, strength_of
from verify.graph import Graph, graph_of
from verify.interpreter import Interpreter
from verify.judge import Screened, rejudge, screen
from verify.limits import DEFAULT
from verify.mutants import mutants, trivial
from verify.node import spec_node
from verify.python_run import PythonRun
from verify.reasons import (
    EmptyPrecondition,
    NotBounded,
    ReadingsDisagree,
    RunGivenUp,
    TooFewExamples,
    TooFewMutants,
    WeakContract,
)
from verify.spec import Spec, to_specs
from verify.statement import Claim
from verify.task import Passed
from verify.verdict import Declined, Rejected


def of(ensure: str, body: str, require: str = "n >= 0", parameters: str = "n: int", result: str = "int") -> Spec:
    """Return a target that asks for any result that the contract allows."""
    names = ", ".join(re.findall(r"(\w+):", parameters))
    with_result = f"{names}, result" if names else "result"
    head = f'@target(result="contract")\n@require(lambda {names}: {require})\n@ensure(lambda {with_result}: {ensure})\n'
    return spec_of(f"{head}def f({parameters}) -> {result}:\n    {body}\n")


PADDED = "r = 0\n    while r < n:\n        r += 8\n    return r"
SUM = "t = 0\n    for i in range(1, n + 1):\n        t += i\n    return t"
LEAST = "best = 0\n    for i in range(len(xs)):\n        if xs[i] < xs[best]:\n            best = i\n    return best"
LISTS = {"require": "len(xs) > 0", "parameters": "xs: list[int]"}
STRONG: dict[str, Spec] = {
    "any multiple of 8 in reach": of("result % 8 == 0 and n <= result <= n + 8", PADDED),
    "a closed form": of("2 * result == n * (n + 1)", SUM),
    "a root": of("result >= 0 and result * result <= n < (result + 1) * (result + 1)",
                 "r = 0\n    while (r + 1) * (r + 1) <= n:\n        r += 1\n    return r"),
    "an index of a least element": of("0 <= result < len(xs) and all(xs[result] <= x for x in xs)", LEAST, **LISTS),
    "two parts": of("result[0] + result[1] == n and abs(result[0] - result[1]) <= 1",
                    "a, b = n, 0\n    while a > b + 1:\n        a -= 1\n        b += 1\n    return (a, b)",
                    result="tuple[int, int]"),
    "a sorted list": of("len(result) == len(xs) and all(result.count(x) == xs.count(x) for x in xs) and "
                        "all(result[i - 1] <= result[i] for i in range(1, len(result)))",
                        "out: list[int] = []\n    for x in xs:\n        out.append(x)\n        j = len(out) - 1\n"
                        "        while j > 0 and out[j - 1] > x:\n            out[j] = out[j - 1]\n            j -= 1\n"
                        "        out[j] = x\n    return out", result="list[int]", **LISTS),
    "the elements, each once": of("all(x in result for x in xs) and all(x in xs and result.count(x) == 1 for x in result)",
                                  "out: list[int] = []\n    for x in xs:\n        if x not in out:\n            out.append(x)\n"
                                  "    return out", result="list[int]", **LISTS),
    "a bool": of("result == (n % 6 == 0)", "return n % 2 == 0 and n % 3 == 0", result="bool"),
}  # fmt: skip
WEAK: dict[str, Spec] = {
    "nothing": of("True", PADDED),
    "the result is itself": of("result == result", SUM),
    "guarded by what is not allowed": of("n >= 0 or 2 * result == n * (n + 1)", SUM),
    "a sign": of("result >= 0", SUM),
    "a sign and a parity": of("result >= 0 and result % 1 == 0", SUM),
    "a bound from above": of("result <= n * n + n", SUM),
    "a length": of("len(result) == len(xs)", "return [x * x for x in xs]", result="list[int]", **LISTS),
    "a division without a bound": of("result[0] * m + result[1] == n", "return (n // m, n % m)", "m > 0", "n: int, m: int",
                                     "tuple[int, int]"),
    "half of an implication": of("result or n <= 7", "return n > 3", result="bool"),
    "what the arguments say alone": of("0 // (n + 1) == 0", SUM),
    "no parameters": of("result > 0", "return 3 * 5 + 1", "True", ""),
    "a divisor, itself perhaps": of("1 < result <= n and n % result == 0",
                                    "d = 2\n    while n % d != 0:\n        d += 1\n    return d", "n >= 2"),
    "an index, of anything": of("0 <= result < len(xs)", LEAST, **LISTS),
}  # fmt: skip
LOOSE = of("n * n - 6 * n <= 2 * result <= n * n + 9 * n + 4", SUM)
"""no trivial program meets it, and too many mutants do"""


@pytest.mark.parametrize("name", STRONG)
def test_a_contract_that_says_what_is_meant_passes(name: str) -> None:
    given = strength(STRONG[name], DEFAULT)
    assert isinstance(given, Passed), given
    refuted, differing = given.evidence["refuted"], given.evidence["differing"]
    assert isinstance(refuted, int)
    assert isinstance(differing, int)
    assert 100 * refuted >= 90 * differing
    assert differing >= DEFAULT.mutants_required


@pytest.mark.parametrize("name", [*WEAK, "loose"])
def test_a_weak_contract_is_rejected_with_what_it_allows(name: str) -> None:
    spec = WEAK.get(name, LOOSE)
    given = strength(spec, DEFAULT)
    assert isinstance(given, WeakContract)
    assert given.verdict == "reject"
    assert given.where == spec.where
    baseline = Interpreter(spec.program, DEFAULT)
    for s in given.survivors:
        assert s.survivor != s.baseline
        assert baseline.run(s.arguments).value == s.baseline
        space: dict[str, object] = {}
        exec(s.program, space)  # noqa: S102 - a mutant of the program above
        assert space["f"](*s.arguments) == s.survivor  # type: ignore[operator]  # the function just defined


def test_a_weak_contract_names_the_program_and_the_input() -> None:
    given = strength(WEAK["a sign"], DEFAULT)
    assert isinstance(given, WeakContract)
    first = given.survivors[0]
    assert (first.program, first.arguments, first.baseline, first.survivor) == ("def f(n: int) -> int:\n    return 0", (1,), 1, 0)
    assert "`return 0`: f(1) is 1 in the baseline and 0 there, and the contract allows both" in given.what
    assert "not refuted; on n = 1 it returns 0, the baseline 1:" in list(reason_lines(given, "strength"))


def test_mutants_that_survive_are_named_where_no_trivial_program_does() -> None:
    given, found = strength(LOOSE, DEFAULT), strength_of(LOOSE, DEFAULT)
    assert isinstance(found, Strength)
    assert isinstance(given, WeakContract)
    assert found.trivial == ()
    assert given.survivors == found.survivors
    assert f"refutes {found.refuted} of {found.differing} mutants of the baseline" in given.what


def test_the_share_that_is_due_is_the_limit() -> None:
    spec = STRONG["any multiple of 8 in reach"]
    found = strength_of(spec, DEFAULT)
    assert isinstance(found, Strength)
    assert 90 * found.differing <= 100 * found.refuted < 100 * found.differing
    assert isinstance(strength(spec, dataclasses.replace(DEFAULT, mutants_refuted=100)), WeakContract)
    (survivor,) = found.survivors
    assert (survivor.arguments, survivor.baseline, survivor.survivor) == ((0,), 0, 8)
    assert "while r <= n:" in survivor.program


def test_too_few_mutants_tell_nothing() -> None:
    given = strength(of("result == n", "return n"), DEFAULT)
    assert isinstance(given, TooFewMutants)
    assert given.verdict == "decline"


def test_an_empty_precondition_is_named() -> None:
    assert isinstance(strength(of("result == n", SUM, "n > 0 and n < 0"), DEFAULT), EmptyPrecondition)


def test_a_program_that_does_not_end_or_raises_is_refuted() -> None:
    found = strength_of(of("True", "i, d = 0, 1\n    while i < n:\n        i += d\n    return n // d", "1 <= n <= 9"), DEFAULT)
    assert isinstance(found, Strength)
    assert 0 < found.refuted < found.differing


def test_where_the_baseline_breaks_its_contract_nothing_is_compared() -> None:
    whole, half = (strength_of(of(e, SUM, "n < 90"), DEFAULT) for e in ("True", "n % 2 == 0 and result != 78"))
    assert isinstance(whole, Strength)
    assert isinstance(half, Strength)
    assert 0 < half.inputs < whole.inputs
    assert all(s.arguments[0] not in (1, 3, 5, 12) for s in half.survivors)
    assert isinstance(strength_of(of("result < 0", SUM), DEFAULT), TooFewExamples)


def test_mutants_that_do_the_same_are_one() -> None:
    """`b + 1` becomes `b`, `b * 1` and, in the comparison, `>=`: the same program three times."""
    found = strength_of(STRONG["two parts"], DEFAULT)
    assert isinstance(found, Strength)
    assert len(found.survivors) == found.differing - found.refuted == 1
    assert found.mutants < len(mutants(STRONG["two parts"], DEFAULT, 0))


def test_the_same_arguments_give_the_same_answer() -> None:
    spec = STRONG["a sorted list"]
    first = strength_of(spec, DEFAULT)
    gate._strength.cache_clear()
    assert strength_of(spec, DEFAULT) == first


def test_the_gate_stands_before_the_kernel_for_these_targets_alone() -> None:
    spec = WEAK["a sign"]
    for task in (task_from(spec), task_from(spec, candidate("return n * (n + 1) // 2"))):
        verdict = screen(task, (), DEFAULT)
        assert isinstance(verdict, Rejected)
        assert (type(verdict.reason), verdict.gate) == (WeakContract, "strength")
    text = spec.source.content.decode().replace('(result="contract")', "")
    same = task_of(text[text.index("@target") :])
    assert isinstance(screen(same, (), DEFAULT), Screened)
    passed = screen(task_from(STRONG["a closed form"]), (), DEFAULT)
    assert isinstance(passed, Screened)
    assert [name for name, _ in passed.seconds] == ["examples", "strength", "smt"]


def test_a_node_is_judged_again_under_its_contract() -> None:
    for text, due in ((WEAK["a sign"], WeakContract), (STRONG["a closed form"], NotBounded)):
        content = text.source.content.replace(b"(result=", b'(tier="smt", result=')
        node = spec_node("f", content)
        baseline = solved(node, content, None)
        graph = graph_of([node, baseline], "graph")
        assert isinstance(graph, Graph)
        verdict = rejudge(graph, baseline, "auto", DEFAULT)
        assert isinstance(verdict, Rejected | Declined)
        assert type(verdict.reason) is due


def task_from(spec: Spec, new: str | None = None) -> gate.Task:
    text = spec.source.content.decode()
    return task_of(text[text.index("@target") :], new)


def test_what_cpython_does_not_confirm_is_no_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    gate._strength.cache_clear()
    real = gate.run_calls

    def silent(code: str, calls: list[object], limits: object) -> tuple[PythonRun, ...]:
        several = real(code, calls, limits)  # type: ignore[arg-type]  # handed on as they came
        return several if len(calls) == 2 else tuple(PythonRun(gave_up="no time") for _ in calls)

    monkeypatch.setattr(gate, "run_calls", silent)
    assert isinstance(strength(WEAK["nothing"], DEFAULT), RunGivenUp)
    assert isinstance(strength(LOOSE, DEFAULT), RunGivenUp)
    gate._strength.cache_clear()
    monkeypatch.setattr(gate, "run_calls", lambda _, calls, __: tuple(PythonRun(value=41) for _ in calls))
    assert isinstance(strength(WEAK["nothing"], DEFAULT), ReadingsDisagree)
    gate._strength.cache_clear()


# -- mutants and trivial programs -----------------------------------------------------------------------------------------------


def texts(body: str, parameters: str = "n: int", result: str = "int") -> list[str]:
    spec = of("True", body, "True", parameters, result)
    return [m.text.split("\n    ", 1)[1].rstrip() for m in mutants(spec, DEFAULT, 0)]


@pytest.mark.parametrize(
    ("body", "some"),
    [
        ("return n - 3", ["return n + 3", "return n - 4", "return n - 2", "return 3 - n", "return n - 3 + 1"]),
        ("return n // 2 + abs(n)", ["return n * 2 + abs(n)", "return n // 2 + n", "return n // 2 - abs(n)"]),
        ("return n if n > 0 else 0", ["return n if n >= 0 else 0", "return 0 if n > 0 else n", "return n if n <= 0 else 0"]),
        ("if n < 9:\n        return 1\n    return 2",
         ["if not n < 9:\n        return 1\n    return 2", "if True:\n        return 1\n    return 2",
          "if n < 8:\n        return 1\n    return 2", "pass\n    return 2"]),
        ("t = 0\n    for i in range(n):\n        t += i\n    return t",
         ["t = 0\n    for i in range(n + 1):\n        t += i\n    return t", "t = 0\n    pass\n    return t",
          "t = 0\n    for i in range(n):\n        t += n\n    return t"]),
        ("t = n\n    while t > 9:\n        t -= n\n        break\n    return t",
         ["t = n\n    while t > 9:\n        t -= n\n        continue\n    return t"]),
    ],
)  # fmt: skip
def test_mutants_differ_in_one_place(body: str, some: list[str]) -> None:
    found = texts(body)
    assert set(some) <= set(found)
    assert body not in found
    assert len(found) == len(set(found))


def test_mutants_of_lists_bools_and_tuples() -> None:
    assert "return [n] + xs" in texts("return xs + [n]", "xs: list[int], n: int", "list[int]")
    assert "return xs[n + 1]" in texts("return xs[n]", "xs: list[int], n: int")
    found = texts("return n > 3 and p", "n: int, p: bool", "bool")
    assert {"return not (n > 3 and p)", "return n > 3 or p", "return p"} <= set(found)
    found = texts("out: list[int] = []\n    for x in xs:\n        out.append(x)\n    return out", "xs: list[int]", "list[int]")
    assert any("for x in xs[1:]:" in t for t in found)
    assert any("out.append(x + 1)" in t for t in found)
    assert any(t.endswith("return out[:-1]") for t in found)
    assert "return (n, n * n - 1)" in texts("return (n, n * n)", result="tuple[int, int]")


def test_what_the_baseline_calls_is_changed_as_well() -> None:
    helper = "@require(lambda x: x >= 0)\ndef twice(x: int) -> int:\n    return x * 2\n\n\n"
    spec = spec_of(f'{helper}@target(result="contract")\n@require(lambda n: n > 2)\ndef f(n: int) -> int:\n    return twice(n)\n')
    found = [m.text for m in mutants(spec, DEFAULT, 0)]
    assert any("return x * 3" in t and "return twice(n)" in t for t in found)
    assert all(t.startswith("@require(lambda x: x >= 0)\ndef twice") or "twice" not in t for t in found)
    assert "def f(n: int) -> int:\n    return n\n" not in found


def test_mutants_are_few_and_the_seed_draws_them() -> None:
    few = dataclasses.replace(DEFAULT, mutants=5)
    spec = STRONG["a sorted list"]
    one, other = (tuple(m.text for m in mutants(spec, few, seed)) for seed in (0, 1))
    assert len(one) == len(other) == 5
    assert one != other
    assert one == tuple(m.text for m in mutants(spec, few, 0))
    every = [m.text for m in mutants(spec, DEFAULT, 0)]
    assert len(every) == len(set(every)) <= DEFAULT.mutants


@pytest.mark.parametrize(
    ("parameters", "result", "due"),
    [
        ("n: int", "int", ["0", "1", "-1", "n"]),
        ("p: bool, n: int, q: bool", "bool", ["False", "True", "p", "q"]),
        ("xs: list[int]", "list[int]", ["[]", "[0]", "[1]", "[-1]", "xs"]),
        ("t: tuple[int, bool]", "int", ["0", "1", "-1", "t[0]"]),
        ("xs: list[bool]", "int", ["0", "1", "-1"]),
    ],
)
def test_trivial_programs(parameters: str, result: str, due: list[str]) -> None:
    body = {"int": "return 5", "bool": "return True"}.get(result, "return xs")
    found = trivial(of("True", body, "True", parameters, result), DEFAULT)
    assert [m.text.rpartition("return ")[2].rstrip() for m in found] == due


def test_trivial_tuples_mix_arguments_and_constants() -> None:
    found = {m.text.rpartition("return ")[2].rstrip() for m in trivial(WEAK["a division without a bound"], DEFAULT)}
    assert {"(0, n)", "(n, m)", "(0, 0)", "(1, 0)"} <= found
    assert len(found) <= DEFAULT.trivial_programs


# -- how a proof of the contract alone is looked for ----------------------------------------------------------------------------


class Stands:
    """A prover that settles the facts that it is told to, and keeps a record of what it was asked."""

    def __init__(self, spec: Spec, *settled: str) -> None:
        self.spec, self.settled, self.asked = spec, settled, list[str]()

    def scripts(self, sides: list[str], unfold: str, *, post: bool) -> list[str]:
        return [f"{unfold} of {' and '.join(sides)}{' within the contract' if post else ''}"]

    def settle(self, name: str, statement: str, scripts: list[str]) -> bool:
        self.asked += [f"{name}: {statement}; {scripts[0]}"]
        return name in self.settled

    def add(self, text: str) -> bool:
        self.asked.append(text)
        return True

    def search(self, sides: list[str], unfold: str, name: str, statement: str) -> bool:
        self.asked.append(f"search for {name} of {' and '.join(sides)}")
        return False

    def establish(self, sides: list[str], name: str, statement: str) -> bool:
        return self.settle(name, statement, self.scripts(sides, "value", post=name == "post"))


def asked(options: str, claim: Claim, *settled: str) -> tuple[bool, list[str], str]:
    spec = spec_of(f"@target{options}\ndef f(n: int) -> int:\n    return n\n")
    prover = Stands(spec, *settled)
    done = prove_results(prover, ["Old", "New"], claim, "(h : Pre n) : ", " n")  # type: ignore[arg-type]  # it stands for one
    return done, prover.asked, fact_names(spec, claim)


def test_the_contract_of_the_new_version_is_proved_by_itself_or_by_equality() -> None:
    free, post = '(result="contract")', "post: (h : Pre n) : Post n (New.value n); value of New within the contract"
    assert asked(free, Claim("always"), "post") == (True, [post], "post")
    done, steps, _ = asked(free, Claim("always"), "same", "old_post")
    assert done
    assert steps == [
        post, "same: (h : Pre n) : New.value n = Old.value n; value of Old and New",
        "old_post: (h : Pre n) : Post n (Old.value n); value of Old within the contract",
        "theorem post (h : Pre n) : Post n (New.value n) := by\n  rw [same n h]; exact old_post n h\n",
    ]  # fmt: skip
    done, steps, _ = asked(free, Claim("always"), "same")
    assert (done, steps[-1]) == (False, "search for post of New")


def test_of_a_baseline_its_own_contract_is_proved_and_of_others_equality_as_well() -> None:
    post = "post: (h : Pre n) : Post n (Old.value n); value of Old and New within the contract"
    assert asked('(result="contract")', Claim(None), "post") == (True, [post], "post")
    assert asked("", Claim(None), "post") == (True, [post], "post")
    done, steps, names = asked("", Claim("eventually", 2), "post", "same")
    assert (done, steps[0], names) == (True, post, "same post")
    assert steps[1].startswith("same: ")
    assert len(steps) == 2


# -- whether a contract fixes the result ----------------------------------------------------------------------------------------


def test_a_contract_fixes_the_result_or_two_results_are_shown() -> None:
    assert determinacy(STRONG["a root"], DEFAULT) == Determinacy("fixed")
    assert determinacy(STRONG["any multiple of 8 in reach"], DEFAULT) == Determinacy("free", (0,), (0, 8))
    assert determinacy(STRONG["an index of a least element"], DEFAULT).answer == "free"
    assert determinacy(of("result == len(xs)", "return len(xs)", **LISTS), DEFAULT) == Determinacy("open")


def test_two_results_that_no_mutant_shows_are_found_by_z3() -> None:
    spec = of("result == n or n == 777 and result == 3", SUM.replace("t += i", "t += 1"))
    found = strength_of(spec, DEFAULT)
    assert isinstance(found, Strength)
    assert found.free is None
    given = determinacy(spec, DEFAULT)
    assert (given.answer, given.arguments, set(given.results)) == ("free", (777,), {777, 3})


def test_that_no_two_results_exist_is_said_only_of_what_was_asked_whole() -> None:
    assert two_results(of("result == n", SUM), DEFAULT) == "unsat"
    assert two_results(of("result == len(xs)", "return len(xs)", **LISTS), DEFAULT) == "unknown"
    deep = "(result == n if n < 9 else result == sum(i * i for i in range(n)))"
    assert two_results(of(deep, SUM), DEFAULT) == "unknown"


# -- what is printed ------------------------------------------------------------------------------------------------------------


def printed(spec: Spec, tmp_path: Path, *options: str) -> str:
    path = tmp_path / "spec.py"
    path.write_bytes(spec.source.content)
    return CliRunner().invoke(app, ["check", str(path), *options], catch_exceptions=False).stdout


@pytest.mark.lean
@pytest.mark.usefixtures("toolchain")
def test_check_says_how_strong_a_weak_contract_is(tmp_path: Path) -> None:
    text = printed(WEAK["a sign"], tmp_path)
    assert "WeakContract at the gate strength" in text
    assert "determinacy: the contract allows two results: f(1) may be 1 and 0" in text
    data = json.loads(printed(WEAK["a sign"], tmp_path, "--json"))
    assert (data["verdict"], data["reason"], data["gate"]) == ("reject", "WeakContract", "strength")
    assert (data["determinacy"], data["two_results"]) == ("free", {"arguments": {"n": "1"}, "results": ["1", "0"]})
    assert data["strength"]["trivial"][0]["survivor"] == "0"
    assert data["strength"]["refuted"] < data["strength"]["differing"]


def test_explain_says_what_is_claimed_of_results() -> None:
    content = STRONG["any multiple of 8 in reach"].source.content
    for text, said in ((content, "a result that the contract allows, which need not be the one that version"),
                       (content.replace(b'(result="contract")', b""), "it returns what version")):  # fmt: skip
        (spec,) = to_specs(text, "spec.py", DEFAULT)
        node = spec_node("f", text)
        old = implementation(node, text, None)
        new = implementation(node, b"def f(n: int) -> int:\n    return n + 8 - n % 8\n", old)
        assert new.certificate is not None
        (line,) = [c for c in claims(spec, new.certificate, old) if old.id[:12] in c]
        assert said in line


def test_strength_is_advice_where_the_result_is_the_same() -> None:
    content = WEAK["a sign"].source.content.replace(b'(result="contract")', b"")
    (spec,) = to_specs(content, "spec.py", DEFAULT)
    lines = list(contract_lines(of_contract(spec, DEFAULT, asked=True)))
    assert re.fullmatch(r"strength: the contract refutes \d+ of \d+ mutants of the baseline, on \d+ inputs", lines[0])
    assert lines[1:4] == ["not refuted; on n = 1 it returns 0, the baseline 1:", "    def f(n: int) -> int:", "        return 0"]
    assert not any("determinacy" in line for line in lines)
    unasked = of_contract(spec, DEFAULT, asked=False)
    assert (list(contract_lines(unasked)), contract_data(unasked)) == (
        [], {"strength": None, "determinacy": None, "two_results": None}
    )  # fmt: skip


@pytest.mark.lean
@pytest.mark.usefixtures("toolchain")
def test_survivors_are_listed_where_somebody_asks(tmp_path: Path) -> None:
    # from 60 on the baseline breaks it, so that no proof is looked for
    content = of("result >= 0 and n < 60", SUM).source.content.replace(b'(result="contract")', b"")
    (spec,) = to_specs(content, "spec.py", DEFAULT)
    text = printed(spec, tmp_path, "--strength")
    assert "ContractViolated at the gate examples" in text
    assert "not refuted; on n = 1 it returns 0, the baseline 1:" in text
    assert "strength" not in printed(spec, tmp_path)
