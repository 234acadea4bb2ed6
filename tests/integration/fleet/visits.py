#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""300 devices one after another over 20 sessions, each with its own TLS handshake, as devices come that connect once a day: every claim is
receipted and booked once, and no more are connected at once."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import fail_unless, journey_parser, run_journey  # noqa: E402
from fleet import FleetRun  # noqa: E402


def journey(folder, options):
    with FleetRun(folder / "stack", options.bin, options.devices, merchants=3) as run:
        run.prepare()
        run.start()
        figures = run.play("--sessions", 20, "--claims", 10, "--backoff-max", 3, "--receipt-timeout", 5)
        fail_unless(figures["sessions_most"] <= 20, f"{figures['sessions_most']} sessions stood at once")
        fail_unless(figures["connects"] == options.devices == figures["starts"], f"{figures['connects']} connections")
        fail_unless(figures["batches"] == options.devices, f"{figures['batches']} batches in place of one a device")
        report = run.check_books(figures)
        fail_unless(report["claims"] == figures["claims"], f"{figures['claims']} claims were made, {report['claims']} are booked")


def arguments():
    parser = journey_parser(__doc__, "fleet-visits")
    parser.add_argument("--devices", type=int, default=300)
    return parser


if __name__ == "__main__":
    sys.exit(run_journey(arguments(), journey))
