from drivers import dfplayer
from drivers.dfplayer import DfPlayer, Parser
from sim.clock import Clock
from sim.dfplayer import FakeDfPlayer
from sim.pins import FakePin
from sim.uart import FakeUart


class Stand:
    def __init__(self, **knobs):
        self.clock = Clock()
        self.uart = FakeUart(self.clock, 9600)
        self.busy = FakePin(1)
        self.part = FakeDfPlayer(self.clock, self.uart, self.busy)
        for name in knobs:
            setattr(self.part, name, knobs[name])
        self.player = DfPlayer(self.uart, self.busy)
        self.said, self.ends = [], []

    def run(self, seconds):
        """What ends is followed by the folder's next file, as the core has it without a catalogue."""
        end_us = self.clock.now_us + int(seconds * 1000000)
        while self.clock.now_us < end_us:
            state = self.player.poll(self.clock.now_ms())
            if state:
                self.said.append(state)
            ended = self.player.ended()
            if ended:
                self.ends.append((self.clock.now_ms(), ended))
                self.file = 1 if ended == "missing" else self.file + 1
                self.player.want(self.clock.now_ms(), self.folder, self.file, self.seconds, self.volume, 0)
            self.clock.charge_us(self.player.poll_every_ms * 1000)

    def want(self, folder, volume, fade_ms, file=1, seconds=0):
        self.folder, self.file, self.seconds, self.volume = folder, file, seconds, volume
        self.player.want(self.clock.now_ms(), folder, file, seconds, volume, fade_ms)

    def volumes(self):
        return [value for _, what, value in self.part.trace if what == "volume"]


def test_frames_are_the_published_ones():
    assert dfplayer.frame(0x0C, 0) == bytes((0x7E, 0xFF, 6, 0x0C, 0, 0, 0, 0xFE, 0xEF, 0xEF))
    assert dfplayer.frame(0x06, 30) == bytes((0x7E, 0xFF, 6, 6, 0, 0, 0x1E, 0xFE, 0xD7, 0xEF))
    assert Parser().feed(bytes((0x7E, 0xFF, 6, 0x3D, 0, 0, 1, 0xFE, 0xBD, 0xEF))) == [(0x3D, 1)]


def test_frames_arrive_in_pieces_and_after_stray_bytes():
    parser, got = Parser(), []
    for byte in b"\xff\x7e\xff" + dfplayer.frame(0x3F, 2) + b"\x7e":
        got += parser.feed(bytes((byte,)))
    assert got == [(0x3F, 2)]


def test_a_folder_is_played_and_faded_in():
    stand = Stand()
    stand.want(2, 16, 9000)
    stand.run(20)
    assert stand.part.playing == (2, 1)
    assert stand.part.volume == 16
    steps = stand.volumes()
    assert all(abs(steps[i + 1] - steps[i]) <= 3 for i in range(len(steps) - 1))
    assert stand.said == ["ok"]


def test_a_change_of_folder_is_never_loud():  # REQ-062
    stand = Stand()
    stand.want(1, 12, 3000)
    stand.run(20)
    stand.want(3, 18, 30000)
    stand.run(60)
    played = [i for i, entry in enumerate(stand.part.trace) if entry[1] == "play"]
    before = [entry[2] for entry in stand.part.trace[: played[-1]] if entry[1] == "volume"]
    assert before[-1] == 0
    assert stand.part.playing == (3, 1)
    assert stand.part.volume == 18


def test_silence_fades_out_in_its_time_and_stops():
    stand = Stand()
    stand.want(1, 20, 0)
    stand.run(10)
    asked_ms = stand.clock.now_ms()
    stand.want(0, 0, 3000)
    stand.run(10)
    assert stand.part.playing is None
    (stopped_ms,) = [at for at, what, _ in stand.part.trace if what == "stop"]
    assert 3000 <= stopped_ms - asked_ms <= 4000


def test_tracks_follow_each_other_and_the_folder_begins_again():
    stand = Stand()
    stand.want(1, 12, 0)
    stand.run(60 * 20)
    tracks = [value & 0xFF for _, what, value in stand.part.trace if what == "play"]
    assert tracks[:5] == [1, 2, 3, 1, 2]


