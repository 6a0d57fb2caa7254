from sitter.access import (
    HOST,
    LOCKED_MS,
    NOT_ASKED,
    OPENED,
    REPEATED,
    UNIT,
    WRONG,
    WRONG_ALLOWED,
    Access,
    Channel,
    Handshake,
    same,
)
from sitter.seal import Chain, hmac_sha256

KEY = b"k" * 32
H, U = b"h" * 16, b"u" * 16


def proven(key=KEY):
    """(host's channel, unit's side) of a connection on which the key has been proven."""
    unit, host = Access(key), Handshake(key, H, U)
    assert unit.challenge(H, U) == host.proof(UNIT)
    assert unit.prove(1, host.proof(HOST)) == OPENED
    return host.channel(), unit


def asked(channel, body):
    """The next request: (counter, sealed body)."""
    channel.number += 1
    return channel.number & 0xFF, channel.seal(HOST, body)


def test_the_proofs_are_the_macs_that_the_page_says():
    access_key = hmac_sha256(KEY, b"sitter access")
    assert Handshake(KEY, H, U).proof(HOST) == hmac_sha256(access_key, b"host proof" + H + U)[:16]
    assert Access(KEY).challenge(H, U) == hmac_sha256(access_key, b"unit proof" + H + U)[:16]


def test_who_knows_the_key_has_a_channel():
    channel, unit = proven()
    assert unit.channel.accept(*asked(channel, b"logs.list")) == b"logs.list"
    assert channel.opened(UNIT, unit.channel.seal(UNIT, b"none")) == b"none"


def test_who_does_not_know_the_key_has_none():
    unit = Access(KEY)
    unit.challenge(H, U)
    assert unit.prove(1, Handshake(b"x" * 32, H, U).proof(HOST)) == WRONG
    assert unit.channel is None


def test_the_units_own_proof_is_not_the_hosts():
    unit = Access(KEY)
    assert unit.prove(1, unit.challenge(H, U)) == WRONG


def test_a_proof_is_good_for_one_challenge_and_one_try():
    unit = Access(KEY)
    proof = Handshake(KEY, H, U).proof(HOST)
    assert unit.prove(1, proof) == NOT_ASKED
    unit.challenge(H, b"v" * 16)
    assert unit.prove(2, proof) == WRONG  # another nonce
    assert unit.prove(3, Handshake(KEY, H, b"v" * 16).proof(HOST)) == NOT_ASKED  # that challenge is spent


def test_a_right_proof_that_is_repeated_opens_nothing_new():
    channel, unit = proven()
    request = asked(channel, b"restart")
    assert unit.channel.accept(*request) == b"restart"
    assert unit.prove(2, Handshake(KEY, H, U).proof(HOST)) == REPEATED  # its answer was lost
    assert unit.channel.accept(*request) is None


def test_a_proof_is_of_who_says_it():
    unit, proof = Access(KEY), Handshake(KEY, H, U).proof(HOST, b"tech@bench")
    unit.challenge(H, U)
    assert unit.prove(1, proof, b"boss@bench") == WRONG
    unit.challenge(H, U)
    assert unit.prove(1, proof, b"tech@bench") == OPENED


def test_a_unit_without_a_key_has_no_proof_and_takes_none():
    unit = Access(None)
    assert unit.challenge(H, U) is None
    for key in (b"", b"\0" * 32):
        assert unit.prove(1, Handshake(key, H, U).proof(HOST)) == NOT_ASKED
    assert unit.channel is None


def test_after_three_wrong_proofs_none_is_looked_at_for_a_minute():
    unit, right = Access(KEY), Handshake(KEY, H, U).proof(HOST)
    for _ in range(WRONG_ALLOWED):
        unit.challenge(H, U)
        assert unit.prove(1000, b"x" * 16) == WRONG
    assert unit.locked_ms(1000) == LOCKED_MS
    unit.challenge(H, U)
    assert unit.prove(1000 + LOCKED_MS - 1, right) == WRONG
    assert unit.locked_ms(1000 + LOCKED_MS) == 0
    unit.challenge(H, U)
    assert unit.prove(1000 + LOCKED_MS, right) == OPENED
    assert unit.wrong == 0


def test_one_more_wrong_proof_locks_again():
    unit = Access(KEY)
    for _ in range(WRONG_ALLOWED):
        unit.challenge(H, U)
        unit.prove(0, b"")
    unit.challenge(H, U)
    assert unit.prove(LOCKED_MS, b"") == WRONG
    assert unit.locked_ms(LOCKED_MS) == LOCKED_MS


def test_a_wrong_proof_leaves_the_channel_of_others_alone():
    channel, unit = proven()
    unit.challenge(H, U)
    assert unit.prove(2, b"x" * 16) == WRONG
    assert unit.channel.accept(*asked(channel, b"still me")) == b"still me"


def test_a_new_proof_replaces_the_channel():
    channel, unit = proven()
    unit.challenge(H, b"v" * 16)
    assert unit.prove(2, Handshake(KEY, H, b"v" * 16).proof(HOST)) == OPENED
    assert unit.channel.accept(*asked(channel, b"old")) is None


def test_a_request_that_is_sent_again_is_refused():
    channel, unit = proven()
    request = asked(channel, b"service")
    assert unit.channel.accept(*request) == b"service"
    assert unit.channel.accept(*request) is None
    for _ in range(300):  # not even when its counter comes round
        assert unit.channel.accept(*asked(channel, b"on")) == b"on"
    assert unit.channel.accept(*request) is None


def test_a_request_out_of_order_is_refused():
    channel, unit = proven()
    first, second = asked(channel, b"1"), asked(channel, b"2")
    assert unit.channel.accept(*second) == b"2"
    assert unit.channel.accept(*first) is None


def test_lost_requests_do_no_harm():
    channel, unit = proven()
    for _ in range(255):
        asked(channel, b"lost")
    assert unit.channel.accept(*asked(channel, b"arrives")) == b"arrives"


def test_what_is_thrown_back_is_no_answer():
    channel, _ = proven()
    _, sealed = asked(channel, b"status")
    assert channel.opened(HOST, sealed) == b"status"
    assert channel.opened(UNIT, sealed) is None


def test_any_change_is_noticed():
    channel, unit = proven()
    counter, sealed = asked(channel, b"put.begin")
    for i in range(len(sealed)):
        changed = sealed[:i] + bytes((sealed[i] ^ 1,)) + sealed[i + 1 :]
        assert unit.channel.accept(counter, changed) is None
    for short in (b"", sealed[:15], sealed[:-1]):
        assert unit.channel.accept(counter, short) is None
    assert unit.channel.accept(counter, sealed) == b"put.begin"


def test_no_answer_is_a_seal_of_a_log():
    # the first thing a log is sealed over begins with 16 zero bytes: an attacker's nonce could be those
    chain = Chain(KEY)
    chain.update(b"SLG1")
    assert Access(KEY).challenge(b"\0" * 16, b"SLG1" + b"\0" * 12) != chain.mac(b"")


def test_equal_is_equal_and_nothing_else():
    assert same(b"", b"")
    assert same(b"abc", b"abc")
    assert not same(b"abc", b"abd")
    assert not same(b"abc", b"ab")
    assert not same(b"", b"a")


def test_the_channel_key_is_of_both_nonces():
    assert Handshake(KEY, H, U).channel().seal(HOST, b"x") != Handshake(KEY, U, H).channel().seal(HOST, b"x")
    assert isinstance(Handshake(KEY, H, U).channel(), Channel)
