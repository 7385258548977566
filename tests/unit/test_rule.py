"""A rule is read from its file, printed as a lemma, judged as one, kept in the graph, and proved again from its bytes."""

from dataclasses import replace
from pathlib import Path

import pytest
from small_graph import accept, certificate, put

from verify.canonical import to_json
from verify.ci_markdown import words_of
from verify.gates.kernel import Kernel
from verify.gates.lemma import judge_lemma
from verify.graph import Graph, admit, graph_of, load
from verify.judge import decide_rule, rejudge
from verify.limits import DEFAULT
from verify.node import Edge, Node, lemma_of, rule_node, rule_of, spec_node
from verify.reasons import GraphConflict, GraphCorrupt, Malformed, ProofFailed, Reason, Refusal
from verify.rule import Rule, rule_binding, rule_from_bytes, rule_to_bytes
from verify.standby import start_kernel
from verify.task import Passed
from verify.toolchain import Toolchain
from verify.verdict import Accept, Declined, Rejected

FACTOR = Rule("factor", "x * y + x * z", "x * (y + z)")
BY_GRIND = "theorem accepted : Statement := by\n  intro v_x v_y v_z\n  grind\n"
EMPTY = graph_of((), "nowhere")


def node(rule: Rule = FACTOR, proof: str = BY_GRIND) -> Node:
    """Make a rule whose certificate binds it; nothing was proved."""
    statement = rule.statement.encode()
    made = certificate(spec_node("f", b""), b"", None, None, 0)
    bound = rule_binding(rule, statement, proof.encode())
    return rule_node(rule, proof.encode(), statement, replace(made, **bound, new_nanoseconds=None, new_cost=None))  # type: ignore[arg-type]  # fields of a certificate


# -- the text -------------------------------------------------------------------------------------------------------------------

PRINTED = {
    "ints": (FACTOR, "∀ (v_x : Int) (v_y : Int) (v_z : Int), ((v_x * v_y) + (v_x * v_z)) = (v_x * (v_y + v_z))"),
    "a condition": (Rule("a", "x * 3", "x", ("x == 0",)), "∀ (v_x : Int) (h0 : (v_x = 0)), (v_x * 3) = v_x"),
    "bools": (Rule("a", "p and q", "q and p"), "∀ (v_p : Bool) (v_q : Bool), "),
    "a comparison": (Rule("a", "x < y + 1", "x <= y"), "∀ (v_x : Int) (v_y : Int), (v_x < (v_y + 1)) ↔ (v_x ≤ v_y)"),
    "lists": (Rule("a", "sum(xs + ys)", "sum(xs) + sum(ys)"), "∀ (v_xs : (List Int)) (v_ys : (List Int)), "),
}  # fmt: skip


@pytest.mark.parametrize("name", PRINTED)
def test_a_rule_is_printed_over_its_letters_alone(name: str) -> None:
    rule, due = PRINTED[name]
    assert rule.statement.startswith(due)


