# SPDX-License-Identifier: Apache-2.0
"""The broker is away while 100,000 transactions come in over the API and the journal, and then comes back.

All are answered, resident memory stays flat meanwhile, and afterwards every one is credited exactly once.
"""
import json
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import check_booked_once, fail_unless, journey_parser, run_journey  # noqa: E402
from parts import PATIENCE_S, wait_until  # noqa: E402
from stack import Stack  # noqa: E402
from stack_texts import journal_source  # noqa: E402

GROWTH_MIB = 4
LINES = 100  # in one POST


def ride(issuer, number):
    begin = 1_760_000_000 + number * 60
    return json.dumps({"issuer": issuer, "event_id": f"ride-{number}", "kind": "trip", "mode": "bike.shared", "begin": begin,
                       "end": begin + 900, "quantities": {"m.odometer": 500 + number % 4000}})


def resident_mib(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ValueError("no VmRSS")


class Till(threading.Thread):
    """One kept-open shop: posts its rides in order and counts what was answered with a claim."""

    def __init__(self, stack, name, count):
        super().__init__(name=name, daemon=True)
        self.stack, self.count, self.answered, self.problem = stack, count, 0, None

    def run(self):
        for first in range(0, self.count, LINES):
            lines = [ride(self.name, number) for number in range(first, min(first + LINES, self.count))]
            status, body = self.stack.api.post("\n".join(lines))
            answers = [json.loads(line) for line in body.decode().splitlines()]
            if status != 200 or len(answers) != len(lines) or not all(len(answer.get("claims", [])) == 1 for answer in answers):
                self.problem = f"{self.name}: status {status}: {body[:300]!r}"
                return
            self.answered += len(answers)


def watch_memory(stack, finished):
    """(first, highest) resident MiB until finished() holds."""
    first = highest = resident_mib(stack.daemon.process)

    def sample():
        nonlocal highest
        highest = max(highest, resident_mib(stack.daemon.process))
        return finished()
    wait_until(sample, 900, "the transactions to be taken in", pause=0.2)
    return first, highest


def take_in(stack, tills, rides_file, journal_count):
    total = sum(till.count for till in tills) + journal_count
    stack.start_daemon()
    first_sales = Till(stack, "first", LINES)
    first_sales.start()
    wait_until(lambda: stack.api.json("/v1/stats")["total"]["claims"] >= LINES, PATIENCE_S, "the first transactions")
    with open(rides_file, "a", encoding="ascii") as file:
        file.writelines(ride("journal", number) + "\n" for number in range(journal_count))
    for till in tills:
        till.start()

    def finished():
        stack.daemon.check_alive()
        return stack.api.json("/v1/stats")["total"]["claims"] >= total + LINES or any(till.problem for till in tills)
    first, highest = watch_memory(stack, finished)
    for till in (first_sales, *tills):
        till.join()
        fail_unless(till.problem is None, till.problem)
        fail_unless(till.answered == till.count, f"{till.name}: {till.answered} of {till.count} were answered")
    print(f"{total} transactions: resident {first:.1f} MiB at the first, at most {highest:.1f} MiB until the last")
    fail_unless(highest - first < GROWTH_MIB, f"resident memory grew by {highest - first:.1f} MiB")
    return total + LINES


def journey(folder, binaries, count):
    stack = Stack(folder, binaries, workers=2)
    rides_file = stack.spool / "rides.ndjson"
    rides_file.touch()
    stack.prepare(journal_source("rides", rides_file, form="ndjson", once=False))
    tills = [Till(stack, f"till-{number}", count // 4) for number in (1, 2)]
    try:
        total = take_in(stack, tills, rides_file, count - sum(till.count for till in tills))
        stack.start_broker()
        stack.start_workers()
        stack.wait_delivered(600)
        check_booked_once(stack, total, independently=False)  # cose-js takes 5 ms a signature
        print(f"{total} claims credited once after the broker came back")
    finally:
        stack.kill()


def main():
    parser = journey_parser(__doc__.splitlines()[0], "broker-away")
    parser.add_argument("--transactions", type=int, default=100_000)
    return run_journey(parser, lambda folder, arguments: journey(folder, arguments.bin, arguments.transactions))


if __name__ == "__main__":
    sys.exit(main())