def test_an_absent_player_is_a_fault_within_half_a_minute_and_comes_back():
    stand = Stand(absent=True)
    stand.want(1, 12, 0)
    stand.run(30)
    assert stand.said[-1] == "absent"
    stand.part.absent = False
    stand.run(40)
    assert stand.said[-1] == "ok"
    assert stand.part.playing is not None


def test_a_clone_that_never_answers_but_plays_is_no_fault():
    stand = Stand(silent_clone=True)
    stand.want(1, 12, 0)
    stand.run(120)
    assert stand.said == ["ok"]


def test_wrong_checksums_from_a_clone_are_let_pass():
    stand = Stand(wrong_checksum=True)
    stand.want(1, 12, 0)
    stand.run(60)
    assert stand.said == ["ok"]


def test_a_missing_card_is_a_fault():
    stand = Stand(no_card=True)
    stand.want(1, 12, 0)
    stand.run(30)
    assert stand.said[-1] == "no card"


def test_a_player_that_restarts_by_itself_is_never_loud():  # REQ-062
    for clone in (False, True):
        stand = Stand(silent_clone=clone)
        stand.want(1, 12, 0)
        stand.run(60)
        stand.part.trace.clear()
        stand.part.lose_power()
        stand.run(30)
        assert stand.part.playing is not None
        assert stand.part.volume == 12
        assert max(stand.volumes()) == 12
        assert next(what for _, what, _ in stand.part.trace if what in ("volume", "play")) == "volume"


def test_a_player_that_restarts_in_silent_music_is_never_loud():
    stand = Stand()
    stand.want(1, 12, 60000)
    stand.run(4)
    assert (stand.part.playing, stand.part.volume) == ((1, 1), 0)
    stand.part.trace.clear()
    stand.part.lose_power()
    stand.run(4)
    assert next(what for _, what, _ in stand.part.trace if what in ("volume", "play")) == "volume"


def test_lost_frames_are_noticed_and_sent_again():
    stand = Stand()
    stand.want(1, 12, 0)
    stand.run(30)
    stand.part.deaf = True
    stand.want(1, 4, 0)
    stand.run(3)
    stand.part.deaf = False
    stand.run(20)
    assert stand.part.volume == 4


def test_a_silence_that_was_not_heard_comes_all_the_same():
    for clone in (False, True):
        stand = Stand(silent_clone=clone)
        stand.want(1, 12, 0)
        stand.run(30)
        stand.part.deaf = True
        stand.want(0, 0, 3000)
        stand.run(5)
        stand.part.deaf = False
        stand.run(10)
        assert (stand.part.playing, stand.part.volume) == (None, 0)


def test_a_clone_that_never_says_finished_plays_the_whole_folder():
    stand = Stand(silent_clone=True)
    stand.want(1, 12, 0)
    stand.run(60 * 20)
    tracks = [value & 0xFF for _, what, value in stand.part.trace if what == "play"]
    assert tracks[:5] == [1, 2, 3, 1, 2]
    assert stand.said == ["ok"]


def test_a_clone_is_not_missed_in_a_silence():
    stand = Stand(silent_clone=True)
    stand.want(1, 12, 0)
    stand.run(60)
    stand.want(0, 0, 3000)
    stand.run(300)
    assert stand.said == ["ok"]


def test_a_player_unplugged_while_it_plays_is_missed():
    for clone in (False, True):
        stand = Stand(silent_clone=clone)
        stand.want(1, 12, 0)
        stand.run(60)
        stand.part.absent = True
        stand.run(40)
        assert stand.said == ["ok", "absent"], clone
        stand.part.absent = False
        stand.run(40)
        assert stand.said == ["ok", "absent", "ok"], clone
        assert stand.part.volume == 12


def test_a_player_unplugged_in_a_silence_is_missed_though_busy_floats_low():
    stand = Stand()
    stand.run(20)
    stand.part.absent = True
    stand.run(1)
    stand.busy.value(0)
    stand.run(35)
    assert stand.said == ["ok", "absent"]


