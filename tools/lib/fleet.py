# SPDX-License-Identifier: Apache-2.0
"""A simulated fleet against a real broker with its guard and real workers: made, registered, played, measured. docs/fleet-sim.md"""
import json
import os
import pathlib
import resource
import subprocess
import threading
import time

from parts import ROOT, StackError, output_of
from stack import Stack

ROWS = 5000  # of a CSV file for the registry


def cpu_seconds(pid):
    """Processor time of all threads, living and gone, in nanosecond precision (clock_getcpuclockid)."""
    return time.clock_gettime((~pid << 3) | 2)


def memory_kib(pid):
    """Resident memory now and at its most, and the anonymous part of it."""
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return {name: int(fields[key].split()[0]) for name, key in (("rss", "VmRSS"), ("most", "VmHWM"), ("anon", "RssAnon"))}


class Watch:
    """What processes have used, by name, summed over those that were ended."""

    def __init__(self):
        self.pids = {}
        self.families = {}
        self.ended_s = {}
        self.most = {}

    def follow(self, name, pid):
        self.pids.setdefault(name, set()).add(pid)

    def follow_family(self, name, processes):
        """Those whose ids `processes` answers whenever it is asked."""
        self.families[name] = processes

    def forget(self, name, pid):
        self.ended_s[name] = self.ended_s.get(name, 0) + cpu_seconds(pid)
        self.pids[name].discard(pid)

    def look(self):
        """By name: cpu_s, and the memory of those that run."""
        seen = {}
        followed = self.pids | {name: processes() for name, processes in self.families.items()}
        for name, pids in followed.items():
            one = {"cpu_s": self.ended_s.get(name, 0), "rss_kib": 0, "anon_kib": 0}
            for pid in list(pids):
                try:
                    memory = memory_kib(pid)
                    one["cpu_s"] += cpu_seconds(pid)
                except (OSError, KeyError):
                    continue  # it has just ended
                one["rss_kib"] += memory["rss"]
                one["anon_kib"] += memory["anon"]
                self.most[name] = max(self.most.get(name, 0), memory["most"])
            seen[name] = one
        return seen


