#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Attack 6 of README.md: copies of a dock's disk, with its key and its settings, in every way in which one begins a chain of its own: for another
merchant, naming nothing, naming the head, going on in the same chain. What the honest dock had stays, and no other merchant gets anything.
"""
import sys

from scene import Scene, expect, main, tell, with_ceilings
from claims import Chain, asked_mg, ride, takes_back
from device import Device
from trust import faked

RIDE_MG = asked_mg(ride([]))
LONG_MG = asked_mg(ride([], metres=20_000))
DOCK_MG = 1_000_000
LATER_S = 900  # what of an old chain comes within ten minutes of a new one was on its way


class Twins:
    """An honest dock and its clone; the broker lets one of them in at a time."""

    def __init__(self, scene, name):
        self.scene, self.name = scene, name
        self.honest, self.clone = scene.device_of(name), Device(scene, name)
        self.honest.line.drop()
        self.acts = 0

    def claim(self, who, chain, metres=2043):
        """One ride; what the device knows of it then."""
        self.acts += 1
        entry = ride([who.act(f"{self.name}-{self.acts}")], metres=metres)
        return self.tell(who, chain, entry)

    def tell(self, who, chain, entry):
        who.connect()
        seq = who.tell(chain, entry)
        who.ask(chain)
        who.line.drop()
        return who.standing(chain, seq)

    def begin(self, start, **other):
        """A chain of the clone's; its state as the books have it."""
        self.clone.connect()
        chain = Chain(self.clone, start, **other)
        self.clone.send(chain)
        self.clone.line.drop()
        return chain

    def states(self, *chains):
        known = self.scene.chains(self.name)
        return [known[chain.id] for chain in chains]

    def goes_on(self):
        """The honest dock is granted what it claims."""
        expect(self.claim(self.honest, self.honest.chain), RIDE_MG, f"{self.name}: the honest dock goes on")


def for_another_merchant(scene):
    """Under an assignment that it never had, and under its own with another's name, for its own act and for another's."""
    twins = Twins(scene, "dock-1")
    twins.goes_on()
    rival = ("rival", "site-1")
    foreign = scene.rival.act("rivals-ride")
    chain = twins.begin({4: 2}, who=rival)
    expect(twins.states(twins.honest.chain, chain), [("open", None), ("held", "wrong-assignment")], "a start under assignment 2")
    for entry in (ride([twins.clone.act("mine")]), ride([foreign]), takes_back([foreign])):
        expect(twins.tell(twins.clone, chain, entry), "not-assigned", "a claim under assignment 2")
    twins.goes_on()
    # Its own assignment, another merchant's name: in a chain of its own, and in one that names the head.
    twins = Twins(scene, "dock-2")
    twins.goes_on()
    chain = twins.begin({}, who=rival)
    expect(twins.claim(twins.clone, chain), "not-assigned", "another merchant's name")
    twins.goes_on()
    twins = Twins(scene, "dock-3")
    twins.goes_on()
    chain = twins.begin({2: twins.honest.chain.names()}, who=rival)
    expect(twins.claim(twins.clone, chain), "not-assigned", "another merchant's name in a chain that names the head")
    chain.who = list(twins.clone.who)
    expect(twins.tell(twins.clone, chain, ride([foreign])), "unknown-root", "another merchant's act under its own name")
    # A start that names another device's chain.
    twins = Twins(scene, "dock-4")
    twins.goes_on()
    chain = twins.begin({2: scene.rival.chain.names()})
    expect(twins.states(chain), [("held", "fork")], "a start that names another device's chain")
    twins.claim(twins.clone, chain)
    expect(scene.chains("rival-1")[scene.rival.chain.id], ("open", None), "the chain that was named")
    tell(6, "no clone claims for another merchant: not under assignment 2, nor another's name, root or chain; 4 honest docks go on")


def naming_nothing(scene):
    twins = Twins(scene, "dock-5")
    twins.goes_on()
    chain = twins.begin({})
    expect(twins.states(chain), [("on-probation", "probation")], "a clone's start that names nothing")
    expect(twins.claim(twins.clone, chain), ("held", "probation"), "a claim on probation")
    twins.goes_on()
    return twins, chain


def again_and_again(scene):
    """Whoever begins twice looks like twins that repair in turn."""
    twins = Twins(scene, "dock-8")
    twins.goes_on()
    twins.begin({2: twins.honest.chain.names()})
    before = scene.net_mg()["dock-8"]
    chains = [twins.begin({}) for _ in range(5)]
    expect({twins.states(chain)[0] for chain in chains}, {("held", "second-repair")}, "further starts")
    for chain in chains:
        expect(twins.claim(twins.clone, chain), ("held", "second-repair"), "a claim of a second repair")
    expect(scene.net_mg()["dock-8"], before, "what stands")