MALFORMED = {
    "two types": Rule("a", "x", "xs"),
    "no letter": Rule("a", "1 + 1", "2"),
    "a condition that is none": Rule("a", "x", "x + 0", ("y",)),
    "two expressions": Rule("a", "x\ny", "x"),
    "an assignment": Rule("a", "x = 1", "x"),
    "nothing": Rule("a", "", "x"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_rule_is_malformed(name: str) -> None:
    with pytest.raises(Refusal) as raised:
        _ = MALFORMED[name].statement
    assert type(raised.value.reason) is Malformed


@pytest.mark.parametrize("text", ["foo(x)", "u + 1", "__import__('os')", "x.real", "lambda: x", "x := 1", "'a'", "1.5 * x"])
def test_what_the_language_lacks_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        _ = Rule("a", text, "x").statement


def test_a_file_is_read_as_it_was_written() -> None:
    rule = Rule("a", "x // c * c", "x", ("c > 0", "x % c == 0"))
    assert rule_from_bytes("a", rule_to_bytes(rule)) == rule


@pytest.mark.parametrize("content", [
    b"", b"{}", b"[]", to_json({"left": "x", "right": "x"}), to_json({"left": "x", "right": "x", "where": "p"}),
    to_json({"left": "x", "right": 1, "where": []}), to_json({"left": "x", "right": "x", "where": [1]}),
    to_json({"left": "x", "right": "x", "where": [], "proof": "x"}), rule_to_bytes(FACTOR) + b"\n",
])  # fmt: skip
def test_another_file_is_malformed(content: bytes) -> None:
    with pytest.raises(Refusal) as raised:
        rule_from_bytes("a", content)
    assert type(raised.value.reason) is Malformed


def test_a_name_is_a_word() -> None:
    with pytest.raises(Refusal):
        rule_from_bytes("a : False := by", rule_to_bytes(FACTOR))


# -- the graph ------------------------------------------------------------------------------------------------------------------


def test_a_rule_enters_by_an_accept_of_itself(tmp_path: Path) -> None:
    assert isinstance(EMPTY, Graph)
    made = node()
    after = admit(EMPTY, tmp_path, [made], accept(made))
    assert isinstance(after, Graph)
    assert load(tmp_path) == after
    read = after.nodes[made.id]
    assert rule_of(read) == FACTOR
    assert lemma_of(read) == FACTOR.lemma(BY_GRIND)
    assert words_of(after, read) == [
        "for all values that the letters stand for:", "x * y + x * z is x * (y + z)",
    ]  # fmt: skip


def test_an_accept_of_another_rule_admits_nothing(tmp_path: Path) -> None:
    assert isinstance(EMPTY, Graph)
    made, other = node(), node(replace(FACTOR, right="x * (y - z)"))
    assert type(admit(EMPTY, tmp_path, [made], accept(other))) is GraphConflict
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("change", [
    {"name": "other"}, {"left": "x * y + x"}, {"where": ("x > 0",)},
])  # fmt: skip
def test_another_rule_under_the_same_certificate_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    made = node()
    rule = replace(FACTOR, **change)  # type: ignore[arg-type]  # fields of a rule
    assert made.certificate is not None
    put(tmp_path, rule_node(rule, BY_GRIND.encode(), FACTOR.statement.encode(), made.certificate))
    reason = load(tmp_path)
    assert type(reason) is GraphCorrupt
    assert "its certificate is of something else" in reason.what


def test_a_rule_rests_on_nothing(tmp_path: Path) -> None:
    made = node()
    rested = Node("rule", made.target, made.files, (Edge("uses", "0" * 64),), made.certificate)
    put(tmp_path, rested)
    assert type(load(tmp_path)) is GraphCorrupt


# -- Lean -----------------------------------------------------------------------------------------------------------------------

TRUE = {
    "ints": (FACTOR, BY_GRIND),
    "a condition": (
        Rule("a", "x * c // c", "x", ("c > 0",)),
        "theorem accepted : Statement := by\n  intro x c h\n  rw [fdiv_pos _ h]\n  exact Int.mul_ediv_cancel x (by omega)\n",
    ),
    "lists": (
        Rule("a", "len(xs + ys)", "len(xs) + len(ys)"),
        "theorem accepted : Statement := by\n  intro xs ys\n  simp\n",
    ),
    "a comparison": (Rule("a", "x < y + 1", "x <= y"), "theorem accepted : Statement := by\n  intro x y\n  omega\n"),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_true_rule_is_proved(name: str, warm: Kernel) -> None:
    rule, proof = TRUE[name]
    judged = judge_lemma(warm, rule.lemma(proof))
    assert isinstance(judged, Passed), str(judged)


FALSE: dict[str, tuple[Rule, str, type[Reason]]] = {
    "a false rule": (replace(FACTOR, right="x * (y - z)"), BY_GRIND, ProofFailed),
    "a rule without its condition": (Rule("a", "x * c // c", "x"), TRUE["a condition"][1], ProofFailed),
    "division by nothing": (
        Rule("a", "x // x", "1"), "theorem accepted : Statement := by\n  intro x\n  simp [fdiv]\n", ProofFailed,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_a_false_rule_is_not(name: str, warm: Kernel) -> None:
    rule, proof, reason = FALSE[name]
    assert type(judge_lemma(warm, rule.lemma(proof))) is reason


def test_a_rule_is_decided_and_proved_again_from_its_bytes(toolchain: Toolchain, tmp_path: Path) -> None:
    assert isinstance(EMPTY, Graph)
    verdict = decide_rule(FACTOR, BY_GRIND, lambda: start_kernel(toolchain, DEFAULT))
    assert isinstance(verdict, Accept), str(verdict)
    made = rule_node(FACTOR, BY_GRIND.encode(), FACTOR.statement.encode(), verdict.certificate)
    after = admit(EMPTY, tmp_path, [made], verdict)
    assert isinstance(after, Graph)
    again = rejudge(after, made, "auto", DEFAULT)
    assert isinstance(again, Accept)
    assert again.certificate.statement == verdict.certificate.statement


def test_what_cannot_be_read_is_refused_before_lean() -> None:
    verdict = decide_rule(Rule("a", "foo(x)", "x"), BY_GRIND, lambda: pytest.fail("no Lean is needed"))
    assert isinstance(verdict, Rejected | Declined)
