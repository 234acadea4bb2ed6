# SPDX-License-Identifier: Apache-2.0
"""The chains of one device: places, what comes out of order, contradictions, gaps (docs/chains.md). admission.py judges starts."""
from admission import Admission
from chain import CLOSED, HELD, OPEN, PROBATION, WAITING
from claims import CHAIN_HOLDS, DAY, Claim

LATE_WORKER_S = 600
SILENT_HOURS = 72
REPAIR_DAYS = 30


class Chains(Admission):
    """Of one device, with what the ledger knows of it."""

    def __init__(self, device, office, now):
        self.device, self.office = device, office
        self.chains = {}
        self.strays = {}  # of chains whose start has not come
        self.repaired_at, self.free_start = None, False
        self.left = 0  # assignments below it are left
        self.quota = None
        self.batch, self.kept = {}, 0  # what comes now: hash, seq; how many came
        self.laid = set()  # what of it was only laid aside, since its chain waits

    def of_state(self, *states):
        return [chain for chain in self.chains.values() if chain.state in states]

    def open(self):
        return next(iter(self.of_state(OPEN)), None)

    def arrive_all(self, batch, now):
        """A batch comes as one: what waits for it is looked at when all of it has its place, and all of it came now, though some may
        lie aside already. But what is laid aside beside what a waiting chain has came when the batch came whose turn it is."""
        self.batch = {event["hash"]: event["seq"] for event in batch}
        self.kept += 1
        for event in batch:
            if not self.arrive(event, now):
                break
        self.review(now)
        self.batch, self.laid = {}, set()

    def keep(self, aside, event, now, head):
        """Until its turn comes; of several batches that have it the one that begins first. What was kept already."""
        behind = [seq for seq in self.batch.values() if seq > head] or [event["seq"]]
        order = (min(behind), max(behind), self.kept)
        there = aside.get(event["seq"])
        if there is None or (there[0]["hash"] == event["hash"] and order < there[2]):
            aside[event["seq"]] = (event, now, order)
        return aside[event["seq"]][0]

    def arrive(self, event, now):
        """Whether what stands behind it in its batch is looked at."""
        chain = self.chains.get(event["chain"])
        if event["seq"] == 1 and event["kind"] != "start" and chain is None:
            return True  # no chain begins with it
        if chain is None:
            if event["kind"] == "start" and event["seq"] == 1:
                self.start(event, now)
            else:
                self.keep(self.strays.setdefault(event["chain"], {}), event, now, 0)
        elif chain.state == WAITING:
            kept = self.keep(chain.aside, event, now, 0)
            self.laid.add(event["hash"])
            if kept["hash"] != event["hash"]:
                self.other_payload(chain, event, event["seq"])
                chain.booked_at = now
                self.drain(chain, now)
        else:
            return self.come(chain, event, now)
        return True

    def is_stored(self, event):
        chain = self.chains.get(event["chain"])
        there = chain.hashes.get(event["seq"]) if chain else None
        if there is None:
            aside = chain.aside if chain else self.strays.get(event["chain"], {})
            there = aside[event["seq"]][0]["hash"] if event["seq"] in aside else None
        return there == event["hash"]

    def come(self, chain, event, now):
        """False where it is a second payload: what comes behind it is not stored."""
        seq, before = event["seq"], chain.hash(event["seq"] - 1)
        there = chain.hashes.get(seq)
        if there == event["hash"]:
            if seq in chain.claims:
                self.office.again(chain.claims[seq], self.holds(chain, event))
        elif there is not None or (before is not None and before != event["prev"]):
            self.other_payload(chain, event, seq if there is not None else seq - 1)
            return False
        elif chain.lost_by(seq) is not None or seq <= chain.next():
            self.take(chain, event, now, now)
            self.drain(chain, now)
        else:
            self.keep(chain.aside, event, now, chain.head)
        return True

    def drain(self, chain, now):
        """What was kept aside, as far as it is its turn."""
        while chain.next() in chain.aside and chain.state != WAITING:
            event, came, order = chain.aside.pop(chain.next())
            before = chain.hash(event["seq"] - 1)
            if before is not None and before != event["prev"]:
                self.other_payload(chain, event, event["seq"] - 1)
                chain.aside = {seq: kept for seq, kept in chain.aside.items() if kept[2] != order}
                return
            is_direct = event["hash"] in self.batch and event["hash"] not in self.laid
            self.take(chain, event, now if is_direct else came, now)

    def take(self, chain, event, came, now):
        seq = event["seq"]
        if not self.behind_consent(chain, event):
            self.contradictions(chain, seq, came)
        chain.hashes[seq] = event["hash"]
        chain.head = max(chain.head, seq)
        for other in self.of_state(PROBATION):
            if other is not chain:
                other.silent_from = self.office.served
        claim = Claim(event, chain, came)
        if claim.kind in ("reduction", "reversal"):
            chain.claims[seq] = claim
        self.office.come(claim, self.holds(chain, event))
        if claim.kind == "gap" and self.is_assigned(chain, event):
            self.declare(chain, event, now)

    def holds(self, chain, event):
        held = chain.hold() if event["seq"] >= chain.held_from else None
        return [reason for reason in (held, "after-consent" if self.behind_consent(chain, event) else None) if reason]

    # Contradictions

    def going_on(self, chain, seq, lost):
        """Chains that go on at a place of this one which lies before seq, or from this one where seq is lost; and whether it was
        closed before seq."""
        closed = chain.state == CLOSED and seq > chain.closed_at
        found = [other for other in self.of_state(PROBATION) if other.before is chain and seq > other.place]
        if closed or lost:
            found += [other for other in self.of_state(OPEN, CLOSED) if other.before is chain and other.opened]
        return found, closed

    def contradictions(self, chain, seq, came):
        lost = chain.lost_by(seq) is not None
        if chain.state == HELD:
            chain.held_from = min(chain.held_from, seq) if lost else chain.held_from
            return
        found, closed = self.going_on(chain, seq, lost)
        if not found and not closed and not lost:
            return
        if found and all(came <= other.booked_at + LATE_WORKER_S for other in found):
            if closed:
                chain.closed_at = seq
            for other in found:
                if other.before is chain and other.state == PROBATION:
                    other.place = max(other.place, seq)
            return
        self.contradict(chain, found, seq)

    def other_payload(self, chain, event, seq):
        """A second payload for a place: kept as evidence, what comes behind it is not stored."""
        if self.behind_consent(chain, event):
            return
        following = [other for other in self.of_state(OPEN, PROBATION, CLOSED, HELD)
                     if other is not chain and other.before is chain and other.place >= seq]
        self.contradict(chain, following, chain.head + 1)

    def contradict(self, chain, others, seq):
        self.hold_chain(chain, "fork", seq)
        for one in others:
            self.hold_chain(one, "fork", one.head + 1)

    def hold_chain(self, chain, reason, seq):
        """From that place on; one on probation is held whole."""
        if chain.state == HELD:
            return
        was, chain.state, chain.reason, chain.held_since = chain.state, HELD, reason, self.office.now
        chain.held_from = 1 if was in (PROBATION, WAITING) else seq
        if was == PROBATION:
            for claim in list(chain.claims.values()):
                if "probation" in claim.holds:
                    claim.holds.discard("probation")
                    claim.holds.add(reason)
                    self.office.touch(claim)

    # Gaps

    def is_assigned(self, chain, event):
        assignment = self.office.registry.devices[self.device].assignment(chain.assignment)
        return assignment is not None and (event["merchant"], event["site"]) == (assignment.merchant, assignment.site)

    def declare(self, chain, event, now):
        target = chain if event["of"] == chain.id else chain.before
        if target is None or target.id != event["of"]:
            return
        first, last = event["first"], event["last"]
        there = frozenset(seq for seq in list(target.hashes) + list(target.aside) if first <= seq <= last)
        target.lost.append((first, last, there, chain))
        self.drain(target, now)

    # Consents

    def behind_consent(self, chain, event):
        """Whether it is signed by a key that has a successor, behind the place up to which that key is good."""
        key = self.office.registry.keys[event["key"]]
        place = self.office.place_of(event["key"]) if key.successor else None
        if place is None:
            return False
        if place[0] == chain.id:
            return event["seq"] > place[1]
        last = self.chains.get(place[0])
        return last is not None and chain.no > last.no  # those that were begun before it stay as they are

    def consented(self):
        """A place was raised: what it covers now is decided."""
        for key in self.office.registry.keys.values():
            place = key.consent if key.device == self.device else None
            chain = self.chains.get(place[0]) if place else None
            if chain is not None and chain.state == CLOSED:
                chain.closed_at = max(chain.closed_at, place[1])
        for chain in self.chains.values():
            for claim in list(chain.claims.values()):
                if "after-consent" in claim.holds and not self.behind_consent(chain, claim.event):
                    self.office.lift(claim, "after-consent")

    # Time and people

    def pass_time(self, now, began, served_then):
        """Opens what was on probation for so many hours in which other chains of the device were silent."""
        for chain in self.of_state(PROBATION):
            if any(other.no > chain.no for other in self.of_state(OPEN, CLOSED)):
                continue  # it goes on from a place that is no longer the end
            hours = chain.silent_from + SILENT_HOURS - served_then
            if chain.silent_from + SILENT_HOURS <= self.office.served:
                self.office.now = min(now, max(self.office.now, began + max(0, hours) * 3600))
                old = self.open()
                at = max(chain.place, old.head) if old is chain.before else old.head if old else 0
                self.open_chain(chain, old, at)
                self.lift_all(chain, ("probation",))
                self.review(self.office.now)

    def lift_all(self, chain, reasons=CHAIN_HOLDS):
        for seq in sorted(chain.claims):
            for reason in reasons:
                self.office.lift(chain.claims[seq], reason)

    def recently_repaired(self, now):
        return self.repaired_at is not None and now < self.repaired_at + REPAIR_DAYS * DAY
