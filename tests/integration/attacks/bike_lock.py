# SPDX-License-Identifier: Apache-2.0
"""A bike's lock that signs rides as docs/lock.md has them, or as an attack needs them, with the cryptography of Python."""
import copy
import hashlib
import time

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from claims import BODY, cbor, ride, to_be_signed

LOCK_RIDE = 65003
METRES, SECONDS, CLOCK, PREVIOUS = 1, 2, 9, 13
EMBEDDED, HASHED = 0, 1
DEFAULT_METRES, DEFAULT_SECONDS = 2043, 510


class BikeLock:
    def __init__(self, name, key=None):
        self.name, self.key = name, key or ec.generate_private_key(ec.SECP256R1())
        self.counter, self.link = 0, None
        self.kid = hashlib.sha256(self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)).digest()[:8]

    def public_pem(self):
        return self.key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def twin(self):
        """As somebody has it who copied its flash."""
        return copy.copy(self)

    def ride(self, metres=DEFAULT_METRES, seconds=DEFAULT_SECONDS, end=None):
        """(counter, end, message) of the next one, an hour ago where no end is given."""
        self.counter += 1
        end = int(time.time()) - 3600 if end is None else end
        values = {METRES: metres, SECONDS: seconds, CLOCK: 0} | ({} if self.link is None else {PREVIOUS: self.link})
        payload = cbor({1: f"urn:greentill:lock:{self.name}", 6: end, BODY: [self.counter, values]})
        self.link = int.from_bytes(hashlib.sha256(payload).digest()[:8], "big", signed=True)
        return self.counter, end, self.sign(payload)

    def sign(self, payload):
        protected = cbor({1: -7, 4: self.kid, 16: LOCK_RIDE})
        der = self.key.sign(to_be_signed(protected, payload), ec.ECDSA(hashes.SHA256()))
        signature = b"".join(part.to_bytes(32, "big") for part in utils.decode_dss_signature(der))
        return cbor(cbor2.CBORTag(61, cbor2.CBORTag(18, [protected, {}, payload, signature])))


def claim_of(device, lock, signed, **other):
    """What the dock claims of a ride that it fetched: as the lock says it, but for what `other` says: metres, seconds, end, event, issuer,
    root, evidence."""
    counter, end, message = signed
    seconds = other.get("seconds", DEFAULT_SECONDS)
    end = other.get("end", end)
    act = device.act(str(other.get("event", counter)), other.get("root"), issuer=other.get("issuer", lock.name))
    kind, fields = ride([act], end, other.get("metres", DEFAULT_METRES))
    evidence = other.get("evidence", [EMBEDDED, message])
    return [kind, fields | {1: [end - seconds, end]} | ({} if evidence is None else {10: evidence})]
