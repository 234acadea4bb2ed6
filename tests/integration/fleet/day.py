#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""200 devices' day over real TLS: lines that break off, devices that are away, a worker and the broker killed in the middle. Every claim is
receipted, and booked once; the devices go on with their chains in a second run; and a run is refused that has too few files, or comes behind one that was killed."""
import json
import pathlib
import resource
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import ROOT, fail_unless, journey_parser, run_journey  # noqa: E402
from fleet import FleetRun  # noqa: E402

QUICK = ("--backoff-min", 0.2, "--backoff-max", 3, "--receipt-timeout", 5, "--patience", 120)


def break_down(run):
    run.stack.workers[0].kill()
    run.restart_broker(away_s=0.5)
    run.stack.workers[0].start()
    run.watch.follow("service", run.stack.workers[0].process.pid)


def journey(folder, options):
    with FleetRun(folder / "stack", options.bin, options.devices, merchants=5, workers=2) as run:
        run.prepare()
        run.start()
        figures = run.play("--day", 12, "--claims", 8, "--losses", 0.5, "--offline", 0.2, "--seed", 11, *QUICK, at={"half": lambda: break_down(run)})
        fail_unless(figures["sessions_most"] == options.devices, f"{figures['sessions_most']} sessions stood at once")
        fail_unless(figures["lost"] >= options.devices // 2, f"the broker's end was met by {figures['lost']} sessions")
        fail_unless(figures["dropped"] > 0 and figures["starts"] == options.devices, f"it was an easy day: {figures}")
        fail_unless("fallen" in run.moments and "back" in run.moments, f"nobody saw the broker go and come back: {sorted(run.moments)}")
        report = run.check_books(figures)
        fail_unless(report["claims"] == figures["claims"], f"{figures['claims']} claims were made, {report['claims']} are booked")
        fail_unless(report["chains"] == {"open": options.devices}, f"chains: {report['chains']}")
        again(run, figures, options.devices)
        killed(run)


def again(run, before, devices):
    """A second day goes on where the first one ended."""
    figures = run.play("--day", 3, "--claims", 2, "--losses", 0, "--offline", 0, *QUICK)
    fail_unless(figures["starts"] == 0, f"{figures['starts']} chains were begun again")
    figures["granted_mg"] += before["granted_mg"]
    report = run.check_books(figures)
    fail_unless(report["claims"] == before["claims"] + figures["claims"], "the second day's claims are not all booked")
    fail_unless(report["chains"] == {"open": devices}, f"chains: {report['chains']}")


def refused(run, words, **how):
    """The program does not begin, says so in these words, and has made no claim."""
    told = subprocess.run([run.stack.program("greentill-fleet-sim"), "run", run.fleet, "--broker", "mqtts://localhost:1", "--authorities",
                           run.stack.identities / "ca.crt", "--receipt-certificates", run.stack.identities / "service.crt",
                           "--methodologies", ROOT / "config/methodologies"], capture_output=True, text=True, **how)
    fail_unless(told.returncode == 1 and words in told.stderr, f"{told.returncode}: {told.stderr}")
    fail_unless(json.loads(told.stdout)["claims"] == 0, "claims were made all the same")


def killed(run):
    """What a run had sent when it was killed is known to the service alone: another run would make clones."""
    refused(run, "open files, and this process may have 100, which is enough for 12",
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)))
    (run.fleet / "places.csv").rename(run.fleet / "places.taken")
    refused(run, "the last run did not end well")


def arguments():
    parser = journey_parser(__doc__, "fleet-day")
    parser.add_argument("--devices", type=int, default=200)
    return parser


if __name__ == "__main__":
    sys.exit(run_journey(arguments(), journey))
