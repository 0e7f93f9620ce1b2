"""A module's text goes in, every small fault that can be put into it comes out."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

# What says nothing about behaviour: types, and a dataclass that is slotted or frozen.
_LEFT_ALONE = ("annotation", "returns", "decorator_list")
_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Break: ast.Continue,
    ast.Continue: ast.Break,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one fault: its path in the package, the line, what was done there, and the whole new text."""

    path: str
    line: int
    change: str
    text: str


def mutants(path: str, text: str) -> Iterator[Mutant]:
    """Every fault that can be put into the module at a path of the package."""
    tree = ast.parse(text)
    for number in range(sum(1 for _ in _sites(tree, 0))):
        changed = copy.deepcopy(tree)
        parent, name, place, line = next(site for at, site in enumerate(_sites(changed, 0)) if at == number)
        node = getattr(parent, name) if place is None else getattr(parent, name)[place]
        new, change = _faulty(node)
        if place is None:
            setattr(parent, name, new)
        else:
            getattr(parent, name)[place] = new
        yield Mutant(path, line, change, ast.unparse(ast.fix_missing_locations(changed)))


def _sites(parent: ast.AST, line: int) -> Iterator[tuple[ast.AST, str, int | None, int]]:
    """Where a fault can go: by which field of which node it is reached, and on which line."""
    line = getattr(parent, "lineno", line)
    for name, value in ast.iter_fields(parent):
        if name in _LEFT_ALONE:
            continue
        for place, node in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(node, ast.AST):
                if _faulty(node)[1]:
                    yield parent, name, place, getattr(node, "lineno", line)
                yield from _sites(node, line)


def _faulty(node: ast.AST) -> tuple[ast.AST, str]:
    """The node with a fault, and its name; an empty name where none is known."""
    if type(node) in _SWAPS:
        other = _SWAPS[type(node)]
        return other(), f"{type(node).__name__} -> {other.__name__}"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand, f"not left out: {ast.unparse(node)[:60]}"
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return ast.Constant(not node.value), f"{node.value} -> {not node.value}"
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return ast.Constant(node.value + 1), f"{node.value} -> {node.value + 1}"
    if isinstance(node, ast.Raise):
        return ast.Pass(), f"raise left out: {ast.unparse(node)[:60]}"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return ast.Pass(), f"left out: {ast.unparse(node)[:60]}"
    if isinstance(node, ast.If):
        turned = ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        return turned, f"turned: if {ast.unparse(node.test)[:60]}"
    if isinstance(node, ast.Return) and node.value is not None and not _is_false(node.value):
        return ast.Return(ast.Constant(None)), f"return None for {ast.unparse(node.value)[:60]}"
    return node, ""


def _is_false(node: ast.expr) -> bool:
    """Whether None in its place would change nothing; True for False is a fault of its own."""
    return isinstance(node, ast.Constant) and not node.value
