# SPDX-License-Identifier: Apache-2.0
"""The steps that a claim goes through behind its chain: accepted, decided, limited, booked, told (docs/ledger.md, "Steps").

All of them at once, as one worker on one machine does them. What a person decides of claims is here, too.
"""
from acts import Acts, applies, means, right
from books import Books, customer_account
from claims import BEHIND, DAY, FOR_NOW, OWN_HOLDS
from limits import Limits

TAKEN_AFTER_RETIREMENT = 30 * DAY
ALL = float("inf")
NOT_IN_FORCE = "methodology-not-in-force"


class Ledger:
    def __init__(self, programme, registry):
        self.programme, self.registry = programme, registry
        self.acts, self.limits, self.books = Acts(self), Limits(programme, registry), Books(programme)
        self.claims = []  # reductions and reversals that have a place in a chain, in the order in which they came
        self.devices = {}  # id: its chains, as chains.py has them
        self.places = {}  # key: (chain, seq, hash), how far it is good since its successor went on
        self.screened = set()  # (device, activity): held until a person has looked
        self.changes = {}  # device: [(chain, seq, standing, granted, reason)]
        self.touched = {}
        self.now, self.served, self.hour, self.epoch, self.order = 0, 0, None, 1, 0

    # Accept

    def come(self, claim, holds):
        """A claim that has got its place in a chain; holds is what its chain or key holds it for."""
        if claim.kind in ("reduction", "reversal"):
            self.claims.append(claim)
            self.judge(claim, holds)

    def again(self, claim, holds):
        """A copy of the same bytes: what was refused for now is decided anew."""
        if claim.refused in FOR_NOW:
            claim.refused = None
            self.judge(claim, holds)

    def judge(self, claim, holds=()):
        self.touch(claim)
        claim.holds.update(holds)
        assignment = self.registry.devices[claim.device].assignment(claim.chain.assignment)
        claim.merchant = assignment.merchant if assignment else None
        claim.refused = self.refusal(claim, assignment)
        if claim.refused is not None:
            claim.holds.clear()
            return
        self.own_holds(claim)
        self.order += 1
        claim.place, claim.placed = self.order, True
        if claim.kind == "reduction":
            claim.purse = self.books.open(customer_account(claim.event))
            claim.placed = self.acts.add(claim)
        else:
            self.entitle(claim)
            claim.placed = self.acts.add_reversal(claim)
            if not claim.placed:
                claim.refused = "too-many-reversals"
                claim.holds.clear()

    def refusal(self, claim, assignment):
        event = claim.event
        if claim.kind == "reduction":
            if event["methodology"] not in self.programme.methodologies:
                return "unknown-methodology"
            if (event["credited"] != self.programme.credited(event, {})
                    or self.programme.methodologies[event["methodology"]]["activity"] != claim.activity):
                return "wrong-arithmetic"
        if assignment is None or (event["merchant"], event["site"]) != (assignment.merchant, assignment.site):
            return "not-assigned"
        reversal = claim.kind == "reversal"
        if not reversal and claim.end > self.now + DAY:
            return "in-the-future"
        if claim.root not in assignment.roots or (assignment.roots[claim.root] and not reversal):
            return "unknown-root"
        if not all(self.registry.knows_version(root, version) for version, root, _ in claim.nulls):
            return "unknown-key-version"
        if not reversal and not all(self.registry.in_force(root, version, claim.end) for version, root, _ in claim.nulls):
            return "key-version-not-in-force"
        return None

    def own_holds(self, claim):
        device = self.registry.devices[claim.device]
        if device.retired_at is not None and claim.arrived > device.retired_at + TAKEN_AFTER_RETIREMENT:
            claim.holds.add("after-retirement")
        if claim.kind == "reversal":
            return
        if self.programme.too_old(claim.activity, claim.end, claim.arrived):
            claim.holds.add("too-old")
        if any(self.registry.withdrawn.get((root, version), claim.arrived + 1) <= claim.arrived for version, root, _ in claim.nulls):
            claim.holds.add("key-withdrawn")
        if (claim.device, claim.activity) in self.screened:
            claim.holds.add("screening")
        if not self.registry.measures(claim.event["methodology"], claim.end):
            claim.holds.add(NOT_IN_FORCE)

    def entitle(self, reversal):
        """By the assignment of its chain, and what the registry says when it comes: once for all."""
        assignment = self.registry.devices[reversal.device].assignment(reversal.chain.assignment)
        reversal.has_root = reversal.root in assignment.roots
        reversal.owns = self.registry.owners.get(reversal.root) == assignment.merchant
        reversal.predecessors = self.registry.predecessors(assignment.merchant, self.now)

    # Decide, limit, book

    def decide(self, act, claim):
        """What stands of the holder; False where a ceiling holds it now."""
        target, closed, applied = self.asked(act, claim)
        if not claim.applied <= applied:
            claim.forget()  # what took it back does not any more: all steps, limits and ceilings included
            target, closed, applied = self.asked(act, claim)
        if claim.cut is None and target > (claim.passed or 0):
            granted, ceiling = self.limits.pass_all(claim, target)
            if ceiling is not None:
                claim.holds.add(ceiling)
                self.change(claim, 0)
                claim.forget()
                self.touch(claim)
                return False
            if granted < target:
                claim.cut = granted  # and is not granted more afterwards
        claim.passed = max(target, claim.passed or 0)
        act.closed, claim.applied = closed, applied
        self.change(claim, target if claim.cut is None else min(target, claim.cut))
        return True

    def asked(self, act, claim):
        """(mg, whether the act is closed, which apply): what is left by all reversals that apply to it, before limits."""
        parts, closed, applied = {}, False, set()
        for reversal in act.reversals:
            if not applies(reversal):
                continue
            if reversal.correction:
                if reversal.parts is not None and means(reversal, claim, act):
                    add_part(parts, reversal)
                    applied.add(reversal)
                continue
            rule = right(reversal, claim, act)
            if rule > 1 and not self.has_room(reversal, claim, parts, closed):
                continue
            if rule:
                applied.add(reversal)
            if rule and reversal.parts is None:
                closed = True
            elif rule:
                add_part(parts, reversal)
        return 0 if closed else self.left(claim, parts), closed, frozenset(applied)

    def has_room(self, reversal, claim, parts, closed):
        """What is not its merchant's a device takes back up to a ceiling a day: of what stands, or of all that is asked for anew."""
        stands = claim.granted if claim.passed is not None else ALL
        before = 0 if closed else min(stands, self.left(claim, parts))
        after = 0
        if before and reversal.parts is not None:
            with_it = {cti: dict(units) for cti, units in parts.items()}
            add_part(with_it, reversal)
            after = min(stands, self.left(claim, with_it))
        more = before - after - reversal.counted.get(claim, 0)
        if more <= 0:
            return True
        if not self.limits.may_take_back(reversal, claim.activity, more, self.now):
            reversal.holds.add("ceiling-reversals")
            self.touch(reversal)
            return False
        reversal.counted[claim] = before - after
        return True

    def left(self, claim, parts):
        taken = {}
        for units in parts.values():
            for unit, amount in units.items():
                taken[unit] = taken.get(unit, 0) + amount
        mg = self.programme.grant(claim.activity, self.programme.credited(claim.event, taken))
        return mg if claim.cut is None else min(mg, claim.cut)

    def change(self, claim, mg):
        late = mg < claim.granted and self.now >= claim.spendable_at
        self.limits.follow(claim, mg, late)
        self.books.change(claim, mg, self.now)
        self.touch(claim)

    # What ends a hold, and what begins one

    def lift(self, claim, reason):
        """A hold that ends by itself or with its chain: all steps follow."""
        if reason in claim.holds:
            claim.holds.discard(reason)
            self.decide_again(claim)

    def release(self, claim, reasons=OWN_HOLDS):
        """By a person: what held it is lifted for good; the steps behind that are done."""
        gone = claim.holds.intersection(reasons)
        if gone:
            claim.holds -= gone
            claim.lifted |= gone
            self.decide_again(claim)

    def decide_again(self, claim):
        self.touch(claim)
        if not claim.placed:
            if claim.refused is None:
                self.judge(claim)
        else:
            self.acts.changed(claim)

    def hold(self, claim, reason):
        if claim.refused is None or claim.refused in BEHIND:
            claim.holds.add(reason)
            self.touch(claim)
            if claim.placed:
                self.acts.changed(claim)

    def dismiss(self, claim):
        """Refused for good, with all that its device told of the act besides."""
        if not claim.holds:
            return
        gone = [claim]
        for act in {id(one): one for one in map(self.acts.act_of, claim.nulls)}.values():
            gone += [one for one in act.claims + act.reversals if one.device == claim.device and one not in gone and
                     (one.refused is None or one.refused in BEHIND)]
        for one in gone:
            one.refused = "dismissed"
            one.holds.clear()
            self.touch(one)
        for one in gone:
            if one.placed:
                self.acts.changed(one)

    def held(self, device, reason=None, chain=None, seq=None):
        return [claim for claim in self.claims if claim.device == device and claim.holds
                and (reason is None or reason in claim.holds)
                and (chain is None or claim.chain.id == chain) and (seq is None or claim.seq == seq)]

    def revoke(self, device, since):
        for claim in self.claims:
            if claim.device == device and claim.arrived >= since:
                self.hold(claim, "revoked-since")

    def methodologies(self):
        """A withdrawal was made, or moved: what it does not let measure is held, but what a person has released; the rest is decided."""
        for claim in sorted(self.claims, key=lambda claim: (claim.device, claim.chain.no, claim.seq)):
            if claim.kind != "reduction" or (claim.refused is not None and claim.refused not in BEHIND):
                continue
            if self.registry.measures(claim.event["methodology"], claim.end):
                self.lift(claim, NOT_IN_FORCE)
            elif NOT_IN_FORCE not in claim.lifted and NOT_IN_FORCE not in claim.holds:
                self.hold(claim, NOT_IN_FORCE)

    def trust(self, device):
        for claim in self.claims:
            if claim.device == device:
                self.lift(claim, "revoked-since")

    def rename(self, purse, new):
        """An account of a customer has another name, and is the same."""
        for claim in self.claims:
            if claim.kind == "reduction" and claim.purse == purse:
                claim.purse = new
        self.limits.rename(purse, new)

    # Consents

    def place_of(self, key):
        """(chain, seq, hash) up to which a key is good whose successor goes on, or None while that is open."""
        said, found = self.registry.keys[key].consent, self.places.get(key)
        if said is None or found is None or said[0] != found[0]:
            return said or found
        return max(said, found, key=lambda place: place[1])

    def consent(self, device, key, place):
        chain, seq, digest = place
        self.registry.do_consent(self.now, {"key": key, "chain": chain, "seq": seq, "hash": digest})
        if device in self.devices:
            self.devices[device].consented()

    # Tell

    def touch(self, claim):
        self.touched[claim] = None

    def tell(self):
        """Numbers what a device believes otherwise. Its receipt says at once what is granted or refused; a hold is a change."""
        for claim in sorted(self.touched, key=lambda claim: (claim.device, claim.chain.no, claim.seq)):
            standing = claim.standing()
            if standing != claim.told and (claim.told is not None or standing[0] == "held"):
                self.changes.setdefault(claim.device, []).append((claim.chain.id, claim.seq) + standing)
            claim.told = standing
        self.touched.clear()


def add_part(parts, reversal):
    """Parts with one id are one refund that was told more than once: each quantity counts at the largest that is named."""
    units = parts.setdefault(reversal.cti, {})
    for unit, amount in reversal.parts.items():
        units[unit] = max(units.get(unit, 0), amount)
