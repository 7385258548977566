"""The pure parts of the language server: texts to places, readings, outcomes, lenses, diagnostics, hovers and fixes."""

import ast
import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from editor_client import BETTER, FIXED, SPEC, applied, put_head
from lsprotocol import types as lsp
from small_graph import implementation, put
from targets import GCD, HEAD, PYRAMID, SUM

from loop.examine import Examination
from loop.language_server import judging, lanes, shown
from loop.language_server.facts import Head, Job, Offer, Outcome, Reading, Text, is_spec, refused, to_bytes
from loop.language_server.known import Settings
from loop.language_server.lanes import Lane, WorkerLost
from loop.language_server.positions import Place, edit_between, to_lines, to_range
from loop.language_server.reading import Graphs, read
from loop.language_server.settings import chosen
from loop.language_server.shown import Seen
from loop.language_server.worker import Message
from verify.graph import load
from verify.limits import DEFAULT
from verify.node import spec_node
from verify.reasons import Reason
from verify.spec import to_candidate, to_specs
from verify.task import Task, Version
from verify.verdict import Accept


def job(text: str, **more: object) -> Job:
    return Job("read", Text("spec.py", to_bytes(text)), **more)  # type: ignore[arg-type]


def reading(text: str, **more: object) -> Reading:
    return read(job(text, **more), Graphs())


def outcomes_of(text: str, **more: object) -> list[Outcome]:
    return list(judging.test(job(text, **more), Graphs(), lambda _: None))


def seen(text: str, *outcomes: Outcome, found: Head | None = None, encoding: str = "utf-16", **more: object) -> Seen:
    known = reading(text, **more)
    kept = {o.name: o for o in (*refused(known), *outcomes)}
    return Seen("file:///spec.py", 7, text, known, kept, {"f": found} if found else {}, encoding=encoding)


def marked(text: str, diagnostic: lsp.Diagnostic) -> str:
    """Return the text that a diagnostic underlines, as a client that counts in UTF-16 sees it."""
    line = to_lines(text)[diagnostic.range.start.line].encode("utf-16-le")
    assert diagnostic.range.end.line == diagnostic.range.start.line
    return line[2 * diagnostic.range.start.character : 2 * diagnostic.range.end.character].decode("utf-16-le")


def titles(known: Seen) -> list[str]:
    return [lens.command.title for lens in shown.lenses(known) if lens.command]


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """Return a graph that holds a better version of SPEC's target."""
    put_head(tmp_path / "accepted")
    return tmp_path / "accepted"


# -- places ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("encoding", "start", "end"), [("utf-8", 8, 9), ("utf-16", 6, 7), ("utf-32", 5, 6)])
def test_columns_are_counted_in_the_units_of_the_client(encoding: str, start: int, end: int) -> None:
    lines = to_lines('s="𝔸"+x')
    assert to_range(lines, Place(0, 5, 6), encoding) == lsp.Range(lsp.Position(0, start), lsp.Position(0, end))


@pytest.mark.parametrize("place", [Place(9), Place(1, 40, 50), Place(-3, -1, -1), Place(0, 2, 1)])
def test_a_place_beyond_the_text_is_within_it_all_the_same(place: Place) -> None:
    lines = to_lines("ab\ncd")
    found = to_range(lines, place, "utf-16")
    assert 0 <= found.start.line == found.end.line < 2
    assert 0 <= found.start.character <= found.end.character <= 2


@pytest.mark.parametrize(
    ("old", "new"),
    [("a\nb\nc\n", "a\nx\nc\n"), ("a\nb", "a\nb\nc"), ("a\nb\n", "a\n"), ("", "a\n"), ("a", ""), ("a\nb\n", "a\nb\n"),
     ("a\na\na\n", "a\na\n"), ("a\n", "b\na\n"), ("a", "a\n"), ("x\ny", "y")],
)  # fmt: skip
def test_an_edit_makes_the_new_text_of_the_old_one(old: str, new: str) -> None:
    assert applied(old, edit_between(old, new, "utf-16")) == new


def test_an_edit_is_no_larger_than_the_lines_that_differ() -> None:
    edit = edit_between("a\r\nb\r\nc\r\n", "a\r\nB\r\nc\r\n", "utf-16")
    assert edit == lsp.TextEdit(lsp.Range(lsp.Position(1, 0), lsp.Position(2, 0)), "B\r\n")


