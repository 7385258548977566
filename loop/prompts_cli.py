"""The command line of `qed prompts`."""

from pathlib import Path
from typing import Annotated

import typer

from loop.commands.common import preference
from loop.commands.guarded import guarded
from loop.commands.options import GRAPH, Accepted, Json, Lean
from loop.commands.run_arguments import ModelArguments, parse_budget


def prompts(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="a folder that is new, or that this was interrupted in")],
    specs: Annotated[Path, typer.Option(metavar="DIR", help="the spec files; a target's family is its folder")] = Path("specs"),
    held_out: Annotated[list[str] | None, typer.Option(metavar="FAMILY", help="a family to measure on alone")] = None,
    model: Annotated[list[str] | None, typer.Option(metavar="M", help="a model; several take turns")] = None,
    base_url: Annotated[str | None, typer.Option(metavar="URL", help="the endpoint of the models")] = None,
    price: Annotated[list[str] | None, typer.Option(metavar="M=IN/OUT", help="a model's price, $ for a million tokens")] = None,
    prices: Annotated[Path | None, typer.Option(metavar="FILE", help='such prices in TOML: ["M"] with `in` and `out`')] = None,
    answer_tokens: Annotated[int | None, typer.Option(metavar="N", help="most tokens of one reply")] = None,
    turns: Annotated[int, typer.Option(metavar="N", help="replies of a conversation in which a model may use tools")] = 6,
    repairs: Annotated[int, typer.Option(metavar="N", help="times that a refused answer goes back to the model")] = 2,
    calls: Annotated[int | None, typer.Option(metavar="N", help="most conversations about targets that are learned from")] = None,
    max_tokens: Annotated[int | None, typer.Option(metavar="N", help="most tokens of all of it")] = None,
    max_money: Annotated[str | None, typer.Option(metavar="AMOUNT", help="most money for all of it, such as 2.50")] = None,
    budget: Annotated[str | None, typer.Option(metavar="TIME", help="wall clock of the evolution")] = None,
    time: Annotated[str, typer.Option(metavar="TIME", help="wall clock of each run over the held-out targets")] = "3m",
    seeds: Annotated[int, typer.Option(metavar="N", help="runs of each side")] = 3,
    seed: Annotated[int, typer.Option(metavar="S", help="all the randomness of the evolution")] = 0,
    accepted: Accepted = GRAPH,
    jobs: Annotated[int | None, typer.Option(metavar="N", help="judgements at a time in these runs")] = None,
    lean: Lean = "auto",
    as_json: Json = False,
) -> None:
    """Evolve what models are told of their task, try it on held-out targets, and admit it where it does better."""

    def action() -> int:
        from loop.commands.prompts import PromptArguments, prompts as command  # noqa: I001, PLC0415 - only where it is asked for

        asked = ModelArguments(
            models=tuple(model or ()), base_url=base_url, price=tuple(price or ()), prices=prices, answer_tokens=answer_tokens,
            turns=turns, repairs=repairs,
        )  # fmt: skip
        return command(PromptArguments(
            out=out, specs=specs, held_out=tuple(held_out or ()), accepted=accepted, models=asked, calls=calls,
            max_money=max_money, max_tokens=max_tokens, evolving=parse_budget(budget), seconds=int(parse_budget(time) or 0),
            seeds=seeds, seed=seed, jobs=jobs, lean=preference(lean), as_json=as_json,
        ))  # fmt: skip

    guarded(action, as_json=as_json)
