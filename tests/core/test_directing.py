from test_unit import PLAN, Bedside, Reading, shown

from sitter import cues
from sitter.catalogue import Catalogue, packed

ROW = {"volume": 14, "kelvin": 2700, "brightness_pct": 10, "fade_s": 20}
PROGRAMME = {
    "ready": dict(ROW, folder=1, tracks=[1]),
    "onset": dict(ROW, folder=2, tracks=[2, 1], volume=[[0, 10], [10, 20]]),
    "peak": dict(ROW, folder=3),
    "return": dict(ROW, folder=0, volume=0),
    "recovery": dict(ROW, folder=4, breaths_per_min=6, depth_pct=10),
}
FILES = 42
GOOD_CARD = {1: (240,), 2: (240,) * 3, 3: (240,) * 2, 4: (240,)}


def card():
    named = {str(folder): packed(240, False, 1) * len(GOOD_CARD[folder]) for folder in GOOD_CARD}
    return Catalogue({"card": "5f0c9a1e", "files": FILES, "folders": named})


class Music(Bedside):
    """A bedside with a programme, a catalogue and its card."""

    def __init__(self, programme=PROGRAMME, **chosen):
        super().__init__(**chosen)
        self.unit.take_plan(dict(PLAN, cues=programme))
        self.unit.director.catalogue = card()
        self.give("card", FILES)

    def cue(self):
        return [out.cues for out in self.outs if out.cues][-1]

    def track(self):
        return self.cue().folder, self.cue().track

    def ends(self):
        self.give("track", "finished")
        self.run(0.1)
        return self.track()

    def alarm(self):
        """No finger: an alarm of medium priority, which sounds."""
        self.reading = Reading(None, None, 0, 0, False)
        self.run(16)


def test_the_tracks_of_a_playlist_follow_in_its_order_and_begin_again():
    bed = Music()
    bed.dosed()
    assert bed.track() == (1, 1)
    assert [bed.ends() for _ in range(4)] == [(2, 2), (2, 1), (2, 2), (2, 1)]


def test_a_phase_that_ends_cuts_no_track_and_its_playlist_begins_behind_it():  # REQ-069
    bed = Music()
    bed.dosed()
    bed.ends()
    bed.press("NEXT")
    assert bed.unit.session.phase == "peak"
    assert bed.track() == (2, 2) and bed.cue().volume == 14
    assert bed.ends() == (3, 1)
    assert [bed.ends(), bed.ends()] == [(3, 2), (3, 1)]  # the whole folder, as long as the catalogue says


def test_a_track_that_ends_with_its_phase_is_followed_by_the_new_playlist_once():
    bed = Music()
    bed.dosed()
    bed.ends()
    bed._step([("track", "finished"), ("key", ("NEXT", "short"))])
    assert bed.unit.session.phase == "peak"
    assert bed.track() == (3, 1) and bed.ends() == (3, 2)


def test_a_phase_of_silence_begins_when_the_track_has_ended():
    bed = Music()
    bed.dosed()
    bed.ends()
    bed.press("NEXT")
    bed.press("NEXT")
    assert bed.unit.session.phase == "return" and bed.track() == (2, 2)
    assert bed.ends() == (0, 0) and bed.cue().volume == 0
    bed.press("NEXT")
    assert bed.track() == (4, 1)


def test_the_light_moves_on_with_the_phase_and_not_with_the_track():
    bed = Music()
    bed.dosed()
    for _ in range(3):
        bed.press("NEXT")
    assert cues.light_of(bed.cue()) == (2700, 10, 6, 10)


def test_the_volume_follows_its_curve_through_the_phase():
    bed = Music()
    bed.dosed()
    bed.run(15)
    assert bed.cue().volume == 10
    bed.run(300)
    assert bed.cue().volume == 15


def test_staff_turn_the_volume_and_the_cap_holds():  # REQ-063
    bed = Music(volume_cap=16)
    bed.dosed()
    bed.choose("MUSIC ...", "MUSIC LOUDER")
    assert (bed.cue().volume, bed.cue().music_fade_ms) == (12, 500)
    for _ in range(4):
        bed.press("NEXT")  # the menu has stayed where it was
    assert bed.cue().volume == 16
    bed.choose("MUSIC ...", "MUSIC SOFTER")
    for _ in range(11):
        bed.press("NEXT")
    assert bed.cue().volume == 0


def test_staff_skip_a_track_by_a_fade():
    bed = Music()
    bed.dosed()
    bed.ends()
    bed.choose("MUSIC ...", "MUSIC: NEXT TRACK")
    assert bed.track() == (2, 1) and bed.cue().music_fade_ms == 4000
    assert bed.of("cue")[-1]["cause"] == "skip"


def test_music_off_is_one_press_and_another_brings_it_back():
    bed = Music()
    bed.dosed()
    assert bed.press("SILENCE", "hold").cues[:3] == (0, 0, 0)
    bed.run(60)
    bed.press("NEXT")
    assert bed.track() == (0, 0)
    assert bed.press("SILENCE", "hold").cues[:2] == (3, 1)
    assert [cue["cause"] for cue in bed.of("cue")][-2:] == ["music off", "music on"]


def test_music_off_lasts_for_this_patient_only():
    bed = Music()
    bed.dosed()
    bed.press("SILENCE", "hold")
    for _ in range(4):
        bed.press("NEXT")
    assert bed.unit.session.phase == "closed"
    assert not bed.unit.director.off


def test_the_music_makes_way_for_somebody_who_speaks():
    bed = Music()
    bed.dosed()
    bed.choose("TALK: MUSIC DOWN")
    assert (bed.cue().volume, bed.cue().music_fade_ms) == (4, 1500)
    bed.run(120)
    assert bed.cue().volume == 4
    bed.choose("TALK OVER: MUSIC UP")
    assert bed.cue().volume > 9 and bed.cue().music_fade_ms == 5000


