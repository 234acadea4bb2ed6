#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Enrols devices at an EST server of Debian's parts: as it should be, and in every way in which a server, a line, a clock or a person
goes wrong. Whatever happened before, the next good run finishes with the same key and code."""
import os
import pathlib
import pty
import random
import select
import subprocess
import sys
import termios
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from est_server import EstServer, clock_is_kept, fingerprint  # noqa: E402
from promises import CORPORA, ROOT, fail_unless, journey_parser, run_journey  # noqa: E402
from stack import PATIENCE_S  # noqa: E402
from technician import CODE, DEVICE, Technician  # noqa: E402

UNREACHABLE, DENIED, DOES_NOT_HOLD, USAGE = 4, 5, 1, 2


class Office:
    """One set of authorities, and for each case a server and a folder of its own."""

    def __init__(self, folder, binaries):
        self.folder, self.binaries = folder, binaries
        subprocess.run([ROOT / "tests/support/make_ca.sh", folder / "identities"], check=True)
        subprocess.run([ROOT / "tests/support/make_ca.sh", folder / "strangers"], check=True)
        self.cases = 0

    def server(self):
        server = EstServer(self.folder / "identities")
        server.codes[DEVICE] = CODE
        return server

    def technician(self, server):
        self.cases += 1
        return Technician(self.binaries, self.folder / f"case-{self.cases}", server)


def good(office):
    with office.server() as server:
        for lines, end, chunks, hexadecimal in [(64, "\r\n", 0, False), (0, "", 0, True), (76, "\n", 100, False), (7, "\r\n", 1, True)]:
            server.keys.clear()
            server.lines, server.line_end, server.chunks = lines, end, chunks
            technician = office.technician(server)
            told = technician.document(fingerprint=fingerprint(server.anchors, hexadecimal).lower())
            fail_unless(told["device"] == DEVICE and not told["already"] and told["clock"] is None, f"it says {told}")
            technician.check_whole()
            left = sorted(path.name for path in technician.identity.iterdir())
            fail_unless(left == ["a", "authorities.pem", "b", "current", "lock"], f"the folder holds {left}")
            fail_unless("already in service until" in technician.succeed(code_from=None), "a second run does not say that it is in service")
        technician.refuse(DOES_NOT_HOLD, "another device needs a folder of its own", device="till-8")
        # A list of revoked certificates, as libest's authority makes them, is nothing to go by, and passed over.
        server.crl = CORPORA / "est/estCA_crl.pem"
        if not server.crl.exists():
            fail_unless(os.environ.get("CI") != "true", "the corpus est is missing, and CI=true")
            print("SKIPPED: the corpus est is missing")
            return
        server.keys.clear()
        technician = office.technician(server)
        technician.succeed()
        technician.check_whole()


def persons(office):
    """What a person gets wrong, and where nobody can be asked."""
    with office.server() as server:
        technician = office.technician(server)
        right = server.fingerprint
        technician.refuse(DENIED, ["Most groups are right: look at group 2", "nothing was sent to it"], fingerprint=right[:5] + "0000" + right[9:])
        technician.refuse(DENIED, "this is another server", fingerprint=fingerprint((office.folder / "strangers/ca.crt").read_text()))
        technician.refuse(DENIED, "32 digits", fingerprint="7K2M")
        fail_unless(all(path.endswith("/cacerts") for path in server.asked), "something was asked for before the fingerprint was right")
        technician.refuse(DOES_NOT_HOLD, "--code-file", code_from=None)
        technician.code_file.write_text("WRONG\n")
        technician.refuse(DENIED, ["401", "it does not let this device in", "this code is not yours"])
        words, server.refusal = server.refusal, ""
        technician.refuse(DENIED, ["401", "Is the code right"])  # of a server that says nothing it may be anything
        server.refusal = words
        technician.code_file.write_text(CODE)
        technician.refuse(USAGE, "no device id", device="Till 7")
        technician.succeed()
        other = office.technician(server)
        other.refuse(DENIED, "403")  # the code has another key already
        other.refuse(UNREACHABLE, "cannot be looked up", url="https://no-such-host.invalid")
        other.refuse(UNREACHABLE, "nothing listens there", url="https://localhost:1")
        other.refuse(USAGE, "is no address of an EST server", url="http://localhost")


def waits(office):
    with office.server() as server:
        technician = office.technician(server)
        server.pending = 2
        technician.refuse(UNREACHABLE, ["the operator has not confirmed this device yet", "run greentill enrol again"])
        said = technician.succeed("--patience", "60", code_from=None)
        fail_unless("going on with the enrolment" in said and "trying again" in said, f"it does not say that it goes on:\n{said}")
        fail_unless(len(set(server.keys.values())) == 1, "another key came with the code")
        technician.check_whole()
        server.pending, server.retry_after = 1, "86400"
        server.keys.clear()
        office.technician(server).refuse(UNREACHABLE, "not confirmed", "--patience", "5")


def cuts(office, every):
    """The connection ends behind some bytes of each answer, or each of them, and every second one; the same key goes on."""
    with office.server() as server:
        office.technician(server).succeed()
        sizes = dict(server.sizes)
        server.keys.clear()
        technician = office.technician(server)

        def places(operation):
            size = sizes[operation] - 8  # a signature may be shorter than another
            return sorted({*range(0, 24), *range(24, size, every), size})
        for place in places("cacerts"):
            server.cut_at = place
            technician.refuse(UNREACHABLE, "run greentill enrol again")
        server.cut_at, server.cut_next = None, [None]
        for place in places("simpleenroll"):
            server.cut_next = [None, place] if server.cut_next else [place]
            technician.refuse(UNREACHABLE, "run greentill enrol again")
        technician.succeed("--patience", "30")
        technician.check_whole()
        fail_unless(len(server.keys) == 1, "more than one device came")
        server.keys.clear()
        server.cut_next = [0, None, 30, 200, 12, None]
        office.technician(server).succeed("--patience", "60")
        return sum(len(places(operation)) for operation in ("cacerts", "simpleenroll"))


def wrong_certificates(office):
    with office.server() as server:
        for change, words in [({"foreign_key": True}, "another key than this device's"), ({"subject": "till-8"}, "the device 'till-8'"),
                              ({"issue_at": "-400d"}, ["it ended on", "the server's own clock shows"]),
                              ({"issue_at": "+20d"}, "it begins only on")]:
            server.keys.clear()
            technician = office.technician(server)
            for name, value in change.items():
                setattr(server, name, value)
            technician.refuse(DENIED, words)
            fail_unless(not (technician.identity / "current").exists(), "a wrong certificate was promoted")
            server.foreign_key, server.subject, server.issue_at = False, None, None
            technician.succeed()
            technician.check_whole()
    with office.server() as server:
        # Authorities that are not those of the server: the fingerprint is theirs, and TLS is not.
        server.anchors = (office.folder / "strangers/ca.crt").read_text()
        office.technician(server).refuse(DENIED, "does not lead to the confirmed authorities")


def rubbish(office):
    with office.server() as server:
        technician = office.technician(server)
        for body in ("", "not base64!", "QUJD", "<html>a portal</html>", "MIIB"):
            server.body = body
            technician.refuse(DOES_NOT_HOLD, "the server's answer")
        server.body = "A" * (300 << 10)
        technician.refuse(DOES_NOT_HOLD, "more than 262144 bytes")
        server.chunks = 4096
        technician.refuse(DOES_NOT_HOLD, "more than 262144 bytes")
        server.body, server.chunks = None, 0
        for raw, words in [(b"HTTP/1.1 200 OK\r\nX: " + b"y" * (64 << 10), "more than 16384 bytes"), (b"SSH-2.0-OpenSSH\r\n", "speaks no HTTP"),
                           (b"HTTP/1.1 " + b"2" * (200 << 10), "more than 16384 bytes"), (b"\r\n" * 100, "speaks no HTTP")]:
            server.raw = raw
            technician.refuse(DOES_NOT_HOLD, words)
        server.raw = None
        technician.succeed()


def clocks(office):
    """Wrong by years, on either side."""
    def at(offset):
        return {"before": ["faketime", "-f", offset], "environment": {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}}
    with office.server() as server:
        technician = office.technician(server)
        told = technician.document(**at("-5y"))
        fail_unless("behind the server's" in told["clock"] and "set it" in told["clock"], f"it says of the clock {told['clock']}")
        technician.check_whole()
        server.keys.clear()
        ahead = office.technician(server)
        if clock_is_kept():  # then the server's certificate is judged by it
            ahead.refuse(DENIED, "this device's clock, which a time server keeps", **at("+5y"))
        else:
            fail_unless("ahead of the server's" in ahead.document(**at("+5y"))["clock"], "a clock that is ahead is not named")
        server.keys.clear()
        server.clock_ahead = 5 * 365 * 86400
        office.technician(server).refuse(DENIED, ["the server's certificate ended on", "the server's own clock shows", "the operator"])


def terminal(office):
    """A person at a terminal is asked for what is not named; the code is not shown, and an interrupt leaves the terminal as it was."""
    with office.server() as server:
        technician = office.technician(server)

        def at_terminal(keys):
            """What was shown, with the keys typed one after the other once their question has come; and the exit code."""
            child, screen = pty.fork()
            if child == 0:
                os.execv(technician.program, [str(technician.program), "enrol", "--folder", str(technician.identity), "--patience", "0"])
            shown, before = b"", termios.tcgetattr(screen)
            for question, typed in keys:
                while question not in shown:
                    fail_unless(select.select([screen], [], [], PATIENCE_S)[0], f"it does not ask for {question}:\n{shown}")
                    shown += os.read(screen, 4096)
                os.write(screen, typed)
            try:
                while True:
                    shown += os.read(screen, 4096)
            except OSError:  # it has ended
                pass
            fail_unless(termios.tcgetattr(screen) == before, "the terminal is not as it was")
            os.close(screen)
            return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        asked = [(b"address of the operator", server.url.encode() + b"\n"), (b"device id", DEVICE.encode() + b"\n"),
                 (b"fingerprint of the operator", server.fingerprint.lower().replace("-", " ").encode() + b"\n")]
        shown, code = at_terminal([*asked, (b"one-time code", b"abc\x03")])
        fail_unless(code == DOES_NOT_HOLD and "interrupted" in shown and "abc" not in shown, f"interrupted, it ended with {code}:\n{shown}")
        shown, code = at_terminal([*asked[:2], (b"one-time code", CODE[:-1].encode() + b"x\x7f" + CODE[-1:].encode() + b"\r")])
        fail_unless(code == 0 and "is in service until" in shown and "going on" in shown, f"it ended with {code}:\n{shown}")
        fail_unless(CODE not in shown and CODE[:-1] not in shown, "the code was shown")
        technician.check_whole()


def bad_line(office):
    """Half of the connections are dropped, and the clock is wrong by years: in service within a minute all the same."""
    rng = random.Random(7)
    with office.server() as server:
        technician = office.technician(server)
        server.cut_next = [rng.choice([None, rng.randrange(1500)]) for _ in range(100)]
        server.lines = 0
        began = time.monotonic()
        technician.succeed("--patience", "60", before=["faketime", "-f", "-7y"], environment={"FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        fail_unless(time.monotonic() - began < 60, "it took more than a minute")
        technician.check_whole()


def journey(folder, arguments):
    office = Office(folder, arguments.bin)
    if arguments.every_byte:
        places = cuts(office, 1)
        print(f"cut behind each of {places} bytes: the same key goes on", flush=True)
        return
    cuts(office, 61)
    for case in (good, persons, waits, wrong_certificates, rubbish, clocks, terminal, bad_line):
        case(office)
        print(f"{case.__name__}: as it should be", flush=True)
    print(f"{office.cases} devices were enrolled, or refused with their reason")


if __name__ == "__main__":
    parser = journey_parser(__doc__, "enrolment")
    parser.add_argument("--every-byte", action="store_true", help="only the cuts, behind each byte of the answers, in some ten minutes")
    sys.exit(run_journey(parser, journey))
