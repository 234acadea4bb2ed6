#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Attacks 13 and 20 of README.md: a signed batch beyond the head that is sent again and again, and claims under certificates that nobody knows.
Others are answered meanwhile, and neither disk, books, logs nor processor grow with them; nor where a device pours as fast as the line takes it.
"""
import ctypes
import os
import statistics
import struct
import sys
import threading
import time

from scene import Scene, expect, fail_unless, main, tell
from claims import Chain, asked_mg, ride
from device import Device

RIDE_MG = asked_mg(ride([]))
CLAIMS = 600
BEYOND = 300  # the first seq of the batch beyond the head
BIG_COPIES, SMALL_COPIES = 500, 1500
VARIANTS = 200
MOST_KEPT = 64
ANSWERED_S = 3  # 7.8 before; within 1 where nothing else runs
AT_ONCE = 16  # batches that a worker has room for, of one device
POURING_S = 8
UNKNOWN, SINGLE, HONEST = 20_000, 500, 5000
MEGABYTE = 1 << 20
MOST_LINES = 30  # the guard has 5 at once for a device and others one in ten minutes; Mosquitto one for some of the connections that break off
IN_OPEN, IN_ACCESS, IN_NONBLOCK = 0x20, 0x01, 0o4000


class Watch:
    """Which of the folder's files are opened or read, by anybody."""

    def __init__(self, folder):
        library = ctypes.CDLL(None, use_errno=True)
        self.descriptor = library.inotify_init1(IN_NONBLOCK)
        fail_unless(library.inotify_add_watch(self.descriptor, os.fsencode(folder), IN_OPEN | IN_ACCESS) >= 0, f"{folder} cannot be watched")

    def seen(self):
        try:
            data = os.read(self.descriptor, 1 << 20)
        except BlockingIOError:
            return set()
        names, at = set(), 0
        while at < len(data):
            size = struct.unpack_from("iIII", data, at)[3]
            names.add(data[at + 16:at + 16 + size].rstrip(b"\0").decode())
            at += 16 + size
        return names


def answered(device, seconds):
    """For how long the device waits for each of its claims, sent one by one meanwhile."""
    waits, end = [], time.monotonic() + seconds
    while time.monotonic() < end or not waits:
        begin = time.monotonic()
        device.tell(device.chain, ride([device.act(os.urandom(8).hex())]))
        waits.append(time.monotonic() - begin)
    return waits


def lines_of(scene):
    return sum(len(log.read_text(errors="replace").splitlines()) for log in (*(worker.log for worker in scene.stack.workers), scene.stack.broker.log))


def pour_all(device, chain, payloads):
    """So that the worker drops none."""
    for first in range(0, len(payloads), AT_ONCE):
        expect(device.pour(chain, payloads[first:first + AT_ONCE]), 0, "batches that the broker denied")
        device.settle(chain)


def while_poured(pour, device, chain, other, seconds=2):
    """How long the other device's answers took."""
    flood = threading.Thread(target=pour)
    flood.start()
    waits = answered(other, seconds)
    flood.join()
    waits += answered(other, 0)
    device.settle(chain)
    fail_unless(max(waits) < ANSWERED_S, f"another device waits {max(waits):.1f} s")
    return waits


def a_flood(scene, name):
    """(its device, a chain of it that was not sent, the last place of a batch beyond its head, that batch)."""
    flood = scene.device_of(name)
    for number in range(1, CLAIMS):
        flood.chain.add(ride([flood.act(f"{name}-{number}")]))
    _, last, big = next(flood.chain.batches(BEYOND))
    return flood, flood.chain, last, big


def beyond_the_head(scene, other):
    """The same bytes in great number: kept once."""
    flood, chain, last, big = a_flood(scene, "flood-1")
    before, lines = scene.stored_bytes(), lines_of(scene)
    small = chain.messages[BEYOND + 1]
    waits = while_poured(lambda: flood.pour(chain, [big] * BIG_COPIES), flood, chain, other)
    waits += while_poured(lambda: flood.pour(chain, [small] * SMALL_COPIES), flood, chain, other)
    kept = sorted((one["from"], one["to"]) for one in scene.json_of("pending", "--device", "flood-1")["pending"])
    expect(kept, [(BEYOND, last), (BEYOND + 1, BEYOND + 1)], "the kept batches")
    grown = scene.stored_bytes() - before
    fail_unless(grown < 32 * MEGABYTE, f"the ledger grew by {grown} bytes")  # its log is written back at some 4 MiB
    fail_unless(lines_of(scene) - lines < MOST_LINES, f"the logs have {lines_of(scene) - lines} lines more")
    tell(13, f"{BIG_COPIES} copies of {len(big)} bytes and {SMALL_COPIES} of {len(small)}: others wait {max(waits):.2f} s at most "
             f"({statistics.median(waits):.2f} s as a rule); each is kept once, the ledger's files grew by {grown // 1024} KiB")
    variants(scene, flood, chain)
    flood.send(chain)
    flood.ask(chain)
    expect(flood.stored[chain.id], chain.head, "the flooding device's head in the end")
    expect(scene.json_of("pending")["pending"], [], "what is kept once all has come")
    others = scene.net_mg()["other-1"]
    expect(scene.report()["granted_mg"], others + (CLAIMS - 1) * RIDE_MG, "what stands in the end")


