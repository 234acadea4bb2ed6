# SPDX-License-Identifier: Apache-2.0
"""What the vectors of docs/planned-formats.md are made of, and their derivations as that page has them.

planned_values.py FOLDER    writes the vectors anew into FOLDER. Signatures have random nonces: a published file is kept, and only what
                            is new is added to it.
"""
import hashlib
import hmac
import json
import pathlib
import sys

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509 import load_pem_x509_certificate

KEYS = pathlib.Path(__file__).resolve().parents[2] / "vectors" / "claim"
BODY = -65537
PROGRAMME_KEY = bytes(range(1, 33))
ROOTS = ((4, "city-bikes"), (70000, "Kauppa Ö"))
CHANGE_OF_VERSION = 1767312000  # root 4: version 1 until then, 2 from then on
DEVICE, LOCK = "dock-17", "lock-0042"
CHAIN, LATER_CHAIN = bytes(range(1, 9)), bytes(range(0x51, 0x59))
URN = "urn:greentill:"


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


def cause(root, own, event):
    issuer = issuer_of(root, own).encode()
    return hashlib.sha256(bytes([len(issuer)]) + issuer + event.encode()).digest()[:16]


def reversal_id(root, group, own, event, line, of, by_line):
    return mac(reversal_key(root), [group, issuer_of(root, own), event, line, of, by_line])[:16]


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


RIDE = nullifier(4, 1, "ride", "dock-12", "trip-2", 0)
RIDE_LATER = nullifier(4, 2, "ride", "dock-12", "trip-2", 0)
PART = reversal_id(4, "ride", "dock-12", "trip-2", 0, cause(4, "dock-12", "trip-2/refund"), 1)
RIDE_ID = bytes(range(0x20, 0x30))


def digest_of(text):
    return hashlib.sha256(text.encode()).digest()


def claim(seq, prev, entry, issued_at, chain=CHAIN, cti=None):
    return {
        1: f"{URN}device:{DEVICE}", 6: issued_at, 7: cti or bytes([0x10 + seq]) * 16,
        BODY: {1: seq, 2: prev, 3: 0, 4: [3, 100 + seq], 5: ["city-bikes", "station-4"], 6: entry, 7: chain},
    }


def reduction(end, nullifiers):
    return [0, {
        1: [end - 400, end], 2: "ride.bike.shared", 3: {"m.odometer": 3120}, 4: ["shared-bike", 1, digest_of("shared-bike")],
        5: 312000, 6: 199680, 7: [0], 8: nullifiers, 9: ["ride", "1.0.0"],
    }]


def consent(seq, at):
    return {2: f"{URN}device:{DEVICE}", 6: CHANGE_OF_VERSION, BODY: [key_hash("device"), CHAIN, seq, at]}


def receipt(chain, seq, at, refused=(), granted=(), state=0, changes=(), stored=(0, 0), head=None, later=None):
    fields = {1: DEVICE, 2: chain, 3: seq, 4: at, 5: [list(one) for one in refused], 6: 1767400000, 7: 1,
              8: [list(one) for one in granted], 9: state, 10: [list(one) for one in changes], 11: list(stored)}
    if head:
        fields[12] = head
    if later:
        fields[13] = later
    return fields


