#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The model by itself: the examples of the pages, and what must hold over random schedules.

    model_test.py [--schedules N]
"""
import argparse
import collections
import itertools
import json
import sys
import unittest

import acts_test
import chains_test
import check
import devices_test
import held_test
from schedules import make, make_street
from world import play

SCHEDULES = ENOUGH_FOR_ALL = 1500


class Random(unittest.TestCase):
    def test_the_books_hold(self):
        """And every kind of standing comes up: a comparison of empty books would prove nothing."""
        seen, kinds, states = collections.Counter(), collections.Counter(), collections.Counter()
        for seed in range(SCHEDULES):
            schedule = make(seed)
            model = play(schedule)
            self.assertEqual(list(check.wrong(model)), [], seed)
            totals = model.totals()
            seen.update(reason for _, _, reasons in totals["claims"].values() for reason in reasons.split(","))
            kinds.update(kind for _, kind, _, _ in model.ledger.books.bookings)
            states.update(state for state, _, _ in totals["chains"].values())
        if SCHEDULES < ENOUGH_FOR_ALL:
            return
        for reason in ("", "duplicate", "taken-back", "dismissed", "unknown-root", "wrong-arithmetic", "key-version-not-in-force",
                       "probation", "fork", "second-repair", "wrong-assignment", "after-consent", "ceiling-device", "ceiling-merchant",
                       "ceiling-reversals", "too-old", "screening", "key-withdrawn", "methodology-not-in-force", "revoked-since"):
            self.assertGreater(seen[reason], 0, reason)
        self.assertEqual(sorted(kinds), [0, 1, 2, 3, 4])
        self.assertEqual(len(states), 5)

    def test_at_every_step(self):
        for seed in range(SCHEDULES // 20):
            schedule = make(seed)
            events = schedule["events"]
            for count in range(1, len(events)):
                self.assertEqual(list(check.wrong(play(dict(schedule, events=events[:count])))), [], (seed, count))

    def test_the_same_seed_is_the_same_and_json_has_all_of_it(self):
        for seed in range(20):
            schedule = make(seed)
            again = json.loads(json.dumps(make(seed)))
            served = make(seed, to_come=False)["events"]
            self.assertFalse([event for _, event in served if event.get("op") in ("screen",)])
            self.assertEqual(again, json.loads(json.dumps(schedule)))
            self.assertEqual(play(again).totals(), play(schedule).totals())

    def test_what_comes_twice_or_out_of_order_within_a_moment_changes_nothing(self):
        def but_changes(model):
            return {key: value for key, value in model.totals().items() if key != "changes"}
        for seed in range(SCHEDULES // 5):
            schedule = make(seed, thieves=False)
            events = schedule["events"]
            books = but_changes(play(schedule))
            twice = [one for event in events for one in ([event] if "op" in event[1] else [event, event])]
            self.assertEqual(but_changes(play(dict(schedule, events=twice))), books, seed)
            self.assertEqual(but_changes(play(dict(schedule, events=backwards(events)))), books, seed)

    def test_claims_of_honest_devices_end_decided(self):
        """Once copies are wiped and people have looked, whatever a device in a shop has recorded is in the books, with a reason: also
        where somebody has the key of another device."""
        for seed, thieves in itertools.product(range(SCHEDULES), (False, ["d1"])):
            street = make_street(seed, finish=True, thieves=thieves)
            for device in street.devices.values():
                if thieves and device.name in thieves:
                    continue
                known = street.model.ledger.devices[device.name].chains
                for chain in device.chains:
                    for event in chain.events if not chain.apart and not of_a_shop_before(device, chain, known) else ():
                        if (event["kind"] in ("reduction", "reversal") and event["seq"] not in chain.gone
                                and not behind_its_keys_place(street.model.ledger, chain, event)):
                            place = known[chain.id].claims.get(event["seq"]) if chain.id in known else None
                            self.assertIsNotNone(place, (seed, device.name, event))
                            self.assertEqual(place.event["hash"], event["hash"], (seed, device.name))

    def test_strangers_change_nothing_of_a_merchants_credit(self):
        """Neither a merchant's own, nor a copy of one, nor allowed under a root that its devices have. Customers are each root's own
        here: an account's limits are shared by all who claim for it."""
        compared = 0
        for seed in range(SCHEDULES):
            schedule = make(seed, own_customers=True)
            for merchant in schedule["world"]["merchants"]:
                alone = dict(schedule, events=without_strangers(schedule, merchant))
                if alone["events"] != schedule["events"]:
                    ours, theirs = (play(one).totals()["merchants"].get(merchant, 0) for one in (schedule, alone))
                    self.assertEqual(ours, theirs, (seed, merchant))
                    compared += 1
        self.assertGreater(compared, SCHEDULES // 4)


def behind_its_keys_place(ledger, chain, event):
    """An old key starts no chain behind the place up to which it is good: what it signed there is not owed a place."""
    place = ledger.place_of(chain.key)
    return place is not None and (place[0] != chain.id or event["seq"] > place[1])


def of_a_shop_before(device, chain, known):
    """A chain of an earlier assignment whose disk went back: it cannot be repaired under the new one, and the page has no other way."""
    there = known.get(chain.id)
    return (chain.assignment != device.assignment and there is not None
            and any(there.hash(event["seq"]) not in (None, event["hash"]) for event in chain.events))


def backwards(events):
    """Each run of claims of one chain that came at one moment, in the opposite order."""
    def moment(event):
        return event[0], event[1].get("device"), event[1].get("chain"), "op" in event[1]
    turned = []
    for _, run in itertools.groupby(events, key=moment):
        run = list(run)
        turned += run if "op" in run[0][1] else reversed(run)
    return turned


def without_strangers(schedule, merchant):
    """The same hours with the same batches in them; but those of strangers are nobody's."""
    tables = {name: list(table["assignments"]) for name, table in schedule["world"]["devices"].items()}
    for _, event in schedule["events"]:
        if event.get("op") == "assign":
            tables[event["device"]].append(event)
    roots = {name: {root for table in known for root in table["roots"]} for name, known in tables.items()}
    near = {name for name, known in tables.items() if any(table["merchant"] == merchant for table in known)}
    reach = set().union(*(roots[name] for name in near)) if near else set()
    while True:
        more = {name for name in roots if roots[name] & reach} | near
        if more == near:
            break
        near, reach = more, reach.union(*(roots[name] for name in more))
    return [[time, event if event.get("device", "") in near or ("op" in event and "device" not in event)
             else {"op": "elapse", "hours": 0, "served": False} if "op" in event else dict(event, device="nobody")]
            for time, event in schedule["events"]]


def main():
    global SCHEDULES
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--schedules", type=int, default=SCHEDULES)
    SCHEDULES = parser.parse_args().schedules
    loader, suite = unittest.TestLoader(), unittest.TestSuite()
    for module in (acts_test, held_test, chains_test, devices_test, sys.modules["__main__"]):
        suite.addTests(loader.loadTestsFromModule(module))
    return 0 if unittest.TextTestRunner().run(suite).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
