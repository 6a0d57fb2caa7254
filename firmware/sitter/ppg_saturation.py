"""Oxygen saturation from the pulses of red and infrared light: step 6 of the theory in ppg.py."""


def saturation(ir, red, n: int, height: int, steady_ir: int, steady_red: int) -> int | None:
    """SpO2 in percent, uncalibrated, of two bands of `n` samples; None where they do not move together.

    `height` is that of the infrared pulse in the bands' own unit, the steady parts are in counts.
    """
    shift = 0
    while height >> shift > 800:
        shift += 1
    both = ir_power = red_power = 0
    for i in range(0, n, 2):
        a, b = ir[i] >> shift, red[i] >> shift
        if -1024 < a < 1024 and -1024 < b < 1024:
            both += a * b
            ir_power += a * a
            red_power += b * b
    both, ir_power, red_power = both >> 8, ir_power >> 8, red_power >> 8
    if both <= 0 or both >= 1 << 20 or ir_power == 0 or red_power == 0:
        return None
    slope, back = both * 1000 // ir_power, both * 1000 // red_power
    if slope > 30000 or back > 30000 or slope * back < 640000:  # correlation below 0.8
        return None
    return spo2_pct(slope * (steady_ir >> 4) // max(1, steady_red >> 4))


def spo2_pct(ratio: int) -> int | None:
    """Saturation for a ratio of ratios in thousandths; None outside 70 to 100 %, where the curve means nothing."""
    if ratio > 2000:
        return None
    ratio = max(ratio, 337)  # the top of the parabola
    milli = (30354 * ratio - 45060 * ratio // 1000 * ratio) // 1000 + 94845
    return (milli + 500) // 1000 if 69500 <= milli <= 100499 else None
