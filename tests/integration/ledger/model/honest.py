# SPDX-License-Identifier: Apache-2.0
"""A device that does what docs/chains.md, "What the device does", says: it asks, compares, sends, declares gaps, and repairs itself.

What its disk holds is in `chains`, `acked` and `gone`; a disk that went back or was copied is a copy of these.
"""
from claims import FOR_NOW

NEW, NEW_KEY, RECOVERED, REPLACED, WENT_BACK, MOVED = range(6)


class Disk:
    """One chain on it."""

    def __init__(self, start, gone=()):
        self.id, self.assignment, self.key = start["chain"], start["assignment"], start["key"]
        self.events, self.apart, self.gone = [start], False, set(gone)

    def copy(self):
        other = Disk(self.events[0], self.gone)
        other.events, other.apart = list(self.events), self.apart
        return other

    def last(self):
        return [self.events[-1]["seq"], self.events[-1]["hash"]]

    def hash(self, seq):
        return "0" if seq == 0 else self.events[seq - 1]["hash"] if seq <= len(self.events) else None


class HonestDevice:
    def __init__(self, name, key, assignments, ids):
        self.name, self.key, self.assignments, self.ids = name, key, assignments, ids
        self.assignment = len(assignments)
        self.chains, self.acked, self.epoch = [], {}, 1
        self.why, self.consent = NEW, None

    def snapshot(self):
        return [chain.copy() for chain in self.chains], dict(self.acked), self.key, self.assignment

    def go_back(self, snapshot):
        chains, self.acked, self.key, self.assignment = snapshot
        self.chains = [chain.copy() for chain in chains]
        self.acked = dict(self.acked)

    def twin(self, ids):
        other = HonestDevice(self.name, self.key, self.assignments, ids)
        other.go_back(self.snapshot())
        return other

    # What it records

    def new(self):
        return next(self.ids)

    def merchant_and_site(self, assignment=None):
        table = self.assignments[(assignment or self.assignment) - 1]
        return table["merchant"], table["site"]

    def roots(self):
        return self.assignments[self.assignment - 1]["roots"]

    def append(self, now, content, chain=None):
        chain = chain or self.chains[-1]
        seq, before = chain.last()
        merchant, site = self.merchant_and_site(chain.assignment)
        event = {"device": self.name, "key": self.key, "chain": chain.id, "seq": seq + 1, "prev": before, "hash": f"h{self.new()}",
                 "iat": now, "cti": f"c{self.new()}", "merchant": merchant, "site": site}
        event.update(content)
        chain.events.append(event)
        return event

    def begin(self, now, why, pred, left=None):
        """The newest chain; of an assignment that was left, one beside it."""
        name, assignment = f"k{self.new()}", left or self.assignment
        merchant, site = self.merchant_and_site(assignment)
        start = {"device": self.name, "key": self.key, "chain": name, "seq": 1, "prev": "0", "hash": f"h{self.new()}", "kind": "start",
                 "iat": now, "merchant": merchant, "site": site, "why": why, "pred": pred, "assignment": assignment,
                 "consent": None if left else self.consent}
        self.chains.insert(len(self.chains) - 1 if left else len(self.chains), Disk(start))
        return self.chains[-2 if left else -1]

    def record(self, now, content):
        """A claim of something that happened; in a new chain after a move or a new key."""
        if not self.chains:
            self.begin(now, self.why, None)
        newest = self.chains[-1]
        if newest.assignment != self.assignment or newest.key != self.key:
            why = NEW_KEY if newest.key != self.key else MOVED
            consented = why == NEW_KEY and self.consent and self.consent[0] == newest.id
            self.begin(now, why, [self.name] + (self.consent if consented else [newest.id] + newest.last()))
        return self.append(now, content)

    def damaged(self):
        return any(chain.gone and not chain.apart for chain in self.chains)

    # What it sends

    def connect(self, model, now):
        """The batches that it sends after the answer to its question, each a list of events of one chain."""
        if not self.chains:
            self.begin(now, self.why, None)
        newest = self.chains[-1]
        answer = model.answer(self.name, newest.id)
        if answer["epoch"] != self.epoch:  # what receipts of an older one said is worth nothing
            self.acked, self.epoch = {}, answer["epoch"]
        if answer["chain"] is None:  # one chain at a time: the first that comes is admitted whatever it names
            return [self.rest(next(chain for chain in self.chains if not chain.apart), 0)]
        again = self.refused_for_now(model)
        place = self.known(answer)
        if place is not None:
            self.acked[answer["chain"]] = max(self.acked.get(answer["chain"], 0), answer["head"])
        beside = self.make_left(now, answer)
        if beside or (answer["chain"] == newest.id and answer["state"] != "closed"):
            batches = [self.rest(chain, self.acked.get(chain.id, 0)) for chain in self.beside()]
            again += [batch for batch in batches if batch]
        if beside:
            return again
        if answer["chain"] == newest.id and answer["state"] == "closed":
            return again + self.repair(now, answer)
        if answer["chain"] == newest.id and answer["state"] == "waiting":
            return again + self.help_waiting(now, newest)
        if answer["chain"] == newest.id and place is not None:
            return again + self.left_behind(now, newest) + [self.rest(newest, answer["head"])]
        named = newest.events[0]["pred"]
        if named and named[1:] == [answer["chain"], answer["head"], answer["hash"]]:
            return again + [self.rest(newest, 0)]
        if place is not None and not place.apart and answer["chain"] != newest.id and (
                named is None or named[1] != place.id or answer["head"] <= named[2]):
            later = self.chains[self.chains.index(place) + 1:]
            return again + [self.rest(place, answer["head"])] + [self.rest(chain, 0) for chain in later if not chain.apart]
        return again + self.repair(now, answer)

    def known(self, answer):
        """Its own chain that the answer names, if it has that head with its hash."""
        for chain in self.chains:
            if chain.id == answer["chain"] and chain.hash(answer["head"]) == answer["hash"]:
                return chain
        return None

    def rest(self, chain, head):
        return [event for event in chain.events if event["seq"] > head and event["seq"] not in chain.gone]

    def help_waiting(self, now, newest):
        """Sends what is left of the chain before; what it has no longer it declares by gaps. Then all that stands behind its start."""
        before = next((chain for chain in self.chains if chain.id == newest.events[0]["pred"][1]), None)
        if before is None:
            return [self.rest(newest, 0)]
        if before.apart:  # what is left of it was made anew
            if not any(event["kind"] == "gap" for event in newest.events):
                self.append(now, {"kind": "gap", "of": before.id, "first": 1, "last": newest.events[0]["pred"][2]})
            return [self.rest(newest, 0)]
        self.declare(now, before, newest)
        return [self.rest(before, self.acked.get(before.id, 0)), self.rest(newest, 0)]

    def declare(self, now, before, newest):
        """Once: what it has no longer of the chain before, up to the place that the newest one names."""
        named = newest.events[0]["pred"]
        lost = before.gone.union(range(len(before.events) + 1, named[2] + 1) if named and named[1] == before.id else ())
        if lost and not any(event["kind"] == "gap" for event in newest.events):
            for first, last in runs(lost):
                self.append(now, {"kind": "gap", "of": before.id, "first": first, "last": last})

    def refused_for_now(self, model):
        """The same bytes again."""
        known = model.ledger.devices[self.name].chains
        return [[chain.events[seq - 1]] for chain in self.chains if chain.id in known and not chain.apart
                for seq, claim in sorted(known[chain.id].claims.items())
                if claim.refused in FOR_NOW and chain.hash(seq) == claim.event["hash"]]

    def receipt(self, model, name):
        """What was processed of a chain, as a receipt for its batch says."""
        known = model.ledger.devices.get(self.name)
        there = known.chains.get(name) if known else None
        chain = next((one for one in self.chains if one.id == name), None)
        if there is not None and chain is not None and there.head and chain.hash(there.head) == there.hash(there.head):
            self.acked[name] = max(self.acked.get(name, 0), there.head)

    def undelivered(self, chain):
        return [event for event in self.rest(chain, self.acked.get(chain.id, 0)) if event["kind"] in ("reduction", "reversal")]

    def left_behind(self, now, newest):
        """What no receipt has covered of earlier chains while the newest one is admitted: another shop's, or another key's, is sent as it
        is; the rest is made anew."""
        batches = []
        for chain in self.chains[:-1]:
            if chain.apart or chain in self.beside() or not self.undelivered(chain):
                continue
            if chain.key != newest.key or chain.assignment != newest.assignment:
                self.declare(now, chain, newest)
                batches.append(self.rest(chain, self.acked.get(chain.id, 0)))
            else:
                chain.apart = True
                self.make_anew(now, self.undelivered(chain))
        return batches

    def lacks(self, chain, answer):
        """Whether there are claims of an earlier chain that the ledger lacks, as far as the answer and receipts tell."""
        place, follows = self.known(answer), self.chains[self.chains.index(chain) + 1]
        there = self.acked.get(chain.id, 0)
        goes_on = place in self.chains[self.chains.index(chain) + 1:] and answer["state"] != "waiting"
        named = follows.events[0]["pred"]
        if goes_on and not follows.apart and named and named[1] == chain.id:
            there = max(there, named[2])
        return there < len(chain.events)

    def beside(self):
        """Chains of assignments that were left from which none goes on: what was made anew stands in them."""
        named = {chain.events[0]["pred"][1] for chain in self.chains if chain.events[0]["pred"]}
        return [chain for chain in self.chains[:-1]
                if not chain.apart and chain.id not in named and chain.assignment != self.chains[-1].assignment]

    def make_left(self, now, answer):
        """Makes anew, beside the newest chain, what the service would not take of an assignment that was left; whether it did."""
        is_open = answer["chain"] == self.chains[-1].id and answer["state"] == "open"
        for chain in self.chains[:-1]:
            if chain.apart or chain.assignment == self.chains[-1].assignment or not self.lacks(chain, answer):
                continue
            if chain.gone or (is_open and chain not in self.beside()):
                self.make_anew_beside(now, chain.assignment)
                return True
        return False

    def make_anew_beside(self, now, assignment):
        chains = [chain for chain in self.chains[:-1] if chain.assignment == assignment and not chain.apart]
        known = self.acked.get(chains[-1].id, 0)
        pred = [self.name, chains[-1].id, known, chains[-1].hash(known)] if known else None
        left, lost = [], [(chain.id, run) for chain in chains
                          for run in runs(seq for seq in chain.gone if seq > self.acked.get(chain.id, 0))]
        for chain in chains:
            left += self.undelivered(chain)
            chain.apart = True
        new = self.begin(now, WENT_BACK, pred, left=assignment)
        for name, (first, last) in lost:
            self.append(now, {"kind": "gap", "of": name, "first": first, "last": last}, new)
        self.make_anew(now, left, new)

    def repair(self, now, answer):
        """Makes anew what the ledger may lack, in a chain that names the ledger's head."""
        left = []
        for chain in self.chains:
            if not chain.apart and chain.assignment == self.assignment:
                left += self.undelivered(chain)
                chain.apart = True
        self.begin(now, WENT_BACK, [self.name, answer["chain"], answer["head"], answer["hash"]])
        self.make_anew(now, left)
        return [self.rest(self.chains[-1], 0)]

    def make_anew(self, now, events, into=None):
        """With new ids, but for those of parts; a reversal whose claim is made anew names the new one."""
        ids = {}
        for event in events:
            content = {key: value for key, value in event.items()
                       if key not in ("device", "key", "chain", "seq", "prev", "hash", "cti", "merchant", "site")}
            if event["kind"] == "reversal":
                content["names"] = ids.get(event["names"], event["names"])
                if event["parts"] is not None:
                    content["cti"] = event["cti"]
            ids[event["cti"]] = self.append(now, content, into)["cti"]


def runs(seqs):
    """(first, last) of each run of consecutive numbers."""
    found = []
    for seq in sorted(seqs):
        if found and found[-1][1] == seq - 1:
            found[-1][1] = seq
        else:
            found.append([seq, seq])
    return found
