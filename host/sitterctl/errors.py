"""The one error that a command ends with: a sentence, the remedy, and the exit code that scripts rely on."""

OK = 0
CHECK_FAILED = 1
USAGE = 2
NO_UNIT = 3
PERMISSION = 4
BUSY = 5
NO_ANSWER = 6
SESSION_OPEN = 7
NOT_VERIFIED = 8
RESTARTED = 9
PARTIAL = 10
INTERRUPTED = 130

# What --help prints; the numbers never change their meaning.
EXIT_CODES = (
    (OK, "done"),
    (CHECK_FAILED, "a check failed, you answered no, or the unit speaks another schema"),
    (USAGE, "the command or one of its files was not understood"),
    (NO_UNIT, "no unit, or several"),
    (PERMISSION, "no permission: for the port, or without the unit's key"),
    (BUSY, "the port is busy"),
    (NO_ANSWER, "no answer"),
    (SESSION_OPEN, "refused: a session is open"),
    (NOT_VERIFIED, "verification failed"),
    (RESTARTED, "the unit restarted when it was connected"),
    (PARTIAL, "partial: the same command goes on from there"),
    (INTERRUPTED, "stopped by Ctrl-C"),
)


class SitterError(Exception):
    """`message` says what failed, `remedy` what mends it; `details` are for --json alone."""

    def __init__(self, message: str, remedy: str, *, exit_code: int, details: dict | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.exit_code = exit_code
        self.details = details or {}
