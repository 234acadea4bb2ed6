# SPDX-License-Identifier: Apache-2.0
"""Bookings and accounts: docs/ledger.md, "Steps" and "What was spent"; docs/credit-service.md, "Accounts and postings".

Every booking's legs add up to 0. A customer's account goes to 0 and no lower: what is missing there is the claim's merchant's to bear,
as far as the merchant's account goes, and then `loss`.
"""
GRANT, TAKEN_BACK, STANDS_AGAIN, SHORTFALL, SPENT = range(5)
ISSUANCE, OPERATOR, LOSS, SPENT_ACCOUNT = ("issuance", ""), ("operator", ""), ("loss", ""), ("spent", "")
RESERVED, UNATTRIBUTED = ("reserved", ""), ("unattributed", "")


def customer_account(event):
    customer = event.get("customer")
    return (customer[0], customer[1]) if customer else UNATTRIBUTED


class Books:
    def __init__(self, programme):
        self.programme = programme
        self.balances = {}
        self.bookings = []  # (what it is of: a claim, a spend, None; kind, at, legs)
        self.maturing = {}  # account: [(spendable_at, mg)]
        self.numbers = {UNATTRIBUTED: 0}  # account of a customer: in which order they came to be
        self.renamed = {}  # as it was called: as it is

    def balance(self, account):
        return self.balances.get(account, 0)

    def open(self, account):
        """The account, from then on if it was not there."""
        self.numbers.setdefault(account, len(self.numbers))
        return account

    def rename(self, old, new):
        """Whose it was is forgotten; another of the old name is another."""
        self.numbers[new] = self.numbers.pop(old)
        for table in (self.balances, self.maturing):
            if old in table:
                table[new] = table.pop(old)
        self.bookings = [(claim, kind, at, [(new if account == old else account, mg) for account, mg in legs])
                         for claim, kind, at, legs in self.bookings]
        self.renamed = {name: new if account == old else account for name, account in self.renamed.items()}
        self.renamed[old] = new

    def book(self, claim, kind, now, legs, spendable_at):
        legs = [(account, mg) for account, mg in legs if mg]
        if not legs:
            return
        self.bookings.append((claim, kind, now, legs))
        for account, mg in legs:
            self.balances[account] = self.balances.get(account, 0) + mg
            self.maturing.setdefault(account, []).append((spendable_at, mg))

    def change(self, claim, mg, now):
        """Makes mg of what stands of the claim. What is taken back leaves what the shares give for the rest."""
        old = claim.granted
        if mg == old:
            return
        kind = TAKEN_BACK if mg < old else STANDS_AGAIN if claim.bookings else GRANT
        if kind != TAKEN_BACK:
            claim.spendable_at = self.programme.spendable_at(claim.activity, claim.end, now)
        customer = claim.purse
        accounts = (customer, ("merchant", claim.merchant), OPERATOR)
        legs = [(ISSUANCE, old - mg)]
        legs += [(account, new - was)
                 for account, new, was in zip(accounts, self.programme.split(mg), self.programme.split(old))]
        self.book(claim, kind, now, legs, claim.spendable_at)
        claim.granted = mg
        claim.bookings += 1
        if kind == TAKEN_BACK:
            self.make_up(claim, customer, now)

    def make_up(self, claim, customer, now):
        missing = -self.balance(customer)
        if missing <= 0:
            return
        merchant = ("merchant", claim.merchant)
        borne = min(missing, max(0, self.balance(merchant)))
        self.book(claim, SHORTFALL, now, [(customer, missing), (merchant, -borne), (LOSS, borne - missing)], now)

    def spendable(self, account, now):
        ripe = sum(mg for spendable_at, mg in self.maturing.get(account, ()) if spendable_at <= now)
        return max(0, min(ripe, self.balance(account)))

    def spend(self, account, mg, now):
        """As much of it as can leave the account."""
        mg = min(mg, self.spendable(account, now))
        self.book(None, SPENT, now, [(account, -mg), (SPENT_ACCOUNT, mg)], now)

    def spend_legs(self, spend, legs, now):
        self.book(spend, SPENT, now, legs, now)

    def wrong(self):
        """What does not balance: each booking by itself, accounts against their legs, customers below 0."""
        sums = {}
        for claim, kind, at, legs in self.bookings:
            if sum(mg for _, mg in legs) != 0:
                yield f"a booking of kind {kind} at {at} does not add up to 0: {legs}"
            for account, mg in legs:
                sums[account] = sums.get(account, 0) + mg
        if sums != self.balances:
            yield f"accounts are {self.balances}, and their legs {sums}"
        for (kind, name), mg in self.balances.items():
            if mg < 0 and kind not in ("issuance", "merchant", "operator", "loss"):
                yield f"{kind} {name} is at {mg}"
