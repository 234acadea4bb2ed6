# SPDX-License-Identifier: Apache-2.0
"""Kills the daemon, two service workers and the broker at random instants while transactions flow, then checks every promise:

nothing answered is lost, nothing is booked twice, the chain verifies from seq 1, the books balance, and the ledger is what an
independent recomputation says. Batches are shuffled and repeated on the way by a recorder that publishes them again.

    chaos.py --kills 100            what CI runs
    chaos.py --kills 5000 --seed 7  hours; the seed repeats the schedule, not the kernel's timing
"""
import argparse
import collections
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS.parent / "tools/lib"))
sys.path.insert(0, str(TESTS / "support"))

from replayer import Replayer  # noqa: E402
from stack import ROOT, Stack, StackError, journal_source, wait_until  # noqa: E402


def ride(issuer, number, begin, metres):
    return {"issuer": issuer, "event_id": f"ride-{number}", "kind": "trip", "mode": "bike.shared", "begin": begin, "end": begin + 600,
            "quantities": {"m.odometer": metres}}


class Till(threading.Thread):
    """Reports rides over the API and remembers what was answered. A ride without an answer is reported again until it has one."""

    def __init__(self, stack, name, seed):
        super().__init__(name=name, daemon=True)
        self.stack, self.random = stack, random.Random(seed)
        self.answered = {}
        self.contradictions = []
        self.repeats = 0
        self.stopping = threading.Event()
        self.number = 0

    def run(self):
        pending = []
        while not self.stopping.is_set() or pending:
            if not pending:
                pending = [self.next_ride() for _ in range(self.random.randint(1, 20))]
                if self.answered and self.random.random() < 0.3:
                    pending.append(json.loads(self.random.choice(list(self.answered))))
            try:
                status, body = self.stack.api.post("\n".join(map(json.dumps, pending)))
            except (OSError, ValueError):  # killed before or in the middle of the answer
                time.sleep(0.02)
                continue
            if status != 200:
                time.sleep(0.05)
                continue
            pending = self.note(pending, body)

    def next_ride(self):
        self.number += 1
        return ride(self.name, self.number, 1_760_000_000 + self.number * 60, self.random.randint(200, 7000))

    def note(self, asked, body):
        missing = []
        answers = body.decode(errors="replace").splitlines()
        for index, transaction in enumerate(asked):
            try:
                answer = json.loads(answers[index])
            except (IndexError, ValueError):
                missing.append(transaction)
                continue
            if "claims" not in answer:
                missing.append(transaction)
                continue
            key = json.dumps(transaction, sort_keys=True)
            ids = [claim["id"] for claim in answer["claims"]]
            self.repeats += answer["repeated"]
            if self.answered.setdefault(key, ids) != ids:
                self.contradictions.append((transaction["event_id"], self.answered[key], ids))
        return missing


class Journal(threading.Thread):
    """Appends rides to the file that the journal source follows, a piece of a line at a time."""

    def __init__(self, path, seed):
        super().__init__(name="journal", daemon=True)
        self.path, self.random = path, random.Random(seed)
        self.written = 0
        self.stopping = threading.Event()

    def run(self):
        with open(self.path, "ab", buffering=0) as file:
            while not self.stopping.is_set():
                self.written += 1
                line = json.dumps(ride("journal", self.written, 1_761_000_000 + self.written * 60, self.random.randint(200, 7000))) + "\n"
                cut = self.random.randint(1, len(line) - 1)
                file.write(line[:cut].encode())
                file.write(line[cut:].encode())
                time.sleep(0.003)


def kill_schedule(stack, kills, rng, until):
    """Kills one part at a time and starts it again, a moment later."""
    counts = collections.Counter()
    parts = [stack.daemon, stack.daemon, stack.daemon, *stack.workers, *stack.workers, stack.broker]
    while sum(counts.values()) < kills and time.monotonic() < until:
        part = rng.choice(parts)
        time.sleep(rng.uniform(0.0, 0.25))
        part.kill()
        counts[part.name] += 1
        if rng.random() < 0.3:
            time.sleep(rng.uniform(0.0, 0.3))
        if part is stack.broker:
            stack.start_broker()
        elif part is stack.daemon:
            stack.start_daemon()
        else:
            part.start()
    return counts