def messages(finish):
    """What `finish` makes of each message; it gets name, what it shows, type, tags, header, payload and signer, and returns the vector."""
    made, hashes_of = {}, {}

    def add(name, shows, kind, tags, fields, payload, signer):
        made[name] = finish(name, shows, kind, tags, fields, cbor(payload), signer)
        hashes_of[name] = hashlib.sha256(cbor(payload)).digest()

    def add_claim(name, shows, payload):
        add(name, shows, 65001, (61, 18), header(65001, x5t="device"), payload, "device")

    day, ended = 86400, CHANGE_OF_VERSION
    add_claim("start", "a device's first chain, under its first assignment",
              claim(1, bytes(32), [3, {1: 0, 4: 1}], ended - 3 * day))
    add_claim("reduction", "an act that ended more than 26 h before its root's version changed",
              claim(2, hashes_of["start"], reduction(ended - 2 * day, [RIDE]), ended - 2 * day, cti=RIDE_ID))
    add_claim("reduction-two-versions", "one that ended an hour after the change: both versions",
              claim(3, hashes_of["reduction"],
                    reduction(ended + 3600, [nullifier(4, version, "ride", "dock-12", "trip-3", 0) for version in (1, 2)]),
                    ended + 3700))
    add_claim("reversal-part", "part of the first taken back; the id is made of the refund's event",
              claim(4, hashes_of["reduction-two-versions"], [1, {1: [RIDE], 2: RIDE_ID, 3: 0, 4: {"m.odometer": 1120}}],
                    ended + 3800, cti=PART))
    add_claim("reversal-any-version", "a cancellation that does not know when the act ended",
              claim(5, hashes_of["reversal-part"], [1, {1: [RIDE, RIDE_LATER], 3: 1}], ended + 3900))
    last = hashes_of["reversal-any-version"]
    add("consent", "another key goes on behind seq 5", 65007, (61, 18), header(65007, x5t="service"), consent(5, last), "service")
    predecessor = [DEVICE, CHAIN, 5, last]
    agreed = bytes.fromhex(made["consent"]["message"])
    add_claim("start-replaced-device", "a start with the consent",
              claim(1, bytes(32), [3, {1: 3, 2: predecessor, 3: agreed, 4: 1}], ended + 5000, LATER_CHAIN))
    add_claim("start-repair", "a store that went back goes on from the head that the service told",
              claim(1, bytes(32), [3, {1: 4, 2: predecessor, 4: 1}], ended + 5000, LATER_CHAIN))
    add_claim("start-other-assignment", "a device that works for another merchant from now on",
              claim(1, bytes(32), [3, {1: 5, 2: predecessor, 4: 2}], ended + 5000, LATER_CHAIN))
    beyond = [DEVICE, CHAIN, 9, digest_of("nine")]
    add_claim("start-beyond", "a start that names more than the ledger has",
              claim(1, bytes(32), [3, {1: 2, 2: beyond, 4: 1}], ended + 5000, LATER_CHAIN))
    add_claim("gap-behind-start", "what lies between is lost", claim(2, hashes_of["start-beyond"],
                                                                    [2, {1: CHAIN, 2: 6, 3: 9, 4: "disk"}], ended + 5000, LATER_CHAIN))

    def add_receipt(name, shows, payload):
        add(name, shows, 65002, (18,), header(65002, x5t="service"), payload, "service")

    add_receipt("receipt", "an open chain: one granted, one refused, a change of an earlier claim",
                receipt(CHAIN, 5, last, [(4, "too-many-reversals", True)], [(3, 199680)], 0,
                        [(46, CHAIN, 2, 0, 128000, "taken-back"), (47, CHAIN, 3, 1, 0, "ceiling-device")], (2, 45)))
    add_receipt("receipt-short", "it goes no further than the refusal that it has no room for", 
                receipt(CHAIN, 2, hashes_of["reduction"], head=[5, last]))
    add_receipt("receipt-no-chain", "the answer to an empty batch where the ledger knows no chain", receipt(bytes(8), 0, bytes(32)))
    add_receipt("receipt-waiting", "a start that waits for the chain before it", receipt(LATER_CHAIN, 0, bytes(32), state=1))
    add_receipt("receipt-held", "a held chain, a dismissed claim and a duplicate that was decided anew; come again in an hour",
                receipt(LATER_CHAIN, 2, hashes_of["gap-behind-start"], state=3, later=3600,
                        changes=[(1, LATER_CHAIN, 2, 2, 0, "dismissed"), (2, CHAIN, 3, 0, 199680, "decided-anew")]))

    lock = {1: f"{URN}lock:{LOCK}", 6: ended, BODY: [17, {1: 3120, 2: 640}]}
    add("lock-ride", "a ride that a lock signed; the keys of the ride are made up", 65003, (61, 18), header(65003, kid="device"), lock, "device")
    bundle = {4: ended + 90 * day, 5: ended + day, 6: ended, BODY: [7, b"content"]}
    both = header(65004, x5t="service", kid="service")
    add("bundle", "settings for all devices; the content is made up", 65004, (61, 18), both, bundle, "service")
    add("bundle-device", "settings for one device", 65004, (61, 18), both, {2: f"{URN}device:{DEVICE}", **bundle}, "service")
    add("time", "what was asked with, and the time", 65005, (18,), header(65005, kid="service"), {1: bytes(range(16)), 2: ended}, "service")
    add("lock-receipt", "all rides of a lock up to 17 are settled", 65006, (61, 18), header(65006, kid="service"),
        {2: f"{URN}lock:{LOCK}", 6: ended, BODY: [17]}, "service")
    return list(made.values())


def to_be_signed(fields, payload):
    return cbor(["Signature1", cbor(fields), b"", payload])


def whole(tags, fields, payload, signature):
    item = [cbor(fields), {}, payload, signature]
    for tag in reversed(tags):
        item = cbor2.CBORTag(tag, item)
    return cbor(item)


