"""A report -> one file of HTML that asks nobody for anything: style and drawings stand in it, and no script does."""

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from loop import serve
from loop.generations.report import COLUMNS, cells
from loop.plots.cost import cost_plot, time_plot
from loop.plots.dependency import dependency_plot
from loop.plots.generations import generation_plot
from loop.progress import spent_words
from loop.report.report import Report
from loop.serve.render import short, visible
from loop.words import cost_text, duration

STYLE: Final = Path(serve.__file__).with_name("static") / "site.css"
MORE: Final = """
svg.plot { --plot-paper: var(--panel); }
.contents ul { columns: 18rem; }
.wide { overflow-x: auto; }
.wide svg { max-width: none; }
section { break-before: auto; }
"""
"""the style of a report beside that of the pages of `qed serve`"""


@cache
def environment() -> Environment:
    """Return the templates: those of the report, and the parts that it shares with the pages of `qed serve`."""
    made = Environment(
        loader=PrefixLoader({"report": PackageLoader("loop.report"), "serve": PackageLoader("loop.serve")}), autoescape=True,
        undefined=StrictUndefined, finalize=visible, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"short": short, "cost": cost_text, "duration": duration, "spent": spent_words}
    return made


def policy(style: str) -> str:
    """Return what a page with this style lets a browser do: apply it, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def to_html(report: Report) -> str:
    """Return the report as one page."""
    style = STYLE.read_text(encoding="utf-8") + MORE
    told = report.generations
    return environment().get_template("report/report.html").render(
        report=report, style=Markup(style), policy=policy(style), plots=dict(_plots(report)),  # noqa: S704 - a file of ours
        picture=Markup(dependency_plot(report.dependencies)),  # noqa: S704 - SVG is escaped where it is made
        generation_plot=Markup(generation_plot(told)) if told else "",  # noqa: S704 - likewise
        columns=COLUMNS, cells=[cells(row) for row in told.rows] if told else [],
    )  # fmt: skip


def _plots(report: Report) -> Iterator[tuple[str, Markup]]:
    """Yield the drawings of each target, by its spec."""
    for one in report.targets:
        if one.curve is not None:
            yield one.history.target.spec, Markup(cost_plot(one.curve) + time_plot(one.curve))  # noqa: S704 - as above


def plot_files(report: Report) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of the drawings as files of their own."""
    for one in report.targets:
        target = one.history.target
        for kind, plot in (("cost", cost_plot), ("time", time_plot)):
            if one.curve is not None and (drawn := plot(one.curve, alone=True)):
                yield f"{target.name}-{short(target.spec)}-{kind}.svg", drawn
    if drawn := dependency_plot(report.dependencies, alone=True):
        yield "dependencies.svg", drawn
    if report.generations is not None and (drawn := generation_plot(report.generations, alone=True)):
        yield "generations.svg", drawn