# -- reading --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "due"),
    [
        (SPEC, True),
        ("import verify\n@verify.target\ndef f(n: int) -> int:\n    return n\n", True),
        ("from verify import target\n\n@target(better='always')\ndef", True),
        ("from airflow import target\n@target\ndef f(): ...\n", False),
        ("from verify import target\n# @target\ndef f(): ...\n", False),
        ("print('hello')\n", False),
    ],
)
def test_a_spec_file_is_told_from_other_python(text: str, due: object) -> None:
    assert is_spec(text) is due


def test_a_target_has_its_name_and_its_contract_in_words() -> None:
    (target,) = reading(HEAD + PYRAMID).targets
    assert target.place == Place(7, 4, 5)
    assert target.asked == ("f(n: int) -> int", "requires n >= 0", "ensures 6 * result == n * (n + 1) * (2 * n + 1)")
    assert target.head is None


@pytest.mark.parametrize(
    ("old", "new", "reason", "said"),
    [
        ("total += i", "total += i / 2", "Unsupported", "i / 2"),
        ("total = 0", "class A:\n        pass", "Unsupported", "class"),
        ("total += i", "total += ii", "IllTyped", "ii"),
        ("range(n)", "range(n", "Malformed", "for i in range(n:"),
        ("total = 0", "total = 0  # 𝔸 é", "Malformed", "𝔸"),
        ("    return total", '    x = "𝔸"; return total', "Malformed", "𝔸"),
        ("n: int) -> int", "n) -> int", "Unsupported", "n"),
    ],
)
def test_what_the_language_refuses_is_underlined_where_it_stands(old: str, new: str, reason: str, said: str) -> None:
    text = SPEC.replace(old, new)
    (found,) = shown.diagnostics(seen(text))
    assert (found.code, marked(text, found), found.source) == (reason, said, "qed")
    assert found.message.startswith(("reject: ", "decline: "))


def test_a_refused_file_has_its_verdict_as_a_lens_and_nothing_to_ask_for() -> None:
    assert titles(seen(SPEC.replace("total += i", "total += i / 2"))) == ["decline: Unsupported"]


def test_line_ends_of_windows_are_refused_as_they_are_by_check_and_the_lines_stay_right() -> None:
    text = SPEC.replace("\n", "\r\n")
    (found,) = shown.diagnostics(seen(text))
    assert found.code == "Malformed"
    assert "0x0d" in found.message
    assert found.range.start.line == 0


DEEP = "from verify import target\n@target\n" + "(" * 5_000


@pytest.mark.parametrize("text", ["", "@target", DEEP, SPEC + "\0", SPEC + "\ud800"])
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    shown.diagnostics(seen(text))
    shown.lenses(seen(text))


def test_a_huge_file_is_refused_for_its_size() -> None:
    known = seen(SPEC + "# more\n" * 200_000)
    (found,) = shown.diagnostics(known)
    assert (found.code, found.range.start.line, titles(known)) == ("TooLarge", 0, [])


def test_another_projects_target_is_none_of_ours() -> None:
    known = reading("import verify\n\ndef g():\n    @target\n    def f(): ...\n")
    assert known.fault is None or known.fault.reason != "NoTarget"
    assert reading("from verify import pure\nfrom x import y\n\n@pure\ndef f(n: int) -> int:\n    return n\n").targets == ()


# -- the graph ------------------------------------------------------------------------------------------------------------------


def test_the_head_is_shown_with_tier_order_and_cost(graph: Path) -> None:
    known = seen(SPEC, graph=graph)
    head = known.reading.targets[0].head
    assert head is not None
    assert titles(known)[1] == f"in the graph: {head.node[:12]}, tier kernel, order always: 3 * n + 2 -> 3 * n + 2 ticks"


def test_the_fix_gives_the_accepted_body_and_leaves_all_else(graph: Path) -> None:
    known = seen(SPEC, graph=graph)
    (fix,) = shown.actions(known, lsp.Range(lsp.Position(6, 0), lsp.Position(6, 0)))
    assert fix.edit
    assert fix.edit.document_changes
    change = fix.edit.document_changes[0]
    assert isinstance(change, lsp.TextDocumentEdit)
    assert (change.text_document.uri, change.text_document.version) == ("file:///spec.py", 7)
    (edit,) = change.edits
    assert isinstance(edit, lsp.TextEdit)
    assert applied(SPEC, edit) == FIXED
    assert shown.actions(known, lsp.Range(lsp.Position(0, 0), lsp.Position(1, 0))) == []


