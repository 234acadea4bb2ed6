# SPDX-License-Identifier: Apache-2.0
"""Many streets under one clock: the schedule of a whole service, whose streets have nothing in common but it and its clock.

    Town(seed, streets=100, devices=10, claims=100) -> .ticks, .quarters

Within a tick the clock stands, so that it is of no account in which order streets are played, and what happened at which of its
seconds; each street by itself is played in order. Each tick is an hour in which workers took batches, with hours before it that went
by without. No rule's days end within a quarter of an hour behind a tick.
"""
import random

from chain import PROBATION
from claims import DAY, HOUR
from customers import Customers
from honest import HonestDevice
from people import People
from schedules import BEGIN, PROGRAMME, Street
from world import HOLDINGS

MINUTES = (5, 20, 35)
RULES_DAYS = (1, 3, 7, 10, 14, 30)  # refund, rest, order, oldest bag, invitation, repairs and oldest ride
APART_S = 1200
OFF_THE_HOUR_S = 37 * 60 + 30  # by which acts end earlier than at a round time before a tick
ROOT_BEGINS = BEGIN + 3 * DAY
ACTIVITIES = {
    "ride": {"grant": "measured", "limit_per_day_mg": 1500, "limit_per_month_mg": 6000, "oldest_days": 30, "refund_days": 1,
             "ceiling_per_day_mg": {"kiosk": 4000, "till": 3000, "merchant": 8000}, "takes_back_per_day_mg": {"kiosk": 900, "till": 450}},
    "bag": {"grant": "fixed", "fixed_mg": 7, "refund_days": 1, "oldest_days": 10},
}
NOT_HERE = ("restore", "spend", "methodology", "screen")  # what is all streets' concern, and what orders do


class Townspeople(People):
    """Assignments as the registry's commands make them: with the roots of all whose business the merchant goes on with."""

    def act(self):
        decision = self.random.choice([one for one in self.decisions() if one not in NOT_HERE])
        getattr(self, decision)(self.street.any_device())

    def root(self, merchant):
        return str(self.street.world["merchants"].index(merchant) + 1)

    def inherited(self, merchant):
        """The roots that any device of theirs ever had."""
        before = self.street.model.registry.predecessors_ever(merchant)
        return {root: 1 for one in self.street.devices.values() for table in one.assignments if table["merchant"] in before
                for root in table["roots"]}

    def assign(self, device, table, **more):
        self.street.emit(dict(table, op="assign", device=device.name, **more))
        device.assignments.append(table)
        device.assignment = len(device.assignments)

    def move(self, device):
        if device.damaged() or self.is_gone(device):
            return
        merchant = self.random.choice(self.street.world["merchants"])
        roots = {**self.inherited(merchant), self.root(merchant): 0}
        self.assign(device, {"merchant": merchant, "site": f"s{device.new()}", "roots": roots})

    def revoke(self, device):
        """Since a time at which nothing came."""
        if device.name not in self.revoked:
            since = None if self.random.random() < 0.3 else self.street.tick - 30 - self.random.randint(0, 60) * HOUR
            self.street.emit({"op": "revoke", "device": device.name, "since": since})
            self.revoked.add(device.name)

    def successor(self, device):
        old, new = self.random.sample(self.street.world["merchants"], 2)
        registry = self.street.model.registry
        if (old in registry.successors or old in registry.predecessors_ever(new) or new in registry.predecessors_ever(old)
                or any(one.damaged() for one in self.street.devices.values())):
            return
        self.street.emit({"op": "successor", "old": old, "new": new, "from": self.street.now - DAY})
        while new:
            for one in self.street.devices.values():
                last = one.assignments[-1]
                roots = {**self.inherited(new), **{root: 0 for root, marked in last["roots"].items() if not marked}}
                if last["merchant"] == new and roots != last["roots"] and not self.is_gone(one):
                    self.assign(one, {"merchant": new, "site": last["site"], "roots": roots}, with_it=True)
            new = registry.successors.get(new, (None,))[0]


class TownDevice(HonestDevice):
    """Sends what was refused for now again once in a while."""

    def refused_for_now(self, model):
        return super().refused_for_now(model) if self.random.random() < 0.1 else []


def quarter(devices):
    """A world with so many devices."""
    def make(rng):
        merchants = [f"m{number}" for number in range(1, rng.randint(2, 4) + 1)]
        roots = {str(number): {"owner": merchant, "begins": [0]} for number, merchant in enumerate(merchants, 1)}
        if rng.random() < 0.3:
            roots["1"]["begins"].append(ROOT_BEGINS)
        table = {}
        for number in range(1, devices + 1):
            own = rng.randrange(len(merchants))
            mine = {str(own + 1): 0}
            if rng.random() < 0.3:
                mine[str(rng.randrange(len(merchants)) + 1)] = 0
            table[f"d{number}"] = {"class": rng.choice(("till", "kiosk")), "key": f"key-d{number}",
                                   "assignments": [{"merchant": merchants[own], "site": "s1", "roots": mine}]}
        return {"merchants": merchants, "roots": roots, "devices": table, "programme": dict(PROGRAMME, activities=ACTIVITIES)}
    return make


