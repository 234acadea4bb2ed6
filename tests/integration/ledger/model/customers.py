# SPDX-License-Identifier: Apache-2.0
"""People with accounts, planters and inspectors in schedules (docs/accounts.md, docs/trees.md).

Names stand for what the service makes up: accounts, tokens, invitations, orders by their keys. Some of what is asked is refused, and
the model says so.
"""
from claims import HOUR

ASKED = ("open",) * 3 + ("token", "take_token", "take_token", "move_token", "redeem", "redeem", "group", "join", "leave", "merge", "close", "erase") + (
    "order",) * 8 + ("together",) * 6 + ("agree",) * 8 + ("cancel", "price", "room") + ("planted",) * 4 + ("judge",) * 5 + ("replace", "pay", "pay")
CARDS = ("anna", "ben", "cleo")  # tokens that came before their accounts
MOST_PEOPLE, MOST_SECRETS = 8, 6
PLANTERS, SPECIES, SITES = ("plants", "digs"), ("pine", "oak"), ("hill", "dune")
JUDGES = {"looks": "", "works": "plants"}


class Customers:
    def __init__(self, street):
        self.street, self.random = street, street.random
        self.people, self.groups, self.tokens, self.codes, self.keys = [], [], [], [], []

    def emit(self, op, **more):
        return self.street.emit(dict(more, op=op))

    def catalogue(self):
        for name in PLANTERS:
            self.emit("tree-planter", name=name)
        for name, works_for in JUDGES.items():
            self.emit("tree-inspector", name=name, works_for=works_for)
        for site, planter in zip(SITES, PLANTERS):
            self.emit("tree-site", site=site, planter=planter, room=self.random.randint(3, 40))
        for species in SPECIES:
            self.emit("tree-species", species=species, mg=self.random.randint(20, 120), cost=self.random.randint(1, 500), offered=True)

    def attributions(self):
        """Whose a claim may be: nobody's, a card's, a secret's, a hash's, one of an account."""
        secrets = [["bearer", f"secret-{number}"] for number in range(1, MOST_SECRETS + 1)]
        own = [["customer", token] for token in self.tokens]
        return [None, ["hashed", "x1"], self.random.choice(secrets)] + [["customer", card] for card in CARDS] + own

    def act(self):
        getattr(self, self.random.choice(ASKED))()

    def new(self):
        return next(self.street.ids)

    def person(self):
        return self.random.choice(self.people) if self.people else self.open()

    def anybody(self):
        return self.random.choice(self.people + self.groups) if self.people else self.open()

    # Accounts

    def open(self, kind="person"):
        into = self.people if kind == "person" else self.groups
        if len(into) >= MOST_PEOPLE:
            return into[0]
        name = f"p{self.new()}"
        self.tokens.append(f"{name}t")
        self.emit("account-open", account=name, kind=kind, token=f"{name}t")
        into.append(name)
        return name

    def token(self):
        if len(self.tokens) < 2 * MOST_PEOPLE:
            token = f"t{self.new()}"
            if self.emit("account-token", account=self.anybody(), token=token)[0] == 200:
                self.tokens.append(token)

    def take_token(self):
        self.emit("account-take-token", account=self.anybody(), token=self.random.choice(CARDS + tuple(self.tokens[:1])))

    def move_token(self):
        self.emit("account-move-token", account=self.anybody(), token=self.random.choice(CARDS + tuple(self.tokens)))

    def redeem(self):
        self.emit("account-redeem", account=self.anybody(), secret=f"secret-{self.random.randint(1, MOST_SECRETS)}")

    def group(self):
        group = self.random.choice(self.groups) if len(self.groups) > 3 else self.open(self.random.choice(("family", "team")))
        code = f"i{self.new()}"
        if self.emit("account-invite", account=group, code=code)[0] == 200:
            self.codes.append(code)
            self.join()

    def join(self):
        if self.codes:
            self.emit("account-join", account=self.anybody(), code=self.random.choice(self.codes[-4:]))

    def leave(self):
        if self.groups:
            self.emit("account-leave", account=self.person(), group=self.random.choice(self.groups))

    def merge(self):
        if self.random.random() < 0.5:
            self.emit("account-merge", account=self.anybody(), into=self.anybody())

    def close(self):
        if self.random.random() < 0.3:
            self.emit("account-close", account=self.anybody())

    def erase(self):
        self.emit("account-erase", account=self.anybody())

    # Orders

    def spendable(self, name):
        return self.street.model.accounts.spendable(self.street.model.accounts.find(name), self.street.now)

    def place(self, names, agree):
        """Parts that add up, and mostly no more than each has."""
        trees = self.street.model.trees
        species, count = self.random.choice(SPECIES), self.random.choice((1, 1, 1, 2, 5))
        total, parts = trees.species[species]["price"] * count, []
        has = {name: self.spendable(name) for name in names}
        while sum(has.values()) < total and count > 1 and self.random.random() < 0.9:
            count -= 1
            total = trees.species[species]["price"] * count
        if sum(has.values()) < total and self.random.random() < 0.85:
            return
        left = total
        for name in names[:-1]:
            mg = min(left - 1, has[name] if self.random.random() < 0.7 else left // 2)
            if mg > 0:
                parts.append([name, mg])
                left -= mg
        parts.append([names[-1], left])
        key = f"o{self.new()}"
        self.keys.append(key)
        said = self.emit("tree-order", key=key, species=species, site=self.random.choice(SITES), trees=count, year=2033, parts=parts)
        for name in agree if said[0] == 200 else ():
            self.emit("tree-agree", key=key, account=name)

    def richest(self):
        """Names of those who are not ended, whoever has most first."""
        accounts = self.street.model.accounts
        going = [name for name in self.people + self.groups if accounts.participants[name].state == "active"]
        return sorted(going, key=lambda name: (-self.spendable(name), name))

    def order(self):
        names = self.richest()[:3]
        name = self.random.choice(names) if names and self.random.random() < 0.9 else self.anybody()
        self.place([name], [name] if self.random.random() < 0.7 else [])

    def together(self):
        names = self.richest()[:4]
        if len(names) > 1:
            chosen = self.random.sample(names, self.random.randint(2, len(names)))
            self.place(chosen, self.random.sample(chosen, self.random.randint(0, len(chosen))))

    def some_order(self):
        """Mostly one that is open."""
        orders = self.street.model.trees.orders
        still = [key for key in self.keys if key in orders and orders[key].state == "open"]
        known = [key for key in self.keys if key in orders]
        return self.random.choice(still if still and self.random.random() < 0.9 else known) if known else None

    def agree(self):
        key = self.some_order()
        if key:
            parts = self.street.model.accounts.spends_of(self.street.model.trees.orders[key])
            names = [spend.participant.name for spend in parts if spend.state == "reserved"] or [parts[0].participant.name]
            self.emit("tree-agree", key=key, account=self.random.choice(names) if self.random.random() < 0.9 else self.anybody())

    def cancel(self):
        key = self.some_order()
        if key:
            self.emit("tree-cancel", key=key)

    # Trees

    def price(self):
        self.emit("tree-species", species=self.random.choice(SPECIES), mg=self.random.randint(20, 150), cost=self.random.randint(1, 500),
                  offered=self.random.random() < 0.9)

    def room(self):
        site = self.random.randrange(len(SITES))
        self.emit("tree-site", site=SITES[site], planter=PLANTERS[site], room=self.random.randint(0, 60))

    def some_tree(self, *states):
        trees = list(self.street.model.trees.trees.values())
        fit = [tree for tree in trees if tree.state in states]
        return self.random.choice(fit if fit and self.random.random() < 0.9 else trees) if trees else None

    def planted(self):
        tree = self.some_tree("ordered")
        if tree is None:
            return
        right = PLANTERS[SITES.index(tree.order.site)]
        chance = self.random.random()
        photo = f"photo-{self.new()}" if chance < 0.95 else next(iter(self.street.model.trees.photos), "photo-0")
        self.emit("tree-planted", tree=tree.number, by=right if self.random.random() < 0.9 else PLANTERS[0], photo=photo,
                  taken=self.street.now if self.random.random() < 0.9 else tree.ordered_at - HOUR, km=0 if self.random.random() < 0.9 else 11)

    def judge(self):
        tree = self.some_tree("planted")
        if tree is not None:
            self.emit("tree-" + self.random.choice(("approve", "approve", "approve", "reject", "fail")), tree=tree.number,
                      by="looks" if self.random.random() < 0.8 else "works")

    def replace(self):
        tree = self.some_tree("failed")
        if tree is not None:
            self.emit("tree-replace", tree=tree.number)

    def pay(self):
        owed = self.street.model.trees.owed
        trees = [number for number, (_, _, paid) in owed.items() if paid is None or self.random.random() < 0.1]
        tree = self.random.choice(trees) if trees else None
        if tree is not None:
            self.emit("tree-pay", tree=tree, reference=f"bank-{self.new()}")
