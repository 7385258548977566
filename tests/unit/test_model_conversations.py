"""Conversations with tools and repairs over real sockets: bounded, paid for, written down, and played back byte for byte."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from targets import TRIANGULAR

from loop.commands.run import serve as serve_judges
from loop.examine import Examination
from loop.executors.executor import InProcess, Question
from loop.models.context import Context
from loop.models.exchanges import Played, Recording, played, read
from loop.models.money import Model, amount, price
from loop.models.tools import RESULT_CHARACTERS
from loop.models.workbench import GraphWorkbench, Report
from loop.proposal import Brief, Proposal, ProposerFailed
from loop.proposers.endpoint import Key, Settings
from loop.proposers.openai import OpenAI
from tests.servers.scripted import Behaviour, Scripted, serve
from verify.limits import DEFAULT
from verify.reasons import Malformed, ProofMissing, Refusal, WrongResult
from verify.spec import to_candidate, to_specs
from verify.task import Task, Version
from verify.verdict import Accept, Declined, Rejected

SECRET = "sk-canary-0123456789abcdef"  # noqa: S105 - it opens nothing
SPEC = TRIANGULAR.encode()
RIGHT, WRONG, WORSE = (f"def tri(n: int) -> int:\n    return {body}\n" for body in ("n * (n + 1) // 2", "n * n", "n * n * n"))
COUNTED = {"prompt": 1_000, "usage": 100}


def answer(program: str, **more: object) -> Behaviour:
    return Behaviour(text=json.dumps({"program": program, "lemmas": "", "idea": ""}), **{**COUNTED, **more})  # type: ignore[arg-type]


def calling(*calls: tuple[str, object], **more: object) -> Behaviour:
    made = tuple({"name": n, "arguments": a if isinstance(a, str) else json.dumps(a)} for n, a in calls)
    return Behaviour(calls=made, **{**COUNTED, **more})  # type: ignore[arg-type]


class Bench:
    """A workbench that knows which program is right; it remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []

    def context(self, brief: Brief) -> Context:
        return Context(lemmas=("theorem gauss : 1 = 1",))

    def check(self, brief: Brief, program: bytes, lemmas: bytes, *, whole: bool) -> Report:
        self.asked.append((program.decode(), whole))
        if program.decode() != RIGHT:
            found = {"arguments": {"n": "3"}, "got": "9", "due": "6"}
            return Report(verdict="reject", reason="WrongResult", message="tri(3) returns 9; 6 is due.", counterexample=found)
        return Report(verdict="decline", reason="ProofMissing", message="x" * 9_000) if whole else Report(verdict="passed")

    def search_lemmas(self, query: str) -> tuple[str, ...]:
        return (f"theorem about {query}",)


def brief(round_: int = 0) -> Brief:
    (spec,) = to_specs(SPEC, "specs/tri.py", DEFAULT)
    return Brief(spec, Version(spec.source, spec.program), (), 7, round_)


def settings(url: str, **more: object) -> Settings:
    quick: dict[str, object] = {"stall_seconds": 60.0, "backoff_seconds": 0.01, "retries": 2, "turns": 3, "repairs": 2}
    return Settings(**{"url": url, "model": "m", **quick, **more})  # type: ignore[arg-type]  # by name


def proposer(server: Scripted, **more: object) -> OpenAI:
    return OpenAI(settings(server.url, **more), Key(SECRET), workbench=Bench())


def ask(p: OpenAI) -> list[str]:
    return [x.program.decode() for x in p.propose(brief())]


def results(server: Scripted) -> list[dict[str, object]]:
    """Return what the tools said, as the last request has it."""
    return [json.loads(m["content"]) for m in server.seen[-1].body["messages"] if m["role"] == "tool"]


def test_a_tool_is_used_and_what_it_says_goes_back() -> None:
    script = calling(("check", {"program": WRONG}), ("counterexample", {"program": WRONG}), ("search_lemmas", {"query": "fmod"}))
    with serve(script, answer(RIGHT)) as server:
        p = proposer(server)
        assert ask(p) == [RIGHT]
        found = {"arguments": {"n": "3"}, "got": "9", "due": "6"}
        first, second, third = results(server)
        assert (first["verdict"], first["reason"], first["counterexample"]) == ("reject", "WrongResult", found)
        assert second["counterexample"] == found
        assert third == {"theorems": ["theorem about fmod"]}
        spoken = server.seen[-1].body["messages"][-4]
        assert [c["id"] for c in spoken["tool_calls"]] == ["c0", "c1", "c2"]
        assert "theorem gauss : 1 = 1" in server.seen[0].body["messages"][1]["content"]
        assert p.last_faults == []