class FleetRun:
    """One fleet, its installation and its runs, below one folder."""

    def __init__(self, folder, binaries, devices, merchants=None, docks=0.5, workers=1, store="sqlite"):
        self.devices = devices
        self.merchants = merchants or max(1, min(50, devices // 50))
        self.docks = docks
        self.stack = Stack(folder, binaries, workers=workers, store=store)
        self.fleet = self.stack.folder / "fleet"
        self.watch = Watch()
        self.moments = {}
        self.prepared_s = {}
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))  # the broker inherits it

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.kill()

    def timed(self, what, work):
        began = time.monotonic()
        work()
        self.prepared_s[what] = round(time.monotonic() - began, 2)

    def prepare(self):
        """Keys, certificates, and a registry that has all devices."""
        stack = self.stack
        stack.make_certificates()
        stack.write_configuration()
        program = stack.program("greentill-fleet-sim")
        self.timed("making keys and certificates", lambda: output_of(
            program, "make", self.fleet, "--devices", self.devices, "--merchants", self.merchants, "--docks", self.docks,
            "--authority", stack.identities / "devices-ca.crt", "--authority-key", stack.identities / "ca.key"))
        self.timed("registering merchants and roots", lambda: [stack.credit(thing, "add", "--csv", self.fleet / f"{thing}s.csv")
                                                              for thing in ("merchant", "root")])
        self.timed("registering devices", lambda: self.register("device"))
        self.timed("registering keys", lambda: self.register("key"))
        self.timed("settings of each merchant", self.write_settings)

    def register(self, thing):
        """In parts, since the registry reads no file above 1 MiB."""
        head, *rows = (self.fleet / f"{thing}s.csv").read_text().splitlines()
        part = self.fleet / "part.csv"
        for first in range(0, len(rows), ROWS):
            part.write_text("\n".join([head, *rows[first:first + ROWS]]) + "\n")
            self.stack.credit(thing, "add", "--csv", part)

    def write_settings(self):
        """One device's of each merchant: roots and their keys are the same for all of them."""
        first = {}
        for line in (self.fleet / "fleet.csv").read_text().splitlines():
            device, _, merchant = line.split(",")
            first.setdefault(merchant, device)
        for merchant, device in first.items():
            self.stack.credit("device", "settings", device, "--out", self.fleet / "settings" / f"{merchant}.toml")

    def start(self):
        self.stack.start_broker()
        self.stack.start_workers()
        self.watch.follow("broker", self.stack.broker.process.pid)
        for worker in self.stack.workers:
            self.watch.follow("service", worker.process.pid)
        if self.stack.postgres:
            self.watch.follow_family("postgres", self.stack.postgres.processes)

    def restart_broker(self, away_s=1.0):
        """Killed, as by a power cut, and started again."""
        self.watch.forget("broker", self.stack.broker.process.pid)
        self.stack.broker.kill()
        time.sleep(away_s)
        self.stack.start_broker()
        self.watch.follow("broker", self.stack.broker.process.pid)

    def play(self, *options, at=None):
        """Plays a day. `at`: by the name of a moment, what is done there. Answers what the simulation counted."""
        stack = self.stack
        command = [stack.program("greentill-fleet-sim"), "run", self.fleet, "--broker", f"mqtts://localhost:{stack.broker_port}", "--authorities",
                   stack.identities / "ca.crt", "--receipt-certificates", stack.identities / "service.crt", "--methodologies",
                   ROOT / "config/methodologies", *options]
        log = stack.folder / "logs/fleet-sim.log"
        with open(log, "ab") as errors:
            simulation = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=errors, text=True)
        self.watch.follow("simulator", simulation.pid)
        self.moments = {"begin": {"seconds": 0, "used": self.watch.look()}}
        figures = None
        stop = threading.Event()
        sampler = threading.Thread(target=self.sample, args=(stop,), daemon=True)
        sampler.start()
        for line in simulation.stdout:
            said = json.loads(line)
            if "moment" not in said:
                figures = said
                continue
            self.moments[said["moment"]] = {"seconds": said["seconds"], "used": self.watch.look()}
            if said["moment"] in (at or {}):
                at[said["moment"]]()
        code = simulation.wait()
        stop.set()
        sampler.join()
        self.watch.pids.pop("simulator")
        self.watch.ended_s.pop("simulator", None)
        if code != 0 or figures is None:
            raise StackError(f"greentill-fleet-sim: exit {code}: {log.read_text()[-2000:]}\n{json.dumps(figures)}")
        return figures

    def sample(self, stop):
        while not stop.wait(1):
            self.watch.look()

    def used(self, begin, end):
        """By process: processor seconds between two moments."""
        before, after = (self.moments[moment]["used"] for moment in (begin, end))
        return {name: after[name]["cpu_s"] - before.get(name, {"cpu_s": 0})["cpu_s"] for name in after}

    def took(self, begin, end):
        return self.moments[end]["seconds"] - self.moments[begin]["seconds"]

    def check_books(self, figures, refused=()):
        """Every claim receipted once, and the books equal what the devices were told."""
        if figures["receipted"] != figures["claims"] or figures["at_odds"]:
            raise StackError(f"{figures['receipted']} of {figures['claims']} claims are receipted, {figures['at_odds']} chains are at odds")
        for key in ("refused", "held"):
            left = {reason: count for reason, count in figures[key].items() if reason not in refused}
            if left:
                raise StackError(f"claims are {key}: {left}")
        checked = json.loads(self.stack.credit("check", "--json"))
        if not checked["holds"]:
            raise StackError(f"the books do not hold: {checked['wrong']}")
        report = self.stack.report()
        if report["granted_mg"] != figures["granted_mg"]:
            raise StackError(f"{report['granted_mg']} mg are booked, devices were told {figures['granted_mg']}")
        return report


def processor_note():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return f"{os.cpu_count()} × {line.split(':', 1)[1].strip()}"
    return f"{os.cpu_count()} processors"
