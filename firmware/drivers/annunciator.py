"""Lamps, sounder and call relay: what staff see and hear when an alarm calls.

Everything here hangs on pins of its own and on nothing that plays music, lights the room or keeps the record. Lamps
follow the occurrence and never stop flashing because somebody paused the sound. A burst is handed to the sounder whole,
as a train of pulses that the hardware plays, so that one once started ends right even if the program stops. The relay
is energised while all is well: a cut wire, a dead unit and an alarm all call.

Numbers as in IEC 60601-1-8, annex tables as collected in docs/alarms.md: red 2 Hz, yellow 0.6 Hz, cyan steady; ten
pulses for high, three for medium, two for low.
"""

from drivers.tone import train
from sitter.alarm_table import HIGH, LOW, MEDIUM

# Of the tone's cycle; a twentieth is 13 dB quieter than a quarter.
DUTY_PCT, SOFT_DUTY_PCT = 25, 5

# priority: pulses as (on_ms, off_ms), burst repeated every so many ms
_HIGH_HALF = ((120, 100), (120, 100), (120, 260), (120, 100), (120, 0))
BURSTS = {
    HIGH: (_HIGH_HALF[:-1] + ((120, 600),) + _HIGH_HALF, 8000),
    MEDIUM: (((180, 180), (180, 180), (180, 0)), 12000),
    LOW: (((180, 180), (180, 0)), 30000),
}
_YELLOW_HALF_MS = 800
_FULL = 65535


class Annunciator:
    """`red` is a PWM that blinks by itself, `yellow`, `cyan` and `relay` are pins, `sounder` plays trains of times."""

    def __init__(self, red, yellow, cyan, sounder, relay) -> None:
        self._red = red
        self._yellow = yellow
        self._cyan = cyan
        self._sounder = sounder
        self._relay = relay
        self._started = 0
        self._sound = 0
        self._next_burst_ms = 0
        self._lamp = -1
        # Made at the start, when there is memory in one piece: a train is up to 3.5 KB.
        self._trains = {priority: train(BURSTS[priority][0], DUTY_PCT) for priority in BURSTS}
        self._soft: dict[int, tuple[int, ...]] = {}
        red.freq(2)

    def show(self, now_ms: int, signal) -> None:
        """Bring pins and sounder in line with an alarms.Signal; called at every step, first of all outputs."""
        self._relay.value(0 if signal.calling else 1)
        if signal.lamp != self._lamp:
            self._lamp = signal.lamp
            self._red.duty_u16(_FULL // 2 if signal.lamp == HIGH else 0)
            self._cyan.value(1 if signal.lamp == LOW else 0)
        self._yellow.value(1 if signal.lamp == MEDIUM and now_ms // _YELLOW_HALF_MS % 2 == 0 else 0)
        self._sound_for(now_ms, signal)

    def _sound_for(self, now_ms: int, signal) -> None:
        """A new occurrence or a higher priority sounds at once, the rest at the burst's own interval."""
        news = signal.started != self._started or signal.sound > self._sound
        self._started, self._sound = signal.started, signal.sound
        if signal.sound and (news or now_ms >= self._next_burst_ms):
            self._next_burst_ms = now_ms + BURSTS[signal.sound][1]
            self._sounder.play(self._train(signal))

    def _train(self, signal) -> tuple[int, ...]:
        if not signal.soft:
            return self._trains[signal.sound]
        try:
            if signal.sound not in self._soft:
                self._soft[signal.sound] = train(BURSTS[signal.sound][0], SOFT_DUTY_PCT)
            return self._soft[signal.sound]
        except MemoryError:
            return self._trains[signal.sound]  # loud is better than not at all
