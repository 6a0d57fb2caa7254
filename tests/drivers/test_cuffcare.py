from cuffcare import YEAR_S, Care
from test_logstore import new_root

from drivers.statestore import StateStore

MAY_2026 = 1777885200
MOST = 5000


class Clockwork:
    """As much of a unit as has a clock and settings."""

    def __init__(self, utc_s=MAY_2026, clock_trusted=True):
        self.settings = {"cuff_service_cycles": MOST}
        self.clock_trusted = clock_trusted
        self._utc_s = utc_s

    def utc_s(self, now_ms):
        return self._utc_s


class Counting:
    """In the place of a driver."""

    cycles = 0


def inflated(care, count):
    """Cycles with a turn of the writer behind each."""
    for _ in range(count):
        care._nibp.cycles += 1
        care.write()


def new_care(root=None):
    return Care(StateStore(root or new_root()[0]), Counting())


def test_a_new_unit_has_no_cycles_was_never_serviced_and_is_not_due():
    told = new_care().told(0, Clockwork())
    assert told == {"cycles": 0, "served_s": None, "due_s": None, "due_cycles": None, "due": False}


def test_cycles_are_counted_across_starts():  # REQ-183
    root, _ = new_root()
    inflated(new_care(root), 3)
    care = new_care(root)
    assert care.cycles == 3
    inflated(care, 2)
    assert new_care(root).cycles == 5


def test_a_damaged_slot_costs_the_last_cycle_and_not_the_service():  # REQ-183
    root, _ = new_root()
    care = new_care(root)
    inflated(care, 7)
    assert care.serviced(MAY_2026)
    for cycles in (7, 8):
        for slot in (0, 1):
            path = root + "/state/cuff.%d" % slot
            with open(path, "rb") as file:
                whole = file.read()
            with open(path, "wb") as file:
                file.write(whole[:-2])
            again = new_care(root)
            assert cycles - 1 <= again.cycles <= cycles, slot
            assert again.served_s == MAY_2026
            with open(path, "wb") as file:
                file.write(whole)
        inflated(care, 1)


def test_a_power_cut_at_any_operation_loses_one_cycle_at_the_most():  # REQ-183
    if new_root()[1] is None:
        return  # needs a flash whose power can be cut
    import vfs

    from drivers.volume import open_volume
    from sim.clock import Clock
    from sim.flash import FakeFlash

    root, flash = new_root()
    care = new_care(root)
    inflated(care, 4)
    assert care.serviced(MAY_2026)
    before = bytes(flash.image)
    for operation in range(1, 400):
        cut = FakeFlash(Clock(), bytearray(before))
        vfs.mount(open_volume(cut), "/cut")
        care = new_care("/cut")
        cut.cut_at = cut.operations + operation
        inflated(care, 3)
        done = not cut.dead
        vfs.umount("/cut")
        vfs.mount(open_volume(FakeFlash(Clock(), cut.image)), "/cut")
        again = new_care("/cut")
        vfs.umount("/cut")
        assert care._written <= again.cycles <= care._written + 1, operation
        assert again.served_s == MAY_2026, operation
        if done:
            break
    assert operation > 20


def test_the_count_is_written_once_a_cycle_and_not_more():
    care = new_care()
    saved = []
    save = care._state.save
    care._state.save = lambda name, value: (saved.append(value[0]), save(name, value))[1]
    inflated(care, 3)
    for _ in range(5):
        care.write()
    assert saved == [1, 2, 3]


def test_what_the_flash_did_not_take_is_tried_again():
    care = new_care()
    save, care._state.save = care._state.save, lambda name, value: False
    inflated(care, 1)
    assert not care.serviced(MAY_2026)
    assert care.served_s is None
    care._state.save = save
    care.write()
    assert care._state.load("cuff")[0] == [1, None, 0]


def test_a_service_is_due_after_a_year_or_after_so_many_cycles():
    care = new_care()
    inflated(care, 2)
    care.serviced(MAY_2026)
    assert not care.told(0, Clockwork(MAY_2026 + YEAR_S - 1))["due"]
    assert care.told(0, Clockwork(MAY_2026 + YEAR_S))["due"]
    assert not care.told(0, Clockwork(MAY_2026 + YEAR_S, clock_trusted=False))["due"]
    care._nibp.cycles += MOST - 1
    assert not care.told(0, Clockwork())["due"]
    care._nibp.cycles += 1
    assert care.told(0, Clockwork())["due"]
    care.serviced(MAY_2026)
    assert care.told(0, Clockwork())["due_cycles"] == 2 + 2 * MOST


def test_what_a_newer_program_has_kept_fells_nobody():
    for kept, cycles in (([5, None, 0, "new field"], 5), ([5], 0), (["x", None, 0], 0), ({}, 0), ([5, "x", 0], 0)):
        assert Care(Kept(kept), Nothing()).cycles == cycles


class Kept:
    def __init__(self, value):
        self.value = value

    def load(self, name):
        return self.value, None

    def refuse(self, name):
        self.refused = name


class Nothing:
    cycles = 0
