"""What `qed --help` lists: the groups of commands in their order, and of each command one line and examples that work."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

BEGIN: Final = "Begin"
IMPROVE: Final = "Improve"
LOOK: Final = "Look"
GATE: Final = "Prove again"
LEARN: Final = "Learn"
CONNECT: Final = "Connect"
PANELS: Final = (BEGIN, IMPROVE, LOOK, GATE, LEARN, CONNECT)

FIRST_STEPS: Final = (
    ("qed init", "set up a folder: specs, tests, an empty graph, CI"),
    ("qed run", "look for better versions, and keep what is proved"),
    ("qed explain TARGET", "say what was proved, how, and what it rests on"),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """How a command is listed: under which heading, in which words, and calls of it that mean something."""

    panel: str
    line: str
    """at most 58 characters"""
    examples: tuple[str, ...] = ()
    """whole command lines; none for a group of commands"""


COMMANDS: Final[Mapping[str, Listed]] = {
    "init": Listed(BEGIN, "set up a folder of your own", ("qed init", "qed init proofs --git --ci github")),
    "new": Listed(
        BEGIN,
        "write a spec and its test, by questions or flags",
        (
            'qed new tri --parameters "n: int" --require "n >= 0" --ensure "result >= 0"',
            "qed new --from src/sums.py::total --family sums",
        ),
    ),
    "doctor": Listed(BEGIN, "say which tools are here, and mend what is not", ("qed doctor", "qed doctor --install")),
    "check": Listed(
        IMPROVE,
        "judge a baseline, or a candidate against it",
        ("qed check specs/sums/tri.py", "qed check specs/sums/tri.py faster.py --admit"),
    ),
    "run": Listed(
        IMPROVE,
        "look for better versions, and keep what is proved",
        ("qed run", "qed run specs/sums/tri.py --budget 2m", "qed run --proposer openai --model M --base-url URL"),
    ),
    "resume": Listed(IMPROVE, "go on with a run that was stopped or killed", ("qed resume",)),
    "stop": Listed(IMPROVE, "stop whatever works on a graph", ("qed stop", "qed stop --clear")),
    "apply": Listed(
        IMPROVE,
        "improve a function of your own file, as a patch",
        ("qed apply src/sums.py::total", 'qed apply src/sums.py::total --write --test "pytest -q"'),
    ),
    "strengthen": Listed(
        IMPROVE, "judge a spec that asks for more than the accepted one", ("qed strengthen specs/sums/tri.py --admit",)
    ),
    "graph": Listed(LOOK, "the graph of accepted versions: show, log, export"),
    "graph show": Listed(LOOK, "list the targets and their heads", ("qed graph show", "qed graph show --json")),
    "graph log": Listed(LOOK, "list the versions of a target", ("qed graph log tri",)),
    "graph export": Listed(
        LOOK, "write the graph as GraphML, DOT or JSON", ("qed graph export graph.graphml", "qed graph export - --format dot")
    ),
    "explain": Listed(
        LOOK,
        "say in words what a node, or a refusal, means",
        ("qed explain tri", "qed explain 6341e84a1c0a", "qed explain CostNotLower"),
    ),
    "certificate": Listed(LOOK, "what an acceptance is bound to"),
    "certificate show": Listed(LOOK, "say what a certificate binds, field by field", ("qed certificate show tri",)),
    "review": Listed(LOOK, "what waits for a person's word"),
    "review list": Listed(LOOK, "list what was proved and waits", ("qed review list",)),
    "review show": Listed(LOOK, "say what there is to judge", ("qed review show tri",)),
    "review approve": Listed(LOOK, "prove it again, and admit it", ("qed review approve tri --by Ada",)),
    "review reject": Listed(LOOK, "take it out of the queue for good", ('qed review reject tri --by Ada --why "unreadable"',)),
    "report": Listed(
        LOOK, "say what the graph holds, as Markdown or HTML", ("qed report", "qed report --html report.html tri")
    ),
    "serve": Listed(LOOK, "show graph, runs and reviews as web pages", ("qed serve", "qed serve --port 9000 --open")),
    "ci": Listed(
        GATE, "check the graph, and prove again what is due", ("qed ci --all", "qed ci --base origin/main --sarif qed.sarif")
    ),
    "lean": Listed(GATE, "run a Lean file on top of the library", ("qed lean lemmas.lean",)),
    "bench": Listed(GATE, "measure how fast this machine judges", ("qed bench", "qed bench --times 5 --json")),
    "rules": Listed(LEARN, "rewrite rules: find, play, show"),
    "rules find": Listed(
        LEARN, "conjecture rewrite rules, and admit what is proved", ("qed rules find --grammar bits --budget 5m",)
    ),
    "rules play": Listed(LEARN, "find rules by self-play", ("qed rules play --rounds 3",)),
    "rules show": Listed(LEARN, "print the rules of the graph", ("qed rules show",)),
    "lemmas": Listed(LEARN, "lemmas of the graph: weigh, show"),
    "lemmas weigh": Listed(LEARN, "prove past goals with and without each lemma", ("qed lemmas weigh --budget 10m",)),
    "lemmas show": Listed(LEARN, "print the lemmas, and what each is worth", ("qed lemmas show",)),
    "policy": Listed(LEARN, "learned settings of the loop: learn, try, show"),
    "policy learn": Listed(LEARN, "fit a ranking on the journal, and try it", ("qed policy learn ranking work/ranking",)),
    "policy try": Listed(LEARN, "try a policy on held-out targets", ("qed policy try ranking.json work/trial",)),
    "policy show": Listed(LEARN, "print the policies and their evidence", ("qed policy show",)),
    "tune": Listed(LEARN, "search for settings that yield more", ("qed tune work/tuning --trials 10",)),
    "prompts": Listed(LEARN, "evolve what models are told of their task", ("qed prompts work/prompts --model M --base-url URL",)),
    "evolve": Listed(LEARN, "run generations that learn, and measure each", ("qed evolve work/generations --generations 2",)),
    "dataset": Listed(LEARN, "write what the graph teaches, for training", ("qed dataset work/dataset",)),
    "lsp": Listed(CONNECT, "serve an editor, as a language server", ("qed lsp", "qed lsp --prove command")),
    "mcp": Listed(CONNECT, "serve a coding agent, by MCP", ("qed mcp", "qed mcp --allow-submit")),
    "export": Listed(
        CONNECT, "write the heads as an importable package", ("qed export dist/proved", "qed export dist/proved tri --checked")
    ),
}
