# SPDX-License-Identifier: Apache-2.0
"""What the vectors of docs/claim-format.md are made of, and the derivations of that page, written anew from the page alone.

A payload is held here as the values that it says; what the published vectors have must be the deterministic CBOR of them.
"""
import hashlib
import hmac
import pathlib

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509 import load_pem_x509_certificate

KEYS = pathlib.Path(__file__).resolve().parents[2] / "vectors" / "claim"
BODY = -65537
PROGRAMME_KEY = bytes(range(1, 33))
ROOTS = ((4, "city-bikes"), (70000, "Kauppa Ö"))
CHANGE_OF_VERSION = 1767312000  # root 4: version 1 until then, 2 from then on
DAY = 86400
DEVICE = "dock-17"
URN = "urn:greentill:"
SALT, TOKEN = bytes(range(0x33, 0x43)), "customer-7"


def counted(size, first):
    return bytes(range(first, first + size))


def cbor(value):
    return cbor2.dumps(value, canonical=True)


def mac(key, value):
    return hmac.digest(key, cbor(value), "sha256")


def root_key(root, version):
    return mac(PROGRAMME_KEY, ["nullifier", root, version])


def reversal_key(root):
    return mac(PROGRAMME_KEY, ["reversal", root])


def issuer_of(root, own):
    return f"{dict(ROOTS)[root]}/{own}"


def nullifier(root, version, group, own, event, line):
    return [version, root, mac(root_key(root, version), [group, issuer_of(root, own), event, line])]


def trip(number, *versions):
    return [nullifier(4, version, "ride", "dock-12", f"trip-{number}", 0) for version in versions]


def cause(root, own, event):
    issuer = issuer_of(root, own).encode()
    return hashlib.sha256(bytes([len(issuer)]) + issuer + event.encode()).digest()[:16]


def reversal_id(root, group, own, event, line, of, by_line):
    return mac(reversal_key(root), [group, issuer_of(root, own), event, line, of, by_line])[:16]


def account_hash():
    return hashlib.sha256(SALT + TOKEN.encode()).digest()


def key_of(name):
    return serialization.load_pem_private_key((KEYS / f"{name}.key.pem").read_bytes(), None)


def key_hash(name):
    public = key_of(name).public_key()
    return hashlib.sha256(
        public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)).digest()


def thumbprint(name):
    der = load_pem_x509_certificate((KEYS / f"{name}.crt.pem").read_bytes()).public_bytes(serialization.Encoding.DER)
    return hashlib.sha256(der).digest()


def header(kind, x5t=None, kid=None):
    fields = {1: -7, 16: kind}
    if kid:
        fields[4] = key_hash(kid)[:8]
    if x5t:
        fields[34] = [-16, thumbprint(x5t)]
    return fields


def to_be_signed(fields, payload):
    return cbor(["Signature1", cbor(fields), b"", payload])


def whole(tags, fields, payload, signature, unprotected=None):
    item = [cbor(fields), unprotected or {}, payload, signature]
    for tag in reversed(tags):
        item = cbor2.CBORTag(tag, item)
    return cbor(item)


