"""What the server lets in, what it says, and that nothing that it shows is anything but text."""

import html
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx2 as httpx
import pytest
from markupsafe import escape
from served import ORIGIN, PORT, ROOT, SCRIPT, broken, client, entries, hostile, many, reviewed, shipped
from small_graph import chain, put
from small_runs import BETTER
from starlette.testclient import TestClient

from loop.commands.common import UsageError
from loop.commands.serve import listening
from loop.journal import REVIEWED, Journal, journal_path
from loop.serve.app import SHOWN
from loop.serve.guard import BODY_BYTES, HEADERS, TARGET_BYTES, Border
from loop.serve.peers import NOBODY, owner
from loop.serve.render import visible
from verify.graph import Graph, load

PLAIN = [path for path, _ in SHOWN if "{" not in path]
"""addresses without a name in them"""


@pytest.fixture(scope="module")
def normal(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    return client(shipped(tmp_path_factory.mktemp("normal")))


@pytest.fixture(scope="module")
def waits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reviewed(tmp_path_factory.mktemp("waits")).folder


def loaded(folder: Path) -> Graph:
    graph = load(folder)
    assert isinstance(graph, Graph)
    return graph


def unguarded(text: str) -> str:
    """Return what a page's text says once entities are read."""
    return html.unescape(text)


# -- the border -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PLAIN, "/static/site.css", "/nothing", "/node/zz"])
def test_every_answer_has_the_headers(normal: TestClient, path: str) -> None:
    answer = normal.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] in ("no-store", "no-cache")
    assert "server" not in answer.headers


@pytest.mark.parametrize("path", PLAIN)
def test_pages_hold_no_style_and_no_script_of_their_own(normal: TestClient, path: str) -> None:
    text = normal.get(path).text
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)
    assert all(re.match(r'<script src="/static/\w+\.js"( defer)?></script>', s) for s in re.findall(r"<script.*", text))
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text)


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:1", f"127.0.0.1.nip.io:{PORT}", ""]
)
def test_other_hosts_are_refused(normal: TestClient, host: str) -> None:
    answer = normal.get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert "Targets" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("host", [f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"[::1]:{PORT}", f"LOCALHOST:{PORT}"])
def test_its_own_names_come_in(normal: TestClient, host: str) -> None:
    assert normal.get("/help", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(normal: TestClient, method: str) -> None:
    assert normal.request(method, "/").status_code == 405


def test_what_is_too_long_is_refused(normal: TestClient) -> None:
    assert normal.get("/?" + "a" * TARGET_BYTES).status_code == 414
    answer = normal.post(f"/review/{'0' * 64}/approve", content=b"a" * (BODY_BYTES + 1), headers={"Origin": ORIGIN})
    assert answer.status_code == 413
    chunked = normal.post(f"/review/{'0' * 64}/approve", content=iter([b"a"]), headers={"Origin": ORIGIN})
    assert chunked.status_code == 411


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "/etc/passwd", "site.css/..", "app.py", ""])
def test_static_files_are_those_of_the_package_alone(normal: TestClient, name: str) -> None:
    answer = normal.get(f"/static/{name}")
    assert answer.status_code == 404
    assert "def " not in answer.text


def test_files_of_nodes_are_those_of_the_graph_alone(normal: TestClient) -> None:
    node = next(n for n in loaded(ROOT / "accepted").nodes.values() if n.kind == "implementation")
    answer = normal.get(f"/node/{node.id}/program.py")
    assert (answer.content, answer.headers["Content-Type"]) == (node.content("program.py"), "text/plain; charset=utf-8")
    for file in ("node.json", "..%2f..%2fpyproject.toml", "%2fetc%2fpasswd", "program.py%00"):
        assert normal.get(f"/node/{node.id}/{file}").status_code == 404


def test_a_static_file_is_sent_once(normal: TestClient) -> None:
    tag = normal.get("/static/site.js").headers["ETag"]
    assert normal.get("/static/site.js", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "::", "example.com", "127.0.0.2", "", "127.0.0.1; rm"])  # noqa: S104 - refused
