from sitter.catalogue import LYRICS, NO_FOLDER, NO_TRACK, Catalogue, check, packed

ROW = {"volume": 12, "kelvin": 2700, "brightness_pct": 10, "fade_s": 20}


def value(**folders):
    named = {name[1:]: "".join(packed(*track) for track in folders[name]) for name in folders}
    return {"card": "5f0c9a1e", "files": 143, "folders": named}


def programme(**folders):
    """Silence, but for these."""
    phases = {phase: dict(ROW, folder=0) for phase in ("ready", "onset", "peak", "return", "recovery")}
    for phase in folders:
        phases[phase.rstrip("_")] = dict(ROW, folder=folders[phase])
    return phases


def test_two_bytes_hold_a_track():
    assert packed(240, False, 0) == "00f0"
    whole = value(_2=[(240, False, 1), (4095, True, 5)])
    assert check(whole) == []
    card = Catalogue(whole)
    assert (card.count(2), card.seconds(2, 1), card.seconds(2, 2)) == (2, 240, 4095)
    assert (card.lyrics(2, 1), card.lyrics(2, 2), card.intensity(2, 2)) == (False, True, 5)
    assert card.told() == whole


def test_what_is_not_on_the_card_has_no_length():
    card = Catalogue(value(_2=[(240, False, 1)]))
    assert (card.count(3), card.seconds(3, 1), card.seconds(2, 2), card.seconds(2, 0)) == (0, 0, 0, 0)


def test_a_folder_or_a_track_that_is_not_on_the_card_is_found():  # REQ-066
    card = Catalogue(value(_2=[(240, False, 1)]))
    assert card.misfits(programme(peak=2), "sublingual") == []
    assert card.misfits(programme(peak=3), "sublingual") == [("peak", NO_FOLDER, 3, 0)]
    asked = programme(peak=2)
    asked["peak"]["tracks"] = [1, 2]
    assert card.misfits(asked, "sublingual") == [("peak", NO_TRACK, 2, 2)]


def test_lyrics_are_for_the_return_and_what_follows():
    card = Catalogue(value(_1=[(240, False, 1)], _2=[(240, False, 1), (200, True, 2)]))
    assert card.misfits(programme(onset=2), "sublingual") == [("onset", LYRICS, 2, 2)]
    assert card.misfits(programme(return_=2, recovery=2), "sublingual") == []


def test_the_default_programme_is_held_against_the_card_too():
    card = Catalogue(value(_1=[(240, False, 1)]))
    assert [row[0] for row in card.misfits({}, "intramuscular")] == ["onset", "peak", "return", "recovery"]


def test_every_fault_of_a_catalogue_begins_with_its_key():
    good = value(_2=[(240, False, 1)])
    for field, wrong in (("card", "xyz"), ("card", 3), ("files", 0), ("files", True), ("folders", []), ("more", 1)):
        found = check(dict(good, **{field: wrong}))
        assert [fault.split(":")[0] for fault in found] == [field], field
    for name, tracks in (
        ("0", "00f0"),
        ("98", "00f0"),
        ("01", "00f0"),
        ("x", "00f0"),
        ("2", "00f"),
        ("2", 3),
        ("2", "00fg"),
    ):
        found = check(dict(good, folders={name: tracks}))
        assert [fault.split(":")[0] for fault in found] == ["folders." + name], name
    assert check(None) == ["catalogue: must be a table"]
