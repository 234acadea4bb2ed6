# SPDX-License-Identifier: Apache-2.0
"""Daemon, service and printer relay go on while their log is not read, is read slowly, or has no room: sales are answered, delivered
and printed as beside a log that takes everything, and SIGTERM ends each of them. One that cannot start ends as well.

    stalled_log.py --seconds 60     what CI runs: all logs at the same time, each with a whole installation of its own
    stalled_log.py --seconds 600    ten minutes
"""
import argparse
import fcntl
import json
import os
import pathlib
import re
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import paho.mqtt.client as mqtt

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from promises import ROOT, fail_unless, run_test  # noqa: E402
from parts import PATIENCE_S, Part, StackError, connects, free_port, wait_until  # noqa: E402
from stack import Stack  # noqa: E402
from stack_texts import toml_text  # noqa: E402

LONGEST_S = 30  # of a sale or a print; whoever waits for a log waits for ever
SLOWER = 4  # than beside a log that takes everything; the median
TALKERS = 3  # each is allowed 5 KB a second, so that the daemon's log has more to say than it can keep
JUNK_EVERY_S = 0.01  # a line of the service's log for each

TALKER = """\
import sys, time
sys.stdin.readline()
print('{"protocol":"greentill-exec-1","name":"talker","version":"1"}', flush=True)
while True:
    print("nothing of importance " * 25, file=sys.stderr, flush=True)
    time.sleep(0.05)
"""


