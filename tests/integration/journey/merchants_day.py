# SPDX-License-Identifier: Apache-2.0
"""A merchant's day on the command line: what was sold and spared, which claim is which receipt, a mistake undone, a refund, and the
line down at noon. What was typed and answered is kept in build/people, to be read."""
import csv
import io
import json
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import BOX_DETECTOR, fail_unless, journey_parser, run_journey  # noqa: E402
from stack import Stack  # noqa: E402
from stack_texts import DEFAULT_DETECTORS  # noqa: E402
from transcript import transcript_of  # noqa: E402


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


def check_lists(stack, counter, now):
    lines = [json.dumps(sale) for sale in sales(now)]
    (stack.folder / "morning.ndjson").write_text("\n".join(lines) + "\n")
    counter.say("The till hands in what it sold this morning.")
    said = counter.run("greentill submit morning.ndjson")
    fail_unless("Paperless receipt: " in said and " g CO2e spared" in said, f"no line for the receipt: {said}")
    counter.say("It hung, and hands the same in again: nothing counts twice.")
    again = counter.run("greentill submit morning.ndjson")
    fail_unless("new: 0 claims: 0.000 g" in again and "known before: 5 claims" in again, f"spared twice: {again}")
    counter.say("Which claim belongs to which receipt?")
    table = counter.run("greentill claims --since yesterday")
    shown = time.strftime("%Y-%m-%d %H:%M", time.localtime(now - 480))  # in the daemon's zone
    row = next(line for line in table.splitlines() if " 1702 " in line and "Till 1" in line)
    fail_unless(f" {shown} " in row, f"not at {shown}: {row}")
    fail_unless("************1111" in table and "4111111111111111" not in table, f"a card number is shown: {table}")
    counter.say("Boxes that came back, as a table for the bookkeeper.")
    text = counter.run("greentill claims --activity parcelbox.return --csv")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    fail_unless([(row["till"], row["receipt_number"]) for row in rows] == [("Till 1", "1702")], f"another list: {rows}")
    fail_unless(text.count("\r\n") == text.count("\n") == 2, f"no lines as in RFC 4180: {text!r}")


def check_taking_back(stack, counter):
    counter.say("Receipt 1702 was a mistake. Both tills have one.")
    said = counter.run("greentill undo --receipt 1702", code=1)
    fail_unless("2 sales have this number" in said and "Till 2" in said, f"no choice: {said}")
    counter.say("What of a sale for which nothing was claimed, and of one that never was?")
    said = counter.run("greentill undo --receipt 1703", code=1)
    fail_unless("nothing is claimed for it" in said, f"no reason: {said}")
    counter.run("greentill undo --receipt 9999", code=1)
    counter.say("Two of the three boxes of the first till were not returned after all.")
    said = counter.run("greentill refund --receipt 1702 --till 'Till 1' --sku '2 x BOX'")
    fail_unless("in part (2 pieces) by claim" in said and "receipt.paperless" not in said, f"another part: {said}")
    before = len(stack.api.json("/v1/claims?limit=1000")["claims"])
    said = counter.run("greentill refund --receipt 1702 --till 'Till 1' --sku '2 x BOX'")
    fail_unless("was taken back before" in said, f"taken twice: {said}")
    counter.say("The mistake was the second till's: look first, then take it back.")
    said = counter.run("greentill undo --receipt 1702 --till 'Till 2' --dry-run")
    fail_unless("would take back claim" in said, f"no plan: {said}")
    fail_unless(len(stack.api.json("/v1/claims?limit=1000")["claims"]) == before, "a dry run changed something")
    said = counter.run("greentill undo --receipt 1702 --till 'Till 2'")
    fail_unless("is taken back by claim" in said, f"not undone: {said}")


def check_page(counter, delivered):
    day = json.loads(counter.run("greentill today --json"))
    counter.run("greentill today")
    # Five sales and a refund; five claims, of which two are taken back in part or whole. Nothing else is one.
    fail_unless((day["transactions"], day["claims"], day["reversals"]) == (6, 5, 2), f"another day: {day}")
    fail_unless(day["delivery"]["delivered"] == (5 if delivered else 0), f"delivered: {day['delivery']}")
    status = json.loads(counter.run("greentill status --json"))
    fail_unless(status["backlog"]["claims"] == 7, f"the chain's start is counted: {status['backlog']}")


def let_it_be_noon():
    """In this process, and the daemon and the commands that it starts: a day that ends during the test would be two."""
    os.environ["TZ"] = f"NOON{time.gmtime().tm_hour - 12:+d}"  # as POSIX writes it: UTC less what the clock shows
    time.tzset()


def journey(folder, arguments):
    let_it_be_noon()
    now = int(time.time()) - 600
    with Stack(folder, arguments.bin) as stack, transcript_of(stack, "merchant", "A merchant's day") as counter:
        stack.prepare(detectors=DEFAULT_DETECTORS + BOX_DETECTOR)
        stack.start_daemon()
        check_lists(stack, counter, now)
        check_taking_back(stack, counter)
        counter.say("Noon. What did we spare so far?")
        check_page(counter, delivered=False)
        counter.say("The line was down all morning. Now it is back: do not wait for the next try.")
        stack.start_broker()
        stack.start_workers()
        said = counter.run("greentill retry")
        fail_unless(said.startswith("asked: "), said)
        stack.wait_delivered()
        counter.say("Evening.")
        check_page(counter, delivered=True)
        counter.say("A slip of the finger.")
        said = counter.run("greentill statuz", code=2)
        fail_unless("did you mean status?" in said, said)


if __name__ == "__main__":
    sys.exit(run_journey(journey_parser(__doc__.splitlines()[0], "merchants_day"), journey))
