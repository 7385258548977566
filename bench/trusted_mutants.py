"""Mutation testing of the modules that decide: does a test fail for each small fault in them?

For each module of MODULES the tree is copied, one mutant at a time takes the module's place in the copy, and the tests that TESTS
names for it are run. `killed`: a test failed. `timed out`: they did not end in time, which counts as killed, apart. `survived`:
all passed, so that either the mutant means the same or a test lacks.

Children that the tests start read the module from the same copy. A mutant must not die because its bytes are others (digests of
trusted files stand in certificates), so each module is first put to the tests with a comment more, and once again at the end: a
module for which those runs do not pass is not judged. The first of them also tells which tests reach which lines, and those that
reach a mutant are run first.

Mutants are drawn by a seed, the kinds in turn, after all of those of the functions in WHOLE. Judgements are kept in a JSON lines
file. One that killed holds while the module, the helpers of the tests and the file of the test that failed are the same; any
other while all of the tests are. Exit code 1 where a module could not be judged.

    python bench/trusted_mutants.py [--module NAME ...] [--count N] [--seed S] [--seconds S] [--file FILE] [--survivors]
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import importlib
import io
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

import pytest
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.module_faults import Mutant, mutants

ROOT: Final = Path(__file__).resolve().parent.parent
U: Final = "tests/unit/"
TESTS: Final[Mapping[str, tuple[str, ...]]] = {
    "verify/gates/kernel.py": (f"{U}test_audit.py", f"{U}test_token.py", f"{U}test_kernel.py"),
    "verify/graph.py": (f"{U}test_graph_lines.py", f"{U}test_graph.py"),
    "verify/certificate.py": (f"{U}test_certificate.py", f"{U}test_certificate_fields.py", f"{U}test_tier.py"),
    "verify/canonical.py": (f"{U}test_certificate_fields.py", f"{U}test_node.py"),
    "verify/judge.py": (f"{U}test_judge.py", f"{U}test_tier.py"),
    "verify/node.py": (f"{U}test_node_records.py", f"{U}test_node.py", f"{U}test_graph.py"),
    "verify/ci.py": (f"{U}test_ci_count.py", f"{U}test_ci.py", f"{U}test_ci_forms.py"),
    "verify/proof.py": (f"{U}test_proof_claims.py", f"{U}test_proof.py"),
    "verify/proof_syntax.py": (f"{U}test_proof.py", f"{U}test_syntax_trees.py"),
    "verify/trust.py": (f"{U}test_trust_tree.py", "tests/test_pull_request.py"),
    "verify/trust_parts.py": (f"{U}test_trust_parts.py", f"{U}test_isolated.py"),
    "verify/foreign.py": (f"{U}test_isolated.py",),
    "verify/governance.py": (f"{U}test_governance.py",),
    "verify/chain.py": (f"{U}test_journal_in_ci.py",),
    "verify/misfits.py": (f"{U}test_misfits.py", f"{U}test_graph.py"),
    "verify/references.py": (f"{U}test_references.py", f"{U}test_components.py"),
    "verify/components.py": (f"{U}test_component_texts.py", f"{U}test_components.py"),
    "verify/limits.py": (f"{U}test_certificate.py", f"{U}test_proof.py"),
    "verify/strengthening.py": (f"{U}test_strengthening_text.py", f"{U}test_strengthening.py"),
    "verify/gates/strength.py": (f"{U}test_strength.py",),
}  # fmt: skip
"""the tests of each module: files, or single tests"""
LONG: Final = frozenset({
    "test_every_changed_byte_of_the_record_is_refused", "test_many_processes_admit_to_one_folder_and_none_loses_anything",
    "test_ci_decides_it_again_without_lean", "test_a_forged_script_is_not_the_one_that_is_decided",
    "test_a_node_of_the_tier_under_a_spec_that_does_not_ask_for_it_is_refused", "test_a_forged_program_is_refuted",
})  # fmt: skip
"""tests that are not run because they take seconds each"""
WHOLE: Final[Mapping[str, frozenset[str]]] = {
    "verify/gates/kernel.py": frozenset({
        "judge_audit", "is_allowed", "_wrong_theorem", "_may_be_new", "Kernel.prove", "_check_order", "",
    }),
}  # fmt: skip
"""functions of which every mutant is judged; "" is the top of the module"""
EXPLAIN: Final[Mapping[str, frozenset[str]]] = {
    "verify/gates/kernel.py": frozenset({
        "_run_not_proved", "_plain", "first_error", "Kernel._proof_failed", "Kernel.first_line",
    }),
}  # fmt: skip
"""functions that make texts for people and nothing else, of which none is"""
LEFT_OUT: Final = ("slow", "lean")
"""marks of tests that are not run"""
LEAN: Final = frozenset({"toolchain", "native", "session", "warm", "bare", "kernel"})
"""fixtures of tests that are not run: they start a Lean, which takes longer than all others together"""
COMMENT: Final = "\n# the same module, in other bytes\n"
LEAST, TIMES = 60.0, 5.0
"""seconds that the tests of a mutant have at least, and how many times what they took on the module as it is"""
PASSED, FAILED, ELSEWHERE = 0, (1, 2), -2
"""codes of a run: pytest's own, and ours where it was not of the copy"""


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one mutant; `by` is the first test that failed, `rests_on` what must be the same for the line to hold."""

    module: str
    mutant: str
    """digest of the mutated text"""
    function: str
    kind: str
    label: str
    outcome: str
    by: str
    seconds: float
    rests_on: str


@dataclass(slots=True)
class Heard:
    """What one run of the tests came to: told by the child that ran them."""

    code: int = -1
    failed: str = ""
    seconds: float = 0.0
    reached: dict[str, list[int]] = field(default_factory=dict)
    """lines of the module that each test ran"""
    took: dict[str, float] = field(default_factory=dict)
    """seconds of each test"""
    loaded: list[str] = field(default_factory=list)
    """modules of libraries that the run imported"""
    output: str = ""


class _Watch:
    """A plugin of pytest: runs first what reaches some lines, and notes what fails first, and what each test reaches."""

    def __init__(self, path: Path, heard: Heard, before: Heard | None, lines: range | None, *, trace: bool) -> None:
        self.path, self.heard, self.before, self.lines, self.trace = str(path), heard, before, lines, trace

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        left_out = LEAN | LONG
        items[:] = [i for i in items if not left_out & {i.name.partition("[")[0], *getattr(i, "fixturenames", ())}]
        if self.before is None:
            return
        known, lines = self.before, set(self.lines or ())
        reach = {i.nodeid for i in items if lines & set(known.reached.get(i.nodeid, ()))}
        cost: Counter[tuple[bool, Path]] = Counter()
        for item in items:
            cost[item.nodeid in reach, item.path] += known.took.get(item.nodeid, 0.0)  # type: ignore[assignment]  # seconds
        items.sort(key=lambda i: (i.nodeid not in reach, cost[i.nodeid in reach, i.path], str(i.path)))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        seen: set[int] = set()

        def local(frame: FrameType, event: str, _: object) -> object:
            if event == "line":
                seen.add(frame.f_lineno)
            return local

        def called(frame: FrameType, event: str, argument: object) -> object:
            return local(frame, event, argument) if frame.f_code.co_filename == self.path else None

        begun = time.perf_counter()
        if self.trace:
            threading.settrace(called)
            sys.settrace(called)
        try:
            return (yield)
        finally:
            if self.trace:
                sys.settrace(None)
                threading.settrace(None)  # type: ignore[arg-type]  # as the documentation has it
            self.heard.took[item.nodeid] = time.perf_counter() - begun
            self.heard.reached[item.nodeid] = sorted(seen)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.heard.failed:
            self.heard.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.heard.failed:
            self.heard.failed = report.nodeid


class Worker:
    """A copy of the tree in which one module's text is exchanged, and forks that run tests there.

    The process that forks has loaded the libraries, and nothing of the tree.
    """

    def __init__(self, root: Path, folder: Path, module: str, tests: Sequence[str]) -> None:
        self.tree, self.folder, self.module, self.tests = folder / "tree", folder, module, tests
        self.text = (root / module).read_text()
        self._instant = int(time.time()) - 10_000_000
        _copy(root, self.tree)

    def run(self, text: str, timeout: float | None, before: Heard | None = None, lines: range | None = None) -> Heard | None:
        """Run the tests with another text in the module's place; None where they did not end in time."""
        path = self.tree / self.module
        path.write_text(text)
        # what Python compiled is known by the second and the size of its source: no two texts share a second
        self._instant += 1
        os.utime(path, (self._instant, self._instant))
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        answer = self.folder / "answer.json"
        answer.unlink(missing_ok=True)
        begun = time.monotonic()
        child = os.fork()
        if child == 0:
            self._child(path, answer, before, lines)
        ended = _wait(child, begun + timeout if timeout else None)
        _end(child)
        if not ended:
            return None
        heard = Heard(**json.loads(answer.read_text())) if answer.exists() else Heard()
        heard.seconds = time.monotonic() - begun
        return heard

    def _child(self, path: Path, answer: Path, before: Heard | None, lines: range | None) -> None:
        """Run the tests, write what came of it, and end."""
        os.setsid()
        heard, output = Heard(), io.StringIO()
        try:
            null = os.open(os.devnull, os.O_RDWR)
            for descriptor in range(3):
                os.dup2(null, descriptor)
            os.chdir(self.tree)
            sys.path[:] = [p for p in sys.path if p not in ("", str(ROOT), str(ROOT / "bench"))]
            sys.path.insert(0, str(self.tree))
            watch = _Watch(path, heard, before, lines, trace=before is None)
            with redirect_stdout(output), redirect_stderr(output):
                heard.code = int(pytest.main([*self._options(), *self.tests], plugins=[watch]))
            heard.loaded = _libraries(self.tree)
            heard.output = output.getvalue()[-2000:]
            if (found := _elsewhere(self.tree)) and heard.code == PASSED:
                heard.code, heard.output = ELSEWHERE, f"imported from elsewhere: {found}"
            answer.with_suffix(".part").write_text(json.dumps(asdict(heard)))
            answer.with_suffix(".part").rename(answer)
        finally:
            os._exit(0)

    def _options(self) -> list[str]:
        marks = " and ".join(f"not {mark}" for mark in LEFT_OUT)
        return ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:anyio", "--no-header", "-m", marks,
                "-W", "ignore::pytest.PytestAssertRewriteWarning", f"--basetemp={self.folder / 'tmp'}"]  # fmt: skip