class Log:
    """What a program gets for its standard error."""

    def __init__(self, kind, file):
        self.kind, self.text, self.bytes_a_second = kind, "", None
        if kind == "full":
            self.end = open("/dev/full", "wb")  # each write: no space left on device
        elif kind == "taken":
            self.end = open(file, "ab")
        else:
            self.reader, self.end = os.pipe()
        if kind == "unread":
            self._fill()
        if kind == "slow":
            self.bytes_a_second = 200
            threading.Thread(target=self._read, daemon=True).start()

    def _fill(self):
        flags = fcntl.fcntl(self.end, fcntl.F_GETFL)
        fcntl.fcntl(self.end, fcntl.F_SETFL, flags | os.O_NONBLOCK)
        try:
            while True:
                os.write(self.end, b"." * 64)
        except BlockingIOError:
            fcntl.fcntl(self.end, fcntl.F_SETFL, flags)

    def _read(self):
        while True:
            self.text += os.read(self.reader, self.bytes_a_second // 10 or 1).decode(errors="replace")
            time.sleep(0.1 if self.bytes_a_second < 10_000 else 0)

    def read_fast(self):
        self.bytes_a_second = 1_000_000


class Repeated(threading.Thread):
    """Does one thing again and again and keeps how long it took; the first failure ends it."""

    def __init__(self, what, once, pause):
        super().__init__(name=what, daemon=True)
        self.once, self.pause, self.took, self.problem = once, pause, [], None
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.wait(self.pause):
            begin = time.monotonic()
            try:
                self.once(len(self.took))
            except (OSError, ValueError, StackError) as error:
                self.problem = f"{self.name} {len(self.took) + 1}: {error!r} after {time.monotonic() - begin:.1f} s"
                return
            self.took.append(time.monotonic() - begin)

    def finish(self):
        self.stopping.set()
        self.join(PATIENCE_S)
        fail_unless(self.problem is None, self.problem)
        fail_unless(not self.is_alive() and self.took, f"{self.name}: none was done")
        fail_unless(max(self.took) < LONGEST_S, f"{self.name}: one took {max(self.took):.1f} s")


class Printer(threading.Thread):
    """Takes jobs, and answers each piece with a byte."""

    def __init__(self):
        super().__init__(name="printer", daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            with connection:
                try:
                    while connection.recv(4096):
                        connection.sendall(b"\x12")
                except OSError:
                    continue


class Shop:
    """An installation whose programs all have one kind of log."""

    def __init__(self, folder, binaries, kind):
        self.kind = kind
        self.stack = Stack(folder, binaries)
        talker = self.stack.folder / "talker.py"
        talker.write_text(TALKER)
        sources = "".join(f'[[source]]\nname = "talker-{number}"\nexec = ["/usr/bin/python3", {toml_text(talker)}]\n'
                          for number in range(TALKERS))
        self.stack.prepare(sources)
        self.printer, self.relay_port = Printer(), free_port()
        spool = self.stack.folder / "jobs"
        spool.mkdir()
        self.relay = Part("greentill-printer-relay",
                          [self.stack.program("greentill-printer-relay"), "--listen", f"127.0.0.1:{self.relay_port}", "--printer",
                           f"127.0.0.1:{self.printer.port}", "--spool", spool], self.stack.folder / "logs/relay.log")
        self.logs = {}
        for part in (self.stack.daemon, *self.stack.workers, self.relay):
            self.logs[part] = Log(kind, part.log)
            part.standard_error = self.logs[part].end
        self.sales = Repeated(f"{kind} log: sale", self.sell, 0.02)
        self.health = Repeated(f"{kind} log: health", self.look, 0.5)
        self.prints = Repeated(f"{kind} log: print", self.print_job, 0.1)

    def sell(self, number):
        status, body = self.stack.api.post(json.dumps(
            {"issuer": "till", "event_id": str(number), "kind": "trip", "mode": "bike.shared", "begin": 1_760_000_000 + number * 60,
             "end": 1_760_000_900 + number * 60, "quantities": {"m.odometer": 500 + number % 4000}}))
        fail_unless(status == 200 and len(json.loads(body)["claims"]) == 1, f"status {status}: {body[:300]!r}")

    def look(self, _):
        fail_unless(self.stack.api.request("GET", "/healthz")[0] == 200, "the daemon is not well")

    def print_job(self, number):
        with socket.create_connection(("127.0.0.1", self.relay_port), timeout=60) as till:
            till.sendall(f"receipt {number}\n".encode())
            fail_unless(till.recv(1) == b"\x12", "the printer's answer did not come")

    def say_junk(self):
        """What the service says of every batch that it cannot read."""
        folder = self.stack.identities
        subprocess.run([ROOT / "tests/support/make_ca.sh", folder, "junk"], check=True)
        client = mqtt.Client(client_id="junk", protocol=mqtt.MQTTv5)
        client.tls_set(folder / "ca.crt", folder / "junk.crt", folder / "junk.key", tls_version=ssl.PROTOCOL_TLS_CLIENT)
        client.connect("localhost", self.stack.broker_port)
        client.loop_start()
        self.junk = Repeated(f"{self.kind} log: junk",
                             lambda _: client.publish("greentill/v1/junk/claims", b"\xff"), JUNK_EVERY_S)
        self.junk.start()

    def open(self):
        self.printer.start()
        self.stack.start()
        self.relay.start()
        wait_until(lambda: connects(self.relay_port), PATIENCE_S, "the relay to listen")
        self.say_junk()
        for thread in (self.sales, self.health, self.prints):
            thread.start()

    def lines_lost(self):
        metrics = self.stack.api.request("GET", "/metrics")[1].decode()
        return int(re.search(r"^greentill_log_lines_lost_total (\d+)$", metrics, re.MULTILINE)[1])

    def check(self):
        for thread in (self.sales, self.health, self.prints, self.junk):
            thread.finish()
        self.stack.wait_delivered()
        lost = self.lines_lost()
        fail_unless((lost > 0) == (self.kind != "taken"), f"{self.kind} log: {lost} lines of the daemon were left out")
        fail_unless(self.stack.api.status()["log_lines_lost"] >= lost, "/v1/status and /metrics disagree about lost lines")
        if self.kind == "slow":
            self.check_told()
        ends = {part.name: self.stop(part) for part in (self.stack.daemon, *self.stack.workers, self.relay)}
        copies = len(list((self.stack.folder / "jobs").glob("*.escpos")))
        fail_unless(copies == len(self.prints.took), f"{self.kind} log: {len(self.prints.took)} prints, {copies} copies")
        print(f"{self.kind} log: {len(self.sales.took)} sales, median {statistics.median(self.sales.took) * 1000:.1f} ms, longest "
              f"{max(self.sales.took) * 1000:.0f} ms; {len(self.prints.took)} prints, longest {max(self.prints.took) * 1000:.0f} ms; "
              f"{lost} lines of the daemon left out; ended in " + ", ".join(f"{took:.1f} s" for took in ends.values()), flush=True)

    def check_told(self):
        """A log that is read again tells what it lacks."""
        for part in (self.stack.daemon,):  # workers ration what devices make them say: none of it is left out
            log = self.logs[part]
            log.read_fast()
            wait_until(lambda: re.search(r" warning log: \d+ lines were left out from ", log.text), PATIENCE_S,
                       f"{part.name} to tell of lost lines")

    @staticmethod
    def stop(part):
        begin = time.monotonic()
        part.stop(LONGEST_S)
        return time.monotonic() - begin

    def kill(self):
        self.stack.kill()
        self.relay.kill()


def check_failing_starts(folder, binaries):
    """A program that cannot start ends, whatever its log takes, and its last word is not lost where it is taken."""
    missing = folder / "missing.toml"
    programs = pathlib.Path(binaries).resolve() / "bin"
    ways = {3: [programs / "greentilld", "--config", missing], 1: [programs / "greentill-credit", "run", "--config", missing],
            4: [programs / "greentill-printer-relay", "--listen", "127.0.0.1:0", "--printer", "127.0.0.1:9", "--spool", missing]}
    for code, command in ways.items():
        for kind in ("taken", "unread", "full"):
            log = Log(kind, folder / f"start-{code}.log")
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=log.end, timeout=LONGEST_S, check=False)
            fail_unless(done.returncode == code, f"{command[0].name} with its log {kind}: exit {done.returncode}, not {code}")
        said = (folder / f"start-{code}.log").read_text()
        fail_unless(str(missing) in said.splitlines()[-1], f"{command[0].name} does not say why it cannot start: {said!r}")


def run(arguments, folder):
    check_failing_starts(folder, arguments.bin)
    shops = [Shop(folder / kind, arguments.bin, kind) for kind in ("taken", "unread", "full", "slow")]
    try:
        for shop in shops:
            shop.open()
        time.sleep(arguments.seconds)
        for shop in shops:
            shop.check()
        medians = {shop.kind: statistics.median(shop.sales.took) for shop in shops}
        for kind, median in medians.items():
            fail_unless(median < SLOWER * medians["taken"], f"{kind} log: a sale takes {median / medians['taken']:.1f} times as long")
    finally:
        for shop in shops:
            shop.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--bin", default="build/release")
    arguments = parser.parse_args()
    return run_test(lambda folder: run(arguments, folder), tempfile.mkdtemp(prefix="greentill-log-"))


if __name__ == "__main__":
    sys.exit(main())
