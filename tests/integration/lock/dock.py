# SPDX-License-Identifier: Apache-2.0
"""A dock's end of docs/dock-link.md, written from that page, and the bench of firmware/port/mps2: the lock's image in QEMU."""
import pathlib
import socket
import struct
import subprocess
import time
import zlib

HELLO, PROVE, ASK_TIME, SET_TIME, LIST, FETCH, ACKNOWLEDGE, SETTLE, CONFIGURE, PROPOSE, CONFIRM, COMMIT = range(1, 13)
IMAGE, OFFER_IMAGE, WRITE_IMAGE, FINISH_IMAGE, ASK_NONCE, ACKNOWLEDGE_LICENSED = range(13, 19)
UNKNOWN_REASON, POWER_ON, BROWN_OUT, WATCHDOG, SOFTWARE, PIN, FAULT = range(7)
DONE, NOT_THERE, REFUSED, NOT_KEPT, OTHER_SESSION, MALFORMED, UNKNOWN, NO_LICENCE, LICENCE_REFUSED, LICENCE_OVER, PROOF_REFUSED, NO_POINT = range(12)


def cobs_encode(plain):
    out, group = bytearray(), bytearray()
    for at, byte in enumerate(plain):
        if byte:
            group.append(byte)
        if not byte or (len(group) == 254 and at + 1 < len(plain)):
            out += bytes([len(group) + 1]) + group
            group = bytearray()
    return bytes(out + bytes([len(group) + 1]) + group)


def cobs_decode(encoded):
    out, at = bytearray(), 0
    while at < len(encoded):
        code = encoded[at]
        out += encoded[at + 1:at + code]
        at += code
        if code != 255 and at < len(encoded):
            out.append(0)
    return bytes(out)


def connect(path):
    until = time.monotonic() + 30
    while True:
        line = socket.socket(socket.AF_UNIX)
        try:
            line.connect(str(path))
            line.settimeout(30)
            return line
        except OSError:
            line.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


class Lock:
    """The image, started in a folder that has its flash; ended as if the battery were taken out."""

    def __init__(self, image, folder, *options):
        self.folder = pathlib.Path(folder)
        ends = [self.folder / name for name in ("line", "bench")]
        for end in ends:
            end.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            ["qemu-system-arm", "-M", "mps2-an386", "-display", "none", "-monitor", "none", "-kernel", str(image),
             "-semihosting-config", "enable=on,target=native", *options] +
            [word for end in ends for word in ("-serial", f"unix:{end},server=on,wait=off")], cwd=self.folder)
        self.line, self.bench = (connect(end) for end in ends)
        self.number, self.session = 0, b""
        self.bytes = 0  # on the line, both ways

    def hang_up(self):
        """The line takes one at a time: somebody else's turn."""
        self.line.close()

    def call(self):
        self.line = connect(self.folder / "line")

    def take_battery_out(self):
        self.process.kill()
        self.process.wait()
        self.line.close()
        self.bench.close()

    def ask(self, kind, content=b"", in_session=True):
        self.number = (self.number + 1) % 256
        plain = bytes([1, kind, self.number]) + (self.session if in_session else b"") + content
        frame = cobs_encode(plain + struct.pack("<I", zlib.crc32(plain))) + b"\0"
        self.line.sendall(frame)
        self.bytes += len(frame)
        while True:
            answer = bytearray()
            while not answer.endswith(b"\0"):
                byte = self.line.recv(1)
                if not byte:
                    raise ConnectionError("the lock is off")
                answer += byte
            self.bytes += len(answer)
            back = cobs_decode(answer[:-1])
            if len(back) > 7 and zlib.crc32(back[:-4]) == struct.unpack("<I", back[-4:])[0] and back[:3] == bytes([1, kind | 128, self.number]):
                return back[3], back[4:-4]  # others are answers to what was asked before, or cut short

    def hello_after(self, starts):
        """The hello of a later start, asked for again and again as a dock does."""
        self.line.settimeout(1)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                found = self.hello()
            except TimeoutError:
                continue
            if found["starts"] > starts:
                self.line.settimeout(30)
                return found
            time.sleep(0.1)
        raise TimeoutError("the lock does not start anew")

    def image(self):
        answer, content = self.ask(IMAGE)
        assert answer == DONE
        names = ("slot", "version", "other", "floor", "tried", "ended", "reason", "board")
        return dict(zip(names, struct.unpack("<BIBIIBBI", content)))

    def send_image(self, message, forms, pieces=None):
        """Offers an image and sends it; the answer to the last request. At most so many pieces, where that is told."""
        answer, content = self.ask(OFFER_IMAGE, message)
        if answer != DONE:
            return answer
        slot, at = struct.unpack("<BI", content)
        while at < len(forms[slot]):
            if pieces is not None:
                if pieces == 0:
                    return None
                pieces -= 1
            answer, content = self.ask(WRITE_IMAGE, struct.pack("<I", at) + forms[slot][at:at + 376])
            if answer != DONE:
                return answer
            at, = struct.unpack("<I", content)
        return self.ask(FINISH_IMAGE)[0]

    def hello(self):
        answer, content = self.ask(HELLO, in_session=False)
        assert answer == DONE
        self.session = content[:4]
        names = ("first", "last", "acknowledged", "settled", "refused", "starts")
        found = dict(zip(names, struct.unpack("<6I", content[69:93])))
        found.update(key=content[4:69], reset=content[93], battery=struct.unpack("<H", content[94:96])[0], phase=content[96],
                     clock=content[97], time=struct.unpack("<q", content[98:106])[0], settings=struct.unpack("<H", content[106:108])[0],
                     id=content[112:].decode())
        return found

    def do(self, commands):
        """What happens at the bench; see firmware/port/mps2/main.cpp. Returns what it answers besides the letters."""
        wanted = [letter for letter in commands if not letter.isdigit()]
        self.bench.sendall(commands.encode())
        size = len(wanted) + 8 * (wanted.count("s") + wanted.count("i"))
        got = b""
        while len(got) < size:
            got += self.bench.recv(size - len(got))
        return got.decode()

    def ride(self, turns):
        self.do("u")
        for _ in range(turns):
            self.do("420+p")
        self.do("2000+cd")

    def stack(self):
        return int(self.do("s")[:8], 16)

    def counted(self):
        """Ticks of 40 ns that commands took since it was asked last."""
        return int(self.do("i")[:8], 16)
