import binascii

from sitter.seal import MAC_BYTES, RECORD_BYTES, Chain, hmac_sha256, key_id


def test_hmac_matches_rfc_4231():  # REQ-113
    # test cases 1 and 2
    assert binascii.hexlify(hmac_sha256(b"\x0b" * 20, b"Hi There")).startswith(b"b0344c61d8db38535ca8afceaf0bf12b")
    mac = hmac_sha256(b"Jefe", b"what do ya want ", b"for nothing?")
    assert binascii.hexlify(mac).startswith(b"5bdcc146bf60754e6a042426089575c7")


def test_the_chain_is_the_hmac_of_the_last_mac_and_the_bytes_since():  # REQ-113
    key = b"k" * 32
    chain = Chain(key)
    chain.update(b"first ")
    one = chain.record(1000)
    chain.update(b"second")
    two = chain.record(2000)
    assert len(one) == RECORD_BYTES
    assert one[-MAC_BYTES:] == hmac_sha256(key, b"\0" * 16, b"first ", one[:-MAC_BYTES])[:MAC_BYTES]
    assert two[-MAC_BYTES:] == hmac_sha256(key, one[-MAC_BYTES:], b"second", two[:-MAC_BYTES])[:MAC_BYTES]


def test_a_chain_taken_up_from_its_last_mac_goes_on_the_same():
    through, cut = Chain(b"key"), Chain(b"key")
    for chain in (through, cut):
        chain.update(b"abc")
    last = through.record(1)[-MAC_BYTES:]
    cut = Chain(b"key", last)
    through.update(b"def")
    cut.update(b"def")
    assert through.record(2) == cut.record(2)


def test_two_keys_have_two_ids():
    assert key_id(b"one") != key_id(b"two")