def test_it_listens_to_this_machine_alone(host: str) -> None:
    with pytest.raises(UsageError, match="for this machine alone"):
        listening(host, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says whose a connection is")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_it_answers_to_its_own_user_alone(host: str) -> None:
    with listening(host, 0) as listener, socket.create_connection(listener.getsockname()[:2]) as near:
        ends = near.getsockname()[:2], near.getpeername()[:2]
        assert owner(*ends) == os.getuid()
        scope = {
            "type": "http", "method": "GET", "headers": [(b"host", f"127.0.0.1:{ends[1][1]}".encode())], "query_string": b"",
            "client": ends[0], "server": ends[1],
        }  # fmt: skip
        assert Border(ends[1][1]).refusal(scope) is None
        stranger = Border(ends[1][1], users=frozenset((None, os.getuid() + 1)))
        assert stranger.refusal(scope) == (403, "This server answers to the user who started it only.")
    assert owner(*ends) == NOBODY  # who sends something and goes passes for nobody


def test_a_port_in_use_is_one_message() -> None:
    with listening("127.0.0.1", 0) as taken, pytest.raises(UsageError, match="is in use; name another"):
        listening("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(UsageError, match="from 0 to 65535"):
        listening("127.0.0.1", 65_536)


# -- what is shown --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PLAIN)
def test_every_page_on_an_empty_graph(tmp_path: Path, path: str) -> None:
    answer = client(tmp_path / "accepted").get(path)
    assert answer.status_code == 200
    assert not (tmp_path / "accepted").exists()
    assert not (tmp_path / ".qed").exists()  # to look at something changes nothing


@pytest.mark.parametrize("path", [p for p in PLAIN if p not in ("/help", "/archive", "/generations")])
def test_every_page_on_a_broken_graph_says_so(tmp_path: Path, path: str) -> None:
    answer = client(broken(tmp_path)).get(path)
    assert answer.status_code == 503
    assert "GraphCorrupt" in answer.text
    assert "its bytes are not the ones that were accepted" in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["/", "/runs", "/archive", "/review", "/part/runs/latest"])
def test_a_broken_journal_is_no_bug(tmp_path: Path, path: str) -> None:
    folder = shipped(tmp_path)
    place = journal_path(folder)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"no journal at all, but long enough to be looked at as one" * 99)
    answer = client(folder).get(path)
    assert answer.status_code in (200, 503)
    assert "Traceback" not in answer.text
    assert "bug" not in answer.text
    if path == "/runs":
        assert str(place) in unguarded(answer.text)


def test_a_mended_graph_is_shown_again(tmp_path: Path) -> None:
    folder = broken(tmp_path)
    mine = client(folder)
    assert mine.get("/").status_code == 503
    for node in folder.iterdir():
        for file in node.iterdir():
            file.unlink()
        node.rmdir()
    assert mine.get("/").status_code == 200


