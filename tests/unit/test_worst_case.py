"""What the order `worst-case` may claim, what its statement says, and what runs propose and refute."""

from dataclasses import replace

import pytest
from small_graph import certificate, chain
from targets import candidate, spec_of, task_of

from loop.commands.check import to_asked
from loop.commands.common import UsageError
from loop.examine import Asked
from loop.words import worst_case_data
from loop.worst_case import GRID, above, proposals, refuted
from verify.certificate import certificate_from_data, certificate_to_data, claim
from verify.claim_words import order_line
from verify.graph import Graph, graph_of
from verify.limits import DEFAULT
from verify.node import implementation_node, node_from_files, node_to_files
from verify.proof import Proof, check_claim, proof_from_files, proof_to_files
from verify.reasons import BadWorstCase, CostNotLower, GraphCorrupt, Malformed, Refusal
from verify.spec import to_candidate
from verify.statement import Claim, to_statement
from verify.task import Task
from verify.worst_case import WorstCase, read_worst_case, sizes, worst_case_from_data

GRID_SPEC = """@target
@require(lambda n, quick: n >= 0)
def f(n: int, quick: bool) -> int:
    if quick:
        return n
    total = 0
    for i in range(n):
        for j in range(n):
            total += 1
    return total
"""
STEADY = ("total = 0", "for i in range(n):", "    total += n", "return n if quick else total")
PARAMETERS = "n: int, quick: bool"
RIGHT = WorstCase("abs(n)", "4 * size + 5", 2, (("n", "size"), ("quick", "False")))
LIST_SPEC = """@target
def f(xs: list[int], t: int) -> int:
    if len(xs) == 0 or xs[0] == 0:
        return 0
    total = 0
    for x in xs:
        for y in xs:
            total += 1
    return total
"""
ON_LISTS = WorstCase("len(xs)", "5 * size + 9", 3, (("xs", "[1] * size"), ("t", "0")))


def grid(*lines: str) -> Task:
    return task_of(GRID_SPEC, candidate(*(lines or STEADY), parameters=PARAMETERS))


# -- what a claim is ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["len(xs)", "abs(t)", "len(xs) + abs(t)", "abs(t) + len(xs)"])
def test_sizes_are_sums_of_lengths_and_absolute_values(size: str) -> None:
    read_worst_case(replace(ON_LISTS, size=size), spec_of(LIST_SPEC), DEFAULT)
    assert [*sizes(spec_of(LIST_SPEC))] == ["len(xs)", "abs(t)"]


@pytest.mark.parametrize(
    "changes",
    [
        {"size": "7"}, {"size": "0 * len(xs)"}, {"size": "min(len(xs), 5)"}, {"size": "min(abs(t), 5)"}, {"size": "t"},
        {"size": "-t"}, {"size": "len(xs) + len(xs)"}, {"size": "len(xs) + 1"}, {"size": "len(xs) - abs(t)"}, {"size": "sum(xs)"},
        {"size": "len(xs) // 2"}, {"size": "len(xs[1:])"}, {"size": "abs(t + 1)"}, {"size": "size"}, {"size": ""},
        {"size": "len(xs)  # all of it"}, {"size": "len(xs); 1"}, {"size": "len(xs)\n"},
        {"bound": "5 * size + t"}, {"bound": "len(xs)"}, {"bound": "size == 3"}, {"bound": "5 * size  # + 9"},
        {"bound": "f(size)"},
        {"least": -1}, {"least": DEFAULT.worst_from + 1},
        {"family": ()}, {"family": (("xs", "[1] * size"),)}, {"family": (("t", "0"), ("xs", "[1] * size"))},
        {"family": (("xs", "[1] * size"), ("t", "xs[0]"))}, {"family": (("xs", "size"), ("t", "0"))},
        {"family": (("xs", "[True] * size"), ("t", "0"))}, {"family": (("xs", "[1] * size"), ("t", "0"), ("u", "0"))},
    ],
    ids=str,
)  # fmt: skip
def test_a_claim_that_is_not_of_the_due_form_has_no_statement(changes: dict[str, object]) -> None:
    spec = spec_of(LIST_SPEC)
    odd = replace(ON_LISTS, **changes)  # type: ignore[arg-type]  # fields of it
    with pytest.raises(Refusal) as refusal:
        to_statement(spec, spec.program, spec.program, Claim("worst-case", 0, odd), DEFAULT)
    assert isinstance(refusal.value.reason, BadWorstCase)


