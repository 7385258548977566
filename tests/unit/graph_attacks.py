"""G01 to G12: what can be done to a graph, to its history in git, and to the gate that looks at it."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from attack_case import PASSED, Attack
from git_attacks import BASE, BEST, BETTER, SPEC, TRACKED, commit, git, make_repository
from small_graph import CURRENT, accept, accepting, bound, certificate, chain, implementation, never, put, run, smt

from verify.canonical import Data, digest_bytes, encode, from_json, to_json
from verify.certificate import certificate_from_data, implementation_digest
from verify.ci import Report, Reprove
from verify.environment import ROOT as TRUSTED
from verify.environment import environment, solver, trusted_files
from verify.graph import Graph, admit, graph_of
from verify.judge import Screened, decide_smt, rejudge
from verify.limits import DEFAULT
from verify.node import SCRIPT, Node, node_to_files, smt_node, spec_node
from verify.reasons import ProofFailed
from verify.spec import to_candidate, to_specs
from verify.task import Task, Version
from verify.verdict import Accept, Declined, Verdict

OTHER, OTHER_BASE = chain("g", 1)
LINE = (SPEC, BASE, BETTER, BEST)
RECORD = "node.json"
Edit = Callable[[bytes], bytes]


def said(report: Report) -> str:
    """Return the class of the first reason in a report, problems before rows; `Passed` where it accepts."""
    reasons = [*report.problems, *(r.reason for r in report.rows if r.reason is not None)]
    if not reasons or report.exit_code == 0:
        return PASSED if report.exit_code == 0 and not reasons else "an exit code without a reason, or the other way round"
    return type(reasons[0]).__name__


def gate(folder: Path, **options: object) -> str:
    """Return what `ci --all` says of a folder; nothing that it looks at may be judged unless that is asked for."""
    return said(run(folder, **{"everything": True, "reprove": never, **options}))  # type: ignore[arg-type]  # by name


def edited(file: str, edit: Edit, node: Node = BETTER) -> Callable[[Path], object]:
    """Return the attack that edits one file of a node of a sound graph."""

    def act(folder: Path) -> object:
        put(folder, *LINE)
        path = folder / node.id / file
        before = path.read_bytes()
        path.write_bytes(edit(before))
        return gate(folder) if path.read_bytes() != before else "nothing was edited"

    return act


def last_byte(content: bytes) -> bytes:
    """Change the byte before the last one."""
    return content[:-2] + b"~" + content[-1:]


def _put(*nodes: Node) -> Callable[[Path], object]:
    def act(folder: Path) -> object:
        put(folder, *nodes)
        return gate(folder)

    return act


# -- G01: nodes that were decided, and forged so that every hash in them fits ---------------------------------------------------

TEXT = """from icontract import require
from verify import target


@target(tier="smt")
@require(lambda x, y: 0 <= x < 2**8 and 0 <= y < 2**8)
def average(x: int, y: int) -> int:
    return (x + y + 0) // 2