def test_a_proof_is_looked_for_as_often_as_it_may_be() -> None:
    goals, whole = ("goals", {"program": RIGHT}), ("check", {"program": RIGHT, "lemmas": "", "whole": True})
    with serve(calling(goals, whole, goals), answer(RIGHT)) as server:
        p = proposer(server)
        assert ask(p) == [RIGHT]
        assert isinstance(p.workbench, Bench)
        assert [whole for _, whole in p.workbench.asked].count(True) == 2
        first, second, third = results(server)
        assert (first["proved"], first["reason"], second["reason"]) == (False, "ProofMissing", "ProofMissing")
        assert "No more proofs" in str(third["lean"])
        assert all(len(json.dumps(r)) <= RESULT_CHARACTERS for r in (first, second))


def test_a_wrong_candidate_costs_no_proof() -> None:
    with serve(calling(("goals", {"program": WRONG})), answer(RIGHT)) as server:
        p = proposer(server)
        ask(p)
        assert p.workbench.asked[0] == (WRONG, False)  # type: ignore[union-attr]
        assert True not in [whole for _, whole in p.workbench.asked]  # type: ignore[union-attr]


MISUSED = {
    "no JSON": ("check", '{"program": ', "no JSON"),
    "no object": ("check", "[1]", "no JSON object"),
    "a name of no tool": ("admit", "{}", "no tool of that name"),
    "an argument too few": ("check", "{}", "`program` is missing"),
    "an argument too many": ("check", '{"program": "p", "accept": true}', "no argument 'accept'"),
    "another type": ("check", '{"program": 7}', "`program` is not a string"),
    "a flag that is none": ("check", '{"program": "p", "whole": "yes"}', "`whole` is not a boolean"),
    "half of a pair": ("check", '{"program": "\\ud800"}', "surrogate"),
    "nested": ("check", '{"program":' * 2_000, "no JSON"),
    "nothing": ("search_lemmas", "", "`query` is missing"),
}


@pytest.mark.parametrize("case", MISUSED)
def test_wrong_arguments_are_told_and_nothing_is_run(case: str) -> None:
    name, arguments, said = MISUSED[case]
    with serve(calling((name, arguments)), answer(RIGHT)) as server:
        p = proposer(server, repairs=0)
        assert ask(p) == [RIGHT]
        (found,) = results(server)
        assert said in str(found["error"])
        assert p.workbench.asked == []  # type: ignore[union-attr]
        # what goes back as arguments is an object, since servers read it
        assert isinstance(json.loads(server.seen[-1].body["messages"][-2]["tool_calls"][0]["function"]["arguments"]), dict)


def test_tools_without_end_end() -> None:
    with serve(calling(*[("check", {"program": WRONG})] * 9, times=-1)) as server:
        p = proposer(server)
        assert ask(p) == []
        assert p.last_faults == ["the model asks for tools after 3 replies with tools"]
        assert len(server.seen) == 5
        assert len(p.workbench.asked) == 12  # type: ignore[union-attr]  # four of each reply, and none of the last two
        assert "no more tools" in str(results(server)[-1]["error"])


def test_a_server_without_tools_gets_them_in_the_text() -> None:
    written = Behaviour(text=json.dumps({"tool": "check", "arguments": {"program": WRONG}}), refuse=("tools",), names_it=True)
    with serve(written, answer(RIGHT, refuse=("tools",))) as server:
        p = proposer(server)
        assert ask(p) == [RIGHT]
        refused, asked, told = (s.body for s in server.seen)
        assert "tools" in refused
        assert "tools" not in asked
        assert "response_format" not in asked
        assert "- search_lemmas, arguments" in asked["messages"][0]["content"]
        last = told["messages"][-1]
        assert last["role"] == "user"
        assert '| {"counterexample": {"arguments": {"n": "3"}' in last["content"]


def test_without_a_workbench_there_are_no_tools() -> None:
    with serve(answer(RIGHT)) as server:
        p = OpenAI(settings(server.url), Key(SECRET))
        assert ask(p) == [RIGHT]
        assert "tools" not in server.seen[0].body


