"""The MCP server by the SDK's own client, over standard input and output of a real process; nothing here waits for Lean."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import MCPError
from mcp_client import CLOSED, DEARER, ROOT, SPEC, WRONG, Agent, agent, talk, workshop
from small_graph import chain, put

from loop.agents.catalog import catalog
from loop.agents.lane import Cancelled, Lane, Ticket
from loop.agents.showing import as_statement
from loop.agents.words import next_of
from loop.budget import stop
from loop.commands.common import UsageError
from loop.journal import CAME, JUDGEMENT, Journal, journal_path
from verify import reasons
from verify.graph import Graph, load
from verify.limits import DEFAULT
from verify.reasons import Reason

READING = {"targets", "show", "lemmas", "check", "counterexample", "goals"}
BROKEN = '@target\ndef f(n: int) -> int:\n    return n / 2\n'
HOSTILE = (
    ("\\x00", "Malformed"),
    ("def stacked(n: int) -> int:\n    return n\x00\n", "Malformed"),
    ("import os\n\ndef stacked(n: int) -> int:\n    return os.getpid()\n", "Forbidden"),
    ("from subprocess import run\n\ndef stacked(n: int) -> int:\n    return n\n", "Forbidden"),
    ("def stacked(n: int) -> int:\n    return __import__('os').getpid()\n", None),
    ("def stacked(n: int) -> int:\n    return open('/etc/passwd').read()\n", None),
    ("def stacked(n: int) -> str:\n    return 'x'\n", None),
    ("def other(n: int) -> int:\n    return n\n", "SignatureMismatch"),
    ("x = 1\n" * 20_000, "TooLarge"),
    ("(" * 5_000, None),
    ("def stacked(n: int) -> int:\n    return " + "-" * 5_000 + "n\n", None),
    ("\ud800", None),
    ("", None),
)
"""programs that are none, with the class of the reason where it matters"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return workshop(tmp_path / "away")


def graph_of(folder: Path) -> Graph:
    graph = load(folder / "accepted")
    assert isinstance(graph, Graph)
    return graph


# -- what there is --------------------------------------------------------------------------------------------------------------


def test_what_a_client_is_offered(folder: Path) -> None:
    async def script(one: Agent) -> None:
        tools = {t.name: t for t in (await one.client.list_tools()).tools}
        assert tools.keys() == READING
        assert all(t.annotations and t.annotations.read_only_hint and t.output_schema and t.description for t in tools.values())
        assert "only reads" in (one.client.instructions or "")
        resources = {str(r.uri) for r in (await one.client.list_resources()).resources}
        assert resources == {"qed://docs/language.md", "qed://docs/ticks.md"}
        templates = {t.uri_template for t in (await one.client.list_resource_templates()).resource_templates}
        assert templates == {"qed://spec/{target}", "qed://node/{node}"}
        assert [p.name for p in (await one.client.list_prompts()).prompts] == ["improve"]
        assert await one.text("qed://docs/ticks.md") == (ROOT / "docs" / "ticks.md").read_text()
        assert (await one.text("qed://docs/language.md")).startswith("# The language")
        assert await one.text("qed://spec/stacked") == SPEC
        prompt = await one.client.get_prompt("improve", {"target": "stacked"})
        (message,) = prompt.messages
        assert "`stacked(n: int) -> int`" in message.content.text  # type: ignore[union-attr]
        assert "| def stacked(n: int) -> int:" in message.content.text  # type: ignore[union-attr]

    talk(folder, script)


def test_with_leave_a_client_may_submit(folder: Path) -> None:
    async def script(one: Agent) -> None:
        tools = {t.name: t for t in (await one.client.list_tools()).tools}
        assert tools.keys() == READING | {"submit"}
        assert tools["submit"].annotations is not None
        assert not tools["submit"].annotations.read_only_hint

    talk(folder, script, "--allow-submit")


def test_targets_show_and_lemmas(folder: Path) -> None:
    (folder / "specs" / "more").mkdir()
    (folder / "specs" / "more" / "twins.py").write_text(SPEC)
    (folder / "specs" / "broken.py").write_text(BROKEN)

    async def script(one: Agent) -> None:
        said = await one.call("targets")
        assert {t["name"] for t in said["targets"]} == {"cannonballs.py::stacked", "more/twins.py::stacked"}
        assert [(p["file"], p["reason"]) for p in said["problems"]] == [("broken.py", "Unsupported")]
        some = await one.call("targets", query="twins", most=1)
        assert ([t["file"] for t in some["targets"]], some["total"]) == (["more/twins.py"], 1)
        assert (await one.call("targets", first=1))["total"] == 2
        assert "2 targets have the name" in await one.fails("show", target="stacked")
        shown = await one.call("show", target="more/twins.py::stacked")
        assert (shown["spec"], shown["must_return"], shown["refused"]) == (SPEC, "exactly what the baseline returns", [])
        assert "Balls" not in shown["baseline"]
        found = await one.call("lemmas", query="n : Int\nh : 0 < n\n⊢ fdiv (fdiv n 2) 2 = fdiv n 4", most=5)
        assert 0 < len(found["theorems"]) <= 5
        assert all("fdiv" in t["statement"] for t in found["theorems"][:3])
        assert {t["source"] for t in found["theorems"]} == {"library"}
        assert await one.text("qed://spec/more%2Ftwins.py%3A%3Astacked") == SPEC

    talk(folder, script)


