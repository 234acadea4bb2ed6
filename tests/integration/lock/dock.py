# SPDX-License-Identifier: Apache-2.0
"""A dock's end of docs/dock-link.md, written from that page, and the bench of firmware/port/mps2: the lock's image in QEMU."""
import pathlib
import socket
import struct
import subprocess
import time
import zlib

HELLO, PROVE, ASK_TIME, SET_TIME, LIST, FETCH, ACKNOWLEDGE, SETTLE, CONFIGURE, PROPOSE, CONFIRM, COMMIT = range(1, 13)
DONE, NOT_THERE, REFUSED, NOT_KEPT, OTHER_SESSION, MALFORMED, UNKNOWN = range(7)


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

    def __init__(self, image, folder):
        self.folder = pathlib.Path(folder)
        ends = [self.folder / name for name in ("line", "bench")]
        for end in ends:
            end.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            ["qemu-system-arm", "-M", "mps2-an386", "-display", "none", "-monitor", "none", "-kernel", str(image),
             "-semihosting-config", "enable=on,target=native"] +
            [word for end in ends for word in ("-serial", f"unix:{end},server=on,wait=off")], cwd=self.folder)
        self.line, self.bench = (connect(end) for end in ends)
        self.number, self.session = 0, b""

    def take_battery_out(self):
        self.process.kill()
        self.process.wait()
        self.line.close()
        self.bench.close()

    def ask(self, kind, content=b"", in_session=True):
        self.number = (self.number + 1) % 256
        plain = bytes([1, kind, self.number]) + (self.session if in_session else b"") + content
        self.line.sendall(cobs_encode(plain + struct.pack("<I", zlib.crc32(plain))) + b"\0")
        answer = bytearray()
        while not answer.endswith(b"\0"):
            answer += self.line.recv(1)
        back = cobs_decode(answer[:-1])
        if zlib.crc32(back[:-4]) != struct.unpack("<I", back[-4:])[0] or back[:3] != bytes([1, kind | 128, self.number]):
            raise ValueError(f"no answer to {kind}: {back.hex()}")
        return back[3], back[4:-4]

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
        size = len(wanted) + 8 * wanted.count("s")
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
