"""The alarm's sound as a train of high and low times that a pulse generator plays by itself.

Every cycle of the tone is written out, so that it may be as low as a small sounder allows and each pulse can swell: the
high part of a cycle grows over the first eighth of a pulse and shrinks over the last, as a sudden start would startle.
A quarter of the cycle high gives the tone strong harmonics (the second, third, fifth and sixth within 15 dB).

The generator is the ESP32's RMT. Its carrier can't do this: both halves of a carrier's cycle are counted in 16 bits of
the 80 MHz clock, which ends at 916 Hz for a duty of a quarter. Its longest time is 32767 us, so that a pause is made of
several, with a microsecond of high between them that nobody hears.
"""

TONE_HZ = 330
_PERIOD_US = 1000000 // TONE_HZ
_SWELL_PCT = 15
_LONGEST_US = 32000


def train(pulses, duty_pct: int) -> tuple[int, ...]:
    """Microseconds high, low, high, ... of pulses given as (on_ms, off_ms)."""
    times: list[int] = []
    for on_ms, off_ms in pulses:
        cycles = on_ms * 1000 // _PERIOD_US
        swell = max(1, cycles * _SWELL_PCT // 100)
        for k in range(cycles):
            share = min(k + 1, cycles - k, swell)
            high_us = max(1, _PERIOD_US * duty_pct * share // (100 * swell))
            times.append(high_us)
            times.append(_PERIOD_US - high_us)
        rest_us = on_ms * 1000 - cycles * _PERIOD_US + off_ms * 1000
        times[-1] += rest_us
        while times[-1] > _LONGEST_US:
            over_us = times[-1] - _LONGEST_US - 1
            times[-1] = _LONGEST_US
            times.append(1)
            times.append(over_us)
    return tuple(times)  # a list that has grown keeps room for half as much again
