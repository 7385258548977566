"""`qed lsp` with a real client over stdio: what an editor is sent, and what becomes of the processes behind it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
import shadows
from editor_client import BETTER, FIXED, PATIENCE, ROOT, SPEC, applied, connected, put_head
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from typer.testing import CliRunner

from loop.cli import app
from loop.language_server.facts import Text
from loop.language_server.search import searched
from verify.toolchain import Toolchain

RAISES = SPEC.replace("return total", "return total // (n - 12)")
NAME = 6
"""the line of the function's name"""
QUIET: dict[str, object] = {"prove": "command"}


pytestmark = pytest.mark.timeout(1_000)
"""on a machine with much else to do each of the processes takes long to come up"""


def run(work: Coroutine[Any, Any, None]) -> None:
    """Carry out a test, with a client that comes to its end."""
    asyncio.run(asyncio.wait_for(work, 3 * PATIENCE))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a spec file, and a graph with a better version of its target."""
    made = tmp_path / "work"
    made.mkdir()
    (made / "spec.py").write_text(SPEC)
    put_head(made / "accepted")
    return made


def below(pid: int) -> list[int]:
    """Return the processes that a process started, at any remove."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = children.get(pid, [])
    return [*found, *(g for c in found for g in below(c))]


def alive(pids: list[int]) -> list[int]:
    return [p for p in pids if Path(f"/proc/{p}").exists() and "\nState:\tZ" not in Path(f"/proc/{p}/status").read_text()]


# -- what an editor is sent -----------------------------------------------------------------------------------------------------


def edit_of(fix: lsp.CodeAction) -> lsp.TextEdit:
    assert fix.edit
    assert fix.edit.document_changes
    change = fix.edit.document_changes[0]
    assert isinstance(change, lsp.TextDocumentEdit)
    (edit,) = change.edits
    assert isinstance(edit, lsp.TextEdit)
    return edit


def test_a_spec_file_from_its_opening_to_its_closing(folder: Path) -> None:
    uri = (folder / "spec.py").as_uri()

    async def work() -> None:
        async with connected(folder, options=QUIET) as client:
            client.open(uri, RAISES, 1)
            (fault,) = await client.faults(uri, 1)
            assert (fault.code, fault.severity, fault.range.start.line) == ("Raises", lsp.DiagnosticSeverity.Error, NAME)
            assert "input: n = 12" in fault.message
            assert "got: ZeroDivisionError" in fault.message
            client.change(uri, SPEC, 2)
            assert "look for better versions" in await client.lenses(uri)
            await client.lens(uri, "tested, not proved")
            last = client.last(uri)
            assert last
            assert (last.version, list(last.diagnostics)) == (2, [])
            assert any(t.startswith("in the graph: ") for t in await client.lenses(uri))
            assert "requires n >= 0" in (await client.hover(uri, NAME, 4) or "")
            assert await client.hover(uri, NAME + 1, 4) is None
            (fix,) = await client.fixes(uri, NAME)
            assert applied(SPEC, edit_of(fix)) == FIXED
            assert await client.fixes(uri, 0) == []
            assert client.refreshed > 0
            client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))
            await client.until(lambda: (p := client.last(uri)) is not None and p.version is None)
            assert await client.lenses(uri) == []
        assert client.process
        assert client.process.returncode == 0
        assert client.told == client.logged == []

    run(work())


@pytest.mark.slow
@pytest.mark.lean
def test_the_fixed_text_is_accepted_by_the_kernel_and_no_graph_is_touched(folder: Path, toolchain: Toolchain) -> None:
    uri = (folder / "spec.py").as_uri()
    before = sorted((folder / "accepted").rglob("*"))

    async def work() -> None:
        async with connected(folder) as client:
            client.open(uri, SPEC, 1)
            (fix,) = await client.fixes(uri, NAME)
            client.change(uri, applied(SPEC, edit_of(fix)), 2)
            client.save(uri)  # which asks Lean
            status = await client.lens(uri, "accept")
            assert status == "accept, tier kernel: 3 ticks"
            said = await client.hover(uri, NAME, 4) or ""
            assert "Proved of this text\n  tier kernel: proved in Lean, each step checked by its kernel" in said
            assert "SHA-256" in said
            values = [p.value for p in client.progress_ if isinstance(p, lsp.ProgressParams)]
            assert {v["kind"] for v in values} == {"begin", "report", "end"}
            # of the next text nothing is claimed that was proved of this one
            client.change(uri, FIXED.replace("n * (n - 1)", "(n - 1) * n"), 3)
            assert not any("accept," in t for t in await client.lenses(uri))

    run(work())
    assert sorted((folder / "accepted").rglob("*")) == before
    assert not (folder / ".qed").exists()


