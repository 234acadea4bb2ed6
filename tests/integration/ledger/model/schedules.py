# SPDX-License-Identifier: Apache-2.0
"""Random schedules: small worlds, so that devices, acts and chains meet often; the same seed gives the same schedule.

    make(seed) -> {"seed", "world", "events": [[time, event], ...]}      only what JSON has

Honest devices go by honest.py; between them and the service batches are lost, late, doubled and out of order. Thieves have the keys of
devices, or devices of their own, and send what they like. People take devices over, look at what is held, and restore backups.
"""
import itertools
import random

from claims import DAY, HOUR
from honest import NEW, HonestDevice
from hostile import Thief
from people import People
from world import Model

BEGIN = 2000000000  # later than any certificate that is made for it begins
ACTIVITIES = {
    "ride": {"grant": "measured", "limit_per_day_mg": 500, "limit_per_month_mg": 900, "oldest_days": 30, "refund_days": 1,
             "ceiling_per_day_mg": {"kiosk": 900, "till": 600, "merchant": 800}, "takes_back_per_day_mg": {"kiosk": 300, "till": 150}},
    "bag": {"grant": "fixed", "fixed_mg": 7, "refund_days": 1, "oldest_days": 10},
}
METHODOLOGIES = {"bike": {"activity": "ride", "unit": "m", "mg_per_unit": 3, "least": 5},
                 "bags": {"activity": "bag", "unit": "pieces", "mg_per_unit": 10, "least": 1}}
PROGRAMME = {"zone": "Europe/Helsinki", "shares": {"customer": "0.70", "merchant": "0.20", "operator": "0.10"},
             "activities": ACTIVITIES, "methodologies": METHODOLOGIES}


def make_world(random_):
    merchants = [f"m{number}" for number in range(1, random_.randint(2, 4) + 1)]
    roots = {str(number): {"owner": merchant, "begins": [0]} for number, merchant in enumerate(merchants, 1)}
    if random_.random() < 0.3:
        roots["1"]["begins"].append(BEGIN + random_.randint(1, 4) * DAY)
    devices = {}
    for number in range(1, random_.randint(2, 5) + 1):
        own = random_.randrange(len(merchants))
        mine = {str(own + 1): 0}
        if random_.random() < 0.4:  # a kiosk that reports for another
            mine[str(random_.randrange(len(merchants)) + 1)] = 0
        devices[f"d{number}"] = {"class": random_.choice(("till", "kiosk")), "key": f"key-d{number}",
                                 "assignments": [{"merchant": merchants[own], "site": "s1", "roots": mine}]}
    return {"merchants": merchants, "roots": roots, "devices": devices, "programme": PROGRAMME}


