# SPDX-License-Identifier: Apache-2.0
"""What people wrote down of merchants, roots, devices and keys (docs/registry.md). It survives a ledger that is restored.

A change is a dict {"op": ..., ...}, as schedules have them; `apply` makes it.
"""
from claims import CHANGE_WINDOW


class Assignment:
    def __init__(self, table):
        self.merchant, self.site = table["merchant"], table["site"]
        self.roots = {int(root): bool(marked) for root, marked in table["roots"].items()}  # number: for reversals only


class Device:
    def __init__(self, table):
        self.kind = table["class"]
        self.assignments = [Assignment(one) for one in table["assignments"]]
        self.ceilings = dict(table.get("ceilings", {}))
        self.revoked, self.revoked_since, self.retired_at = False, None, None

    def assignment(self, number):
        return self.assignments[number - 1] if 1 <= number <= len(self.assignments) else None


class Key:
    def __init__(self, device, before=None):
        self.device, self.before = device, before
        self.successor, self.revoked = None, False
        self.consent = None  # (chain, seq, hash): how far this key is good, as the latest consent says


class Registry:
    def __init__(self, world):
        self.successors = {}  # old merchant: (new one, from when on)
        self.owners = {int(number): root["owner"] for number, root in world["roots"].items()}
        self.begins = {int(number): list(root.get("begins", [0])) for number, root in world["roots"].items()}
        self.withdrawn = {}  # (root, version): when
        self.devices = {name: Device(table) for name, table in world["devices"].items()}
        self.keys = {}
        for name, table in world["devices"].items():
            self.keys[table["key"]] = Key(name)

    def predecessors(self, merchant, now):
        """Those whose business the merchant goes on with, however many hands it went through."""
        found, ends = set(), [merchant]
        while ends:
            new = ends.pop()
            for old, (successor, begins) in self.successors.items():
                if successor == new and begins <= now and old not in found:
                    found.add(old)
                    ends.append(old)
        return frozenset(found)

    def knows_version(self, root, version):
        return 1 <= version <= len(self.begins.get(root, ()))

    def in_force(self, root, version, end):
        """One that was withdrawn in haste ended earlier than devices know: its claims are held, not refused."""
        begins = self.begins[root]
        if version > 1 and end < begins[version - 1] - CHANGE_WINDOW:
            return False
        return version == len(begins) or (root, version) in self.withdrawn or end < begins[version] + CHANGE_WINDOW

    def apply(self, now, change):
        getattr(self, "do_" + change["op"].replace("-", "_"))(now, change)

    def do_successor(self, now, change):
        self.successors[change["old"]] = (change["new"], change["from"])

    def do_assign(self, now, change):
        self.devices[change["device"]].assignments.append(Assignment(change))

    def do_ceiling(self, now, change):
        self.devices[change["device"]].ceilings[change["activity"]] = change["mg"]

    def do_key_replace(self, now, change):
        """The key of a device becomes the successor of the one that was added last."""
        device = change["device"]
        last = [name for name, key in self.keys.items() if key.device == device][-1]
        self.keys[last].successor = change["key"]
        self.keys[change["key"]] = Key(device, last)

    def do_key_revoke(self, now, change):
        self.keys[change["key"]].revoked = True

    def do_consent(self, now, change):
        """A later one for the same key and chain may name a higher place, never a lower one."""
        key = self.keys[change["key"]]
        old = self.keys[key.before] if key.before else None
        if old is None:
            return
        place = (change["chain"], change["seq"], change["hash"])
        if old.consent is None or old.consent[0] != place[0] or old.consent[1] < place[1]:
            old.consent = place

    def do_version(self, now, change):
        self.begins[change["root"]].append(change["from"])

    def do_withdraw(self, now, change):
        """The next version begins at once, and is made where there is none."""
        root, version = change["root"], change["version"]
        self.withdrawn[root, version] = now
        begins = self.begins[root]
        if version == len(begins):
            begins.append(now)
        else:
            begins[version] = min(begins[version], now)

    def do_retire(self, now, change):
        self.devices[change["device"]].retired_at = now

    def do_revoke(self, now, change):
        device = self.devices[change["device"]]
        device.revoked, device.revoked_since = True, change.get("since")

    def do_trust(self, now, change):
        device = self.devices[change["device"]]
        device.revoked, device.revoked_since = False, None