"""
GOOD = b"def average(x: int, y: int) -> int:\n    return x + y >> 1\n"
WRONG = b"def average(x: int, y: int) -> int:\n    return x + y >> 1 & 127\n"
_decided: list[Node] = []


def decided() -> list[Node]:
    """Return a spec, its baseline and an improvement, each of which both solvers have decided."""
    if not _decided:
        (spec,) = to_specs(TEXT.encode(), "spec.py", DEFAULT)
        old, top = Version(spec.source, spec.program), spec_node("average", TEXT.encode())
        _decided.append(top)
        for content in (TEXT.encode(), GOOD):
            new = None if content != GOOD else Version(*to_candidate(content, "new.py", spec, DEFAULT))
            task = Task(spec, old, new, "smt" if new else "kernel")
            found = decide_smt(task, Screened(task, ()), DEFAULT)
            if not isinstance(found.verdict, Accept):
                raise TypeError(found.verdict)
            made = smt_node(
                top, program=content, statement=found.statement.encode(), certificate=found.verdict.certificate,
                supersedes=_decided[-1] if new else None,
            )  # fmt: skip
            _decided.append(made)
    return _decided


def again(folder: Path) -> str:
    """Return what `ci --all` says where every node is judged again from its bytes."""
    now = environment(trusted_files(TRUSTED), DEFAULT, solver(), None)
    return gate(folder, reprove=lambda g, n: rejudge(g, n, "auto", DEFAULT), current=now)


def forged(change: Callable[[dict[str, Data]], object], **files: bytes) -> Callable[[Path], object]:
    """Return the attack that changes the improvement and its certificate, and names the node anew so that all of it fits."""

    def act(folder: Path) -> object:
        spec, base, node = decided()
        contents = {**node_to_files(node), **{name.replace("_", "."): content for name, content in files.items()}}
        data = from_json(contents[RECORD])
        if not isinstance(data, dict):
            raise TypeError(RECORD)
        of_it = data["certificate"]
        change(of_it)  # type: ignore[arg-type]  # a mapping
        kept = tuple(replace(f, content=contents[f.name]) for f in node.files)
        put(folder, spec, base, replace(node, files=kept, certificate=certificate_from_data(of_it)))
        return again(folder)

    return act


def _other_script(content: bytes) -> bytes:
    return content.replace(b"(push 1)", b"(push 1) ", 1)


def _script_forged(folder: Path) -> object:
    script = _other_script(decided()[-1].content(SCRIPT))
    return forged(lambda c: c.update(statement=digest_bytes(script)), statement_smt2=script)(folder)


EDITED = (
    *(
        Attack("G01", f"an edited byte of {file}", "GraphCorrupt", "digests", edited(file, last_byte))
        for file in ("program.py", "proof.lean", "statement.lean", "notes.json", RECORD)
    ),
    Attack("G01", "an edited byte of the spec", "GraphCorrupt", "digests", edited("spec.py", last_byte, SPEC)),
    Attack("G01", "a wrong program, with all hashes made to fit", "WrongResult", "judged_again",
           forged(lambda c: c.update(implementation=implementation_digest(WRONG, "average")), program_py=WRONG)),
    Attack("G01", "another statement, with all hashes made to fit", "WrongTheorem", "judged_again", _script_forged),
    *(
        Attack("G02", f"a certificate of another {what}", "GraphCorrupt", "certificate", _put(SPEC, BASE, node))
        for what, node in (
            ("implementation", bound(SPEC, BETTER.content("program.py"), BASE,
                                     certificate(SPEC, BEST.content("program.py"), BASE, "always", 0))),
            ("spec", bound(SPEC, BETTER.content("program.py"), BASE,
                           replace(accept(BETTER).certificate, spec=accept(OTHER_BASE).certificate.spec))),
            ("predecessor", bound(SPEC, BETTER.content("program.py"), BASE,
                                  certificate(SPEC, BETTER.content("program.py"), BETTER, "always", 0))),
            ("statement", bound(SPEC, BETTER.content("program.py"), BASE,
                                replace(accept(BETTER).certificate, statement="0" * 64))),
            ("proof", bound(SPEC, BETTER.content("program.py"), BASE, replace(accept(BETTER).certificate, proof="0" * 64))),
            ("order", replace(BETTER, edges=(BETTER.edges[0], replace(BETTER.edges[1], order="eventually")))),
        )
    ),
    *(
        Attack("G02", f"a certificate under another {what}", "ProofFailed", "stale", lambda folder,
               more=more: _stale(folder, more))  # type: ignore[misc]
        for what, more in (
            ("Lean", {"lean_version": "4.34.1"}), ("library of Lean", {"lean_library": "0" * 64}), ("table of ticks",
                                                                                                    {"ticks": "0" * 64}),
            ("solver", {"solver": "z3 5"}), ("verifier", {"trusted": {"verify/program.py": "0" * 64}}),
        )
    ),
)  # fmt: skip


def refusing(_: Graph, __: Node) -> Verdict:
    """Decline every node."""
    return Declined(ProofFailed(what="unsolved goals"), "kernel")


def _stale(folder: Path, more: dict[str, Data]) -> object:
    put(folder, *LINE)
    return said(run(folder, reprove=refusing, current={**CURRENT, **more}))


RECORDS: dict[str, tuple[str, Edit]] = {
    "a key twice": ("G03", lambda b: b.replace(b'{\n  "certificate"', b'{\n  "kind": "spec",\n  "certificate"', 1)),
    "a float for an int": ("G03", lambda b: b.replace(b'"slack": 0', b'"slack": 0.0', 1)),
    "NaN": ("G03", lambda b: b.replace(b'"slack": 0', b'"slack": NaN', 1)),
    "a float beyond infinity": ("G03", lambda b: b.replace(b'"slack": 0', b'"slack": 1e400', 1)),
    "a bool for an int": ("G03", lambda b: b.replace(b'"slack": 0', b'"slack": false', 1)),
    "other line ends": ("G03", lambda b: b.replace(b"\n", b"\r\n")),
    "other spacing": ("G03", lambda b: b + b" "),
    "a byte order mark": ("G03", lambda b: b"\xef\xbb\xbf" + b),
    "a letter that looks alike": ("G03", lambda b: b.replace(b'"f"', '"\u0192"'.encode(), 1)),
    "nesting beyond the parser": ("G03", lambda b: b"[" * 100_000 + b),
    "a path for a file": ("G05", lambda b: b.replace(b'"program.py"', b'"../program.py"')),
    "a path for a node": ("G05", lambda b: b.replace(BASE.id.encode(), b"../../etc/passwd")),
    "markers of a conflict": ("G06", lambda b: b"<<<<<<< HEAD\n" + b + b"=======\n" + b + b">>>>>>> other\n"),
    "half of the file": ("G10", lambda b: b[: len(b) // 2]),
    "nothing": ("G10", lambda _: b""),
}
TWIN = implementation(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BASE)


def error(act: Callable[[], object]) -> object:
    """Return what an encoder raises."""
    try:
        return act()
    except (TypeError, ValueError) as fault:
        return fault


def _half(folder: Path) -> object:
    put(folder, *LINE)
    (folder / BEST.id / "proof.lean").unlink()
    return gate(folder)


def _forged_name(folder: Path) -> object:
    node = replace(BASE)
    object.__setattr__(node, "id", OTHER_BASE.id)
    return admit(_empty(), folder, [SPEC, node], accept(BASE))


def _empty() -> Graph:
    made = graph_of((), "accepted")
    if not isinstance(made, Graph):
        raise TypeError(made)
    return made


def _link(folder: Path) -> object:
    put(folder / "outside", BETTER)
    put(folder / "graph", SPEC, BASE)
    (folder / "graph" / BETTER.id).symlink_to(folder / "outside" / BETTER.id)
    return gate(folder / "graph")


def _linked_file(folder: Path) -> object:
    put(folder, *LINE)
    path = folder / BEST.id / "program.py"
    shutil.copy(path, folder.parent / "program.py")
    path.unlink()
    path.symlink_to(folder.parent / "program.py")
    return gate(folder)


def _pipe(folder: Path) -> object:
    put(folder, *LINE)
    path = folder / BEST.id / "program.py"
    path.unlink()
    os.mkfifo(path)
    return gate(folder)


def _huge(folder: Path) -> object:
    put(folder, *LINE)
    with (folder / BEST.id / "program.py").open("r+b") as stream:
        stream.truncate(2**40)
    return gate(folder)


def _named(name: str) -> Callable[[Path], object]:
    def act(folder: Path) -> object:
        put(folder, SPEC, BASE)
        (folder / name).mkdir()
        return gate(folder)

    return act


FOLDERS = (
    *(Attack(of, f"a record with {name}", "GraphCorrupt", "canonical", edited(RECORD, edit)) for name,
      (of, edit) in RECORDS.items()),
    Attack("G03", "keys that are one text", "TypeError", "canonical", lambda _: error(lambda: encode({1: 0, "1": 1}))),
    Attack("G03", "a float in a name", "TypeError", "canonical", lambda _: error(lambda: to_json({"slack": 0.5}))),
    *(Attack("G04", f"a deleted {what} that others rest on", "GraphCorrupt", "closure", _put(*[n for n in LINE if n != gone]))
      for what, gone in (("spec", SPEC), ("baseline", BASE), ("version", BETTER))),
    Attack("G04", "a target without any version", "GraphConflict", "closure", _put(SPEC, BASE, OTHER)),
    Attack("G05", "a link to a node outside", "GraphCorrupt", "plain_files", _link),
    Attack("G05", "a link to the right bytes", "GraphCorrupt", "plain_files", _linked_file),
    Attack("G05", "a pipe for a file", "GraphCorrupt", "plain_files", _pipe),
    Attack("G05", "a file of a terabyte", "GraphCorrupt", "plain_files", _huge),
    *(Attack("G05", f"a folder named {name!a}", "GraphCorrupt", "node_names", _named(name))
      for name in ("CON", "..x", ".git", BETTER.id.upper(), BETTER.id[:-1], "\x1b]52;c;x\x07")),
    Attack("G06", "two versions that follow one", "GraphConflict", "one_head", _put(SPEC, BASE, BETTER, TWIN)),
    Attack("G06", "two baselines", "GraphConflict", "one_head",
           _put(SPEC, BASE, bound(SPEC, BASE.content("program.py"), None, replace(accept(BASE).certificate, new_nanoseconds=1)))),
    Attack("G10", "a node that lacks a file", "GraphCorrupt", "digests", _half),
    Attack("G11", "a node under another name", "GraphCorrupt", "door", _forged_name),
    Attack("G11", "an acceptance of something else", "GraphConflict", "door",
           lambda folder: admit(_empty(), folder, [SPEC, BASE], accept(OTHER_BASE))),
    Attack("G11", "an acceptance at another tier", "GraphConflict", "door",
           lambda folder: admit(_empty(), folder, [SPEC, BASE], Accept(smt(accept(BASE).certificate)))),
    Attack("G11", "no acceptance", "ProofFailed", "door",
           lambda folder: admit(_empty(), folder, [SPEC, BASE], refusing(_empty(), BASE))),
)  # fmt: skip

# -- git ------------------------------------------------------------------------------------------------------------------------


def against(folder: Path, reprove: Reprove = never) -> str:
    """Return what `ci --base base` says of the graph of a repository."""
    return said(run(folder / "accepted", base="base", reprove=reprove))


def tracked(attack: Callable[[Path], str]) -> Callable[[Path], object]:
    """Return the attack by which git holds something else than plain files of nodes."""

    def act(folder: Path) -> object:
        attack(make_repository(folder))
        return against(folder)

    return act


def gone(*, committed: bool) -> Callable[[Path], object]:
    """Return the attack that takes the head of the base away."""

    def act(folder: Path) -> object:
        make_repository(folder)
        shutil.rmtree(folder / "accepted" / BETTER.id)
        if committed:
            commit(folder)
        return against(folder)

    return act


def _all_gone(folder: Path) -> object:
    make_repository(folder)
    shutil.rmtree(folder / "accepted")
    commit(folder)
    return against(folder)


def _written_anew(folder: Path) -> object:
    make_repository(folder)
    shutil.rmtree(folder / "accepted" / BETTER.id)
    put(folder / "accepted", TWIN)
    commit(folder)
    return against(folder)


def _replaced(folder: Path) -> object:
    make_repository(folder)
    shutil.rmtree(folder / "accepted" / BETTER.id)
    commit(folder)
    git(folder, "replace", git(folder, "rev-parse", "base"), git(folder, "rev-parse", "HEAD"))
    return against(folder)


def _grafted(folder: Path) -> object:
    """Have the environment name another repository, in which there is nothing to compare with."""
    (folder / "mine").mkdir()
    make_repository(folder / "mine")
    shutil.rmtree(folder / "mine" / "accepted" / BETTER.id)
    (folder / "other").mkdir()
    git(folder / "other", "init", "-q")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_DIR", str(folder / "other" / ".git"))
        patch.setenv("GIT_CONFIG_COUNT", "1")
        patch.setenv("GIT_CONFIG_KEY_0", "core.worktree")
        patch.setenv("GIT_CONFIG_VALUE_0", str(folder / "other"))
        return against(folder / "mine")


def _filtered(folder: Path) -> object:
    """Have a filter of the repository run where git shows a file, and take the head away."""
    make_repository(folder)
    (folder / ".gitattributes").write_text("* filter=lie ident eol=crlf export-ignore\n")
    for key in ("filter.lie.smudge", "filter.lie.clean", "core.fsmonitor", "core.hooksPath"):
        git(folder, "config", key, f"touch {folder}/ran")
    shutil.rmtree(folder / "accepted" / BETTER.id)
    found = against(folder)
    return "a command of the repository was run" if (folder / "ran").exists() else found


def _merged(folder: Path) -> object:
    """Merge two branches, each of which has a sound graph with one head."""
    make_repository(folder)
    for branch, node in (("one", BEST), ("two", implementation(SPEC, b"def f(n: int) -> int:\n    return 1 * n\n", BETTER))):
        git(folder, "checkout", "-q", "-b", branch, "base")
        put(folder / "accepted", node)
        if said(run(folder / "accepted", base="base", reprove=accepting)) != PASSED:
            return "a branch by itself was refused"
        commit(folder)
    git(folder, "merge", "-q", "-m", "both", "one")
    return against(folder)


def _no_ref(ref: str) -> Callable[[Path], object]:
    def act(folder: Path) -> object:
        make_repository(folder)
        return said(run(folder / "accepted", base=ref, reprove=never))

    return act


GIT = (
    *(Attack("G06" if f.__name__ == "conflict" else "G05", f"git tracks: {f.__name__.replace('_', ' ')}", "GraphCorrupt",
             "tracked", tracked(f))
      for f in TRACKED),
    Attack("G04", "the head of the base is gone", "HistoryRewritten", "append_only", gone(committed=True)),
    Attack("G04", "it is gone from the folder", "HistoryRewritten", "append_only", gone(committed=False)),
    Attack("G04", "the whole graph is gone", "HistoryRewritten", "append_only", _all_gone),
    Attack("G04", "a line that is written anew", "HistoryRewritten", "append_only", _written_anew),
    Attack("G05", "the base is replaced by another commit", "HistoryRewritten", "git_environment", _replaced),
    Attack("G05", "the environment names another repository", "HistoryRewritten", "git_environment", _grafted),
    Attack("G05", "filters of the repository", "HistoryRewritten", "git_environment", _filtered),
    Attack("G05", "an option for a ref", "NoBase", "ref", _no_ref("--help")),
    Attack("G05", "a ref that steers the terminal", "NoBase", "ref", _no_ref("\x1b[2J")),
    Attack("G06", "two sound branches that make two heads", "GraphConflict", "one_head", _merged),
)  # fmt: skip

# -- the gate itself ------------------------------------------------------------------------------------------------------------


def judged_by(reprove: Reprove) -> Callable[[Path], object]:
    """Return the attack that puts a broken judge in the place of the judge."""

    def act(folder: Path) -> object:
        put(folder, *LINE)
        return gate(folder, reprove=lambda g, n: reprove(g, n) if n == BEST else accepting(g, n))

    return act


def _raising(_: Graph, __: Node) -> Verdict:
    raise RuntimeError("boom")


def _empty_folder(folder: Path) -> object:
    return gate(folder)


def _empty_glob(folder: Path) -> object:
    """Name a folder that is not there."""
    return gate(folder / "none")


def _limits(folder: Path) -> object:
    """Loosen the limits: what was accepted under others is judged again, and by a judge that says no."""
    put(folder, *LINE)
    loose = environment({}, replace(DEFAULT, slack=64), "z3 4.13.0", None)["limits"]
    return said(run(folder, reprove=refusing, current={**CURRENT, "limits": loose}))


GATE = (
    Attack("G07", "looser limits come with a node", "ProofFailed", "stale", _limits),
    Attack("G07", "nothing is left to prove", "NotAllReproved", "count", _empty_folder),
    Attack("G12", "an empty glob", "NotAllReproved", "count", _empty_glob),
    Attack("G12", "a judge that raises", "ToolBroken", "positive", judged_by(_raising)),
    Attack("G12", "a judge that returns nothing", "ToolBroken", "positive",
           judged_by(lambda *_: None)),  # type: ignore[arg-type,return-value]
    Attack("G12", "a judge that returns True", "ToolBroken", "positive",
           judged_by(lambda *_: True)),  # type: ignore[arg-type,return-value]
    Attack("G12", "an acceptance of another node", "WrongTheorem", "positive", judged_by(lambda *_: accept(BASE))),
    Attack("G12", "an acceptance at a weaker order", "WrongTheorem", "positive",
           judged_by(lambda _, n: Accept(replace(accept(n).certificate, order="eventually", slack=9)))),
    Attack("G12", "an acceptance of another statement", "WrongTheorem", "positive",
           judged_by(lambda _, n: Accept(replace(accept(n).certificate, statement="0" * 64)))),
)  # fmt: skip
GRAPH: tuple[Attack, ...] = (*EDITED, *FOLDERS, *GIT, *GATE)