def test_nodes_are_read_by_name(folder: Path) -> None:
    nodes = chain("double", 2)
    put(folder / "accepted", *nodes)

    async def script(one: Agent) -> None:
        said = json.loads(await one.text(f"qed://node/{nodes[2].id[:12]}"))
        assert (said["node"], said["kind"], said["files"]["program.py"]) == (
            nodes[2].id, "implementation", nodes[2].content("program.py").decode(),
        )  # fmt: skip
        assert json.loads(await one.text("qed://node/double"))["node"] == nodes[2].id
        for name in ("..%2F..%2Fetc%2Fpasswd", "nothing", "0" * 5_000, "%00"):
            with pytest.raises(MCPError):
                await one.text(f"qed://node/{name}")

    talk(folder, script)


# -- candidates -----------------------------------------------------------------------------------------------------------------


def test_wrong_dearer_and_right_candidates_are_told_apart(folder: Path) -> None:
    async def script(one: Agent) -> None:
        wrong = await one.call("counterexample", target="stacked", program=WRONG)
        assert (wrong["fault"], wrong["reason"], wrong["verdict"]) == (True, "WrongResult", "reject")
        assert wrong["counterexample"] == {"arguments": {"n": "1"}, "got": "1", "due": "3"}
        dearer = await one.call("counterexample", target="stacked", program=DEARER)
        assert (dearer["fault"], dearer["reason"], dearer["counterexample"]) == (True, "CostNotLower", None)
        worst = dearer["costs"]["dearest"]
        n = int(worst["arguments"]["n"])
        assert worst["new_ticks"] > worst["old_ticks"] == 6 * n + 4
        assert int(worst["got"]) == n * (n + 1) * (2 * n + 7) // 6
        assert dearer["costs"]["cheaper"] == 0
        right = await one.call("counterexample", target="stacked", program=CLOSED)
        assert (right["fault"], right["reason"], right["costs"]["dearer"] <= 1) == (False, None, True)
        assert (right["cost"], "proves nothing" in right["next"]) == ({"old": "2 * (3 * n + 2)", "new": "6"}, True)
        raises = await one.call("counterexample", target="stacked", program=CLOSED.replace("// 6", "// (n - 2)"))
        assert (raises["reason"], raises["counterexample"]["got"]) == ("Raises", "ZeroDivisionError")
        assert any("examples" in text for _, text in one.said)

    talk(folder, script)


def test_what_is_no_candidate_is_refused_and_nothing_of_it_runs(folder: Path) -> None:
    async def script(one: Agent) -> None:
        for program, reason in HOSTILE[:-2]:
            said = await one.call("counterexample", target="stacked", program=program)
            assert (said["fault"], said["gate"]) == (True, "policy"), program[:80]
            assert reason in (None, said["reason"]), (program[:80], said["reason"])
            judged = await one.call("check", target="stacked", program=program or " ")
            assert (judged["verdict"] in ("reject", "decline"), judged["gate"], judged["tier"]) == (True, "policy", None)
        large = await one.call("check", target="stacked", program=CLOSED, lean="-- x\n" * 100_000)
        assert (large["verdict"], large["reason"]) == ("decline", "TooLarge")
        # whoever sends what is no Unicode at all is answered, by whatever error, and the server goes on
        assert (await one.call("targets"))["total"] == 1

    talk(folder, script)


