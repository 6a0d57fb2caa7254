"""Task and TaskQueue for asyncio in the simulator.

The built-in ones are C and read the real clock; the simulator puts this module in their place before asyncio is first
imported. They keep the protocol that asyncio's core expects of them, run tasks in a fixed order, and charge each turn
of a task to the simulated clock.
"""

from sim.world import charge_turn, ticks_diff, ticks_ms

_core = None  # asyncio's core, known from the first task on


class TaskQueue:
    """Tasks in order of their time; those of one time in the order in which they came."""

    def __init__(self):
        self._tasks = []

    def peek(self):
        return self._tasks[0] if self._tasks else None

    def push(self, task, key=None):
        task.data = None
        task.ph_key = ticks_ms() if key is None else key
        tasks = self._tasks
        i = len(tasks)
        while i and ticks_diff(tasks[i - 1].ph_key, task.ph_key) > 0:
            i -= 1
        tasks.insert(i, task)

    def pop(self):
        task = self._tasks.pop(0)
        charge_turn(task.name)
        return task

    def remove(self, task):
        self._tasks.remove(task)


class Task:
    """A coroutine. `state` is True while it runs unobserved, a TaskQueue of those who wait for it, False when over."""

    def __init__(self, coro, core_globals=None):
        global _core
        if core_globals is not None:
            _core = core_globals
        self.coro = coro
        self.data = None
        self.state = True
        self.ph_key = 0
        self.name = _name_of(coro)

    def __iter__(self):
        if not self.state:
            self.state = False  # over, and now somebody has asked
        elif self.state is True:
            self.state = TaskQueue()
        elif not isinstance(self.state, TaskQueue):
            raise RuntimeError("can't wait")
        return self

    def __next__(self):
        if not self.state:
            raise self.data
        self.state.push(_core["cur_task"])
        _core["cur_task"].data = self

    def done(self):
        return not self.state

    def cancel(self):
        if not self.state:
            return False
        if self is _core["cur_task"]:
            raise RuntimeError("can't cancel self")
        task = self
        while isinstance(task.data, Task):
            task = task.data
        if hasattr(task.data, "remove"):
            task.data.remove(task)
            _core["_task_queue"].push(task)
        elif ticks_diff(task.ph_key, ticks_ms()) > 0:
            _core["_task_queue"].remove(task)
            _core["_task_queue"].push(task)
        task.data = _core["CancelledError"]
        return True


def _name_of(coro):
    """`step_task` of `<generator object 'step_task' at ...>`."""
    parts = str(coro).split("'")
    return parts[1] if len(parts) > 1 else "other"