def variants(scene, flood, chain):
    """Batches that differ: where the device cuts them, and in signatures that were altered on the way."""
    cut = [b"".join(chain.messages[BEYOND:BEYOND + 2 + number]) for number in range(VARIANTS)]
    tail = b"".join(chain.messages[BEYOND + 1:BEYOND + 3])
    altered = [chain.messages[BEYOND][:-4] + number.to_bytes(4, "big") + tail for number in range(VARIANTS)]
    before = scene.stored_bytes()
    for number, payload in enumerate(cut + altered):
        flood.publish(payload, chain)
        if number % AT_ONCE == 0:
            flood.settle(chain)
    flood.settle(chain)
    kept = scene.json_of("pending", "--device", "flood-1")["pending"]
    expect(len(kept), MOST_KEPT, "batches that are kept of one device")
    tell(13, f"of {2 * VARIANTS} batches beyond the head that differ {len(kept)} are kept, in {(scene.stored_bytes() - before) // 1024} KiB")


def cost_of_booking(scene):
    """The worker's processor time for an honest claim."""
    honest = scene.device_of("honest-1")
    for number in range(HONEST):
        honest.chain.add(ride([honest.act(f"honest-{number}")]))
    before = scene.processor_s()
    honest.send(honest.chain, 2)
    return (scene.processor_s() - before) / HONEST


def pour_unknown(scene, device, other):
    """Thousands of claims in full batches, then some of them one by one; how long others waited, and what a claim cost the worker."""
    if device.name == "known-1":
        device.signer.name_certificate(os.urandom(32))
    chain = device.chain if device.name == "known-1" else Chain(device)
    first = 2 if device.name == "known-1" else 1  # its start is stored
    while chain.head < UNKNOWN // 2:
        chain.add(ride([[1, 1, os.urandom(32)]]))
    payloads = [payload for _, _, payload in chain.batches(first)] + chain.messages[2:2 + SINGLE]
    before = scene.processor_s()
    waits = while_poured(lambda: pour_all(device, chain, payloads), device, chain, other)
    return waits, (scene.processor_s() - before) / (chain.head + SINGLE)


def unknown_certificates(scene, other):
    """From who has a certificate of the authority that nobody registered, and from a registered device that makes certificates' hashes up."""
    stranger = Device(scene, "stranger-1").connect()
    stranger.assignment, stranger.who = 1, ("harbour", "site-1")
    known, honest = scene.device_of("known-1"), cost_of_booking(scene)
    books, stored, lines = scene.report(), scene.stored_bytes(), lines_of(scene)
    watch = Watch(scene.identities)
    waits, costs = zip(*(pour_unknown(scene, device, other) for device in (stranger, known)))
    waits, each = sum(waits, []), max(costs)
    expect(watch.seen(), set(), "files of certificates that were read meanwhile")
    new, now = lines_of(scene) - lines, scene.report()
    fail_unless(new <= 4, f"the log has {new} lines more")
    expect((now["claims"] - books["claims"], now["granted_mg"] - books["granted_mg"], now["refused"], now["pending"]),
           (len(waits), len(waits) * RIDE_MG, books["refused"], 0), "what was booked of it, and of the other device")
    grown = scene.stored_bytes() - stored
    fail_unless(grown < 32 * MEGABYTE, f"the ledger grew by {grown} bytes")
    stills = {(one["device"], one["reason"]) for one in scene.json_of("refusals")["refusals"] if one["stands_still"]}
    expect(stills, {("stranger-1", "unknown-certificate"), ("known-1", "unknown-certificate")}, "standstills")
    fail_unless(each < 3 * honest, f"a claim under an unknown certificate costs {each * 1e6:.0f} us, an honest one {honest * 1e6:.0f}")
    tell(20, f"{UNKNOWN} claims under unknown certificates: nothing booked, {new} lines in the log, no certificate's file read, {each * 1e6:.0f} us "
             f"each where a booked one costs {honest * 1e6:.0f}; others wait {max(waits):.2f} s at most")


def sustained(scene, other):
    """A device that pours for seconds whatever costs most, without waiting for anything, again and again."""
    flood, chain, _, big = a_flood(scene, "flood-2")
    unattested = b"".join(message[:-1] + bytes([message[-1] ^ 1]) for message in chain.messages[2:252])
    for what, payload, seconds in (("big batches beyond its head", big, POURING_S), ("unattested batches", unattested, POURING_S),
                                   ("a stored claim", chain.messages[1], POURING_S), ("what is no batch", b"\xff" * 50, POURING_S // 4)):
        lines, stored, cpu, times = lines_of(scene), scene.stored_bytes(), scene.processor_s(), []
        waits = while_poured(lambda: times.append(flood.torrent(chain, payload, seconds)), flood, chain, other, seconds)
        lines, grown = lines_of(scene) - lines, scene.stored_bytes() - stored
        fail_unless(lines < MOST_LINES, f"the logs have {lines} lines more for {what}")
        fail_unless(grown < 32 * MEGABYTE, f"the ledger grew by {grown} bytes for {what}")
        tell(13, f"{what} for {seconds} s, over {times[0]} connections: others wait {statistics.median(waits) * 1000:.0f} ms as a rule, "
                 f"{statistics.quantiles(waits, n=20)[-1] * 1000:.0f} in 19 of 20 cases, {max(waits) * 1000:.0f} at most, and all of their {len(waits)} "
                 f"receipts come; {lines} lines in the logs, {scene.processor_s() - cpu:.1f} s of the worker's")
    flood.send(chain)
    flood.ask(chain)
    expect(flood.stored[chain.id], chain.head, "the pouring device's head in the end")


def journey(folder, binaries):
    with Scene(folder, binaries) as scene:
        scene.merchant("harbour")
        for name in ("flood-1", "flood-2", "other-1", "known-1", "honest-1"):
            scene.register(name, "harbour")
        scene.make_key("stranger-1")
        scene.start()
        other = scene.device_of("other-1")
        beyond_the_head(scene, other)
        unknown_certificates(scene, other)
        sustained(scene, other)
        scene.check()


if __name__ == "__main__":
    sys.exit(main(__doc__, "attacks-floods", journey))
