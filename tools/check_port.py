"""Finds what MicroPython on the ESP32 does not have: modules, names of modules, names of their classes.

Built-in modules are looked up in micropython-esp32-stubs, whose .pyi files are made from a running chip. Those it takes
from CPython's typeshed (os, sys, …) promise too much, so their names stand here, from MicroPython's documentation.
"""

import ast
import sys
import sysconfig
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
FIRMWARE = ROOT / "firmware"
STUBS = Path(sysconfig.get_paths()["purelib"])

# docs.micropython.org/en/v1.29.0/library; what a page marks as optional is here where the ESP32's image has it.
DOCUMENTED = {
    "array": "array",
    "asyncio": """CancelledError Event IOBase Lock Loop StreamReader StreamWriter Task ThreadSafeFlag TimeoutError
        create_task current_task gather get_event_loop new_event_loop open_connection run sleep sleep_ms start_server
        wait_for wait_for_ms""",
    "collections": "OrderedDict deque namedtuple",
    "io": "BytesIO IOBase StringIO open",
    "json": "dump dumps load loads",
    "os": """chdir dupterm dupterm_notify getcwd ilistdir listdir mkdir remove rename rmdir stat statvfs sync uname
        unlink urandom""",
    "re": "compile match search sub",
    "struct": "calcsize pack pack_into unpack unpack_from",
    "sys": """argv byteorder exit implementation maxsize modules path platform print_exception ps1 ps2 stderr stdin
        stdout version version_info""",
}
# Of strings, bytes, numbers and named tuples; whatever has such a name elsewhere should rather have another one.
ABSENT_METHODS = {
    "_asdict", "_fields", "_make", "_replace", "bit_count", "bit_length", "casefold", "expandtabs", "format_map",
    "isalnum", "isascii", "isdecimal", "isidentifier", "isnumeric", "isprintable", "istitle", "ljust", "maketrans",
    "removeprefix", "removesuffix", "rjust", "swapcase", "title", "translate", "zfill",
}  # fmt: skip


def shipped() -> list[Path]:
    """Every file that goes onto a chip."""
    folders = (FIRMWARE, FIRMWARE / "sitter", FIRMWARE / "drivers", FIRMWARE / "boards")
    return [path for folder in folders for path in sorted(folder.glob("*.py"))]


@cache
def ours() -> frozenset[str]:
    return frozenset({path.stem for path in FIRMWARE.glob("*.py")} | {"sitter", "drivers", "board"})


@cache
def stub(module: str) -> ast.Module | None:
    path = STUBS / f"{module}.pyi"
    return ast.parse(path.read_text()) if path.exists() else None


def _defined(body: list[ast.stmt]) -> set[str]:
    names: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


@cache
def names_of(module: str) -> frozenset[str] | None:
    """What a module of the chip has; None if the chip has no such module."""
    if module in DOCUMENTED:
        return frozenset(DOCUMENTED[module].split())
    tree = stub(module)
    return None if tree is None else frozenset(_defined(tree.body))


@cache
def names_of_class(module: str, name: str) -> frozenset[str] | None:
    """What a class of a stub has; None if there is no such class, or it inherits something."""
    tree = stub(module)
    for node in tree.body if tree else ():
        if isinstance(node, ast.ClassDef) and node.name == name and not node.bases:
            return frozenset(_defined(node.body))
    return None


class _File(ast.NodeVisitor):
    def __init__(self) -> None:
        self.modules: dict[str, str] = {}  # what it is called here: the module
        self.classes: dict[str, tuple[str, str]] = {}
        self.faults: list[tuple[int, str]] = []

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            module = alias.name.split(".")[0]
            if module not in ours():
                self._have(node.lineno, module)
                self.modules[alias.asname or module] = module

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = (node.module or "").split(".")[0]
        if module in ours():
            return
        known = self._have(node.lineno, module)
        for alias in node.names:
            if known is not None and alias.name not in known:
                self.faults.append((node.lineno, f"{module}.{alias.name} does not exist on the ESP32"))
            self.classes[alias.asname or alias.name] = (module, alias.name)

    def _have(self, line: int, module: str) -> frozenset[str] | None:
        known = names_of(module)
        if known is None:
            self.faults.append((line, f"the ESP32 has no module {module}"))
        return known

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        known, what = self._owner(node.value)
        if known is not None and node.attr not in known:
            self.faults.append((node.lineno, f"{what}.{node.attr} does not exist on the ESP32"))
        elif known is None and node.attr in ABSENT_METHODS:
            self.faults.append((node.lineno, f".{node.attr} is no method of MicroPython's"))

    def _owner(self, node: ast.expr) -> tuple[frozenset[str] | None, str]:
        if isinstance(node, ast.Name) and node.id in self.modules:
            return names_of(self.modules[node.id]), self.modules[node.id]
        if isinstance(node, ast.Name) and node.id in self.classes:
            module, name = self.classes[node.id]
            return names_of_class(module, name), f"{module}.{name}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in self.modules:
            module = self.modules[node.value.id]
            return names_of_class(module, node.attr), f"{module}.{node.attr}"
        return None, ""


def check(path: Path) -> list[str]:
    """`file:line: what does not exist`, of one file."""
    file = _File()
    file.visit(ast.parse(path.read_text()))
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return [f"{shown}:{line}: {text}" for line, text in sorted(file.faults)]


def main() -> int:
    faults = [fault for path in shipped() for fault in check(path)]
    print("\n".join(faults) or f"{len(shipped())} files use nothing that the ESP32 does not have")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
