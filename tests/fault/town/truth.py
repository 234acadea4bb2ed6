# SPDX-License-Identifier: Apache-2.0
"""What the service's store holds, and what the models say it must: tables of rows, by the names of the schedule.

    service(stack, players) and model(players) -> {part: Counter of rows}; differences() names each row that one of them lacks.
"""
import bisect
import collections
import hashlib
import json

from names import chain_digits

CHAIN_STATES = ("open", "waiting", "on-probation", "held", "closed")
ORDER_STATES = ("open", "confirmed", "cancelled", "expired")
SPEND_STATES = ("reserved", "agreed", "spent", "released")
TREE_STATES = ("ordered", "planted", "standing", "failed", "replaced")
EVENTS = ("planted", "approved", "rejected", "failed", "replaced")
PEOPLE_STATES = ("active", "closed", "merged", "erased")
KINDS = ("person", "family", "team", "merchant")
SYSTEM = ("issuance", "unattributed", "operator", "loss", "reserved", "spent")
CHAIN_BITS = 40


def tick_of(times, at):
    """The time of the tick in which that was."""
    return times[max(0, bisect.bisect_right(times, at) - 1)]


def net(legs):
    """What each claim or order gave each purse in an hour, where that is anything: in how many bookings within one moment a batch that
    takes back and gives again does so is nobody's to see."""
    sums = collections.Counter()
    for (kind, name, place, mg, hour), times in legs.items():
        sums[(kind, name, place, hour)] += mg * times
    return collections.Counter({(kind, name, place, mg, hour): 1 for (kind, name, place, hour), mg in sums.items() if mg})


