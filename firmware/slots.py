"""Which of the two programs on the flash runs, and whether it has proven itself. boot.py chooses, and has the marker's
meaning; updating.py puts another program there.

A program on trial begins no session, and starts the unit anew, which goes back to the good program, unless it is
confirmed within TRIAL_MS.
"""

import os

TRIAL_MS = 180000
GOOD, ON_TRIAL, FAILED, FELL_BACK = "good", "trial", "failed", "fallback"


class Slots:
    """`running` and `other` are "a" and "b"; `state` is GOOD, ON_TRIAL, FAILED: the other was tried in vain, or
    FELL_BACK: the other was the good one and no longer starts."""

    def __init__(self, root: str, folder: str) -> None:
        """`folder` is where the running program lies, as boot.py has put it in front of all others."""
        self._root = root
        self.running, self.other = ("b", "a") if folder == "/b" else ("a", "b")
        try:
            with open(root + "/slot", "rb") as file:
                said = str(file.read(4), "ascii")
        except (OSError, ValueError):
            said = ""
        if said == self.running + ">" + self.other:
            self._mark(self.running)  # boot.py could not begin that trial; it is not to come unasked one day
        marked = {
            self.other + "?" + self.running: ON_TRIAL, self.running + "!" + self.other: FAILED,
            self.running + "#" + self.other: FELL_BACK, self.other: FELL_BACK,  # which boot.py could not write down
        }  # fmt: skip
        self.state = marked.get(said, GOOD)

    @property
    def no_session_because(self) -> str:
        """Why none may begin, in words for the screen; nothing where one may."""
        return "new firmware on trial" if self.state == ON_TRIAL else ""

    @property
    def fault(self) -> str | None:
        return "other starts no more" if self.state == FELL_BACK else None

    def trial_is_over(self, now_ms: int) -> bool:
        return self.state == ON_TRIAL and now_ms > TRIAL_MS

    def folder(self, slot: str) -> str:
        return self._root + "/" + slot

    def try_other(self) -> bool:
        """At the next start; False if the flash does not take it."""
        return self._mark(self.running + ">" + self.other)

    def confirm(self) -> bool:
        """The running program is the good one from now on; False if the flash does not take it."""
        if not self._mark(self.running):
            return False
        self.state = GOOD
        return True

    def _mark(self, marker: str) -> bool:
        """Replace the marker as a whole."""
        path = self._root + "/slot"
        try:
            with open(path + ".new", "w") as file:
                file.write(marker)
            os.rename(path + ".new", path)
        except OSError:
            return False
        return True
