from sitter import cues, fading, programme
from sitter.programme import DEFAULTS, FIXED, PHASES, check, scene

PEAK = {"folder": 7, "volume": 20, "kelvin": 2700, "brightness_pct": 3, "fade_s": 30}


def faults(**fields):
    return check({"peak": dict(PEAK, **fields)})


def without(name):
    row = dict(PEAK)
    del row[name]
    return check({"peak": row})


def as_table(row):
    """A default as somebody would write it."""
    table = {"folder": row.folder, "volume": row.volume, "kelvin": row.kelvin, "brightness_pct": row.brightness_pct,
             "fade_s": row.fade_s}  # fmt: skip
    if row.depth_pct:
        table["breaths_per_min"], table["depth_pct"] = row.breaths_per_min, row.depth_pct
    return table


def test_the_defaults_pass_their_own_check():
    for route in DEFAULTS:
        assert sorted(DEFAULTS[route]) == sorted(PHASES)
        assert check({phase: as_table(DEFAULTS[route][phase]) for phase in PHASES}) == []


def test_a_programme_may_replace_one_phase_and_the_others_stay():
    chosen = {"peak": PEAK}
    assert check(chosen) == []
    assert scene(chosen, "sublingual", "peak")[:4] == (7, None, 20, 2700)
    assert scene(chosen, "sublingual", "onset") == DEFAULTS["sublingual"]["onset"]


def test_a_phase_without_music_has_its_sentence():  # REQ-066
    assert without("folder") == ["peak.folder: is missing, so this phase has no music; 0 is silence"]


def test_silence_is_a_cue_too():
    assert faults(folder=0, volume=0) == []
    assert faults(folder=0, tracks=[1]) == ["peak.tracks: silence has none"]


def test_what_stop_and_an_empty_room_mean_is_no_programmes_to_say():  # REQ-067
    for phase in FIXED:
        assert check({phase: PEAK}) == [
            phase + ": is the unit's own; a programme has ready, onset, peak, return, recovery"
        ]


def test_every_fault_begins_with_its_dotted_key():
    found = check(
        {"peak": dict(PEAK, folder=98, kelvin=9000, colour=1, fade_s=1), "noon": PEAK, "onset": 3, "music": 1}
    )
    assert sorted(fault.split(":")[0] for fault in found) == [
        "music", "noon", "onset", "peak.colour", "peak.fade_s", "peak.folder", "peak.kelvin",
    ]  # fmt: skip


def test_whatever_stands_for_a_field_is_a_fault_and_nothing_worse():
    for value in (
        None,
        "x",
        True,
        -1,
        1000,
        2.5,
        {},
        [[]],
        [[0, 1], 2],
        [[0, 1], [0, 2]],
        [[1, 1], [2, 2]],
        [[0, 31], [1, 1]],
    ):
        for name in ("folder", "volume", "kelvin", "brightness_pct", "fade_s", "tracks"):
            if (name, value) not in (("volume", -0),):
                assert faults(**{name: value}), (name, value)


def test_light_can_be_asked_to_breathe_only_slowly_and_a_little():  # REQ-061
    assert faults(breaths_per_min=6, depth_pct=10) == []
    assert faults(breaths_per_min=13, depth_pct=10) == ["peak.breaths_per_min: must be a whole number from 3 to 12"]
    assert faults(breaths_per_min=6, depth_pct=21) == ["peak.depth_pct: must be a whole number from 1 to 20"]
    assert faults(depth_pct=5) == ["peak.depth_pct: goes with breaths_per_min, neither without the other"]


def test_the_volume_goes_from_point_to_point():
    points = [[0, 10], [10, 20], [30, 12]]
    assert faults(volume=points) == []
    minutes = [(0, 10), (5, 15), (10, 20), (20, 16), (30, 12), (300, 12)]
    assert [(m, cues.volume_at(points, m * 60000)) for m, _ in minutes] == minutes
    assert cues.volume_at(14, 5) == 14


def test_staff_move_the_volume_but_never_above_the_cap():  # REQ-063
    assert cues.capped(18, 4, 30) == 22
    assert cues.capped(18, 4, 20) == 20
    assert cues.capped(3, -8, 20) == 0


def test_help_lights_the_room_in_three_seconds():  # REQ-133
    assert (cues.HELP.folder, cues.HELP.brightness_pct, cues.HELP.fade_s, cues.HELP_MS) == (0, 80, 3, 3000)


def test_loudness_doubles_every_five_steps_and_never_falls():
    steps = fading.LOUDNESS
    assert len(steps) == 31 and steps[0] == 0 and steps[30] == fading.FULL
    assert list(steps) == sorted(set(steps))
    for step in range(6, 31):
        assert abs(steps[step] - 2 * steps[step - 5]) <= 1
    assert [fading.step_of(loudness) for loudness in steps] == list(range(31))


def test_the_whites_are_mixed_evenly_in_mired():
    assert fading.cool_share(fading.mired(2700)) == 0
    assert fading.cool_share(fading.mired(6500)) == 1000
    assert abs(fading.cool_share(fading.mired(3815)) - 500) < 10
    assert programme.scene({}, "intramuscular", "checks") == programme.ROOM
