"""What is true: the half of QED Loop that decides.

A spec file imports its vocabulary from here: `target` marks a baseline, `pure` a total function that contracts may call,
`invariant` and `decreases` annotate loops, and `component` lets a file call an accepted version. A spec file stays an ordinary
Python file.

The data goes in this order, one module a value:
bytes -> Source -> Spec -> Program -> Theory (Lean text) -> Verdict of each gate -> Certificate -> Graph.
"""

from verify.markers import component, decreases, invariant, pure, target

__all__ = ["component", "decreases", "invariant", "pure", "target"]
