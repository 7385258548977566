"""Decides: one folder of the graph -> Node, named by the digest of everything in it.

A node is `node.json` and the files that it names. Its name is the digest of `node.json`'s value, which holds the digest of
each file and the name of each node that it rests on; so no byte of a node, nor of what it rests on, can change under a name.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias, final, get_args

from verify.canonical import Data, Digest, digest, digest_bytes, from_json, to_json
from verify.certificate import DIGEST, Certificate, certificate_from_data, certificate_to_data
from verify.lemma import DEFINITIONS_FILE, LEMMA_FILES, STATEMENT_FILE, Lemma, lemma_from_files, lemma_to_files
from verify.limits import DEFAULT
from verify.policy import EVIDENCE_FILE, POLICY_FILE, POLICY_FILES
from verify.proof import PROOF_FILE
from verify.reasons import GraphCorrupt, Refusal
from verify.references import named
from verify.rule import RULE_FILE, Rule, rule_from_bytes, rule_to_bytes
from verify.spec import ORDERS, Order, Tier

Kind: TypeAlias = Literal["spec", "implementation", "lemma", "rule", "policy"]
EdgeType: TypeAlias = Literal["implements", "supersedes", "strengthens", "uses"]

RECORD = "node.json"
SCRIPT = "statement.smt2"
"""the statement at the tier smt, which has no proof"""
FILES: Mapping[Kind, tuple[str, ...]] = MappingProxyType({
    "spec": ("spec.py",),
    "implementation": ("notes.json", "program.py", "proof.lean", "statement.lean"),
    "lemma": LEMMA_FILES,
    "rule": (PROOF_FILE, RULE_FILE, STATEMENT_FILE),
    "policy": POLICY_FILES,
})
"""the files of a node at the tier kernel"""
SMT_FILES = ("program.py", SCRIPT)
"""the files of an implementation at the tier smt"""
STRONGER_FILES = ("notes.json", "proof.lean", "spec.py", "statement.lean")
"""the files of a spec that strengthens another one"""
SIZES: Mapping[str, int] = MappingProxyType({
    RECORD: 262_144,
    "definitions.lean": DEFAULT.proof_bytes,
    EVIDENCE_FILE: 262_144,
    "notes.json": 262_144,
    POLICY_FILE: 1_048_576,
    "program.py": DEFAULT.source_bytes,
    "proof.lean": DEFAULT.proof_bytes,
    RULE_FILE: DEFAULT.source_bytes,
    "spec.py": DEFAULT.source_bytes,
    "statement.lean": 1_048_576,
    SCRIPT: 4_194_304,
})
"""the longest that each file may be, in bytes"""
_ORDERED: Mapping[Kind, tuple[tuple[EdgeType, ...], ...]] = MappingProxyType({
    "spec": ((), ("strengthens",)),
    "implementation": (("implements",), ("implements", "supersedes")),
    "lemma": ((),),
    "rule": ((),),
    "policy": ((), ("supersedes",)),
})
"""the edges that a node of a kind has, in their order, before those of the type `uses`"""
_USING: frozenset[Kind] = frozenset({"spec", "implementation"})
"""kinds that may use others"""
RESTING_ON_NOTHING: frozenset[Kind] = frozenset({"lemma", "rule"})
"""kinds that speak of no target; any proof may hold their text"""
_TARGET = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@final
@dataclass(frozen=True, slots=True)
class File:
    """One file of a node, with the bytes that were read or will be written."""

    name: str
    content: bytes = field(repr=False)

    @property
    def digest(self) -> Digest:
        """The SHA-256 of the bytes."""
        return digest_bytes(self.content)


@final
@dataclass(frozen=True, slots=True)
class Edge:
    """What a node rests on; `order` and `slack` (in ticks) are those of an implementation's `supersedes`, else None and 0."""

    type: EdgeType
    to: Digest
    order: Order | None = None
    slack: int = 0