def naming_the_head(scene):
    """As a thief does who asks the service for it: admitted, and bounded by the ceiling of one dock."""
    twins = Twins(scene, "dock-6")
    twins.goes_on()
    chain = twins.begin({2: twins.honest.chain.names()})
    expect(twins.states(chain, twins.honest.chain), [("open", None), ("closed", None)], "a clone's start that names the head")
    got = [twins.claim(twins.clone, chain, metres=20_000) for _ in range(5)]
    fits = (DOCK_MG - RIDE_MG) // LONG_MG
    expect(got, [LONG_MG] * fits + [("held", "ceiling-device")] * (5 - fits), "what a clone that names the head earns")
    return twins, chain


def in_the_same_chain(scene):
    """It goes on where the copied disk ended, before the honest dock does."""
    twins = Twins(scene, "dock-7")
    twins.goes_on()
    chain = twins.honest.chain.copy(twins.honest.chain.head)
    chain.device = twins.clone
    expect(twins.claim(twins.clone, chain), RIDE_MG, "the clone's claim at the next place")
    twins.claim(twins.honest, twins.honest.chain)
    expect(twins.states(chain), [("held", "fork")], "two payloads for one place")
    expect(twins.claim(twins.clone, chain), ("held", "fork"), "the clone's next claim")
    return twins, chain


def who_comes_later(scene, silent, headed):
    """Ten minutes on, the honest docks speak again, and each time that holds both."""
    for twins, chain in (silent, headed):
        before = scene.net_mg()[twins.name]
        expect(twins.claim(twins.honest, twins.honest.chain), ("held", "fork"), f"{twins.name}: the honest dock's claim behind the named place")
        expect(twins.states(twins.honest.chain, chain), [("held", "fork")] * 2, f"{twins.name}: both chains")
        expect(twins.claim(twins.clone, chain), ("held", "fork"), f"{twins.name}: the clone's next claim")
        repair = twins.begin({1: 4, 2: chain.names()})
        expect(twins.states(repair), [("held", "fork")], f"{twins.name}: a repair behind that")
        expect(twins.claim(twins.clone, repair), ("held", "fork"), f"{twins.name}: a claim behind that")
        expect(scene.net_mg()[twins.name], before, f"{twins.name}: what stands")
    return [twins for twins, _ in (silent, headed)]


def a_person_decides(scene, twins, chain):
    """The clone's chain is dismissed, the honest one's held claims are granted."""
    honest = twins.honest.chain
    before = scene.net_mg()[twins.name]
    scene.credit("device", "chain", twins.name, chain.id.hex(), "dismiss", "--why", "the clone's")
    scene.credit("device", "chain", twins.name, honest.id.hex(), "release", "--why", "the dock's own")
    expect(scene.net_mg()[twins.name], before + RIDE_MG, "what stands once a person has decided")
    expect(twins.claim(twins.honest, honest), RIDE_MG, "the honest dock's next ride")


def journey(folder, binaries):
    ceilings = {"till": 0, "kiosk": DOCK_MG, "gateway": DOCK_MG, "dock": DOCK_MG, "merchant": 100 * DOCK_MG}
    with Scene(folder, binaries, programme=lambda text: with_ceilings(text, **ceilings)) as scene:
        scene.merchant("harbour")
        scene.merchant("rival")
        scene.register("rival-1", "rival")
        for number in range(1, 9):
            scene.register(f"dock-{number}", "harbour")
        scene.start()
        scene.rival = scene.device_of("rival-1")
        for_another_merchant(scene)
        silent, headed = naming_nothing(scene), naming_the_head(scene)
        in_the_same_chain(scene)
        again_and_again(scene)
        worker = scene.stack.workers[0]
        worker.stop()
        worker.environment = faked(f"+{LATER_S}")
        scene.start_worker()
        who_comes_later(scene, silent, headed)
        a_person_decides(scene, *silent)
        expect(set(scene.net_mg("merchant")), {"harbour"}, "the merchants with credit")
        earned = {name: mg for name, mg in scene.net_mg().items() if mg > DOCK_MG}
        expect(earned, {}, "docks above their ceiling")
        scene.check()
        earned = (DOCK_MG - RIDE_MG) // LONG_MG * LONG_MG
        tell(6, f"a clone that names nothing got 0 mg, one that named the head {earned} mg, to the dock's ceiling; both chains were held once the "
                f"honest dock spoke, and {sum(scene.held().values())} claims are")


if __name__ == "__main__":
    sys.exit(main(__doc__, "attacks-clones", journey))
