"""The command line `qed`: options, exit codes, and one line for everything that goes wrong.

Exit codes: 0 accept or done, 1 reject, 2 wrong usage, 3 decline, 4 error, 130 stopped by Ctrl-C. `QED_DEBUG=1` shows where an
unforeseen error came from.
"""

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from loop import __version__, completion
from loop.command_tree import Tree
from loop.commands.common import ERROR, STOPPED, preference
from loop.commands.governance_cli import review, stop
from loop.commands.guarded import guarded
from loop.commands.options import GRAPH, Accepted, ExecutorName, Json, Lean, ProposerName, Time
from loop.graph_cli import graphs
from loop.learning_cli import dataset, evolve, lemmas, policy, rules, tune
from loop.prompts_cli import prompts
from loop.starting_cli import bench, init, new

app = typer.Typer(name="qed", cls=Tree, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
app.add_typer(graphs, name="graph", help="Look at the graph of accepted versions.")
certificates = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
app.add_typer(certificates, name="certificate", help="Look at what an acceptance is bound to.")
app.add_typer(review, name="review", help="Look at what waits for a person's word, and give it.")
app.add_typer(rules, name="rules", help="Find rewrite rules, and look at those of the graph.")
app.add_typer(lemmas, name="lemmas", help="Weigh the lemmas of the graph, and look at them.")
app.add_typer(policy, name="policy", help="Learn settings of the loop from its journal, and try them.")

NODE_HELP = "a node, the beginning of its name, or a target"
EXPLAIN_HELP = "a node, the beginning of its name, a target, or the name of a refusal"
ORDER_HELP = "prove this order and no other: always, eventually or worst-case"
TEST_HELP = "tests, such as 'pytest -q', run before and after; the change is taken back where they fail"
FAMILY_HELP = "worst-case: a parameter of the old version's dear input of a size, e.g. 'xs=[0] * size'; once for each parameter"


def main() -> int:
    """Run the command line and return its exit code."""
    # a shell that starts this in the background leaves Ctrl-C ignored, and the default for SIGTERM leaves children behind
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _terminated)
    # integers of the language have no longest one; their size is bounded by verify.limits
    sys.set_int_max_str_digits(0)
    try:
        app(prog_name="qed")
    except SystemExit as done:
        if done.code == STOPPED:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C has nothing left to stop
        return done.code if isinstance(done.code, int) else ERROR
    return 0


def _terminated(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"qed {__version__}\n")
        raise typer.Exit


@app.callback()
def qed(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version")] = False,
) -> None:
    """Improve programs, and only ever by proof."""
    del version


@app.command()
def run(
    specs: Annotated[list[Path] | None, typer.Argument(metavar="SPEC", help="spec files, or folders of them")] = None,
    rounds: Annotated[int, typer.Option(metavar="N", help="most rounds")] = 4,
    proposer: ProposerName = "symbolic",
    record: Annotated[Path | None, typer.Option(metavar="FILE", help="append every proposal to a recording")] = None,
    budget: Time = None,
    max_proposals: Annotated[int | None, typer.Option(metavar="N", help="most proposals")] = None,
    max_judgements: Annotated[int | None, typer.Option(metavar="N", help="most judgements")] = None,
    max_tokens: Annotated[int | None, typer.Option(metavar="N", help="most tokens of models")] = None,
    max_money: Annotated[str | None, typer.Option(metavar="AMOUNT", help="most money for models, such as 2.50")] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="all the randomness that a proposer may draw on")] = 0,
    accepted: Accepted = GRAPH,
    model: Annotated[list[str] | None, typer.Option(metavar="M", help="a model for --proposer openai; they take turns")] = None,
    base_url: Annotated[str | None, typer.Option(metavar="URL", help="the endpoint of the models")] = None,
    price: Annotated[list[str] | None, typer.Option(metavar="M=IN/OUT", help="a model's price, $ for a million tokens")] = None,
    prices: Annotated[Path | None, typer.Option(metavar="FILE", help='such prices in TOML: ["M"] with `in` and `out`')] = None,
    answer_tokens: Annotated[int | None, typer.Option(metavar="N", help="most tokens of one reply")] = None,
    turns: Annotated[int, typer.Option(metavar="N", help="replies of a conversation in which a model may use tools")] = 6,
    repairs: Annotated[int, typer.Option(metavar="N", help="times that a refused answer goes back to the model")] = 2,
    exchanges: Annotated[Path | None, typer.Option(metavar="FILE", help="append all that models are asked and say")] = None,
    executor: ExecutorName = "local",
    address: Annotated[str | None, typer.Option(metavar="A", help="a Ray cluster; without, one of its own here")] = None,
    jobs: Annotated[int | None, typer.Option(metavar="N", help="judgements at a time; default: by cores and free memory")] = None,
    policy: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="try a policy in place of the graph's")] = None,
    review: Annotated[bool, typer.Option("--review", help="hold what improves a target for a person's word")] = False,
    lean: Lean = "auto",
    as_json: Json = False,
) -> None:
    """Look for better versions of targets, and add what is proved to the graph; default: all of specs/, offline.

    A file qed.stop, here or in the graph's folder under .qed (`qed stop`), stops it between two judgements; `qed resume` goes on.
    """

    def action() -> int:
        from loop.commands.run import run as command  # noqa: PLC0415 - `qed --help` is quick
        from loop.commands.run_arguments import ModelArguments, RunArguments, read_texts  # noqa: PLC0415

        asked = ModelArguments(
            models=tuple(model or ()), base_url=base_url, price=tuple(price or ()), prices=prices,
            answer_tokens=answer_tokens, turns=turns, repairs=repairs, exchanges=exchanges,
        )  # fmt: skip
        return command(RunArguments(
            specs=tuple(specs or ()), rounds=rounds, proposer=proposer, record=record, budget=budget, seed=seed,
            max_proposals=max_proposals, max_judgements=max_judgements, max_tokens=max_tokens, max_money=max_money,
            accepted=accepted, models=asked, lean=preference(lean), executor=executor, address=address,
            jobs=jobs, review=review, as_json=as_json, policies=read_texts(policy or ()),
        ))  # fmt: skip

    guarded(action, as_json=as_json)


