"""Whatever happens in a session, music never masks an alarm: from the alarms all the way to the player's volume."""

from hypothesis import given, settings
from hypothesis import strategies as st
from test_directing import GOOD_CARD, Music
from test_unit import GOOD, Reading

from drivers.dfplayer import DfPlayer
from sim.clock import Clock
from sim.dfplayer import FakeDfPlayer
from sim.pins import FakePin
from sim.uart import FakeUart
from sitter import cues
from sitter.alarm_table import HIGH, MEDIUM

VERY_LOW = Reading(72, 79, 120, 95, True)  # an alarm of high priority
OFF = Reading(None, None, 0, 0, False)  # one of medium
# Until the driver looks again, and a frame on the line.
LATE_MS = 1000

HAPPENS = st.sampled_from(
    ["low", "off", "good", "louder", "talk", "skip", "off/on", "next", "silence", "help", "resume"]
)


class Room:
    """The unit, its real player driver and a player, in steps of 100 ms."""

    def __init__(self, headphones: bool) -> None:
        self.bed = Music(music_on_headphones=int(headphones), spo2_delay_s=0)
        self.clock, busy = Clock(), FakePin(1)
        uart = FakeUart(self.clock, 9600)
        self.part = FakeDfPlayer(self.clock, uart, busy)
        self.part.folders = GOOD_CARD
        self.player = DfPlayer(uart, busy)
        self.polled_ms = self.sounds_since_ms = self.fades_until_ms = 0
        self.from_priority = HIGH if headphones else MEDIUM
        self.told = 0

    def run(self, seconds: int) -> None:
        for _ in range(10 * seconds):
            self.bed.run(0.1)
            self.clock.charge_us(100000)
            self._carry()
            self._look()

    def _carry(self) -> None:
        now_ms, player = self.clock.now_ms(), self.player
        for out in self.bed.outs[self.told :]:
            if out.cues:
                wanted = out.cues
                player.want(now_ms, wanted.folder, wanted.track, self.bed.unit.director.seconds(wanted), wanted.volume,
                            wanted.music_fade_ms)  # fmt: skip
                if self.bed.unit.assessing:
                    self.fades_until_ms = now_ms + cues.HELP_MS + LATE_MS
        self.told = len(self.bed.outs)
        if now_ms - self.polled_ms >= player.poll_every_ms:
            self.polled_ms = now_ms
            player.poll(now_ms)
            ended = player.ended()
            if ended:
                self.bed.give("track", ended)

    def _look(self) -> None:
        now_ms = self.clock.now_ms()
        if self.bed.outs[-1].signal.sound < self.from_priority:
            self.sounds_since_ms = now_ms
        fade_ms = cues.DUCK_HEADPHONES_MS if self.from_priority == HIGH else cues.DUCK_MS
        settled = now_ms > self.sounds_since_ms + fade_ms + LATE_MS and now_ms > self.fades_until_ms
        if settled and self.part.playing:
            assert self.part.volume <= cues.DUCKED, (now_ms, self.part.volume)


def happen(room: Room, what: str) -> None:
    bed, director = room.bed, room.bed.unit.director
    if what in ("low", "off", "good"):
        bed.reading = {"low": VERY_LOW, "off": OFF, "good": GOOD}[what]
    elif what in ("louder", "talk", "skip"):
        director.choose(bed.unit, what)
    elif what == "off/on":
        bed.press("SILENCE", "hold")
    elif what == "silence":
        bed.press("SILENCE")
    elif what == "help":
        bed.press("STOP")
    elif bed.unit.session.phase != "recovery":
        bed.press("NEXT")


@settings(max_examples=40)
@given(st.booleans(), st.lists(st.tuples(HAPPENS, st.integers(1, 40)), min_size=1, max_size=12))
def test_music_never_masks_a_high_alarm(headphones: bool, events: list[tuple[str, int]]) -> None:  # REQ-141
    room = Room(headphones)
    room.bed.dosed()
    room.run(15)
    for what, seconds in events:
        happen(room, what)
        room.run(seconds)
