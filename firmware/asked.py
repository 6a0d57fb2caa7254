"""The parts of a request, looked at before anybody uses them. Each raises Refused for what can't be meant."""

import binascii

from drivers.link import Refused


def digits(data: bytes) -> str:
    """Bytes as hex digits."""
    return str(binascii.hexlify(data), "ascii")


def raw(request: dict, name: str, count: int) -> bytes:
    """So many bytes, given as hex digits."""
    try:
        value = binascii.unhexlify(request.get(name, ""))
    except (ValueError, TypeError):
        value = b""
    if len(value) != count:
        raise Refused("bad-request", "%s must be %d hex digits" % (name, 2 * count))
    return value


def number(request: dict, name: str, default: int, most: int = 1 << 30) -> int:
    value = request.get(name, default)
    if type(value) is not int or not 0 <= value <= most:
        raise Refused("bad-request", name + " must be a whole number, and not too large")
    return value


def text(request: dict, name: str, most: int) -> str:
    """Words of the host's own, cut to a length, plain characters only; empty if there are none."""
    value = request.get(name, "")
    if not isinstance(value, str):
        return ""
    return plain(value[:most])


def plain(words: str) -> str:
    """The same with `?` for whatever is no plain character: it goes into logs and onto other people's terminals."""
    return "".join([c if " " <= c <= "~" else "?" for c in words])