@app.command()
def resume(accepted: Accepted = GRAPH, as_json: Json = False) -> None:
    """Go on with the last run over a graph that was stopped or killed, to the graph that it would have come to."""

    def action() -> int:
        from loop.commands.resume import ResumeArguments, resume as command  # noqa: I001, PLC0415

        return command(ResumeArguments(accepted=accepted, as_json=as_json))

    guarded(action, as_json=as_json)


@app.command()
def check(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="the spec file")],
    candidate: Annotated[Path | None, typer.Argument(metavar="CANDIDATE", help="a file with the same function")] = None,
    function: Annotated[str | None, typer.Option(metavar="NAME", help="which target of the spec file")] = None,
    accepted: Annotated[Path | None, typer.Option(metavar="DIR", help="judge against the head in this graph")] = None,
    admit: Annotated[bool, typer.Option("--admit", help="add what is accepted to the graph (default: accepted/)")] = False,
    order: Annotated[str | None, typer.Option(metavar="ORDER", help=ORDER_HELP, autocompletion=completion.orders)] = None,
    size: Annotated[str | None, typer.Option(metavar="EXPR", help="worst-case: the size of an input, e.g. 'len(xs)'")] = None,
    bound: Annotated[str | None, typer.Option(metavar="EXPR", help="worst-case: most ticks, e.g. '9 * size + 20'")] = None,
    least: Annotated[int, typer.Option("--from", metavar="N", help="worst-case: the least size that is meant")] = 0,
    family: Annotated[list[str] | None, typer.Option(metavar="NAME=EXPR", help=FAMILY_HELP)] = None,
    strength: Annotated[bool, typer.Option("--strength", help="say which mutants of the baseline the contract refutes")] = False,
    lean: Lean = "auto",
    as_json: Json = False,
) -> None:
    """Judge a baseline, or a candidate against it; a .lean file beside the candidate may help the proof."""

    def action() -> int:
        from loop.commands.check import CheckArguments, check as command, to_asked  # noqa: I001, PLC0415

        return command(CheckArguments(
            spec=spec, candidate=candidate, function=function, accepted=accepted, admit=admit, lean=preference(lean),
            as_json=as_json, asked=to_asked(order, size, bound, least, family or ()), strength=strength,
        ))  # fmt: skip

    guarded(action, as_json=as_json)


@app.command()
def apply(
    where: Annotated[str, typer.Argument(metavar="PATH::FUNCTION", help="a function in a file of your own")],
    write: Annotated[bool, typer.Option("--write", help="change the file (default: print the patch)")] = False,
    test: Annotated[str | None, typer.Option(metavar="CMD", help=TEST_HELP)] = None,
    allow_dirty: Annotated[bool, typer.Option("--allow-dirty", help="change a file that git holds in another form")] = False,
    rounds: Annotated[int, typer.Option(metavar="N", help="most rounds")] = 4,
    proposer: ProposerName = "symbolic",
    budget: Annotated[str | None, typer.Option(metavar="TIME", help="wall clock, such as 30s, 5m or 1h")] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="all the randomness that a proposer may draw on")] = 0,
    accepted: Accepted = GRAPH,
    model: Annotated[list[str] | None, typer.Option(metavar="M", help="a model for --proposer openai; they take turns")] = None,
    base_url: Annotated[str | None, typer.Option(metavar="URL", help="the endpoint of the models")] = None,
    lean: Lean = "auto",
    as_json: Json = False,
) -> None:
    """Improve a function of your own repository in place: the patch is printed, its proof kept in the graph."""

    def action() -> int:
        from loop.commands.apply import ApplyArguments, apply as command  # noqa: I001, PLC0415
        from loop.commands.run_arguments import ModelArguments, RunArguments  # noqa: PLC0415

        return command(ApplyArguments(
            where=where, write=write, test=test, dirty=allow_dirty, run=RunArguments(
                rounds=rounds, proposer=proposer, budget=budget, seed=seed, accepted=accepted,
                models=ModelArguments(models=tuple(model or ()), base_url=base_url), lean=preference(lean), as_json=as_json,
            ),
        ))  # fmt: skip

    guarded(action, as_json=as_json)


