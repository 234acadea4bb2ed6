#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Attacks on others' acts: a claim taken back by a stranger, before or after it is there; one ride told by two docks and called off by one;
a key version that nobody has. Numbers are those of README.md.
"""
import sys

from scene import PATIENCE_S, Scene, expect, fail_unless, main, tell, wait_until
from claims import CANCELLED, CORRECTION, REFUND, asked_mg, ride, takes_back

RIDE_MG = asked_mg(ride([]))


def stage(folder, binaries):
    scene = Scene(folder, binaries)
    for name in ("harbour", "thief", "helper"):
        scene.merchant(name)
    scene.reporter("harbour", "helper")
    for name in ("dock-1", "dock-2"):
        scene.register(name, "harbour")
    scene.register("thief-1", "thief", kind="kiosk")
    for kind in ("till", "kiosk"):
        scene.register(f"{kind}-1", "helper", "harbour", "helper", kind=kind)
    scene.start()
    names = ("dock-1", "dock-2", "thief-1", "till-1", "kiosk-1")
    scene.dock, scene.dock_2, scene.thief, scene.till, scene.kiosk = map(scene.device_of, names)
    return scene


def standing(device, seq):
    device.ask(device.chain)
    return device.standing(device.chain, seq)


def is_behind(device, seq, what):
    """Refused as it was when it came: as a duplicate, or as closed where the act was closed by then."""
    got = standing(device, seq)
    fail_unless(got in ("duplicate", "taken-back"), f"{what}: {got}")


def claim(device, act):
    """The seq of a ride that the device claims now."""
    return device.tell(device.chain, ride([act]))


def reverses_all_ways(device, act, named):
    """A refund, a cancellation, a correction and a part, each with and without the claim's name."""
    entries = [takes_back([act], reason, name) for reason in (REFUND, CANCELLED, CORRECTION) for name in (None, named)]
    entries.append(takes_back([act], REFUND, named, metres=1900))
    return device.tell(device.chain, *entries)


def a_stranger_reverses(scene):
    """The thief's own root is another: it takes back nothing, and claims nothing, before and after the act is there."""
    dock, thief = scene.dock, scene.thief
    late, early, both = (dock.act(f"victim-{name}") for name in ("late", "early", "both"))
    # Behind the claim, whose nullifier and id stand in an export.
    seq = claim(dock, late)
    reverses_all_ways(thief, late, dock.chain.ids[seq])
    own = claim(thief, late)
    expect(standing(thief, own), "unknown-root", "a stranger claims under another's root")
    expect(standing(dock, seq), RIDE_MG, "a stranger's reversals of a claim")
    # Before it.
    reverses_all_ways(thief, early, None)
    claim(thief, early)
    seq_early = claim(dock, early)
    # A nullifier of its own beside the victim's is a claim of two roots, which no reader takes.
    own = thief.tell(thief.chain, ride([late, thief.act("own")]))
    expect(standing(thief, own), "malformed", "a claim of two roots")
    # 64 at once leave room for the victim's own reversals.
    thief.tell(thief.chain, *[takes_back([both], REFUND, metres=1) for _ in range(70)])
    seq_both = claim(dock, both)
    refund = dock.tell(dock.chain, takes_back([both], REFUND, dock.chain.ids[seq_both], metres=1000))
    expect(dock.standing(dock.chain, refund), None, "the victim's own refund")
    expect(standing(dock, seq_early), RIDE_MG, "a claim that a stranger had reversed")
    left = asked_mg(ride([both], metres=1043))
    expect(standing(dock, seq_both), left, "a claim that its own device takes back in part")
    expect(thief.standing(thief.chain, thief.chain.head) is None, False, "the 70th reversal")
    expect(scene.net_mg(), {"dock-1": 2 * RIDE_MG + left}, "what stands")
    tell(2, f"a stranger reverses 3 rides in 7 ways, before and after, and claims them: dock-1 keeps its {2 * RIDE_MG + left} mg, the stranger has 0")