def test_an_alarm_hurries_music_that_is_on_its_way_down_already():  # REQ-141
    bed = Music(dict(PROGRAMME, peak=dict(ROW, folder=3, volume=2, fade_s=600)))
    bed.dosed()
    bed.run(400)
    bed.press("NEXT")
    assert (bed.cue().volume, bed.cue().music_fade_ms) == (2, 600000)
    bed.alarm()
    assert (bed.cue().volume, bed.cue().music_fade_ms) == (2, 300)


def test_alarms_in_silence_write_nothing_about_music():
    bed = Music(dict(PROGRAMME, ready=dict(ROW, folder=0, volume=0)))
    bed.to_ready()
    bed.run(60)
    before = len(bed.of("cue"))
    bed.alarm()
    assert bed.names() != [] and len(bed.of("cue")) == before


def test_another_card_begins_no_session_with_music():  # REQ-068
    bed = Music()
    bed.give("card", FILES + 1)
    bed.press("NEXT")
    assert bed.unit.session.phase == "idle" and bed.unit.notice[0] == "another music card"
    bed.press("SILENCE", "hold")  # a session without music is another matter
    bed.press("NEXT")
    assert bed.unit.session.phase == "checks"


def test_a_card_that_is_changed_in_a_session_falls_silent():
    bed = Music()
    bed.dosed()
    bed.give("card", FILES + 1)
    bed.run(1)
    assert bed.track() == (0, 0)


def test_a_player_that_cannot_be_asked_is_believed():
    bed = Music()
    bed.give("card", None)
    bed.press("NEXT")
    assert bed.unit.session.phase == "checks"


def test_a_playlist_whose_folder_is_not_on_the_card_begins_no_session():  # REQ-066
    for row, words in (
        (dict(ROW, folder=9), "no folder 9 on card"),
        (dict(ROW, folder=2, tracks=[4]), "no track 2/4 on card"),
    ):
        bed = Music(dict(PROGRAMME, peak=row))
        bed.press("NEXT")
        assert bed.unit.session.phase == "idle" and bed.unit.notice[0] == words


def test_music_that_was_off_at_the_start_is_looked_at_before_it_comes_on():  # REQ-066
    bed = Music(dict(PROGRAMME, peak=dict(ROW, folder=9)))
    bed.press("SILENCE", "hold")
    bed.press("NEXT")
    assert bed.unit.session.phase == "checks"
    bed.press("SILENCE", "hold")
    assert bed.unit.director.off and bed.unit.notice[0] == "no folder 9 on card"
    bed.unit.director.catalogue = None  # nobody knows
    bed.press("SILENCE", "hold")
    assert not bed.unit.director.off and bed.unit.notice[0] == "music on"


def test_who_wants_no_music_hears_none_whatever_the_programme_leaves_unsaid():
    bed = Music()
    bed.unit.take_plan(dict(PLAN, cues=PROGRAMME, session=dict(PLAN["session"], music=False)))
    bed.dosed()
    assert all(out.cues.folder == 0 for out in bed.outs if out.cues)


def test_a_patient_who_wants_no_music_needs_no_card():
    bed = Music(dict(PROGRAMME, music=False))
    bed.give("card", FILES + 1)
    bed.dosed()
    bed.run(60)
    assert bed.track() == (0, 0)
    assert cues.light_of(bed.cue())[1] == 10


def test_without_a_catalogue_a_folder_is_played_to_its_last_file():
    bed = Music()
    bed.unit.director.catalogue = None
    bed.dosed()
    bed.ends()
    bed.press("NEXT")
    bed.ends()
    assert [bed.ends(), bed.ends()] == [(3, 2), (3, 3)]
    bed.give("track", "missing")
    bed.run(0.1)
    assert bed.track() == (3, 1)


def test_help_ends_the_track_and_it_begins_again_behind_it():
    bed = Music()
    bed.dosed()
    bed.ends()
    bed.press("STOP")
    assert bed.track() == (0, 0) and bed.cue().music_fade_ms == 3000
    bed.press("SILENCE")
    bed.press("NEXT")
    assert bed.track() == (2, 2)
    assert bed.of("cue")[-1]["cause"] == "help over"


def test_what_staff_chose_about_the_music_outlives_a_power_cut():
    bed = Music()
    bed.dosed()
    bed.choose("MUSIC ...", "MUSIC SOFTER")
    bed.press("SILENCE", "hold")
    kept = [out.saved for out in bed.outs if out.saved][-1]
    again = Music()
    again.unit.resume(0, kept, kept["utc_s"] + 10, 10)
    again.run(5)
    assert again.unit.session.phase == "onset" and again.track() == (0, 0)
    again.press("SILENCE", "hold")
    assert again.track() == (2, 2) and again.cue().volume == 8
    for wrong in (None, [], [0], [0, "x"], "off"):  # of a program before this one, or damaged
        again.unit.director.restore(wrong)


def test_the_music_makes_way_for_a_voice_and_the_screen_says_so_until_that_is_over():
    bed = Music()
    bed.dosed()
    bed.run(10)
    assert bed.cue().volume > cues.DUCKED
    bed.choose("TALK: MUSIC DOWN")
    bed.run(6)
    assert bed.cue().volume == cues.DUCKED
    assert shown(bed)["prompt"] == "TALK: music is down"
    bed.choose("TALK OVER: MUSIC UP")
    bed.run(6)
    assert bed.cue().volume > cues.DUCKED and shown(bed)["prompt"] == ""
