# SPDX-License-Identifier: Apache-2.0
"""A device whose clock is wrong by years, and kept by nobody, is enrolled and claims: it takes the service's signed time, by which it judges the broker's
certificate and stamps its claims. It says so, and where no service tells the time, what is wrong."""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from est_server import clock_is_kept  # noqa: E402
from faked_clock import faked  # noqa: E402
from first_claim import MOST_S, DroppingLine  # noqa: E402
from promises import ROOT, claims_of, fail_unless, journey_parser, run_journey  # noqa: E402

sys.path.insert(0, str(ROOT / "tools/lib"))

from enrolled import EnrolledStack  # noqa: E402
from parts import wait_until  # noqa: E402

YEARS = ("-7y", "+9y")


def ride(number):
    end = int(time.time()) - 60
    return json.dumps({"issuer": "dock", "event_id": f"ride-{number}", "kind": "trip", "mode": "bike.shared", "begin": end - 600, "end": end,
                       "quantities": {"m.odometer": 2000}})


def in_service(folder, binaries, offset, then=lambda stack: None):
    """From a code to the credited claim, over lines that drop half of the connections; `then`: more to do with the installation, which is at rest."""
    with EnrolledStack(folder, binaries) as stack:
        stack.prepare(registered=False)
        stack.start_workers()
        stack.start_broker()
        est, broker = DroppingLine(stack.est_port), DroppingLine(stack.broker_port)
        text = stack.daemon_config.read_text()
        for line, port in ((est, stack.est_port), (broker, stack.broker_port)):
            text = text.replace(f"localhost:{port}", f"localhost:{line.port}")
        stack.daemon_config.write_text(text)
        begun = time.monotonic()
        stack.enrol(environment=faked(offset))
        stack.daemon.environment = faked(offset)
        stack.start_daemon()
        # Claimed once the time is known, as a person does who waits for the light to turn green: what is claimed before says that its clock was never set.
        wait_until(lambda: stack.api.status()["link"]["connected"], MOST_S, "the daemon to connect")
        status, body = stack.api.post(ride(1), "application/json")
        fail_unless(status == 201, f"the ride was answered {status}: {body!r}")
        stack.wait_delivered()
        seconds = time.monotonic() - begun
        fail_unless(seconds < MOST_S, f"it took {seconds:.0f} s")
        fail_unless(stack.report()["granted_mg"] > 0, "the claim is not credited")
        claims = claims_of(stack)
        fail_unless(abs(claims[-1]["issued_at"] - time.time()) < 60, f"the claim was made at {claims[-1]['issued_at']}")
        [words] = [one for one in stack.api.status()["warnings"] if "signed time" in one]
        fail_unless("Set the clock" in words, f"it says {words}")
        print(f"with a clock {offset} off, from the code to the credited claim {seconds:.1f} s; {est.cut + broker.cut} connections cut")
        stack.stop()
        then(stack)


def untold(stack, offset):
    """Where the service signs no time, the clock is what is named, and the claim is kept."""
    config = stack.folder / "credit.toml"
    config.write_text(config.read_text().split("[signer]")[0])
    stack.start_broker()
    stack.start_workers()
    stack.daemon.environment = faked(offset)
    stack.start_daemon()
    wait_until(lambda: "404" in stack.daemon.log.read_text(), MOST_S, "the daemon to hear that nobody tells the time")
    clock = "before this version was made" if offset.startswith("-") else "the broker's certificate expired"
    wait_until(lambda: clock in json.dumps(stack.api.status()), MOST_S, "the daemon to name the clock")
    status, body = stack.api.post(ride(2), "application/json")
    fail_unless(status == 201, f"the ride was answered {status}: {body!r}")
    fail_unless(stack.api.status()["backlog"]["waiting"] > 0, "the claim was delivered by a clock that is wrong by years")
    stack.daemon.stop()
    # The right time, and all is delivered.
    stack.daemon.environment = None
    stack.start_daemon()
    stack.wait_delivered()
    stack.stop()


def journey(folder, binaries):
    if clock_is_kept():
        print("SKIPPED: a time server keeps this machine's clock, which holds then")
        return
    for offset in YEARS:
        in_service(folder / offset.strip("+-"), binaries, offset, lambda stack: untold(stack, offset))


def main():
    parser = journey_parser(__doc__.splitlines()[0], "wrong-clock")
    return run_journey(parser, lambda folder, arguments: journey(folder, arguments.bin))


if __name__ == "__main__":
    sys.exit(main())
