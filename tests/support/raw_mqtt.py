# SPDX-License-Identifier: Apache-2.0
"""An MQTT 5 client that does what it is told and no more, so that a test sees each answer of a broker: no thread, no second attempt."""
import socket
import ssl
import struct
import time

PATIENCE_S = 60
NOT_AUTHORISED = 135
CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 0x10, 0x20, 0x30, 0x40, 0x82, 0x90


class Refused(Exception):
    """The broker did not let the client in; `reason` is its CONNACK's, None where the connection ended before."""

    def __init__(self, reason):
        super().__init__(f"reason {reason}")
        self.reason = reason


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">H", len(data)) + data


def length(size):
    """A variable byte integer."""
    digits = bytearray()
    while True:
        size, digit = divmod(size, 128)
        digits.append(digit | (0x80 if size else 0))
        if not size:
            return bytes(digits)


def take_length(data, at):
    """The integer at that place, and the place behind it."""
    size, shift = 0, 0
    while True:
        size |= (data[at] & 0x7F) << shift
        at += 1
        shift += 7
        if not data[at - 1] & 0x80:
            return size, at


class Session:
    """One connection. `will`: (topic, payload), retained. `expiry`: for how many seconds the session outlives the connection."""

    def __init__(self, port, identities, name, client_id=None, will=None, expiry=0):
        self.messages, self.mid = [], 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(identities / "ca.crt")
        context.load_cert_chain(identities / f"{name}.crt", identities / f"{name}.key")
        try:
            self.socket = context.wrap_socket(socket.create_connection(("localhost", port), PATIENCE_S), server_hostname="localhost")
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._send(CONNECT, self._connect_packet(name if client_id is None else client_id, will, expiry))
            reason = self._await(CONNACK)[1]
        except OSError as error:  # TLS 1.3 refuses a client behind its own handshake
            raise Refused(None) from error
        if reason != 0:
            self.socket.close()
            raise Refused(reason)

    @staticmethod
    def _connect_packet(client_id, will, expiry):
        flags = (0 if expiry else 0x02) | (0x2C if will else 0)
        properties = b"\x11" + struct.pack(">I", expiry) if expiry else b""
        packet = text("MQTT") + bytes([5, flags]) + struct.pack(">H", 600) + length(len(properties)) + properties + text(client_id)
        return packet + (b"\0" + text(will[0]) + text(will[1]) if will else b"")

    def _send(self, kind, body):
        self.socket.sendall(bytes([kind]) + length(len(body)) + body)

    def _exactly(self, size):
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise ConnectionResetError("the broker closed the connection")
            data += part
        return data

    def _packet(self):
        kind, size, shift = self._exactly(1)[0], 0, 0
        while True:
            digit = self._exactly(1)[0]
            size |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                return kind, self._exactly(size)

    def _await(self, wanted):
        """The next packet of that kind; messages that come before it are kept."""
        self.socket.settimeout(PATIENCE_S)
        while True:
            kind, body = self._packet()
            if kind & 0xF0 == PUBLISH:
                self._keep(kind, body)
            elif kind == wanted:
                return body
            elif kind == 0xE0:
                raise ConnectionResetError(f"the broker ended the connection: {body.hex()}")

    def _keep(self, kind, body):
        size = struct.unpack_from(">H", body)[0]
        topic, at = body[2:2 + size].decode(), 2 + size
        if kind & 0x06:
            self._send(PUBACK, body[at:at + 2])
            at += 2
        properties, at = take_length(body, at)
        self.messages.append((topic, body[at + properties:]))

    def subscribe(self, filter_):
        """The SUBACK's reason: 1 where it is granted with QoS 1."""
        self.mid += 1
        self._send(SUBSCRIBE, struct.pack(">H", self.mid) + b"\0" + text(filter_) + b"\x01")
        return self._await(SUBACK)[-1]

    def publish(self, topic, payload, retain=False, properties=b""):
        """With QoS 1; the PUBACK's reason, 0 too where nobody is subscribed. `properties`: as they stand in the packet."""
        self.mid = self.mid % 0xFFFF + 1
        self._send(PUBLISH | 0x02 | retain, text(topic) + struct.pack(">H", self.mid) + length(len(properties)) + properties + payload)
        body = self._await(PUBACK)
        return 0 if len(body) < 3 or body[2] == 16 else body[2]

    def receive(self, wanted=1, seconds=2.0):
        """What came: returns once so many messages are there, or none came for so long."""
        while len(self.messages) < wanted:
            self.socket.settimeout(seconds)
            try:
                kind, body = self._packet()
            except TimeoutError:
                break
            if kind & 0xF0 == PUBLISH:
                self._keep(kind, body)
        got, self.messages = self.messages, []
        return got

    def ends_within(self, seconds):
        """For how long the connection still stood; None where it stands after that time."""
        begin = time.monotonic()
        while (left := begin + seconds - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                kind, _ = self._packet()
            except TimeoutError:
                return None
            except OSError:
                return time.monotonic() - begin
            if kind == 0xE0:
                return time.monotonic() - begin
        return None

    def drop(self):
        """As a power cut does: the broker sends the will."""
        self.socket.close()
