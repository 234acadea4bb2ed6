# SPDX-License-Identifier: Apache-2.0
"""What the vectors of docs/planned-formats.md are made of.

planned_values.py FOLDER    writes the vectors anew into FOLDER. Signatures have random nonces: a published file is kept, and only what
                            is new is added to it.
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


def messages(finish):
    """What `finish` makes of each message; it gets name, what it shows, type, tags, header, payload and signer, and returns the vector."""
    made = []

    def add(name, shows, kind, tags, fields, payload, signer):
        made.append(finish(name, shows, kind, tags, fields, formats.cbor(payload), signer))

    at = CHANGE_OF_VERSION
    lock = {1: f"{URN}lock:{LOCK}", 6: at, BODY: [17, {1: 3120, 2: 640}]}
    add("lock-ride", "a ride that a lock signed; the keys of the ride are made up", 65003, (61, 18), header(65003, kid="device"), lock,
        "device")
    bundle = {4: at + 90 * DAY, 5: at + DAY, 6: at, BODY: [7, b"content"]}
    both = header(65004, x5t="service", kid="service")
    add("bundle", "settings for all devices; the content is made up", 65004, (61, 18), both, bundle, "service")
    add("bundle-device", "settings for one device", 65004, (61, 18), both, {2: f"{URN}device:{formats.DEVICE}", **bundle}, "service")
    add("time", "what was asked with, and the time", 65005, (18,), header(65005, kid="service"), {1: bytes(range(16)), 2: at}, "service")
    add("lock-receipt", "all rides of a lock up to 17 are settled", 65006, (61, 18), header(65006, kid="service"),
        {2: f"{URN}lock:{LOCK}", 6: at, BODY: [17]}, "service")
    return made


def signed(name, bytes_to_sign):
    r, s = utils.decode_dss_signature(formats.key_of(name).sign(bytes_to_sign, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "messages.json"
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
    write(pathlib.Path(sys.argv[1]))
