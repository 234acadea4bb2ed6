# SPDX-License-Identifier: Apache-2.0
"""A merchant's day on the command line: what was sold and spared, which claim is which receipt, a mistake undone, a refund, and the
line down at noon. Only commands that docs/cli.md shows are typed; what they said is kept beside the folder, to be read."""
import csv
import io
import json
import pathlib
import shlex
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import BOX_DETECTOR, fail_unless, journey_parser, run_journey  # noqa: E402
from stack import DEFAULT_DETECTORS, Stack  # noqa: E402


class Counter:
    """Whoever stands at the counter and types."""

    def __init__(self, stack):
        self.stack = stack
        self.said = []

    def type(self, line, code=0):
        """Standard output, or where it is empty the complaint."""
        program, *arguments = shlex.split(line)
        done = subprocess.run([str(self.stack.program(program)), *arguments], cwd=self.stack.folder, text=True, capture_output=True,
                              env={"PATH": "/usr/bin:/bin", "GREENTILL_CONFIG": str(self.stack.daemon_config)},
                              check=False)
        self.said.append(f"$ {line}\n{done.stdout}{done.stderr}")
        fail_unless(done.returncode == code, f"{line}: exit code {done.returncode}, not {code}:\n{done.stdout}{done.stderr}")
        return done.stdout or done.stderr


def sales(now):
    """A morning: paper saved, boxes brought back, one sale on paper; the second till counts its receipts anew."""
    def sale(number, till, minutes, **more):
        return {"issuer": f"shop/{till}", "event_id": f"{now}/{till}/{number}", "kind": "sale", "begin": now - 60 * minutes, "till": till,
                "receipt_number": number, **more}
    return [sale("1701", "Till 1", 9, receipt_medium="none"),
            sale("1702", "Till 1", 8, receipt_medium="none", lines=[{"sku": "BOX", "name": "Box", "quantity_milli": 3000}]),
            sale("1703", "Till 1", 7, receipt_medium="paper"),
            sale("1702", "Till 2", 6, receipt_medium="none"),
            sale("4111111111111111", "Till 2", 5, receipt_medium="none")]


def check_lists(counter, now):
    lines = [json.dumps(sale) for sale in sales(now)]
    (counter.stack.folder / "morning.ndjson").write_text("\n".join(lines) + "\n")
    said = counter.type("greentill submit morning.ndjson")
    fail_unless("Paperless receipt: " in said and " g CO2e spared" in said, f"no line for the receipt: {said}")
    again = counter.type("greentill submit morning.ndjson")
    fail_unless("new: 0 claims: 0.000 g" in again and "known before: 5 claims" in again, f"spared twice: {again}")
    table = counter.type("greentill claims --since yesterday")
    shown = time.strftime("%Y-%m-%d %H:%M", time.localtime(now - 480))  # the daemon's zone, which is this machine's
    row = next(line for line in table.splitlines() if " 1702 " in line and "Till 1" in line)
    fail_unless(f" {shown} " in row, f"not at {shown}: {row}")
    fail_unless("************1111" in table and "4111111111111111" not in table, f"a card number is shown: {table}")
    text = counter.type("greentill claims --activity parcelbox.return --csv")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    fail_unless([(row["till"], row["receipt_number"]) for row in rows] == [("Till 1", "1702")], f"another list: {rows}")
    fail_unless("\r\n" in text or text.count("\n") == 2, "no lines of RFC 4180")


def check_taking_back(counter):
    said = counter.type("greentill undo --receipt 1702", code=1)
    fail_unless("2 sales have this number" in said and "Till 2" in said, f"no choice: {said}")
    said = counter.type("greentill undo --receipt 1703", code=1)
    fail_unless("nothing is claimed for it" in said, f"no reason: {said}")
    counter.type("greentill undo --receipt 9999", code=1)
    said = counter.type("greentill refund --receipt 1702 --till 'Till 1' --sku '2 x BOX'")
    fail_unless("in part (2 pieces) by claim" in said and "receipt.paperless" not in said, f"another part: {said}")
    before = len(counter.stack.api.json("/v1/claims?limit=1000")["claims"])
    said = counter.type("greentill refund --receipt 1702 --till 'Till 1' --sku '2 x BOX'")
    fail_unless("was taken back before" in said, f"taken twice: {said}")
    said = counter.type("greentill undo --receipt 1702 --till 'Till 2' --dry-run")
    fail_unless("would take back claim" in said, f"no plan: {said}")
    fail_unless(len(counter.stack.api.json("/v1/claims?limit=1000")["claims"]) == before, "a dry run changed something")
    said = counter.type("greentill undo --receipt 1702 --till 'Till 2'")
    fail_unless("is taken back by claim" in said, f"not undone: {said}")


def check_page(counter, delivered):
    day = json.loads(counter.type("greentill today --json"))
    counter.type("greentill today")
    # Five sales and a refund; five claims, of which two are taken back in part or whole. Nothing else is one.
    fail_unless((day["transactions"], day["claims"], day["reversals"]) == (6, 5, 2), f"another day: {day}")
    fail_unless(day["delivery"]["delivered"] == (5 if delivered else 0), f"delivered: {day['delivery']}")
    status = json.loads(counter.type("greentill status --json"))
    fail_unless(status["backlog"]["claims"] == 7, f"the chain's start is counted: {status['backlog']}")


def journey(folder, binaries):
    # Far from midnight, wherever the machine is: a day that ends during the test would be two.
    now = int(time.time()) - 600
    with Stack(folder, binaries) as stack:
        stack.prepare(detectors=DEFAULT_DETECTORS + BOX_DETECTOR)
        stack.start_daemon()
        counter = Counter(stack)
        try:
            said = counter.type("greentill statuz", code=2)
            fail_unless("did you mean status?" in said, said)
            check_lists(counter, now)
            check_taking_back(counter)
            check_page(counter, delivered=False)
            stack.start_broker()
            stack.start_workers()
            said = counter.type("greentill retry")
            fail_unless(said.startswith("asked: "), said)
            stack.wait_delivered()
            check_page(counter, delivered=True)
        finally:
            told = stack.folder.with_suffix(".txt")  # beside the folder, which goes when all went well
            told.write_text("\n".join(counter.said))
    print(f"{len(counter.said)} commands were typed; what they said is in {told}")


def main():
    return run_journey(journey_parser(__doc__.splitlines()[0], "merchants_day"),
                       lambda folder, arguments: journey(folder, arguments.bin))


if __name__ == "__main__":
    sys.exit(main())