def test_places_are_counted_in_utf_16_after_what_takes_two_units(folder: Path) -> None:
    uri = (folder / "odd.py").as_uri()
    text = SPEC.replace("total = 0", 'total = 0; s = "a𝔸𝔹"')

    async def work() -> None:
        async with connected(folder, options=QUIET) as client:
            client.open(uri, text)
            (fault,) = await client.faults(uri)
            begin = text.split("\n")[NAME + 1].index("𝔸")
            assert (fault.range.start.character, fault.range.end.character) == (begin, begin + 2)
            client.change(uri, "# 𝔸𝔸\r\n" + text.replace("\n", "\r\n"), 2)
            (fault,) = await client.faults(uri, 2)
            assert (fault.code, fault.range.start.line, fault.range.start.character) == ("Malformed", 0, 2)
        general = lsp.GeneralClientCapabilities(position_encodings=[lsp.PositionEncodingKind.Utf8])
        async with connected(folder, options=QUIET, capabilities=lsp.ClientCapabilities(general=general)) as client:
            client.open(uri, text)
            (fault,) = await client.faults(uri)
            assert (fault.range.start.character, fault.range.end.character) == (begin, begin + 4)
            assert client.progress_ == []
            assert client.refreshed == 0

    run(work())


def test_folders_have_graphs_of_their_own_and_files_outside_have_none(folder: Path, tmp_path: Path) -> None:
    other, outside = tmp_path / "other", tmp_path / "outside.py"
    (other / "accepted" / "stray").mkdir(parents=True)
    opened = [(folder / "copy.py").as_uri(), (other / "spec.py").as_uri(), outside.as_uri(), "untitled:Untitled-1"]

    async def work() -> None:
        async with connected(other, folder, options=QUIET) as client:
            held = {}
            for uri in opened:
                client.open(uri, SPEC)
                held[uri] = any(t.startswith("in the graph") for t in await client.lenses(uri))
            assert held == dict.fromkeys(opened, False) | {opened[0]: True}
            client.open((other / "again.py").as_uri(), SPEC)
            await client.lenses((other / "again.py").as_uri())
            (told,) = client.told
            assert "it is not a node" in told
            client.open((folder / "plain.py").as_uri(), "import os\n\n\nclass A:\n    x = 1 / 2\n")
            assert await client.lenses((folder / "plain.py").as_uri()) == []

    run(work())


def test_a_candidate_is_judged_by_the_command_with_its_spec(folder: Path) -> None:
    uri, spec = (folder / "mine.py").as_uri(), (folder / "spec.py").as_uri()
    wrong = "def f(n: int) -> int:\n    return n * (n + 1) // 2\n"

    async def work() -> None:
        async with connected(folder, options=QUIET) as client:
            client.open(uri, wrong)
            assert await client.lenses(uri) == ["check as a candidate for `f` of spec.py"]
            answer = await client.command("qed.check", uri, "f", spec)
            (target,) = answer["targets"]
            assert (target["state"], target["fault"]["reason"]) == ("reject", "WrongResult")
            (fault,) = await client.faults(uri)
            assert (fault.range.start.line, fault.range.start.character) == (0, 4)
            assert "due: " in fault.message
            client.change(uri, BETTER.decode(), 2)
            status = await client.lens(uri, "tested, not")
            assert status.startswith("tested, not proved: no counterexample found against the baseline of spec.py; ")
            # the spec, once it is open, is the text in the editor
            client.open(spec, SPEC.replace("total = 0", "total = 1"))
            client.change(spec, SPEC.replace("total = 0", "total = 2"), 2)
            (fault,) = await client.faults(uri, 2)
            assert fault.code == "WrongResult"

    run(work())


