"""Small nodes made by hand, for the tests of the graph; what stands in them was never proved, only bound."""

from dataclasses import replace
from pathlib import Path

from verify.canonical import Data, digest_bytes
from verify.certificate import OF_LEAN, Certificate, implementation_digest, limit_pairs, spec_digest, trusted_pairs
from verify.ci import Report, Reprove, ci
from verify.environment import environment
from verify.graph import Graph
from verify.lemma import Lemma, lemma_binding, lemma_text
from verify.limits import DEFAULT
from verify.node import Node, implementation_node, lemma_node, node_to_files, smt_node, spec_node
from verify.reasons import Reason
from verify.spec import Order
from verify.ticks import DIGEST
from verify.verdict import Accept, Verdict

TRUSTED = {"lean/Semantics.lean": b"-- what a program means\n", "verify/program.py": b"# how it is read\n"}
LEAN = ("portable", "4.28.0", "7" * 64)
CURRENT: dict[str, Data] = environment(TRUSTED, DEFAULT, "z3 4.13.0", LEAN)
"""the judge under which the certificates of these nodes are fresh"""


def certificate(spec: Node, program: bytes, old: Node | None, order: Order | None, slack: int) -> Certificate:
    """Bind the parts that `implementation` makes."""
    return Certificate(
        spec=spec_digest(spec.content("spec.py"), spec.target),
        implementation=implementation_digest(program, spec.target),
        old=None if old is None else implementation_digest(old.content("program.py"), old.target),
        statement=digest_bytes(b"theorem " + program),
        proof=digest_bytes(b"by omega"),
        ticks=DIGEST,
        limits=limit_pairs(DEFAULT.as_data()),
        trusted=trusted_pairs(TRUSTED),
        solver="z3 4.13.0",
        lean_version=LEAN[1],
        lean_kind=LEAN[0],
        lean_library=LEAN[2],
        tier="kernel",
        order=order,
        slack=slack,
        old_nanoseconds=None if old is None else 900,
        new_nanoseconds=500,
        old_cost=None,
        new_cost="3 * n + 2",
        recheck="python -m verify ci --all",
    )


def implementation(spec: Node, program: bytes, old: Node | None, order: Order = "always", slack: int = 0) -> Node:
    """Make an implementation whose certificate binds it."""
    return bound(spec, program, old, certificate(spec, program, old, order if old else None, slack))


def bound(spec: Node, program: bytes, old: Node | None, certificate_: Certificate) -> Node:
    """Make an implementation with any certificate."""
    return implementation_node(
        spec,
        program=program,
        proof=b"by omega",
        statement=b"theorem " + program,
        notes={"proposer": "symbolic"},
        certificate=certificate_,
        supersedes=old,
    )


def chain(target: str, length: int) -> tuple[Node, ...]:
    """Make a spec, its baseline and further implementations, each superseding the one before."""
    content = f"@target\ndef {target}(n: int) -> int:\n    return n\n".encode()
    nodes = [spec_node(target, content)]
    for i in range(length):
        program = content if i == 0 else f"def {target}(n: int) -> int:\n    return n  # {i}\n".encode()
        nodes.append(implementation(nodes[0], program, nodes[-1] if i else None))
    return tuple(nodes)


def put(folder: Path, *nodes: Node) -> None:
    """Write nodes past the door, as an attacker would."""
    for node in nodes:
        (folder / node.id).mkdir(parents=True)
        for name, content in node_to_files(node).items():
            (folder / node.id / name).write_bytes(content)


def accept(node: Node) -> Accept:
    """Return the verdict that a judge gives for a node."""
    if node.certificate is None:
        raise TypeError("a spec is not judged")
    return Accept(node.certificate, (("kernel", 0.5),))


def smt(certificate_: Certificate) -> Certificate:
    """Return the same certificate at the tier smt."""
    none = dict.fromkeys(OF_LEAN)
    return replace(certificate_, tier="smt", solver=str(CURRENT["solvers"]), **none)  # type: ignore[arg-type]  # None may stand there


def solved(spec: Node, program: bytes, old: Node | None) -> Node:
    """Make an implementation at the tier smt whose certificate binds it."""
    statement = b"theorem " + program
    made = smt(certificate(spec, program, old, "always" if old else None, 0))
    return smt_node(spec, program=program, statement=statement, certificate=made, supersedes=old)


def accepting(_: Graph, node: Node) -> Verdict:
    """Accept every node."""
    return accept(node)


def never(_: Graph, node: Node) -> Verdict:
    """Fail the test where anything is judged."""
    raise AssertionError(node.id)


def run(
    folder: Path,
    *,
    everything: bool = False,
    base: str | None = None,
    reprove: Reprove = accepting,
    current: dict[str, Data] | None = None,
) -> Report:
    now = CURRENT if current is None else current
    return ci(folder, everything=everything, base=base, reprove=reprove, current=now, workers=2, on_progress=None)


def problem(report: Report, kind: type[Reason], *named: str) -> Reason:
    """Assert that the report fails with this first problem, which names all of these."""
    assert report.problems
    assert type(report.problems[0]) is kind, report.problems
    assert report.verdict == kind.verdict
    assert not report.rows
    assert all(name in str(report.problems[0]) for name in named), str(report.problems[0])
    return report.problems[0]


# -- lemmas ---------------------------------------------------------------------------------------------------------------------

TWICE = Lemma(
    "twice_form",
    "def twice (x : Nat) : Nat := x + x\n",
    "∀ (x : Nat), twice x = 2 * x",
    "theorem accepted : Statement := by\n  intro x\n  simp only [twice]\n  omega\n",
)
USING = "".join(f"{text}\n" for text in lemma_text(TWICE)) + "theorem accepted : Statement := by omega\n"
"""a proof that holds the text of the lemma"""


def lemma_certificate(lemma: Lemma) -> Certificate:
    """Bind a lemma."""
    made = certificate(spec_node("f", b""), b"", None, None, 0)
    return replace(made, **lemma_binding(lemma), new_nanoseconds=None, new_cost=None)


def lemma(lemma_: Lemma = TWICE) -> Node:
    """Make a lemma whose certificate binds it."""
    return lemma_node(lemma_, lemma_certificate(lemma_))


def using(spec: Node, program: bytes, old: Node | None, *lemmas: Node, proof: str = USING) -> Node:
    """Make an implementation that says that it uses lemmas."""
    order: Order | None = "always" if old else None
    made = replace(certificate(spec, program, old, order, 0), proof=digest_bytes(proof.encode()))
    return implementation_node(
        spec,
        program=program,
        proof=proof.encode(),
        statement=b"theorem " + program,
        notes={"proposer": "symbolic"},
        certificate=made,
        supersedes=old,
        uses=[n.id for n in lemmas],
    )
