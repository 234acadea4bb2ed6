# SPDX-License-Identifier: Apache-2.0
"""Acts: who holds one, and what stands of it (docs/ledger.md, "Acts" and "Who takes back").

An act is made of nullifiers. A reduction that is not out joins those that it has, unless both have a holder that is not held; then it
is kept with the lower act and does not join until one of the two has lost its holder. A reversal joins nothing.
"""
from claims import BEHIND, CHANGE_WINDOW

MOST_TOLD = 16  # claims of one device that are kept with an act


class Act:
    __slots__ = ("nulls", "claims", "reversals", "holder", "closed")

    def __init__(self, nulls):
        self.nulls = set(nulls)
        self.claims, self.reversals = [], []  # in the order in which they came
        self.holder, self.closed = None, False

    def lives(self):
        """Whether it has a holder that keeps others out."""
        return self.holder is not None and not self.holder.holds


def lowest(act):
    return min(act.nulls)


def in_order(claims):
    return sorted(claims, key=lambda claim: claim.place)


def means(correction, claim, act):
    """A correction means its own merchant's claims alone: a mistake is one's own."""
    if claim.merchant != correction.merchant:
        return False
    if correction.names is None:
        return claim.recorded_no_later(correction)
    named = next((one for one in act.claims if one.cti == correction.names), None)
    if named is None or named.merchant != correction.merchant:
        return False
    return claim is named or (claim.device == named.device and claim.recorded_no_later(correction))


def applies(reversal):
    return reversal.refused is None and not reversal.holds


def is_out(claim, act):
    if claim.refused is not None and claim.refused not in BEHIND:
        return True
    return "revoked-since" in claim.holds or is_corrected(claim, act)


def is_corrected(claim, act):
    return any(one.correction and one.parts is None and applies(one) and means(one, claim, act) for one in act.reversals)


def right(reversal, holder, act):
    """By which of the three rules it may take back the holder; 0: it does not see it."""
    if reversal.has_root and (holder.merchant == reversal.merchant or holder.merchant in reversal.predecessors):
        return 1
    if reversal.owns:
        return 2
    if reversal.has_root and holder.device != reversal.device:
        for claim in act.claims:
            if (claim.act is act and claim.device == reversal.device and claim.refused in BEHIND and claim.activity == holder.activity
                    and abs(claim.end - holder.end) <= CHANGE_WINDOW and not is_out(claim, act)):
                return 3
    return 0


