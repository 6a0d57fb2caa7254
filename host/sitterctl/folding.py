"""Private constants of a module in the form that MicroPython's compiler folds: `_LIMIT = 5` as `_LIMIT = const(5)`.

Such a name then costs the chip nothing: its number stands in the bytecode wherever it is used, and the name is not in
the module. The sources stay plain Python without it, and keep their lines, so that what a fault on a unit says of lines
holds for them. Only whole numbers and texts that are bound once, at the top of a module, on a line of their own, under
a name that begins with an underscore: nobody else can ask for those.
"""

import ast

_IMPORT = "from micropython import const; "
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod, ast.BitOr, ast.BitAnd, ast.LShift, ast.RShift)


def folded(source: str) -> str:
    """The source with its private constants marked, line by line as it was."""
    tree = ast.parse(source)
    lines = source.split("\n")
    numbers: set[str] = set()  # names of them, for others to be made of
    marked = False
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and _may_be_folded(statement, tree, numbers):
            value, at = statement.value, statement.lineno - 1
            line = lines[at].encode()  # whose columns Python counts in bytes
            start, end = value.col_offset, value.end_col_offset or 0
            lines[at] = (line[:start] + b"const(" + line[start:end] + b")" + line[end:]).decode()
            marked = True
            if _is_number(value, numbers):
                numbers.add(ast.unparse(statement.targets[0]))
    if marked:
        first = next(statement for statement in tree.body if not _is_docstring(statement))
        lines[first.lineno - 1] = _IMPORT + lines[first.lineno - 1]
    return "\n".join(lines)


def _may_be_folded(statement: ast.Assign, tree: ast.Module, numbers: set[str]) -> bool:
    target, value = statement.targets[0], statement.value
    if len(statement.targets) > 1 or not isinstance(target, ast.Name) or statement.lineno != statement.end_lineno:
        return False
    if not target.id.startswith("_") or target.id.startswith("__") or _bindings(tree, target.id) > 1:
        return False
    return _is_number(value, numbers) or (isinstance(value, ast.Constant) and type(value.value) is str)


def _is_number(value: ast.expr, numbers: set[str]) -> bool:
    """Whether it is a whole number that the compiler can work out."""
    if isinstance(value, ast.BinOp):
        known = isinstance(value.op, _OPERATORS)
        return known and _is_number(value.left, numbers) and _is_number(value.right, numbers)
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.USub | ast.Invert) and _is_number(value.operand, numbers)
    if isinstance(value, ast.Name):
        return value.id in numbers
    return isinstance(value, ast.Constant) and type(value.value) is int


def _bindings(tree: ast.Module, name: str) -> int:
    """How often anything in the module binds the name, in whatever scope: twice is once too often to be sure."""
    stored = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name
              and not isinstance(node.ctx, ast.Load)]  # fmt: skip
    declared = [node for node in ast.walk(tree) if isinstance(node, ast.Global | ast.Nonlocal) and name in node.names]
    others = [node for node in ast.walk(tree) if name in (getattr(node, "arg", None), getattr(node, "asname", None))]
    return len(stored) + len(declared) + len(others)


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
