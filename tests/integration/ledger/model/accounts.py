# SPDX-License-Identifier: Apache-2.0
"""Whose purses they are, and what is set aside and spent of them (docs/accounts.md).

A purse is an account of the books; whoever has purses is a participant, by a name that the schedule gives. What is asked and not
done raises Refused with the status that the HTTP API has for it (docs/service-api.md).
"""
from books import RESERVED, SPENT_ACCOUNT
from claims import DAY

INVITATION_DAYS = 14
MOST_GROUPS = 16
ACTIVE, CLOSED, MERGED, ERASED = "active", "closed", "merged", "erased"


class Refused(Exception):
    """404 what is named is not there, 409 what is there stands against it."""

    def __init__(self, status, why):
        super().__init__(why)
        self.status = status


class Participant:
    def __init__(self, name, kind):
        self.name, self.kind, self.state, self.into = name, kind, ACTIVE, None
        self.purses, self.groups = set(), set()  # of a person; a group's members are those who have it


class Spend:
    """An account's part in an order."""

    def __init__(self, no, participant, order, mg, taken):
        self.no, self.participant, self.order, self.mg = no, participant, order, mg
        self.taken = taken  # [(purse, mg)]
        self.state = "reserved"

    def is_open(self):
        return self.state in ("reserved", "agreed")


