"""The MCP server by the SDK's own client, over standard input and output of a real process; nothing here waits for Lean."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from mcp import MCPError
from mcp_client import CLOSED, DEARER, ROOT, SPEC, WRONG, Agent, serving, workshop
from small_graph import chain, put

from loop.agents.catalog import catalog
from loop.agents.lane import Cancelled, Lane, Ticket
from loop.agents.showing import as_statement
from loop.agents.words import next_of
from loop.budget import stop
from loop.commands.common import UsageError
from loop.executors.lanes import WorkerDied
from verify import reasons
from verify.graph import load
from verify.reasons import Reason

READING = {"targets", "show", "lemmas", "check", "counterexample", "goals"}
NODES = chain("double", 2)
HOSTILE = (
    ("def stacked(n: int) -> int:\n    return n\x00\n", "Malformed"),
    ("import os\n\ndef stacked(n: int) -> int:\n    return os.getpid()\n", "Unsupported"),
    ("from subprocess import run\n\ndef stacked(n: int) -> int:\n    return n\n", "Forbidden"),
    ("def stacked(n: int) -> int:\n    return __import__('os').getpid()\n", None),
    ("def stacked(n: int) -> int:\n    return open('/etc/passwd').read()\n", None),
    ("def stacked(n: int) -> str:\n    return 'x'\n", None),
    ("def other(n: int) -> int:\n    return n\n", "SignatureMismatch"),
    ("x = 1\n" * 20_000, "TooLarge"),
    ("(" * 5_000, None),
    ("def stacked(n: int) -> int:\n    return " + "-" * 5_000 + "n\n", None),
    (" ", None),
)
"""programs that are none, with the class of the reason where it matters"""
SLOW = SPEC.replace("    total = 0\n", "    total = 0\n    for i in range(1000000):\n        total += 0 * i\n")
"""a target on which the gate examples takes long"""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """Give a server that only reads, over three targets, a file that does not read, and a graph of another target."""
    folder = workshop(tmp_path_factory.mktemp("reader") / "away")
    specs = folder / "specs"
    (specs / "more").mkdir()
    for file in ("more/twins.py", "more/others.py"):
        (specs / file).write_text(SPEC.replace("stacked", "twin"))
    (specs / "broken.py").write_text("from verify import target\n\n\n@target\ndef f(n: int) -> int:\n    return n / 2\n")
    put(folder / "accepted", *NODES)
    with serving(folder) as agent:
        yield agent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return workshop(tmp_path / "away")


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "loop", "mcp", *options]


ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}


# -- what there is --------------------------------------------------------------------------------------------------------------


def test_what_a_client_is_offered(reader: Agent) -> None:
    tools = {t.name: t for t in reader.portal.call(reader.client.list_tools).tools}
    assert tools.keys() == READING
    assert all(t.annotations and t.annotations.read_only_hint and t.output_schema and t.description for t in tools.values())
    assert "only reads" in (reader.client.instructions or "")
    assert reader.names("resources") == {"qed://docs/language.md", "qed://docs/ticks.md"}
    assert reader.names("resource_templates") == {"qed://spec/{target}", "qed://node/{node}"}
    assert reader.names("prompts") == {"improve"}


def test_pages_specs_nodes_and_the_prompt_are_read(reader: Agent) -> None:
    assert reader.text("qed://docs/ticks.md") == (ROOT / "docs" / "ticks.md").read_text()
    assert reader.text("qed://docs/language.md").startswith("# The language")
    assert reader.text("qed://spec/stacked") == SPEC
    assert reader.text("qed://spec/more%2Ftwins.py%3A%3Atwin") == SPEC.replace("stacked", "twin")
    node = NODES[2]
    for name in (node.id, node.id[:12], "double"):
        said = json.loads(reader.text(f"qed://node/{name}"))
        assert (said["node"], said["kind"]) == (node.id, "implementation")
        assert said["files"]["program.py"] == node.content("program.py").decode()
    prompt = reader.prompt("improve", target="stacked")
    assert "`stacked(n: int) -> int`" in prompt
    assert "| def stacked(n: int) -> int:" in prompt
    assert "This server only reads" in prompt


def test_targets_show_and_lemmas(reader: Agent) -> None:
    said = reader.call("targets")
    assert [t["name"] for t in said["targets"]] == ["stacked", "more/others.py::twin", "more/twins.py::twin"]
    assert [(p["file"], p["reason"]) for p in said["problems"]] == [("broken.py", "Unsupported")]
    assert not said["may_submit"]
    some = reader.call("targets", query="TWIN", first=1, most=1)
    assert ([t["file"] for t in some["targets"]], some["total"]) == (["more/twins.py"], 2)
    assert "2 targets have the name 'twin'" in reader.fails("show", target="twin")
    shown = reader.call("show", target="stacked")
    assert (shown["spec"], shown["must_return"], shown["refused"]) == (SPEC, "exactly what the baseline returns", [])
    assert (shown["require"], shown["ensure"]) == (["n >= 0"], ["result >= 0"])
    assert shown["cost"] == {"old": "2 * (3 * n + 2)", "new": None}
    assert "Balls" not in shown["baseline"]
    found = reader.call("lemmas", query="n : Int\nh : 0 < n\n⊢ fdiv (fdiv n 2) 2 = fdiv n 4", most=5)["theorems"]
    assert 0 < len(found) <= 5
    assert "fdiv" in found[0]["statement"]
    assert {t["source"] for t in found} == {"library"}


# -- candidates -----------------------------------------------------------------------------------------------------------------


def test_wrong_dearer_and_right_candidates_are_told_apart(reader: Agent) -> None:
    wrong = reader.call("counterexample", target="stacked", program=WRONG)
    assert (wrong["fault"], wrong["reason"], wrong["verdict"]) == (True, "WrongResult", "reject")
    assert wrong["counterexample"] == {"arguments": {"n": "1"}, "got": "1", "due": "3"}
    dearer = reader.call("counterexample", target="stacked", program=DEARER)
    assert (dearer["fault"], dearer["reason"], dearer["counterexample"]) == (True, "CostNotLower", None)
    worst = dearer["costs"]["dearest"]
    n = int(worst["arguments"]["n"])
    assert worst["new_ticks"] > worst["old_ticks"] == 6 * n + 4
    assert int(worst["got"]) == n * (n + 1) * (2 * n + 7) // 6
    assert dearer["costs"]["cheaper"] == 0
    right = reader.call("counterexample", target="stacked", program=CLOSED)
    assert (right["fault"], right["reason"], right["verdict"]) == (False, None, None)
    assert (right["cost"], right["costs"]["dearer"]) == ({"old": "2 * (3 * n + 2)", "new": "6"}, 1)
    assert "proves nothing" in right["next"]
    raises = reader.call("counterexample", target="stacked", program=CLOSED.replace("// 6", "// 6 + 0 // (n - 5)"))
    assert (raises["reason"], raises["counterexample"]["got"]) == ("Raises", "ZeroDivisionError")
    assert any("examples" in text for _, text in reader.said)


def test_what_is_no_candidate_is_refused(reader: Agent) -> None:
    for program, reason in HOSTILE:
        said = reader.call("counterexample", target="stacked", program=program)
        assert (said["fault"], said["gate"]) == (True, "policy"), program[:80]
        assert reason in (None, said["reason"]), (program[:80], said["reason"])
        judged = reader.call("check", target="stacked", program=program)
        assert (judged["verdict"] in ("reject", "decline"), judged["gate"], judged["tier"]) == (True, "policy", None)
    large = reader.call("check", target="stacked", program=CLOSED, lean="-- x\n" * 100_000)
    assert (large["verdict"], large["reason"]) == ("decline", "TooLarge")


def test_arguments_that_are_none(reader: Agent) -> None:
    for name in ("../../etc/passwd", "/etc/passwd", "stacked\x00", "cannonballs.py", "x" * 10_000, ""):
        said = reader.fails("show", target=name)
        assert "there is no target" in said
        assert len(said) < 1_000
    assert "Like it are stacked" in reader.fails("show", target="stakced")
    assert "takes no argument 'path'" in reader.fails("show", target="stacked", path="/etc/passwd")
    assert "`target`" in reader.fails("show", target=["stacked"])
    assert "not of its schema" in reader.fails("check", target="stacked", program=CLOSED, order="soon")
    claim = {"size": "n", "bound": "1", "family": ["n=size"]}
    assert "worst case" in reader.fails("check", target="stacked", program=CLOSED, order="always", worst_case=claim)
    assert "there is no tool 'rm'" in reader.fails("rm", target="stacked")
    assert "there is no tool 'submit'" in reader.fails("submit", target="stacked", program=CLOSED)
    assert "`most` lies between" in reader.fails("targets", most=0)
    assert "`query` is empty" in reader.fails("lemmas", query=" ")
    with pytest.raises(MCPError, match="no target"):
        reader.prompt("improve", target="nothing")
    with pytest.raises(MCPError):
        reader.prompt("nothing")
    escapes = ("qed://spec/..%2F..%2Fetc%2Fpasswd", "qed://node/..%2Fspecs", "file:///etc/passwd", "qed://docs/..%2FREADME.md")
    for uri in (*escapes, "qed://spec/nothing", "qed://node/nothing", f"qed://node/{'0' * 5_000}", "qed://node/%00"):
        with pytest.raises(MCPError):
            reader.text(uri)


# -- what holds a server -------------------------------------------------------------------------------------------------------


def test_a_broken_graph_says_so(folder: Path) -> None:
    put(folder / "accepted", *NODES)
    with serving(folder) as agent:
        assert agent.call("targets")["total"] == 1
        (folder / "accepted" / NODES[1].id / "program.py").write_text("def double(n: int) -> int:\n    return 0\n")
        for tool, arguments in (("targets", {}), ("show", {"target": "stacked"}), ("check", {"target": "stacked"})):
            said = agent.fails(tool, **arguments)
            assert said.startswith("GraphCorrupt: ")
            assert NODES[1].id in said


def test_stop_files_and_budgets_are_kept_to_and_given_up_calls_end(folder: Path) -> None:
    (folder / "specs" / "slow.py").write_text(SLOW.replace("stacked", "slow"))
    (folder / "policy.toml").write_text("[budget]\njudgements = 0\n")
    with serving(folder, "--allow-submit") as agent:
        assert agent.names("tools") == READING | {"submit"}
        assert "`budget.judgements`" in agent.fails("submit", target="stacked", program=CLOSED)
        (folder / "policy.toml").write_text("[budget\n")
        assert agent.fails("check", target="stacked", program=CLOSED).startswith("Malformed: ")
        (folder / "policy.toml").unlink()
        file = stop(folder / "accepted")
        for tool in ("check", "counterexample", "goals", "submit"):
            assert file.name in agent.fails(tool, target="stacked", program=CLOSED)
        file.unlink()
        assert "`program` is empty" in agent.fails("submit", target="stacked", program=" ")
        assert not (folder / "accepted").exists()

        # a call that is given up, while another one waits for the same worker
        long = agent.begin("counterexample", target="slow", program=CLOSED.replace("stacked", "slow"))
        until(lambda: any("examples" in text for _, text in agent.said))
        short = agent.begin("counterexample", target="stacked", program=WRONG)
        until(lambda: any("waits for 1" in text for _, text in agent.said))
        assert agent.call("targets")["total"] == 2
        long.cancel()
        assert short.result().structured_content["reason"] == "WrongResult"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--specs", "nowhere"), 2, "there is no folder nowhere"),
        (("--accepted", "specs/cannonballs.py"), 2, "--accepted names the graph's folder"),
        (("--lean", "best"), 2, "--lean is one of"),
        ((), 0, ""),
    ],
)
def test_how_it_starts_and_ends(folder: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = subprocess.run(  # noqa: S603
        command(*arguments), cwd=folder, env=ENVIRONMENT, input="", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_no_line_but_the_protocol_is_on_standard_output(folder: Path) -> None:
    opened = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}}}  # fmt: skip
    asked = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {
        "name": "counterexample", "arguments": {"target": "stacked", "program": WRONG}}}  # fmt: skip
    lines = [json.dumps(opened), '{"jsonrpc": "2.0", "method": "notifications/initialized"}', "no JSON at all", '{"id": []}']
    with subprocess.Popen(  # noqa: S603
        command(), cwd=folder, env=ENVIRONMENT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as server:  # fmt: skip
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write("\n".join([*lines, json.dumps(asked)]) + "\n")
        server.stdin.flush()
        answers: dict[Any, Any] = {}
        while 2 not in answers:
            line = json.loads(server.stdout.readline())
            assert line["jsonrpc"] == "2.0"
            answers[line.get("id")] = line
        server.stdin.close()
        assert server.stdout.read() == ""
        assert server.wait(timeout=60) == 0
    assert answers[2]["result"]["structuredContent"]["reason"] == "WrongResult"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(folder: Path, number: signal.Signals) -> None:
    with subprocess.Popen(  # noqa: S603
        command(), cwd=folder, env=ENVIRONMENT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        server.stdin.write('{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
        server.stdin.flush()
        server.stdout.readline()
        server.send_signal(number)
        assert server.wait(timeout=120) == 128 + number
        assert "Traceback" not in server.stderr.read()


# -- calls ---------------------------------------------------------------------------------------------------------------------


class Slow:
    """A worker process that never answers until it is ended."""

    started = 0

    def __init__(self, _: object) -> None:
        Slow.started += 1
        self.ended = False

    def ask(self, _: bytes, say: Any) -> bytes:
        say("works")
        while not self.ended:
            time.sleep(0.01)
        raise WorkerDied("it was ended.")

    def close(self) -> None:
        self.ended = True


def test_a_call_that_is_given_up_ends_its_worker_and_the_next_has_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loop.agents.lane.Process", Slow)
    lane = Lane(lambda: lambda _: None)  # type: ignore[arg-type, return-value]
    with ThreadPoolExecutor(3) as pool:
        tickets = [Ticket() for _ in range(3)]
        calls = []
        for ticket in tickets:
            calls.append(pool.submit(lane.ask, None, ticket))  # type: ignore[arg-type]
            until(lambda ticket=ticket: ticket.stage != "begins")
        assert [t.stage for t in tickets] == ["works", "waits for 1 before it", "waits for 2 before it"]
        tickets[1].give_up()  # one that waits goes, and nothing else
        assert isinstance(calls[1].exception(timeout=10), Cancelled)
        assert Slow.started == 1
        tickets[0].give_up()
        assert isinstance(calls[0].exception(timeout=10), Cancelled)
        until(lambda: tickets[2].stage == "works")
        assert Slow.started == 2
        lane.close()
        assert isinstance(calls[2].exception(timeout=10), Cancelled)
        with pytest.raises(Cancelled):
            lane.ask(None, Ticket())  # type: ignore[arg-type]


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


# -- parts ---------------------------------------------------------------------------------------------------------------------


def test_a_goal_is_read_as_a_statement() -> None:
    goal = "case inl\nn m : Int\nh : 0 ≤ n\n⊢ fdiv n 2 =\n  m\n\ncase inr\n⊢ True"
    assert as_statement(goal) == "(n m : Int) (h : 0 ≤ n) : fdiv n 2 = m"
    assert as_statement("fdiv fmod") == "fdiv fmod"


def test_every_reason_has_a_next_step() -> None:
    classes = [v for v in vars(reasons).values() if isinstance(v, type) and issubclass(v, Reason)]
    assert classes
    assert all(next_of(c.__name__) for c in classes)
    assert next_of("ToolBroken", "Try again.") == "Try again."


def test_a_catalog_looks_no_name_up_in_the_file_system(folder: Path) -> None:
    graph = load(folder / "accepted")
    assert not isinstance(graph, Reason)
    found = catalog(folder / "specs", graph)
    assert list(found.targets) == ["stacked"]
    with pytest.raises(UsageError, match="no target"):
        found.find(str(folder / "specs" / "cannonballs.py"))
