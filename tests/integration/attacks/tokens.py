#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Attacks on others' acts by whoever has the API token of a till that is not the victim's: real daemons, of which the attacker has what
docs/api.md lets it ask, and the victim's names of its events. Numbers are those of README.md.
"""
import json
import os
import sys
import time

from scene import Scene, expect, fail_unless, main, tell
from stack import Stack
from stack_texts import DEFAULT_DETECTORS

METRES = 2043
PART = {"m.odometer": 1000}
WAYS = [(reason, taken) for reason in ("refund", "cancelled", "correction") for taken in ({}, PART)]
STANDS = {"delivery": "delivered", "granted_mg": None, "reason": None, "reversed": None}  # and nothing was told of it since its receipt


class Till(Stack):
    """A registered device's daemon, and its API with its token."""

    def __init__(self, scene, name, root=None):
        super().__init__(scene.stack.folder / name, scene.stack.binaries, device=name)
        self.identities.symlink_to(scene.identities)
        self.broker_port = scene.broker_port
        self.write_configuration(detectors=DEFAULT_DETECTORS)
        if root:
            self.daemon_config.write_text(self.daemon_config.read_text().replace("[api]\n", f'[api]\nroot = "{root}"\n'))
        os.chmod(self.identities / f"{name}.key", 0o600)
        self.told = 0
        self.start_daemon()

    def ask(self, method, path, document=None, token=None):
        """(status, answer)."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token or self.api.token}"}
        status, body = self.api.request(method, path, json.dumps(document) if document else None, headers)
        return status, json.loads(body)

    def report(self, document):
        status, answer = self.ask("POST", "/v1/transactions", document)
        fail_unless(status in (200, 201), f"{self.device} reports {document['event_id']}: {status} {answer}")
        return answer

    def ride(self, event):
        """The seq of the ride's claim; None where nothing is claimed."""
        claims = self.report(trip(event))["claims"]
        return claims[0]["seq"] if claims else None

    def takes_back(self, event, way):
        reason, taken = WAYS[way]
        return self.report(trip(f"{event}-back-{way}", quantities=taken, reverses={"event_id": event, "reason": reason}))

    def claim(self, seq):
        return self.ask("GET", f"/v1/claims/{seq}")[1]

    def standing(self, seq):
        """What the device knows of its claim."""
        claim = self.claim(seq)
        return {name: claim[name] for name in STANDS}


def trip(event, **more):
    """The names of the victim's events: they are printed, and stand at a dock."""
    end = int(time.time()) - 3600
    return {"issuer": "docks", "event_id": event, "kind": "trip", "mode": "bike.shared", "begin": end - 900, "end": end,
            "quantities": {"m.odometer": METRES}} | more


def stage(folder, binaries):
    scene = Scene(folder, binaries)
    for name in ("harbour", "thief", "helper"):
        scene.merchant(name)
    scene.reporter("harbour", "helper")
    scene.register("dock-1", "harbour")
    scene.register("till-1", "thief", kind="till")
    scene.register("till-2", "helper", "harbour", "helper", kind="till")
    scene.start()
    scene.dock, scene.thief, scene.helper = (Till(scene, *named) for named in (("dock-1",), ("till-1",), ("till-2", "harbour")))
    scene.seqs = []
    return scene


def tells(scene, event):
    scene.seqs.append(scene.dock.ride(event))
    scene.dock.wait_delivered()


def victim_stands(scene, what):
    """All that the victim told so far, as its device knows it and as the books have it: to the milligram. What others have."""
    for till in (scene.thief, scene.helper, scene.dock):
        till.wait_delivered()
    for seq in scene.seqs:
        expect(scene.dock.standing(seq), STANDS, f"claim {seq} {what}")
    net = scene.net_mg()
    expect(net.pop("dock-1"), sum(scene.dock.claim(seq)["entry"]["credited_mg"] for seq in scene.seqs), f"what stands {what}")
    return net


def takes_and_claims(scene, till, name):
    """By each way, behind the victim's claim and before it: the till takes the event back, and tells it as its own. Its claims' seqs,
    of events of which it took back all, and of those of which a part."""
    own = [], []
    for way, (_, taken) in enumerate(WAYS):
        late, early = f"{name}-late-{way}", f"{name}-early-{way}"
        tells(scene, late)
        till.takes_back(late, way)
        till.takes_back(early, way)
        till.wait_delivered()
        tells(scene, early)
        own[bool(taken)].extend((till.ride(late), till.ride(early)))
    return own