def test_a_client_that_knows_no_versions_gets_the_same_edit(graph: Path) -> None:
    known = replace(seen(SPEC, graph=graph), versioned=False)
    (fix,) = shown.actions(known, lsp.Range(lsp.Position(6, 0), lsp.Position(6, 0)))
    assert fix.edit
    assert fix.edit.changes
    assert [applied(SPEC, e) for e in fix.edit.changes["file:///spec.py"]] == [FIXED]


@pytest.mark.parametrize("change", [("n >= 0", "n >= 1"), ("total = 0", "total = 1"), ("return total\n", "return total\n\n")])
def test_a_head_of_other_bytes_is_no_head_of_this_text(graph: Path, change: tuple[str, str]) -> None:
    known = seen(SPEC.replace(*change), graph=graph)
    assert known.reading.targets[0].head is None
    assert shown.actions(known, lsp.Range(lsp.Position(0, 0), lsp.Position(20, 0))) == []


def test_a_broken_graph_is_one_message_and_the_text_is_read(graph: Path) -> None:
    node = next(iter(sorted(graph.iterdir())))
    (node / "stray").write_text("x")
    known = reading(SPEC, graph=graph)
    assert known.graph_fault
    assert "\n" not in known.graph_fault
    assert known.targets[0].head is None
    assert reading(SPEC, graph=graph / node.name / "stray").graph_fault
    assert reading(SPEC, graph=graph / "none").graph_fault == ""


def test_a_graph_that_grew_is_read_again(graph: Path) -> None:
    graphs = Graphs()
    first, _ = graphs.of(graph)
    assert graphs.of(graph)[0] is first
    other = spec_node("g", b"other")
    put(graph, other, implementation(other, b"other", None))
    again, _ = graphs.of(graph)
    assert first is not None
    assert again is not None
    assert len(again.nodes) == len(first.nodes) + 2
    assert isinstance(load(graph), Reason) is False


# -- outcomes -------------------------------------------------------------------------------------------------------------------


def test_what_runs_do_not_refute_is_tested_and_not_called_proved() -> None:
    (outcome,) = outcomes_of(SPEC)
    assert (outcome.state, outcome.tier, outcome.claims) == ("tested", None, ())
    status = titles(seen(SPEC, outcome))[0]
    assert status == "tested, not proved: no counterexample found; 4 * n + 3 ticks, going by runs"
    assert shown.diagnostics(seen(SPEC, outcome)) == []


def test_a_counterexample_is_shown_with_arguments_what_came_and_what_was_due() -> None:
    text = (HEAD + PYRAMID).replace("total += i * i", "total += i * i + i // 30")
    outcomes = outcomes_of(text)
    (found,) = shown.diagnostics(seen(text, *outcomes))
    assert found.severity == lsp.DiagnosticSeverity.Error
    assert marked(text, found) == "ensure(lambda n, result: 6 * result == n * (n + 1) * (2 * n + 1))"
    assert "input: n = 30" in found.message
    assert "got: 9456   due: 6 * result == n * (n + 1) * (2 * n + 1)" in found.message
    assert titles(seen(text, *outcomes))[0] == "reject: ContractViolated on n = 30"


def test_of_several_conditions_the_one_that_fails_is_underlined() -> None:
    text = SPEC.replace("def f", "@ensure(lambda n, result: result >= 0)\n@ensure(lambda result: result != 10)\ndef f")
    (found,) = shown.diagnostics(seen(text, *outcomes_of(text)))
    assert marked(text, found) == "ensure(lambda result: result != 10)"
    assert "input: n = 5" in found.message


def test_an_input_that_raises_is_shown_at_the_functions_name() -> None:
    text = SPEC.replace("return total", "return total // (n - 12)")
    (found,) = shown.diagnostics(seen(text, *outcomes_of(text)))
    assert (found.code, marked(text, found)) == ("Raises", "f")
    assert "got: ZeroDivisionError" in found.message


def test_a_precondition_that_nothing_meets_is_underlined() -> None:
    text = SPEC.replace("n >= 0", "n > n")
    (found,) = shown.diagnostics(seen(text, *outcomes_of(text)))
    assert (found.code, marked(text, found)) == ("EmptyPrecondition", "require(lambda n: n > n)")


