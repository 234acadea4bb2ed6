#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Recomputes the whole ledger from the claims, from docs/ledger.md and docs/credit-service.md alone, and compares it with the service's
report.

It shares nothing with the service: exact rationals, zoneinfo, tomllib and cbor2. It supposes that signatures and chains are good
(`greentill verify` checks them), that each chain is of an assignment that has its root, that nothing was held or dismissed, that no act
ended in the service's future, that nothing was taken back after it could be spent, and that no merchant follows another or owns a root
under which another's claims stand. A reduction has one nullifier: acts that two of them join are not recomputed.

    ledger.py --claims FILE [--claims FILE ...] --methodologies DIR --programme FILE --report FILE

Each FILE is a CBOR sequence of claim messages in chain order. Where files meet, in an event claimed twice or in an account's limit,
they are taken to have been booked in the order given. Exports have no account tokens, so accounts are compared as one, whether the
service knew them by token ("customer") or by hash ("hashed"); limits are recomputed for the claims whose token is still there.
"""
import argparse
import json
import sys
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

import cbor2
from greentill_recompute import BODY, Unclaimable, load_methodologies, recompute

SEQ, PREV, SITE, ENTRY, CHAIN = 1, 2, 5, 6, 7
REDUCTION, REVERSAL, START = 0, 1, 3
ISSUER, RECORDED, CLAIM_ID = 1, 6, 7
NULLIFIERS_TAKEN_BACK, NAMED_CLAIM, CAUSE, TAKEN_BACK = 1, 2, 3, 4  # of a reversal
CORRECTION = 2
ACCOUNT_HEADER = -65537
UNATTRIBUTED, ACCOUNT, BEARER = 0, 1, 2
MOST_REVERSALS = 64  # of one merchant for one act
MOST_TOLD = 16  # of one act by one device
SAME_ACT_S = 26 * 3600
MOST_MEASURED_MG = 2**40
ACCOUNTS = "accounts"  # "customer" and "hashed" together


class Programme:
    """What config/programme.toml says."""

    def __init__(self, path):
        with open(path, "rb") as file:
            table = tomllib.load(file)
        self.zone = ZoneInfo(table["zone"])
        self.shares = {who: Fraction(table["shares"][who]) for who in ("customer", "merchant", "operator")}
        if sum(self.shares.values()) != 1:
            raise ValueError(f"{path}: the shares add up to {sum(self.shares.values())}")
        self.rules = {rule["name"]: rule for rule in table.get("activity", [])}

    def grant(self, activity, credited_mg):
        """Before limits."""
        rule = self.rules.get(activity)
        if rule is None or credited_mg <= 0:
            return 0
        return rule["fixed_mg"] if rule["grant"] == "fixed" else min(credited_mg, MOST_MEASURED_MG)

    def split(self, mg):
        """By largest remainder; equal remainders in the order customer, merchant, operator."""
        exact = {who: share * mg for who, share in self.shares.items()}
        parts = {who: int(amount) for who, amount in exact.items()}
        by_remainder = sorted(exact, key=lambda who: parts[who] - exact[who])  # stable
        for who in by_remainder[:mg - sum(parts.values())]:
            parts[who] += 1
        return parts

    def periods(self, activity, end):
        """(limit, name of the period) of each limit of the activity."""
        local = datetime.fromtimestamp(end, timezone.utc).astimezone(self.zone)
        rule = self.rules.get(activity, {})
        for key, period in (("limit_per_day_mg", local.strftime("%Y-%m-%d")), ("limit_per_month_mg", local.strftime("%Y-%m"))):
            if key in rule:
                yield rule[key], period


@dataclass(eq=False)
class Told:
    """A reduction that is kept with its act."""
    id: bytes
    device: str
    merchant: str
    place: tuple  # chain and seq
    recorded: int
    reduction: dict
    account: str | None  # the token, where limits hold
    granted: int = 0
    reason: str | None = None  # why it is refused


@dataclass(eq=False)
class Takes:
    """A reversal that is kept with an act."""
    id: bytes
    device: str
    merchant: str
    place: tuple
    recorded: int
    reversal: dict

    @property
    def is_correction(self):
        return self.reversal[CAUSE] == CORRECTION

    @property
    def is_whole(self):
        return TAKEN_BACK not in self.reversal

    def is_no_earlier(self, claim):
        if claim.place[0] == self.place[0]:
            return claim.place[1] < self.place[1]
        return claim.recorded <= self.recorded


@dataclass(eq=False)
class Act:
    told: list = field(default_factory=list)  # in the order in which they came
    takes: list = field(default_factory=list)
    holder: Told | None = None
    applied: list = field(default_factory=list)  # the reversals that apply

    def corrects(self, correction, claim):
        """Rule 5: whether the correction means the claim."""
        if claim.merchant != correction.merchant:
            return False
        named = correction.reversal.get(NAMED_CLAIM)
        if named is None:
            return correction.is_no_earlier(claim)
        if claim.id == named:
            return True
        by_name = next((one for one in self.told if one.id == named), None)
        return (by_name is not None and by_name.merchant == correction.merchant and by_name.device == claim.device
                and correction.is_no_earlier(claim))

    def is_out(self, claim):
        """Rule 1, where nothing is dismissed or revoked."""
        return any(one.is_correction and one.is_whole and self.corrects(one, claim) for one in self.takes)

    def find_holder(self):
        """Rule 2, where nothing is held."""
        if self.holder is not None and not self.is_out(self.holder):
            return self.holder
        return next((claim for claim in self.told if not self.is_out(claim)), None)

    def told_it_too(self, takes, holder):
        """The third rule of who takes back."""
        if takes.device == holder.device:
            return False
        return any(one.device == takes.device and not self.is_out(one) and one.reduction[2] == holder.reduction[2]
                   and abs(one.reduction[1][1] - holder.reduction[1][1]) <= SAME_ACT_S for one in self.told if one is not holder)

    def applying(self, holder):
        """Rules 4 and 5: the reversals that take back something of the holder."""
        return [one for one in self.takes
                if (self.corrects(one, holder) if one.is_correction else one.merchant == holder.merchant or self.told_it_too(one, holder))]


def kept(payload):
    """What Told and Takes have in common."""
    body = payload[BODY]
    return payload[CLAIM_ID], payload[ISSUER], body[SITE][0], (body[CHAIN], body[SEQ]), payload[RECORDED]


class Ledger:
    def __init__(self, programme, methodologies):
        self.programme, self.methodologies = programme, methodologies
        self.accounts = Counter()
        self.refused_at_once = Counter()
        self.usage = Counter()
        self.claims = 0
        self.acts = defaultdict(Act)  # by nullifier

    def take(self, payload, token):
        self.claims += 1
        body = payload[BODY]
        kind, content = body[ENTRY][:2]
        if (kind == START) != (body[SEQ] == 1):
            self.refused_at_once["malformed"] += 1
        elif kind == REDUCTION:
            self.take_reduction(payload, content, token)
        elif kind == REVERSAL:
            self.take_reversal(payload, content)

    def take_reversal(self, payload, reversal):
        takes = Takes(*kept(payload), reversal)
        acts = [self.acts[tuple(one)] for one in reversal[NULLIFIERS_TAKEN_BACK]]
        full = any(sum(one.merchant == takes.merchant for one in act.takes) >= MOST_REVERSALS for act in acts)
        if full and not (takes.is_whole and not takes.is_correction):
            self.refused_at_once["too-many-reversals"] += 1
            return
        for act in acts:
            act.takes.append(takes)
            self.settle(act)

    def take_reduction(self, payload, reduction, token):
        try:
            amounts = recompute(reduction, self.methodologies)
        except LookupError:
            self.refused_at_once["unknown-methodology"] += 1
            return
        except Unclaimable:
            amounts = None
        if amounts != (reduction[5], reduction[6]):
            self.refused_at_once["wrong-arithmetic"] += 1
            return
        if len(reduction[8]) != 1:
            raise ValueError(f"claim {payload[BODY][SEQ]} has several nullifiers, which are not recomputed")
        claim = Told(*kept(payload), reduction, token if reduction[7][0] == ACCOUNT else None)
        act = self.acts[tuple(reduction[8][0])]
        if sum(one.device == claim.device for one in act.told) >= MOST_TOLD:
            self.refused_at_once["duplicate"] += 1
            return
        act.told.append(claim)
        self.settle(act, claim)

    def settle(self, act, fresh=None):
        """Lets what stands of the act follow from what is kept with it; fresh: the claim that comes."""
        was_closed = any(one.is_whole for one in act.applied)
        before, act.holder = act.holder, act.find_holder()
        applied = [] if act.holder is None else act.applying(act.holder)
        closed = any(one.is_whole for one in applied)
        for claim in act.told:
            if claim is act.holder:
                claim.reason = None
                continue
            self.change(claim, 0)
            if act.is_out(claim):
                claim.reason = None
            elif claim.reason is None:  # else it keeps the one that it has
                claim.reason = "taken-back" if claim is fresh and was_closed else "duplicate"
        undone = any(one not in applied for one in act.applied)
        act.applied = applied
        if act.holder is None:
            return
        wanted = 0 if closed else self.grant_of_rest(act.holder, applied)
        if act.holder is before and not undone:
            self.change(act.holder, min(wanted, act.holder.granted))
        else:
            self.change(act.holder, 0)
            self.change(act.holder, self.within_limits(act.holder, wanted))

    def grant_of_rest(self, holder, applied):
        """Before limits. Of parts with one id each quantity counts once, at the largest that one of them names."""
        reduction = holder.reduction
        if not applied:
            return self.programme.grant(reduction[2], reduction[6])
        parts = defaultdict(int)
        for one in applied:
            for unit, taken in one.reversal[TAKEN_BACK].items():
                parts[one.id, unit] = max(parts[one.id, unit], taken)
        rest = dict(reduction[3])
        for (_, unit), taken in parts.items():
            if unit in rest:
                rest[unit] = max(0, rest[unit] - taken)
        try:
            _, credited = recompute({**reduction, 3: rest}, self.methodologies)
        except Unclaimable:  # a claim that stands has its methodology
            return 0
        return self.programme.grant(reduction[2], min(credited, reduction[6]))

    def within_limits(self, claim, mg):
        if claim.account is None:
            return mg
        activity, end = claim.reduction[2], claim.reduction[1][1]
        for limit, period in self.programme.periods(activity, end):
            mg = min(mg, max(0, limit - self.usage[claim.account, activity, period]))
        return mg

    def change(self, claim, mg):
        """Books the claim's amount anew, as what it is now."""
        for amount, sign in ((claim.granted, -1), (mg, 1)):
            parts = self.programme.split(amount)
            self.accounts["issuance"] -= sign * amount
            kind = {UNATTRIBUTED: "unattributed", ACCOUNT: ACCOUNTS, BEARER: "bearer"}[claim.reduction[7][0]]
            self.accounts[kind] += sign * parts["customer"]
            self.accounts["merchant"] += sign * parts["merchant"]
            self.accounts["operator"] += sign * parts["operator"]
        if claim.account is not None:
            activity, end = claim.reduction[2], claim.reduction[1][1]
            for _, period in self.programme.periods(activity, end):
                self.usage[claim.account, activity, period] += mg - claim.granted
        claim.granted = mg

    @property
    def told(self):
        return (claim for act in self.acts.values() for claim in act.told)

    @property
    def granted_mg(self):
        return sum(claim.granted for claim in self.told)

    @property
    def refused(self):
        return self.refused_at_once + Counter(claim.reason for claim in self.told if claim.reason is not None)