@final
@dataclass(frozen=True, slots=True)
class Node:
    """One accepted component; files stand in the order of their names, `implements` before `supersedes` before `uses`."""

    kind: Kind
    target: str
    """the function's name, or that of the lemma, the rule or the policy"""
    files: tuple[File, ...]
    edges: tuple[Edge, ...]
    certificate: Certificate | None
    """None for a spec that strengthens none, and for a policy: nothing is proved of them"""
    id: Digest = field(init=False)

    def __post_init__(self) -> None:
        """Name the node by what it holds."""
        object.__setattr__(self, "id", digest("node", _to_data(self)))

    def content(self, name: str) -> bytes:
        """Return the bytes of one of the node's files; KeyError where it has no such file."""
        return {f.name: f.content for f in self.files}[name]

    def edge(self, kind: EdgeType) -> Edge | None:
        """Return the node's edge of a type, None where it has none."""
        return next((e for e in self.edges if e.type == kind), None)

    @property
    def line(self) -> Edge | None:
        """The edge to what an implementation follows: the version that it supersedes, or the spec where it is the first."""
        return self.edge("supersedes") or self.edge("implements")

    @property
    def uses(self) -> tuple[Digest, ...]:
        """The lemmas and rules whose text its proof holds and the components whose text its program holds, by name."""
        return tuple(e.to for e in self.edges if e.type == "uses")


def spec_node(target: str, content: bytes) -> Node:
    """Make the node of a target: its function's name and its spec file."""
    return Node("spec", target, (File("spec.py", content),), _uses(content), None)


def stronger_node(
    weaker: Node, *, content: bytes, proof: bytes, statement: bytes, notes: Mapping[str, Data], certificate: Certificate
) -> Node:
    """Make the node of a spec that strengthens the one of `weaker`. Only `graph.admit` decides whether it enters."""
    contents = {"notes.json": to_json(dict(notes)), "proof.lean": proof, "spec.py": content, "statement.lean": statement}
    files = tuple(File(name, contents[name]) for name in STRONGER_FILES)
    return Node("spec", weaker.target, files, (Edge("strengthens", weaker.id), *_uses(content)), certificate)


def implementation_node(
    spec: Node,
    *,
    program: bytes,
    proof: bytes,
    statement: bytes,
    notes: Mapping[str, Data],
    certificate: Certificate,
    supersedes: Node | None,
    uses: Iterable[Digest] = (),
) -> Node:
    """Make the node of an implementation of `spec`; order and slack of its edge are the certificate's.

    `uses` names the lemmas whose text the proof holds, which says where it comes from; the proof needs no node to be checked. The
    components whose text the program holds are read off it.
    Only `graph.admit` decides whether it enters. Raises TypeError where `notes` has no canonical form.
    """
    edges = [Edge("implements", spec.id)]
    if supersedes is not None:
        edges.append(Edge("supersedes", supersedes.id, certificate.order, certificate.slack))
    contents = {"notes.json": to_json(dict(notes)), "program.py": program, "proof.lean": proof, "statement.lean": statement}
    files = tuple(File(name, contents[name]) for name in FILES["implementation"])
    return Node("implementation", spec.target, files, (*edges, *_uses(program, uses)), certificate)


def smt_node(spec: Node, *, program: bytes, statement: bytes, certificate: Certificate, supersedes: Node | None) -> Node:
    """Make the node of an implementation of `spec` at the tier smt. Only `graph.admit` decides whether it enters."""
    edges = [Edge("implements", spec.id)]
    if supersedes is not None:
        edges.append(Edge("supersedes", supersedes.id, certificate.order, certificate.slack))
    files = (File("program.py", program), File(SCRIPT, statement))
    return Node("implementation", spec.target, files, (*edges, *_uses(program)), certificate)


def _uses(text: bytes, lemmas: Iterable[Digest] = ()) -> tuple[Edge, ...]:
    """Return the edges to the components whose text a file holds, and to lemmas."""
    return tuple(Edge("uses", i) for i in sorted({*lemmas, *named(text, DEFAULT)}))


def files_of(kind: Kind, certificate: Certificate | None) -> tuple[str, ...]:
    """Return the names of the files that a node holds beside its record, in their order."""
    if kind == "spec" and certificate is not None:
        return STRONGER_FILES
    smt = kind == "implementation" and certificate is not None and certificate.tier == "smt"
    return SMT_FILES if smt else FILES[kind]


def lemma_node(lemma: Lemma, certificate: Certificate) -> Node:
    """Make the node of a lemma, which rests on nothing. Only `graph.admit` decides whether it enters."""
    contents = lemma_to_files(lemma)
    return Node("lemma", lemma.name, tuple(File(name, contents[name]) for name in FILES["lemma"]), (), certificate)


