#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Recomputes the whole ledger from the claims, from docs/credit-service.md alone, and compares it with the service's report.

It shares nothing with the service: exact rationals, zoneinfo, tomllib and cbor2. It supposes that signatures and chains are good
(`greentill verify` checks them), that no device was quarantined, and that no act ended in the service's future.

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
ISSUER, CLAIM_ID = 1, 7
ACCOUNT_HEADER = -65537
UNATTRIBUTED, ACCOUNT, BEARER = 0, 1, 2
MOST_REVERSALS = 64
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


@dataclass
class Booked:
    """A reduction that was accepted."""
    id: bytes
    reduction: dict
    merchant: str
    account: str | None  # the token, where limits hold
    granted: int = 0
    reversals: list = field(default_factory=list)  # claim id and content


class Ledger:
    def __init__(self, programme, methodologies):
        self.programme, self.methodologies = programme, methodologies
        self.accounts = Counter()
        self.refused = Counter()
        self.usage = Counter()
        self.claims = 0
        self.standing = {}  # nullifier: Booked
        self.waiting = defaultdict(list)  # nullifier: reversals without their claim
        self.all = []

    def take(self, payload, token):
        self.claims += 1
        body = payload[BODY]
        kind, content = body[ENTRY][:2]
        if (kind == START) != (body[SEQ] == 1):
            self.refused["malformed"] += 1
        elif kind == REDUCTION:
            self.take_reduction(payload, content, token)
        elif kind == REVERSAL:
            self.take_reversal(payload[CLAIM_ID], content)

    def take_reversal(self, claim_id, reversal):
        booked = self.standing.get(reversal[1])
        fits = booked is not None and reversal.get(2, booked.id) == booked.id
        before = booked.reversals if fits else self.waiting[reversal[1]]
        if len(before) >= MOST_REVERSALS and not (fits and 4 not in reversal):
            self.refused["too-many-reversals"] += 1
            return
        self.waiting[reversal[1]].append((claim_id, reversal))
        self.settle(reversal[1])

    def take_reduction(self, payload, reduction, token):
        try:
            amounts = recompute(reduction, self.methodologies)
        except LookupError:
            self.refused["unknown-methodology"] += 1
            return
        except Unclaimable:
            amounts = None
        if amounts != (reduction[5], reduction[6]):
            self.refused["wrong-arithmetic"] += 1
        elif reduction[8][1] in self.standing:
            self.refused["duplicate"] += 1
        else:
            limited = token if reduction[7][0] == ACCOUNT else None
            booked = Booked(payload[CLAIM_ID], reduction, payload[BODY][SITE][0], limited)
            self.standing[reduction[8][1]] = booked
            self.all.append(booked)
            self.change(booked, self.within_limits(booked, self.programme.grant(reduction[2], amounts[1])))
            self.settle(reduction[8][1])

    def within_limits(self, booked, mg):
        if booked.account is None:
            return mg
        activity, end = booked.reduction[2], booked.reduction[1][1]
        for limit, period in self.programme.periods(activity, end):
            mg = min(mg, max(0, limit - self.usage[booked.account, activity, period]))
        return mg

    def change(self, booked, mg):
        """Books the claim's amount anew, as what it is now."""
        for amount, sign in ((booked.granted, -1), (mg, 1)):
            parts = self.programme.split(amount)
            self.accounts["issuance"] -= sign * amount
            kind = {UNATTRIBUTED: "unattributed", ACCOUNT: ACCOUNTS, BEARER: "bearer"}[booked.reduction[7][0]]
            self.accounts[kind] += sign * parts["customer"]
            self.accounts["merchant"] += sign * parts["merchant"]
            self.accounts["operator"] += sign * parts["operator"]
        if booked.account is not None:
            activity, end = booked.reduction[2], booked.reduction[1][1]
            for _, period in self.programme.periods(activity, end):
                self.usage[booked.account, activity, period] += mg - booked.granted
        booked.granted = mg

    def settle(self, nullifier):
        """Binds the reversals that wait for the claim that stands under the nullifier."""
        booked = self.standing.get(nullifier)
        if booked is None:
            return
        mine = [(claim_id, reversal) for claim_id, reversal in self.waiting[nullifier] if reversal.get(2, booked.id) == booked.id]
        if not mine:
            return
        self.waiting[nullifier] = [reversal for reversal in self.waiting[nullifier] if reversal not in mine]
        booked.reversals += mine
        if any(4 not in reversal for _, reversal in booked.reversals):
            self.change(booked, 0)
            del self.standing[nullifier]
        else:
            self.change(booked, min(booked.granted, self.grant_of_rest(booked)))

    def grant_of_rest(self, booked):
        rest = dict(booked.reduction[3])
        counted = set()
        for claim_id, reversal in booked.reversals:
            if claim_id in counted:
                continue
            counted.add(claim_id)
            for unit, taken in reversal[4].items():
                if unit in rest:
                    rest[unit] = max(0, rest[unit] - taken)
        try:
            _, credited = recompute({**booked.reduction, 3: rest}, self.methodologies)
        except Unclaimable:  # a claim that stands has its methodology
            return 0
        return self.programme.grant(booked.reduction[2], credited)

    @property
    def granted_mg(self):
        return sum(booked.granted for booked in self.all)


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
    for reason in sorted(report["refused"].keys() | ledger.refused.keys()):
        yield f"refused as {reason}", ledger.refused[reason], report["refused"].get(reason, 0)
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
