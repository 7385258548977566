"""Specs that take the place of accepted ones: what is refused with an input, what is proved, and what the graph holds of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from small_graph import accept, chain, implementation, put
from typer.testing import CliRunner

from loop.cli import app
from verify.certificate import certificate_from_data, certificate_to_data
from verify.gates.kernel import Kernel
from verify.gates.strengthening import judge_strengthening, refute_strengthening
from verify.graph import Graph, admit, graph_of, head, load, strengthened
from verify.limits import DEFAULT
from verify.node import Node, spec_node, stronger_node
from verify.proof import Proof
from verify.reasons import GraphConflict, GraphCorrupt, NotStronger, ProofFailed, Reason, SpecWeakened
from verify.spec import Spec, to_specs
from verify.standby import start_kernel
from verify.strengthening import Strengthening, mismatch, strengthening_binding, to_strengthening
from verify.task import Passed
from verify.toolchain import Toolchain

HEAD = "from icontract import ensure, require\nfrom verify import pure, target\n\n\n"
TOTAL = "def total(n: int) -> int:\n    t = 0\n    for i in range(n):\n        t += i\n    return t\n"


def spec(above: str, body: str = TOTAL, target: str = "@target") -> Spec:
    return to_specs(f"{HEAD}{target}\n{above}{body}".encode(), "spec.py", DEFAULT)[0]


WEAK = spec("@require(lambda n: n >= 5)\n@ensure(lambda n, result: result >= n)\n")
STRONG = spec("@require(lambda n: n >= 3)\n@ensure(lambda n, result: result == n * (n - 1) // 2 and result >= n)\n")


def refuted(weaker: Spec, stronger: Spec) -> Reason | None:
    return mismatch(Strengthening(weaker, stronger)) or refute_strengthening(Strengthening(weaker, stronger), DEFAULT)


@pytest.mark.parametrize(
    ("above", "argument", "got"),
    [
        ("@require(lambda n: n >= 6)\n@ensure(lambda n, result: result >= n)\n", (5,), "refused"),
        ("@require(lambda n: n >= 5 and n != 7001)\n@ensure(lambda n, result: result >= n)\n", (7001,), "refused"),
        ("@require(lambda n: n >= 5)\n", None, "allowed as a result"),
        ("@require(lambda n: n >= 5)\n@ensure(lambda n, result: result >= n - 1)\n", None, "allowed as a result"),
        ("@require(lambda n: n >= 5)\n@ensure(lambda n, result: result >= n or n > 9000)\n", None, "allowed as a result"),
    ],
)
def test_a_weaker_contract_is_refused_with_an_input(above: str, argument: tuple[int, ...] | None, got: str) -> None:
    reason = refuted(WEAK, spec(above))
    assert type(reason) is SpecWeakened
    assert got in reason.got
    if argument is not None:
        assert reason.arguments == argument


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (spec("@require(lambda n: n >= 3)\n", TOTAL.replace("t += i", "t += i + 1")), "baseline"),
        (spec("", TOTAL.replace("-> int", "-> bool").replace("return t", "return t > 0")), "signature"),
        (spec("@require(lambda n: n >= 3)\n", target='@target(tier="smt")'), "tier smt"),
        (spec("@require(lambda n: n >= 3)\n", target='@target(result="contract")'), "any result"),
        (WEAK, "very spec"),
    ],
)
def test_what_is_another_target_is_refused(other: Spec, words: str) -> None:
    reason = mismatch(Strengthening(WEAK, other))
    assert type(reason) is NotStronger
    assert words in reason.what


def test_an_order_that_asks_for_less_is_refused() -> None:
    strict = spec("", target='@target(better="always")')
    assert type(mismatch(Strengthening(strict, spec("@ensure(lambda n, result: result >= 0)\n")))) is NotStronger
    assert mismatch(Strengthening(spec("@ensure(lambda n, result: result >= 0)\n"), strict)) is None


def test_another_baseline_may_stand_where_the_contract_alone_says_what_is_returned() -> None:
    loose = spec("@ensure(lambda n, result: result >= n)\n", target='@target(result="contract")')
    other = spec("@ensure(lambda n, result: result > n)\n", "def total(n: int) -> int:\n    return n + 1\n")
    assert mismatch(Strengthening(loose, other)) is None
    assert type(mismatch(Strengthening(other, loose))) is NotStronger


# -- the kernel -----------------------------------------------------------------------------------------------------------------

PROOF = """theorem accepted : Statement := statement_of
  (fun n h => by simp only [Weaker.Pre, Stronger.Pre] at *; omega)
  (fun n h r g => by simp only [Stronger.Post, Weaker.Post] at *; exact g.2)
