from startup import build_oximeter

from sitter import settings


class Board:
    """With both oximeters' buses, as an ESP32-S3 has them."""

    patient_i2c = free_patient_i2c = None

    def __init__(self, error=None):
        self.error = error
        self.bauds = []

    def open_oximeter_uart(self, baud):
        self.bauds.append(baud)
        if self.error:
            raise self.error
        return self


class PlainBoard:
    """A plain ESP32 has no UART to spare."""

    patient_i2c = free_patient_i2c = None


def build(board, module):
    return build_oximeter(board, settings.complete({"oximeter_module": module}))


def test_the_setting_chooses_the_source():
    board = Board()
    assert build(board, 0).part == "MAX30102"
    assert board.bauds == []
    module = build(board, 1)
    assert (module.part, module.fault, board.bauds) == ("Nonin module", None, [9600])


def test_only_the_module_says_that_it_is_calibrated():
    assert build(Board(), 1).calibrated
    assert not build(Board(), 0).calibrated


def test_a_board_without_the_uart_gives_a_fault_and_no_other_source():  # REQ-214
    boards = [
        PlainBoard(),
        Board(ValueError("REPL")),
        Board(NotImplementedError("UART(0) is disabled")),
        Board(OSError()),
    ]
    for board in boards:
        source = build(board, 1)
        assert (source.part, source.fault) == ("Nonin module", "no UART")
        assert source.poll(0) == ()


def test_both_sources_have_one_face():
    face = (
        "part",
        "calibrated",
        "fault",
        "lost",
        "die_temperature_centidegc",
        "ratio_permille",
        "poll_every_ms",
        "poll",
    )
    for source in (build(Board(), 0), build(Board(), 1)):
        assert [name for name in face if not hasattr(source, name)] == []
