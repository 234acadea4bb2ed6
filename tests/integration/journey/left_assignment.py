# SPDX-License-Identifier: Apache-2.0
"""A device moves to another site while it has rides of the former one that nobody has yet, and what the service has of them cannot go on: once pages of its
store are lost, once a new disk has begun another chain meanwhile. By itself it makes anew what is left, beside the chain in which it sells on; what can be
read is credited, what is lost is named, and a person decides what the service has to hold."""
import json
import pathlib
import random
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from damaged_store import PAGE, numbers_of_recovery, pages_of_claims  # noqa: E402
from new_settings import Shop  # noqa: E402
from promises import fail_unless, journey_parser, run_journey  # noqa: E402
from parts import PATIENCE_S, wait_until  # noqa: E402

SITES = ["demo-site", "quay-side", "old-market", "harbour"]
FORMER, LATTER = 300, 60


def chains(stack):
    device, = (one for one in json.loads(stack.credit("devices", "--json"))["devices"] if one["device"] == stack.device)
    return device["chains"]


def in_state(stack, state):
    return [chain for chain in chains(stack) if chain["state"] == state]


def decide(stack, chain, *how):
    stack.credit("device", "chain", stack.device, chain["chain"], "release", *how, "--why", "the technician has told")


def move_with_backlog(shop, site):
    """Rides of the former site and of the latter, none of which is delivered but the first."""
    stack = shop.stack
    shop.sell()
    stack.wait_delivered()
    stack.broker.stop()
    for _ in range(FORMER):
        shop.sell()
    shop.assign(site)
    shop.follows()
    for _ in range(LATTER):
        shop.sell()


def rides_granted(shop, ride_mg):
    booked, rest = divmod(shop.stack.report()["granted_mg"], ride_mg)
    fail_unless(rest == 0, "a ride was credited in part")
    return booked


def lose_pages(database, sites):
    """Pages with claims of all these sites, and of no other."""
    content = bytearray(database.read_bytes())
    fit = [at for at in pages_of_claims(content) if {site for site in SITES if site.encode() in content[at:at + PAGE]} == set(sites)]
    for at in random.Random(3).sample(fit[-40:], 1 if len(sites) > 1 else 3):
        content[at:at + PAGE] = bytes(PAGE)
    database.write_bytes(content)
    database.with_name(database.name + ".recover").write_text("damaged\n")


def damaged(shop, ride_mg, former, latter):
    """Claims of the former site are lost with the store. The chain of the latter names a place that the ledger never has: it is on probation, for longer than
    a test takes."""
    stack, before = shop.stack, rides_granted(shop, ride_mg)
    move_with_backlog(shop, latter)
    stack.daemon.stop()
    lose_pages(stack.folder / "state/outbox.db", [former])
    stack.start_daemon()
    read, lost = numbers_of_recovery(stack.daemon.log.read_text())[1:]
    stack.start_broker()
    probation, = wait_until(lambda: in_state(stack, "on-probation"), PATIENCE_S, "the chain of the latter site to be on probation")
    stack.wait_delivered()
    expected = before + 1 + FORMER - lost
    wait_until(lambda: rides_granted(shop, ride_mg) == expected, PATIENCE_S, "the former site's rides to be credited")
    decide(stack, probation, "--open")
    wait_until(lambda: rides_granted(shop, ride_mg) == expected + LATTER, PATIENCE_S, "every ride that could be read to be credited")
    print(f"damaged: {read} claims were read, {lost} are lost and named, {expected + LATTER - before} rides credited", flush=True)


def both_damaged(shop, ride_mg, former, latter):
    """The chain of the latter site is damaged too, and made anew behind the ledger's head: the device has left the former site by then."""
    stack, before = shop.stack, rides_granted(shop, ride_mg)
    move_with_backlog(shop, latter)
    stack.daemon.stop()
    lose_pages(stack.folder / "state/outbox.db", [former])
    lose_pages(stack.folder / "state/outbox.db", [latter])
    stack.start_daemon()
    lost = numbers_of_recovery(stack.daemon.log.read_text())[2]
    stack.start_broker()
    held, = wait_until(lambda: in_state(stack, "held"), PATIENCE_S, "what is left of the former site to be held")
    stack.wait_delivered()
    decide(stack, held)
    wait_until(lambda: rides_granted(shop, ride_mg) - before == 1 + FORMER + LATTER - lost, PATIENCE_S, "every ride that could be read to be credited")
    print(f"both damaged: {lost} are lost and named, the others credited", flush=True)


def closed(shop, ride_mg, latter):
    """A new disk, which sells at the latter site, is what the service has when the old one comes back."""
    stack, before = shop.stack, rides_granted(shop, ride_mg)
    move_with_backlog(shop, latter)
    stack.daemon.stop()
    state, old = stack.folder / "state", stack.folder / "old-disk"
    old.mkdir()
    for file in state.glob("outbox.db*"):
        shutil.move(file, old)
    shutil.move(state / "store.mark", old)
    (state / "store.mark").write_text("new\n")  # as a technician says who gives it another disk
    stack.start_daemon()
    stack.start_broker()
    shop.sell()
    stack.wait_delivered()
    stack.daemon.stop()
    for file in [*state.glob("outbox.db*"), state / "store.mark"]:
        file.unlink()
    for file in old.iterdir():
        shutil.move(file, state)
    stack.start_daemon()
    wait_until(lambda: in_state(stack, "held"), PATIENCE_S, "what is left of the former site to be held")
    stack.wait_delivered()
    held, = in_state(stack, "held")
    fail_unless("assignment" in json.dumps(held), f"it is held for {held}")
    wait_until(lambda: rides_granted(shop, ride_mg) - before == 1 + LATTER + 1, PATIENCE_S, "the latter site's rides to be credited")
    fail_unless(shop.sell()[0] == 201, "it does not sell beside what is held")
    decide(stack, held)
    wait_until(lambda: rides_granted(shop, ride_mg) - before == 1 + FORMER + LATTER + 2, PATIENCE_S, "every ride to be credited")
    print(f"closed: {FORMER} rides of the former site were held until a person decided", flush=True)


def journey(folder, binaries):
    shop = Shop(folder, binaries)
    with shop.stack as stack:
        stack.prepare(registered=False)
        stack.start_broker()
        stack.start_workers()
        stack.enrol()
        stack.start_daemon()
        shop.sell()
        stack.wait_delivered()
        ride_mg = stack.report()["granted_mg"]
        former = stack.api.status()["site"]
        for latter, journey_of in zip(SITES[1:], (damaged, both_damaged)):
            journey_of(shop, ride_mg, former, latter)
            former = latter
        closed(shop, ride_mg, SITES[3])
        fail_unless(not stack.api.status()["link"]["left_behind"], "something is said to be left behind")
        stack.credit("check")
        stack.stop()


def main():
    parser = journey_parser(__doc__.splitlines()[0], "left-assignment")
    return run_journey(parser, lambda folder, arguments: journey(folder, arguments.bin))


if __name__ == "__main__":
    sys.exit(main())