def test_what_is_read_again_is_what_the_strict_reader_reads(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    mine, (spec, base, better, best) = client(folder), chain("f", 3)
    for nodes in ((spec, base), (better,), chain("g", 2), (best,)):
        put(folder, *nodes)
        assert {row[0] for row in mine.get("/graph.json").json()["boxes"]} == set(loaded(folder).nodes)
        assert mine.get(f"/target/{spec.id}").status_code == 200
    record = folder / base.id / "node.json"
    whole = record.read_bytes()
    record.write_bytes(whole.replace(b"kernel", b"smtsmt"))
    assert mine.get("/").status_code == 503
    record.write_bytes(whole)
    assert mine.get("/").status_code == 200
    for stray in (folder / "stray", folder / better.id / "stray"):
        stray.write_bytes(b"")
        assert "stray" in mine.get("/").text
        assert mine.get("/").status_code == 503
        stray.unlink()
    (tmp_path / "link").symlink_to(folder)
    assert client(tmp_path / "link").get("/").status_code == 503
    assert mine.get("/").status_code == 200


def test_targets_stand_with_their_heads(normal: TestClient) -> None:
    text = unguarded(normal.get("/").text)
    for node in loaded(ROOT / "accepted").nodes.values():
        if node.kind == "spec":
            assert f'href="/target/{node.id}">{node.target}</a>' in text
    assert "always" in text
    assert 'class="tier kernel"' in text


def test_every_node_and_target_has_its_page(normal: TestClient) -> None:
    for node in loaded(ROOT / "accepted").nodes.values():
        answer = normal.get(f"/node/{node.id}")
        assert answer.status_code == 200
        assert node.id in answer.text
        if node.certificate:
            assert node.certificate.statement in answer.text
        if node.kind == "spec":
            assert normal.get(f"/target/{node.id}").status_code == 200


def test_a_targets_page_has_old_and_new_code_side_by_side(normal: TestClient) -> None:
    found = normal.get("/target/square_pyramid")
    assert found.status_code == 303
    text = unguarded(normal.get(found.headers["Location"]).text)
    assert "for i in range(1, n + 1):" in text
    assert 'class="line gone"' in text
    assert 'class="line new"' in text


def test_names_lead_to_what_is_meant_or_to_a_plain_word(normal: TestClient) -> None:
    node = next(iter(loaded(ROOT / "accepted").nodes))
    assert normal.get(f"/node/{node[:12]}").headers["Location"] == f"/node/{node}"
    nobody = "0" * 64
    for path in ("/node/nobody", "/target/nobody", f"/node/{nobody}", "/review/zz", f"/review/{nobody}", "/runs/7", "/archive/x"):
        answer = normal.get(path)
        assert answer.status_code == 404
        assert "There is nothing here" in answer.text


def test_the_drawing_holds_every_node_and_edge(normal: TestClient) -> None:
    graph, data = loaded(ROOT / "accepted"), normal.get("/graph.json").json()
    assert {box[0] for box in data["boxes"]} == set(graph.nodes)
    named = {(data["boxes"][a][0], data["boxes"][b][0], kind) for a, b, kind in data["edges"]}
    assert named == {(n.id, e.to, e.type) for n in graph.nodes.values() for e in n.edges}
    assert len({(box[5], box[6]) for box in data["boxes"]}) == len(graph.nodes)


def test_a_curve_has_counts_under_its_bound(normal: TestClient) -> None:
    graph = loaded(ROOT / "accepted")
    node = next(n for n in graph.nodes.values() if n.target == "sum_of_odds" and n.edge("supersedes"))
    old = node.edge("supersedes")
    assert old is not None
    text = normal.get(f"/part/curve/{old.to}/{node.id}").text
    assert re.search(r"<p>order (always|eventually|worst-case): ", text)
    assert "<svg" in text
    assert "Proved bound" in text
    assert normal.get(f"/curve/{old.to}/{node.id}").status_code == 200
    assert normal.get(f"/curve/{node.id}/{'0' * 64}").status_code == 404


def test_a_graph_of_many_nodes_is_all_there(tmp_path: Path) -> None:
    mine = client(many(tmp_path, 300))
    assert len(mine.get("/graph.json").json()["boxes"]) == 300
    assert mine.get("/nodes").text.count('<th scope="row">') == 300


# -- text is text ---------------------------------------------------------------------------------------------------------------


def test_what_candidates_wrote_is_text_everywhere(tmp_path: Path) -> None:
    folder, node = hostile(tmp_path)
    mine = client(folder)
    edge = node.edge("implements")
    assert edge is not None
    for path in (*PLAIN, f"/node/{node.id}", f"/target/{edge.to}", "/part/runs/latest", f"/node/{SCRIPT}", f"/target/{SCRIPT}"):
        answer = mine.get(path)
        assert answer.status_code in (200, 404), path
        if answer.headers["Content-Type"].startswith("text/html"):
            assert "<script>" not in answer.text, path
            assert "<img" not in answer.text, path
            assert chr(0x202E) not in answer.text, path
    text = mine.get(f"/node/{node.id}").text
    assert str(escape(SCRIPT)) in text
    assert "\\u202e" in text
    assert "{{ 7 * 7 }}" in text
    assert str(escape(SCRIPT)) in mine.get("/part/runs/latest").text


def test_what_cannot_be_seen_is_written_out() -> None:
    assert visible("plain\ntext\tand é") == "plain\ntext\tand é"
    assert visible("\x1b[2J\u200b\u2066x") == "\\x1b[2J\\u200b\\u2066x"


# -- a run that goes on ---------------------------------------------------------------------------------------------------------


def test_a_run_is_shown_as_it_stands_and_sent_when_it_changed(waits: Path) -> None:
    mine = client(waits)
    page = unguarded(mine.get("/runs").text)
    assert "WrongResult" in page
    assert "n = 3" in page
    part = mine.get("/part/runs/latest")
    assert part.status_code == 200
    again = mine.get("/part/runs/latest", headers={"If-None-Match": part.headers["ETag"]})
    assert again.status_code == 304
    assert not again.content


# -- a person's word ------------------------------------------------------------------------------------------------------------


def form(mine: TestClient, entry: str, word: str, **more: str) -> dict[str, str]:
    text = mine.get(f"/review/{entry}").text
    token = re.search(rf'/{word}">.*?name="token" value="(\w+)"', text, re.DOTALL)
    assert token
    return {"token": token[1], "by": "ada", "why": "since", **more}


def over(mine: TestClient, entry: str) -> str:
    """Wait until a word was carried out, and return the page of it."""
    end = time.monotonic() + 240
    while time.monotonic() < end:
        if mine.get(f"/part/review/{entry}").headers.get("X-Then"):
            return unguarded(mine.get(f"/review/{entry}").text)
        time.sleep(0.1)
    raise AssertionError("the word was never carried out")


OWN = {"Origin": ORIGIN}
FROM_A_BROWSER = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}


