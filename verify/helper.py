"""Decides: which functions of files are one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from verify.canonical import Digest

if TYPE_CHECKING:
    from verify.expr import Expr, Name
    from verify.ir import Program


@dataclass(frozen=True, slots=True, eq=False)
class Helper:
    """A function of a file that others call; two are one where their digests are, which are of their text and their callees'.

    `require` is over its parameters: a call for which it does not hold raises. `ensure`, over them and `result`, is what its
    callers may rest on. `pure` says that contracts may call it.
    """

    program: "Program"
    require: "Expr"
    ensure: "Expr"
    text: str
    """its definition, with its contract"""
    digest: Digest
    pure: bool = False

    @property
    def label(self) -> "Name":
        """A name that tells it from the helpers of other files."""
        return f"{self.program.name}_{self.digest[:8]}"

    def __eq__(self, other: object) -> bool:
        """Whether both are the same function."""
        return isinstance(other, Helper) and self.digest == other.digest

    def __hash__(self) -> int:
        """A hash of the digest."""
        return hash(self.digest)

    def __repr__(self) -> str:
        """Name it."""
        return f"Helper({self.label})"
