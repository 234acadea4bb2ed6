#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Recomputes the whole ledger from the claims, from docs/ledger.md and docs/credit-service.md alone, and compares it with the service's
report.

It shares nothing with the service: exact rationals, zoneinfo, tomllib and cbor2. It supposes that signatures and chains are good, locks'
among them (`greentill verify` checks them), that each chain is of an assignment that has its root, that nothing was held or dismissed, that no act
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
from collections import Counter, defaultdict

import cbor2
import lock_statement
from greentill_recompute import BODY, Unclaimable, load_methodologies, recompute
from kept_acts import TAKEN_BACK, Act, Takes, Told
from programme_file import Programme

SEQ, PREV, SITE, ENTRY, CHAIN = 1, 2, 5, 6, 7
REDUCTION, REVERSAL, START = 0, 1, 3
ISSUER, RECORDED, CLAIM_ID = 1, 6, 7
NULLIFIERS_TAKEN_BACK = 1  # of a reversal
ACCOUNT_HEADER = -65537
UNATTRIBUTED, ACCOUNT, BEARER = 0, 1, 2
MOST_REVERSALS = 64  # of one merchant for one act
MOST_TOLD = 16  # of one act by one device
ACCOUNTS = "accounts"  # "customer" and "hashed" together


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
        try:
            other = lock_statement.difference(payload, reduction)
        except ValueError:
            self.refused_at_once["bad-statement"] += 1
            return
        if other:
            self.refused_at_once["other-statement"] += 1
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