def test_no_file_of_the_folder_is_run_as_a_module(folder: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    shadows.lay(folder, ran)
    (folder / "spec.py").write_text(SPEC)
    uri = (folder / "spec.py").as_uri()

    async def work() -> None:
        async with connected(folder, options=QUIET, command=(str(shadows.script(tmp_path / "bin")),)) as client:
            client.open(uri, SPEC)
            await client.lens(uri, "tested, not")

    run(work())
    assert not ran.exists()


# -- what is asked for and not done ---------------------------------------------------------------------------------------------


def test_a_command_that_means_nothing_is_an_error_and_the_server_goes_on(folder: Path) -> None:
    uri = (folder / "spec.py").as_uri()
    wrong: list[tuple[str, list[object], str]] = [
        ("qed.nothing", [], "there is no command"),
        ("qed.check", [], "takes other arguments"),
        ("qed.check", ["file:///none.py"], "is not open"),
        ("qed.check", [1, 2, 3, 4], "takes other arguments"),
        ("qed.check", [{}], "takes texts"),
        ("qed.improve", [None], "takes texts"),
        ("qed.check", [uri, None, "untitled:x"], "is no file"),
        ("qed.check", [(folder / "lone.py").as_uri()], "is no spec file"),
        ("qed.check", [uri, "g"], "has no target 'g'; it has f"),
    ]

    async def work() -> None:
        async with connected(folder, options={**QUIET, "lean": "mine"}) as client:
            (told,) = client.told
            assert "settings that mean nothing" in told
            client.open(uri, SPEC)
            client.open((folder / "lone.py").as_uri(), "def lone(n: int) -> int:\n    return n\n")
            for name, arguments, said in wrong:
                with pytest.raises(JsonRpcException, match=said):
                    await client.command(name, *arguments)
            assert await client.lenses(uri)

    run(work())


@pytest.mark.slow
@pytest.mark.lean
def test_a_check_that_is_cancelled_ends_what_it_started(folder: Path, toolchain: Toolchain) -> None:
    uri = (folder / "spec.py").as_uri()
    ask = lsp.ExecuteCommandParams("qed.check", arguments=[uri])

    async def work() -> None:
        async with connected(folder, options=QUIET) as client:
            client.open(uri, SPEC)
            await client.lens(uri, "tested, not")
            assert client.process
            quiet = set(below(client.process.pid))
            asked = client.protocol.send_request_async(lsp.WORKSPACE_EXECUTE_COMMAND, ask, msg_id="mine")
            await client.lens(uri, "Lean is being asked")
            began = [p for p in below(client.process.pid) if p not in quiet]
            assert began
            client.cancel_request(lsp.CancelParams("mine"))
            with pytest.raises(JsonRpcException) as refused:
                await asked
            assert refused.value.code == lsp.LSPErrorCodes.RequestCancelled
            await client.until(lambda: not alive(began))
            assert (await client.lenses(uri))[0].startswith("tested, not proved")
            # a change of the text ends a check as well, and says so
            asked = client.protocol.send_request_async(lsp.WORKSPACE_EXECUTE_COMMAND, ask, msg_id="again")
            await client.lens(uri, "Lean is being asked")
            client.change(uri, RAISES, 2)
            with pytest.raises(JsonRpcException) as refused:
                await asked
            assert refused.value.code == lsp.LSPErrorCodes.ContentModified
            assert (await client.faults(uri, 2))[0].code == "Raises"

    run(work())


@pytest.mark.slow
@pytest.mark.lean
def test_a_search_finds_a_better_version_and_leaves_the_graph_alone(tmp_path: Path, toolchain: Toolchain) -> None:
    uri = (tmp_path / "spec.py").as_uri()

    async def work() -> None:
        async with connected(tmp_path, options={**QUIET, "search": 120}) as client:
            client.open(uri, SPEC)
            answer = await asyncio.wait_for(client.command("qed.improve", uri), 600)
            (target,) = answer["targets"]
            assert target["found"]
            assert any(t.startswith("found by a search, not in the graph: ") for t in await client.lenses(uri))
            (fix,) = await client.fixes(uri, NAME)
            client.change(uri, applied(SPEC, edit_of(fix)), 2)
            assert (await client.command("qed.check", uri))["targets"][0]["state"] == "accept"

    asyncio.run(asyncio.wait_for(work(), 1_200))
    assert list(tmp_path.iterdir()) == []


def test_a_search_that_is_stopped_leaves_nothing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, said = tmp_path / "temporary", list[str]()
    made.mkdir()
    (folder / "policy.toml").write_text('tiers = ["kernel"]\n')
    monkeypatch.setattr(tempfile, "tempdir", str(made))

    async def search() -> None:
        async with searched(Text("spec.py", SPEC.encode()), folder / "accepted", 600, "auto", said.append):
            raise AssertionError("it takes ten minutes")

    async def work() -> None:
        before = below(os.getpid())  # what other tests keep running, sessions of Lean among it
        task = asyncio.get_running_loop().create_task(search())
        while not said:  # noqa: ASYNC110 - what is said is a list
            await asyncio.sleep(0.1)
        began = [p for p in below(os.getpid()) if p not in before]
        (copy,) = made.iterdir()
        assert sorted(p.name for p in (copy / "accepted").iterdir()) == sorted(p.name for p in (folder / "accepted").iterdir())
        assert (copy / "policy.toml").exists()
        assert began
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await gone(began)

    run(work())
    assert list(made.iterdir()) == []


# -- the process ----------------------------------------------------------------------------------------------------------------


def started(**more: Any) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "loop", "lsp"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, **more)  # noqa: S603