def test_every_track_is_played_to_its_end():
    for lag in (0, 200, 1000):
        stand = Stand(lag=lag)
        stand.want(1, 12, 0)
        stand.run(60 * 20)
        plays = [(at_ms, value & 0xFF) for at_ms, what, value in stand.part.trace if what == "play"]
        assert [track for _, track in plays] == [1, 2, 3, 1, 2], lag
        assert all(plays[i + 1][0] - plays[i][0] >= 240000 for i in range(len(plays) - 1)), lag


def test_a_track_ends_once_though_the_player_says_it_twice():
    stand = Stand()
    stand.want(1, 12, 0)
    stand.run(60 * 5)
    assert [how for _, how in stand.ends] == ["finished"]


def test_a_change_of_volume_never_cuts_a_track():  # REQ-069
    stand = Stand()
    stand.want(1, 12, 0, seconds=240)
    for volume in (4, 18, 9):
        stand.run(20)
        stand.want(1, volume, 2000, seconds=240)
    stand.run(60)
    assert [what for _, what, _ in stand.part.trace if what != "volume"] == ["play"]
    assert stand.part.volume == 9


def test_the_next_track_begins_at_the_volume_that_is_there():
    stand = Stand()
    stand.want(1, 12, 0, seconds=240)
    stand.run(235)
    stand.part.trace.clear()
    stand.run(20)
    assert [what for _, what, _ in stand.part.trace] == ["stop", "play"]


def test_a_gap_between_tracks_is_short_where_the_length_is_known():
    stand = Stand()
    stand.want(1, 12, 0, seconds=240)
    stand.run(250)
    (ended_ms, _), (begun_ms, _) = [(at, what) for at, what, _ in stand.part.trace if what in ("stop", "play")][1:]
    assert begun_ms - ended_ms <= 400


def test_another_track_in_mid_track_comes_by_a_fade():
    stand = Stand()
    stand.want(1, 12, 0)
    stand.run(30)
    stand.part.trace.clear()
    stand.want(1, 12, 4000, file=2)
    stand.run(10)
    assert stand.part.playing == (1, 2) and stand.part.volume == 12
    before = [value for _, what, value in stand.part.trace[: [what for _, what, _ in stand.part.trace].index("play")]
              if what == "volume"]  # fmt: skip
    assert before[-1] == 0 and before == sorted(before, reverse=True)


def test_a_fade_runs_evenly_in_loudness():
    stand = Stand()
    stand.want(1, 20, 0)
    stand.run(30)
    stand.part.trace.clear()
    begun_ms = stand.clock.now_ms()
    stand.want(0, 0, 10000)
    stand.run(12)
    at = {value: (at_ms - begun_ms) / 10000 for at_ms, what, value in stand.part.trace if what == "volume"}
    for step, share in ((15, 0.5), (10, 0.75), (5, 0.875)):
        assert abs(at[step] - share) < 0.09, (step, at[step])


def test_a_mute_clone_whose_busy_line_hangs_is_followed_by_the_clock():
    stand = Stand(silent_clone=True, lag=100000000)
    stand.busy.value(0)
    stand.want(1, 12, 0, seconds=240)
    stand.run(260)
    assert [how for _, how in stand.ends] == ["finished"]


def test_a_track_that_breaks_off_before_its_time_begins_again():
    for clone in (False, True):
        stand = Stand(silent_clone=clone)
        stand.want(1, 12, 0, seconds=240)
        stand.run(60)
        stand.part.lose_power()
        stand.run(60)
        assert stand.part.playing == (1, 1) and stand.ends == [], clone


def test_the_card_is_asked_how_many_files_it_has_before_anything_plays():
    stand = Stand()
    stand.want(1, 12, 0)
    stand.run(10)
    assert stand.player.files == 42
    assert stand.part.playing == (1, 1)


def test_a_clone_that_does_not_say_is_asked_three_times_and_plays():
    stand = Stand(silent_clone=True)
    stand.want(1, 12, 0)
    stand.run(20)
    assert stand.player.files is None and stand.part.playing == (1, 1)


def test_another_card_is_counted_anew():
    stand = Stand()
    stand.run(10)
    stand.part.other_card()
    stand.run(5)
    assert stand.player.files == 43
