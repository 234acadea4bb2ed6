# SPDX-License-Identifier: Apache-2.0
"""A technician's fault-finding: a kiosk that was set up in a hurry, its configuration, its line, and a row that cannot be read. What was
typed and answered is kept in build/people, to be read."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import journey_parser, run_journey  # noqa: E402
from parts import PATIENCE_S, wait_until  # noqa: E402
from stack import Stack  # noqa: E402
from stack_texts import journal_source  # noqa: E402
from transcript import transcript_of  # noqa: E402

RIDES = """\
Departure,Return,Departure station id,Departure station name,Return station id,Return station name,Covered distance (m),Duration (sec.)
2026-06-15T06:13:05,2026-06-15T06:19:39,001,Harbour Steps,001,Harbour Steps,1728,394
2026-06-15T06:33:57,2026-06-15T06:53:32,008,Brick Lane,003,Old Tannery,four,1175
2026-06-15T07:02:11,2026-06-15T07:12:40,003,Old Tannery,008,Brick Lane,2210,629
"""


def spoil(stack):
    """An installation as it is found: copied keys, a mapping that is not there, a line that is down."""
    config = stack.daemon_config
    good = config.read_text()
    os.chmod(stack.identities / f"{stack.device}.key", 0o644)
    config.write_text(good.replace("helsinki-city-bike", "helsinki-city-bik", 1).replace('merchant = "demo-merchant"', 'merchant = "harbour-bikes"'))
    return good


def technicians_search(stack, transcript):
    rides = stack.spool / "rides.csv"
    rides.write_text(RIDES)
    good = spoil(stack)
    transcript.say("A kiosk that was set up in a hurry and never delivered. What is wrong with it?")
    transcript.run("greentill config check", r"0644|others|mode", code=1)
    transcript.say("The key's file is its owner's alone from now on, and the mapping is spelt as its file is.")
    transcript.run(f"chmod 600 identities/{stack.device}.key")
    stack.daemon_config.write_text(good)
    transcript.run("greentill config check")
    transcript.say("Would the operator's export be read? One row has a word where its metres should be.")
    transcript.run(f"greentill source test rides spool/{rides.name}", r"refused", code=1)
    transcript.say("The daemon is started. Nothing is delivered: the broker is away.")
    stack.start_daemon()
    wait_until(lambda: stack.api.status()["link"]["last_error"], PATIENCE_S, "the daemon to miss its broker")
    transcript.run("greentill status", r"broker|connection", code=None)
    transcript.say("The broker is back, and with it the programme's service.")
    stack.start_broker()
    stack.start_workers()
    transcript.run("greentill retry")
    stack.wait_delivered()
    transcript.run("greentill status", r"rides")
    transcript.say("What became of the row that was refused?")
    transcript.run("greentill records --source rides --fate refused", r"rides\.csv:3")
    transcript.run("greentill claims", r"ride\.bike\.shared|Shared bike")


def journey(folder, arguments):
    with Stack(folder, arguments.bin, device="kiosk-1") as stack, transcript_of(stack, "technician", "A technician's fault-finding") as said:
        stack.prepare(journal_source("rides", stack.spool / "rides.csv", "helsinki-city-bike"))
        technicians_search(stack, said)


if __name__ == "__main__":
    sys.exit(run_journey(journey_parser(__doc__.splitlines()[0], "technicians_search"), journey))