def test_each_target_of_a_file_has_its_own_outcome() -> None:
    text = HEAD + SUM + "\n\n" + GCD.replace("def f", "def g").replace("return a", "return a // b")
    first, second = outcomes_of(text)
    assert (first.state, second.state) == ("tested", "reject")
    assert [d.range.start.line for d in shown.diagnostics(seen(text, first, second))] == [text[: text.index("def g")].count("\n")]
    assert [o.name for o in outcomes_of(text, names=("g",))] == ["g"]


def test_an_acceptance_says_tier_claim_and_what_it_rests_on(graph: Path) -> None:
    found = load(graph)
    assert not isinstance(found, Reason)
    (certificate,) = [n.certificate for n in found.nodes.values() if n.certificate and n.certificate.order]
    (spec,) = to_specs(SPEC.encode(), "spec.py", DEFAULT)
    new = Version(*to_candidate(BETTER, "better.py", spec, DEFAULT))
    task = Task(spec, Version(spec.source, spec.program), new)
    asked = Job("prove", Text("better.py", BETTER), spec=Text("spec.py", SPEC.encode()), name="f")
    outcome = judging.judged(asked, task, Place(0, 4, 5), Examination(Accept(certificate)))
    assert (outcome.state, outcome.tier, outcome.order, outcome.digest) == ("accept", "kernel", "always", asked.text.digest)
    assert "it returns what the baseline returns" in outcome.claims
    assert "SHA-256" in outcome.rests
    known = Seen("u", 1, BETTER.decode(), read(asked, Graphs()), {"f": outcome}, of="spec.py")
    assert titles(known)[0] == "accept against the baseline of spec.py, tier kernel, order always: ? -> 3 * n + 2 ticks"


# -- workers --------------------------------------------------------------------------------------------------------------------


def test_a_worker_that_dies_costs_time_and_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Message] = []

    async def work() -> None:
        with ThreadPoolExecutor(4) as threads:
            lane = Lane("auto", threads)
            await lane.run(job(SPEC), heard.append)
            assert lane._process
            lane._process.kill()
            lane._process.join()
            await lane.run(job(SPEC), heard.append)
            monkeypatch.setattr(lanes, "IDLE", 0.0)
            await lane.run(job(SPEC), heard.append)
            process = lane._process
            await asyncio.sleep(0.1)
            assert process
            assert not process.is_alive()
            # a job that fails is told, in one sentence
            with pytest.raises(WorkerLost, match="AttributeError"):
                await lane.run(replace(job(SPEC), graph=3), heard.append)
            lane.close()

    asyncio.run(work())
    assert [m.targets[0].name for m in heard if isinstance(m, Reading)] == ["f"] * 3


# -- candidates -----------------------------------------------------------------------------------------------------------------


def candidate(text: str, **more: object) -> tuple[Reading, list[Outcome]]:
    asked = {"spec": Text("other/spec.py", SPEC.encode()), "name": "f", **more}
    return reading(text, **asked), outcomes_of(text, **asked)


def test_a_candidate_is_held_against_the_baseline() -> None:
    known, (outcome,) = candidate(BETTER.decode())
    assert outcome.state == "tested"
    lens = shown.status(Seen("u", 1, BETTER.decode(), known, {"f": outcome}, of="spec.py"), known.targets[0])
    assert lens.startswith("tested, not proved: no counterexample found against the baseline of spec.py; 4 * n + 3 -> ")


def test_a_wrong_candidate_is_refuted_at_its_functions_name() -> None:
    text = "# 𝔸 is no part of it".replace("𝔸", "A") + "\n\ndef f(n: int) -> int:\n    return n * (n + 1) // 2\n"
    _, (outcome,) = candidate(text)
    assert outcome.fault is not None
    assert (outcome.fault.reason, outcome.fault.place) == ("WrongResult", Place(2, 4, 5))
    assert any(line.startswith("got: ") and "due: " in line for line in outcome.fault.lines)


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("def f(n: int) -> bool:\n    return n > 2\n", "SignatureMismatch", 0),
        ("def g(n: int) -> int:\n    return n\n", "SignatureMismatch", 0),
        ("x = 1\n\ndef f(n: int) -> int:\n    return open(n)\n", "Unsupported", 0),
        ("def f(n: int) -> int:\n    return __import__(n)\n", "Forbidden", 1),
    ],
)
def test_a_candidate_that_does_not_fit_is_refused_where_it_does_not(text: str, reason: str, line: int) -> None:
    known, outcomes = candidate(text)
    assert known.fault is not None
    assert (known.fault.reason, known.fault.place.line, outcomes) == (reason, line, [])


