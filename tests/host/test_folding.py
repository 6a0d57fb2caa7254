"""Private constants, marked for MicroPython's compiler: nothing else of a module changes."""

import ast
import subprocess
from pathlib import Path

import pytest

from sitterctl import firmware_tree, folding, unix_port

SOURCES = sorted(p for p in firmware_tree.firmware_folder().rglob("*.py") if "sim" not in p.parts)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_module_of_the_firmware_stays_what_it_is_line_by_line(path: Path) -> None:
    source = path.read_text()
    marked = folding.folded(source)
    assert marked.count("\n") == source.count("\n")
    assert ast.dump(Unmarked().visit(ast.parse(marked))) == ast.dump(ast.parse(source))


class Unmarked(ast.NodeTransformer):
    """A tree as it was before."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        return node.args[0] if isinstance(node.func, ast.Name) and node.func.id == "const" else node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        return None if node.module == "micropython" and node.names[0].name == "const" else node


@pytest.mark.parametrize(("source", "marked"), [
    ("_A = 5\n", "from micropython import const; _A = const(5)\n"),
    ('"""What."""\n_A = -5  # why\n_B = _A * 2 + 1\n',
     '"""What."""\nfrom micropython import const; _A = const(-5)  # why\n_B = const(_A * 2 + 1)\n'),
    ('_T = "grün"\n', 'from micropython import const; _T = const("grün")\n'),
])  # fmt: skip
def test_whole_numbers_and_texts_are_marked(source: str, marked: str) -> None:
    assert folding.folded(source) == marked


@pytest.mark.parametrize("source", [
    "A = 5\n", "__A = 5\n", "_A = 0.5\n", "_A = True\n", "_A = (1, 2)\n", '_A = b"x"\n', "_A = f()\n",
    "_A = 5\n_A = 6\n",
    "_A = 5\ndef f():\n    global _A\n    _A = 6\n", "_A = 5\ndef f(_A):\n    return _A\n", "_A = _B = 5\n",
    "_A = (\n5)\n",
    "_A = 5\nfor _A in (1, 2):\n    pass\n", '_A = "a" + "b"\n', "import x as _A\n_A = 5\n",
])  # fmt: skip
def test_anything_else_is_left_alone(source: str) -> None:
    assert folding.folded(source) == source


def test_the_compiler_takes_them_and_the_module_no_longer_has_the_name(tmp_path: Path) -> None:
    (tmp_path / "folded.py").write_text(folding.folded("_LIMIT = 6 * 7\ndef limit():\n    return _LIMIT\n"))
    code = "import folded; print(folded.limit(), hasattr(folded, '_LIMIT'))"
    path = {"MICROPYPATH": str(tmp_path)}
    done = subprocess.run([unix_port.interpreter(), "-c", code], env=path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["42", "False"]
