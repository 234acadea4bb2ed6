# SPDX-License-Identifier: Apache-2.0
"""Kills the daemon, or the journal's or the detector's child alone, at random instants while a file of rides grows and is rotated, once
by renaming it and once by copying and truncating it, and while the detector is stopped now and then. Then each ride that was written
has exactly one claim.

    journal_kill.py --kills 10             what CI runs
    journal_kill.py --kills 500 --seed 7   the seed repeats the schedule, not the kernel's timing
"""
import collections
import datetime
import json
import os
import pathlib
import random
import shutil
import sys
import threading
import time
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from kills import kill_some, stop_detectors  # noqa: E402
from promises import kill_parser, run_kills  # noqa: E402
from parts import PATIENCE_S, StackError, wait_until  # noqa: E402
from stack import Stack  # noqa: E402
from stack_texts import journal_source  # noqa: E402

HEADER = ("Departure,Return,Departure station id,Departure station name,Return station id,Return station name,"
          "Covered distance (m),Duration (sec.)\r\n")
DETECTOR = """
[[detector]]
name = "ride"
plugin = "ride"
isolated = true
budget_ms = 200  # for a slow machine
"""
ZONE = zoneinfo.ZoneInfo("Europe/Helsinki")
FIRST = 1_760_000_000
SECONDS = 600


def local(seconds):
    return datetime.datetime.fromtimestamp(seconds, ZONE).strftime("%Y-%m-%dT%H:%M:%S")


class Writer(threading.Thread):
    """Appends rides to the file, most of them in two pieces, and rotates it when told."""

    def __init__(self, path, rng):
        super().__init__(name="writer", daemon=True)
        self.path, self.random = path, rng
        self.rides = []
        self.rotations = []
        self.orders = collections.deque()
        self.stopping = threading.Event()
        self.file = None
        self.open()

    def open(self):
        self.file = open(self.path, "ab", buffering=0)
        self.file.write(HEADER.encode())

    def older(self, number):
        return self.path.with_name(f"{self.path.name}.{number}")

    def rotate(self, way):
        if self.older(1).exists():
            self.older(1).rename(self.older(2))
        if way == "rename":
            self.path.rename(self.older(1))
            self.file.close()
            self.open()
        else:
            shutil.copyfile(self.path, self.older(1))
            os.truncate(self.path, 0)
            self.file.write(HEADER.encode())
        self.rotations.append(way)

    def write_ride(self):
        begin, metres = FIRST + 60 * len(self.rides), self.random.randint(300, 5000)
        name = self.random.choice(["Töölöntulli", '"Aukio, pohjoinen"', "Pasilan asema"])
        row = f"{local(begin)},{local(begin + SECONDS)},082,{name},113,Viiskulma,{metres},{SECONDS}\r\n".encode()
        cut = self.random.randint(0, len(row))
        self.file.write(row[:cut])
        if self.random.random() < 0.2:
            time.sleep(self.random.uniform(0, 0.02))
        self.file.write(row[cut:])
        self.rides.append((begin, begin + SECONDS, metres))

    def run(self):
        while not self.stopping.is_set() or self.orders:
            for _ in range(self.random.randint(1, 12)):
                self.write_ride()
            if self.orders:
                self.rotate(self.orders.popleft())
            time.sleep(self.random.uniform(0, 0.02))


def claimed_rides(stack):
    claims = json.loads(stack.tool("claims", "--json", "--limit", "10000000"))["claims"]
    if [claim["seq"] for claim in claims] != list(range(1, len(claims) + 1)):
        raise StackError("the chain's seqs have a hole")
    entries = [claim["entry"] for claim in claims if claim["entry"]["kind"] == "reduction"]
    return [(entry["begin"], entry["end"], entry["quantities"]["m.odometer"]) for entry in entries]


def check(stack, rides):
    claimed, written = collections.Counter(claimed_rides(stack)), collections.Counter(rides)
    missing, doubled = written - claimed, claimed - written
    if missing or doubled:
        raise StackError(f"of {len(rides)} rides {missing.total()} have no claim, and {doubled.total()} claims have no ride or one too many: "
                         f"{list(missing)[:3]} {list(doubled)[:3]}")


def run(arguments, folder):
    rng = random.Random(arguments.seed)
    stack = Stack(folder, arguments.bin, workers=0)  # nobody listens at the broker's port
    path = stack.spool / "rides.csv"
    writer = Writer(path, random.Random(rng.random()))
    stack.prepare(journal_source("rides", path, mapping="helsinki-city-bike", once=False), DETECTOR)
    orders = {arguments.kills // 3: "rename", 2 * arguments.kills // 3: "copytruncate"}

    def disturb(number):
        if number in orders:
            writer.orders.append(orders[number])
        if rng.random() < 0.5:
            stop_detectors(stack.daemon.process.pid)

    try:
        stack.start_daemon()
        writer.start()
        # What was rotated away before the journal had ever read a row is no part of what it follows.
        wait_until(lambda: stack.api.json("/v1/stats")["total"]["claims"] > 0, PATIENCE_S, "the first ride's claim")
        counts = kill_some(stack, arguments.kills, rng, disturb)
        writer.stopping.set()
        writer.join(30)
        wait_until(lambda: stack.api.json("/v1/stats")["total"]["claims"] >= len(writer.rides), PATIENCE_S, f"{len(writer.rides)} claims")
        check(stack, writer.rides)
        # What was read stays read: a further start finds nothing more to claim.
        stack.daemon.stop()
        stack.start_daemon()
        writer.write_ride()
        wait_until(lambda: stack.api.json("/v1/stats")["total"]["claims"] >= len(writer.rides), PATIENCE_S, "the last ride's claim")
        check(stack, writer.rides)
    finally:
        stack.kill()
    if sorted(writer.rotations) != ["copytruncate", "rename"]:
        raise StackError(f"the file was not rotated as it should have been: {writer.rotations}")
    print(f"{sum(counts.values())} kills ({dict(counts)}), rotated by {' and '.join(writer.rotations)}: {len(writer.rides)} rides, "
          "each with one claim")


if __name__ == "__main__":
    sys.exit(run_kills(kill_parser(__doc__.splitlines()[0], kills=10), run))
