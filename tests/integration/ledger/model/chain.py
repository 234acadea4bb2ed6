# SPDX-License-Identifier: Apache-2.0
"""A chain as the ledger has it: its places, its state, what is kept aside of it and what gaps called lost."""

OPEN, WAITING, PROBATION, HELD, CLOSED = "open", "waiting", "probation", "held", "closed"
NOTHING = "0"  # the hash before the first place


class Chain:
    def __init__(self, no, event):
        self.no, self.device, self.id = no, event["device"], event["chain"]
        self.key, self.assignment, self.pred = event["key"], event["assignment"], event["pred"]
        self.state, self.reason = WAITING, None
        self.head, self.hashes, self.claims = 0, {}, {}
        self.before, self.place = None, 0  # the chain and the place behind which it goes on
        self.closed_at, self.closed_by, self.opened = None, None, False
        self.booked_at, self.silent_from, self.held_since = None, 0, 0
        self.lost = []  # (first, last, seqs that were there already, the chain whose gap says so)
        self.aside = {}  # seq: (event, when it came)
        self.held_from = 1

    def hash(self, seq):
        return NOTHING if seq == 0 else self.hashes.get(seq)

    def end(self):
        """Up to which it counts."""
        return self.head if self.closed_at is None else max(self.closed_at, self.head)

    def lost_by(self, seq):
        return next((by for first, last, there, by in self.lost if first <= seq <= last and seq not in there), None)

    def next(self):
        seq, moved = self.head + 1, bool(self.lost)
        while moved:
            moved = False
            for first, last, there, _ in self.lost:
                if first <= seq <= last and seq not in there:
                    seq, moved = min([one for one in there if one > seq] + [last + 1]), True
        return seq

    def hold(self):
        return self.reason if self.state == HELD else "probation" if self.state == PROBATION else None