class Service:
    """Reads it once; `players` say what it called what the schedules have names for."""

    def __init__(self, stack, players, ticks):
        self.stack, self.players = stack, players
        self.times = [tick["time"] for tick in ticks]
        self.people = {digits: (player.names.of(name)) for player in players for name, digits in player.requests.accounts.items()}
        self.orders = {str(no): player.names.of(key) for player in players for key, no in player.requests.orders.items()}
        self.tokens = {token: player.names.of(name) for player in players for name, token in player.requests.tokens.items()}
        self.hashes = {}
        for player in players:
            self.hashes.update(player.hashes())
        # Starts and gaps have a place in their chain too, and nothing that is of account here.
        self.acts = {f"{player.names.of(claim.device)}/{chain_digits(claim.chain.id)}/{claim.seq}" for player in players
                     for claim in player.quarter.model.ledger.claims}
        self.chains = {no: (device, chain, state, seq) for no, device, chain, state, seq in
                       stack.rows("SELECT no, device, h(id), state, seq FROM chains")}
        self.accounts = self.read_accounts()
        self.spends = {no: order for order, no in stack.rows("SELECT tree_order, no FROM order_spends")}

    def read_accounts(self):
        """number: (kind, name, balance). Of those that were erased, by whose they were, the oldest first."""
        rows = self.stack.rows("SELECT no, kind, name, balance, owner FROM accounts")
        erased = collections.defaultdict(list)
        for no, kind, _, _, owner in rows:
            if kind == "erased":
                erased[owner].append(int(no))
        found = {}
        for no, kind, name, balance, owner in rows:
            if kind == "erased":
                name = f"{self.people.get(owner, owner)} {sorted(erased[owner]).index(int(no))}"
            elif kind == "customer":
                name = self.tokens.get(name, name)
            elif kind in ("bearer", "hashed"):
                name = self.hashes.get(name, name)
            found[no] = (kind, name, int(balance))
        return found

    def place(self, claim):
        number = int(claim)
        if number < 0:
            return "order " + self.orders.get(self.spends.get(str(-number)), "?")
        device, chain, _, _ = self.chains[str(number >> CHAIN_BITS)]
        return f"{device}/{chain}/{number & ((1 << CHAIN_BITS) - 1)}"

    def tables(self):
        return {"chains": self.chain_rows(), "claims": self.claim_rows(), "accounts": self.account_rows(), "legs": self.leg_rows(),
                **self.holding_rows()}

    def chain_rows(self):
        told = json.loads(self.stack.credit("devices", "--json"))["devices"]
        return collections.Counter((one["device"], chain["chain"], chain["state"], chain["head"], chain["reason"] or "")
                                   for one in told for chain in one["chains"])

    def claim_rows(self):
        """Those that are refused, held or granted something. What holds a duplicate as well is of no account while it is one."""
        rows = collections.Counter()
        refused = json.loads(self.stack.credit("refusals", "--json", "--limit", 1 << 30))["refusals"]
        places = set()
        for one in refused:
            if f"{one['device']}/{one['chain']}/{one['seq']}" not in self.acts:
                continue
            places.add(f"{one['device']}/{one['chain']}/{one['seq']}")
            rows[(f"{one['device']}/{one['chain']}/{one['seq']}", "refused", 0, one["reason"])] += 1
        for one in json.loads(self.stack.credit("held", "list", "--claims", "--json"))["claims"]:
            place = f"{one['device']}/{one['chain']}/{one['seq']}"
            if place not in places:
                rows[(place, "held", 0, ",".join(sorted(one["reasons"])))] += 1
        for claim, granted in self.stack.rows("SELECT id, granted FROM claims WHERE reason = 0 AND holds = 0 AND granted > 0"):
            rows[(self.place(claim), "accepted", int(granted), "")] += 1
        return rows

    def account_rows(self):
        rows = collections.Counter()
        sums = collections.Counter()
        for kind, name, balance in self.accounts.values():
            sums[(kind, "" if kind in SYSTEM else name)] += balance
        for account, balance in sums.items():
            if balance:
                rows[(*account, balance)] += 1
        return rows

    def leg_rows(self):
        rows = collections.Counter()
        for account, claim, mg, at in self.stack.rows("SELECT account, claim, mg, at FROM legs"):
            rows[(*self.accounts[account][:2], self.place(claim), int(mg), tick_of(self.times, int(at)))] += 1
        return net(rows)

    def holding_rows(self):
        of = self.stack.rows
        people, orders = self.people, self.orders
        merged = {one: follow for one, follow in of("SELECT id, follow FROM participants")}
        return {
            "people": collections.Counter((people.get(one, one), KINDS[int(kind)], PEOPLE_STATES[int(state)], people.get(merged[one], merged[one]))
                                          for one, kind, state in of("SELECT id, kind, state FROM participants")),
            "purses": collections.Counter((people.get(one, one), *self.accounts[account][:2]) for one, account in
                                          of("SELECT participant, account FROM purses")),
            "groups": collections.Counter((people.get(one, one), people.get(team, team)) for one, team in
                                          of("SELECT participant, team FROM memberships")),
            "orders": collections.Counter((orders.get(no, no), species, site, int(trees), int(price), int(year), ORDER_STATES[int(state)])
                                          for no, species, site, trees, price, year, state in
                                          of("SELECT no, species, site, trees, price_mg, year, state FROM tree_orders")),
            "parts": collections.Counter((orders.get(no, no), people.get(one, one), int(mg), SPEND_STATES[int(state)]) for no, one, mg, state in
                                         of("SELECT tree_order, participant, mg, state FROM spends")),
            "trees": collections.Counter((number, orders.get(no, no), TREE_STATES[int(state)], replaces, by) for number, no, state, replaces, by in
                                         of("SELECT number, tree_order, state, replaces, replaced_by FROM trees")),
            "said": collections.Counter((tree, int(no), EVENTS[int(kind)]) for tree, no, kind in of("SELECT tree, no, kind FROM tree_events")),
            "owed": collections.Counter((tree, planter, int(amount), reference) for tree, planter, amount, reference in
                                        of("SELECT tree, planter, amount, reference FROM tree_payments")),
            "ordered": collections.Counter((site, int(trees)) for site, trees in of("SELECT site, trees FROM ordered_trees") if int(trees)),
        }


