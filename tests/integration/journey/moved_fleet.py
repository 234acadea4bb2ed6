# SPDX-License-Identifier: Apache-2.0
"""A fleet is moved: two brokers, two workers on one ledger, each with the EST server at another port, and a device that its settings send from one to the
other while it sells. A wrong address does no harm. Killed at each change that a move makes on its disk, it comes back at the one or the other, and no claim
is lost or booked twice."""
import json
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from ends import add_turn  # noqa: E402
from kills import kill_while_adopting  # noqa: E402
from promises import ROOT, claims_of, fail_unless, journey_parser, reductions, run_journey  # noqa: E402

sys.path.insert(0, str(ROOT / "tools/lib"))

from enrolled import EnrolledStack  # noqa: E402
from parts import PATIENCE_S, Part, connects, free_port, sanitizer_of, wait_until  # noqa: E402


class Fleet:
    def __init__(self, folder, binaries):
        self.stack = EnrolledStack(folder, binaries)
        self.number, self.settings, self.accepted = 0, 1, 0
        self.ports = {name: free_port() for name in ("broker", "worker", "est")}
        stack = self.stack
        self.broker = Part("the other mosquitto", ["/usr/sbin/mosquitto", "-c", stack.folder / "other/mosquitto.conf"], stack.folder / "logs/other-broker.log",
                           sanitizer_of(stack.binaries / "lib/greentill/greentill-broker-guard.so"))
        self.worker = Part("the other greentill-credit", [stack.program("greentill-credit"), "run", "--config", stack.folder / "credit-other.toml",
                                                          "--client-id", "credit-9"], stack.folder / "logs/other-credit.log")

    @property
    def places(self):
        """Broker and service, here and there."""
        return ((f"mqtts://localhost:{self.stack.broker_port}", f"https://localhost:{self.stack.est_port}"),
                (f"mqtts://localhost:{self.ports['broker']}", f"https://localhost:{self.ports['est']}"))

    def prepare_other(self):
        stack, ports = self.stack, self.ports
        changes = ((stack.broker_port, ports["broker"]), (stack.worker_port, ports["worker"]), (stack.est_port, ports["est"]))
        (stack.folder / "other").mkdir()
        for source, target in (("mosquitto.conf", "other/mosquitto.conf"), ("credit.toml", "credit-other.toml")):
            text = (stack.folder / source).read_text()
            for here, there in changes:
                text = text.replace(str(here), str(there))
            (stack.folder / target).write_text(text.replace(str(stack.folder / "broker"), str(stack.folder / "other")))
        self.broker.start()
        wait_until(lambda: connects(ports["broker"]) and connects(ports["worker"]), PATIENCE_S, "the other mosquitto to listen")
        self.worker.start()
        wait_until(lambda: connects(ports["est"]), PATIENCE_S, "the other EST server to listen")

    def sell(self):
        self.number += 1
        end = int(time.time()) - 60
        body = json.dumps({"issuer": "dock", "event_id": f"ride-{self.number}", "kind": "trip", "mode": "bike.shared", "begin": end - 600, "end": end,
                           "quantities": {"m.odometer": 2000}})
        taken = self.stack.api.post(body, "application/json")[0] == 201
        self.accepted += taken
        return taken

    def move(self, place, device=None):
        broker, est = place
        whom = ("--device", device) if device else ()
        self.stack.credit("address", "set", *whom, "--broker", broker, "--est", est, "--why", "the fleet moves")
        self.settings += 1

    def asks(self):
        self.stack.api.request("POST", "/v1/retry", headers={"Authorization": f"Bearer {self.stack.api.token}"})

    def is_at(self, place):
        broker, est = place
        kept = self.stack.folder / "state/identity/server"
        there = kept.read_text().split()[:1] if kept.exists() else []
        status = self.stack.api.status()
        at_home = est == self.places[0][1]
        return status["settings"] == self.settings and status["link"]["broker"] == broker and (not there if at_home else there == [est])

    def follows(self, place):
        self.asks()
        wait_until(lambda: self.is_at(place), PATIENCE_S, f"the device to be at {place}")


def wrong_address(fleet):
    """Nobody listens there: the device stays, says so, and delivers."""
    stack = fleet.stack
    fleet.move(("mqtts://localhost:1", "https://localhost:1"))
    fleet.asks()

    def told():
        status = stack.api.status()
        warned = [one for one in status["warnings"] if "https://localhost:1, is not to be used yet" in one]
        return status["link"]["moving"] and warned
    wait_until(told, PATIENCE_S, "the device to say that it cannot move")
    connects_before = stack.api.status()["link"]["connects"]
    fail_unless(fleet.sell(), "it does not sell under a wrong address")
    stack.wait_delivered()
    link = stack.api.status()["link"]
    fail_unless(link["connected"] and link["connects"] == connects_before, f"the wrong address cost the connection: {link}")
    said = subprocess.run([stack.program("greentill"), "--config", stack.daemon_config, "doctor", "--json"], capture_output=True, text=True).stdout
    fail_unless("broker-moves" in said, f"the doctor says {said}")


def kills(fleet, turn):
    step_place = {}

    def publish(number):
        step_place["now"], step_place["sold"] = fleet.places[number % 2], False
        fleet.move(step_place["now"])

    def sell_and_see():
        # One sale a run: each is several changes of the folder, which are not what is looked for here.
        step_place["sold"] = step_place["sold"] or fleet.sell()
        return fleet.is_at(step_place["now"])

    def follows():
        fleet.follows(step_place["now"])
        fail_unless(fleet.sell(), "it does not sell after the kill")
    return kill_while_adopting(fleet.stack, range(200), publish, sell_and_see, follows, turn)


def journey(folder, binaries, turn):
    fleet = Fleet(folder, binaries)
    with fleet.stack as stack, fleet.broker, fleet.worker:
        stack.prepare(registered=False)
        stack.start_broker()
        stack.start_workers()
        stack.enrol()
        stack.start_daemon()
        fail_unless(fleet.sell(), "it does not sell")
        stack.wait_delivered()
        wrong_address(fleet)
        fleet.prepare_other()
        fleet.move(fleet.places[1])
        fleet.follows(fleet.places[1])
        fail_unless(stack.api.status()["link"]["moving"] is None, "it says that it has not moved")
        fleet.sell()
        stack.wait_delivered()
        killed = kills(fleet, turn)
        # All is there now, and what was here may go.
        if not fleet.is_at(fleet.places[1]):
            fleet.move(fleet.places[1])
            fleet.follows(fleet.places[1])
        stack.broker.stop()
        for worker in stack.workers:
            worker.stop()
        stack.daemon.stop()
        stack.start_daemon()
        fleet.sell()
        stack.wait_delivered()
        each, report = reductions(claims_of(stack))[0]["credited_mg"], stack.report()
        booked, rest = divmod(report["granted_mg"], each)
        fail_unless(rest == 0 and fleet.accepted <= booked <= fleet.accepted + killed,
                    f"{fleet.accepted} sales were taken, {killed} were perhaps cut off, and {booked} are booked")
        fail_unless(report["refused"] == {} and report["held"] == {}, f"claims were refused or held: {report}")
        stack.credit("check")
        print(f"{booked} rides under {fleet.settings} settings, killed {killed} times")
        stack.daemon.stop()


def main():
    parser = journey_parser(__doc__.splitlines()[0], "moved-fleet")
    add_turn(parser)
    return run_journey(parser, lambda folder, arguments: journey(folder, arguments.bin, arguments.turn))


if __name__ == "__main__":
    sys.exit(main())