def a_reporter_reverses(scene):
    """The helper's devices may report under the root, so that they claim; who comes second is a duplicate, and gets nothing by reversing."""
    dock, till, kiosk = scene.dock, scene.till, scene.kiosk
    before = scene.net_mg()["dock-1"]
    acts = [dock.act(f"reported-{name}") for name in ("silent", "till", "till-early", "corrected")]
    expect(till.act("reported-till"), acts[1], "a reporter's nullifier of the same event")
    silent, by_till = claim(dock, acts[0]), claim(dock, acts[1])
    # The kiosk has no duplicate of its own.
    reverses_all_ways(kiosk, acts[0], dock.chain.ids[silent])
    expect(standing(dock, silent), RIDE_MG, "a reversal of a kiosk that does not know the ride")
    # The till has one, and may take back nothing of others' by its class.
    reverses_all_ways(till, acts[1], dock.chain.ids[by_till])
    expect(standing(till, claim(till, acts[1])), "duplicate", "a second claim")
    reverses_all_ways(till, acts[2], None)
    own = claim(dock, acts[2])
    expect(standing(till, claim(till, acts[2])), "duplicate", "a second claim, reversed before")
    # A correction is of one's own claim alone.
    corrected = claim(dock, acts[3])
    expect(standing(kiosk, claim(kiosk, acts[3])), "duplicate", "a kiosk's second claim")
    for name in (None, dock.chain.ids[corrected]):
        kiosk.tell(kiosk.chain, takes_back([acts[3]], CORRECTION, name))
    for seq in (silent, by_till, own, corrected):
        expect(standing(dock, seq), RIDE_MG, "a claim that a reporter reversed")
    expect(scene.net_mg(), {"dock-1": before + 4 * RIDE_MG}, "what stands")
    expect(set(scene.held()), {("till-1", "ceiling-reversals")}, "what is held")
    held = sum(scene.held().values())
    tell(2, f"a till and a kiosk that may report under the root: 4 of 4 claims stand, theirs are duplicates, {held} reversals are held")


def a_reporter_is_bounded(scene):
    """A kiosk that tells the ride too may take it back, as its programme allows: it never gains by it, whatever comes first."""
    dock, kiosk = scene.dock, scene.kiosk
    act = dock.act("refunded-at-the-kiosk")
    seq, own = claim(dock, act), claim(kiosk, act)
    kiosk.tell(kiosk.chain, takes_back([act], REFUND))
    expect(standing(dock, seq), 0, "a ride that the kiosk refunded")
    is_behind(kiosk, own, "the kiosk's own claim")
    expect(standing(kiosk, claim(kiosk, act)), "taken-back", "the kiosk's claim behind its refund")
    expect(set(scene.net_mg()), {"dock-1"}, "who has credit")
    tell(2, "a kiosk that told the ride too refunds it, within its programme's bound, and gains nothing: the act is closed for all")


def honest_device_is_not_harmed(scene):
    dock = scene.dock
    seq = claim(dock, dock.act("afterwards"))
    expect(standing(dock, seq), RIDE_MG, "the next ride")
    dock.tell(dock.chain, takes_back([dock.act("afterwards")], REFUND))
    expect(standing(dock, seq), 0, "its refund")
    expect([state for state, _ in scene.chains("dock-1").values()], ["open"], "the victim's chains")
    tell(2, "the victim's own device goes on: its next ride is granted, and its own refund takes it back")


