# SPDX-License-Identifier: Apache-2.0
"""What the vectors of messages that name a key are made of: those of docs/claim-format.md, and those of docs/lock.md.

keyed_values.py FOLDER    writes the vectors anew into FOLDER/claim/keyed.json and locks.json beside it. Signatures have random
                          nonces: what is published is kept, and only what is new is added to it.
"""
import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

import format_values as formats
from format_values import BODY, CHANGE_OF_VERSION, DAY, URN, header

LOCK = "lock-0042"


def point_of(name):
    numbers = formats.key_of(name).public_key().public_numbers()
    return b"\4" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def common(at):
    """The content of the common bundle."""
    return formats.cbor({1: [[None, at + DAY, b"version = 1\n"], [at + DAY, None, b"version = 2\n"]]})


def keyed(finish):
    """What `finish` makes of each message that stands; it gets name, what it shows, type, tags, header, payload and signer, and returns
    the vector."""
    at = CHANGE_OF_VERSION
    bundle = {4: at + 90 * DAY, 5: at + DAY, 6: at, BODY: [7, b"content"]}
    both = header(65004, x5t="service", kid="service")
    return [finish("bundle", "settings for all devices; the content is made up", 65004, (61, 18), both, formats.cbor(bundle), "service"),
            finish("bundle-device", "settings for one device", 65004, (61, 18), both,
                   formats.cbor({2: f"{URN}device:{formats.DEVICE}", **bundle}), "service"),
            finish("bundle-common", "methodologies for all devices, one of them withdrawn; their files are made up", 65004, (61, 18), both,
                   formats.cbor({4: at + 180 * DAY, 5: at, 6: at, BODY: [8, common(at)]}), "service"),
            finish("dock-licence", "a dock's licence, for 30 days and the device's key", 65008, (61, 18), header(65008, kid="service"),
                   formats.cbor({2: f"{URN}device:{formats.DEVICE}", 4: at + 30 * DAY, 6: at, BODY: [point_of("device")]}), "service"),
            finish("time", "what was asked with, and the time", 65005, (18,), header(65005, kid="service"),
                   formats.cbor({1: bytes(range(16)), 2: at}), "service")]


def locks(finish):
    """Likewise those of docs/lock.md."""
    made = []

    def ride(name, shows, at, counter, values):
        payload = formats.cbor({1: f"{URN}lock:{LOCK}", 6: at, BODY: [counter, values]})
        made.append(finish(name, shows, 65003, (61, 18), header(65003, kid="device"), payload, "device"))
        return payload

    at = CHANGE_OF_VERSION
    first = ride("lock-ride", "a ride that a lock signed; the keys of the ride are made up", at, 17, {1: 3120, 2: 640})
    link = int.from_bytes(hashlib.sha256(first).digest()[:8], "big", signed=True)
    ride("lock-ride-whole", "the next one of that lock, with every value that a ride has", at + 900, 18,
         {1: 4312, 2: 1265, 3: 2035, 4: 2119, 5: 3, 6: 1, 7: 240, 8: 2987, 9: 1, 10: 3600, 11: 0, 12: 4, 13: link})
    ride("lock-ride-unset", "a lock's first ride, whose clock was never set, cut short by a battery that was taken out", 412, 1,
         {1: 0, 2: 300, 3: 0, 4: 2119, 5: 0, 6: 0, 7: 0, 8: 2400, 9: 2, 11: 2, 12: 1})
    made.append(finish("lock-receipt", "all rides of a lock up to 17 are settled", 65006, (61, 18), header(65006, kid="service"),
                       formats.cbor({2: f"{URN}lock:{LOCK}", 6: at, BODY: [17]}), "service"))
    made.append(finish("lock-image", "the third image for the board 1; what its forms hold is made up", 65011, (61, 18), header(65011, kid="service"),
                       formats.cbor({6: at, BODY: [3, 1, *([size, hashlib.sha256(bytes([slot])).digest()] for slot, size in enumerate((40960, 40968)))]}),
                       "service"))
    return made


FILES = {"claim/keyed.json": keyed, "claim/locks.json": locks}


def signed(name, bytes_to_sign):
    r, s = utils.decode_dss_signature(formats.key_of(name).sign(bytes_to_sign, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def write(path, messages):
    known = {one["name"]: one for one in json.loads(path.read_text())} if path.exists() else {}

    def finish(name, shows, kind, tags, fields, payload, signer):
        what = formats.to_be_signed(fields, payload)
        signed_sha256 = hashlib.sha256(what).hexdigest()
        if known.get(name, {}).get("signed_sha256") == signed_sha256:
            return known[name]
        return {"name": name, "shows": shows, "type": kind, "signer": signer, "payload": payload.hex(),
                "payload_sha256": hashlib.sha256(payload).hexdigest(), "signed_sha256": signed_sha256,
                "message": formats.whole(tags, fields, payload, signed(signer, what)).hex()}

    path.write_text(json.dumps(messages(finish), indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    for name, messages in FILES.items():
        write(pathlib.Path(sys.argv[1]) / name, messages)