def test_a_target_without_a_size_has_no_worst_case() -> None:
    spec = spec_of("@target\ndef f(p: bool) -> int:\n    return 1 if p else 2\n")
    assert [*sizes(spec)] == []
    for size in ("p", "1", "abs(p)"):
        with pytest.raises(Refusal) as refusal:
            read_worst_case(WorstCase(size, "size", 0, (("p", "True"),)), spec, DEFAULT)
        assert isinstance(refusal.value.reason, BadWorstCase)


def test_a_claim_reads_back_as_it_was_written() -> None:
    assert worst_case_from_data(RIGHT.as_data()) == RIGHT
    data = RIGHT.as_data()
    odd: tuple[object, ...] = (
        None, [], {**data, "more": 1}, {**data, "least": True}, {**data, "least": -1}, {**data, "size": 3},
        {**data, "family": None},
        {**data, "family": [["n"]]}, {**data, "family": [["n", 1]]}, {**data, "bound": "size\x1b[2J"},
        {**data, "family": ["nq"] * 2},
        {k: v for k, v in data.items() if k != "bound"},
    )  # fmt: skip
    for wrong in odd:
        with pytest.raises(ValueError, match="worst"):
            worst_case_from_data(wrong)


# -- what is pinned -------------------------------------------------------------------------------------------------------------


def statement(worst: WorstCase, text: str = GRID_SPEC) -> str:
    spec = spec_of(text)
    steady = candidate(*STEADY, parameters=PARAMETERS).encode()
    new = to_candidate(steady, "c.py", spec, DEFAULT)[1] if text == GRID_SPEC else spec.program
    return to_statement(spec, spec.program, new, Claim("worst-case", 0, worst), DEFAULT).claim


def test_the_statement_says_size_bound_and_family() -> None:
    text = statement(RIGHT)
    runs = "∃ r k r' k', Run Old.prog (v_n, v_quick) r k ∧ Run New.prog (v_n, v_quick) r' k'"
    assert "def Size (v_n : Int) (v_quick : Bool) : Int := (Int.natAbs v_n : Int)\n" in text
    assert "def Bound (s : Int) : Int := ((4 * s) + 5)\n" in text
    assert (
        "def Statement : Prop :=\n"
        f"  (∀ (v_n : Int) (v_quick : Bool), Pre v_n v_quick → {runs} ∧ r' = r ∧ Post v_n v_quick r' ∧ "
        "(2 ≤ Size v_n v_quick → (k' : Int) ≤ Bound (Size v_n v_quick))) ∧\n"
        "  (∀ s : Int, 2 ≤ s → ∃ (v_n : Int) (v_quick : Bool), v_n = s ∧ v_quick = false ∧ Pre v_n v_quick ∧ "
        "Size v_n v_quick = s ∧ ∃ r k, Run Old.prog (v_n, v_quick) r k ∧ Bound s < (k : Int))\n"
    ) in text


def test_no_expression_of_a_claim_may_raise_at_a_size_that_it_is_about() -> None:
    raising = replace(RIGHT, bound="100 // size", family=(("n", "10 % (size - 3)"), ("quick", "False")))
    assert "∀ s : Int, 2 ≤ s → ((s ≠ 0) ∧ ((s - 3) ≠ 0)) ∧ ∃ (v_n : Int)" in statement(raising)