@app.command()
def strengthen(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="the spec file; a .lean file beside it may help the proof")],
    function: Annotated[str | None, typer.Option(metavar="NAME", help="which target of the spec file")] = None,
    of: Annotated[str | None, typer.Option(metavar="NODE", help="the spec that it strengthens, where there are several")] = None,
    accepted: Accepted = GRAPH,
    admit: Annotated[bool, typer.Option("--admit", help="add what is accepted to the graph")] = False,
    lean: Lean = "auto",
    as_json: Json = False,
) -> None:
    """Judge a spec that asks for more than the accepted one, and what is accepted against it."""

    def action() -> int:
        from loop.commands.strengthen import StrengthenArguments, strengthen as command  # noqa: I001, PLC0415

        return command(StrengthenArguments(
            spec=spec, function=function, accepted=accepted, admit=admit, lean=preference(lean), as_json=as_json, weaker=of,
        ))  # fmt: skip

    guarded(action, as_json=as_json)


@app.command()
def ci(
    everything: Annotated[bool, typer.Option("--all", help="prove every node again")] = False,
    base: Annotated[str | None, typer.Option(metavar="REF", help="the graph may only add to the one at this commit")] = None,
    accepted: Accepted = GRAPH,
    tree: Annotated[Path | None, typer.Option(metavar="DIR", help="the repository that is judged, with the graph in it")] = None,
    trust_change: Annotated[bool, typer.Option("--trust-change", help="list what changed in trusted files, and go on")] = False,
    as_json: Json = False,
    sarif: Annotated[Path | None, typer.Option(metavar="FILE", help="write SARIF 2.1.0")] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="write JUnit XML")] = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="write a summary for a pull request")] = None,
    lean: Lean = "auto",
    workers: Annotated[int, typer.Option(metavar="N", help="nodes that are proved at the same time")] = 2,
) -> None:
    """Check the graph, and prove again what is due."""

    def action() -> int:
        from loop.commands.gate import gate  # noqa: PLC0415
        from verify.command import CiArguments  # noqa: PLC0415

        return gate(CiArguments(
            everything=everything, base=base, accepted=accepted, tree=tree, trust_change=trust_change, as_json=as_json,
            sarif=sarif, junit=junit, markdown=markdown, lean=preference(lean), workers=workers,
        ))  # fmt: skip

    guarded(action, as_json=as_json)


@certificates.command("show")
def show_certificate(
    node: Annotated[str, typer.Argument(metavar="NODE", help=NODE_HELP, autocompletion=completion.nodes)],
    accepted: Accepted = GRAPH,
    as_json: Json = False,
) -> None:
    """Say what a certificate binds, field by field, and whether it is still what it was."""

    def action() -> int:
        from loop.commands.certificate import show as command  # noqa: PLC0415

        return command(node, accepted, as_json=as_json)

    guarded(action, as_json=as_json)


@app.command()
def explain(
    node: Annotated[str, typer.Argument(metavar="NODE", help=EXPLAIN_HELP, autocompletion=completion.explainable)],
    accepted: Accepted = GRAPH,
    as_json: Json = False,
) -> None:
    """Say what a node claims, how it was proved, what that rests on, and what would make it false.

    Of a refusal, such as CostNotLower, it says what that means and what to do next.
    """

    def action() -> int:
        from loop.commands.explain import explain as command  # noqa: PLC0415

        return command(node, accepted, as_json=as_json)

    guarded(action, as_json=as_json)


@app.command()
def doctor(
    install: Annotated[bool, typer.Option("--install", help="fetch the portable Lean where it is missing")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="show only what stands in the way")] = False,
    as_json: Json = False,
) -> None:
    """Say which tools are here, in which version, and the command that mends what is not."""

    def action() -> int:
        from loop.commands.doctor import doctor as command  # noqa: PLC0415

        return command(mend=install, quiet=quiet, as_json=as_json)

    guarded(action, as_json=as_json)


@app.command("lean")
def lean_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a Lean file")], lean: Lean = "auto", as_json: Json = False
) -> None:
    """Run a Lean file on top of the library, and print what Lean says."""

    def action() -> int:
        from loop.commands.lean import lean as command  # noqa: PLC0415

        return command(file, preference(lean), as_json=as_json)

    guarded(action, as_json=as_json)


app.command()(init)
app.command()(new)
app.command()(bench)
app.command()(dataset)
app.command()(evolve)
app.command()(prompts)
app.command()(stop)
app.command()(tune)


if __name__ == "__main__":
    sys.exit(main())
