# SPDX-License-Identifier: Apache-2.0
"""The independent model of the credit service's books, written from docs/ledger.md, docs/chains.md and docs/registry.md alone.

    model = Model(world)
    model.arrive(time, claim)    # a batch of one or more claims reaches the service, as claims.py has them
    model.decide(time, change)   # what people do: {"op": ...}
    model.totals()               # what the books must be

Times never go back. The model has one worker that does all steps at once; docs/ledger.md says that the result is the same for any.
"""
from accounts import Accounts, Refused
from chain import CLOSED, HELD, OPEN, PROBATION, WAITING
from chains import Chains
from ledger import Ledger
from limits import Quota
from programme import Programme
from registry import Registry
from trees import Trees

HOLDINGS = ("account-", "tree-")
NO_CHAIN = {"chain": None, "head": 0, "hash": "0", "state": OPEN, "epoch": 1}


class Model:
    def __init__(self, world):
        self.world = world
        self.registry = Registry(world)
        self.programme = Programme(world["programme"])
        self.ledger = Ledger(self.programme, self.registry)
        self.accounts = Accounts(self.ledger)
        self.trees = Trees(self.accounts, "example")
        self.log, self.backups = [], {}  # what was heard; how far a backup knows it

    def hear(self, time, event):
        if isinstance(event, list):
            return self.arrive(time, *event)
        return self.decide(time, event) if "op" in event else self.arrive(time, event)

    # What arrives

    def arrive(self, time, *batch):
        """'stored' where its bytes are looked at; else why not. What stands of it then, totals() says. A claim by itself is a batch."""
        self.begin(time)
        self.log.append((time, list(batch)))
        self.serve(1 if time // 3600 != self.ledger.hour else 0, time)
        reasons = [self.not_taken(event) for event in batch]
        taken = [event for event, reason in zip(batch, reasons) if reason is None]
        if not taken:
            return reasons[0]
        name = taken[0]["device"]
        chains = self.ledger.devices.get(name)
        if chains is None:
            chains = self.ledger.devices[name] = Chains(name, self.ledger, time)
            chains.quota = Quota(self.programme.quota, time)
        new = [event for event in taken if not chains.is_stored(event)]
        if new and not chains.quota.take(time, len(new)):
            return "quota"
        chains.arrive_all(taken, time)
        chains.quota.give_back(sum(1 for event in new if not chains.is_stored(event)))  # what is stored counts
        self.ledger.tell()
        return "stored"

    def not_taken(self, event):
        key, device = self.registry.keys.get(event["key"]), self.registry.devices.get(event["device"])
        if key is None or device is None or key.device != event["device"]:
            return "not attested"
        return "revoked" if key.revoked or device.revoked else None

    def begin(self, time):
        if time < self.ledger.now:
            raise ValueError(f"time goes back from {self.ledger.now} to {time}")
        self.ledger.now = time
        self.trees.pass_time(time)

    def serve(self, hours, now):
        """So many hours more in which workers took batches; what was on probation for long enough is open."""
        ledger = self.ledger
        before = ledger.served
        ledger.served += hours
        if hours:
            ledger.hour = now // 3600
            for device in sorted(ledger.devices):
                ledger.now = now - hours * 3600
                ledger.devices[device].pass_time(now, now - hours * 3600, before)
            ledger.now = now
            ledger.tell()

    def answer(self, device, chain=None):
        """What a receipt for an empty batch says, whose device has this chain as its newest."""
        chains = self.ledger.devices.get(device)
        found = chains.chains.get(chain) if chains else None
        if found is None or found.state == CLOSED:
            found = chains.open() if chains else None
        if found is None and chains:
            found = chains.measured() or next(iter(chains.of_state(HELD, PROBATION)), None)
        if found is None:
            return dict(NO_CHAIN, epoch=self.ledger.epoch)
        head = 0 if found.state == WAITING else found.head
        return {"chain": found.id, "head": head, "hash": found.hash(head), "state": found.state, "epoch": self.ledger.epoch}

    # What people do

    def decide(self, time, change):
        self.begin(time)
        if change["op"] != "restore":
            self.log.append((time, change))
        name = change["op"].replace("-", "_")
        own = getattr(self, "do_" + name, None)
        if change["op"].startswith(HOLDINGS):
            return self.hold(time, change)
        if own is not None:
            own(time, change)
        else:
            self.registry.apply(time, change)
            self.follow(change)
        self.ledger.tell()

    def hold(self, time, change):
        """What is asked of accounts and trees: (200, what it answers), or the status with which it is refused."""
        kind, what = change["op"].split("-", 1)
        part = self.accounts if kind == "account" else self.trees
        try:
            if change["op"] == "account-erase":
                self.trees.cancel_of(change["account"], time)
            said = getattr(part, "do_" + what.replace("-", "_"))(change, time)
        except Refused as refused:
            return refused.status, None
        self.ledger.tell()
        return 200, said

    def follow(self, change):
        """What a change of the registry means for claims that are there."""
        if change["op"] == "revoke" and change.get("since") is not None:
            self.ledger.revoke(change["device"], change["since"])
        elif change["op"] == "trust":
            self.ledger.trust(change["device"])
        elif change["op"] == "methodology":
            self.ledger.methodologies()
        elif change["op"] == "consent":
            owner = self.ledger.devices.get(self.registry.keys[change["key"]].device)
            if owner is not None:
                owner.consented()

    def do_elapse(self, time, change):
        """Hours that went by until now, in which workers took batches of others, or stood still."""
        self.serve(change["hours"] if change["served"] else 0, time)

    def do_release(self, time, change):
        reason = change.get("reason")
        if reason in (None, "screening") and change.get("seq") is None:  # a person has looked at all of it
            self.ledger.screened = {one for one in self.ledger.screened if one[0] != change["device"]}
        for claim in self.ledger.held(change["device"], reason, change.get("chain"), change.get("seq")):
            self.ledger.release(claim)

    def do_screen(self, time, change):
        """A day stood out: limits.stands_out says when. That day's is held, but what was released, and what comes from then on."""
        self.ledger.screened.add((change["device"], change["activity"]))
        for claim in self.ledger.claims:
            if (claim.kind == "reduction" and claim.device == change["device"] and claim.activity == change["activity"]
                    and self.programme.day(claim.end) == change["day"] and "screening" not in claim.lifted):
                self.ledger.hold(claim, "screening")

    def do_dismiss(self, time, change):
        for claim in self.ledger.held(change["device"], change.get("reason"), change.get("chain"), change.get("seq")):
            self.ledger.dismiss(claim)

    def do_chain(self, time, change):
        chains = self.ledger.devices.get(change["device"])
        if chains is not None:
            chains.decide_chain(change["chain"], change["verdict"], change.get("open", False), time)

    def do_spend(self, time, change):
        self.ledger.books.spend(tuple(change["account"]), change["mg"], time)

    def do_backup(self, time, change):
        self.backups[change["name"]] = len(self.log)

    def do_restore(self, time, change):
        """What came until the backup comes again; the registry's own file tells what else people wrote, before a batch is taken."""
        cut = self.backups[change["name"]]
        log, ledger = self.log, self.ledger
        fresh = Model(self.world)
        for at, event in log[:cut]:
            fresh.hear(at, event)
        fresh.hear(time, {"op": "epoch", "epoch": ledger.epoch + 1})
        methodologies = False
        for at, event in log[cut:]:
            if isinstance(event, list) or event.get("op", "").startswith(HOLDINGS):
                continue
            methodologies = methodologies or "methodology" in (event["op"], event.get("change", event).get("op"))
            if event.get("op") == "again":
                fresh.hear(time, event)
            elif "op" in event and not hasattr(self, "do_" + event["op"].replace("-", "_")):
                fresh.hear(time, {"op": "again", "at": at, "change": event})
        if methodologies:  # once for all that the backup did not know
            fresh.hear(time, {"op": "methodologies"})
        self.registry, self.ledger, self.log = fresh.registry, fresh.ledger, fresh.log
        self.accounts, self.trees = fresh.accounts, fresh.trees
        self.backups.clear()

    def do_epoch(self, time, change):
        self.ledger.epoch = change["epoch"]

    def do_again(self, time, change):
        self.registry.apply(change["at"], change["change"])
        if change["change"]["op"] != "methodology":
            self.follow(change["change"])

    def do_methodologies(self, time, change):
        self.ledger.methodologies()

    # What the books must be

    def totals(self):
        ledger = self.ledger
        accounts = {}
        for (kind, name), mg in sorted(ledger.books.balances.items()):
            accounts.setdefault(kind, {})[name] = mg
        claims, refused = {}, {}
        for claim in ledger.claims:
            standing = claim.standing()
            claims[f"{claim.device}/{claim.chain.id}/{claim.seq}"] = standing
            if standing[0] == "refused":
                refused[standing[2]] = refused.get(standing[2], 0) + 1
        return {"accounts": accounts, "claims": claims, "refused": refused,
                "granted_mg": sum(claim.granted for claim in ledger.claims),
                "merchants": merchants_credit(ledger),
                "chains": {f"{name}/{chain.id}": (chain.state, chain.head, chain.hold()) for name, chains in ledger.devices.items()
                           for chain in chains.chains.values()},
                "changes": ledger.changes}


def merchants_credit(ledger):
    """mg granted that stand, by merchant: what its devices claimed, whoever it was shared with."""
    credit = {}
    for claim in ledger.claims:
        if claim.granted:
            credit[claim.merchant] = credit.get(claim.merchant, 0) + claim.granted
    return credit


def play(schedule):
    """The model after a whole schedule: {"world": ..., "events": [[time, event], ...]}."""
    model = Model(schedule["world"])
    for time, event in schedule["events"]:
        model.hear(time, event)
    return model
