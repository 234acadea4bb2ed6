# SPDX-License-Identifier: Apache-2.0
"""Whoever has a device's key, and sends what no honest device would."""
from claims import HOUR


class Thief:
    def __init__(self, street):
        self.street, self.random = street, street.random
        self.made = {}  # chain: its last event that the thief knows

    def act(self):
        stolen = self.street.thieves
        name = self.random.choice(list(self.street.devices) if stolen is True else stolen)
        device = self.street.devices[name]
        chains = self.street.model.ledger.devices.get(name)
        known = list(chains.chains.values()) if chains else []
        choice = self.random.randrange(7)
        if choice < 2 or not known:
            self.start(device, known)
        elif choice == 2:
            self.payload(device, self.random.choice(known), self.random.choice((0, 0, 1)))
        elif choice == 3:
            self.gap(device, self.random.choice(known))
        elif choice == 4:
            self.clock(device)
        elif choice == 5:
            self.many(device)
        else:
            self.street.emit(dict(self.base(device), chain="forged", key="nobody", kind="reversal", seq=2, prev="x", why="refund",
                                  nulls=[[1, 1, "e1"]], names=None, parts=None))

    def base(self, device):
        merchant, site = device.merchant_and_site()
        return {"device": device.name, "key": device.key, "hash": f"h{device.new()}", "cti": f"c{device.new()}",
                "iat": self.street.now, "merchant": merchant, "site": site}

    def start(self, device, known):
        """At a random place of a random chain, with what it claims behind it."""
        pred = None
        if known and self.random.random() < 0.8:
            chain = self.random.choice(known)
            seq = max(0, chain.head + self.random.choice((-2, -1, 0, 0, 0, 1, 2)))
            pred = [device.name, chain.id, seq, chain.hash(seq) or "made-up"]
            if self.random.random() < 0.1:
                pred[self.random.choice((0, 1, 3))] = "another"
        name = f"t{device.new()}"
        number = self.random.choice((device.assignment, device.assignment, device.assignment, 1, 9))
        event = dict(self.base(device), chain=name, seq=1, prev="0", kind="start", why=0, pred=pred, assignment=number, consent=None)
        self.street.emit(event)
        self.made[name] = event
        for _ in range(self.random.randint(0, 3)):
            self.go_on(device, name)

    def go_on(self, device, name):
        last = self.made[name]
        act = self.street.act()
        content = self.street.reduction(act) if self.random.random() < 0.7 else self.street.reversal(act)
        event = dict(self.base(device), chain=name, seq=last["seq"] + 1, prev=last["hash"])
        event.update(content)
        self.street.emit(event)
        self.made[name] = event

    def payload(self, device, chain, back):
        """Behind the head of a chain, or in the place of what stands there."""
        seq = max(1, chain.head + 1 - back)
        event = dict(self.base(device), chain=chain.id, seq=seq, prev=chain.hash(seq - 1) or "?")
        event.update(self.street.reduction(self.street.act()))
        if seq > 1:
            self.street.emit(event)
            self.made[chain.id] = event

    def gap(self, device, chain):
        before = chain.before.id if chain.before is not None else chain.id
        event = dict(self.base(device), chain=chain.id, seq=chain.head + 1, prev=chain.hash(chain.head) or "?", kind="gap",
                     of=self.random.choice((before, chain.id)), first=max(1, chain.head - 1), last=chain.head + 3)
        self.street.emit(event)

    def clock(self, device):
        """Acts of tomorrow, wrong amounts, other shops' roots: recorded by the device itself."""
        act = dict(self.street.act())
        content = self.street.reduction(act)
        content[self.random.choice(("end", "credited"))] += self.random.choice((1, 40 * HOUR))
        device.record(self.street.now, content)

    def many(self, device):
        """Made-up acts of a root that the device has, as many as the ceilings leave."""
        for _ in range(3):
            act = self.street.act()
            if str(act["root"]) in device.assignments[device.assignment - 1]["roots"]:
                device.record(self.street.now, self.street.reduction(act))
