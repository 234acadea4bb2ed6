# SPDX-License-Identifier: Apache-2.0
"""A device is given other settings while it sells: another site, another root's version, another merchant. It fetches them by itself, signed, goes on under them
without a refused sale, and is killed at each change that this makes on its disk: it comes back under the one or the other, and no claim is lost."""
import json
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from ends import add_turn  # noqa: E402
from kills import kill_while_adopting  # noqa: E402
from promises import ROOT, claims_of, fail_unless, journey_parser, reductions, run_journey  # noqa: E402

sys.path.insert(0, str(ROOT / "tools/lib"))

from enrolled import EnrolledStack  # noqa: E402
from parts import PATIENCE_S, wait_until  # noqa: E402

PLACES = [f"site-{number}" for number in range(2, 200)]


class Shop:
    def __init__(self, folder, binaries):
        self.stack = EnrolledStack(folder, binaries)
        self.accepted, self.number, self.settings = set(), 0, 1
        self.lock = threading.Lock()

    def ride(self):
        with self.lock:
            self.number += 1
            name = f"ride-{self.number}"
        end = int(time.time()) - 60
        return name, json.dumps({"issuer": "dock", "event_id": name, "kind": "trip", "mode": "bike.shared", "begin": end - 600, "end": end,
                                 "quantities": {"m.odometer": 2000}})

    def sell(self):
        name, body = self.ride()
        status, said = self.stack.api.post(body, "application/json")
        if status == 201:
            self.accepted.add(name)
        return status, said

    def assign(self, site, merchant="demo-merchant"):
        self.stack.credit("device", "assign", self.stack.device, "--merchant", merchant, "--site", site, "--root", merchant)
        self.settings += 1

    def asks(self):
        self.stack.api.request("POST", "/v1/retry", headers={"Authorization": f"Bearer {self.stack.api.token}"})

    def follows(self):
        self.asks()
        wait_until(lambda: self.stack.api.status()["settings"] == self.settings, PATIENCE_S, f"the settings {self.settings} to be in use")


def while_it_sells(shop):
    """Ten moves, another merchant, another version and eight tills at once."""
    stack, refused, over = shop.stack, [], threading.Event()

    def till():
        while not over.is_set():
            status, said = shop.sell()
            if status != 201:
                refused.append((status, said))
    stack.credit("merchant", "add", "other-merchant", "--name", "Other merchant", "--zone", "Europe/Helsinki")
    stack.credit("root", "add", "other-merchant", "--owner", "other-merchant")
    tills = [threading.Thread(target=till, daemon=True) for _ in range(8)]
    for one in tills:
        one.start()
    for site in PLACES[:5]:
        shop.assign(site)
        shop.follows()
    shop.assign("harbour", "other-merchant")
    shop.follows()
    stack.credit("root", "version", "other-merchant", "--from", time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 100 * 86_400)), "--why", "the year turns")
    shop.settings += 1
    shop.follows()
    over.set()
    for one in tills:
        one.join()
    fail_unless(not refused, f"{len(refused)} sales were refused while settings changed: {refused[:2]}")
    status = stack.api.status()
    fail_unless(status["merchant"] == "other-merchant" and status["site"] == "harbour" and status["assignment"] == 7, f"it works for {status}")
    fail_unless({claim["site"] for claim in claims_of(stack)} == {"harbour"}, "the chain in force is of another site")


def refusals(shop):
    """What is not adopted: settings without the root that the configuration names."""
    stack = shop.stack
    text = stack.daemon_config.read_text()
    stack.daemon.stop()
    stack.daemon_config.write_text(text.replace("[api]", '[api]\nroot = "other-merchant"'))
    stack.start_daemon()
    shop.assign("market", "demo-merchant")
    shop.asks()
    told = wait_until(lambda: [one for one in stack.api.status()["warnings"] if "were not adopted" in one], PATIENCE_S, "the daemon to refuse the settings")
    fail_unless("api.root: the root 'other-merchant' is none of" in told[0], f"it says {told}")
    fail_unless(shop.sell()[0] == 201, "it does not sell under the former settings")
    stack.daemon.stop()
    stack.daemon_config.write_text(text)
    stack.start_daemon()
    shop.follows()


def kills(shop, turn):
    def sell_and_see():
        shop.sell()
        return shop.stack.api.status()["settings"] == shop.settings

    def follows():
        shop.follows()
        fail_unless(shop.sell()[0] == 201, "it does not sell after the kill")
    return kill_while_adopting(shop.stack, PLACES[10:], shop.assign, sell_and_see, follows, turn)


def journey(folder, binaries, turn):
    shop = Shop(folder, binaries)
    with shop.stack as stack:
        stack.prepare(registered=False)
        stack.start_broker()
        stack.start_workers()
        said = stack.enrol()
        fail_unless("settings number 1 are in" in said, f"greentill enrol said {said}")
        stack.start_daemon()
        while_it_sells(shop)
        refusals(shop)
        killed = kills(shop, turn)
        stack.wait_delivered()
        # All rides are worth the same, in whichever chain they are; one may be claimed whose answer a kill cut off.
        each, report = reductions(claims_of(stack))[0]["credited_mg"], stack.report()
        booked, rest = divmod(report["granted_mg"], each)
        fail_unless(rest == 0 and len(shop.accepted) <= booked <= len(shop.accepted) + killed,
                    f"{len(shop.accepted)} sales were taken, {killed} were perhaps cut off, and {booked} are booked")
        fail_unless(report["refused"] == {} and report["held"] == {}, f"claims were refused or held: {report}")
        stack.credit("check")
        print(f"{booked} rides under {shop.settings} settings, killed {killed} times")
        stack.stop()


def main():
    parser = journey_parser(__doc__.splitlines()[0], "new-settings")
    add_turn(parser)
    return run_journey(parser, lambda folder, arguments: journey(folder, arguments.bin, arguments.turn))


if __name__ == "__main__":
    sys.exit(main())
