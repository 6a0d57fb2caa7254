"""Every error sentence of the host tool and every refusal of the unit, read from the source, for docs/errors.md.

A sentence that is put together stands there with its parts in braces; one of several that a variable may hold is a row
of its own.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sitterctl import errors, refusals

ROOT = Path(__file__).parent.parent
_CODES = {
    name: getattr(errors, name) for name in dir(errors) if name.isupper() and isinstance(getattr(errors, name), int)
}


def host_rows() -> list[list[str]]:
    """[exit code, sentence, what mends it], by code."""
    rows = set()
    for path in sorted((ROOT / "host" / "sitterctl").rglob("*.py")):
        for function, call in _calls(ast.parse(path.read_text()), "SitterError"):
            for sentence in _texts(function, call.args[0]):
                for remedy in _texts(function, call.args[1]) if len(call.args) > 1 else [""]:
                    rows.add((_code(call), _tidy(sentence), _tidy(remedy)))
    return [list(row) for row in sorted(rows, key=lambda row: (int(row[0]) if row[0].isdigit() else 99, row))]


def unit_rows() -> list[list[str]]:
    """[error, sentence, what sitterctl says, exit code] of the unit's refusals."""
    rows = set()
    for path in sorted((ROOT / "firmware").glob("*.py")) + [ROOT / "firmware/drivers/link.py"]:
        for function, call in _calls(ast.parse(path.read_text()), "Refused"):
            for sentence in _texts(function, call.args[1]):
                code = ast.literal_eval(call.args[0])
                told = refusals.refused({"error": code, "text": sentence})
                said = told.message.partition(": ")[2]
                rows.add((code, _tidy(sentence), "so" if said == sentence else _tidy(said), str(told.exit_code)))
    return [list(row) for row in sorted(rows)]


def _calls(tree: ast.AST, name: str) -> Iterator[tuple[ast.AST, ast.Call]]:
    """Each call of `name`, with the function around it."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = {id(node): function for function in functions for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield inside.get(id(node), tree), node


def _code(call: ast.Call) -> str:
    """The exit code, or `its own` where that depends."""
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "exit_code"), None)
    if isinstance(given, ast.Constant):
        return str(given.value)
    return str(_CODES[given.id]) if isinstance(given, ast.Name) and given.id in _CODES else "its own"


def _texts(function: ast.AST, node: ast.expr) -> list[str]:
    """What an expression may say."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(_part(value) for value in node.values)]
    if isinstance(node, ast.IfExp):
        return _texts(function, node.body) + _texts(function, node.orelse)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return [re.sub(r"%0?\d*[sdx]", "{…}", text) for text in _texts(function, node.left)]
    if isinstance(node, ast.BinOp):
        return [a + b for a in _texts(function, node.left) for b in _texts(function, node.right)]
    if isinstance(node, ast.Name):
        given = [
            assigned.value
            for assigned in ast.walk(function)
            if isinstance(assigned, ast.Assign) and any(_is(target, node.id) for target in assigned.targets)
        ]
        return [text for value in given for text in _texts(function, value)] or ["{" + node.id + "}"]
    return ["{" + ast.unparse(node) + "}"]


def _is(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name


def _part(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value)
    return "{" + ast.unparse(value.value if isinstance(value, ast.FormattedValue) else value) + "}"


def _tidy(text: str) -> str:
    """One line, fit for a cell of a table."""
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()