def test_what_waits_can_be_judged(waits: Path) -> None:
    mine = client(waits)
    assert "2<span" in mine.get("/").text.replace(" waiting", "").replace('<span class="unseen">', "<span>")
    held = next(h for h in entries(waits) if h.node.content("program.py") == BETTER)
    assert held.node.id in mine.get("/review").text
    text = unguarded(mine.get(f"/review/{held.node.id}").text)
    code, who = "return n * (n - 1) // 2", "whoever gives a name"
    for said in (code, "it ends and raises nothing", "order always", "would be false through", who):
        assert said in text


@pytest.mark.parametrize("headers", [
    {}, {"Origin": "http://evil.example"}, {"Origin": f"http://127.0.0.1:{PORT + 1}"}, {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"}, {**OWN, "Sec-Fetch-Site": "cross-site"},
    {**OWN, "Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "same-origin"},
])  # fmt: skip
def test_a_form_from_elsewhere_is_refused(waits: Path, headers: dict[str, str]) -> None:
    with client(waits) as mine:
        entry = entries(waits)[0].node.id
        answer = mine.post(f"/review/{entry}/reject", data=form(mine, entry, "reject"), headers=headers)
        assert answer.status_code == 403
        assert mine.get(f"/part/review/{entry}").text.strip() == ""


def test_a_form_without_its_token_is_refused(waits: Path) -> None:
    with client(waits) as mine, client(waits) as other:
        entry, last = entries(waits)[0].node.id, entries(waits)[1].node.id
        due = form(mine, entry, "reject")
        wrong = ("", "0" * 64, "ü", form(mine, entry, "approve")["token"], form(mine, last, "reject")["token"])
        for token in (*wrong, form(other, entry, "reject")["token"]):
            assert mine.post(f"/review/{entry}/reject", data={**due, "token": token}, headers=OWN).status_code == 403
        for data in ({**due, "more": "1"}, {"token": due["token"]}):
            assert mine.post(f"/review/{entry}/reject", data=data, headers=OWN).status_code == 400
        assert mine.post(f"/review/{entry}/reject", json=due, headers=OWN).status_code == 400
        assert mine.post(f"/review/{entry}/forget", data=due, headers=OWN).status_code == 404
        assert mine.get(f"/review/{entry}/reject").status_code == 405
        assert len(entries(waits)) == 2


def test_a_word_needs_a_name_and_a_rejection_a_reason(waits: Path) -> None:
    with client(waits) as mine:
        entry = entries(waits)[0].node.id
        for more in ({"by": " "}, {"by": "a\nb"}, {"why": " "}, {"why": "a\x00b"}, {"why": "a" * 3_000}):
            answer = mine.post(f"/review/{entry}/reject", data=form(mine, entry, "reject", **more), headers=OWN)
            assert answer.status_code == 400
            assert 'role="alert"' in answer.text


def test_a_rejection_does_what_the_command_does(tmp_path: Path) -> None:
    bench = reviewed(tmp_path)
    with client(bench.folder) as mine:
        held = entries(bench.folder)[0]
        data = form(mine, held.node.id, "reject", by="--help", why="--too clever\r\nby half")
        answer = mine.post(f"/review/{held.node.id}/reject", data=data, headers=FROM_A_BROWSER)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/review/{held.node.id}")
        assert "out of the queue for good" in over(mine, held.node.id)
    assert held.node.id not in {h.node.id for h in entries(bench.folder)}
    with closing(Journal(journal_path(bench.folder))) as journal:
        (event,) = journal.before(REVIEWED)
    assert (event["node"], event["decision"], event["by"]) == (held.node.id, "reject", "--help")
    assert event["why"] == "--too clever\nby half"


def test_what_is_not_proved_again_does_not_enter_whoever_approves(tmp_path: Path) -> None:
    bench = reviewed(tmp_path)  # its certificates were made by hand: no proof stands behind them
    before = set(loaded(bench.folder).nodes)
    with client(bench.folder) as mine:
        held = entries(bench.folder)[0]
        answer = mine.post(f"/review/{held.node.id}/approve", data=form(mine, held.node.id, "approve"), headers=OWN)
        assert answer.status_code == 303
        assert "It was not approved" in over(mine, held.node.id)
    assert set(loaded(bench.folder).nodes) == before
    assert held.node.id in {h.node.id for h in entries(bench.folder)}


def test_one_word_at_a_time_and_none_outlives_the_server(tmp_path: Path) -> None:
    bench = reviewed(tmp_path)
    begun, stopped = tmp_path / "begun", tmp_path / "stopped"
    slow = (
        "import pathlib, signal, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"try:\n    pathlib.Path({str(begun)!r}).touch()\n    time.sleep(600)\n"
        f"except KeyboardInterrupt:\n    pathlib.Path({str(stopped)!r}).touch()\n"
    )
    first, second = (h.node.id for h in entries(bench.folder))
    with client(bench.folder, command=(sys.executable, "-c", slow)) as mine:
        assert mine.post(f"/review/{first}/approve", data=form(mine, first, "approve"), headers=OWN).status_code == 303
        assert "being proved again" in mine.get(f"/review/{first}").text
        answer = mine.post(f"/review/{second}/reject", data=form(mine, second, "reject"), headers=OWN)
        assert answer.status_code == 409
        assert first[:12] in answer.text
        end = time.monotonic() + 240
        while not begun.exists() and time.monotonic() < end:
            time.sleep(0.1)
    assert stopped.exists()
    assert len(entries(bench.folder)) == 2


# -- the command ----------------------------------------------------------------------------------------------------------------


def test_the_command_says_where_it_is_and_stops_cleanly(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    command = [sys.executable, "-m", "loop", "serve", "--accepted", str(folder), "--port", "0", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:  # noqa: S603
        assert child.stdout is not None
        text = ""
        while not text.rstrip().endswith("}"):
            text += child.stdout.readline()
        url = json.loads(text)["url"]
        assert httpx.get(f"{url}help").status_code == 200
        with socket.create_connection(("127.0.0.1", httpx.URL(url).port or 0)):  # one that says nothing keeps nobody
            os.kill(child.pid, signal.SIGINT)
            _, said = child.communicate(timeout=60)
    assert (child.returncode, said) == (130, "qed: stopped.\n")


@pytest.mark.parametrize(("more", "said"), [
    (["--host", "192.168.1.2"], "for this machine alone"), (["--port", "70000"], "from 0 to 65535"),
    (["--generations", "nowhere"], "there is no folder nowhere"), (["--accepted", "pyproject.toml"], "is a file"),
])  # fmt: skip
def test_wrong_usage_is_one_line(more: list[str], said: str) -> None:
    command = [sys.executable, "-m", "loop", "serve", *more]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
