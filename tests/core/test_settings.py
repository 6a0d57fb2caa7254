from sitter import settings


def test_every_default_lies_inside_its_own_range():
    assert settings.check(settings.defaults()) == []


def test_all_faults_of_a_set_are_listed_together():  # REQ-034
    faults = settings.check({"spo2_low_pct": 20, "pulse_high_bpm": "fast", "colour": 3})
    assert len(faults) == 3
    assert any(f.startswith("spo2_low_pct: 20 is outside 85 to 95 %") for f in faults)
    assert any(f.startswith("colour: no such setting") for f in faults)


def test_crossed_limits_are_refused():  # REQ-034
    assert settings.check({"systolic_high_mmhg": 120, "diastolic_high_mmhg": 130}) != []


def test_a_list_of_texts_is_checked_text_by_text():
    assert settings.check({"clinicians": ["MD-07", "RN-12"], "checklist": []}) == []
    for wrong in ("MD-07", [7], ["x"], ["a text that is too long for it"], ["tab\there"], ["MD-07"] * 13):
        faults = settings.check({"clinicians": wrong})
        assert len(faults) == 1 and faults[0].startswith("clinicians: "), wrong
    assert settings.check({"clinicians": ["Anna Berg"]}) == ["clinicians: Anna Berg is no code: a name"]
    assert settings.check({"checklist": ["shoes taken off"]}) == []


def test_a_list_as_shipped_is_nobodys_to_change():
    settings.defaults()["checklist"].append("one more")
    assert "one more" not in settings.defaults()["checklist"]


def test_the_audio_pause_cannot_exceed_two_minutes():  # REQ-027
    assert settings.check({"audio_pause_s": 121}) != []


def test_a_saturation_curve_is_two_points_or_three_that_fall():
    def points(*numbers):
        names = ("point1_ratio", "point1_pct", "point2_ratio", "point2_pct", "point3_ratio", "point3_pct")
        return {"spo2_" + names[k]: numbers[k] for k in range(len(numbers))}

    assert settings.check(points(500, 97, 900, 85)) == []
    assert settings.check(points(500, 97, 900, 85, 1100, 75)) == []
    assert settings.spo2_points(settings.complete(points(500, 97, 900, 85))) == ((500, 97), (900, 85))
    for wrong in ((500, 97), (500, 97, 900), (900, 85, 500, 97), (500, 97, 900, 97), (100, 97, 900, 85),
                  (500, 97, 900, 60)):  # fmt: skip
        faults = settings.check(points(*wrong))
        assert len(faults) == 1 and faults[0].startswith("spo2_point"), wrong
