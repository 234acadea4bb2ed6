# SPDX-License-Identifier: Apache-2.0
"""The benchmarks: ratios measured in one run on one machine. docs/benchmarks.md says what each figure means."""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import bench_bridge
import bench_building
import bench_detectors
import bench_lock
import bench_service
from bench_results import Results, grade, run_json
from parts import ROOT, Part, StackError, connects, free_port, wait_until
from stack import Stack

PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid):
    """Processor time of all threads, living and gone, in nanosecond precision (clock_getcpuclockid)."""
    return time.clock_gettime((~pid << 3) | 2)


def memory_mib(pid):
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return int(fields["RssAnon"].split()[0]) / 1024, int(fields["VmRSS"].split()[0]) / 1024


def key_and_certificate(stack):
    return stack.identities / f"{stack.device}.key", stack.identities / f"{stack.device}.crt"


class Bench:
    def __init__(self, binaries, folder, quick):
        self.bin, self.folder, self.quick = pathlib.Path(binaries), folder, quick
        self.results = Results()
        self.issuers = 0

    def program(self, name):
        return self.bin / "bin" / name

    def scaled(self, count):
        return max(200, count // 50) if self.quick else count

    def stack(self, name, **options):
        stack = Stack(self.folder / name, self.bin, **options)
        stack.prepare()
        return stack

    def crypto(self, stack):
        return run_json(self.program("bench-crypto"), *key_and_certificate(stack), self.scaled(2000))

    cpu_seconds = staticmethod(cpu_seconds)
    memory_mib = staticmethod(memory_mib)

    def load(self, stack, count, mode, port=None):
        """Sales at the daemon, or at another server's port."""
        self.issuers += 1
        return run_json(self.program("bench-load"), port or stack.api_port, stack.api.token, f"bench-{self.issuers}", count, mode)

    def load_once(self, stack, count, mode):
        """What it reported, and the daemon's processor time a claim in ns."""
        before = cpu_seconds(stack.daemon.process.pid)
        done = self.load(stack, count, mode)
        return done, (cpu_seconds(stack.daemon.process.pid) - before) / done["claims"] * 1e9

    # --- recording

    def recording(self):
        """The broker is away: what is measured is taking, claiming, signing and storing."""
        with self.stack("recording") as stack:
            stack.start_daemon()
            idle = memory_mib(stack.daemon.process.pid)
            for mode, name, count, aim, goal in (("ndjson", "ndjson", 10_000, 3.5, 2.5), ("single:32", "32_connections", 5_000, 7, 5)):
                ratios, rates = [], []
                earlier = self.crypto(stack)
                for _ in range(5):
                    done, spent_ns = self.load_once(stack, self.scaled(count), mode)
                    later = self.crypto(stack)
                    # Before and after: the machine's speed drifts in between.
                    ratios.append(2 * spent_ns / (earlier["sign_ns"] + later["sign_ns"]))
                    rates.append(done["claims"] / done["seconds"])
                    earlier = later
                self.results.add(f"cpu_per_claim_over_signature.{name}", statistics.median(ratios), "ratio", "<=", aim, goal)
                self.results.add(f"claims_per_second.{name}", statistics.median(rates), "claims/s")
            self.latency(stack)
            return idle

    def latency(self, stack):
        """One sale over one POST to a bare server that signs and syncs once before it answers."""
        port, bare_port = free_port(), free_port()
        program = self.program("bench-bare-http")
        with (Part("bench-bare-http", [program, port, *key_and_certificate(stack), self.folder / "sync"], self.folder / "bare.log") as signing,
              Part("bench-bare-http", [program, bare_port], self.folder / "barer.log") as bare):
            signing.start()
            bare.start()
            wait_until(lambda: connects(port) and connects(bare_port), 10, "the bare servers")
            # What is compared is measured within a second: the machine's speed moves by more than the aim allows.
            rounds = [[self.load(stack, self.scaled(400), "single:1", at)["median_us"] for at in (None, port, bare_port)] for _ in range(9)]
        sale, least, post = (statistics.median(figures) for figures in zip(*rounds))
        ratio = statistics.median(sale_us / least_us for sale_us, least_us, _ in rounds)
        self.results.add("sale_latency_over_post_fsync_signature", ratio, "ratio", "<=", 1.6, 1.25)
        self.results.add("sale_latency", sale, "us")
        self.results.add("post_fsync_signature_latency", least, "us")
        self.results.add("post_latency", post, "us")

    # --- two versions in turn

    def against(self, other):
        """What a change did: both daemons take the same load in turn, so that the machine's moods meet both alike."""
        with Stack(self.folder / "before", other) as before, self.stack("now") as now:
            before.prepare()
            stacks = {"before": before, "now": now}
            for stack in stacks.values():
                stack.start_daemon()
            idle = {which: memory_mib(stack.daemon.process.pid)[0] for which, stack in stacks.items()}
            for mode, name, count in (("ndjson", "ndjson", 10_000), ("single:32", "32_connections", 5_000), ("single:1", "lone_sale", 1_000)):
                rows = {which: [] for which in stacks}
                for _ in range(5):
                    for which, stack in stacks.items():
                        done, spent_ns = self.load_once(stack, self.scaled(count), mode)
                        rows[which].append((spent_ns / 1e3, done["claims"] / done["seconds"], done["median_us"]))
                for index, (figure, unit) in enumerate((("cpu_per_claim", "us"), ("claims_per_second", "claims/s"), ("latency", "us"))):
                    self.compare(f"{figure}.{name}", unit, {which: statistics.median(row[index] for row in rows[which]) for which in rows})
            self.compare("rss_anon_idle", "MiB", idle)
            self.compare("rss_anon_after", "MiB", {which: memory_mib(stack.daemon.process.pid)[0] for which, stack in stacks.items()})

    @staticmethod
    def compare(name, unit, of):
        print(f"{name:<36} before {of['before']:>10.2f}, now {of['now']:>10.2f} {unit:<9} times {of['now'] / of['before']:.3f}", flush=True)

    # --- draining

    def draining(self):
        count = self.scaled(100_000)
        ours, wire = [], 0.0
        for attempt in range(1 if self.quick else 3):
            rate, wire = self.drain_ours(f"draining-{attempt}", count)
            ours.append(rate)
        bridge = [bench_bridge.rate(self.folder / f"bridge-{attempt}", count) for attempt in range(1 if self.quick else 3)]
        self.results.add("drain_rate_over_mosquitto_bridge", statistics.median(ours) / statistics.median(bridge), "ratio", ">=", 3, 5)
        self.results.add("drain_rate", statistics.median(ours), "claims/s")
        self.results.add("drain_rate_of_bridge", statistics.median(bridge), "messages/s")
        self.results.add("bytes_a_claim_on_the_wire", wire, "bytes", "<=", 450, 400)

    def fill(self, stack, count):
        return run_json(self.program("bench-fill-outbox"), stack.folder / "state/outbox.db", *key_and_certificate(stack),
                        ROOT / "config/methodologies", count)

    def drain_ours(self, name, count):
        with self.stack(name) as stack:
            self.fill(stack, count)
            stack.start_broker()
            receiver = subprocess.Popen(
                [self.program("bench-receiver"), f"ssl://localhost:{stack.worker_port}", stack.identities / "ca.crt",
                 stack.identities / "service.key", stack.identities / "service.crt", str(count), stack.share_group], stdout=subprocess.PIPE, text=True)
            if receiver.stdout.readline().strip() != "ready":
                sys.exit("bench-receiver did not start")
            stack.start_daemon()
            done = json.loads(receiver.communicate(timeout=300)[0].strip().splitlines()[-1])
            return done["claims"] / done["seconds"], done["payload_bytes"] / max(done["claims"], 1)

    # --- the printer relay

    def relay(self):
        """A receipt to the printer and its answer back, through our relay over through one that does nothing but read and write."""
        rounds = []
        for attempt in range(5):
            spool = self.folder / f"spool-{attempt}"
            spool.mkdir()
            rounds.append(run_json(self.program("bench-relay"), self.program("greentill-printer-relay"), spool, self.scaled(4000)))
        ours, plain, direct = (statistics.median(row[key] for row in rounds) for key in ("relay_us", "plain_us", "direct_us"))
        self.results.add("relay_delay_over_plain_relay", statistics.median(row["relay_us"] / row["plain_us"] for row in rounds),
                         "ratio", "<=", 1.2, 1.1)
        self.results.add("relay_round_trip", ours, "us")
        self.results.add("plain_relay_round_trip", plain, "us")
        self.results.add("printer_round_trip_without_relay", direct, "us")

    # --- memory, disk, start

    def backlog(self, idle):
        with self.stack("backlog") as stack:
            filled = self.fill(stack, self.scaled(1_000_000))
            stored = sum(path.stat().st_size for path in (stack.folder / "state").glob("outbox.db*"))
            self.results.add("bytes_on_disk_over_claims", stored / filled["message_bytes"], "ratio", "<=", 1.3, 1.2)
            times = []
            for _ in range(5):
                stack.daemon.stop()
                started = time.perf_counter()
                stack.daemon.start()
                while not stack.api.healthy():
                    stack.daemon.check_alive()
                    time.sleep(0.0005)
                times.append((time.perf_counter() - started) * 1000)
            self.results.add("first_answer_with_backlog", statistics.median(times), "ms", "<=", 50, 25)
            anon, rss = self.memory_in_use(stack)
        self.results.add("rss_anon_idle", idle[0], "MiB", "<=", 5, 4)
        self.results.add("rss_idle", idle[1], "MiB", "<=", 20, 16)
        self.results.add("rss_anon_with_backlog", anon, "MiB", "<=", 5, 4)
        self.results.add("rss_with_backlog", rss, "MiB", "<=", 20, 16)
        with self.stack("no-backlog") as stack:
            stack.start_daemon()
            self.results.add("rss_anon_growth_with_backlog", anon - self.memory_in_use(stack)[0], "MiB", "<=", 1, 0.5)

    def memory_in_use(self, stack):
        """After sales, and after what a page in a browser asks for."""
        self.load(stack, self.scaled(2000), "single:4")
        for path in ("/v1/status", "/v1/stats", "/v1/claims?limit=100"):
            stack.api.json(path)
        return memory_mib(stack.daemon.process.pid)


def main():
    parser = argparse.ArgumentParser(prog="tools/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small counts: shows that everything runs, not how fast")
    parser.add_argument("--bin", default=ROOT / "build/release", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/bench.json",
                        help="the figures; what is measured is kept beside them meanwhile, on the same disk (default: build/bench.json)")
    parser.add_argument("--against", type=pathlib.Path, metavar="BUILD",
                        help="the build folder of another version, whose programs are measured in turn with this one's, and nothing else")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)  # the arguments alone, before anything is built
    arguments = parser.parse_args()
    if not os.access(arguments.out.parent, os.W_OK):
        parser.error(f"--out: nothing can be written to {arguments.out.parent}")
    if arguments.check:
        return
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=arguments.out.parent.resolve()))
    bench = Bench(arguments.bin, folder, arguments.quick)
    if arguments.against:
        bench.against(arguments.against.resolve())
        shutil.rmtree(folder)
        return
    idle = bench.recording()
    bench.draining()
    bench_service.measure(bench, folder)
    bench.relay()
    bench.backlog(idle)
    bench_detectors.measure(bench)
    bench_lock.measure(bench.results)
    bench_building.measure(bench.results, folder, arguments.quick)
    bench.results.write(arguments.out)
    shutil.rmtree(folder)
    judged = [(row["name"], grade(row)) for row in bench.results.rows if row["aim"]]
    missed = [name for name, how in judged if how == "MISSED"]
    goals = sum(how == "GOAL" for _, how in judged)
    print(f"\nWritten to {arguments.out}. " + (f"Missed: {', '.join(missed)}. " if missed else "Every aim is met. ") +
          f"{goals} of {len(judged)} goals are reached.")


if __name__ == "__main__":
    try:
        main()
    except StackError as error:
        sys.exit(f"tools/bench: {error}")
