"""Beats in a window of pulses, systole up: found as swings, whatever their rhythm, or as peaks about a known period.

A beat's place is where its rise is steepest: plateaus and double tops make the peak itself wander.
"""

LEAST_BEATS = 4
_FALL_PCT, _RISE_PCT = 40, 55  # less fall before it, and less rise, than the beat before: a second wave
_RISE_SAMPLES = 7  # a rise takes no longer than 280 ms
_BEFORE, _LENGTH = 4, 12  # samples of a pulse that are compared: 160 ms before its steepest rise, 280 ms from it on


def swings(band, n: int, threshold: int) -> list[int]:
    """Places of all rises that are higher than `threshold`, with a fall as high before the next, less second waves."""
    places: list[int] = []
    low = high = foot = top = last_rise = 0
    rising = None  # until the first swing
    for i in range(1, n - 1):
        value = band[i]
        if rising is not False and value > band[high]:
            high = i
        if rising is not True and value < band[low]:
            low = i
        if rising is None:
            if band[high] - band[low] > threshold:
                rising = high > low
                foot = low
        elif rising:
            if band[high] - value > threshold:
                rise, fall = band[high] - band[foot], band[top] - band[foot]
                if fall * 100 >= _FALL_PCT * last_rise or rise * 100 >= _RISE_PCT * last_rise:
                    places.append(_steepest(band, foot, high))
                    top, last_rise = high, rise
                rising = False
                low = i
        elif value - band[low] > threshold:
            rising = True
            foot = low
            high = i
    return places


def beats_about(band, n: int, lag10: int, least: int) -> list[int]:
    """Places of the beats whose peaks, above `least`, have none higher within two fifths of `lag10` tenths of a sample.

    Peaks much lower than both neighbours are second waves: they count as none.
    """
    guard = max(2, lag10 // 25)
    peaks: list[int] = []
    i = 1
    while i < n - 1:
        value = band[i]
        if value > least and value >= band[i - 1] and value > band[i + 1] and _highest(band, i, guard, n):
            peaks.append(i)
            i += guard
        i += 1
    k = 1
    while k < len(peaks) - 1:
        if band[peaks[k]] * 100 < _RISE_PCT * min(band[peaks[k - 1]], band[peaks[k + 1]]):
            peaks.pop(k)
        else:
            k += 1
    return [_steepest(band, max(0, peak - _RISE_SAMPLES), peak) for peak in peaks]


def _highest(band, i: int, guard: int, n: int) -> bool:
    value = band[i]
    for k in range(max(0, i - guard), min(n, i + guard + 1)):  # noqa: SIM110 - a generator would allocate
        if band[k] > value:
            return False
    return True


def _steepest(band, foot: int, peak: int) -> int:
    """The sample after which the rise from `foot` to `peak` is steepest."""
    best = max(foot, 1)
    steepest = band[best + 1] - band[best]
    for i in range(best + 1, peak):
        slope = band[i + 1] - band[i]
        if slope > steepest:
            best, steepest = i, slope
    return best


def spans10(band, n: int, places: list[int]) -> list[int]:
    """From each beat to the next, in tenths of a sample."""
    spans = []
    before = 0
    for place in places:
        here10 = place * 10
        if place < n - 2:
            slope = band[place + 1] - band[place]
            here10 += vertex10(band[place] - band[place - 1], slope, band[place + 2] - band[place + 1])
        spans.append(here10 - before)
        before = here10
    return spans[1:]


def kept(spans: list[int]) -> list[int]:
    """The spans within 35 % of the typical one: a beat that was missed or counted twice is left out."""
    typical = sorted(spans)[len(spans) // 2]
    return [span for span in spans if abs(span - typical) * 100 <= typical * 35]


def spread_pct(spans: list[int]) -> int:
    """Root mean square of the spans' deviations from their mean, in percent of it."""
    mean = max(1, sum(spans) // len(spans))
    total = 0
    for span in spans:
        deviation = min(1000, abs(span - mean) * 100 // mean)
        total += deviation * deviation
    square = total // len(spans)
    root = square
    while root * root > square:
        root = (root + square // root) // 2
    return root


def likeness(band, n: int, places: list[int]) -> int:
    """How like each other the pulses at `places` are, in thousandths; all but the worst fifth are at least so like.

    The square of each pulse's correlation with the mean of all, in a band scaled to 1024.
    """
    mean = [0] * _LENGTH
    shapes = []
    for place in places:
        start = place - _BEFORE
        if start >= 0 and start + _LENGTH <= n:
            shape = [value >> 2 for value in band[start : start + _LENGTH]]
            level = sum(shape) // _LENGTH
            for k in range(_LENGTH):
                shape[k] -= level
                mean[k] += shape[k]
            shapes.append(shape)
    if len(shapes) < LEAST_BEATS - 1:
        return 0
    mean = [value // len(shapes) for value in mean]
    power = _product(mean, mean)
    found = []
    for shape in shapes:
        both = _product(shape, mean)
        alike = 0 if both < 0 else (both * 1000 // _product(shape, shape)) * (both * 1000 // power) // 1000
        found.append(min(1000, alike))
    found.sort()
    return found[len(found) // 5]


def _product(a: list[int], b: list[int]) -> int:
    """The sum of products over 64: below 2^16, so that a thousand times it is a small integer; never 0."""
    total = 0
    for k in range(_LENGTH):
        total += a[k] * b[k]
    return max(1, total >> 6) if total >= 0 else -1


def vertex10(before: int, here: int, after: int) -> int:
    """Where between the samples a parabola through three points has its top, in tenths of a sample."""
    bend = before - 2 * here + after
    return 0 if bend == 0 else max(-5, min(5, (before - after) * 5 // bend))
