# SPDX-License-Identifier: Apache-2.0
"""A small town for examples: three shops, a kiosk that reports for one of them, a stranger; each step of it one line of a test."""
import itertools

from claims import DAY, HOUR
from honest import HonestDevice
from world import Model

NOW = 2000000000  # later than any certificate that is made for it begins
RIDE_MG = 300  # 100 m

SHARES = {"customer": "0.70", "merchant": "0.20", "operator": "0.10"}
METHODOLOGIES = {"bike": {"activity": "ride", "unit": "m", "mg_per_unit": 3, "least": 5}}


def town(rule=(), **programme):
    """Roots 1 and 2 are m1's and m2's. till and till-2 work for m1; kiosk for m2, and may report under root 1; other for m3."""
    ride = {"grant": "measured", "takes_back_per_day_mg": {"kiosk": 10**6, "till": 10**6}, "oldest_days": 30}
    ride.update(rule)

    def device(name, kind, merchant, *roots):
        return {"class": kind, "key": "key-" + name,
                "assignments": [{"merchant": merchant, "site": "s1", "roots": {str(root): 0 for root in roots}}]}
    return {"merchants": ["m1", "m2", "m3"], "roots": {"1": {"owner": "m1"}, "2": {"owner": "m2"}, "3": {"owner": "m3"}},
            "devices": {"till": device("till", "till", "m1", 1), "till-2": device("till-2", "till", "m1", 1),
                        "kiosk": device("kiosk", "kiosk", "m2", 2, 1), "other": device("other", "till", "m3", 3)},
            "programme": dict({"zone": "Europe/Helsinki", "shares": SHARES, "activities": {"ride": ride},
                               "methodologies": METHODOLOGIES}, **programme)}


class Scene:
    made = []  # all of them: check_schedules.py plays what was heard in each on the service

    def __init__(self, world=None):
        Scene.made.append(self)
        self.world = world or town()
        self.model, self.now, self.ids = Model(self.world), NOW, itertools.count(1)
        self.devices = {name: HonestDevice(name, table["key"], table["assignments"], self.ids)
                        for name, table in self.world["devices"].items()}

    # Claims are made first, and delivered in any order

    def ride(self, device, act="e1", metres=100, root=1, end=None, customer=None, nulls=None, **more):
        end = self.now - HOUR if end is None else end
        content = {"kind": "reduction", "nulls": nulls or [[1, root, act]], "begin": end - 60, "end": end, "activity": "ride",
                   "methodology": "bike", "quantities": {"m": metres}, "credited": 3 * metres, "customer": customer}
        return self.devices[device].record(self.now, dict(content, **more))

    def back(self, device, why="refund", act="e1", root=1, names=None, metres=None, cause=None, nulls=None, **more):
        content = {"kind": "reversal", "nulls": nulls or [[1, root, act]], "why": why, "names": names["cti"] if names else None,
                   "parts": None if metres is None else {"m": metres}}
        if cause:
            content["cti"] = cause
        return self.devices[device].record(self.now, dict(content, **more))

    def gap(self, device, of, first, last):
        return self.devices[device].record(self.now, {"kind": "gap", "of": of, "first": first, "last": last})

    def chain(self, device, pred="last", why=4, name=None, **more):
        """A new chain of the device; pred is [chain, seq, hash], None, or where its newest one ends."""
        known = self.devices[device]
        if pred == "last":
            pred = [known.chains[-1].id] + known.chains[-1].last()
        known.begin(self.now, why, [name or device] + pred if pred else None)
        known.chains[-1].events[0].update(more)
        return known.chains[-1]

    def head(self, device, back=0, index=-1):
        """[chain, seq, hash] of a place of the device's chain."""
        chain = self.devices[device].chains[index]
        seq = len(chain.events) - back
        return [chain.id, seq, chain.hash(seq)]

    # What happens

    def come(self, *events):
        for event in events:
            chain = next((one for one in self.devices[event["device"]].chains if one.id == event["chain"]), None)
            for start in (chain.events[:1] if chain else ()):
                if start is not event and self.state(event["device"], event["chain"]) is None:
                    self.model.arrive(self.now, start)
            self.model.arrive(self.now, event)
        return self

    def later(self, seconds=0, hours=0, days=0, served=True):
        self.now += seconds + HOUR * hours + DAY * days
        if hours or days:
            self.model.decide(self.now, {"op": "elapse", "hours": hours + 24 * days, "served": served})
        return self

    def people(self, op, **more):
        self.model.decide(self.now, dict(more, op=op))
        return self

    # What stands

    def of(self, event):
        chain = self.model.ledger.devices[event["device"]].chains.get(event["chain"])
        claim = chain.claims.get(event["seq"]) if chain else None
        return claim.standing() if claim and claim.event["hash"] == event["hash"] else None

    def granted(self, event):
        return self.of(event)[1]

    def total(self):
        return self.model.totals()["granted_mg"]

    def state(self, device, chain):
        chains = self.model.ledger.devices.get(device)
        found = chains.chains.get(getattr(chain, "id", chain)) if chains else None
        return found and (found.state if found.state != "held" else f"held {found.reason}")

    def account(self, kind, name=""):
        return self.model.ledger.books.balance((kind, name))