def _copy(root: Path, to: Path) -> None:
    """Copy what git would hold of a tree, as it stands on disk."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in filter(None, subprocess.run(listed, cwd=root, capture_output=True, text=True, check=True).stdout.split("\0")):
        if (root / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, to / name, follow_symlinks=False)
    subprocess.run(["git", "init", "-q"], cwd=to, check=True)
    subprocess.run(["git", "add", "-A"], cwd=to, check=True)


def _libraries(tree: Path) -> list[str]:
    """Return the modules that were imported from where libraries are."""
    places = tuple(sysconfig.get_paths()[k] for k in ("purelib", "platlib", "stdlib"))
    files = [(name, getattr(module, "__file__", None) or "") for name, module in list(sys.modules.items())]
    return [n for n, file in files if file.startswith(places) and not file.startswith(str(tree)) and n != "__main__"]


def _elsewhere(tree: Path) -> list[str]:
    """Return the modules of the project that were not imported from this copy of it."""
    own = ((n, getattr(m, "__file__", None)) for n, m in list(sys.modules.items()) if n.split(".")[0] in ("verify", "loop"))
    return [name for name, file in own if file and not Path(file).is_relative_to(tree)]


def _wait(child: int, end: float | None) -> bool:
    """Wait for a child; False where it has not ended in time."""
    while True:
        done, _ = os.waitpid(child, os.WNOHANG)
        if done:
            return True
        if end is not None and time.monotonic() > end:
            return False
        time.sleep(0.01)


def _end(child: int) -> None:
    """End a child and whatever it started and left behind."""
    for pid in (*_below(child), child):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(child, 0)


def _below(root: int) -> list[int]:
    """Return the processes that a process started, at any remove, and those of the session that it leads."""
    children, led = defaultdict(list), []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            pid, rest = int(stat.parent.name), stat.read_text().rpartition(")")[2].split()
            children[int(rest[1])].append(pid)
            if int(rest[3]) == root and pid != root:
                led.append(pid)
    out, due = [], [root, *led]
    while due:
        pid = due.pop()
        out += [p for p in children[pid] if p not in out]
        due += children[pid]
    return [*out, *(p for p in led if p not in out)]


# -- judging --------------------------------------------------------------------------------------------------------------------


def drawn(found: Sequence[Mutant], module: str, seed: int) -> list[Mutant]:
    """Return mutants in the order in which they are judged: those of WHOLE, then the kinds in turn, each as the seed has it."""
    rng = random.Random(f"{seed} {module}")
    whole, silent = WHOLE.get(module, frozenset()), EXPLAIN.get(module, frozenset())
    kinds: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in found:
        if mutant.function not in whole | silent:
            kinds[mutant.kind].append(mutant)
    for some in kinds.values():
        rng.shuffle(some)
    rounds = itertools.zip_longest(*(kinds[k] for k in sorted(kinds)))
    return [*(m for m in found if m.function in whole), *(m for one in rounds for m in one if m is not None)]


class Digests:
    """What judgements rest on: the module, the helpers of the tests, and the files of the tests."""

    def __init__(self, root: Path, module: str, tests: Sequence[str]) -> None:
        helpers = [p for p in sorted((root / "tests").rglob("*.py")) if not p.name.startswith("test_")]
        self._files = {f: (root / f).read_bytes() for f in sorted({t.partition("::")[0] for t in tests})}
        self._common = _digest(*(p.read_bytes() for p in ((root / module), *helpers)), " ".join(tests).encode())
        self._module = _digest((root / module).read_bytes(), *(p.read_bytes() for p in helpers))

    def of(self, outcome: str, by: str) -> str:
        """Return what a judgement rests on."""
        if outcome == "killed" and (file := by.partition("::")[0]) in self._files:
            return _digest(self._module.encode(), self._files[file])
        return _digest(self._common.encode(), *self._files.values())


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(b"%d:%s" % (len(p), p) for p in parts)).hexdigest()


def read(file: Path) -> dict[tuple[str, str], Line]:
    """Return the last judgement of each mutant; a line that was cut off by a crash is left out."""
    out: dict[tuple[str, str], Line] = {}
    for text in file.read_text().splitlines() if file.exists() else ():
        with suppress(ValueError, TypeError):
            line = Line(**json.loads(text))
            out[line.module, line.mutant] = line
    return out


class Unfit(Exception):  # noqa: N818 - it is about the tests
    """The tests of a module do not pass while nothing is wrong with it."""


def judge(root: Path, module: str, tests: Sequence[str], chosen: Sequence[Mutant], file: Path, *, end: float,
          say: Callable[[str], None]) -> list[Line]:  # fmt: skip
    """Judge mutants of a module until an instant of the monotonic clock; return what holds of them, from before or from now.

    Raises Unfit where the tests fail on the module with a comment more.
    """
    known, digests, out = read(file), Digests(root, module, tests), []
    kept = {m.text: line for m in chosen if (line := known.get((module, _digest(m.text.encode()))))
            and line.rests_on == digests.of(line.outcome, line.by)}  # fmt: skip
    due = [m for m in chosen if m.text not in kept]
    if due and time.monotonic() < end:
        with tempfile.TemporaryDirectory(prefix="qed-mutants-") as folder, file.open("a") as stream:
            worker = Worker(root, Path(folder), module, tests)
            control = _control(worker, say)
            for mutant in due:
                if time.monotonic() > end:
                    break
                line = _judged(worker, control, mutant, digests)
                stream.write(json.dumps(asdict(line)) + "\n")
                stream.flush()
                kept[mutant.text] = line
                if line.outcome != "killed":
                    say(f"{line.outcome}: {line.function} {line.kind} {line.label}")
            again = worker.run(worker.text + COMMENT, None, control, range(0))
            if again is None or again.code != PASSED:
                raise Unfit(f"{module}: its tests fail on it after the mutants: {again and again.output}")
    out += [kept[m.text] for m in chosen if m.text in kept]
    return out


def _control(worker: Worker, say: Callable[[str], None]) -> Heard:
    """Run the tests on the module in other bytes, and load what they load before each fork."""
    heard = worker.run(worker.text + COMMENT, None)
    if heard is None or heard.code != PASSED:
        raise Unfit(f"{worker.module}: its tests fail on it with a comment more: {heard and heard.output}")
    for name in heard.loaded:
        with suppress(Exception):
            importlib.import_module(name)
    quick = worker.run(worker.text + COMMENT, None, heard, range(0))
    if quick is None or quick.code != PASSED:
        raise Unfit(f"{worker.module}: its tests fail on it the second time: {quick and quick.output}")
    slowest = sorted(quick.took.items(), key=lambda pair: -pair[1])[:5]
    say(f"{worker.module}: {len(quick.took)} tests, {quick.seconds:.1f} s; " + ", ".join(f"{n} {s:.1f}" for n, s in slowest))
    heard.took, heard.seconds = quick.took, quick.seconds
    return heard


def _judged(worker: Worker, control: Heard, mutant: Mutant, digests: Digests) -> Line:
    lines = range(mutant.first, mutant.last + 1)
    begun = time.monotonic()
    heard = worker.run(mutant.text, max(LEAST, TIMES * control.seconds), control, lines)
    if heard is not None and heard.code == ELSEWHERE:
        raise Unfit(f"{worker.module}: {heard.output}")
    if heard is None:
        outcome, by = "timed out", ""
    elif heard.code == PASSED:
        outcome, by = "survived", ""
    else:
        # a code that is neither is of a process that the mutant ended, or of tests that could not even be collected
        outcome, by = "killed", heard.failed if heard.code in FAILED else f"exit {heard.code}"
    return Line(
        worker.module, _digest(mutant.text.encode()), mutant.function, mutant.kind, mutant.label, outcome, by,
        round(time.monotonic() - begun, 2), digests.of(outcome, by),
    )  # fmt: skip


# -- what is shown --------------------------------------------------------------------------------------------------------------


def shown(rows: Mapping[str, Sequence[Line]], made: Mapping[str, int]) -> Table:
    """Return the table of the scores."""
    table = Table(box=None, pad_edge=False)
    table.add_column("module", no_wrap=True)
    for title in ("mutants", "judged", "killed", "timed out", "survived", "score"):
        table.add_column(title, justify="right", no_wrap=True)
    for module, lines in rows.items():
        count = Counter(line.outcome for line in lines)
        caught = count["killed"] + count["timed out"]
        score = f"{100 * caught / len(lines):.1f} %" if lines else ""
        numbers = (made[module], len(lines), count["killed"], count["timed out"], count["survived"])
        table.add_row(module, *map(str, numbers), score)
    return table


def difference(module: str, old: str, new: str) -> str:
    """Return what a mutant changes, as a diff without context."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), module, module, lineterm="", n=0)
    return "\n".join(itertools.islice(lines, 2, None))


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge what is due, and print the scores."""
    parser = argparse.ArgumentParser(description="Mutation testing of the modules that decide.")
    parser.add_argument("--module", action="append", choices=sorted(TESTS), help="only these (default: all)")
    parser.add_argument("--count", type=int, default=40, help="mutants of each module, besides those of WHOLE")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=3600.0, help="after which no mutant is begun")
    parser.add_argument("--file", type=Path, default=ROOT / ".qed" / "trusted-mutants.jsonl")
    parser.add_argument("--survivors", action="store_true", help="show each survivor's difference, and judge nothing")
    given = parser.parse_args(arguments)
    console, end = Console(soft_wrap=True, highlight=False), time.monotonic() + given.seconds
    given.file.parent.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[Line]] = {}
    made: dict[str, int] = {}
    unfit = 0
    for module in given.module or TESTS:
        text = (ROOT / module).read_text()
        found = mutants(text)
        chosen = drawn(found, module, given.seed)
        whole = sum(m.function in WHOLE.get(module, frozenset()) for m in found)
        chosen, made[module] = chosen[: whole + given.count], len(found)
        try:
            limit = 0.0 if given.survivors else end
            rows[module] = judge(ROOT, module, TESTS[module], chosen, given.file, end=limit, say=console.print)
        except Unfit as error:
            console.print(str(error), markup=False)
            unfit += 1
            continue
        if given.survivors:
            alive = {line.mutant for line in rows[module] if line.outcome == "survived"}
            for mutant in (m for m in chosen if _digest(m.text.encode()) in alive):
                console.print(f"\n{module} {mutant.function} {mutant.kind}", markup=False)
                console.print(difference(module, text, mutant.text), markup=False)
    console.print(shown(rows, made))
    return 1 if unfit else 0


if __name__ == "__main__":
    sys.exit(main())
