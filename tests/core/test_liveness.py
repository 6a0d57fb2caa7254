from sitter.liveness import LIMITS_MS, Liveness


def test_a_task_that_comes_by_is_not_silent():
    liveness = Liveness()
    for now_ms in range(0, 600000, 1000):
        for task in LIMITS_MS:
            liveness.beat(task, now_ms)
        assert liveness.silent(now_ms) is None


def test_each_task_that_stops_is_named_after_its_limit():  # REQ-028
    for hanging in LIMITS_MS:
        liveness = Liveness()
        for now_ms in range(0, 600000, 1000):
            for task in LIMITS_MS:
                if task != hanging or now_ms < 300000:
                    liveness.beat(task, now_ms)
            late = now_ms - 299000 > LIMITS_MS[hanging]
            assert (liveness.silent(now_ms) == hanging) == late, (hanging, now_ms)


def test_a_task_that_never_began_is_silent_too():
    assert Liveness().silent(200000) is not None


# REQ-028
# REQ-028
# REQ-028
# REQ-028
# REQ-028
# REQ-028
