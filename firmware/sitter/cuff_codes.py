"""Fault codes of the cuff: the module's own (SunTech Advantage, decimal) and, from 200 on, those of the unit."""

STOPPED, NO_ANSWER, IMPLAUSIBLE, TOO_LONG, REFUSED = 200, 201, 202, 203, 204

# Pressure may not be under control: 88 safety timeout, 89 overpressure, 90 to 99 supply, hardware, transducer or
# calibration; no answer in mid-cycle, and a cycle that took too long.
UNSAFE = tuple(range(88, 100)) + (NO_ANSWER, TOO_LONG)
