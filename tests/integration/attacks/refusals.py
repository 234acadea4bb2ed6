#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Attacks 11 and 12 of README.md: thousands of claims refused for now, of whose receipts many are lost with the worker that made them, and what
it costs the worker to be sent a small stored batch again behind them.
"""
import hashlib
import itertools
import json
import os
import shutil
import sys
import time

from scene import PATIENCE_S, ROOT, Scene, expect, fail_unless, main, tell, wait_until
from claims import Chain, asked_mg, ride

REFUSED = 5000
GOOD_EVERY = 10  # one in so many is granted
BEHIND = 20_000
REPLAYS, AT_ONCE = 1000, 20
FEW = 600  # more than a receipt names: it is as full as it gets
MOST_TIMES = 3
CHAINS = 400


def made_up_root(number):
    """A nullifier of a root that no assignment has: refused for now."""
    return [1, 4_000_000_000, number.to_bytes(32, "big")]


class Kills:
    """Kills workers, one after the other, and starts them again; the other one goes on."""

    def __init__(self, scene):
        self.scene, self.turn, self.count = scene, itertools.cycle(scene.stack.workers), 0

    def next(self):
        worker = next(self.turn)
        worker.kill()
        self.count += 1
        return worker


def scripted(scene):
    """A device that loses every second receipt, and others with the worker that is killed while it has their batch."""
    device, kills = scene.device_of("loser-1"), Kills(scene)
    chain, good = device.chain, set()
    while chain.head - len(good) <= REFUSED:
        fine = chain.head % GOOD_EVERY == 0
        act = device.act(f"good-{chain.head}") if fine else made_up_root(chain.head)
        seq = chain.add(ride([act]))
        good |= {seq} if fine else set()
    lost = 0
    for number, (_, _, payload) in enumerate(chain.batches(2)):
        correlation = device.publish(payload, chain)
        if number % 5 == 3:
            scene.start_worker(kills.next())
            # Which worker had it nobody knows: it is sent again, and its receipt is lost again.
            correlation = device.publish(payload, chain)
        device.wait(correlation, take=number % 2 == 0)
        lost += number % 2
    device.ask(chain)
    expect(device.stored[chain.id], chain.head, "how far the device knows its chain")
    refused = {seq for (_, seq), reason in device.refused.items() if reason == "unknown-root"}
    expect(refused, set(range(2, chain.head + 1)) - good, "the refusals that the device knows")
    expect(scene.net_mg()["loser-1"], len(good) * asked_mg(ride([])), "what was granted between them")
    tell(11, f"{len(refused)} of {len(refused)} refusals are known to a device that lost {lost} receipts and, with workers, {kills.count} times more")


def real(scene):
    """greentilld, whose rides the service refuses for want of their methodology, while workers are killed; it knows all, and once the
    methodology is there each is granted."""
    stack, kills = scene.stack, Kills(scene)
    stack.start_daemon()
    end = int(time.time()) - 3600
    rides = [{"issuer": "dock", "event_id": f"ride-{number}", "kind": "trip", "mode": "bike.shared", "begin": end - 600, "end": end,
              "quantities": {"m.odometer": 2043}} for number in range(REFUSED)]
    for first in range(0, REFUSED, 500):
        status, body = stack.api.post("\n".join(json.dumps(one) for one in rides[first:first + 500]))
        fail_unless(status == 200, f"rides were answered {status}: {body[:200]!r}")
        scene.start_worker(kills.next())

    def told():
        backlog = stack.api.status()["backlog"]
        return backlog["waiting"] == 0 and backlog
    backlog = wait_until(told, PATIENCE_S, "the daemon to hear of all its claims", pause=0.2)
    expect(backlog["refused_retry"], REFUSED, "refusals that the daemon knows")
    expect(scene.refused(stack.device), {"unknown-methodology": REFUSED}, "refusals in the books")
    give_methodologies(scene, True)
    while stack.api.status()["backlog"]["refused_retry"]:
        stack.tool("retry")
        time.sleep(0.5)
    stack.wait_delivered()
    expect(scene.net_mg()[stack.device], REFUSED * asked_mg(ride([])), "what the daemon's rides were granted in the end")
    stack.daemon.stop()
    tell(11, f"greentilld knows {REFUSED} of {REFUSED} refusals though workers were killed {kills.count} times, and each is granted once it can be")


def give_methodologies(scene, bikes):
    """To workers that start again; all but the one of shared bikes, or that one too."""
    folder = scene.stack.folder / "methodologies"
    shutil.copytree(ROOT / "config/methodologies", folder, dirs_exist_ok=True)
    if not bikes:
        (folder / "gt-ride-bike-shared-1.toml").unlink()
    for worker in scene.stack.workers:
        if worker.running:
            worker.kill()
            scene.start_worker(worker)


def cost_s(scene, device, payload, stored):
    """The workers' processor time for so many copies of a batch, each answered."""
    before = scene.processor_s()
    for _ in range(REPLAYS // AT_ONCE):
        correlations = [device.publish(payload, device.chain, stored) for _ in range(AT_ONCE)]
        for correlation in correlations:
            device.wait(correlation, take=False)
    return scene.processor_s() - before


def replays(scene):
    """A small batch that the ledger has, again and again: behind few refusals and cut grants, and behind many."""
    device = scene.device_of("replayer-1")
    chain, salt = device.chain, os.urandom(16)
    account = [1, hashlib.sha256(salt + b"anna").digest()]
    small = chain.messages[device.tell(chain, ride([device.act("small")]))]

    def grow(claims):
        for number in range(chain.head, claims):
            if number % 2:
                chain.add(ride([made_up_root(number)]))
            else:  # beyond the account's limit it is granted less than it asks for
                chain.add(ride([device.act(f"of-anna-{number}")], metres=20_000, attribution=account), (salt, "anna"))
        device.send(chain, device.stored[chain.id] + 1)
        device.ask(chain)
    costs = {}
    for claims in (2 * FEW, BEHIND):
        grow(claims)
        for what, stored in (("nothing", (0, 0)), ("all", (chain.head, 0))):
            costs[claims, what] = cost_s(scene, device, small, stored), cost_s(scene, device, b"", stored)
    words = []
    for what in ("nothing", "all"):
        ratios = [many / max(few, 0.02) for few, many in zip(costs[2 * FEW, what], costs[BEHIND, what])]
        fail_unless(max(ratios) < MOST_TIMES, f"a copy costs {ratios} times as much behind {BEHIND} claims: {costs}")
        each = costs[BEHIND, what][0] / REPLAYS * 1e6
        words.append(f"{each:.0f} us where the device says that it stored {what} ({ratios[0]:.1f} times as much as behind {2 * FEW})")
    tell(12, f"behind {BEHIND} refusals and cut grants a copy of {len(small)} bytes costs {' and '.join(words)}")


def many_chains(scene):
    """A device may begin hundreds of chains, held as they are; what it sends again then costs no more."""
    device = scene.device_of("beginner-1")
    few = cost_s(scene, device, device.chain.messages[1], (0, 0))
    for _ in range(CHAINS):
        chain = Chain(device)
        device.wait(device.publish(chain.messages[1], chain))
    many = cost_s(scene, device, device.chain.messages[1], (0, 0))
    ratio = many / max(few, 0.02)
    fail_unless(ratio < MOST_TIMES, f"a copy costs {ratio:.1f} times as much behind {CHAINS} chains")
    tell(12, f"behind {CHAINS} chains that its device began a copy costs {many / REPLAYS * 1e6:.0f} us, {ratio:.1f} times as much as behind one")


def journey(folder, binaries):
    with Scene(folder, binaries, workers=2) as scene:
        config = scene.stack.folder / "credit.toml"
        config.write_text(config.read_text().replace(f"{ROOT}/config/methodologies", "methodologies"))
        give_methodologies(scene, False)
        scene.stack.register()
        scene.merchant("harbour")
        for name in ("loser-1", "replayer-1", "beginner-1"):
            scene.register(name, "harbour")
        scene.start()
        real(scene)
        scripted(scene)
        scene.stack.workers[1].stop()
        replays(scene)
        many_chains(scene)
        scene.check()


if __name__ == "__main__":
    sys.exit(main(__doc__, "attacks-refusals", journey))