class Model:
    """Of all streets together."""

    def __init__(self, players, ticks):
        self.players, self.times = players, [tick["time"] for tick in ticks]
        self.rows = collections.defaultdict(collections.Counter)

    def tables(self):
        sums = collections.Counter()
        for player in self.players:
            self.chains(player)
            self.claims(player)
            self.holdings(player)
            for account, mg in player.quarter.model.ledger.books.balances.items():
                sums[self.account(player, account)] += mg
        for account, mg in sums.items():
            if mg:
                self.rows["accounts"][(*account, mg)] += 1
        self.rows["legs"] = net(self.rows["legs"])
        return dict(self.rows)

    def account(self, player, account):
        if account[0] != "erased":
            return player.names.account(*account)
        accounts = player.quarter.model.accounts
        owner = accounts.owners[account]
        purses = [purse for purse in accounts.purses_of(owner) if purse[0] == "erased"]
        return "erased", f"{player.names.of(owner.name)} {purses.index(account)}"

    def chains(self, player):
        for device, chains in player.quarter.model.ledger.devices.items():
            for chain in chains.chains.values():
                state = {"probation": "on-probation"}.get(chain.state, chain.state)
                head = 0 if state == "waiting" else chain.head
                self.rows["chains"][(player.names.of(device), chain_digits(chain.id), state, head, chain.hold() or "")] += 1

    def place(self, player, what):
        if hasattr(what, "chain"):
            return f"{player.names.of(what.device)}/{chain_digits(what.chain.id)}/{what.seq}"
        return "order " + player.names.of(what.order.key)

    def claims(self, player):
        ledger = player.quarter.model.ledger
        for claim in ledger.claims:
            standing, mg, reasons = claim.standing()
            if standing != "accepted" or mg:
                self.rows["claims"][(self.place(player, claim), standing, mg, ",".join(sorted(reasons.split(","))))] += 1
        for what, _, at, legs in ledger.books.bookings:
            for account, mg in legs:
                if account[0] not in SYSTEM:
                    self.rows["legs"][(*self.account(player, account), self.place(player, what), mg, tick_of(self.times, at))] += 1

    def holdings(self, player):
        accounts, trees, of = player.quarter.model.accounts, player.quarter.model.trees, player.names.of
        rows = self.rows
        for name, known in accounts.participants.items():
            rows["people"][(of(name), known.kind, known.state, of(known.into.name) if known.into else "")] += 1
            for purse in known.purses:
                rows["purses"][(of(name), *self.account(player, purse))] += 1
            for group in known.groups:
                rows["groups"][(of(name), of(group.name))] += 1
        for spend in accounts.spends:
            rows["parts"][(of(spend.order.key), of(spend.participant.name), spend.mg, spend.state)] += 1
        for order in trees.orders.values():
            rows["orders"][(of(order.key), of(order.species), of(order.site), order.count, order.price, order.year, order.state)] += 1
        number = player.names.tree
        for tree in trees.trees.values():
            rows["trees"][(number(tree.number), of(tree.order.key), tree.state, number(tree.replaces.number) if tree.replaces else "",
                           number(tree.replaced_by.number) if tree.replaced_by else "")] += 1
            for place, what in enumerate(tree.said, 1):
                rows["said"][(number(tree.number), place, what)] += 1
        for tree, (planter, amount, reference) in trees.owed.items():
            rows["owed"][(number(tree), of(planter), amount, reference or "")] += 1
        for site, table in trees.sites.items():
            if table["ordered"]:
                rows["ordered"][(of(site), table["ordered"])] += 1


def differences(service, model):
    """In words, by part."""
    words = []
    for part in sorted(set(service) | set(model)):
        there, wanted = service.get(part, collections.Counter()), model.get(part, collections.Counter())
        words += [f"{part}: the service alone has {row}" for row in sorted((there - wanted).elements(), key=str)]
        words += [f"{part}: the model alone has {row}" for row in sorted((wanted - there).elements(), key=str)]
    return words


def bearer_hash(secret):
    return hashlib.sha256(secret.encode()).hexdigest()
