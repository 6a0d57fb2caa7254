"""How much of a change people hear and see: the laws by which music and light fade.

Loudness doubles with every 10 dB (Stevens: sones over phons, as in ISO 532). What a step of the player is worth nobody
publishes; here the 30 steps are taken to be 2 dB each, so that five of them double the loudness. That has not been
measured on a part. A fade that runs evenly in loudness goes quickly through the upper steps and slowly through the
lower ones; one that ran evenly through the steps would seem to hang, and then to drop.

Colour temperature is told apart evenly in mired, a million over kelvin (Priest 1933); lightness is CIE 1976, which the
light's driver has. Whole numbers throughout.
"""

FULL = 1000  # the loudness of the highest step
STEPS = 30
_OF_FIVE = (1000, 871, 758, 660, 574)  # 2 dB apart; the sixth is half of the first
WARM_K, COOL_K = 2700, 6500  # the two whites of the room light


def _loudness(step: int) -> int:
    down = STEPS - step
    return _OF_FIVE[down % 5] >> (down // 5)


LOUDNESS = (0,) + tuple(_loudness(step) for step in range(1, STEPS + 1))


def step_of(loudness: int) -> int:
    """The player's step that is nearest to a loudness."""
    step = 0
    while step < STEPS and 2 * loudness >= LOUDNESS[step] + LOUDNESS[step + 1]:
        step += 1
    return step


def mired(kelvin: int) -> int:
    return 1000000 // kelvin


def cool_share(white: int) -> int:
    """How much of the luminance the cool white has, in thousandths, in a white of so many mired. The line between two
    whites is close to even in mired."""
    warm, cool = mired(WARM_K), mired(COOL_K)
    return min(1000, max(0, (warm - white) * 1000 // (warm - cool)))
