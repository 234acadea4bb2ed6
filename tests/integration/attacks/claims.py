# SPDX-License-Identifier: Apache-2.0
"""Claims that are really signed, and the chains that they stand in, as docs/claim-format.md has them or as an attack needs them."""
import hashlib
import os
import pathlib
import sys
import time

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509 import load_pem_x509_certificate

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "support"))
sys.path.insert(0, str(HERE.parent / "recompute"))

from promises import ROOT  # noqa: E402
from greentill_recompute import load_methodologies, recompute  # noqa: E402

BODY = -65537
CLAIM = 65001
REFUND, CANCELLED, CORRECTION = 0, 1, 2
NOBODY = [0]
MOST_CLAIMS, MOST_BYTES = 256, 120_000
METHODOLOGIES = load_methodologies(ROOT / "config/methodologies")
BIKE = METHODOLOGIES["gt-ride-bike-shared", 1]


def cbor(value):
    return cbor2.dumps(value, canonical=True)


def to_be_signed(protected, payload):
    return cbor(["Signature1", protected, b"", payload])


def bearer(secret):
    return [2, hashlib.sha256(secret).digest()]


def ride(nullifiers, end=None, metres=2043, attribution=NOBODY):
    """A reduction of a shared bike's ride, an hour ago where no end is given."""
    end = int(time.time()) - 3600 if end is None else end
    fields = {1: [end - max(500, metres // 4), end], 2: BIKE.activity, 3: {"m.odometer": metres}, 4: [BIKE.id, BIKE.version, BIKE.sha256]}
    fields[5], fields[6] = recompute(fields, METHODOLOGIES)
    return [0, fields | {7: attribution, 8: nullifiers, 9: ["ride", "1.0.0"]}]


def asked_mg(entry):
    return entry[1][6]


def takes_back(nullifiers, reason=REFUND, named=None, metres=None):
    """A reversal; of that many metres alone where they are given."""
    fields = {1: nullifiers, 3: reason}
    if named is not None:
        fields[2] = named
    if metres is not None:
        fields[4] = {"m.odometer": metres}
    return [1, fields]


class Signer:
    def __init__(self, identities, file):
        self.key = serialization.load_pem_private_key((identities / f"{file}.key").read_bytes(), None)
        self.certify((identities / f"{file}.crt").read_bytes())

    def certify(self, pem):
        der = load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)
        self.name_certificate(hashlib.sha256(der).digest())

    def name_certificate(self, thumbprint):
        self.protected = cbor({1: -7, 16: CLAIM, 34: [-16, thumbprint]})

    def message(self, payload, account=None):
        """`account`: (salt, token)."""
        der = self.key.sign(to_be_signed(self.protected, payload), ec.ECDSA(hashes.SHA256()))
        signature = b"".join(part.to_bytes(32, "big") for part in utils.decode_dss_signature(der))
        unprotected = {BODY: list(account)} if account else {}
        return cbor(cbor2.CBORTag(61, cbor2.CBORTag(18, [self.protected, unprotected, payload, signature])))


class Chain:
    """What one device has signed, by seq from 1; `start`: more of its first entry, `who`: (merchant, site) in place of its settings'."""

    def __init__(self, device, start=None, who=None, begin=True):
        self.device, self.id = device, os.urandom(8)
        self.who = list(who or device.who)
        self.messages, self.hashes, self.ids = [b""], [bytes(32)], [b""]
        if begin:
            self.add([3, {1: 0, 4: device.assignment} | (start or {})])

    @property
    def head(self):
        return len(self.messages) - 1

    def names(self, seq=None):
        """A start's predecessor: this chain at that seq, else at its last."""
        seq = self.head if seq is None else seq
        return [self.device.name, self.id, seq, self.hashes[seq]]

    def copy(self, upto):
        """As a cloned disk has it."""
        twin = Chain(self.device, who=self.who, begin=False)
        twin.id = self.id
        twin.messages, twin.hashes, twin.ids = self.messages[:upto + 1], self.hashes[:upto + 1], self.ids[:upto + 1]
        return twin

    def add(self, entry, account=None):
        """The claim's seq."""
        seq, cti = len(self.messages), os.urandom(16)
        payload = cbor({1: f"urn:greentill:device:{self.device.name}", 6: int(time.time()), 7: cti, BODY: {
            1: seq, 2: self.hashes[-1], 3: 0, 4: [1, seq], 5: self.who, 6: entry, 7: self.id}})
        self.messages.append(self.device.signer.message(payload, account))
        self.hashes.append(hashlib.sha256(payload).digest())
        self.ids.append(cti)
        return seq

    def batches(self, first=1, last=None):
        """(first, last, bytes) of each batch, as full as it may be."""
        last = self.head if last is None else last
        while first <= last:
            end, size = first, len(self.messages[first])
            while end < last and end - first + 1 < MOST_CLAIMS and size + len(self.messages[end + 1]) <= MOST_BYTES:
                end += 1
                size += len(self.messages[end])
            yield first, end, b"".join(self.messages[first:end + 1])
            first = end + 1
