# SPDX-License-Identifier: Apache-2.0
"""Kills the daemon, two service workers, the broker and, with --store postgres, PostgreSQL at random instants while transactions flow, then checks every promise:

nothing answered is lost, nothing is booked twice, the chain verifies from seq 1, the books balance, and the ledger is what an
independent recomputation says. Batches are shuffled and repeated on the way by a recorder that publishes them again.

    chaos.py --kills 100            what CI runs
    chaos.py --kills 5000 --seed 7  hours; the seed repeats the schedule, not the kernel's timing
"""
import collections
import json
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from promises import check_booked_once, claims_of, fail_unless, kill_parser, run_kills  # noqa: E402
from replayer import Replayer  # noqa: E402
from parts import PATIENCE_S, wait_until  # noqa: E402
from stack import Stack  # noqa: E402
from stack_texts import journal_source  # noqa: E402


def ride(issuer, number, begin, metres):
    return {"issuer": issuer, "event_id": f"ride-{number}", "kind": "trip", "mode": "bike.shared", "begin": begin, "end": begin + 600,
            "quantities": {"m.odometer": metres}}


class Till(threading.Thread):
    """Reports rides over the API and remembers what was answered. A ride without an answer is reported again until it has one."""

    def __init__(self, stack, name, seed, pause):
        super().__init__(name=name, daemon=True)
        self.stack, self.random, self.pause = stack, random.Random(seed), pause
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
            time.sleep(self.pause)

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
    parts = [stack.daemon, stack.daemon, stack.daemon, *stack.workers, *stack.workers, stack.broker, *([stack.postgres] * 3 if stack.postgres else [])]
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


def check_promises(stack, tills, journal):
    claims = claims_of(stack)
    made = collections.Counter(claim["id"] for claim in claims)
    for till in tills:
        fail_unless(not till.contradictions, f"{till.name}: answered differently the second time: {till.contradictions[:3]}")
        for key, ids in till.answered.items():
            fail_unless(all(made[one] == 1 for one in ids), f"{till.name}: answered and lost: {key}")
    fail_unless([claim["seq"] for claim in claims] == list(range(1, len(claims) + 1)), "the chain's seqs have a hole")
    expected = sum(len(till.answered) for till in tills) + journal.written
    check_booked_once(stack, expected, independently=False)
    return expected


def run(arguments, folder):
    rng = random.Random(arguments.seed)
    stack = Stack(folder, arguments.bin, workers=2, guarded=False, store=arguments.store)
    rides = stack.spool / "rides.ndjson"
    rides.touch()
    stack.prepare(journal_source("rides", rides, form="ndjson", once=False))
    # PostgreSQL takes longer to start than all others, and longer for each claim: else most of the time went into what is sold meanwhile.
    pause = 0.1 if arguments.store == "postgres" else 0
    tills = [Till(stack, f"till-{number}", rng.random(), pause) for number in range(3)]
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
        wait_until(lambda: stack.api.json("/v1/stats")["total"]["claims"] >= wanted, PATIENCE_S, f"{wanted} claims")
        replayer.stop()
        stack.wait_delivered()
        claims = check_promises(stack, tills, journal)
    finally:
        stack.kill()
    print(f"{sum(counts.values())} kills ({dict(counts)}), {claims} claims, {sum(till.repeats for till in tills)} repeated answers, "
          f"{replayer.repeated} batches repeated or shuffled: nothing lost, nothing booked twice")
    fail_unless(sum(counts.values()) >= arguments.kills, f"only {sum(counts.values())} of {arguments.kills} kills in {arguments.seconds} s")


def main():
    parser = kill_parser(__doc__.splitlines()[0], kills=100)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seconds", type=float, default=86_400, help="give up killing after this long")
    return run_kills(parser, run)


if __name__ == "__main__":
    sys.exit(main())