class Street:
    """What happens: acts, the devices that see them, the way to the service, and the clock."""

    def __init__(self, seed, own_customers=False, thieves=True, to_come=True, world=make_world):
        self.thieves = thieves  # False, or which devices' keys they have; True: all
        self.to_come = to_come  # without it, nothing that the service does not do yet
        self.own_customers = own_customers  # of one root's alone: an account's limits are shared by whoever claims for it
        self.random = random.Random(seed)
        self.ids = itertools.count(1)
        self.world = world(self.random)
        self.model = Model(self.world)
        self.now, self.events, self.flying, self.acts = BEGIN, [], [], []
        self.devices = {name: HonestDevice(name, table["key"], list(table["assignments"]), self.ids)
                        for name, table in self.world["devices"].items()}
        self.snapshots, self.twins, self.told = {}, [], []
        self.people = People(self)
        self.thief = Thief(self)

    # The clock and the way

    def emit(self, event):
        self.events.append([self.now, event])
        self.model.hear(self.now, event)

    def wait(self):
        chance = self.random.random()
        if chance < 0.7:
            self.now += self.random.randint(1, 900)
        elif chance < 0.9:
            self.now += self.random.randint(1, 20) * HOUR
        else:
            hours = self.random.choice((20, 50, 80, 120))
            self.now += hours * HOUR
            self.emit({"op": "elapse", "hours": hours, "served": self.random.random() < 0.8})

    def send(self, batch):
        """A batch may be lost, doubled, or come later than those behind it."""
        while batch:
            count = self.random.randint(1, 6)
            now, batch = batch[:count], batch[count:]
            chance = self.random.random()
            if chance < 0.75:
                self.deliver(now)
            elif chance < 0.9:
                self.flying.append(now)
            if chance < 0.03:
                self.flying.append(now)

    def deliver(self, batch):
        for event in batch:
            self.emit(event)
        if batch and self.random.random() < 0.8:  # receipts get lost, too
            self.devices[batch[0]["device"]].receipt(self.model, batch[0]["chain"])

    # What happens

    def act(self, roots=()):
        """An act of before, or a new one, of one of these roots."""
        roots = list(roots) if roots and self.random.random() < 0.95 else list(self.world["roots"])
        before = [act for act in self.acts[-8:] if str(act["root"]) in roots]
        if before and self.random.random() < 0.5:
            return self.random.choice(before)
        activity = "ride" if self.random.random() < 0.8 else "bag"
        age = 40 * DAY if self.random.random() < 0.03 else self.random.choice((60, HOUR, 5 * HOUR, DAY, 3 * DAY))
        customer = self.random.choice(self.customers())
        root = int(self.random.choice(roots))
        if customer and self.own_customers:
            customer = [customer[0], f"{customer[1]}-{root}"]
        act = {"root": root, "digest": f"e{next(self.ids)}", "end": self.now - age, "activity": activity, "customer": customer,
               "amount": self.random.choice((20, 50, 100, 150))}
        self.acts.append(act)
        return act

    def customers(self):
        return None, ["customer", "anna"], ["customer", "ben"], ["bearer", "b1"], ["hashed", "x1"]

    def nulls(self, act):
        """Two within 26 h of a change of versions."""
        begins, root = self.world["roots"][str(act["root"])]["begins"], act["root"]
        found = [[version, root, act["digest"]] for version, begin in enumerate(begins, 1)
                 if begin - 26 * HOUR <= act["end"] and (version == len(begins) or act["end"] <= begins[version] + 26 * HOUR)]
        return found[:2]

    def reduction(self, act):
        methodology = "bike" if act["activity"] == "ride" else "bags"
        unit, each = METHODOLOGIES[methodology]["unit"], METHODOLOGIES[methodology]["mg_per_unit"]
        nulls = self.nulls(act)
        if len(nulls) > 1 and self.random.random() < 0.4:  # a claim with one where two are due is taken
            nulls = [self.random.choice(nulls)]
        return {"kind": "reduction", "nulls": nulls, "begin": act["end"] - 60, "end": act["end"], "activity": act["activity"],
                "methodology": methodology, "quantities": {unit: act["amount"]}, "credited": act["amount"] * each,
                "customer": act["customer"]}

    def reversal(self, act, why=None):
        why = why or self.random.choice(("refund", "refund", "cancelled", "correction"))
        content = {"kind": "reversal", "nulls": self.nulls(act), "why": why, "names": None, "parts": None}
        named = [event["cti"] for event in self.told if event["nulls"][0][2] == act["digest"]]
        if named and self.random.random() < 0.5:
            content["names"] = self.random.choice(named)
        if self.random.random() < 0.4:  # its id says which refund it is
            unit = "m" if act["activity"] == "ride" else "pieces"
            content["parts"] = {unit: self.random.choice((10, 20, 60))}
            content["cti"] = f"p-{act['digest']}-{self.random.randint(1, 2)}"
        return content

    def happen(self, device):
        act = self.act(device.roots())
        if self.random.random() < 0.68:
            self.told.append(device.record(self.now, self.reduction(act)))
        else:
            device.record(self.now, self.reversal(act))

    def any_device(self):
        return self.devices[self.random.choice(list(self.devices))]

    def step(self):
        self.wait()
        chance = self.random.random()
        if chance < 0.44:
            device = self.any_device()
            for _ in range(self.random.randint(1, 3)):
                self.happen(device)
        elif chance < 0.76:
            device = self.random.choice(self.twins) if self.twins and self.random.random() < 0.3 else self.any_device()
            for batch in device.connect(self.model, self.now):
                self.send(batch)
        elif chance < 0.81 and self.flying:
            self.deliver(self.flying.pop(self.random.randrange(len(self.flying))))
        elif chance < 0.86:
            self.disk()
        elif chance < 0.91 and self.thieves:
            self.thief.act()
        else:
            self.people.act()

    def disk(self):
        """Disks are copied, set back, damaged and replaced by empty ones."""
        device, chance = self.any_device(), self.random.random()
        if chance < 0.4:
            self.snapshots[device.name] = device.snapshot()
        elif chance < 0.6 and device.name in self.snapshots:
            key, assignment = device.key, device.assignment
            device.go_back(self.snapshots[device.name])
            device.key, device.assignment = key, assignment  # settings come anew
        elif chance < 0.75:
            self.twins.append(device.twin(self.ids))
        elif chance < 0.85:
            device.chains, device.acked, device.why = [], {}, NEW
        elif device.chains and len(device.chains[-1].events) > 2 and not device.damaged():
            self.damage(device)

    def damage(self, device):
        """Some claims that were not delivered cannot be read any more; the device goes on in a new chain."""
        chain = device.chains[-1]
        least = max(2, device.acked.get(chain.id, 0) + 1)
        if least > len(chain.events):
            return
        first = self.random.randint(least, len(chain.events))
        chain.gone.update(range(first, min(first + 2, len(chain.events) + 1)))
        device.begin(self.now, 2, [device.name, chain.id] + chain.last())

    def finish(self, rounds=5):
        """The copies are wiped, people look at what waits for them, and every device delivers what it has."""
        self.twins.clear()
        for batch in self.flying:
            self.deliver(batch)
        self.flying.clear()
        for _ in range(rounds):
            self.now += 80 * HOUR
            self.emit({"op": "elapse", "hours": 80, "served": True})
            for device in self.devices.values():
                self.people.open_newest(device)
                for batch in device.connect(self.model, self.now):
                    self.deliver(batch)

    def schedule(self):
        return {"world": self.world, "events": self.events}


def make_street(seed, steps=None, finish=False, **how):
    street = Street(seed, **how)
    for _ in range(steps or street.random.randint(15, 45)):
        street.step()
    if finish:
        street.finish()
    return street


def make(seed, **how):
    return dict(make_street(seed, **how).schedule(), seed=seed)
