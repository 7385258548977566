"""Graphs to be served, and a server of them in a thread, for the tests of `qed serve`."""

import contextlib
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn
from small_graph import TWICE, chain, lemma, put, using
from small_runs import BETTER, GOOD, WRONG, Asked, Bench
from starlette.testclient import TestClient

from loop.commands.serve import listening
from loop.governance.queue import Held, queued
from loop.journal import Entry, Journal, journal_path
from loop.serve.app import application
from loop.serve.decisions import COMMAND, Decisions
from loop.serve.pages import prepare
from loop.serve.site import Site
from verify.lemma import lemma_text
from verify.node import Node

ROOT = Path(__file__).resolve().parent.parent.parent
PORT = 8765
ORIGIN = f"http://127.0.0.1:{PORT}"
SCRIPT = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">"
HOSTILE = f'def f(n: int) -> int:\n    """{SCRIPT} {chr(0x202E)} {{{{ 7 * 7 }}}}"""\n    return n * n\n'.encode()


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs, and what it shows."""

    address: str
    folder: Path


def shipped(folder: Path) -> Path:
    """Copy the shipped graph."""
    place = folder / "accepted"
    shutil.copytree(ROOT / "accepted", place)
    return place


def reviewed(folder: Path) -> Bench:
    """Make a graph with a run in its journal and two versions that wait for a word."""
    bench = Bench(folder / "accepted")
    bench.review = True
    bench.run(Asked(WRONG, HOSTILE, GOOD, BETTER))
    return bench


def entries(folder: Path) -> list[Held]:
    """Return what waits."""
    return [held for held in queued(folder).values() if isinstance(held, Held)]


def hostile(folder: Path) -> tuple[Path, Node]:
    """Make a graph whose nodes and journal hold what would run as script where it is not taken as text."""
    place = folder / "accepted"
    spec, base = chain("f", 1)
    helper = lemma()
    put(place, spec, base, helper, using(spec, HOSTILE, base, helper))
    journal = Journal(journal_path(place))
    journal.begin({"specs": [SCRIPT], "proposer": SCRIPT})
    entry = Entry(
        target=SCRIPT, spec=spec.id, head=None, candidate="1" * 64, judge="2" * 64, verdict="reject", reason=SCRIPT,
        message=SCRIPT, gate=SCRIPT, seconds=0.1, arguments=(3,), program=HOSTILE.decode(),
    )  # fmt: skip
    journal.append(entry, 0, 0)
    journal.append(replace(entry, target="f", candidate="3" * 64), 0, 1)
    journal.close()
    return place, using(spec, HOSTILE, base, helper)


def broken(folder: Path) -> Path:
    """Make a graph of which a byte was changed."""
    place = folder / "accepted"
    nodes = chain("f", 2)
    put(place, *nodes)
    (place / nodes[-1].id / "program.py").write_bytes(b"def f(n: int) -> int:\n    return 0\n")
    return place


def many(folder: Path, count: int) -> Path:
    """Make a graph of so many nodes: lines of versions, each from a spec, with lemmas that many of them use."""
    place = folder / "accepted"
    helpers = [replace(TWICE, name=f"twice_form_{i}") for i in range(max(1, count // 200))]
    nodes = [lemma(helper) for helper in helpers]
    number = 0
    while len(nodes) < count:
        line = list(chain(f"target_{number}", min(count - len(nodes), 2 + number % 6) - 1))
        if len(line) > 2:  # a spec, its baseline, and a head
            helper = helpers[number % len(helpers)]
            proof = "".join(f"{text}\n" for text in lemma_text(helper)) + "theorem accepted : Statement := by omega\n"
            line[-1] = using(line[0], line[-1].content("program.py"), line[-2], lemma(helper), proof=proof)
        nodes += line
        number += 1
    put(place, *nodes)
    return place


def client(folder: Path, generations: Path | None = None, command: tuple[str, ...] = COMMAND) -> TestClient:
    """Return a client of a server that shows a folder."""
    site = Site(folder, generations, Decisions(folder, "auto", command))
    return TestClient(application(site, PORT), base_url=ORIGIN, follow_redirects=False)


@contextlib.contextmanager
def serving(folder: Path, generations: Path | None = None, command: tuple[str, ...] = COMMAND) -> Iterator[Served]:
    """Serve a folder in a thread, at a port that is free."""
    with listening("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        site = Site(folder, generations, Decisions(folder, "auto", command))
        prepare(site)
        config = uvicorn.Config(application(site, port), log_level="error", lifespan="on", ws="none", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield Served(f"http://127.0.0.1:{port}", folder)
        finally:
            server.should_exit = True
            thread.join()


