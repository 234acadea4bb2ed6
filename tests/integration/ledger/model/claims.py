# SPDX-License-Identifier: Apache-2.0
"""What the model keeps of a claim, and the reasons for which claims are refused or held (docs/claim-format.md, docs/ledger.md).

An event is a plain dict, as schedules are written: device, key, chain, seq, prev, hash, kind, cti, iat, merchant, site and

    start      why, pred (null or [device, chain, seq, hash]), assignment, consent (null or [chain, seq, hash])
    reduction  nulls ([[version, root, digest], ...]), begin, end, activity, methodology, quantities, credited, customer ([kind, name])
    reversal   nulls, names (null or the cti of the claim that is meant), why (refund, cancelled, correction), parts (null: all)
    gap        of (a chain), first, last

Bytes, hashes and signatures are names here: whose key signed an event is what its "key" says.
"""

# Who takes them away: the state of the chain, or `held` and what is named in docs/ledger.md, "Holding".
CHAIN_HOLDS = ("probation", "fork", "second-repair", "wrong-assignment")
OWN_HOLDS = ("after-consent", "ceiling-device", "ceiling-merchant", "ceiling-reversals", "too-old", "screening", "key-withdrawn",
             "methodology-not-in-force", "after-retirement", "revoked-since")
ALL_HOLDS = CHAIN_HOLDS + OWN_HOLDS

# A copy of the same bytes is decided anew.
FOR_NOW = frozenset(("not-assigned", "unknown-root", "unknown-key-version", "revoked", "in-the-future", "unknown-methodology",
                     "too-many-reversals"))
BEHIND = ("duplicate", "taken-back")  # refused, and still of its act
HOUR, DAY = 3600, 86400
CHANGE_WINDOW = 26 * HOUR


class Claim:
    """One place of a chain. What the registry said of it when it came is kept here, as the ledger's rows do."""
    __slots__ = ("event", "device", "chain", "seq", "kind", "cti", "iat", "merchant", "arrived", "place", "refused", "holds", "lifted",
                 "granted", "told", "placed",
                 # of reductions
                 "nulls", "root", "activity", "end", "joins", "act", "passed", "cut", "applied", "use", "kept", "spendable_at", "bookings", "purse",
                 # of reversals
                 "correction", "parts", "names", "has_root", "owns", "predecessors", "counted")

    def __init__(self, event, chain, arrived):
        self.event, self.chain, self.arrived = event, chain, arrived
        self.device, self.seq, self.kind = event["device"], event["seq"], event["kind"]
        self.cti, self.iat = event.get("cti"), event.get("iat", arrived)
        self.merchant, self.place, self.refused, self.placed = None, 0, None, False
        self.holds, self.lifted = set(), set()
        self.granted, self.told = 0, None
        if self.kind in ("reduction", "reversal"):
            self.nulls = tuple(sorted(tuple(one) for one in event["nulls"]))
            self.root = self.nulls[0][1]
        if self.kind == "reduction":
            self.activity, self.end = event["activity"], event["end"]
            self.joins, self.act, self.bookings, self.spendable_at, self.use, self.kept = True, None, 0, None, 0, 0
            self.purse = None  # whose credit it is, once it is accepted
            self.forget()
        elif self.kind == "reversal":
            self.correction = event["why"] == "correction"
            self.parts, self.names, self.counted = event.get("parts"), event.get("names"), {}
            self.has_root, self.owns, self.predecessors = False, False, frozenset()

    def forget(self):
        """It is not the holder any more: should it be again, all steps decide it."""
        self.passed, self.cut, self.applied = None, None, frozenset()  # passed: what all steps were asked for, None before

    def standing(self):
        """(standing, granted, reasons): what a device, the books and `held list` are told of it."""
        if self.refused is not None:
            return "refused", 0, self.refused
        if self.holds:
            return "held", 0, ",".join(reason for reason in ALL_HOLDS if reason in self.holds)
        return "accepted", self.granted, ""

    def recorded_no_later(self, correction):
        if self.chain is correction.chain:
            return self.seq < correction.seq
        return self.iat <= correction.iat