def verifies(signer, signature, what):
    der = utils.encode_dss_signature(*(int.from_bytes(half, "big") for half in (signature[:32], signature[32:])))
    try:
        key_of(signer).public_key().verify(der, what, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def derived():
    rides = [(4, 1, "ride", "dock-12", "trip-2", 0), (4, 2, "ride", "dock-12", "trip-2", 0), (4, 1, "ride", "dock-12", "trip-2", 1),
             (70000, 300, "ride", "dock-12", "trip-2", 0), (70000, 1, "cup", "till 1", "", 70000),
             (4, 1, "ride.bike", "lock-0042", "17", 0)]
    parts = [(4, "ride", "dock-12", "trip-2", 0, (4, "dock-12", "trip-2/refund"), 1),
             (4, "ride", "dock-12", "trip-2", 0, (4, "dock-12", "trip-2/refund"), 0),
             (4, "ride", "dock-12", "trip-2", 0, (70000, "till 1", "refund 55"), 1)]
    return {
        "programme_key": PROGRAMME_KEY.hex(),
        "roots": [{"number": number, "name": name, "reversal_key": reversal_key(number).hex(),
                   "keys": [{"version": version, "key": root_key(number, version).hex()} for version in (1, 2, 300)]}
                  for number, name in ROOTS],
        "nullifiers": [{"root": root, "version": version, "group": group, "issuer": issuer_of(root, own), "event": event, "line": line,
                        "digest": nullifier(root, version, group, own, event, line)[2].hex()}
                       for root, version, group, own, event, line in rides],
        "reversals": [{"root": root, "group": group, "issuer": issuer_of(root, own), "event": event, "line": line,
                       "refund_issuer": issuer_of(of[0], of[1]), "refund_event": of[2], "cause": cause(*of).hex(), "by_line": by_line,
                       "id": reversal_id(root, group, own, event, line, cause(*of), by_line).hex()}
                      for root, group, own, event, line, of, by_line in parts],
        "public_keys": [{"key": name, "hash": key_hash(name).hex(), "kid": key_hash(name)[:8].hex()} for name in ("device", "service")],
        "account": {"salt": SALT.hex(), "token": TOKEN, "hash": account_hash().hex()},
    }


def stored_properties():
    """What a batch says of what its device has stored: the text, and the four things it says, or none where it breaks the form."""
    good = [("0000000000000000 0 0 0", [bytes(8), 0, 0, 0]), ("0102030405060708 1203 1 45", [counted(8, 1), 1203, 1, 45]),
            ("ffffffffffffffff 18446744073709551615 18446744073709551615 18446744073709551615", [b"\xff" * 8] + [2**64 - 1] * 3)]
    bad = ["", "0102030405060708 1203 1", "0102030405060708 1203 1 45 ", " 0102030405060708 1203 1 45", "0102030405060708  1203 1 45",
           "010203040506070 1203 1 45", "0102030405060708A 1203 1 45", "010203040506070A 1203 1 45", "0102030405060708 01203 1 45",
           "0102030405060708 +1203 1 45", "0102030405060708 -1 1 45", "0102030405060708 18446744073709551616 1 45",
           "0102030405060708\t1203 1 45", "0102030405060708 1203 1 45\n", "0102030405060708 0x10 1 45", "0102030405060708 1203 1 00"]
    return ([{"text": text, "chain": what[0].hex(), "head": what[1], "epoch": what[2], "change": what[3]} for text, what in good] +
            [{"text": text, "chain": None} for text in bad])


class Chain:
    """Claims of one chain, as values; `payloads` gets each by its name."""

    def __init__(self, payloads, first_byte):
        self.payloads, self.id, self.seq, self.hash = payloads, counted(8, first_byte), 0, bytes(32)

    def add(self, name, entry, issued_at, clock=0, cti=None):
        self.seq += 1
        self.last_cti = cti or counted(16, self.id[0] + 0x10 + self.seq)
        value = {1: f"{URN}device:{DEVICE}", 6: issued_at, 7: self.last_cti, BODY: {
            1: self.seq, 2: self.hash, 3: clock, 4: [3, 100 + self.seq], 5: ["city-bikes", "station-4"], 6: entry, 7: self.id}}
        self.payloads[name] = value
        self.hash = hashlib.sha256(cbor(value)).digest()

    def head(self):
        return [self.seq, self.hash]


def reduction(end, nullifiers, metres, **changed):
    fields = {1: [end - 400, end], 2: "ride.bike.shared", 3: {"m.odometer": metres}, 4: ["shared-bike", 1, counted(32, 0x60)],
              5: 100 * metres, 6: 64 * metres, 7: [0], 8: nullifiers, 9: ["ride", "1.0.0"]}
    return [0, {**fields, **{int(key[1:]): value for key, value in changed.items()}}]


def first_chain(payloads):
    """The first chain, and the head behind the ride of which a part is taken back."""
    chain, ended, before = Chain(payloads, 1), CHANGE_OF_VERSION, CHANGE_OF_VERSION - 2 * DAY
    chain.add("start", [3, {1: 0, 4: 1}], ended - 3 * DAY)
    chain.add("reduction", reduction(before, trip(1, 1), 1800, k3={"s": 480, "m.odometer": 1800}), before + 60)
    chain.add("reduction-account", reduction(before + 1000, trip(2, 1), 3120, k7=[1, account_hash()], k10=[1, counted(32, 0xc0)]),
              before + 1060)
    taken_back, ride = chain.head(), chain.last_cti
    chain.add("reduction-bearer",
              reduction(before + 2000, trip(3, 1), 900, k1=[-1, before + 2000], k5=-57600, k6=0, k7=[2, counted(32, 0x90)],
                        k10=[0, counted(24, 0x70)], k11=counted(16, 0xe0)), before + 2060, clock=1)
    chain.add("reduction-two-versions", reduction(ended + 3600, trip(4, 1, 2), 3120), ended + 3660)
    part = reversal_id(4, "ride", "dock-12", "trip-2", 0, cause(4, "dock-12", "trip-2/refund"), 1)
    chain.add("reversal-part", [1, {1: trip(2, 1), 2: ride, 3: 0, 4: {"m.odometer": 1120}}], ended + 3700, cti=part)
    chain.add("reversal-whole", [1, {1: trip(4, 1, 2), 3: 2}], ended + 3800)
    chain.add("reversal-any-version", [1, {1: trip(3, 1, 2, 3, 300), 3: 1}], ended + 3900)
    chain.add("gap", [2, {1: counted(8, 0x50), 2: 5, 3: 9, 4: "damaged database"}], ended + 4000, clock=2)
    return chain, taken_back


def consent(old):
    return {2: f"{URN}device:{DEVICE}", 6: CHANGE_OF_VERSION + 4500, BODY: [key_hash("device"), old.id, *old.head()]}


def successors(payloads, old, agreed):
    """A chain for each reason to begin one after the first. `agreed`: the consent's message, as it was signed."""
    before, at = [DEVICE, old.id, *old.head()], CHANGE_OF_VERSION + 5000
    starts = [("start-new-key", {1: 1, 2: before, 4: 1}), ("start-recovered", {1: 2, 2: before, 4: 1}),
              ("start-replaced-device", {1: 3, 2: before, 3: agreed, 4: 1}), ("start-repair", {1: 4, 2: before, 4: 1}),
              ("start-other-assignment", {1: 5, 2: before, 4: 2})]
    for number, (name, start) in enumerate(starts):
        Chain(payloads, 0x51 + number).add(name, [3, start], at)
    last = Chain(payloads, 0x51 + len(starts))
    last.add("start-beyond", [3, {1: 2, 2: [DEVICE, old.id, old.seq + 3, counted(32, 0xd0)], 4: 1}], at)
    last.add("gap-behind-start", [2, {1: old.id, 2: old.seq + 1, 3: old.seq + 3, 4: "disk"}], at)
    return last


def receipt(chain, seq, at, refused=(), granted=(), state=0, changes=(), stored=(0, 0), head=None, later=None):
    fields = {1: DEVICE, 2: chain, 3: seq, 4: at, 5: [list(one) for one in refused], 6: 1767400000, 7: 1,
              8: [list(one) for one in granted], 9: state, 10: [list(one) for one in changes], 11: list(stored)}
    if head:
        fields[12] = head
    if later:
        fields[13] = later
    return fields


def receipts(first, taken_back, last):
    return {
        "receipt": receipt(first.id, *first.head(), [(7, "too-many-reversals", True), (8, "unknown-key-version", True)],
                           [(3, 199680), (4, 0), (5, 150000)], 0,
                           [(46, first.id, 2, 0, 64000, "taken-back"), (47, first.id, 5, 1, 0, "ceiling-device")], (2, 45)),
        "receipt-short": receipt(first.id, *taken_back, head=first.head()),
        "receipt-no-chain": receipt(bytes(8), 0, bytes(32)),
        "receipt-waiting": receipt(last.id, 0, bytes(32), state=1),
        "receipt-probation": receipt(last.id, *last.head(), state=2),
        "receipt-held": receipt(last.id, *last.head(), state=3, later=3600,
                                changes=[(1, last.id, 2, 2, 0, "dismissed"), (2, first.id, 3, 0, 199680, "decided-anew")]),
        "receipt-other-chain": receipt(first.id, 0, bytes(32), state=4, head=first.head()),
    }


def messages(agreed):
    """By file and name, what each payload says. `agreed`: the published consent's message."""
    claims = {}
    first, taken_back = first_chain(claims)
    last = successors(claims, first, agreed)
    return {"claims.json": claims, "consents.json": {"consent": consent(first)}, "receipts.json": receipts(first, taken_back, last)}


def full_receipt():
    """512 grants, 512 refusals and 256 changes, each as long as it can be."""
    most = 2**64 - 1
    full = receipt(bytes(8), most - 1, bytes(32), [(most - left, "r" * 32, False) for left in range(512, 0, -1)],
                   [(most - left, -(2**63)) for left in range(512, 0, -1)], 3,
                   [(most - left, bytes(8), most, 0, -(2**63), "r" * 32) for left in range(255, -1, -1)], (most, most),
                   [most, bytes(32)], 31536000)
    return {**full, 1: "d" * 40}


def refused():
    """Of refused claims what their payloads say, where it is the rules of the entries that they break."""
    def of(entry):
        return {1: f"{URN}device:{DEVICE}", 6: CHANGE_OF_VERSION, 7: bytes([0x12]) * 16, BODY: {
            1: 2, 2: bytes(32), 3: 0, 4: [3, 102], 5: ["city-bikes", "station-4"], 6: entry, 7: counted(8, 1)}}

    def act(nullifiers):
        fields = reduction(CHANGE_OF_VERSION, nullifiers, 3120)[1]
        return of([0, {**fields, 4: ["shared-bike", 1, hashlib.sha256(b"shared-bike").digest()]}])

    [ride], [later] = trip(2, 1), trip(2, 2)
    digest, start = ride[2], {1: 0, 4: 1}
    return {
        "no nullifier": act([]),
        "three nullifiers of an act": act(trip(2, 1, 2, 3)),
        "nullifiers whose versions fall": act([later, ride]),
        "one version twice": act([ride, ride]),
        "nullifiers of two roots": act([ride, nullifier(70000, 2, "ride", "dock-12", "trip-2", 0)]),
        "version 0": act([[0, 4, digest]]),
        "root 0": act([[1, 0, digest]]),
        "a root of more than 32 bits": act([[1, 2**32, digest]]),
        "a nullifier without a root": act([[1, digest]]),
        "a nullifier that stands alone": act([1, digest]),
        "a reversal of no nullifier": of([1, {1: [], 3: 0}]),
        "a reversal of five": of([1, {1: [[version, 4, digest] for version in range(1, 6)], 3: 0}]),
        "a reversal of a bare digest": of([1, {1: digest, 3: 0}]),
        "a start without an assignment": of([3, {1: 0}]),
        "assignment 0": of([3, {**start, 4: 0}]),
        "start reason 6": of([3, {**start, 1: 6}]),
        "a start with a key 5": of([3, {**start, 5: 1}]),
    }
