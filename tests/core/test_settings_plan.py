from sitter import plan, settings

GOOD = {
    "code": "KAP-0042",
    "route": "sublingual",
    "dose_mg": 200,
    "cleared_by": "MD-07",
    "preparation_meetings": 3,
    "screening": dict.fromkeys(plan.CONTRAINDICATIONS, False),
}

PEAK = {"folder": 7, "volume": 20, "kelvin": 2700, "brightness_pct": 3, "fade_s": 30}


def changed(**fields):
    copy = dict(GOOD)
    copy.update(fields)
    return plan.check(copy)


def test_every_default_lies_inside_its_own_range():
    assert settings.check(settings.defaults()) == []


def test_all_faults_of_a_set_are_listed_together():  # REQ-034
    faults = settings.check({"spo2_low_pct": 20, "pulse_high_bpm": "fast", "colour": 3})
    assert len(faults) == 3
    assert any(f.startswith("spo2_low_pct: 20 is outside 85 to 95 %") for f in faults)
    assert any(f.startswith("colour: no such setting") for f in faults)


def test_crossed_limits_are_refused():  # REQ-034
    assert settings.check({"systolic_high_mmhg": 120, "diastolic_high_mmhg": 130}) != []


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


def test_a_good_plan_has_no_faults():
    assert plan.check(GOOD) == []


def test_nothing_is_assumed_from_silence():  # REQ-082
    for question in plan.CONTRAINDICATIONS:
        screening = dict.fromkeys(plan.CONTRAINDICATIONS, False)
        del screening[question]
        assert changed(screening=screening) == ["screening.%s: is not answered" % question]


def test_each_absolute_contraindication_stops_the_plan():  # REQ-082
    for question in plan.CONTRAINDICATIONS:
        screening = dict.fromkeys(plan.CONTRAINDICATIONS, False)
        screening[question] = True
        assert len(changed(screening=screening)) == 1


def test_a_plan_with_several_faults_names_each_by_its_key():
    faults = changed(route="intravenous", dose_mg=4000, cleared_by="", cues={"peak": dict(PEAK, volume=99, kelvin=60)})
    keys = sorted(fault.split(":")[0] for fault in faults)
    assert keys == ["cleared_by", "cues.peak.kelvin", "cues.peak.volume", "dose_mg", "route"]


def test_a_field_that_would_name_a_person_is_refused_with_the_reason():  # REQ-167
    assert changed(patient_name="KAP-0042") == ["patient_name: a plan names nobody, use a code"]
    assert changed(colour="blue") == ["colour: no such field"]
    screening = dict(GOOD["screening"])
    screening["birthday"] = False
    assert changed(screening=screening) == ["screening.birthday: a plan names nobody, use a code"]


def test_a_code_that_looks_personal_is_refused_with_the_reason():
    for code, fault in (
        ("Anna Berg", "looks like a name"),
        ("12-03-1984", "looks like a date"),
        ("KAP-1984", "looks like a year of birth"),
        ("KAP-123456", "looks like a record or phone number"),
        ("a@b.org", "looks like an e-mail address"),
        ("KAP_0042", "may have only letters, digits and hyphens"),
        ("KAP", "needs a digit"),
        ("BERGANN-84", "more than 4 letters in a row read as a name"),
    ):
        assert changed(code=code) == ["code: " + fault], code
        assert changed(cleared_by=code) == ["cleared_by: " + fault], code


def test_a_text_that_looks_personal_is_refused_wherever_it_stands():
    assert "route: looks like a name" in changed(route="Anna Berg")
    assert "screening.active_psychosis: looks like a date" in changed(screening={"active_psychosis": "1984-03-12"})
    assert "cues.peak.folder: looks like a name" in changed(cues={"peak": dict(PEAK, folder="Berg, Anna")})
    assert "note: looks like a record or phone number" in changed(note="4711-0815-12")


def test_many_texts_under_one_key_are_one_fault():
    assert changed(note=["Anna Berg"] * 900) == ["note: no such field", "note: looks like a name"]


def test_a_plan_nested_without_end_is_refused():
    deep = []
    for _ in range(20000):
        deep = [deep]
    assert changed(cues=deep) == ["cues: must be a table"]