class Acts:
    """The office is who decides the holder: it has the programme, the limits and the books."""

    def __init__(self, office):
        self.office = office
        self.by_null = {}
        self.apart = {}  # nullifier: reductions with two that do not join

    def act_of(self, null):
        act = self.by_null.get(null)
        if act is None:
            act = self.by_null[null] = Act((null,))
        return act

    def add(self, claim):
        """Puts a reduction that comes, or that is not out any more, into its act, and decides that. False: nothing comes of it."""
        if not self.put(claim, True):
            return False
        self.settle(claim.act, claim)
        return True

    def put(self, claim, comes=False):
        """False where its device has told the act so often that nothing comes of it."""
        acts = {id(act): act for act in map(self.act_of, claim.nulls)}
        low, high = min(acts.values(), key=lowest), max(acts.values(), key=lowest)
        apart = low is not high and ((low.lives() and high.lives()) or is_out(claim, low) or is_out(claim, high))
        theirs = low.claims if low is high or apart else low.claims + high.claims
        if sum(1 for one in theirs if one is not claim and one.device == claim.device) >= MOST_TOLD and comes:
            claim.refused = "duplicate"
            return False
        if low is high:
            self.keep(claim, low, True)
        elif apart:
            self.keep(claim, low, False)
            self.keep(claim, high, False)
            claim.act = self.by_null[claim.nulls[0]]
            for null in claim.nulls:
                kept = self.apart.setdefault(null, [])
                if claim not in kept:
                    kept.append(claim)
        else:
            self.merge(low, high)
            self.keep(claim, low, True)
        return True

    def keep(self, claim, act, joins):
        claim.act, claim.joins = act, joins
        if claim not in act.claims:
            act.claims.append(claim)
            act.claims.sort(key=lambda one: one.place)
        if joins:
            for null in claim.nulls if len(claim.nulls) > 1 else ():
                if claim in self.apart.get(null, ()):
                    self.apart[null].remove(claim)

    def merge(self, low, high):
        for null in high.nulls:
            self.by_null[null] = low
        low.nulls |= high.nulls
        low.claims = in_order(set(low.claims) | set(high.claims))
        low.reversals = in_order(set(low.reversals) | set(high.reversals))
        for claim in low.claims:
            claim.act = self.by_null[claim.nulls[0]]
        holders = [holder for holder in (low.holder, high.holder) if holder is not None]
        low.holder = next((holder for holder in holders if not holder.holds), in_order(holders)[0] if holders else None)
        low.closed = low.holder is not None and (high if low.holder is high.holder else low).closed

    def add_reversal(self, reversal):
        """False: of its merchant's there are as many as are kept."""
        acts = list({id(act): act for act in map(self.act_of, reversal.nulls)}.values())
        closes = reversal.parts is None and not reversal.correction
        for act in acts:
            theirs = sum(1 for one in act.reversals if one.merchant == reversal.merchant and one.refused is None)
            if theirs >= self.office.programme.most_reversals and not closes:
                return False
        for act in acts:
            if reversal not in act.reversals:
                act.reversals.append(reversal)
        self.settle_all(acts)
        return True


    def changed(self, claim):
        """Something that is said of the claim or reversal is other than before: its acts are decided again."""
        if claim.kind == "reversal":
            self.settle_all(list({id(act): act for act in map(self.act_of, claim.nulls)}.values()))
        else:
            self.settle_all(list({id(act): act for act in map(self.act_of, claim.nulls)}.values()) + [claim.act])

    def settle_all(self, acts):
        for act in acts:
            if all(self.by_null[null] is act for null in act.nulls):
                self.settle(act)

    def settle(self, act, fresh=None):
        pieces = self.split(act) if len(act.nulls) > 1 else [act]
        for piece in pieces:
            self.elect(piece, fresh)
        for piece in pieces:
            for null in list(piece.nulls):
                if self.apart.get(null):
                    self.join_again(null)

    def split(self, act):
        """What was joined only by a claim that is out now is apart again."""
        bound = [claim for claim in act.claims if len(claim.nulls) > 1]
        joiners = [claim for claim in bound if claim.joins and not is_out(claim, act)]
        groups = [{null} for null in act.nulls]
        for claim in joiners:
            one, other = (next(group for group in groups if null in group) for null in claim.nulls)
            if one is not other:
                one |= other
                groups.remove(other)
        if len(groups) == 1:
            return [act]
        return [self.piece(act, group) for group in sorted(groups, key=min)]

    def piece(self, act, nulls):
        """A claim that is out or does not join goes with its lowest nullifier, and is looked at again with each of both."""
        new = Act(nulls)
        for null in nulls:
            self.by_null[null] = new
        new.reversals = [one for one in act.reversals if not nulls.isdisjoint(one.nulls)]
        for claim in act.claims:
            if not nulls.isdisjoint(claim.nulls):
                new.claims.append(claim)
                claim.act = new if claim.nulls[0] in nulls else claim.act
                if len(claim.nulls) > 1 and claim.nulls[1] not in nulls:
                    claim.joins = False
                    for null in claim.nulls:
                        if claim not in self.apart.setdefault(null, []):
                            self.apart[null].append(claim)
        if act.holder in new.claims and act.holder.act is new:
            new.holder, new.closed = act.holder, act.closed
        return new

    def join_again(self, null):
        """Claims that were kept apart join, in the order in which they came, where the two acts have no longer both a holder."""
        for claim in in_order(self.apart[null]):
            acts = [self.by_null[one] for one in claim.nulls]
            if claim.joins or is_out(claim, claim.act) or (acts[0] is not acts[1] and acts[0].lives() and acts[1].lives()):
                continue
            self.put(claim)
            if claim.joins:
                self.elect(claim.act, None)

    def elect(self, act, fresh):
        """Others step back before the holder is decided: a duplicate may entitle its device's reversals."""
        while True:
            self.choose(act)
            for claim in act.claims:
                if claim is not act.holder and claim.act is act:  # of one that is kept with two the first decides
                    self.step_back(act, claim, claim is fresh)
            if not act.lives():
                act.closed = act.holder is not None and any(
                    applies(one) and not one.correction and one.parts is None and right(one, act.holder, act) for one in act.reversals)
                if act.holder is not None and act.holder.granted:  # it came to be held later
                    self.office.change(act.holder, 0)
                    act.holder.forget()
                return
            if self.office.decide(act, act.holder):
                return

    def choose(self, act):
        """Rule 2. What is held keeps nobody out; who has the act keeps it else."""
        old, standing = act.holder, [claim for claim in act.claims if claim.joins and not is_out(claim, act)]
        free = next((claim for claim in standing if not claim.holds), None)
        if old not in standing or (old.holds and free is not None):
            act.holder = free if free is not None else standing[0] if standing else None
        if old is not None and old is not act.holder:
            self.step_back(act, old, False)
        if act.holder is not None and act.holder.refused is not None:
            act.holder.refused = None
            self.office.touch(act.holder)

    def step_back(self, act, claim, comes):
        """Rule 3, and what a claim that is out had."""
        if claim.granted:
            self.office.change(claim, 0)
        claim.forget()
        if claim.refused in BEHIND and is_out(claim, act):
            claim.refused = None  # corrected, it was right to come, and nothing stands of it; held as revoked, it is behind nobody
            self.office.touch(claim)
        if claim.refused is None and not is_out(claim, act):
            claim.refused = "taken-back" if comes and act.closed else "duplicate"
            self.office.touch(claim)
