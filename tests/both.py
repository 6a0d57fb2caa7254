"""What the core and driver tests need on both interpreters: MicroPython has no pytest and no unittest."""


def raises(exception, function, *args):
    """The `exception` that calling `function(*args)` raises; an AssertionError if it raises none."""
    try:
        function(*args)
    except exception as error:
        return error
    raise AssertionError("expected %s, nothing was raised" % exception.__name__)
