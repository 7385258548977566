"""Programs as Python source, for proposals."""

import ast

from loop.hints import python_text
from verify import ir
from verify.ir import Block, Expr, Program


def to_source_text(program: Program) -> str:
    """Return a program as a Python file that holds just its function."""
    lines = [f"def {program.name}({', '.join(f'{p.name}: {p.type}' for p in program.parameters)}) -> {program.result}:"]
    _block(program.body, 1, lines)
    return "\n".join(lines) + "\n"


def expression(e: Expr) -> str:
    """Return an expression as Python source with only the parentheses that it needs."""
    return ast.unparse(ast.parse(python_text(e), mode="eval"))


def _block(block: Block, depth: int, lines: list[str]) -> None:
    pad = "    " * depth
    for s in block or ():
        match s:
            case ir.Assign(targets, values):
                lines.append(f"{pad}{', '.join(targets)} = {', '.join(map(expression, values))}")
            case ir.Return(value):
                lines.append(f"{pad}return {expression(value)}")
            case ir.If(test, then, orelse):
                lines.append(f"{pad}if {expression(test)}:")
                _block(then, depth + 1, lines)
                if orelse:
                    lines.append(f"{pad}else:")
                    _block(orelse, depth + 1, lines)
            case ir.While(test=test, body=body, measure=measure):
                lines.append(f"{pad}while {expression(test)}:")
                if measure is not None:
                    lines.append(f"{pad}    decreases({expression(measure)})")
                _block(body, depth + 1, lines)
            case ir.For(variable=variable, start=start, stop=stop, step=step, body=body):
                bounds = [start, stop, step] if step != ir.Const(1) else [start, stop] if start != ir.Const(0) else [stop]
                lines.append(f"{pad}for {variable} in range({', '.join(map(expression, bounds))}):")
                _block(body, depth + 1, lines)
    if not block:
        lines.append(f"{pad}pass")
