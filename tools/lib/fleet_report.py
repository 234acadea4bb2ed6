# SPDX-License-Identifier: Apache-2.0
"""Plays a fleet's day against a broker and a service of its own, and says what each session and each claim takes. docs/fleet-sim.md"""
import argparse
import json
import pathlib
import shutil
import sys
import tempfile

from fleet import FleetRun, processor_note
from parts import ROOT, StackError, output_of

HEADERS = 52  # bytes of IPv4 and TCP with timestamps on each segment
PARTS = ("broker", "service", "postgres", "simulator")


def wire(traffic, direction):
    """Bytes on the line, headers of IP and TCP included."""
    return traffic[f"bytes_{direction}"] + HEADERS * traffic[f"segments_{direction}"]


def crypto(run):
    """What a signature and its verification take on this machine now, in seconds."""
    device = run.stack.identities / "service"
    told = json.loads(output_of(run.stack.program("bench-crypto"), f"{device}.key", f"{device}.crt", 1000).strip().splitlines()[-1])
    return {name: told[f"{name}_ns"] / 1e9 for name in ("sign", "verify")}


class Report:
    def __init__(self, run, figures, verify_s):
        self.run, self.figures, self.verify_s = run, figures, verify_s
        self.rows = {}

    def add(self, name, value, unit):
        self.rows[name] = {"value": round(value, 5), "unit": unit}

    def of_each(self, name, used, count):
        """Processor time of each part for one of so many, in ms and in verifications of a signature."""
        if count == 0:
            return
        for part, seconds in used.items():
            self.add(f"{name}.{part}", 1000 * seconds / count, "ms")
            self.add(f"{name}_over_verification.{part}", seconds / count / self.verify_s, "ratio")
            if part != "simulator" and seconds > 0:
                self.add(f"{name}s_a_second_of_one_core.{part}", count / seconds, "/s")

    def common(self):
        figures = self.figures
        for name in ("devices", "sessions_most", "connects", "connects_failed", "lost", "dropped", "claims", "receipted", "batches", "batches_again"):
            self.add(name, figures[name], "")
        for kind in ("refused", "held"):
            self.add(kind, sum(figures[kind].values()), "claims")
        for name in ("connect_ms", "answer_ms", "receipt_ms", "receipt_since_made_ms"):
            for quantile in ("p50", "p90", "p99", "most"):
                self.add(f"{name}.{quantile}", figures[name][quantile], "ms")
        self.add("claims_a_batch", (figures["claims"]) / max(1, figures["batches"]), "claims")
        for direction in ("up", "down"):
            self.add(f"bytes_a_connection.{direction}", wire(figures["connecting"], direction) / max(1, figures["connects"]), "bytes")

    def all_at_once(self):
        run, figures = self.run, self.figures
        self.common()
        made = figures["claims"] - figures["starts"]
        self.of_each("connection", run.used("made", "connected"), figures["devices"])
        self.add("connections_a_second", figures["devices"] / run.took("made", "connected"), "/s")
        before, after = (run.moments[moment]["used"] for moment in ("made", "connected"))
        for part in ("broker", "simulator"):
            self.add(f"memory_a_session.{part}", (after[part]["rss_kib"] - before[part]["rss_kib"]) / figures["devices"], "KiB")
        rest = run.took("connected", "day")
        if rest > 10:
            for part, seconds in run.used("connected", "day").items():
                self.add(f"idle_session.{part}", 1e6 * seconds / rest / figures["devices"], "us/s")
        self.of_each("claim", run.used("day", "receipted"), made)
        if "fallen" in run.moments and "back" in run.moments:
            self.add("storm", run.took("fallen", "back"), "s")
            for part, seconds in run.used("fallen", "back").items():
                self.add(f"storm.{part}", 1000 * seconds / figures["devices"], "ms/session")
        self.add("claims_a_second", made / run.took("day", "receipted"), "/s")
        for direction in ("up", "down"):
            self.add(f"bytes_a_claim.{direction}", wire(figures["rest"], direction) / max(1, made), "bytes")
        self.memory()

    def one_after_another(self):
        run, figures = self.run, self.figures
        self.common()
        made = figures["claims"] - figures["starts"]
        used = run.used("day", "over")
        self.of_each("visit", used, figures["devices"])
        self.of_each("claim", used, made)
        self.add("visits_a_second", figures["devices"] / run.took("day", "over"), "/s")
        self.add("claims_a_second", made / run.took("day", "over"), "/s")
        for direction in ("up", "down"):
            total = wire(figures["connecting"], direction) + wire(figures["rest"], direction)
            self.add(f"bytes_a_claim.{direction}", total / max(1, made), "bytes")
        self.memory()

    def memory(self):
        for part, kib in self.run.watch.most.items():
            self.add(f"memory_most.{part}", kib / 1024, "MiB")
        ledger = self.run.stack.ledger
        if ledger.exists():
            self.add("ledger_bytes_a_claim", ledger.stat().st_size / max(1, self.figures["claims"]), "bytes")

    def print(self):
        for name, row in self.rows.items():
            print(f"{name:<48} {row['value']:>14.3f} {row['unit']}")