def test_a_refused_candidate_goes_back_with_its_counterexample() -> None:
    with serve(answer(WRONG), answer(WORSE), answer(RIGHT)) as server:
        p = proposer(server)
        assert ask(p) == [WRONG, WORSE, RIGHT]
        roles = [m["role"] for m in server.seen[2].body["messages"]]
        assert roles == ["system", "user", "assistant", "user", "assistant", "user"]
        last = server.seen[2].body["messages"][-1]["content"]
        assert "WrongResult:\n| tri(3) returns 9; 6 is due.\n" in last


def test_repairs_are_bounded() -> None:
    with serve(answer(WRONG, times=-1)) as server:
        assert ask(proposer(server, repairs=1)) == [WRONG, WRONG]
        assert ask(proposer(server, repairs=0)) == [WRONG]
        assert len(server.seen) == 3


VERDICTS = {
    "goals": (Declined(ProofMissing(what="no proof was found. Lean, last: ⊢ n = 2"), "kernel"), "ProofMissing:\n| no proof"),
    "a counterexample": (
        Rejected(WrongResult(what="tri(9) is 1.", arguments=(9,), got="1", due="45"), "smt"), "WrongResult:\n| tri(9) is 1."),
}  # fmt: skip


@pytest.mark.parametrize("case", VERDICTS)
def test_what_the_run_says_goes_back_in_the_same_conversation(case: str) -> None:
    verdict, due = VERDICTS[case]
    with serve(answer(RIGHT), answer(RIGHT)) as server:
        p = proposer(server, repairs=1)
        proposals = p.propose(brief())
        first = next(proposals)
        p.learn(first, verdict.name, type(verdict.reason).__name__, str(verdict.reason))
        next(proposals)
        assert due in server.seen[1].body["messages"][-1]["content"]
        assert p.workbench.asked == []  # type: ignore[union-attr]  # it was judged, so it is not tried again


def test_a_malformed_answer_goes_back_and_is_told() -> None:
    proved = Behaviour(text='{"verdict": "accept", "proved": true, "tier": "kernel"}', **COUNTED)
    with serve(proved, answer(RIGHT)) as server:
        p = proposer(server)
        assert ask(p) == [RIGHT]
        assert len(p.last_faults) == 1
        assert "no `program`" in p.last_faults[0]


# -- what it costs --------------------------------------------------------------------------------------------------------------

CHEAP, DEAR = Model("cheap", price("0.15", "0.60")), Model("dear", price("3", "15"))


def test_money_is_counted_exactly_for_each_model() -> None:
    with serve(answer(RIGHT, times=-1)) as server:
        p = proposer(server, models=(CHEAP, DEAR), answers=4, repairs=0, turns=0)
        ask(p)
        assert [s.body["model"] for s in server.seen] == ["cheap", "dear"] * 2
        each = amount("0.00015") + amount("0.00006") + amount("0.003") + amount("0.0015")
        assert p.ledger.spent.money == 2 * each
        assert p.money == "0.00942"
        assert p.tokens == 4 * 1_100


