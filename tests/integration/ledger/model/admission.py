# SPDX-License-Identifier: Apache-2.0
"""Which start of a device is admitted, and what a person decides of a chain (docs/chains.md)."""
from chain import CLOSED, HELD, OPEN, PROBATION, WAITING, Chain
from claims import CHAIN_HOLDS

HELD_WITH = ("fork", "second-repair")
NEEDS_NO_ROOM = HELD_WITH + ("wrong-assignment",)
MOST_CHAINS = 1024


class Verdict:
    def __init__(self, state, reason=None, before=None, place=0, partner=None):
        self.state, self.reason, self.before, self.place, self.partner = state, reason, before, place, partner


class Admission:
    """What chains.Chains does with starts."""

    def start(self, event, now):
        """One for which there is no room is not stored: its device sends it again."""
        if event.get("consent"):
            self.office.consent(self.device, event["key"], event["consent"])
        verdict, repair = self.judge(event, now)
        if not self.has_room(verdict) or len(self.chains) >= MOST_CHAINS:
            return
        if repair and self.free_start:
            self.free_start = False
        elif repair:
            self.repaired_at = now
        chain = Chain(len(self.chains) + 1, event)
        self.chains[chain.id] = chain
        chain.aside = self.strays.pop(chain.id, {})
        chain.aside[1] = (event, now, (1, 1, self.kept))
        self.settle_start(chain, verdict, now)
        self.review(now)

    def has_room(self, verdict):
        """A contradiction is stored whatever there is: a person has to see it. So is what is made anew of an assignment that was left."""
        if verdict.state == WAITING:
            return not self.of_state(WAITING)
        return (verdict.state == OPEN or verdict.reason in NEEDS_NO_ROOM
                or all(chain.reason in NEEDS_NO_ROOM for chain in self.of_state(PROBATION, HELD)))

    def settle_start(self, chain, verdict, now):
        """Gives a chain the state that its start, or what came since, has brought it."""
        chain.before, chain.place = verdict.before, verdict.place
        if verdict.state == WAITING:
            return
        chain.booked_at = chain.held_since = now
        chain.state = verdict.state
        if verdict.state == OPEN:
            self.open_chain(chain, self.open_but(chain), verdict.place)
        elif verdict.state == PROBATION:
            chain.silent_from = self.office.served
        else:
            chain.reason = verdict.reason
            if verdict.partner is not None:
                self.hold_chain(verdict.partner, verdict.reason, verdict.partner.head + 1)
        self.drain(chain, now)

    def open_but(self, chain):
        return next((one for one in self.of_state(OPEN) if one is not chain), None)

    def open_chain(self, chain, old, at):
        """The old one is closed at that place; where the new key is its successor's, the old key is good up to there."""
        if old is not None and old is not chain:
            self.close(old, at, chain)
        elif chain.before is not None and chain.before.state == CLOSED:
            chain.before.closed_by = chain
        chain.state, chain.reason, chain.closed_at, chain.closed_by, chain.opened = OPEN, None, None, None, True
        if chain.booked_at is None:
            chain.booked_at = self.office.now
        self.left = max(self.left, chain.assignment)
        before = self.office.registry.keys[chain.key].before
        if before is not None and old is not None and old.key == before and self.office.place_of(before) is None:
            self.office.places[before] = (old.id, at, old.hash(at))

    def close(self, chain, at, by):
        chain.state, chain.reason, chain.closed_at, chain.closed_by = CLOSED, None, at, by

    # The table

    def measured(self):
        """The open one; else the one that was begun last of those that are closed, or held by a contradiction."""
        fit = self.of_state(CLOSED) + [chain for chain in self.of_state(HELD) if chain.reason in HELD_WITH]
        return self.open() or (max(fit, key=lambda chain: chain.no) if fit else None)

    def judge(self, event, now):
        """(verdict, whether it is a repair)."""
        base = self.measured()
        repair = base is not None and event["key"] == base.key and event["assignment"] <= base.assignment
        place = base.head if base else 0
        if self.wrong_assignment(event["assignment"]):
            return Verdict(HELD, "wrong-assignment", base, place), False
        if self.begins_behind(event):
            return Verdict(HELD, "after-consent", base, place), repair
        if event["pred"] and event["pred"][0] != self.device:
            return Verdict(HELD, "fork", base, place), repair
        if base is None:
            return Verdict(OPEN), False
        verdict = self.by_consent(event, base) if base.state != HELD else None
        if verdict is not None:
            return verdict, False
        verdict = self.by_place(event, base)
        if repair and not self.free_start and self.recently_repaired(now) and verdict.reason != "fork":
            verdict = Verdict(HELD, "second-repair", base, place, base)
        return verdict, repair

    def begins_behind(self, event):
        """Whether its key has a successor, and another chain of it is the one that names how far it is good."""
        good = self.office.place_of(event["key"]) if self.office.registry.keys[event["key"]].successor else None
        return good is not None and good[0] in self.chains and good[0] != event["chain"]

    def wrong_assignment(self, number):
        return self.office.registry.devices[self.device].assignment(number) is None or number < self.left

    def by_consent(self, event, base):
        """The place that the consent for its key names; the first start there."""
        before = self.office.registry.keys[event["key"]].before
        good = self.office.registry.keys[before].consent if before else None
        if good is None or not event["pred"] or tuple(event["pred"][1:]) != good:
            return None
        named = self.chains.get(good[0])
        if named is None or (named.closed_by is not None and named.closed_at >= good[1]) or named.hash(good[1]) not in (None, good[2]):
            return None
        at = max(good[1], named.head)
        if named.closed_at is not None:
            named.closed_at = max(named.closed_at, at)
        return Verdict(OPEN, None, named, at if named is base else base.head)

    def by_place(self, event, base):
        if base.state == HELD:
            return Verdict(HELD, base.reason, base, base.head)
        named = self.chains.get(event["pred"][1]) if event["pred"] and event["pred"][2] else None
        if named is None:
            return Verdict(PROBATION, None, base, base.head)
        if named.state == HELD and named.reason in HELD_WITH:
            return Verdict(HELD, named.reason, named, named.head)
        seq, digest = event["pred"][2:]
        if named.hash(seq) not in (None, digest):
            return Verdict(HELD, "fork", base, base.head, named if named.state in (OPEN, CLOSED, PROBATION) else None)
        if named.state == CLOSED and seq == named.closed_at and named.closed_by is not None and named.closed_by.before is named:
            return Verdict(HELD, "fork", named, seq, named.closed_by)
        if named is not base:
            return Verdict(PROBATION, None, base, base.head)
        if seq == base.head:
            return Verdict(OPEN, None, base, seq)
        if seq > base.head and base.state != CLOSED:
            return Verdict(WAITING, None, base, seq)
        return Verdict(PROBATION, None, base, seq)

    # Waiting

    def review(self, now):
        """Whether what a start waits for has come, is lost, or cannot come any more."""
        for chain in self.of_state(WAITING):
            old = chain.before
            verdict = self.waited(chain, old)
            if verdict is not None and self.has_room(verdict):
                if verdict.state == PROBATION:
                    self.read_gaps(chain, old, now)
                    if old.hash(chain.place) not in (None, chain.pred[3]):
                        verdict = Verdict(HELD, "fork", old, chain.place, old)
                self.settle_start(chain, verdict, now)

    def waited(self, chain, old):
        place, there = chain.place, old.hash(chain.place)
        start = chain.aside[1][0]
        if self.wrong_assignment(start["assignment"]):
            return Verdict(HELD, "wrong-assignment", old, place)
        if self.begins_behind(start):
            return Verdict(HELD, "after-consent", old, place)
        if there is not None and there != chain.pred[3]:
            return Verdict(HELD, "fork", old, place, old)
        if old.state == HELD and old.reason in HELD_WITH:
            return Verdict(HELD, old.reason, old, place)
        if there is not None and old.state == OPEN:
            return Verdict(OPEN, None, old, max(place, old.head))
        if old.state == CLOSED or self.gaps_cover(chain, old):
            return Verdict(PROBATION, None, old, place)
        return None

    def gaps(self, chain):
        """Those that stand behind its start."""
        for _, (event, *_) in sorted(chain.aside.items()):
            if event["kind"] == "gap":
                yield event

    def gaps_cover(self, chain, old):
        gaps = [gap for gap in self.gaps(chain) if gap["of"] == old.id]
        missing = [seq for seq in range(old.head + 1, chain.place + 1) if seq not in old.aside and old.lost_by(seq) is None]
        return all(any(gap["first"] <= seq <= gap["last"] for gap in gaps) for seq in missing)

    def read_gaps(self, chain, old, now):
        """What was kept aside behind the hole is decided."""
        chain.booked_at = now
        for gap in self.gaps(chain):
            self.declare(chain, gap, now)

    # People

    def decide_chain(self, name, verdict, opens, now):
        """One that is held or on probation. Released it is the open one where no other is, or where that is said."""
        chain = self.chains.get(name)
        if chain is None or chain.state not in (HELD, PROBATION):
            return
        self.repaired_at, self.free_start = None, True
        chain.held_from = 1
        if verdict == "dismiss":
            self.close(chain, chain.head, chain.closed_by)
            self.dismiss_all(chain)
        else:
            old = self.open_but(chain)
            if opens or old is None:
                self.open_chain(chain, old, max(old.head, chain.place if old is chain.before else 0) if old else 0)
            else:
                self.close(chain, chain.head, chain.closed_by)
            self.lift_all(chain)
        self.review(now)

    def dismiss_all(self, chain):
        for seq in sorted(chain.claims):
            claim = chain.claims[seq]
            if claim.holds.intersection(CHAIN_HOLDS):
                self.office.dismiss(claim)