def read_messages(path):
    """(payload, account token or None) of each claim message, in file order."""
    with open(path, "rb") as file:
        end = file.seek(0, 2)
        file.seek(0)
        while file.tell() < end:
            _, unprotected, payload, _ = cbor2.load(file).value.value
            hint = unprotected.get(ACCOUNT_HEADER)
            yield cbor2.loads(payload), hint[1] if hint else None


def replay(paths, ledger):
    seen = {}
    for path in paths:
        for payload, token in read_messages(path):
            place = (payload[ISSUER], payload[BODY][CHAIN], payload[BODY][SEQ])
            if place in seen:
                if seen[place] != payload:
                    raise ValueError(f"{path}: two claims at seq {place[2]} of one chain")
                continue
            seen[place] = payload
            ledger.take(payload, token)


def differences(ledger, report):
    theirs = Counter(report["accounts"])
    theirs[ACCOUNTS] = theirs.pop("customer", 0) + theirs.pop("hashed", 0)
    for kind in sorted(theirs.keys() | ledger.accounts.keys()):
        yield f"{kind} mg", ledger.accounts[kind], theirs[kind]
    yield "granted mg", ledger.granted_mg, report["granted_mg"]
    yield "claims", ledger.claims, report["claims"]
    yield "held claims", 0, report["held_in_all"]["claims"]
    refused = ledger.refused
    for reason in sorted(report["refused"].keys() | refused.keys()):
        yield f"refused as {reason}", refused[reason], report["refused"].get(reason, 0)
    yield "sum of all accounts", 0, sum(report["accounts"].values())


def main():
    parser = argparse.ArgumentParser(description="Recompute the ledger.")
    parser.add_argument("--claims", required=True, action="append", help="a CBOR sequence of claim messages in chain order")
    parser.add_argument("--methodologies", required=True, help="the folder of the methodologies' files")
    parser.add_argument("--programme", required=True, help="programme.toml")
    parser.add_argument("--report", required=True, help="what greentill-credit report --json printed")
    arguments = parser.parse_args()
    ledger = Ledger(Programme(arguments.programme), load_methodologies(arguments.methodologies))
    replay(arguments.claims, ledger)
    with open(arguments.report, encoding="utf-8") as file:
        report = json.load(file)
    wrong = [(what, ours, theirs) for what, ours, theirs in differences(ledger, report) if ours != theirs]
    for what, ours, theirs in wrong:
        print(f"ledger: {what}: recomputed {ours}, the service has {theirs}")
    if not wrong:
        print(f"ledger: {ledger.claims} claims, {ledger.granted_mg} mg granted, {sum(ledger.refused.values())} refused, "
              f"{len(ledger.accounts)} kinds of account: equal")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