def signed(name, bytes_to_sign):
    r, s = utils.decode_dss_signature(key_of(name).sign(bytes_to_sign, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def derived():
    rides = [(4, 1, "ride", "dock-12", "trip-2", 0), (4, 2, "ride", "dock-12", "trip-2", 0), (4, 1, "ride", "dock-12", "trip-2", 1),
             (70000, 300, "ride", "dock-12", "trip-2", 0), (70000, 1, "cup", "till 1", "", 70000)]
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
    }


def stored_properties():
    """What a batch says of what its device has stored: the text, and the four things it says, or none where it breaks the form."""
    good = [("0000000000000000 0 0 0", [bytes(8), 0, 0, 0]), ("0102030405060708 1203 1 45", [CHAIN, 1203, 1, 45]),
            ("ffffffffffffffff 18446744073709551615 18446744073709551615 18446744073709551615", [b"\xff" * 8] + [2**64 - 1] * 3)]
    bad = ["", "0102030405060708 1203 1", "0102030405060708 1203 1 45 ", " 0102030405060708 1203 1 45", "0102030405060708  1203 1 45",
           "010203040506070 1203 1 45", "0102030405060708A 1203 1 45", "010203040506070A 1203 1 45", "0102030405060708 01203 1 45",
           "0102030405060708 +1203 1 45", "0102030405060708 -1 1 45", "0102030405060708 18446744073709551616 1 45",
           "0102030405060708\t1203 1 45", "0102030405060708 1203 1 45\n", "0102030405060708 0x10 1 45", "0102030405060708 1203 1 00"]
    return ([{"text": text, "chain": what[0].hex(), "head": what[1], "epoch": what[2], "change": what[3]} for text, what in good] +
            [{"text": text, "chain": None} for text in bad])


def refused():
    """Claims that break the new rules, unsigned: what their payload is, and whether a newer version may take it."""
    def of(entry):
        return cbor(claim(2, bytes(32), entry, CHANGE_OF_VERSION))

    start = {1: 0, 4: 1}
    ended = CHANGE_OF_VERSION
    three = [nullifier(4, version, "ride", "dock-12", "trip-2", 0) for version in (1, 2, 3)]
    cases = [
        ("no nullifier", of(reduction(ended, [])), "never"),
        ("three nullifiers of an act", of(reduction(ended, three)), "never"),
        ("nullifiers whose versions fall", of(reduction(ended, [RIDE_LATER, RIDE])), "never"),
        ("one version twice", of(reduction(ended, [RIDE, RIDE])), "never"),
        ("nullifiers of two roots", of(reduction(ended, [RIDE, nullifier(70000, 2, "ride", "dock-12", "trip-2", 0)])), "never"),
        ("version 0", of(reduction(ended, [[0, 4, RIDE[2]]])), "never"),
        ("root 0", of(reduction(ended, [[1, 0, RIDE[2]]])), "never"),
        ("a root of more than 32 bits", of(reduction(ended, [[1, 2**32, RIDE[2]]])), "never"),
        ("a nullifier without a root", of(reduction(ended, [[1, RIDE[2]]])), "never"),
        ("a nullifier that stands alone, as before", of(reduction(ended, [1, RIDE[2]])), "never"),
        ("a reversal of no nullifier", of([1, {1: [], 3: 0}]), "never"),
        ("a reversal of five", of([1, {1: [[version, 4, RIDE[2]] for version in range(1, 6)], 3: 0}]), "never"),
        ("a reversal of a bare digest, as before", of([1, {1: RIDE[2], 3: 0}]), "never"),
        ("a start without an assignment", of([3, {1: 0}]), "never"),
        ("assignment 0", of([3, {**start, 4: 0}]), "never"),
        ("start reason 6", of([3, {**start, 1: 6}]), "never"),
        ("a start with a key 5", of([3, {**start, 5: 1}]), "perhaps later"),
    ]
    return [{"name": name, "payload": payload.hex(), "accepted": accepted} for name, payload, accepted in cases]


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "messages.json"
    known = {one["name"]: one for one in json.loads(path.read_text())} if path.exists() else {}

    def finish(name, shows, kind, tags, fields, payload, signer):
        what = to_be_signed(fields, payload)
        signed_sha256 = hashlib.sha256(what).hexdigest()
        if known.get(name, {}).get("signed_sha256") == signed_sha256:
            return known[name]
        return {"name": name, "shows": shows, "type": kind, "signer": signer, "payload": payload.hex(),
                "payload_sha256": hashlib.sha256(payload).hexdigest(), "signed_sha256": signed_sha256,
                "message": whole(tags, fields, payload, signed(signer, what)).hex()}

    for file, content in (("messages.json", messages(finish)), ("derived.json", derived()), ("stored.json", stored_properties()),
                          ("refused.json", refused())):
        (folder / file).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]))