class Accounts:
    def __init__(self, ledger):
        self.ledger, self.books = ledger, ledger.books
        ledger.limits.together = self.together
        self.participants, self.owners = {}, {}  # by name; purse: participant
        self.invitations = {}  # code: [group, until when, by whom it was used]
        self.spends = []

    def find(self, name):
        """Of one that was merged, the one that it went into."""
        known = self.participants.get(name)
        if known is None:
            raise Refused(404, f"no account {name}")
        while known.state == MERGED:
            known = known.into
        return known

    def active(self, name):
        known = self.find(name)
        if known.state != ACTIVE:
            raise Refused(409, f"{name} is {known.state}")
        return known

    def together(self, purse):
        """The purses that share one limit: the tokens of one account."""
        owner = self.owners.get(purse)
        return [purse] if owner is None else [one for one in owner.purses if one[0] in ("customer", "erased")]

    def give(self, purse, to):
        before = self.owners.get(purse)
        if before is not None:
            before.purses.discard(purse)
        self.owners[purse] = to
        to.purses.add(purse)

    # Tokens and secrets

    def do_open(self, change, now):
        known = self.participants[change["account"]] = Participant(change["account"], change["kind"])
        self.give(self.books.open(("customer", change["token"])), known)

    def do_token(self, change, now):
        self.give(self.books.open(("customer", change["token"])), self.active(change["account"]))

    def do_take_token(self, change, now):
        known, purse = self.active(change["account"]), ("customer", change["token"])
        if purse not in self.books.numbers:
            raise Refused(404, "no claim came with it")
        if self.owners.get(purse, known) is not known:
            raise Refused(409, "it is another's")
        self.give(purse, known)

    def do_move_token(self, change, now):
        known, purse = self.active(change["account"]), ("customer", change["token"])
        if purse not in self.books.numbers:
            raise Refused(404, "no claim came with it")
        self.give(purse, known)

    def do_redeem(self, change, now):
        """Answers what it is worth."""
        known, purse = self.active(change["account"]), ("bearer", change["secret"])
        if self.owners.get(purse, known) is not known:
            raise Refused(409, "somebody else redeemed it")
        self.give(self.books.open(purse), known)
        return self.books.balance(purse)

    # Groups

    def do_invite(self, change, now):
        group = self.active(change["account"])
        if group.kind not in ("family", "team"):
            raise Refused(409, "it has no members")
        self.invitations[change["code"]] = [group, now + INVITATION_DAYS * DAY, None]

    def do_join(self, change, now):
        person, invitation = self.active(change["account"]), self.invitations.get(change["code"])
        if person.kind != "person":
            raise Refused(409, "only people join")
        if invitation is None:
            raise Refused(404, "nobody was invited by it")
        group = self.active(invitation[0].name)
        if invitation[2] == person.name:
            return
        if invitation[2] is not None or now >= invitation[1]:
            raise Refused(409, "it was used, or has expired")
        if group in person.groups or len(person.groups) >= MOST_GROUPS or (group.kind == "family" and self.family(person)):
            raise Refused(409, "it is in that group, a family or 16 groups")
        invitation[2] = person.name
        person.groups.add(group)

    def family(self, person):
        return next((group for group in person.groups if group.kind == "family"), None)

    def members(self, group):
        return [one for one in self.participants.values() if group in one.groups]

    def do_leave(self, change, now):
        person, group = self.find(change["account"]), self.find(change["group"])
        if group not in person.groups:
            raise Refused(404, "it is not in that group")
        person.groups.discard(group)

    # How accounts end

    def has_open(self, known):
        return any(spend.is_open() for spend in self.spends if spend.participant is known)

    def end(self, known, state):
        for member in self.members(known):
            member.groups.discard(known)
        known.groups.clear()
        known.state = state

    def do_merge(self, change, now):
        """All that is one's becomes the other's. A person stays in one family at most: that of the account that goes on."""
        old, new = self.active(change["account"]), self.active(change["into"])
        if old is new or old.kind != new.kind or self.has_open(old):
            raise Refused(409, "they are not two of one kind, or something is set aside")
        for purse in list(old.purses):
            self.give(purse, new)
        for spend in self.spends:
            if spend.participant is old:
                spend.participant = new
        for group in old.groups:
            if group.kind != "family" or not self.family(new):
                new.groups.add(group)
        for member in self.members(old):
            member.groups.add(new)
        self.end(old, MERGED)
        old.into = new

    def do_close(self, change, now):
        known = self.find(change["account"])
        if known.state == CLOSED:
            return
        if known.state == ERASED or self.has_open(known):
            raise Refused(409, "it is erased, or something is set aside")
        self.end(known, CLOSED)

    def do_erase(self, change, now):
        """Its purses stay, under names that lead nowhere. Who cancels its orders does so before."""
        known = self.find(change["account"])
        if known.state == ERASED:
            return
        for purse in list(known.purses):
            new = ("erased", f"{purse[0]}/{purse[1]}/{self.books.numbers[purse]}")
            self.books.rename(purse, new)
            self.ledger.rename(purse, new)
            known.purses.discard(purse)
            del self.owners[purse]
            self.give(new, known)
        self.end(known, ERASED)

    # Spending

    def purses_of(self, known):
        return sorted(known.purses, key=lambda purse: self.books.numbers[purse])

    def spendable(self, known, now):
        return sum(self.books.spendable(purse, now) for purse in known.purses)

    def reserve(self, known, order, mg, now):
        if self.spendable(known, now) < mg:
            raise Refused(409, f"{known.name} has less than {mg} mg")
        taken, missing = [], mg
        for purse in self.purses_of(known):
            part = min(missing, self.books.spendable(purse, now))
            if part:
                taken.append((purse, part))
            missing -= part
        spend = Spend(len(self.spends) + 1, known, order, mg, taken)
        self.spends.append(spend)
        self.books.spend_legs(spend, [(purse, -part) for purse, part in taken] + [(RESERVED, mg)], now)

    def decide(self, spend, state, now):
        spend.state = state
        if state == "spent":
            self.books.spend_legs(spend, [(RESERVED, -spend.mg), (SPENT_ACCOUNT, spend.mg)], now)
        elif state == "released":  # to the purses that it came from, whoever has them now
            taken = [(self.books.renamed.get(purse, purse), part) for purse, part in spend.taken]
            self.books.spend_legs(spend, taken + [(RESERVED, -spend.mg)], now)

    def spends_of(self, order):
        return [spend for spend in self.spends if spend.order is order]