def measure(options, folder):
    with FleetRun(folder, options.bin, options.multiplexed or options.devices, merchants=options.merchants, docks=options.docks,
                  workers=options.workers, store=options.store) as run:
        print(f"{processor_note()}; {run.devices} devices", flush=True)
        run.prepare()
        for what, seconds in run.prepared_s.items():
            print(f"{what}: {seconds} s", flush=True)
        verify = [crypto(run)["verify"]]
        run.start()
        scenario = ["--claims", options.claims, "--day", options.day, "--rest", options.rest, "--gather", options.gather, "--patience", 300]
        if options.multiplexed:
            print(f"Multiplexed: no more than {options.sessions} of {options.multiplexed} devices are connected at once. Each comes with a TLS handshake, a "
                  "certificate and a chain of its own, delivers its day in one go, waits for its receipts and goes, as a device does that connects once a "
                  "day. What this does not show is what sessions cost that stand all day.", flush=True)
            scenario += ["--sessions", options.sessions]
        else:
            scenario += ["--losses", options.losses, "--offline", options.offline]
        if options.hours:
            scenario += ["--hours", options.hours]
        if options.trips:
            scenario += ["--trips", options.trips]
        at = {"half": lambda: run.restart_broker(options.away)} if options.restart_broker else {}
        figures = run.play(*scenario, at=at)
        verify.append(crypto(run)["verify"])
        run.check_books(figures)
        report = Report(run, figures, sum(verify) / len(verify))
        report.add("verification", 1e6 * report.verify_s, "us")
        report.one_after_another() if options.multiplexed else report.all_at_once()
        print("Every claim is receipted, and the books hold.")
        report.print()
        return {"processor": processor_note(), "options": {key: str(value) for key, value in vars(options).items()}, "figures": report.rows,
                "counted": figures, "moments": run.moments, "prepared_s": run.prepared_s}


def main():
    parser = argparse.ArgumentParser(prog="tools/fleet", description=__doc__)
    parser.add_argument("--devices", type=int, default=2000, help="all connected at once (2000)")
    parser.add_argument("--multiplexed", type=int, metavar="DEVICES", help="so many devices one after another over --sessions, in place of --devices")
    parser.add_argument("--sessions", type=int, default=500, help="of --multiplexed, at once (500)")
    parser.add_argument("--merchants", type=int, help="(a fiftieth of the devices, 50 at most)")
    parser.add_argument("--docks", type=float, default=0.5, help="which share of the devices; the others are tills (0.5)")
    parser.add_argument("--claims", type=float, default=10, help="of each device in the day, on average (10)")
    parser.add_argument("--day", type=int, default=60, help="seconds in which the day is played (60)")
    parser.add_argument("--rest", type=int, default=0, help="seconds of silence before and behind it, for what sessions cost that do nothing")
    parser.add_argument("--losses", type=float, default=0, help="of each line in the day, on average")
    parser.add_argument("--offline", type=float, default=0, help="share of the devices that have no line for two hours of the day")
    parser.add_argument("--gather", type=float, default=0, help="seconds for which a device gathers claims; the daemon does not")
    parser.add_argument("--hours", type=pathlib.Path, help="CSV of the day, hour,trips,sales, in place of the embedded one")
    parser.add_argument("--trips", type=pathlib.Path, help="CSV of a city's trips, to draw rides from")
    parser.add_argument("--restart-broker", action="store_true", help="kill it in the middle of the day")
    parser.add_argument("--away", type=float, default=2, help="seconds until it is started again (2)")
    parser.add_argument("--workers", type=int, default=1, help="(1)")
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--bin", default=ROOT / "build/release", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/fleet.json", help="the figures (build/fleet.json)")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fleet-", dir=options.out.parent.resolve()))
    result = measure(options, folder)
    shutil.rmtree(folder)
    options.out.write_text(json.dumps(result, indent=1) + "\n")
    print(f"Written to {options.out}")


if __name__ == "__main__":
    try:
        main()
    except StackError as error:
        sys.exit(f"tools/fleet: {error}")