"""


@pytest.fixture(scope="module")
def kernel(toolchain: Toolchain) -> Iterator[Kernel]:
    made = start_kernel(toolchain, DEFAULT)
    with made.session:
        yield made


def test_a_proof_is_accepted_and_a_wrong_one_is_not(kernel: Kernel) -> None:
    question = Strengthening(WEAK, STRONG)
    passed = judge_strengthening(kernel, question, Proof(None, 0, (), (), PROOF))
    assert isinstance(passed, Passed), passed
    assert passed.evidence["statement"] == to_strengthening(question, (), DEFAULT).text
    narrow = spec("@require(lambda n: n >= 6)\n@ensure(lambda n, result: result >= n)\n")
    for weaker, stronger in ((STRONG, WEAK), (WEAK, narrow)):
        assert type(judge_strengthening(kernel, Strengthening(weaker, stronger), Proof(None, 0, (), (), PROOF))) is ProofFailed


def test_a_postcondition_that_may_raise_promises_nothing_there(kernel: Kernel) -> None:
    # where it cannot be evaluated it does not hold, so that the weaker contract need not either
    stronger = spec("@require(lambda n: n >= 5)\n@ensure(lambda n, result: 10 // (n - 5) >= 0 and result >= n)\n")
    passed = judge_strengthening(kernel, Strengthening(WEAK, stronger), Proof(None, 0, (), (), PROOF.replace("g.2", "by grind")))
    assert isinstance(passed, Passed), passed


# -- the graph ------------------------------------------------------------------------------------------------------------------

WEAKER, BASE, BETTER = chain("f", 2)
TEXT = WEAKER.content("spec.py") + b"# stronger\n"


def stronger(weaker: Node, content: bytes, statement: bytes = b"theorem", proof: bytes = b"by omega") -> Node:
    binding = strengthening_binding(weaker.target, weaker.content("spec.py"), content, statement, proof)
    data = {**certificate_to_data(BASE.certificate), **binding} if BASE.certificate else {}
    data.pop("worst")
    made = certificate_from_data(data)
    return stronger_node(weaker, content=content, proof=proof, statement=statement, notes={}, certificate=made)


STRONGER = stronger(WEAKER, TEXT)
FIRST = implementation(STRONGER, TEXT, None)
CARRIED = implementation(STRONGER, BETTER.content("program.py"), FIRST)


def graph(*nodes: Node) -> Graph:
    made = graph_of(nodes, "accepted")
    assert isinstance(made, Graph), made
    return made


def test_the_head_moves_once_its_version_is_accepted_under_the_stronger_spec() -> None:
    assert strengthened(graph(WEAKER, BASE, BETTER, STRONGER), WEAKER.id) is None
    assert strengthened(graph(WEAKER, BASE, BETTER, STRONGER, FIRST), WEAKER.id) is None
    assert strengthened(graph(WEAKER, BASE, STRONGER, FIRST), WEAKER.id) == STRONGER
    whole = graph(WEAKER, BASE, BETTER, STRONGER, FIRST, CARRIED)
    assert strengthened(whole, WEAKER.id) == STRONGER
    assert head(whole, STRONGER.id) == CARRIED
    assert strengthened(whole, STRONGER.id) is None


def test_a_head_never_moves_back(tmp_path: Path) -> None:
    put(tmp_path, WEAKER, BASE, BETTER, STRONGER, FIRST, CARRIED)
    late = implementation(WEAKER, b"def f(n: int) -> int:\n    return n  # late\n", BETTER)
    read = load(tmp_path)
    assert isinstance(read, Graph)
    refused = admit(read, tmp_path, [late], accept(late))
    assert type(refused) is GraphConflict
    assert STRONGER.id in refused.what


def test_it_is_admitted_by_itself_and_with_its_own_word_only(tmp_path: Path) -> None:
    put(tmp_path, WEAKER, BASE, BETTER)
    read = load(tmp_path)
    assert isinstance(read, Graph)
    assert type(admit(read, tmp_path, [STRONGER, FIRST], accept(FIRST))) is GraphConflict
    assert type(admit(read, tmp_path, [STRONGER], accept(BASE))) is GraphConflict
    after = admit(read, tmp_path, [STRONGER], accept(STRONGER))
    assert isinstance(after, Graph), after
    assert load(tmp_path) == after


def test_two_specs_do_not_strengthen_one() -> None:
    other = stronger(WEAKER, TEXT + b"# other\n")
    made = graph_of([WEAKER, BASE, STRONGER, other], "accepted")
    assert type(made) is GraphConflict
    assert "strengthen" in made.what


def test_a_certificate_of_something_else_is_refused() -> None:
    other = chain("f", 1)[0]
    assert other == WEAKER
    foreign = replace(STRONGER, files=stronger(WEAKER, TEXT, proof=b"by grind").files)
    made = graph_of([WEAKER, BASE, foreign], "accepted")
    assert type(made) is GraphCorrupt
    assert "certificate is of something else" in made.what
    away = spec_node("g", WEAKER.content("spec.py"))
    wrong = replace(stronger(WEAKER, TEXT), edges=(replace(STRONGER.edges[0], to=away.id),))
    assert type(graph_of([away, wrong], "accepted")) is GraphCorrupt


# -- the command ----------------------------------------------------------------------------------------------------------------

@pytest.mark.slow
def test_a_stronger_spec_takes_over_with_what_was_accepted(tmp_path: Path) -> None:
    weak, strong, candidate = (tmp_path / n for n in ("weak.py", "strong.py", "total.py"))
    weak.write_bytes(WEAK.source.content)
    strong.write_bytes(STRONG.source.content)
    candidate.write_text("def total(n: int) -> int:\n    return n * (n - 1) // 2\n")
    where = ["--accepted", str(tmp_path / "accepted")]
    run = CliRunner().invoke
    assert run(app, ["check", str(weak), str(candidate), "--admit", *where]).exit_code == 0
    assert run(app, ["strengthen", str(strong), "--admit", *where]).exit_code == 0
    read = load(tmp_path / "accepted")
    assert isinstance(read, Graph)
    (old,) = [n for n in read.nodes.values() if n.kind == "spec" and n.certificate is None]
    new = strengthened(read, old.id)
    assert new is not None
    top = head(read, new.id)
    assert top is not None
    assert top.content("program.py") == candidate.read_bytes()
    assert run(app, ["ci", "--all", *where]).exit_code == 0
