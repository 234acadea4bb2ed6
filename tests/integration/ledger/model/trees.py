# SPDX-License-Identifier: Apache-2.0
"""What credit is spent on: orders, and what became of each tree (docs/trees.md). Spends are those of accounts.py."""
from accounts import Refused
from claims import DAY

DAYS_TO_AGREE = 7
OPEN, CONFIRMED, CANCELLED, EXPIRED = "open", "confirmed", "cancelled", "expired"


class Order:
    def __init__(self, change, price, now):
        self.key, self.species, self.site = change["key"], change["species"], change["site"]
        self.count, self.year, self.price = change["trees"], change["year"], price
        self.state, self.until, self.trees = OPEN, now + DAYS_TO_AGREE * DAY, []

    def what(self):
        return self.species, self.site, self.count, self.year


class Tree:
    def __init__(self, number, order, replaces, now):
        self.number, self.order, self.ordered_at = number, order, now
        self.replaces, self.replaced_by, self.state, self.said = replaces, None, "ordered", []


class Trees:
    def __init__(self, accounts, programme):
        self.accounts, self.programme = accounts, programme
        self.species, self.sites, self.planters, self.inspectors = {}, {}, {}, {}
        self.orders, self.trees, self.serials, self.photos, self.owed = {}, {}, {}, {}, {}

    # The catalogue

    def do_species(self, change, now):
        self.species[change["species"]] = {"price": change["mg"], "cost": change["cost"], "offered": change["offered"]}

    def do_planter(self, change, now):
        self.planters[change["name"]] = True

    def do_inspector(self, change, now):
        self.inspectors[change["name"]] = change["works_for"]

    def do_site(self, change, now):
        site = self.sites.setdefault(change["site"], {"planter": change["planter"], "ordered": 0})
        if change["room"] < site["ordered"]:
            raise Refused(409, "more is ordered there")
        site["room"] = change["room"]

    # Orders

    def do_order(self, change, now):
        """The same key again is the same order."""
        known = self.orders.get(change["key"])
        if known is not None:
            if known.what() != (change["species"], change["site"], change["trees"], change["year"]):
                raise Refused(409, "the key is another order's")
            return
        species, site = self.species[change["species"]], self.sites[change["site"]]
        if not species["offered"] or site["room"] - site["ordered"] < change["trees"]:
            raise Refused(409, "it is not on offer, or there is no room")
        order = Order(change, species["price"], now)
        parts = [(self.accounts.active(name), mg) for name, mg in change["parts"]]
        for known, mg in parts:
            if self.accounts.spendable(known, now) < mg:
                raise Refused(409, f"{known.name} has less than {mg} mg")
        for known, mg in parts:
            self.accounts.reserve(known, order, mg, now)
        site["ordered"] += order.count
        self.orders[order.key] = order

    def do_agree(self, change, now):
        order, known = self.orders[change["key"]], self.accounts.active(change["account"])
        spends = self.accounts.spends_of(order)
        own = [spend for spend in spends if spend.participant is known]
        if not own:
            raise Refused(404, "it has no part in it")
        if order.state == CONFIRMED:
            return
        if order.state != OPEN:
            raise Refused(409, f"it is {order.state}")
        for spend in own:
            self.accounts.decide(spend, "agreed", now)
        if all(spend.state == "agreed" for spend in spends):
            for spend in spends:
                self.accounts.decide(spend, "spent", now)
            order.state = CONFIRMED
            order.trees = [self.new_tree(order, None, now) for _ in range(order.count)]

    def do_cancel(self, change, now):
        order = self.orders[change["key"]]
        if order.state == CONFIRMED:
            raise Refused(409, "it is confirmed")
        if order.state == OPEN:
            self.end(order, CANCELLED, now)

    def end(self, order, state, now):
        for spend in self.accounts.spends_of(order):
            self.accounts.decide(spend, "released", now)
        self.sites[order.site]["ordered"] -= order.count
        order.state = state

    def cancel_of(self, name, now):
        """Open orders in which an account has a part end when it is erased."""
        known = self.accounts.find(name)
        for spend in list(self.accounts.spends):
            if spend.participant is known and spend.order.state == OPEN:
                self.end(spend.order, CANCELLED, now)

    def pass_time(self, now):
        for order in self.orders.values():
            if order.state == OPEN and order.until <= now:
                self.end(order, EXPIRED, now)

    def open_orders(self):
        return sum(1 for order in self.orders.values() if order.state == OPEN)

    # Trees

    def new_tree(self, order, replaces, now):
        prefix = f"{self.programme}/{order.species}/{order.site}/{order.year}/"
        self.serials[prefix] = self.serials.get(prefix, 0) + 1
        tree = Tree(prefix + str(self.serials[prefix]), order, replaces, now)
        self.trees[tree.number] = tree
        return tree

    def tree(self, change):
        tree = self.trees.get(change["tree"])
        if tree is None:
            raise Refused(404, "there is no such tree")
        return tree

    def say(self, tree, what, state):
        tree.said.append(what)
        tree.state = state

    def judge(self, tree, name, *states):
        """An inspector does not judge the trees of whom they work for."""
        if tree.state not in states:
            raise Refused(409, f"it is {tree.state}")
        if name not in self.inspectors or self.inspectors[name] == self.sites[tree.order.site]["planter"]:
            raise Refused(409, f"{name} does not judge it")

    def do_planted(self, change, now):
        tree = self.tree(change)
        if tree.state != "ordered" or self.sites[tree.order.site]["planter"] != change["by"]:
            raise Refused(409, "it is not ordered, or another's to plant")
        if change["taken"] < tree.ordered_at or change["photo"] in self.photos or change["km"] > 5:
            raise Refused(409, "the evidence is no good")
        self.photos[change["photo"]] = tree
        self.say(tree, "planted", "planted")

    def do_approve(self, change, now):
        tree = self.tree(change)
        self.judge(tree, change["by"], "planted")
        self.say(tree, "approved", "standing")
        if not self.was_owed(tree):
            cost = self.species[tree.order.species]["cost"]
            self.owed[tree.number] = [self.sites[tree.order.site]["planter"], cost, None]

    def was_owed(self, tree):
        """It, or one in whose place it stands."""
        while tree is not None:
            if tree.number in self.owed:
                return True
            tree = tree.replaces
        return False

    def do_reject(self, change, now):
        tree = self.tree(change)
        self.judge(tree, change["by"], "planted")
        self.say(tree, "rejected", "ordered")

    def do_fail(self, change, now):
        tree = self.tree(change)
        self.judge(tree, change["by"], "ordered", "planted", "standing")
        self.say(tree, "failed", "failed")

    def do_replace(self, change, now):
        tree = self.tree(change)
        if tree.state != "failed":
            raise Refused(409, f"it is {tree.state}")
        tree.replaced_by = self.new_tree(tree.order, tree, now)
        self.say(tree, "replaced", "replaced")

    def do_pay(self, change, now):
        owed = self.owed.get(self.tree(change).number)
        if owed is None or owed[2] not in (None, change["reference"]):
            raise Refused(409, "nothing is owed, or it was paid")
        owed[2] = change["reference"]
