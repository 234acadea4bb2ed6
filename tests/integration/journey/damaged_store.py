# SPDX-License-Identifier: Apache-2.0
"""A device's store is damaged with rides in it that nobody has yet: once by lost pages, once with its header gone. It sets the store aside by itself and
goes on; every ride that can be read is credited, what is lost is named to the service, and what the dock reports again is credited once."""
import pathlib
import random
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from ends import add_turn, end_at  # noqa: E402
from promises import claims_of, fail_unless, journey_parser, run_journey  # noqa: E402
from parts import PATIENCE_S, Part, wait_until  # noqa: E402
from stack import Stack  # noqa: E402
from went_back import Rides  # noqa: E402

PAGE = 4096
LEAF = 0x0D
DELIVERED, WAITING = 300, 600


def pages_of_claims(content):
    """Where pages begin that hold claims, and little else."""
    starts = range(0, len(content) - PAGE + 1, PAGE)
    return [at for at in starts if content[at] == LEAF and content[at:at + PAGE].count(b"ride.bike.shared") > 3]


def lose_pages(database, chance):
    content = bytearray(database.read_bytes())
    for at in chance.sample(pages_of_claims(content)[-40:], 4):
        content[at:at + PAGE] = bytes(PAGE)
    database.write_bytes(content)
    # As the daemon does where it comes upon such a page; it need not come upon these before it is connected.
    database.with_name(database.name + ".recover").write_text("damaged\n")


def lose_header(database, _):
    content = bytearray(database.read_bytes())
    content[:PAGE] = bytes(PAGE)
    database.write_bytes(content)


def numbers_of_recovery(log):
    found = re.findall(r"the damaged store was set aside as (\S+); (\d+) claims were read of it, (\d+) are lost", log)
    fail_unless(found, "the log does not say that the store was set aside")
    name, read, lost = found[-1]
    return name, int(read), int(lost)


def recovered(stack, damaged):
    """What the daemon that runs has of the store. The damaged one is kept as it was, once."""
    aside = [path for path in (stack.folder / "state").glob("outbox.db.damaged-*") if not path.name.endswith("-wal")]
    fail_unless(len(aside) == 1 and aside[0].read_bytes() == damaged, f"the damaged file is not kept as it was: {aside}")
    status = stack.api.status()
    return status["backlog"], status["chain"]["seq"]


def ended_recoveries(stack, damaged, every, turn):
    """The daemon is ended while it sets the store aside, at each change of its folder or at some of them, and the next start has the same as if it had not
    been. How many changes there are."""
    state, saved = stack.folder / "state", stack.folder / "saved-state"
    shutil.copytree(state, saved, symlinks=True)
    changes, died, expected = 0, True, None
    while died:
        if expected:
            stack.daemon.environment = end_at(stack.binaries, state, changes + 1, turn)
            stack.daemon.start()
            wait_until(lambda: not stack.daemon.running or stack.api.healthy(), PATIENCE_S, "the daemon to start or to be ended", pause=0.01)
            died = not stack.daemon.running
            stack.daemon.kill()
            stack.daemon.environment = None
            changes += every if died else 0
        stack.start_daemon()
        found = recovered(stack, damaged)
        fail_unless(expected in (None, found), f"ended at change {changes + 1 - every}: {found} in place of {expected}")
        expected = found
        stack.daemon.kill()
        shutil.rmtree(state)
        shutil.copytree(saved, state, symlinks=True)
    shutil.rmtree(saved)
    fail_unless(changes >= 20, f"only {changes} changes were counted: is the library loaded?")
    return changes


def damage(stack, rides, end, spoil, spared_mg, arguments):
    state = stack.folder / "state"
    rides.report(DELIVERED)
    stack.wait_delivered()
    stack.broker.stop()
    for _ in range(WAITING // 100):
        rides.report(100)
    end(stack.daemon)
    database = state / "outbox.db"
    spoil(database, random.Random(11))
    damaged = database.read_bytes()
    before = stack.report()["granted_mg"]
    changes = ended_recoveries(stack, damaged, arguments.every, arguments.turn)
    print(f"{spoil.__name__}: ended at every {arguments.every}. of {changes} changes while the store was set aside", flush=True)

    stack.start_daemon()
    name, read, lost = numbers_of_recovery(stack.daemon.log.read_text())
    fail_unless((state / name).read_bytes() == damaged, "the damaged file is not kept as it was")
    rides.report(10)  # sales go on at once
    stack.start_broker()
    stack.wait_delivered()
    granted = (stack.report()["granted_mg"] - before) / spared_mg
    fail_unless(granted == int(granted) and WAITING + 10 - lost <= granted <= WAITING + 10, f"{granted} rides were credited, {lost} are lost")
    gaps = [claim["entry"] for claim in claims_of(stack) if claim["entry"]["kind"] == "gap"]
    named = sum(gap["last"] - gap["first"] + 1 for gap in gaps)
    fail_unless(named == WAITING + 10 - granted, f"{named} claims are named as lost, {WAITING + 10 - granted} were not credited")
    print(f"{spoil.__name__}: {read} claims were read, {lost} are lost, {int(granted)} rides credited, {named} named by {len(gaps)} gaps")
    # The dock still has what it saw.
    again = Rides(stack)
    again.report(rides.count)
    stack.wait_delivered()
    wait_until(lambda: stack.report()["granted_mg"] == rides.count * spared_mg, PATIENCE_S, "every ride to be credited")


def journey(folder, arguments):
    # A stop writes the log back into the file.
    for end, spoil in ((Part.stop, lose_pages), (Part.kill, lose_header)):
        stack = Stack(folder / spoil.__name__, arguments.bin)
        stack.prepare()
        try:
            stack.start()
            rides = Rides(stack)
            rides.report(1)
            stack.wait_delivered()
            damage(stack, rides, end, spoil, stack.report()["granted_mg"], arguments)
            stack.credit("check")
        finally:
            stack.kill()


def main():
    parser = journey_parser(__doc__.splitlines()[0], "damaged-store")
    parser.add_argument("--every", type=int, default=53, help="end the daemon at every so many changes while it sets the store aside (default: 53)")
    add_turn(parser)
    return run_journey(parser, journey)


if __name__ == "__main__":
    sys.exit(main())