def told_twice_called_off_once(scene):
    """Dock 1 claims and calls off; dock 2, which was offline, tells the same ride; in each order of arrival."""
    one, two, kiosk = scene.dock, scene.dock_2, scene.kiosk
    before = scene.report()["granted_mg"]
    act = one.act("first")
    seq = claim(one, act)
    one.tell(one.chain, takes_back([act], CANCELLED, one.chain.ids[seq]))
    late = claim(two, act)
    expect((standing(one, seq), standing(two, late)), (0, "taken-back"), "called off before the second dock told it")
    act = one.act("second")
    early, seq = claim(two, act), claim(one, act)
    expect((standing(two, early), standing(one, seq)), (RIDE_MG, "duplicate"), "told by both")
    one.tell(one.chain, takes_back([act], CANCELLED, one.chain.ids[seq]))
    expect(standing(two, early), 0, "called off behind the second dock's")
    is_behind(one, seq, "the claim that was called off itself")
    # Both of dock 1's in one batch, of which the later one comes first.
    act = one.act("third")
    seq = one.chain.add(ride([act]))
    call = one.chain.add(takes_back([act], CANCELLED, one.chain.ids[seq]))
    one.send(one.chain, call, call)
    early = claim(two, act)
    expect(standing(two, early), RIDE_MG, "told before dock 1's claims could be read")
    one.send(one.chain, seq, seq)
    expect(standing(two, early), 0, "called off out of order")
    is_behind(one, seq, "the claim that was called off out of order")
    # A reporter's kiosk tells it last, and again.
    for who in (kiosk, two, one):
        expect(standing(who, claim(who, act)), "taken-back", f"{who.name} tells it again")
    expect(scene.report()["granted_mg"], before, "what stands of rides that were called off")
    act = one.act("fourth")
    seq, other = claim(one, act), claim(two, act)
    one.tell(one.chain, takes_back([act], CORRECTION, one.chain.ids[seq]))
    expect((standing(one, seq), standing(two, other)), (0, RIDE_MG), "one of the two was a mistake")
    tell(7, "a ride that two docks told and one called off stands with 0 mg in 3 orders of arrival; where one was a mistake, the other stands")


def unknown_versions(scene):
    """A version that the root does not have, or not yet, books nothing, and the chain goes on."""
    dock, before = scene.dock, scene.report()["granted_mg"]
    good = dock.act("versions")
    for version in (99, 2, 2**32 - 1):
        for nullifiers in ([[version, *good[1:]]], [good, [version, *good[1:]]]):
            seq = dock.tell(dock.chain, ride(nullifiers))
            expect(standing(dock, seq), "unknown-key-version", f"a claim under version {version}")
            again = dock.wait(dock.publish(dock.chain.messages[seq], dock.chain))
            expect(again[5], [[seq, "unknown-key-version", True]], "the same bytes again")
        seq = dock.tell(dock.chain, takes_back([[version, *good[1:]]]))
        expect(standing(dock, seq), "unknown-key-version", f"a reversal under version {version}")
    expect(scene.report()["granted_mg"], before, "what was booked under unknown versions")
    seq = claim(dock, good)
    expect(standing(dock, seq), RIDE_MG, "the same ride under the version in force")
    tell(17, "9 claims and reversals under versions 2, 99 and 2^32-1 are refused for now, nothing is booked, and the ride is granted under its own")


def a_version_before_its_time(scene):
    scene.credit("root", "version", "harbour", "--from", "2029-01-01T00:00:00Z", "--why", "to be in force later")
    dock = scene.dock
    scene.credit("device", "settings", "dock-1", "--out", scene.identities / "dock-1.settings.toml")
    dock.read_settings(scene.identities / "dock-1.settings.toml")
    act = dock.act("too-early", version=2)

    def known():
        seq = claim(dock, act)
        return standing(dock, seq) != "unknown-key-version" and seq
    seq = wait_until(known, PATIENCE_S, "the worker to know of the new version", pause=0.3)
    expect(standing(dock, seq), "key-version-not-in-force", "a claim under a version that is not in force yet")
    tell(17, "a version that is published and not in force yet is refused for good")


def journey(folder, binaries):
    with stage(folder, binaries) as scene:
        a_stranger_reverses(scene)
        a_reporter_reverses(scene)
        a_reporter_is_bounded(scene)
        honest_device_is_not_harmed(scene)
        told_twice_called_off_once(scene)
        unknown_versions(scene)
        a_version_before_its_time(scene)
        scene.check()


if __name__ == "__main__":
    sys.exit(main(__doc__, "attacks-acts", journey))
