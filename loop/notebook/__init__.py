"""QED Loop in a notebook: specs, verdicts, the graph and runs as objects that Jupyter, IPython and a plain prompt show.

`%load_ext loop.notebook` adds the cell magics `%%qed_spec` and `%%qed_candidate`. IPython is the extra `notebook`; without it all
but the magics works.
"""

from typing import TYPE_CHECKING

from loop.notebook.graphs import CertificateShown, Graph, certificate, graph
from loop.notebook.runs import Run, run
from loop.notebook.specs import Targets, spec
from loop.notebook.trouble import Interrupted, Trouble
from loop.notebook.verdicts import Verdict, check

if TYPE_CHECKING:
    from loop.notebook.magics import Shell

__all__ = [
    "CertificateShown", "Graph", "Interrupted", "Run", "Targets", "Trouble", "Verdict",
    "certificate", "check", "graph", "run", "spec",
]  # fmt: skip


def load_ipython_extension(shell: "Shell") -> None:
    """Add the cell magics to IPython; what `%load_ext loop.notebook` calls."""
    from loop.notebook.magics import load_ipython_extension as load  # noqa: PLC0415 - only where there is a shell

    load(shell)