def rule_node(rule: Rule, proof: bytes, statement: bytes, certificate: Certificate) -> Node:
    """Make the node of a rewrite rule, which rests on nothing. Only `graph.admit` decides whether it enters."""
    contents = {PROOF_FILE: proof, RULE_FILE: rule_to_bytes(rule), STATEMENT_FILE: statement}
    return Node("rule", rule.name, tuple(File(name, contents[name]) for name in FILES["rule"]), (), certificate)


def policy_node(name: str, *, policy: bytes, evidence: bytes, supersedes: Node | None) -> Node:
    """Make the node of a policy. Only `graph.admit_policy` decides whether it enters."""
    edges = () if supersedes is None else (Edge("supersedes", supersedes.id),)
    contents = {EVIDENCE_FILE: evidence, POLICY_FILE: policy}
    return Node("policy", name, tuple(File(file, contents[file]) for file in FILES["policy"]), edges, None)


def lemma_of(node: Node) -> Lemma:
    """Return the lemma that a node holds, or that its rule is. Raises Refusal."""
    of_rule = {DEFINITIONS_FILE: b""} if node.kind == "rule" else {}
    return lemma_from_files(node.target, {f.name: f.content for f in node.files} | of_rule, DEFAULT)


def rule_of(node: Node) -> Rule:
    """Return the rule that a node holds. Raises Refusal."""
    return rule_from_bytes(node.target, node.content(RULE_FILE))


def tier_of(node: Node | None) -> Tier:
    """Return the tier at which a node was accepted; kernel for what claims nothing, and where there is none."""
    return node.certificate.tier if node and node.certificate else "kernel"


def _to_data(node: Node) -> dict[str, Data]:
    edges: list[Data] = []
    for e in node.edges:
        ordered = e.type == "supersedes" and node.kind == "implementation"
        more: dict[str, Data] = {"order": e.order, "slack": e.slack} if ordered else {}
        edges.append({"type": e.type, "to": e.to, **more})
    return {
        "kind": node.kind,
        "target": node.target,
        "files": {f.name: f.digest for f in node.files},
        "edges": edges,
        "certificate": None if node.certificate is None else certificate_to_data(node.certificate),
    }


def node_to_bytes(node: Node) -> bytes:
    """Return the bytes of the node's `node.json`."""
    return to_json(_to_data(node))


def node_to_files(node: Node) -> dict[str, bytes]:
    """Return every file of the node's folder, `node.json` included."""
    return {RECORD: node_to_bytes(node), **{f.name: f.content for f in node.files}}


def node_from_files(name: str, files: Mapping[str, bytes], where: str) -> Node:
    """Read a node from the name and the files of its folder; `where` is the folder, for messages.

    Raises Refusal(GraphCorrupt) naming node and file where anything is not exactly as `node_to_files` writes it.
    """
    if not DIGEST.fullmatch(name):
        raise _corrupt(where, "", "the name of the folder is not 64 lower-case hexadecimal digits.")
    for file in sorted(files):
        if file not in SIZES:
            raise _corrupt(where, ascii(file)[1:-1], "a node holds no such file.")
        if len(files[file]) > SIZES[file]:
            raise _corrupt(where, file, f"it is longer than {SIZES[file]} bytes.")
    if RECORD not in files:
        raise _corrupt(where, RECORD, "the file is missing.")
    try:
        data = _due(from_json(files[RECORD]), ("kind", "target", "files", "edges", "certificate"), "the node")
        kind, target = _kind(data["kind"]), _target(data["target"])
        edges = _edges(kind, data["edges"])
        weakest = kind == "spec" and not any(e.type == "strengthens" for e in edges)
        certificate = _certificate(weakest or kind == "policy", data["certificate"])
        due = files_of(kind, certificate)
        named = _due(data["files"], due, "`files`")
    except ValueError as error:
        raise _corrupt(where, RECORD, f"not a node: {error}.") from None
    _check_files(kind, due, named, files, where)
    node = Node(kind, target, tuple(File(f, files[f]) for f in due), edges, certificate)
    if node.id != name or node_to_bytes(node) != files[RECORD]:
        raise _corrupt(where, RECORD, f"its digest is {node.id}, which is not the folder's name.")
    return node


