# SPDX-License-Identifier: Apache-2.0
"""An operator's month end: the installation, the books, a device that was set back, and what goes to whom. What was typed and answered
is kept in build/people, to be read."""
import datetime
import json
import pathlib
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import journey_parser, run_journey  # noqa: E402
from stack import PATIENCE_S, ROOT, Stack, wait_until  # noqa: E402
from transcript import transcript_of  # noqa: E402

def sale(number, begin):
    return {"issuer": "till-1", "event_id": f"day-1/{number}", "kind": "sale", "begin": begin, "receipt_medium": "none"}


def fork(stack):
    """The device's disk is copied, and both copies go on: what a clone looks like."""
    state, copy = stack.folder / "state", stack.folder / "state-of-yesterday"
    stack.daemon.stop()
    shutil.copytree(state, copy)
    begin = int(time.time()) - 30
    (stack.folder / "before.ndjson").write_text(json.dumps(sale(1801, begin)))
    (stack.folder / "after.ndjson").write_text(json.dumps(sale(1802, begin + 1)))
    stack.start_daemon()
    stack.tool("submit", stack.folder / "before.ndjson")
    stack.wait_delivered()
    stack.daemon.stop()
    shutil.rmtree(state)
    copy.rename(state)
    stack.start_daemon()
    stack.tool("submit", stack.folder / "after.ndjson")


def month_end(stack, transcript):
    month = datetime.date.today().strftime("%Y-%m")
    stack.tool("submit", ROOT / "config/samples/cafe-day.ndjson")
    stack.wait_delivered()
    fork(stack)
    wait_until(lambda: stack.report()["quarantined"], PATIENCE_S, "the service to see the fork")
    credit = "--config credit.toml"
    transcript.say("The month is over. Is the installation sound, and do the books hold?")
    transcript.run(f"greentill-credit config check {credit}")
    transcript.run(f"greentill-credit check {credit}")
    transcript.run(f"greentill-credit report {credit}")
    transcript.say("Which devices are there, and what of theirs was refused or waits?")
    transcript.run(f"greentill-credit devices {credit}", stack.device)
    transcript.run(f"greentill-credit refusals {credit}", stack.device)
    transcript.run(f"greentill-credit pending {credit}")
    transcript.say("One device was cloned or set back. Why, and what would its release do?")
    transcript.run(f"greentill-credit quarantine list {credit}", stack.device)
    transcript.run(f"greentill-credit quarantine show {stack.device} {credit}", stack.device)
    transcript.say("Its shop says that its disk was replaced from a copy: it is trusted again.")
    transcript.run(f"greentill-credit quarantine release {stack.device} --why 'disk restored from a copy, told by the shop' {credit}")
    transcript.run(f"greentill-credit quarantine list {credit}")
    transcript.say("What goes to whom this month, for the bookkeeper.")
    transcript.run(f"greentill-credit statement --month {month} --by merchant,activity {credit}", "demo-merchant")
    transcript.run(f"greentill-credit statement --month {month} --by device,day --csv {credit}", stack.device)


def journey(folder, arguments):
    with Stack(folder, arguments.bin) as stack, transcript_of(stack, "operator", "An operator's month end") as said:
        stack.prepare()
        stack.start()
        month_end(stack, said)


if __name__ == "__main__":
    sys.exit(run_journey(journey_parser(__doc__.splitlines()[0], "month_end"), journey))