class Quarter(Street):
    """One street of a town. `ticks`: for each of the town's, how many events were heard when it was over."""

    def __init__(self, seed, devices, begin):
        super().__init__(seed, to_come=False, world=quarter(devices))
        self.seed, self.now, self.tick, self.ticks = seed, begin, begin, []
        self.stored = []  # for each event: whether it is a batch of which something is looked at
        for name, device in list(self.devices.items()):
            own = self.devices[name] = TownDevice(name, device.key, device.assignments, self.ids)
            own.random = self.random
        self.people = Townspeople(self)
        self.shop = Customers(self)

    def emit(self, event):
        """What the model answers, where it answers: the event has it too."""
        changes_registry = isinstance(event, dict) and event.get("op", "elapse") != "elapse" and not event["op"].startswith(HOLDINGS)
        self.now += changes_registry  # what came before came earlier
        self.events.append([self.now, event])
        said = self.model.hear(self.now, event)
        self.now += changes_registry
        if isinstance(said, tuple):
            event["expect"], event["said"] = said
        self.stored.append(said == "stored")
        return said

    def wait(self):
        """The town's clock goes by itself."""

    def customers(self):
        return self.shop.attributions()

    def act(self, roots=()):
        before = len(self.acts)
        act = super().act(roots)
        if len(self.acts) > before:
            act["end"] -= OFF_THE_HOUR_S
        return act

    def deliver(self, batch):
        """As one batch, as it is."""
        if batch:
            self.emit(list(batch))
            if self.random.random() < 0.8:  # receipts get lost, too
                self.devices[batch[0]["device"]].receipt(self.model, batch[0]["chain"])

    def step(self):
        chance = self.random.random()
        if chance < 0.40:
            device = self.any_device()
            for _ in range(self.random.randint(1, 5)):
                self.happen(device)
        elif chance < 0.58:
            device = self.random.choice(self.twins) if self.twins and self.random.random() < 0.1 else self.any_device()
            for batch in device.connect(self.model, self.now):
                self.send(batch)
        elif chance < 0.60 and self.flying:
            self.deliver(self.flying.pop(self.random.randrange(len(self.flying))))
        elif chance < 0.615:
            self.disk()
        elif chance < 0.63:
            self.thief.act()
        elif chance < 0.68:
            self.people.act()
        else:
            self.shop.act()

    def recorded(self):
        return sum(len(chain.events) for device in self.devices.values() for chain in device.chains)

    def on_probation(self):
        return sum(len(chains.of_state(PROBATION)) for chains in self.model.ledger.devices.values())


class Town:
    """`ticks`: [{"time", "open": [orders that are open before, and then], "probation": likewise chains, once the hour counts}]."""

    def __init__(self, seed, streets, devices, claims, only=None):
        self.seed, self.random = seed, random.Random(seed)
        self.now = BEGIN - BEGIN % HOUR + MINUTES[0] * 60
        self.ticks = []
        self.quarters = [Quarter(f"{seed}/{number}", devices, self.now) for number in range(streets) if only in (None, number)]
        self.claims = claims * devices  # a street's
        self.live()

    def live(self):
        jumps = self.jumps()
        for number, (hours, served) in enumerate(jumps):
            for hour in range(hours if served else 1):
                if hour:
                    self.end_tick()
                self.tick(self.now + (HOUR if served else hours))
            for quarter_ in self.quarters:
                if number == 0:
                    quarter_.shop.catalogue()
                self.play(quarter_, (number + 1) / len(jumps), number == len(jumps) - 1)
            self.end_tick()

    def jumps(self):
        """[(how far, whether workers took batches in each hour)]: seconds, or hours. A probation's time goes by twice, and an order's."""
        kinds = [(0, False)] + [(self.random.choice((2, 5, 9, 15, 22, 30)), False) for _ in range(14)]
        kinds += [(self.random.randint(1, 3), True) for _ in range(5)]
        rest = kinds[1:]
        self.random.shuffle(rest)
        rest[len(rest) // 3:len(rest) // 3] = [(74, True)]
        rest.append((74, True))
        return self.times(kinds[:1] + rest)

    def times(self, kinds):
        """Turns hours without work into seconds such that no rule's time is over near a tick."""
        now, found, seen = self.now, [], []
        for hours, served in kinds:
            if served:
                seen += [now + HOUR * (hour + 1) for hour in range(hours)]
                now += hours * HOUR
                found.append((hours, True))
                continue
            for _ in range(10000):
                at = now - now % HOUR + hours * HOUR + self.random.choice(MINUTES) * 60 if hours else now
                if at >= now and all(abs(at - one - days * DAY) > APART_S for one in seen for days in RULES_DAYS):
                    break
                hours = self.random.randint(2, 40)
            seen.append(at)
            found.append((at - now, False))
            now = at
        return found

    def tick(self, time):
        """Orders expire first, by the clock alone; then the hour counts."""
        self.now = time
        tick = {"time": time, "open": [self.open_orders()], "probation": [self.on_probation()]}
        for one in self.quarters:
            one.now = one.tick = time
            one.emit({"op": "elapse", "hours": 0, "served": False})
        tick["open"].append(self.open_orders())
        for one in self.quarters:
            one.emit({"op": "elapse", "hours": 1, "served": True})
        tick["probation"].append(self.on_probation())
        self.ticks.append(tick)

    def open_orders(self):
        return sum(one.model.trees.open_orders() for one in self.quarters)

    def on_probation(self):
        return sum(one.on_probation() for one in self.quarters)

    def end_tick(self):
        for one in self.quarters:
            one.ticks.append(len(one.events))

    def play(self, one, part, last):
        """Steps until so much of the street's claims was made; at last everything is delivered."""
        if last:
            one.twins.clear()
            for batch in one.flying:
                one.deliver(batch)
            one.flying.clear()
            for device in one.devices.values():
                one.people.open_newest(device)
                for batch in device.connect(one.model, one.now):
                    one.send(batch)
            return
        while one.recorded() < self.claims * part:
            one.step()
