# SPDX-License-Identifier: Apache-2.0
"""An operator's month end: the installation, the books, a device that was set back, and what goes to whom. What was typed and answered
is kept in build/people, to be read."""
import datetime
import json
import pathlib
import shutil
import sys
import time
import tomllib
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import journey_parser, run_journey  # noqa: E402
from parts import PATIENCE_S, ROOT, output_of, wait_until  # noqa: E402
from stack import Stack  # noqa: E402
from transcript import transcript_of  # noqa: E402


def sale(number, begin):
    return {"issuer": "till-1", "event_id": f"day-1/{number}", "kind": "sale", "begin": begin, "receipt_medium": "none"}


def sell(stack, number):
    (stack.folder / "sale.ndjson").write_text(json.dumps(sale(number, int(time.time()) - 30)))
    stack.tool("submit", stack.folder / "sale.ndjson")


def change_disk(stack, state, old):
    """Puts `state` in the place of the daemon's own, which is kept as `old`."""
    stack.daemon.stop()
    (stack.folder / "state").rename(old)
    state.rename(stack.folder / "state")
    stack.start_daemon()


def confuse_disks(stack):
    """An old copy of the disk goes on in the place of the right one, and makes what the ledger may lack anew in a new chain. Then the
    right one is back and does so too: what a clone looks like."""
    yesterday, latest = stack.folder / "state-of-yesterday", stack.folder / "state-latest"
    stack.daemon.stop()
    shutil.copytree(stack.folder / "state", yesterday)
    stack.start_daemon()
    sell(stack, 1801)
    stack.wait_delivered()
    change_disk(stack, yesterday, latest)
    sell(stack, 1802)
    stack.wait_delivered()
    change_disk(stack, latest, yesterday)
    sell(stack, 1803)
    wait_until(lambda: stack.report()["chains"].get("held") == 2, PATIENCE_S, "both chains to be held")
    wait_until(lambda: stack.report()["held"].get("second-repair", {}).get("asked_mg"), PATIENCE_S, "the claim of a held chain to be held")


def held_chains(stack):
    """In the order in which they began."""
    said = output_of(stack.program("greentill-credit"), "devices", stack.device, "--json", "--config", stack.folder / "credit.toml")
    return [chain["chain"] for chain in json.loads(said)["devices"][0]["chains"] if chain["state"] == "held"]


def programme_zone():
    """In which the books have their months."""
    return zoneinfo.ZoneInfo(tomllib.loads((ROOT / "config/programme.toml").read_text())["zone"])


def month_end(stack, transcript):
    stack.tool("submit", ROOT / "config/samples/cafe-day.ndjson")
    stack.wait_delivered()
    confuse_disks(stack)
    credit = "--config credit.toml"
    transcript.say("The month is over. Is the installation sound, and do the books hold?")
    transcript.run(f"greentill-credit config check {credit}")
    transcript.run(f"greentill-credit check {credit}")
    transcript.run(f"greentill-credit report {credit}")
    transcript.say("Which devices are there, and what of theirs was refused or waits?")
    transcript.run(f"greentill-credit devices {credit}", stack.device, "second-repair")
    transcript.run(f"greentill-credit refusals {credit}")
    transcript.run(f"greentill-credit pending {credit}")
    transcript.say("One device was cloned or set back. What is held for it?")
    transcript.run(f"greentill-credit device show {stack.device} {credit}", stack.device)
    transcript.run(f"greentill-credit held list {credit}", "second-repair")
    transcript.run(f"greentill-credit held list --claims --device {stack.device} {credit}", "second-repair")
    transcript.say("Its shop says that an old copy of the disk was put in for a while, and that the right one is back: the chain of the right "
                   "one goes on, and what was sold with the old one counts as well.")
    old, right = held_chains(stack)
    why = "--why 'an old disk was put in, the right one is back'"
    transcript.run(f"greentill-credit device chain {stack.device} {right} release --open {why} {credit}", "is released")
    transcript.run(f"greentill-credit device chain {stack.device} {old} release {why} {credit}", "is released")
    transcript.run(f"greentill-credit audit --about {stack.device} {credit}", "the right one is back")
    stack.wait_delivered()
    transcript.run(f"greentill-credit held list {credit}", "no claim is held")
    transcript.run(f"greentill-credit check {credit}")
    transcript.run(f"greentill-credit refusals {credit}", "no claim is refused")
    month = f"{datetime.datetime.now(programme_zone()):%Y-%m}"
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