def test_what_a_comprehension_binds_in_a_family_is_not_the_size() -> None:
    rising = replace(ON_LISTS, family=(("xs", "[size - i for i in range(size)]"), ("t", "size")))
    text = statement(rising, LIST_SPEC)
    assert "v_xs = (List.map (fun (v_each_1 : Int) => (s - v_each_1)) (upto 0 s)) ∧ v_t = s ∧" in text


def test_a_parameter_called_size_is_not_taken_for_it() -> None:
    text = statement(
        WorstCase("abs(size)", "size", 0, (("size", "size + 0"),)), "@target\ndef f(size: int) -> int:\n    return size\n"
    )
    assert "def Size (v_size : Int) : Int := (Int.natAbs v_size : Int)" in text
    assert "∃ (v_size : Int), v_size = (s + 0) ∧ Pre v_size ∧ Size v_size = s ∧" in text


@pytest.mark.parametrize("wrong", [Claim("worst-case"), Claim("always", 0, RIGHT), Claim("eventually", 3, RIGHT)])
def test_only_this_order_has_a_size(wrong: Claim) -> None:
    spec = spec_of(GRID_SPEC)
    with pytest.raises(TypeError):
        to_statement(spec, spec.program, spec.program, wrong, DEFAULT)
    proof = Proof(wrong.order, wrong.slack, (), (), "", wrong.worst)
    with pytest.raises(Refusal) as refusal:
        check_claim(proof, DEFAULT)
    assert isinstance(refusal.value.reason, Malformed)


# -- what is kept ---------------------------------------------------------------------------------------------------------------


def test_a_proof_and_its_certificate_hold_the_claim() -> None:
    proof = Proof("worst-case", 0, (), (), "theorem accepted : Statement := by omega\n", RIGHT)
    assert proof_from_files(proof_to_files(proof), DEFAULT) == proof
    spec, base = chain("f", 1)
    made = replace(certificate(spec, b"new", base, "worst-case", 0), worst=RIGHT)
    data = certificate_to_data(made)
    assert certificate_from_data(data) == made
    assert claim(made) != claim(replace(made, worst=replace(RIGHT, bound="4 * size + 6")))
    for changes in ({"order": "always"}, {"slack": 1}, {"worst": {}}, {"worst": None}):
        with pytest.raises(ValueError, match=r"worst|slack"):
            certificate_from_data({**data, **changes})
    with pytest.raises(ValueError, match="worst"):
        certificate_from_data({k: v for k, v in data.items() if k != "worst"})


@pytest.mark.parametrize("noted", [RIGHT, replace(RIGHT, bound="4 * size + 6"), None])
def test_a_node_holds_one_claim(noted: WorstCase | None) -> None:
    spec, base = chain("f", 1)
    made = replace(certificate(spec, b"new", base, "worst-case", 0), worst=RIGHT)
    node = implementation_node(
        spec, program=b"new", proof=b"by omega", statement=b"theorem new", certificate=made, supersedes=base,
        notes={"proposer": "symbolic"} if noted is None else {"worst": noted.as_data()},
    )  # fmt: skip
    assert node_from_files(node.id, node_to_files(node), "here") == node
    graph = graph_of((spec, base, node), "here")
    if noted == RIGHT:
        assert isinstance(graph, Graph)
    else:
        assert isinstance(graph, GraphCorrupt)
        assert "`worst`" in graph.what


# -- what runs say --------------------------------------------------------------------------------------------------------------


def test_runs_propose_a_bound_and_a_family() -> None:
    found = proposals(grid(), DEFAULT)
    assert found[0] == WorstCase("abs(n)", "4 * (size + 1)", found[0].least, (("n", "size"), ("quick", "False")))
    assert found[0].least <= 3
    assert all(refuted(grid(), c, DEFAULT) is None for c in found)