def _corrupt(where: str, file: str, what: str) -> Refusal:
    do = "Restore the node as it was accepted: its files are never edited."
    return Refusal(GraphCorrupt(what=what, where=f"{where}/{file}".rstrip("/"), do=do))


def _check_files(kind: Kind, due: tuple[str, ...], named: Mapping[str, Data], files: Mapping[str, bytes], where: str) -> None:
    """Raise Refusal unless the files are the due ones, with the digests that the node names."""
    for file in due:
        if file not in files:
            raise _corrupt(where, file, "the file is missing.")
        if digest_bytes(files[file]) != named[file]:
            what = "its bytes are not the ones that were accepted: their SHA-256 is not the one in node.json."
            raise _corrupt(where, file, what)
    if extra := sorted(files.keys() - {RECORD, *due}):
        raise _corrupt(where, extra[0], f"a node of kind {kind} holds no such file.")
    if "notes.json" in files and not _is_notes(files["notes.json"]):
        raise _corrupt(where, "notes.json", "it is not a mapping in canonical JSON.")


def _due(value: Data, keys: tuple[str, ...], what: str) -> dict[str, Data]:
    """Return a mapping that has exactly the due keys; ValueError otherwise."""
    if not isinstance(value, dict):
        raise ValueError(f"{what} is not a mapping")  # noqa: TRY004 - of the bytes, not of the caller
    if value.keys() != set(keys):
        raise ValueError(f"{what} has the keys {sorted(value)!a}; due are {sorted(keys)!a}")
    return value


def _kind(value: Data) -> Kind:
    if value not in get_args(Kind):
        raise ValueError(f"`kind` is {value!a}; one of {', '.join(get_args(Kind))} is due")
    return value  # type: ignore[return-value]  # a member of Kind


def _target(value: Data) -> str:
    if not isinstance(value, str) or not _TARGET.fullmatch(value):
        raise ValueError("`target` is not a function's name")
    return value


def _certificate(claims_nothing: bool, value: Data) -> Certificate | None:  # noqa: FBT001 - a fact about the node
    if claims_nothing != (value is None):
        raise ValueError("a policy and a spec that strengthens none have no certificate, and every other node has one")
    return None if value is None else certificate_from_data(value)


def _edges(kind: Kind, value: Data) -> tuple[Edge, ...]:
    """Read the edges.

    Of an implementation `implements`, then `supersedes` where it is not the first; of a spec `strengthens` where it does so; then
    any `uses`.
    """
    if not isinstance(value, list | tuple):
        raise ValueError("`edges` is not a list")  # noqa: TRY004 - of the bytes, not of the caller
    edges = tuple(_edge(kind, item) for item in value)
    used = [e.to for e in edges if e.type == "uses"]
    types = tuple(e.type for e in edges)
    due = tuple(t for t in types if t != "uses")
    if due not in _ORDERED[kind] or types != (*due, *["uses"] * len(used)) or (used and kind not in _USING):
        raise ValueError(f"the edges of a node of kind {kind} are ({', '.join(types)})")
    if used != sorted(set(used)):
        raise ValueError("the edges `uses` do not stand in the order of their names, each once")
    return edges


def _edge(kind: Kind, value: Data) -> Edge:
    if not isinstance(value, dict) or value.get("type") not in get_args(EdgeType):
        raise ValueError(f"an edge's type is not one of {', '.join(get_args(EdgeType))}")
    supersedes = value["type"] == "supersedes" and kind == "implementation"
    data = _due(value, ("type", "to", "order", "slack") if supersedes else ("type", "to"), "an edge")
    to, order, slack = data["to"], data.get("order"), data.get("slack", 0)
    if not isinstance(to, str) or not DIGEST.fullmatch(to):
        raise ValueError("an edge's `to` is not a node's name")
    if supersedes and order not in ORDERS:
        raise ValueError(f"an edge's `order` is {order!a}; one of {', '.join(ORDERS)} is due")
    if not isinstance(slack, int) or isinstance(slack, bool) or slack < 0:
        raise ValueError("an edge's `slack` is not a whole number >= 0")
    return Edge(value["type"], to, order, slack)  # type: ignore[arg-type]  # members of EdgeType and of Order


def _is_notes(content: bytes) -> bool:
    try:
        return isinstance(from_json(content), dict)
    except ValueError:
        return False