def frame(body: object) -> bytes:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return b"Content-Length: %d\r\n\r\n" % len(data) + data


def message(method: str, params: object, number: int | None = None) -> bytes:
    return frame({"jsonrpc": "2.0", "method": method, "params": params} | ({} if number is None else {"id": number}))


def initialize(number: int = 1, process: int | None = None) -> bytes:
    return message("initialize", {"processId": process, "rootUri": None, "capabilities": {}}, number)


def frames(data: bytes) -> list[Any]:
    """Return what was sent; every byte must be part of a message."""
    found = []
    while data:
        head, sign, rest = data.partition(b"\r\n\r\n")
        assert sign
        assert head.startswith(b"Content-Length: "), data[:200]
        size = int(head.split(b"\r\n")[0].partition(b": ")[2])
        found.append(json.loads(rest[:size]))
        data = rest[size:]
    return found


GARBAGE = b"".join([
    b"hello\n\x00\xff\xfe\r\n\r\n", b"x" * 200_000 + b"\n", frame(b"{not json"), frame(b"[1, 2]"), frame(b"7"),
    frame({"id": 3}), frame({"jsonrpc": "1.0", "method": "x"}), frame(b"[" * 10_000), frame({"jsonrpc": "2.0", "id": 9}),
    message("unknown/thing", {}, 8), message("textDocument/didOpen", {"nothing": 1}),
    message("textDocument/hover", {"textDocument": 5}, 11), message("$/whatever", {}),
])  # fmt: skip


def test_garbage_is_survived_and_stdout_has_the_protocol_alone() -> None:
    late = b"".join([GARBAGE.replace(frame(b"7"), b""), message("shutdown", None, 2), message("exit", None)])
    done = started()
    out, err = done.communicate(GARBAGE + initialize() + message("initialized", {}) + late, timeout=PATIENCE)
    sent = frames(out)
    assert [m["id"] for m in sent if "result" in m] == [1, 2]
    capabilities = next(m for m in sent if m.get("id") == 1)["result"]["capabilities"]
    assert capabilities["executeCommandProvider"]["commands"] == ["qed.check", "qed.improve"]
    assert all(capabilities[k] for k in ("codeLensProvider", "hoverProvider", "codeActionProvider"))
    assert next(m for m in sent if m.get("id") == 8)["error"]["code"] == -32601
    assert done.returncode == 0
    assert b"Traceback" not in err


@pytest.mark.parametrize(
    "said", [message("exit", None), b"", b"Content-Length: 99999999999\r\n\r\n{}"], ids=["exit", "end of input", "endless"]
)
def test_a_client_that_ends_without_shutdown_is_an_error(said: bytes) -> None:
    done = started()
    out, err = done.communicate(initialize() + said, timeout=PATIENCE)
    assert len(frames(out)) == 1
    assert done.returncode == 1
    assert b"Traceback" not in err


def test_the_server_ends_with_its_client_even_where_stdin_stays_open() -> None:
    client = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    server = started()
    assert server.stdin
    uri = "untitled:one"
    opened = {"textDocument": {"uri": uri, "languageId": "python", "version": 1, "text": SPEC}}
    server.stdin.write(initialize(1, client.pid) + message("initialized", {}) + message("textDocument/didOpen", opened))
    server.stdin.flush()
    try:
        for _ in range(600):
            if len(workers := below(server.pid)) > 1:
                break
            asyncio.run(asyncio.sleep(0.1))
        assert workers
        client.kill()
        client.wait()
        out, err = server.communicate(None, timeout=PATIENCE)
        assert frames(out)
        assert b"Traceback" not in err
        asyncio.run(asyncio.wait_for(gone(workers), PATIENCE))
    finally:
        client.kill()
        server.kill()
        server.communicate()


async def gone(pids: list[int]) -> None:
    while alive(pids):  # noqa: ASYNC110 - a process says nothing when it ends
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    server = started()
    assert server.stdin
    assert server.stdout
    server.stdin.write(initialize())
    server.stdin.flush()
    assert server.stdout.readline().startswith(b"Content-Length")
    server.send_signal(number)
    _, err = server.communicate(None, timeout=PATIENCE)
    assert server.returncode == (128 + number if number == signal.SIGTERM else 130)
    assert b"Traceback" not in err


def test_its_help_says_what_it_does() -> None:
    said = " ".join(CliRunner().invoke(app, ["lsp", "--help"]).output.split())
    assert "a language server on stdin and stdout" in said
    assert "counterexamples are diagnostics" in said
    assert "Nothing is written to the graph" in said
    wrong = CliRunner().invoke(app, ["lsp", "--prove", "never"])
    assert (wrong.exit_code, "--prove is save or command" in wrong.output) == (2, True)