FAULTS: dict[str, Behaviour] = {
    "429": Behaviour(do="error", status=429, headers={"Retry-After": "0"}),
    "500": Behaviour(do="error", status=500),
    "reset": Behaviour(do="reset", text="x" * 400),
    "half": Behaviour(do="half", text=json.dumps({"program": RIGHT})),
    "flood": Behaviour(do="flood", status=200),
    "invalid": Behaviour(do="garbage"),
    "proved": Behaviour(text='{"verdict": "accept", "proved": true}'),
    "endless": calling(("check", {"program": WRONG})),
    "misused": calling(("check", "{"), ("nothing", "")),
    "echo": Behaviour(text=f"my key is {SECRET}"),
    "not streamed": Behaviour(do="whole", text="no"),
    "reasoning": Behaviour(text="", reasoning="hm " * 900, thinks_as="reasoning"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_no_fault_gets_past_the_budget_or_the_key_into_a_file(case: str, tmp_path: Path) -> None:
    with serve(FAULTS[case], answer(WRONG), FAULTS[case], answer(RIGHT), *[FAULTS[case]] * 40) as server:
        limit = amount("0.75")
        own = settings(server.url, models=(DEAR,), money=limit, answers=9, retries=3)
        p = OpenAI(own, Key(SECRET), workbench=Bench(), tape=Recording(tmp_path / "x.jsonl", asdict(own)))
        said = ""
        try:
            for proposal in p.propose(brief()):
                assert proposal.program.decode() in (RIGHT, WRONG)
                assert p.ledger.spent.money <= limit
        except ProposerFailed as failed:
            said = str(failed)
        assert 0 <= p.ledger.spent.money <= limit
        assert p.ledger.held.money == 0
        assert p.requests == len(server.seen)
        assert said or p.last_faults
        content = (tmp_path / "x.jsonl").read_bytes()
        assert SECRET.encode() not in content
        said = "".join(text for line in read(content, "x")[1] if line.sent for text in line.sent.heard().texts())
        assert "canary" not in said


def test_what_a_server_does_not_count_is_counted_from_above() -> None:
    with serve(Behaviour(text=json.dumps({"program": RIGHT}), reasoning="hm" * 50, thinks_as="reasoning")) as server:
        p = proposer(server, repairs=0)
        ask(p)
        sent = server.seen[0].body
        least = len(json.dumps(sent, ensure_ascii=False, separators=(",", ":"))) + len(RIGHT) + 100
        assert least <= p.tokens <= least + 1_000


def test_a_request_that_does_not_fit_is_not_sent() -> None:
    with serve(answer(RIGHT, times=-1)) as server:
        p = proposer(server, models=(DEAR,), money=amount("0.2"))
        with pytest.raises(ProposerFailed, match=r"budget of \$0.20"):
            ask(p)
        assert (server.seen, p.requests, p.ledger.spent.money) == ([], 0, 0)


def test_where_the_dear_model_does_not_fit_the_cheap_one_is_asked() -> None:
    with serve(answer(RIGHT, times=-1)) as server:
        p = proposer(server, models=(DEAR, CHEAP), money=amount("0.1"), repairs=0, turns=0)
        assert ask(p) == [RIGHT]
        assert [s.body["model"] for s in server.seen] == ["cheap"]
        assert "dear: The budget of $0.10" in p.last_faults[0]


def test_a_server_that_counts_more_than_it_may_is_asked_no_more() -> None:
    with serve(answer(RIGHT, usage=500_000, times=-1)) as server:
        p = proposer(server, answers=3)
        with pytest.raises(ProposerFailed, match="counts 501000 tokens"):
            ask(p)
        assert (len(server.seen), p.tokens) == (1, 501_000)


# -- what is written down -------------------------------------------------------------------------------------------------------

RUN = (
    Behaviour(do="error", status=429, headers={"Retry-After": "0"}),
    calling(("check", {"program": WRONG}), ("nothing", "{")),
    Behaviour(do="reset", text="x" * 100),
    answer(WRONG, reasoning="hm é\U0001f600"),
    Behaviour(text="no idea"),
    answer(RIGHT),
)


def recorded(folder: Path, make: Callable[[Settings, Path], OpenAI], own: Settings) -> tuple[bytes, list[Proposal], OpenAI]:
    path = folder / "x.jsonl"
    folder.mkdir()
    p = make(own, path)
    found = list(p.propose(brief()))
    return path.read_bytes(), found, p


def test_a_recording_is_played_back_byte_for_byte_with_no_server(tmp_path: Path) -> None:
    with serve(*RUN) as server:
        own = settings(server.url, models=(CHEAP,))
        content, found, live = recorded(
            tmp_path / "a", lambda s, f: OpenAI(s, Key(SECRET), workbench=Bench(), tape=Recording(f, asdict(s))), own,
        )  # fmt: skip
    assert [x.program.decode() for x in found] == [WRONG, RIGHT]
    tape = played(content, "x.jsonl")
    bench = Bench()
    again, same, replayed = recorded(
        tmp_path / "b", lambda s, f: OpenAI(s, Key(""), workbench=bench, tape=Recording(f, asdict(s), tape)), own,
    )  # fmt: skip
    assert (again, same, bench.asked, tape.differed) == (content, found, [], 0)
    assert (replayed.ledger, replayed.last_faults) == (live.ledger, live.last_faults)
    assert content.isascii()
    assert SECRET.encode() not in content
    kinds = "".join(json.loads(line)["kind"][0] for line in content.splitlines())
    assert kinds == "s" "t" "ee" "tt" "ee" "t" "ee" "t"


def test_what_was_not_recorded_is_not_made_up() -> None:
    p = OpenAI(settings("http://127.0.0.1:1/v1"), Key(""), tape=Played({}, {}))
    with pytest.raises(ProposerFailed, match="nothing more of the conversation tri"):
        ask(p)


def test_a_killed_run_leaves_a_recording_that_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with serve(*RUN) as server:
        own = settings(server.url)
        ask(OpenAI(own, Key(SECRET), workbench=Bench(), tape=Recording(path, asdict(own))))
    content = path.read_bytes()
    for cut in (0, 5, len(content) - 3):
        path.write_bytes(content[:cut])
        Recording(path, asdict(own))
        assert path.read_bytes() == content[: max(content.rfind(b"\n", 0, cut), content.index(b"\n")) + 1]


ODD = {
    "another file": b"hello\n", "no settings": b'{"arguments":"","conversation":"c","kind":"tool","name":"n","result":"r"}\n',
    "spaces": b'{"kind": "settings","settings":{}}\n', "cut": b'{"kind":"settings","settings":{}}\n{"kind"',
    "settings twice": b'{"kind":"settings","settings":{}}\n' * 2,
    "another kind": b'{"kind":"settings","settings":{}}\n{"kind":"verdict"}\n',
    "an event that is none": b'{"kind":"settings","settings":{}}\n'
    b'{"conversation":"c","events":[7],"fault":null,"kind":"exchange","request":{}}\n',
    "a fault that is none": b'{"kind":"settings","settings":{}}\n'
    b'{"conversation":"c","events":[],"fault":{"x":1},"kind":"exchange","request":{}}\n',
    "a list": b"[]\n", "deep": b"[" * 90_000 + b"\n", "no number": b'{"kind":"settings","settings":{"x":NaN}}\n',
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_what_is_no_recording_is_refused(case: str) -> None:
    with pytest.raises(Refusal) as refused:
        played(ODD[case], "x.jsonl")
    assert isinstance(refused.value.reason, Malformed)
    assert refused.value.reason.where.startswith("x.jsonl:")


def test_somebody_elses_file_is_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(Refusal):
        Recording(path, {})
    assert path.read_text() == "mine"


# -- the workbench --------------------------------------------------------------------------------------------------------------


def test_the_workbench_runs_the_real_gates(tmp_path: Path) -> None:
    bench = GraphWorkbench(tmp_path / "none")
    wrong = bench.check(brief(), WRONG.encode(), b"", whole=False)
    assert (wrong.verdict, wrong.reason) == ("reject", "WrongResult")
    assert wrong.counterexample is not None
    assert bench.check(brief(), RIGHT.encode(), b"", whole=True).verdict == "passed"
    assert bench.check(brief(), b"import os\n", b"", whole=False).refused
    assert bench.check(brief(), RIGHT.encode(), b"\xff", whole=False).reason == "Malformed"
    assert bench.context(brief()).acceptances == ()


def test_lemmas_are_found_by_what_they_speak_of(tmp_path: Path) -> None:
    bench = GraphWorkbench(tmp_path / "none")
    assert any("fmod_bounds_pos" in text for text in bench.search_lemmas("0 ≤ fmod a b"))
    assert any("band_comm" in text for text in bench.search_lemmas("band_comm"))
    assert bench.search_lemmas("") == ()


class Examiner:
    """Refuses everything, for lack of a proof."""

    def examine(self, task: Task, **_: object) -> Examination:
        return Examination(Declined(ProofMissing(what=f"goals of {task.judged.source.label}"), "kernel"))


def test_the_judge_of_a_run_tells_the_proposer_and_serves_its_workbench(tmp_path: Path) -> None:
    with serve(answer(RIGHT), answer(RIGHT)) as server:
        bench = GraphWorkbench(tmp_path / "none")
        p = OpenAI(settings(server.url, repairs=1, turns=0), Key(SECRET), workbench=bench)
        executor = InProcess(lambda _: Examiner())
        serve_judges(p, executor)
        own, proposals = brief(), p.propose(brief())
        first = next(proposals)
        new = Version(*to_candidate(first.program, "mine", own.spec, DEFAULT))
        said = executor.submit(Question(Task(own.spec, own.head, new)), lambda _: None).result().examination.verdict
        assert not isinstance(said, Accept)
        p.learn(first, said.name, type(said.reason).__name__, str(said.reason))
        next(proposals)
        assert "| goals of mine" in server.seen[1].body["messages"][-1]["content"]
        assert bench.check(own, RIGHT.encode(), b"", whole=True).reason == "ProofMissing"