def test_a_candidate_for_a_spec_that_is_broken_or_gone_is_refused() -> None:
    for content in (b"", b"def f(", SPEC.replace("def f", "def g").encode()):
        known, outcomes = candidate(BETTER.decode(), spec=Text("other/spec.py", content))
        assert known.fault is not None
        assert outcomes == []


def test_specs_are_found_beside_a_file_with_a_function_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "sums.py").write_text(SPEC)
    (tmp_path / "other.py").write_text(SPEC.replace("def f", "def g"))
    (tmp_path / "broken.py").write_text("from verify import target\n@target\ndef f(")
    (tmp_path / "plain.py").write_text("def f(n): ...\n")
    text = "# mine\ndef f(n: int) -> int:\n    return 0\n"
    known = reading(text, look=tmp_path)
    assert known.offers == (Offer(tmp_path / "sums.py", "f", Place(1, 4, 5)),)
    (lens,) = shown.lenses(Seen("file:///mine.py", 1, text, known))
    assert lens.command
    assert lens.command.title == "check as a candidate for `f` of sums.py"
    assert lens.command.arguments == ["file:///mine.py", "f", (tmp_path / "sums.py").as_uri()]
    assert reading("def h(n: int) -> int:\n    return 0\n", look=tmp_path).offers == ()


# -- hovers ---------------------------------------------------------------------------------------------------------------------

PROVED = Outcome(
    "", "f", "accept", tier="kernel", cost_old="((4 * n) + 3)", claims=("it ends and raises nothing",), rests=("SHA-256",),
)  # fmt: skip


def hover(known: Seen, line: int, character: int) -> str | None:
    found = shown.hover(known, lsp.Position(line, character))
    assert found is None or isinstance(found.contents, lsp.MarkupContent)
    return found.contents.value if found and isinstance(found.contents, lsp.MarkupContent) else None


def test_a_hover_says_what_is_claimed_and_what_that_rests_on() -> None:
    said = hover(seen(SPEC, PROVED), 6, 4) or ""
    assert said.startswith("f: accept, tier kernel: 4 * n + 3 ticks")
    assert "Proved of this text\n  it ends and raises nothing" in said
    assert "It rests on\n  SHA-256" in said
    assert "requires n >= 0" in said


def test_a_hover_of_what_was_only_tested_claims_nothing_proved() -> None:
    said = hover(seen(SPEC, *outcomes_of(SPEC)), 6, 4) or ""
    assert "tested, not proved" in said
    assert "Proved" not in said
    assert "rests on" not in said


def test_a_hover_elsewhere_says_nothing() -> None:
    assert hover(seen(SPEC, PROVED), 6, 12) is None
    assert hover(seen(SPEC, PROVED), 0, 0) is None


def test_what_the_graph_holds_is_told_from_what_was_proved_of_the_text(graph: Path) -> None:
    said = hover(seen(SPEC, graph=graph), 6, 4) or ""
    assert "Proved of this text" not in said
    assert "In the graph, where `qed ci` proves it again" in said
    assert "it returns what version" in said


# -- settings -------------------------------------------------------------------------------------------------------------------


def test_settings_of_the_client_are_taken() -> None:
    options = {"accepted": "graph", "lean": "portable", "prove": "command", "delay": 1, "search": 5}
    assert chosen(Settings(), options) == (Settings(Path("graph"), "portable", "command", 1.0, 5), "")


@pytest.mark.parametrize(
    "options",
    [{"lean": "mine"}, {"prove": True}, {"delay": -1}, {"delay": float("nan")}, {"search": 0.5}, {"x": 1}, {"accepted": ""}, [3]],
)
def test_settings_that_mean_nothing_are_named_and_change_nothing(options: object) -> None:
    settings, wrong = chosen(Settings(), options)
    assert settings == Settings()
    assert wrong


def test_the_fixed_text_is_read_as_the_same_contract_with_the_heads_body(graph: Path) -> None:
    head = reading(SPEC, graph=graph).targets[0].head
    assert head is not None
    assert head.fixed is not None
    (again,) = to_specs(head.fixed.encode(), "spec.py", DEFAULT)
    (before,) = to_specs(SPEC.encode(), "spec.py", DEFAULT)
    assert (again.require, again.ensure) == (before.require, before.ensure)
    body = next(n for n in again.source.tree.body if isinstance(n, ast.FunctionDef)).body
    assert [ast.unparse(s) for s in body] == ["return n * (n - 1) // 2"]