def test_runs_propose_nothing_where_the_worst_case_is_as_dear() -> None:
    as_dear = ("total = 0", "for i in range(n):", "    for j in range(n):", "        total += 1", "return n if quick else total")
    assert proposals(grid(*as_dear), DEFAULT) == []
    assert proposals(task_of(GRID_SPEC), DEFAULT) == []
    bounded = GRID_SPEC.replace("n >= 0", "0 <= n <= 9")
    assert proposals(task_of(bounded, candidate(*STEADY, parameters=PARAMETERS)), DEFAULT) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"bound": "4 * size"}, CostNotLower),
        ({"bound": "30"}, CostNotLower),
        ({"family": (("n", "size"), ("quick", "True"))}, CostNotLower),
        ({"bound": "6 * size + 900"}, CostNotLower),
        ({"family": (("n", "-size"), ("quick", "False"))}, BadWorstCase),
        ({"family": (("n", "size + 1"), ("quick", "False"))}, BadWorstCase),
        ({"family": (("n", "size // (size - 3)"), ("quick", "False"))}, BadWorstCase),
    ],
    ids=str,
)
def test_runs_refute(changes: dict[str, object], reason: type) -> None:
    right = proposals(grid(), DEFAULT)[0]
    assert isinstance(refuted(grid(), replace(right, **changes), DEFAULT), reason)  # type: ignore[arg-type]  # fields of it


@pytest.mark.parametrize(
    ("values", "due"),
    [
        (lambda s: 7, [7]),
        (lambda s: 3 * s + 2, [2, 3]),
        (lambda s: 2 * s * s + 5 * s + 1, [1, 5, 2]),
        (lambda s: s**3, [0, 0, 0, 1]),
        (lambda s: 10 * s.bit_length(), [24, 2]),
        (lambda s: 2**s, None),
    ],
)
def test_polynomials_above(values: object, due: list[int] | None) -> None:
    assert callable(values)
    points = [(s, values(s)) for s in GRID]
    found = above(points)
    assert found == due
    assert found is None or all(sum(c * s**i for i, c in enumerate(found)) >= t for s, t in points)


# -- what people see ------------------------------------------------------------------------------------------------------------


def test_people_see_the_whole_claim() -> None:
    spec, base = chain("f", 1)
    made = replace(certificate(spec, b"new", base, "worst-case", 0), worst=RIGHT)
    assert order_line(made) == (
        "order worst-case: from size 2 on, where the size is abs(n): at most 4 * size + 5 ticks on any allowed input, "
        "and more than that before, for each such size, on n = size, quick = False"
    )
    due = {"size": "abs(n)", "bound": "4 * size + 5", "from": 2, "family": {"n": "size", "quick": "False"}}
    assert worst_case_data(made) == due
    assert worst_case_data(None) is None
    always = certificate(spec, b"new", base, "always", 0)
    assert (order_line(always), worst_case_data(always)) == (
        "order always: never more ticks on any allowed input, and fewer on at least one", None,
    )  # fmt: skip


# -- what people ask for --------------------------------------------------------------------------------------------------------


def test_options_make_a_claim() -> None:
    assert to_asked(None, None, None, 0, ()) == Asked()
    assert to_asked("always", None, None, 0, ()) == Asked("always")
    family = ("n=size", "quick = False")
    assert to_asked("worst-case", "abs(n)", "4 * size + 5", 2, family) == Asked("worst-case", RIGHT)


@pytest.mark.parametrize(
    "options",
    [
        ("best", None, None, 0, ()), (None, "abs(n)", "size", 0, ("n=size",)), ("always", "abs(n)", "size", 0, ("n=size",)),
        ("worst-case", "abs(n)", None, 0, ("n=size",)), ("worst-case", None, None, 3, ()),
        ("worst-case", "abs(n)", "size", 0, ("n",)),
        ("worst-case", "abs(n)", "size", 0, ("n==size",)),
    ],
)  # fmt: skip
def test_options_that_do_not_go_together(options: tuple[str | None, str | None, str | None, int, tuple[str, ...]]) -> None:
    with pytest.raises(UsageError):
        to_asked(*options)
