# SPDX-License-Identifier: Apache-2.0
"""Operators and customers in schedules: moves, new keys, what is held, revocations, backups, and what is spent."""
from claims import DAY, HOUR, OWN_HOLDS

DECISIONS = ("move", "rekey", "held", "held", "chains", "chains", "revoke", "revoke", "trust", "trust", "retire", "successor", "restore",
             "spend", "spend", "spend", "ceiling", "withdraw", "consent", "methodology", "screen")

TO_COME = ("screen",)  # which a schedule cannot ask of the service: it decides by itself which days stand out


class People:
    def __init__(self, street):
        self.street, self.random = street, street.random
        self.backup = None
        self.revoked = set()

    def act(self):
        getattr(self, self.random.choice(self.decisions()))(self.street.any_device())

    def decisions(self):
        return [one for one in DECISIONS if self.street.to_come or one not in TO_COME]

    def is_gone(self, device):
        """The registry changes nothing of what is retired or revoked."""
        known = self.street.model.registry.devices[device.name]
        return known.revoked or known.retired_at is not None

    def move(self, device):
        if device.damaged() or self.is_gone(device):
            return
        merchant = self.random.choice(self.street.world["merchants"])
        root = str(self.street.world["merchants"].index(merchant) + 1)
        table = {"merchant": merchant, "site": f"s{device.new()}", "roots": {root: 0}}
        self.street.emit(dict(table, op="assign", device=device.name))
        device.assignments.append(table)
        device.assignment = len(device.assignments)

    def rekey(self, device):
        if device.damaged() or self.is_gone(device):
            return
        key = f"key-{device.name}-{device.new()}"
        self.street.emit({"op": "key-replace", "device": device.name, "key": key})
        old = device.key
        device.key = key
        if device.chains and self.random.random() < 0.5:
            chain = device.chains[-1]
            seq = max(1, len(chain.events) - self.random.choice((0, 0, 1, 2)))
            place = [chain.id, seq, chain.hash(seq)]
            if self.random.random() < 0.5:
                device.consent = place
            else:
                self.street.emit(dict(zip(("chain", "seq", "hash"), place), op="consent", device=device.name, key=key))
        if self.random.random() < 0.3:
            self.street.twins.append(device.twin(self.street.ids))
            self.street.twins[-1].key = old

    def consent(self, device):
        """The place of the latest one is raised."""
        keys = self.street.model.registry.keys
        before = keys[device.key].before
        place = keys[before].consent if before else None
        if place is not None:
            self.street.emit({"op": "consent", "device": device.name, "key": device.key, "chain": place[0], "seq": place[1] + 2,
                              "hash": "raised"})

    def held(self, device):
        claims = self.street.model.ledger.held(device.name)
        if not claims:
            return
        claim = self.random.choice(claims)
        reasons = [reason for reason in OWN_HOLDS if reason in claim.holds]
        if not reasons:
            return
        event = {"op": self.random.choice(("release", "release", "dismiss")), "device": device.name, "reason": reasons[0]}
        if self.random.random() < 0.5:
            event.update(chain=claim.chain.id, seq=claim.seq)
        self.street.emit(event)

    def chains(self, device):
        known = self.street.model.ledger.devices.get(device.name)
        for chain in known.of_state("held", "probation") if known else ():
            self.street.emit({"op": "chain", "device": device.name, "chain": chain.id, "open": self.random.random() < 0.6,
                              "verdict": self.random.choice(("release", "release", "dismiss"))})
            return

    def open_newest(self, device):
        """Whoever has looked opens the chain that the device in the shop writes."""
        known = self.street.model.ledger.devices.get(device.name)
        if device.name in self.revoked:
            self.trust(device)
        if known is None:
            return
        for chain in known.of_state("held"):
            mine = device.chains and chain.id == device.chains[-1].id
            self.street.emit({"op": "chain", "device": device.name, "chain": chain.id, "open": bool(mine),
                              "verdict": "dismiss" if chain.reason == "wrong-assignment" else "release"})

    def revoke(self, device):
        if device.name in self.revoked:
            return
        since = None if self.random.random() < 0.3 else self.street.now - self.random.randint(0, 60) * HOUR
        self.street.emit({"op": "revoke", "device": device.name, "since": since})
        self.revoked.add(device.name)

    def trust(self, device):
        if device.name in self.revoked:
            self.street.emit({"op": "trust", "device": device.name})
            self.revoked.discard(device.name)

    def retire(self, device):
        if self.random.random() < 0.3 and not self.is_gone(device):
            self.street.emit({"op": "retire", "device": device.name})

    def successor(self, device):
        """The business of one goes on with another, whose devices get its roots for reversals only."""
        old, new = self.random.sample(self.street.world["merchants"], 2)
        registry = self.street.model.registry
        if old in registry.successors or old in registry.predecessors_ever(new) or new in registry.predecessors_ever(old):
            return
        self.street.emit({"op": "successor", "old": old, "new": new, "from": self.street.now - DAY})
        for device in self.street.devices.values():
            last = device.assignments[-1]
            root = str(self.street.world["merchants"].index(old) + 1)
            if last["merchant"] == new and root not in last["roots"] and not device.damaged() and not self.is_gone(device):
                table = {"merchant": new, "site": last["site"], "roots": dict(last["roots"], **{root: 1})}
                self.street.emit(dict(table, op="assign", device=device.name))
                device.assignments.append(table)
                device.assignment = len(device.assignments)

    def restore(self, device):
        if self.backup is None:
            self.backup = f"b{device.new()}"
            self.street.emit({"op": "backup", "name": self.backup})
        else:
            self.street.emit({"op": "restore", "name": self.backup})
            self.backup = None

    def spend(self, device):
        balances = self.street.model.ledger.books.balances
        accounts = sorted(account for account, mg in balances.items() if account[0] in ("customer", "bearer") and mg)
        if accounts:
            self.street.emit({"op": "spend", "account": list(self.random.choice(accounts)), "mg": self.random.choice((10, 10000))})

    def ceiling(self, device):
        self.street.emit({"op": "ceiling", "device": device.name, "activity": "ride", "mg": self.random.choice((0, 300, 5000))})

    def screen(self, device):
        mine = [claim for claim in self.street.model.ledger.claims if claim.device == device.name and claim.kind == "reduction"]
        if mine:
            claim = self.random.choice(mine)
            self.street.emit({"op": "screen", "device": device.name, "activity": claim.activity,
                              "day": self.street.model.programme.day(claim.end)})

    def methodology(self, device):
        """It turns out to be wrong for acts that end from some time on, or from another one than was thought."""
        if self.random.random() < 0.4:
            named = self.random.choice(("bike", "bike", "bags"))
            at = self.street.now + self.random.choice((-10 * DAY, -2 * DAY, -5 * HOUR, 0, DAY))
            if self.street.model.registry.ended.get(named) != at:
                self.street.emit({"op": "methodology", "methodology": named, "from": at})

    def withdraw(self, device):
        if self.random.random() < 0.3:
            root = self.random.choice(list(self.street.world["roots"]))
            versions = len(self.street.model.registry.begins[int(root)])
            self.street.emit({"op": "withdraw", "root": int(root), "version": self.random.randint(1, versions)})
