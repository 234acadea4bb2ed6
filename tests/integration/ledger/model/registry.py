# SPDX-License-Identifier: Apache-2.0
"""What people wrote down of merchants, roots, devices and keys (docs/registry.md). It survives a ledger that is restored.

A change is a dict {"op": ..., ...}, as schedules have them; `apply` makes it.
"""
from claims import CHANGE_WINDOW, HOUR

BETWEEN_CHANGES = 52 * HOUR


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
        self.ended = {}  # methodology: it measures no act that ends from then on
        self.devices = {name: Device(table) for name, table in world["devices"].items()}
        self.keys = {}
        for name, table in world["devices"].items():
            self.keys[table["key"]] = Key(name)

    def predecessors_ever(self, merchant):
        return self.predecessors(merchant, max([0] + [begins for _, begins in self.successors.values()]))

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

    def in_turn(self, root):
        """Its versions, but for those that were withdrawn before they began."""
        return [version for version, begins in enumerate(self.begins[root], 1)
                if self.withdrawn.get((root, version), begins) >= begins]

    def next(self, root, version):
        """The one that follows it, or None."""
        return next((one for one in self.in_turn(root) if one > version), None)

    def in_force(self, root, version, end):
        """One that was withdrawn in haste ended earlier than devices know: its claims are held, not refused."""
        begins, following = self.begins[root], self.next(root, version)
        if version > 1 and end < begins[version - 1] - CHANGE_WINDOW:
            return False
        return following is None or (root, version) in self.withdrawn or end < begins[following - 1] + CHANGE_WINDOW

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
        """The next version begins at once, 52 h behind the last change at least, and is made where there is none."""
        root, version = change["root"], change["version"]
        if (root, version) in self.withdrawn or not self.knows_version(root, version):
            return
        begins, following = self.begins[root], self.next(root, version)
        self.withdrawn[root, version] = now
        began = begins[version - 1]
        if began > now or (following is not None and begins[following - 1] <= now):
            return  # it is over, or was to come
        at = now if version == 1 else max(now, began + BETWEEN_CHANGES)
        if following is None:
            begins.append(at)
        else:
            begins[following - 1] = at

    def do_methodology(self, now, change):
        self.ended[change["methodology"]] = change["from"]

    def measures(self, methodology, end):
        return methodology not in self.ended or end < self.ended[methodology]

    def do_retire(self, now, change):
        device = self.devices[change["device"]]
        if not device.revoked and device.retired_at is None:
            device.retired_at = now

    def do_revoke(self, now, change):
        device = self.devices[change["device"]]
        device.revoked, device.revoked_since = True, change.get("since")

    def do_trust(self, now, change):
        device = self.devices[change["device"]]
        device.revoked, device.revoked_since = False, None
