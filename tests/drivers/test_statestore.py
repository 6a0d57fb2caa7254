from test_logstore import new_root

from drivers.statestore import DAMAGED, OLDER, StateStore


def written(*values):
    """A store that has saved these values under one name, and its folder."""
    root, flash = new_root()
    store = StateStore(root)
    for value in values:
        assert store.save("settings", value)
    return store, root + "/state/settings.%d", flash


def damage(path, change):
    with open(path, "rb") as file:
        data = file.read()
    with open(path, "wb") as file:
        file.write(change(data))


def flipped(at):
    return lambda data: data[:at] + bytes((data[at] ^ 4,)) + data[at + 1 :]


def test_nothing_was_ever_saved():
    store, _, _ = written()
    assert store.load("settings") == (None, None)


def test_the_last_value_comes_back_from_another_start():
    _, path, _ = written({"a": 1}, {"a": 2}, {"a": 3, "b": None, "c": "ä"})
    again = StateStore(path[: -len("/state/settings.%d")])
    assert again.load("settings") == ({"a": 3, "b": None, "c": "ä"}, None)


def test_values_of_several_names_do_not_meet():
    store, _, _ = written({"a": 1})
    store.save("plan", [1, 2])
    assert store.load("settings") == ({"a": 1}, None)
    assert store.load("plan") == ([1, 2], None)


def test_any_damage_to_the_newer_slot_brings_back_the_value_before():  # REQ-075
    for k in range(60):
        store, path, _ = written({"a": 1}, {"a": 22})
        with open(path % 1, "rb") as file:
            size = len(file.read())
        if k >= size:
            break
        damage(path % 1, flipped(k))
        assert store.load("settings") == ({"a": 1}, OLDER), k
    assert k >= 18


def test_damage_to_the_older_slot_is_told_though_the_value_is_whole():
    store, path, _ = written({"a": 1}, {"a": 2})
    damage(path % 0, flipped(12))
    assert store.load("settings") == ({"a": 2}, OLDER)


def test_both_slots_damaged_leave_nothing_and_say_so():
    store, path, _ = written({"a": 1}, {"a": 2})
    damage(path % 0, lambda data: data[:-1])
    damage(path % 1, lambda data: data[:5])
    assert store.load("settings") == (None, DAMAGED)


def test_a_first_value_that_was_never_finished_is_none_and_no_damage():
    store, path, _ = written()
    with open(path % 0, "wb"):
        pass
    assert store.load("settings") == (None, None)
    store.save("settings", {"a": 1})
    assert store.load("settings") == ({"a": 1}, None)


def test_a_lone_slot_that_is_damaged_leaves_nothing_and_says_so():
    store, path, _ = written({"a": 1})
    damage(path % 0, flipped(3))
    assert store.load("settings") == (None, DAMAGED)


def test_a_value_that_is_saved_over_damage_mends_it():  # REQ-075
    store, path, _ = written({"a": 1}, {"a": 2})
    damage(path % 0, flipped(12))
    store.save("settings", {"a": 3})
    assert store.load("settings") == ({"a": 3}, None)
    damage(path % 1, flipped(12))
    store.save("settings", {"a": 4})
    assert store.load("settings") == ({"a": 4}, None)


def test_a_dead_flash_is_a_fault_and_not_an_end():
    store, _, flash = written({"a": 1})
    if flash is None:
        return  # needs a file system that can fail
    flash.dead = True
    assert not store.save("settings", {"a": 2})
    assert store.fault == "failed"
