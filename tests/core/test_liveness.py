from sitter.liveness import AGAIN_MS, LIMITS_MS, Liveness


def test_a_task_that_comes_by_does_not_hang():
    liveness = Liveness()
    for now_ms in range(0, 600000, 1000):
        for task in LIMITS_MS:
            liveness.beat(task, now_ms)
        assert liveness.hanging(now_ms) == []


def test_each_task_that_stops_is_named_after_its_limit():  # REQ-028
    for hanging in LIMITS_MS:
        liveness = Liveness()
        for now_ms in range(0, 600000, 1000):
            for task in LIMITS_MS:
                if task != hanging or now_ms < 300000:
                    liveness.beat(task, now_ms)
            late = now_ms - 299000 > LIMITS_MS[hanging]
            assert liveness.hanging(now_ms) == ([hanging] if late else []), (hanging, now_ms)


def test_a_task_that_never_began_hangs_too():
    assert Liveness().hanging(200000) == list(LIMITS_MS)


def test_a_task_is_begun_anew_once_and_given_its_time():
    liveness = Liveness()
    assert sorted(liveness.hanging(4000)) == ["keys", "oximeter"]
    assert liveness.may_begin_anew("oximeter", 4000)
    assert liveness.hanging(4000) == ["keys"]
    assert sorted(liveness.hanging(7001)) == ["cuff", "display", "keys", "music", "oximeter"]
    assert not liveness.may_begin_anew("oximeter", 7001)
    assert liveness.may_begin_anew("keys", 7001)


def test_a_task_that_ran_well_for_long_may_be_begun_anew_again():
    liveness = Liveness()
    assert liveness.may_begin_anew("cuff", 6000)
    assert not liveness.may_begin_anew("cuff", 5999 + AGAIN_MS)
    assert liveness.may_begin_anew("cuff", 6000 + AGAIN_MS)  # REQ-028