def fail_unless(condition, message):
    if not condition:
        raise StackError(message)


def check_promises(stack, tills, journal):
    claims = json.loads(stack.tool("claims", "--json", "--limit", "10000000").stdout)["claims"]
    made = collections.Counter(claim["id"] for claim in claims)
    for till in tills:
        fail_unless(not till.contradictions, f"{till.name}: answered differently the second time: {till.contradictions[:3]}")
        for key, ids in till.answered.items():
            fail_unless(all(made[one] == 1 for one in ids), f"{till.name}: answered and lost: {key}")
    expected = sum(len(till.answered) for till in tills) + journal.written
    reductions = [claim for claim in claims if claim["entry"]["kind"] == "reduction"]
    nullifiers = {claim["entry"]["nullifier"]["mac"] for claim in reductions}
    fail_unless(len(nullifiers) == len(reductions), "one outside event made two claims")
    fail_unless(len(reductions) == expected, f"{expected} rides were reported, {len(reductions)} claims were made")
    fail_unless([claim["seq"] for claim in claims] == list(range(1, len(claims) + 1)), "the chain's seqs have a hole")

    export = stack.folder / "claims.cborseq"
    stack.tool("export", "--out", export)
    stack.tool("verify", export, "--certificate", stack.identities / f"{stack.device}.crt", "--methodologies", ROOT / "config/methodologies")
    subprocess.run([stack.program("greentill-credit"), "check", "--config", stack.folder / "credit.toml"], check=True)
    report = stack.report()
    (stack.folder / "report.json").write_text(json.dumps(report))
    asked = sum(claim["entry"]["credited_mg"] for claim in reductions)
    fail_unless(report["granted_mg"] == asked, f"{asked} mg were asked for, {report['granted_mg']} mg granted")
    fail_unless(report["refused"] == {}, f"claims were refused: {report['refused']}")
    fail_unless(report["pending"] == 0, "batches are still pending at the service")
    subprocess.run(["/usr/bin/python3", TESTS / "integration/recompute/ledger.py", "--claims", export, "--methodologies",
                    ROOT / "config/methodologies", "--programme", ROOT / "config/programme.toml", "--report", stack.folder / "report.json"],
                   check=True)
    return len(reductions), report


def run(arguments, folder):
    rng = random.Random(arguments.seed)
    stack = Stack(folder, arguments.bin, workers=2)
    rides = stack.folder / "rides.ndjson"
    rides.touch()
    stack.prepare(journal_source("rides", rides, form="ndjson", once=False))
    tills = [Till(stack, f"till-{number}", rng.random()) for number in range(3)]
    journal = Journal(rides, rng.random())
    replayer = Replayer(stack, rng.random())
    try:
        stack.start()
        replayer.start()
        for worker in (*tills, journal):
            worker.start()
        counts = kill_schedule(stack, arguments.kills, rng, time.monotonic() + arguments.seconds)
        for worker in (*tills, journal):
            worker.stopping.set()
        for worker in (*tills, journal):
            worker.join(60)
            fail_unless(not worker.is_alive(), f"{worker.name} got no answer for 60 s after the last kill")
        wanted = sum(len(till.answered) for till in tills) + journal.written
        wait_until(lambda: stack.api.json("/v1/stats")["total"]["claims"] >= wanted, 120, f"{wanted} claims")
        replayer.stop()
        stack.wait_delivered(120)
        claims, _ = check_promises(stack, tills, journal)
    finally:
        stack.kill()
    print(f"{sum(counts.values())} kills ({dict(counts)}), {claims} claims, {sum(till.repeats for till in tills)} repeated answers, "
          f"{replayer.repeated} batches repeated or shuffled: nothing lost, nothing booked twice")
    fail_unless(sum(counts.values()) >= arguments.kills, f"only {sum(counts.values())} of {arguments.kills} kills in {arguments.seconds} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=86_400, help="give up killing after this long")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--bin", default="build/release")
    arguments = parser.parse_args()
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {arguments.seed}", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="greentill-chaos-"))
    try:
        run(arguments, folder)
    except (StackError, subprocess.CalledProcessError) as error:
        print(f"FAILED with --seed {arguments.seed}: {error}\nEverything is kept in {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
