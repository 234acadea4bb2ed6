#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Decodes exported claims with cbor2 and holds them to docs/claim-format.md, which is all it shares with Greentill. Receipts and
consents are checked by check_receipt() and check_consent().

usage: check_cbor.py FILE    a CBOR sequence of claim messages

Every item, protected header and payload must encode to the same bytes again (canonical), have the structure of the format, and
link to the claim before it in its chain. A device's first claim in the file may stand anywhere in its chain, since the ones before
may have been pruned. Exit code: 0 all do, 1 one does not, 2 wrong usage or no claims.
"""
import hashlib
import io
import re
import sys

import cbor2

UINT = range(0, 2**64)
SEQ = range(1, 2**64)
NUMBER32 = range(1, 2**32)
INT = range(-(2**63), 2**63)
BODY = -65537
DEVICE = re.compile(r"[a-z0-9-]{1,40}")
ISSUER = "urn:greentill:device:"
CLAIM_TYPE, RECEIPT_TYPE, CONSENT_TYPE = 65001, 65002, 65007


class Refused(Exception):
    pass


def need(holds, what):
    if not holds:
        raise Refused(what)


def integer(values):
    return lambda value, what: need(type(value) is int and value in values, what)


def text(value, what, least=0):
    need(type(value) is str and least <= len(value.encode()) <= 32, what)


def binary(least, most=None):
    return lambda value, what: need(type(value) is bytes and least <= len(value) <= (most or least), what)


def device(value, what):
    need(type(value) is str and DEVICE.fullmatch(value), what)


def issuer(value, what):
    need(type(value) is str and value.startswith(ISSUER), what)
    device(value[len(ISSUER):], what)


def array(*rules):
    def check(value, what):
        need(type(value) is list and len(value) == len(rules), what)
        for i, (rule, part) in enumerate(zip(rules, value)):
            rule(part, f"{what}[{i}]")
    return check


def one_of(*rules):
    """Arrays told apart by their first number."""
    def check(value, what):
        need(type(value) is list and value and type(value[0]) is int and value[0] in range(len(rules)), what)
        rules[value[0]](value, f"{what}({value[0]})")
    return check


def record(required, optional=()):
    rules = {**required, **dict(optional)}

    def check(value, what):
        need(type(value) is dict, what)
        need(all(type(key) is int for key in value), f"{what}: a key that is no integer")
        need(set(required) <= set(value) <= set(rules), f"{what}: keys {sorted(value)}")
        for key, part in value.items():
            rules[key](part, f"{what}.{key}")
    return check


def quantities(values):
    def check(value, what):
        need(type(value) is dict and 1 <= len(value) <= 8, what)
        for unit, amount in value.items():
            text(unit, f"{what}: unit")
            integer(values)(amount, f"{what}: {unit}")
    return check


def occurred(value, what):
    array(integer(INT), integer(INT))(value, what)
    need(value[0] <= value[1], f"{what}: ends before it begins")


def gap(value, what):
    record({1: binary(8), 2: integer(UINT), 3: integer(UINT), 4: text})(value, what)
    need(1 <= value[2] <= value[3], f"{what}: from {value[2]} to {value[3]}")


def nullifiers(most):
    """1 to `most` of one root, whose versions rise."""
    one = array(integer(NUMBER32), integer(NUMBER32), binary(32))

    def check(value, what):
        need(type(value) is list and 1 <= len(value) <= most, what)
        for i, nullifier in enumerate(value):
            one(nullifier, f"{what}[{i}]")
        versions, roots = [nullifier[0] for nullifier in value], {nullifier[1] for nullifier in value}
        need(versions == sorted(set(versions)) and len(roots) == 1, f"{what}: versions {versions} of roots {sorted(roots)}")
    return check


def listed(*rules):
    def check(value, what):
        need(type(value) is list, what)
        for i, part in enumerate(value):
            array(*rules)(part, f"{what}[{i}]")
    return check


def flag(value, what):
    need(type(value) is bool, what)


DIGEST = binary(32)
ANY_UINT = integer(UINT)
ANY_INT = integer(INT)
ATTRIBUTION = one_of(array(ANY_UINT), array(ANY_UINT, DIGEST), array(ANY_UINT, DIGEST))
EVIDENCE = one_of(array(ANY_UINT, binary(1, 448)), array(ANY_UINT, DIGEST))
REDUCTION = record(
    {1: occurred, 2: text, 3: quantities(INT), 4: array(text, ANY_UINT, DIGEST), 5: ANY_INT, 6: ANY_INT, 7: ATTRIBUTION,
     8: nullifiers(2), 9: array(text, text)},
    {10: EVIDENCE, 11: binary(16)})
REVERSAL = record({1: nullifiers(4), 3: integer(range(3))}, {2: binary(16), 4: quantities(range(2**63))})
START = record({1: integer(range(6)), 4: integer(NUMBER32)}, {2: array(device, binary(8), ANY_UINT, DIGEST), 3: binary(1, 512)})
ENTRY = one_of(*(array(ANY_UINT, kind) for kind in (REDUCTION, REVERSAL, gap, START)))
CLAIM = record({
    1: issuer, 6: ANY_INT, 7: binary(16),
    BODY: record({1: integer(SEQ), 2: DIGEST, 3: integer(range(3)), 4: array(ANY_UINT, ANY_UINT),
                  5: array(text, text), 6: ENTRY, 7: binary(8)})})
CONSENT = record({2: issuer, 6: ANY_INT, BODY: array(DIGEST, binary(8), ANY_UINT, DIGEST)})
RECEIPT = record(
    {1: device, 2: binary(8), 3: ANY_UINT, 4: DIGEST, 5: listed(integer(SEQ), text, flag), 6: ANY_INT, 7: ANY_UINT,
     8: listed(integer(SEQ), ANY_INT), 9: integer(range(5)),
     10: listed(integer(SEQ), binary(8), integer(SEQ), integer(range(3)), ANY_INT, text), 11: array(ANY_UINT, ANY_UINT)},
    {12: array(integer(SEQ), DIGEST), 13: integer(range(1, 31536001))})


def protected(kind):
    return record({1: integer([-7]), 16: integer([kind]), 34: array(integer([-16]), DIGEST)})


ACCOUNT = array(binary(16), lambda value, what: text(value, what, least=1))


def sign1(unprotected, longest):
    return array(binary(45), record({}, unprotected), binary(1, longest), binary(64))


KINDS = ("reductions", "reversals", "gaps", "starts")


def decoded(data, what):
    """The one item that `data` is, in its only form."""
    stream = io.BytesIO(data)
    try:
        value = cbor2.load(stream)
    except Exception as error:  # cbor2 raises errors of many classes
        raise Refused(f"{what}: {error}") from error
    need(cbor2.dumps(value, canonical=True) == data[:stream.tell()], f"{what}: encodes to other bytes")
    return value, stream.tell()


def whole(data, what):
    value, size = decoded(data, what)
    need(size == len(data), f"{what}: bytes follow")
    return value


def untagged(value, number):
    need(isinstance(value, cbor2.CBORTag) and value.tag == number, f"tag {number} is missing")
    return value.value


def check_link(payload, claim, heads):
    body = claim[BODY]
    seq, is_start = body[1], body[6][0] == KINDS.index("starts")
    need(is_start == (seq == 1), f"seq {seq} and start do not agree")
    need(seq > 1 or body[2] == bytes(32), "seq 1 names a claim before it")
    issuer_id, chain = claim[1], body[7]
    if chain in heads:
        need((issuer_id, seq - 1, body[2]) == heads[chain], f"seq {seq} does not link to the claim before")
    else:
        need(seq == 1 or all(head[0] != issuer_id for head in heads.values()), f"a chain that begins at seq {seq}")
    heads[chain] = (issuer_id, seq, hashlib.sha256(payload).digest())


def check_envelope(message, kind, unprotected, longest):
    """The payload in an array of four that is of the format."""
    sign1(unprotected, longest)(message, "COSE_Sign1")
    protected(kind)(whole(message[0], "protected header"), "protected header")
    return whole(message[2], "payload")


def check_message(value, heads):
    message = untagged(untagged(value, 61), 18)
    claim = check_envelope(message, CLAIM_TYPE, {BODY: ACCOUNT}, 1024)
    CLAIM(claim, "claim")
    check_link(message[2], claim, heads)
    return KINDS[claim[BODY][6][0]]


def check_consent(data):
    """A consent message; returns what it says, or raises Refused."""
    consent = check_envelope(untagged(untagged(whole(data, "message"), 61), 18), CONSENT_TYPE, {}, 512)
    CONSENT(consent, "consent")
    return consent


def check_receipt_payload(receipt):
    RECEIPT(receipt, "receipt")
    up_to = receipt[3]
    need(up_to > 0 or receipt[4] == bytes(32), "a hash before the first claim")
    for key in (5, 8):
        seqs = [one[0] for one in receipt[key]]
        need(seqs == sorted(set(seqs)), f"key {key}: seqs {seqs}")
        need(not seqs or seqs[-1] <= up_to, f"key {key}: beyond {up_to}")
    numbers = [one[0] for one in receipt[10]]
    need(not numbers or numbers == list(range(numbers[0], numbers[0] + len(numbers))), f"changes {numbers}")
    need(all(standing == 0 or granted == 0 for _, _, _, standing, granted, _ in receipt[10]), "a grant of what is held or refused")
    need(12 not in receipt or receipt[12][0] > up_to, "a head that is not beyond what is processed")


def check_receipt(data):
    """A receipt message; returns what it says, or raises Refused."""
    receipt = check_envelope(untagged(whole(data, "message"), 18), RECEIPT_TYPE, {}, 65536)
    check_receipt_payload(receipt)
    return receipt


def check(data):
    """How many claims of each kind there are. Raises Refused at the first fault."""
    counts = dict.fromkeys(KINDS, 0)
    heads = {}
    offset = 0
    while offset < len(data):
        try:
            # A claim's limit also keeps each piece small.
            value, size = decoded(data[offset:offset + 1024], "message")
            counts[check_message(value, heads)] += 1
        except Refused as refused:
            raise Refused(f"message {sum(counts.values()) + 1} at byte {offset}: {refused}") from refused
        offset += size
    return counts


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[0], "rb") as file:
        data = file.read()
    try:
        counts = check(data)
    except Refused as refused:
        print(f"{arguments[0]}: {refused}", file=sys.stderr)
        return 1
    print("cbor2: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))
    return 0 if sum(counts.values()) > 0 else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
