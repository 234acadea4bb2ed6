# SPDX-License-Identifier: Apache-2.0
"""A device that sends what it is told to, and goes by the receipts that it gets as docs/claim-format.md says. It has what a device has: a key, a
certificate and its settings file.
"""
import hmac
import os
import pathlib
import ssl
import struct
import sys
import time
import tomllib

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "support"))

from promises import fail_unless  # noqa: E402
from raw_mqtt import NOT_AUTHORISED, PUBACK, PUBLISH, Session, length, take_length, text  # noqa: E402
from parts import StackError  # noqa: E402
from claims import Signer, cbor, to_be_signed  # noqa: E402

RECEIPT = 65002
ANSWER_S = 60
UNACKNOWLEDGED = 100
LATER_S = 0.1  # a device that publishes more than it may is refused until some time has passed
SETTLE_S = 3
BLOCK = 200_000
NO_CHAIN = bytes(8)
POURED = b"poured"


class Line(Session):
    """A session that keeps the correlation data of what comes."""

    def __init__(self, *arguments, **options):
        self.correlations, self.denied = [], 0
        super().__init__(*arguments, **options)

    def _keep(self, kind, body):
        super()._keep(kind, body)
        self.correlations.append(correlation_of(body, 2 + struct.unpack_from(">H", body)[0] + (2 if kind & 0x06 else 0)))

    def take(self, seconds=ANSWER_S):
        """(correlation, payload) of the next message; None where none comes for so long."""
        messages = self.receive(1, seconds)
        self.messages = messages[1:]
        return (self.correlations.pop(0), messages[0][1]) if messages else None

    def pour(self, topic, payloads, properties):
        """Publishes all of them as fast as the broker takes them, and counts what it denies; what comes meanwhile is kept."""
        waiting = 0
        for payload in payloads:
            self.mid = self.mid % 0xFFFF + 1
            self._send(PUBLISH | 0x02, body_of(topic, self.mid, payload, properties))
            waiting += 1
            while waiting >= UNACKNOWLEDGED:
                self._take_puback()
                waiting -= 1
        for _ in range(waiting):
            self._take_puback()

    def _take_puback(self):
        body = self._await(PUBACK)
        self.denied += len(body) > 2 and body[2] == NOT_AUTHORISED

    def torrent(self, topic, payload, properties, end):
        """Publishes the same without a pause, and looks at no answer, until then or the broker ends the connection, which is of no
        use any more."""
        size = len(body_of(topic, 1, payload, properties))
        block = b"".join(bytes([PUBLISH | 0x02]) + length(size) + body_of(topic, mid + 1, payload, properties)
                         for mid in range(max(1, BLOCK // size)))
        try:
            while time.monotonic() < end:
                self.socket.settimeout(ANSWER_S)
                self.socket.sendall(block)
                self.socket.settimeout(0)
                try:
                    while self.socket.recv(BLOCK):
                        pass
                except ssl.SSLWantReadError:
                    pass
        except OSError:
            pass
        self.socket.close()


def body_of(topic, mid, payload, properties):
    return text(topic) + struct.pack(">H", mid) + length(len(properties)) + properties + payload


def correlation_of(body, at):
    size, at = take_length(body, at)
    end = at + size
    while at < end:
        name, at = body[at], at + 1
        if name in (0x03, 0x08, 0x09):
            size = struct.unpack_from(">H", body, at)[0]
            if name == 0x09:
                return body[at + 2:at + 2 + size]
            at += 2 + size
        else:
            at += {0x01: 1, 0x02: 4, 0x23: 2}[name]
    return b""


class Device:
    """`file`: whose key and certificate it has, as a clone has another's."""

    def __init__(self, scene, name, file=None):
        self.scene, self.name, self.file = scene, name, file or name
        self.signer = Signer(scene.identities, self.file)
        settings = scene.identities / f"{name}.settings.toml"
        if settings.exists():
            self.read_settings(settings)
        self.line = None
        self.stored, self.change, self.epoch = {}, 0, 1  # head by chain
        self.refused, self.granted, self.changes, self.states = {}, {}, {}, {}
        self.receipts = 0

    def read_settings(self, path):
        table = tomllib.loads(path.read_text())
        self.assignment = table["assignment"]["number"]
        self.who = (table["assignment"]["merchant"], table["assignment"]["site"])
        self.roots = {root["name"]: root for root in table["root"]}

    def act(self, event, root=None, version=1, issuer="docks"):
        """The nullifier of a ride that the device saw, under a root that it has."""
        root = self.roots[root] if root else next(iter(self.roots.values()))
        key = next(bytes.fromhex(one["key"]) for one in root["version"] if one["number"] == version)
        return [version, root["number"], hmac.digest(key, cbor(["ride.bike", f"{root['name']}/{issuer}", event, 0]), "sha256")]

    # The line.

    def connect(self):
        self.line = Line(self.scene.broker_port, self.scene.identities, self.file, self.name)
        fail_unless(self.line.subscribe(f"greentill/v1/{self.name}/receipts") == 1, f"{self.name} may not read its receipts")
        return self

    @property
    def topic(self):
        return f"greentill/v1/{self.name}/claims"

    def properties(self, correlation, chain=None, stored=None):
        """What a batch says; `stored`: (head, change) in place of the truth."""
        ident = chain.id if chain else NO_CHAIN
        head, change = stored if stored is not None else (self.stored.get(ident, 0), self.change)
        said = f"{ident.hex()} {head} {self.epoch if chain else 0} {change if chain else 0}"
        return b"\x03" + text("application/cbor-seq") + b"\x09" + text(correlation) + b"\x26" + text("greentill-stored") + text(said)

    def publish(self, payload, chain=None, stored=None):
        """A batch, or a question where it is empty; the correlation data that its answer has."""
        correlation = (chain.id if chain else NO_CHAIN) + bytes(16) + os.urandom(8)
        end = time.monotonic() + ANSWER_S
        while (reason := self.line.publish(self.topic, payload, properties=self.properties(correlation, chain, stored))) == NOT_AUTHORISED:
            fail_unless(time.monotonic() < end, f"{self.name} may not publish")
            time.sleep(LATER_S)
        fail_unless(reason == 0, f"{self.name} may not publish: {reason}")
        return correlation

    def pour(self, chain, payloads, stored=None):
        """Without waiting for answers, of which it takes none; how many the broker denied until it ended the connection, after
        which the device comes again."""
        left, denied = iter(payloads), 0
        while True:
            try:
                self.line.denied = 0
                self.line.pour(self.topic, left, self.properties(POURED, chain, stored))
                return denied + self.line.denied
            except OSError:
                denied += self.line.denied
                self.connect()

    def torrent(self, chain, payload, seconds):
        """The same without a pause and without reading an answer, for so long; how often it had to connect."""
        end, times = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            self.line.torrent(self.topic, payload, self.properties(POURED, chain), end)
            self.connect()
            times += 1
        return times

    def settle(self, chain):
        """Until what was poured is behind it: a device's batches are taken in their order, or dropped."""
        end = time.monotonic() + ANSWER_S
        while not self.wait(self.publish(b"", chain), seconds=SETTLE_S):
            fail_unless(time.monotonic() < end, f"{self.name} gets no answer behind what it poured")

    def wait(self, correlation, take=True, seconds=None):
        """Until the answer with that correlation data is there. What comes before it is taken, and so is it unless told otherwise.
        `seconds`: it may be missing, and is None then."""
        while True:
            came = self.line.take(seconds or ANSWER_S)
            if came is None and seconds:
                return None
            if came is None:
                raise StackError(f"{self.name} gets no answer")
            if came[0] == POURED:
                continue
            receipt = self.read(came[1])
            if take:
                self.apply(receipt)
            if came[0] == correlation:
                return receipt

    def send(self, chain, first=1, last=None):
        """Those claims in batches, each behind the other's receipt; the last receipt."""
        receipt = None
        for _, _, payload in chain.batches(first, last):
            receipt = self.wait(self.publish(payload, chain))
        return receipt

    def tell(self, chain, *entries, account=None):
        """Adds the entries and sends them; their seqs, or the seq where it is one."""
        seqs = [chain.add(entry, account) for entry in entries]
        self.send(chain, seqs[0])
        return seqs[0] if len(seqs) == 1 else seqs

    def ask(self, chain):
        """Until the service has nothing new to say."""
        while True:
            before = self.change, self.stored.get(chain.id, 0)
            receipt = self.wait(self.publish(b"", chain))
            if (self.change, self.stored.get(chain.id, 0)) == before:
                return receipt

    # Receipts.

    def read(self, message):
        protected, _, payload, signature = cbor2.loads(message).value
        der = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
        try:
            self.scene.receipts_key.verify(der, to_be_signed(protected, payload), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            raise StackError(f"{self.name} got a receipt that the service did not sign") from None
        receipt = cbor2.loads(payload)
        fail_unless(receipt[1] == self.name and cbor2.loads(protected)[16] == RECEIPT, f"{self.name} got {receipt}")
        return receipt

    def apply(self, receipt):
        """As docs/claim-format.md says that a device goes by it."""
        chain, head = receipt[2], receipt[3]
        self.receipts += 1
        self.states[chain] = receipt[9]
        if receipt[11][0] > self.stored.get(chain, 0) and head > 0 or receipt[11][1] > self.change:
            return
        for seq, reason, _ in receipt[5]:
            self.refused[chain, seq] = reason
        for seq, mg in receipt[8]:
            self.granted[chain, seq] = mg
            self.refused.pop((chain, seq), None)
        self.stored[chain] = max(self.stored.get(chain, 0), head)
        for number, of, seq, standing, mg, reason in receipt[10]:
            if number == self.change + 1:
                self.change, self.changes[of, seq] = number, (standing, mg, reason)

    def standing(self, chain, seq):
        """What the device knows of its claim: mg that are granted, ("held", why), or why it is refused."""
        place = chain.id, seq
        if place in self.changes:
            kind, mg, reason = self.changes[place]
            return mg if kind == 0 else ("held", reason) if kind == 1 else reason
        return self.refused.get(place, self.granted.get(place))