def by_a_strangers_token(scene):
    """The API has no name for another's claim but its event's, which its daemon looks for under its own root."""
    thief = scene.thief
    whole, parts = takes_and_claims(scene, thief, "strange")
    expect(set(whole), {None}, "what the thief claims of events that it took back")
    net = victim_stands(scene, "behind a stranger's reversals")
    # What it tells without having taken it back is an event of its own root, as any other that a shop makes up.
    asked = sum(thief.claim(seq)["entry"]["credited_mg"] for seq in parts)
    fail_unless(set(net) == {"till-1"} and net["till-1"] < asked, f"the thief asked for {asked} mg of its own, and has {net}")
    tell(2, f"a stranger's token takes 12 rides back in 6 ways, before and after, and tells them: dock-1 keeps all {len(scene.seqs)}")


def by_a_reporters_token(scene):
    """Its device may report under the victim's root: so it finds the very claim."""
    dock, helper = scene.dock, scene.helper
    before = victim_stands(scene, "before")
    whole, parts = takes_and_claims(scene, helper, "reported")
    expect(set(whole), {None}, "what the reporter claims of events that it took back")
    expect(victim_stands(scene, "behind a reporter's reversals"), before, "what others have")
    theirs = {str(dock.claim(seq)["entry"]["nullifiers"]) for seq in scene.seqs}
    for seq in parts:
        fail_unless(str(helper.claim(seq)["entry"]["nullifiers"]) in theirs, f"claim {seq} of the reporter's is of another act")
        expect(helper.standing(seq)["reason"], "duplicate", f"claim {seq} of the reporter's")
    # One that has a duplicate of its own, and takes that back.
    tells(scene, "told-twice")
    own = helper.ride("told-twice")
    helper.wait_delivered()
    expect(helper.standing(own)["reason"], "duplicate", "a second claim")
    helper.takes_back("told-twice", 1)
    helper.takes_back("told-twice", 2)
    expect(victim_stands(scene, "behind a reporter who told it too"), before, "what others have")
    expect(set(scene.held()), {("till-2", "ceiling-reversals")}, "what is held")
    tell(2, f"a reporter's token does the same, and takes back what it told as a second: dock-1 keeps all {len(scene.seqs)}, "
            f"the reporter has 0, {sum(scene.held().values())} reversals are held")


def by_other_names(scene):
    """A nullifier or a claim's id is no name in the API, and a sale's id or a seq is one of the till's own store."""
    dock, before = scene.dock, victim_stands(scene, "before")
    claim = dock.claim(scene.seqs[0])
    status, sales = dock.ask("GET", f"/v1/sales?receipt_number={claim['sale']['receipt_number']}")
    fail_unless(status == 200 and len(sales["sales"]) == 1, f"the victim's sale: {status} {sales}")
    refund = f"/v1/sales/{sales['sales'][0]['id']}/refund"
    for till in (scene.thief, scene.helper):
        for member in ({"nullifier": claim["entry"]["nullifiers"][0]["digest"]}, {"claim": claim["id"]}):
            status, _ = till.ask("POST", "/v1/transactions", trip("named", reverses={"event_id": "unknown", **member}))
            expect(status, 422, f"a reversal that names {member}")
        expect(till.ask("POST", "/v1/claims/1000/undo")[0], 404, "an undo of a claim of another's chain")
        # Its token opens no other till's API.
        for path in ("/v1/transactions", refund, f"/v1/claims/{scene.seqs[0]}/undo"):
            expect(dock.ask("POST", path, trip("elsewhere"), till.api.token)[0], 401, f"{path} with another till's token")
    tells(scene, "never-told-elsewhere")
    _, sales = dock.ask("GET", "/v1/sales?receipt_number=never-told-elsewhere")
    for till in (scene.thief, scene.helper):
        expect(till.ask("POST", f"/v1/sales/{sales['sales'][0]['id']}/refund", trip("by-id"))[0], 404, "a refund by another's sale id")
    expect(victim_stands(scene, "behind reversals by other names"), before, "what others have")
    tell(2, "nullifiers, claims' ids, sales' ids and seqs of another till lead to nothing, and its token opens no other's API")


def journey(folder, binaries):
    with stage(folder, binaries) as scene:
        try:
            by_a_strangers_token(scene)
            by_a_reporters_token(scene)
            by_other_names(scene)
            scene.check()
        finally:
            for till in (scene.thief, scene.helper, scene.dock):
                till.kill()


if __name__ == "__main__":
    sys.exit(main(__doc__, "attacks-tokens", journey))
