"""Modules that are in memory only while somebody needs them, on a unit that has little of it.

What checks a plan and what takes up an interrupted session is needed at a start and when a technician sends something,
and costs some 8 KB of the heap otherwise. MicroPython keeps a module for as long as its name leads to it: from
`sys.modules`, and from the package in which it lies. Who calls this holds none of it any more, nor anything of its.
"""

import sys


def unload(*names: str) -> None:
    """Forget these modules, the next import loads them again. Elsewhere than on MicroPython there is room for them."""
    if sys.implementation.name != "micropython":
        return
    for name in names:
        sys.modules.pop(name, None)
        package, _, rest = name.rpartition(".")
        if rest and package in sys.modules and hasattr(sys.modules[package], rest):
            delattr(sys.modules[package], rest)
