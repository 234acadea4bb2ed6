# SPDX-License-Identifier: Apache-2.0
"""A device's store is damaged with rides in it that nobody has yet: once by lost pages, once with its header gone. It sets the store aside by itself and
goes on; every ride that can be read is credited, what is lost is named to the service, and what the dock reports again is credited once."""
import pathlib
import random
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

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


def damage(stack, rides, end, spoil, spared_mg):
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


def journey(folder, binaries):
    # A stop writes the log back into the file.
    for end, spoil in ((Part.stop, lose_pages), (Part.kill, lose_header)):
        stack = Stack(folder / spoil.__name__, binaries)
        stack.prepare()
        try:
            stack.start()
            rides = Rides(stack)
            rides.report(1)
            stack.wait_delivered()
            damage(stack, rides, end, spoil, stack.report()["granted_mg"])
            stack.credit("check")
        finally:
            stack.kill()


def main():
    parser = journey_parser(__doc__.splitlines()[0], "damaged-store")
    return run_journey(parser, lambda folder, arguments: journey(folder, arguments.bin))


if __name__ == "__main__":
    sys.exit(main())
