# SPDX-License-Identifier: Apache-2.0
"""One MQTT session for all devices of a town: sends their batches until a receipt has come for each."""
import os
import socket
import struct
import threading
import time

from parts import PATIENCE_S, StackError
from raw_mqtt import CONNACK, CONNECT, PUBLISH, Session, length, take_length, text

AGAIN_S = 3.0  # without a receipt for so long, a batch is sent again
STRAY_S = 1.0  # for so long what was sent besides is waited for
EVERYTHING = 1 << 30
CORRELATION, USER_PROPERTY, CONTENT_TYPE = 0x09, 0x26, 0x03


class Line(Session):
    """Without TLS, which would not let one thread read while others write."""

    def __init__(self, port, heard):
        self.messages, self.mid, self.heard, self.lock = [], 0, heard, threading.Lock()
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._send(CONNECT, self._connect_packet("town", None, 0))
        self._await(CONNACK)
        self.subscribe("greentill/v1/+/receipts")

    def _send(self, kind, body):
        with self.lock:
            super()._send(kind, body)

    def _keep(self, kind, body):
        """Tells the receipt's correlation data."""
        at = 2 + struct.unpack_from(">H", body)[0]
        if kind & 0x06:
            self._send(0x40, body[at:at + 2])
            at += 2
        size, at = take_length(body, at)
        end = at + size
        while at < end and body[at] in (CORRELATION, CONTENT_TYPE):
            part = struct.unpack_from(">H", body, at + 1)[0]
            if body[at] == CORRELATION:
                self.heard(body[at + 3:at + 3 + part])
            at += 3 + part

    def send(self, topic, payload, correlation, stored):
        """QoS 1, whose acknowledgement nobody waits for: a receipt is what ends it."""
        properties = bytes([CORRELATION]) + text(correlation) + bytes([USER_PROPERTY]) + text("greentill-stored") + text(stored)
        with self.lock:
            self.mid = self.mid % 0xFFFF + 1
            body = text(topic) + struct.pack(">H", self.mid) + length(len(properties)) + properties + payload
            Session._send(self, PUBLISH | 0x02, body)

    def read(self):
        self.socket.settimeout(None)
        while True:
            kind, body = self._packet()
            if kind & 0xF0 == PUBLISH:
                self._keep(kind, body)


class Post(threading.Thread):
    def __init__(self, port):
        super().__init__(name="post", daemon=True)
        self.port = port
        self.line, self.ready = None, threading.Event()
        self.stopping = False
        self.asked = {}  # correlation data: an event
        self.sent = self.again = 0

    def run(self):
        """Each session anew: nothing of an older one is sent later."""
        while not self.stopping:
            try:
                self.line = Line(self.port, self.hear)
                self.ready.set()
                self.line.read()
            except (OSError, ValueError):
                self.ready.clear()
                time.sleep(0.02)

    def hear(self, correlation):
        found = self.asked.get(bytes(correlation))
        if found is not None:
            found.set()

    def publish(self, device, payload, chain):
        correlation, heard = os.urandom(12), threading.Event()
        if not self.ready.wait(PATIENCE_S):
            raise StackError("the broker does not come back")
        self.asked[correlation] = heard
        try:
            self.line.send(f"greentill/v1/{device}/claims", payload, correlation, f"{chain} {EVERYTHING} 1 {EVERYTHING}")
        except OSError:  # it ends just now
            pass
        self.sent += 1
        return correlation, heard

    def ask(self, device, payload=b"", chain="0" * 16, copies=1, patience=PATIENCE_S):
        """Whether a receipt came. `copies` are on their way together."""
        deadline, asked = time.monotonic() + patience, []
        try:
            while True:
                asked += [self.publish(device, payload, chain) for _ in range(copies)]
                copies = 1
                until = min(deadline, time.monotonic() + AGAIN_S)
                while time.monotonic() < until and self.ready.is_set() and not any(heard.is_set() for _, heard in asked):
                    asked[-1][1].wait(min(0.1, max(0.0, until - time.monotonic())))
                if any(heard.is_set() for _, heard in asked):
                    return self.await_strays(asked)
                if time.monotonic() >= deadline:
                    return False
                self.again += 1
        finally:
            for correlation, _ in asked:
                self.asked.pop(correlation, None)

    def await_strays(self, asked):
        """What was sent besides, and may come yet: what is played next comes behind it."""
        until = time.monotonic() + STRAY_S
        for _, heard in asked:
            heard.wait(max(0.0, until - time.monotonic()))
        return True

    def stop(self):
        self.stopping = True
        if self.line is not None:
            self.line.socket.shutdown(socket.SHUT_RDWR)
        self.join(5)
