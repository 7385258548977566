"""Runs that are killed, that write at the same time, or that meet a full disk or a read-only folder: nothing is broken or lost.

The runs are processes of their own. All of `qed run` is in them but for the gates, for which `bench/kills.py` has a stand-in.
"""

import contextlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_disk import fill, small_disk

from bench.kills import prepare
from loop.commands.run import judge_maker
from loop.executors.judges import Examining
from loop.journal import Entry, Journal, admitted, journal_path
from loop.proposal import Proposal
from loop.recording import Entry as Recorded
from loop.recording import Recorder, to_entries
from verify.graph import Graph, head, load
from verify.graph_folder import TEMPORARY

ROOT = Path(__file__).resolve().parents[2]
KILLS = [sys.executable, str(ROOT / "bench" / "kills.py")]


def start(place: Path, accepted: Path, *specs: Path) -> subprocess.Popen[str]:
    """Start a run with the stand-in on a place that `prepare` made."""
    named = list(map(str, specs or (place / "specs",)))
    options = ["--proposer", f"replay:{place / 'recording'}", "--rounds", "1", "--accepted", str(accepted), "--json"]
    return subprocess.Popen(  # noqa: S603
        [*KILLS, "--child", *named, *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def sound(folder: Path) -> Graph:
    found = load(folder)
    assert isinstance(found, Graph), found
    return found


def heads(graph: Graph) -> dict[str, bytes]:
    """Return the text of each target's head."""
    tops = {n.target: head(graph, n.id) for n in graph.nodes.values() if n.kind == "spec"}
    return {target: top.content("program.py") for target, top in tops.items() if top is not None}


def reported(folder: Path) -> set[str]:
    """Return the nodes that the journal says entered the graph."""
    return set(admitted(journal_path(folder)))


def test_kills_at_random_instants_break_and_lose_nothing() -> None:
    options = ["--judge", "stand-in", "--kills", "3", "--targets", "1", "--steps", "2", "--seed", "5"]
    done = subprocess.run([*KILLS, *options], capture_output=True, text=True, check=False, cwd=ROOT)  # noqa: S603
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["kills"] == 3
    assert data["runs that came to their end"] >= 2
    assert data["acceptances that were reported"] >= 4


@pytest.mark.slow
def test_two_runs_on_one_folder_end_with_the_union(tmp_path: Path) -> None:
    """One takes both targets and the other the second one, so that they meet there."""
    finals, accepted = prepare(tmp_path, targets=2, steps=3), tmp_path / "accepted"
    runs = [start(tmp_path, accepted), start(tmp_path, accepted, tmp_path / "specs" / "twice_and_1.py")]
    said = [json.loads(r.communicate(timeout=200)[0]) for r in runs]
    assert [r.returncode for r in runs] == [0, 0]
    graph = sound(accepted)
    assert heads(graph) == finals
    assert reported(accepted) <= graph.nodes.keys()
    assert {t["node"] for data in said for t in data["targets"]} <= graph.nodes.keys()
    assert not [p for p in accepted.iterdir() if p.name.startswith(TEMPORARY)]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "verify", "ci", "--accepted", str(accepted)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


# -- a full disk -----------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_run_on_a_disk_that_gets_full_says_so_once_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    place, disk = tmp_path / "place", tmp_path / "disk"
    finals = prepare(place, targets=1, steps=4)
    disk.mkdir()
    with small_disk(disk, 1):
        fill(disk, leave=90_000)
        accepted = disk / "accepted"
        run = start(place, accepted)
        out, err = run.communicate(timeout=200)
        assert run.returncode == 4, err
        assert json.loads(out)["reason"] == "GraphUnavailable"
        complaints = [line for line in err.splitlines() if line.startswith("qed: ")]
        assert len(complaints) == 1
        assert "No space left on device" in complaints[0]
        assert "Traceback" not in err
        graph = sound(accepted)
        assert reported(accepted) <= graph.nodes.keys()
        assert not [p for p in accepted.iterdir() if p.name.startswith(TEMPORARY)]
        (disk / "filler").unlink()
        again = start(place, accepted)
        assert again.communicate(timeout=200)
        assert again.returncode == 0
        assert heads(sound(accepted)) == finals
        assert graph.nodes.keys() <= sound(accepted).nodes.keys()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", [["loop", "graph", "show"], ["verify", "ci", "--all"]], ids=["qed", "ci"])
def test_an_output_that_cannot_be_written_is_one_line(command: list[str], tmp_path: Path) -> None:
    with Path("/dev/full").open("w", encoding="ascii") as full:
        line = [sys.executable, "-m", *command, "--accepted", str(tmp_path / "accepted")]
        done = subprocess.run(line, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1
    assert "No space left on device" in done.stderr


def entry(number: int) -> Entry:
    return Entry(
        target="f", spec="1" * 64, head=None, candidate=f"{number:064}", judge="2" * 64, verdict="reject", reason="CostNotLower",
        message="x" * 5000, gate="examples", seconds=0.5,
    )  # fmt: skip


def test_a_journal_on_a_full_disk_complains_and_loses_no_event_of_before(tmp_path: Path) -> None:
    with small_disk(tmp_path, 1):
        path = tmp_path / ".qed" / "accepted" / "journal.sqlite"
        journal = Journal(path)
        journal.append(entry(1))
        fill(tmp_path, leave=0)
        for number in range(2, 60):
            journal.append(entry(number))
        assert str(path) in journal.complaint
        assert "No space left on device" in journal.complaint
        assert journal.known("1" * 64, None, entry(59).candidate, "2" * 64) == entry(59)
        journal.close()
        (tmp_path / "filler").unlink()
        again = Journal(path)
        assert not again.complaint
        again.append(entry(60))
        kept = [e.candidate for e in again.entries]
        assert (kept[0], kept[-1]) == (entry(1).candidate, entry(60).candidate)
        assert not again.broken()


def test_a_recording_on_a_full_disk_names_its_file_and_stays_readable(tmp_path: Path) -> None:
    proposal = Recorded(0, Proposal("f", b"def f() -> int:\n    return 1\n" + b"#" * 5000, b"", "test"))
    with small_disk(tmp_path, 1):
        path = tmp_path / "recording"
        with Recorder(path) as recorder:
            recorder.append(proposal)
            fill(tmp_path, leave=0)
            with pytest.raises(OSError, match="recording"):
                recorder.append(proposal)
        (tmp_path / "filler").unlink()
        with Recorder(path) as recorder:
            recorder.append(proposal)
        assert set(to_entries(path.read_bytes(), "recording")) == {proposal}


# -- a read-only folder ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def read_only() -> Iterator[Path]:
    """Return a folder with a journal that this process may not write, and one that it may not read, also as root."""
    top = Path(tempfile.mkdtemp())
    top.chmod(0o755)
    for name in ("seen", "hidden"):
        with contextlib.closing(Journal(top / name / "journal.sqlite")) as journal:
            journal.append(entry(1))
    (top / "seen").chmod(0o555)
    (top / "seen" / "journal.sqlite").chmod(0o444)
    (top / "hidden").chmod(0o000)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield top
    finally:
        if root:
            os.seteuid(0)
        for name in ("seen", "hidden"):
            (top / name).chmod(stat.S_IRWXU)
        shutil.rmtree(top)


def test_a_journal_that_may_not_be_written_complains(read_only: Path) -> None:
    journal = Journal(read_only / "seen" / "journal.sqlite")
    journal.append(entry(2))
    assert "cannot be written: Permission denied" in journal.complaint
    assert [e.candidate for e in Journal(journal.path).entries] == [entry(1).candidate]


def test_a_journal_that_may_not_be_read_is_gone_without(read_only: Path) -> None:
    journal = Journal(read_only / "hidden" / "journal.sqlite")
    assert "cannot be read: Permission denied" in journal.complaint
    maker = judge_maker("auto", journal)
    assert isinstance(maker, Examining)
    assert maker.counts == {}
