"""What comes of a reading of the cuff: a blood pressure, or a fault with its code.

Codes are the module's own (SunTech Advantage, decimal) and, from 200 on, those of the unit. From 300 on they are
messages of another module that have no code of the first's, and keep their number.
"""

from collections import namedtuple

BloodPressure = namedtuple("BloodPressure", ("systolic_mmhg", "diastolic_mmhg", "mean_mmhg", "pulse_bpm"))
CuffFault = namedtuple("CuffFault", ("code",))

STOPPED, NO_ANSWER, IMPLAUSIBLE, TOO_LONG, REFUSED = 200, 201, 202, 203, 204
UNSOUND, REBOOTED, NEONATE = 205, 206, 207
MODULE_SAYS = 300

# For the screen, eight letters at most; what is not here is a fault.
WORDS = {1: "SIGNAL", 2: "MOTION", 3: "RANGE", 4: "TIME", 85: "BLOCKED", 86: "STOPPED", 87: "LEAK", REFUSED: "REFUSED",
         IMPLAUSIBLE: "NUMBERS", UNSOUND: "SUM", REBOOTED: "RESTART", NEONATE: "NEONATE"}  # fmt: skip

# Pressure may not be under control: 88 safety timeout, 89 overpressure, 90 to 99 supply, hardware, transducer or
# calibration; no answer in mid-cycle, and a cycle that took too long.
UNSAFE = tuple(range(88, 100)) + (NO_ANSWER, TOO_LONG)