def test_arguments_that_are_none(folder: Path) -> None:
    async def script(one: Agent) -> None:
        for name in ("../../etc/passwd", "/etc/passwd", "stacked\x00", "stacked.py", "x" * 10_000, ""):
            said = await one.fails("show", target=name)
            assert "there is no target" in said
            assert len(said) < 1_000
        assert "Like it are stacked" in await one.fails("show", target="stakced")
        assert "takes no argument 'path'" in await one.fails("show", target="stacked", path="/etc/passwd")
        assert "`target`" in await one.fails("show", target=["stacked"])
        assert "not of its schema" in await one.fails("check", target="stacked", program=CLOSED, order="soon")
        assert "worst-case" in await one.fails(
            "check", target="stacked", program=CLOSED, order="always",
            worst_case={"size": "n", "bound": "1", "family": ["n=size"]},
        )  # fmt: skip
        assert "there is no tool 'rm'" in await one.fails("rm", target="stacked")
        assert "there is no tool 'submit'" in await one.fails("submit", target="stacked", program=CLOSED)
        assert "`most` lies between" in await one.fails("targets", most=0)
        assert "`query` is empty" in await one.fails("lemmas", query=" ")
        with pytest.raises(MCPError, match="no target"):
            await one.client.get_prompt("improve", {"target": "nothing"})
        for uri in ("qed://spec/..%2F..%2Fetc%2Fpasswd", "qed://spec/nothing", "file:///etc/passwd", "qed://docs/..%2FREADME.md"):
            with pytest.raises(MCPError):
                await one.text(uri)

    talk(folder, script)


# -- what holds a server ----------------------------------------------------------------------------------------------------------


def test_a_broken_graph_says_so(folder: Path) -> None:
    nodes = chain("double", 2)
    put(folder / "accepted", *nodes)

    async def script(one: Agent) -> None:
        assert (await one.call("targets"))["total"] == 1
        (folder / "accepted" / nodes[1].id / "program.py").write_text("def double(n: int) -> int:\n    return 0\n")
        for tool, arguments in (("targets", {}), ("show", {"target": "stacked"}), ("check", {"target": "stacked"})):
            said = await one.fails(tool, **arguments)
            assert said.startswith("GraphCorrupt: ")
            assert nodes[1].id in said

    talk(folder, script)


def test_stop_files_and_budgets_are_kept_to(folder: Path) -> None:
    (folder / "policy.toml").write_text("[budget]\njudgements = 0\n")

    async def script(one: Agent) -> None:
        said = await one.fails("submit", target="stacked", program=CLOSED)
        assert "`budget.judgements`" in said
        (folder / "policy.toml").write_text("[budget\n")
        assert (await one.fails("check", target="stacked", program=CLOSED)).startswith("Malformed: ")
        (folder / "policy.toml").unlink()
        file = stop(folder / "accepted")
        for tool in ("check", "counterexample", "goals", "submit"):
            assert file.name in await one.fails(tool, target="stacked", program=CLOSED)
        file.unlink()
        assert not (await one.call("counterexample", target="stacked", program=CLOSED))["fault"]

    talk(folder, script, "--allow-submit")
    assert not (folder / "accepted").exists()


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
    command = [sys.executable, "-m", "loop", "mcp", *arguments]
    paths = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=paths, input="", capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_no_line_but_the_protocol_is_on_standard_output(folder: Path) -> None:
    command = [sys.executable, "-m", "loop", "mcp"]
    opened = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}}}  # fmt: skip
    asked = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {
        "name": "counterexample", "arguments": {"target": "stacked", "program": WRONG}}}  # fmt: skip
    lines = [json.dumps(opened), '{"jsonrpc": "2.0", "method": "notifications/initialized"}', "no JSON at all", '{"id": []}']
    with subprocess.Popen(  # noqa: S603
        command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
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
    command = [sys.executable, "-m", "loop", "mcp"]
    with subprocess.Popen(  # noqa: S603
        command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as server:  # fmt: skip
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write('{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
        server.stdin.flush()
        server.stdout.readline()
        server.send_signal(number)
        assert server.wait(timeout=60) == 128 + number
        assert server.stderr is not None
        assert "Traceback" not in server.stderr.read()


# -- calls ------------------------------------------------------------------------------------------------------------------------


class Slow:
    """A worker process that never answers until it is ended."""

    started = 0

    def __init__(self, _: object) -> None:
        Slow.started += 1
        self.ended = False

    def ask(self, _: bytes, say: Any) -> bytes:
        from loop.executors.lanes import WorkerDied  # noqa: PLC0415

        say("works")
        while not self.ended:
            time.sleep(0.01)
        raise WorkerDied("it was ended.")

    def close(self) -> None:
        self.ended = True


def test_a_call_that_is_given_up_ends_its_worker_and_the_next_has_another(monkeypatch: pytest.MonkeyPatch) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

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


def until(true: Any) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


# -- parts ------------------------------------------------------------------------------------------------------------------------


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
    found = catalog(folder / "specs", Graph.empty() if hasattr(Graph, "empty") else graph_of(folder))
    assert list(found.targets) == ["stacked"]
    with pytest.raises(UsageError, match="no target"):
        found.find(str(folder / "specs" / "cannonballs.py"))


_ = (CAME, JUDGEMENT, Journal, journal_path, closing, DEFAULT, agent, anyio)
