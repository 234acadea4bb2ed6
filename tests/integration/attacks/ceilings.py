#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Attack 5 of README.md: docks that claim rides which nobody made, for customers whom nobody can tell apart: as nobody, as bearers, as accounts
without their tokens; one for each day since years, and many in one day. Ages and ceilings hold for all of them.
"""
import collections
import datetime
import hashlib
import os
import sys
import time
from zoneinfo import ZoneInfo

from scene import Scene, expect, fail_unless, main, tell, with_ceilings
from claims import NOBODY, asked_mg, bearer, ride

ZONE = ZoneInfo("Europe/Helsinki")
TODAY = datetime.datetime.now(ZONE).date()
YEARS_OF_DAYS = 2000
OLDEST_DAYS = 30
DOCK_MG, MERCHANT_MG = 2_000_000, 5_000_000
ACCOUNT_MG = 2_000_000  # the shipped programme's limit of a day
LONG_M = 20_000  # what a ride is credited at most
LONG_MG = asked_mg(ride([], metres=LONG_M))
DAY_S = 86_400
CUSTOMERS = {"dock-nobody": lambda: NOBODY, "dock-bearer": lambda: bearer(os.urandom(16)), "dock-account": lambda: [1, os.urandom(32)]}


def at(days_ago, hour):
    """Of a day in the programme's zone, the same ones all along."""
    return int(datetime.datetime.combine(TODAY - datetime.timedelta(days=days_ago), datetime.time(hour), ZONE).timestamp())


def noon(days_ago):
    return at(days_ago, 12)


def day_of(entry):
    return datetime.datetime.fromtimestamp(entry[1][1][1], ZONE).date()


class Farm:
    """Docks of one merchant, and what they claimed: entries by device and seq."""

    def __init__(self, scene):
        scene.merchant("farm")
        self.scene = scene
        for name in (*CUSTOMERS, "dock-token-1", "dock-token-2"):
            scene.register(name, "farm")
        scene.start()
        self.docks = {name: scene.device_of(name) for name in (*CUSTOMERS, "dock-token-1", "dock-token-2")}
        self.claimed = collections.defaultdict(dict)
        self.number = 0

    def claim(self, name, ends, metres=LONG_M, account=None):
        dock, attribution = self.docks[name], CUSTOMERS.get(name)
        first = dock.chain.head + 1
        for end in ends:
            self.number += 1
            of = account[0] if account else attribution()
            entry = ride([dock.act(f"made-up-{self.number}")], end, metres, of)
            self.claimed[name][dock.chain.add(entry, account and account[1])] = entry
        dock.send(dock.chain, first)
        dock.ask(dock.chain)
        return [dock.standing(dock.chain, seq) for seq in range(first, dock.chain.head + 1)]

    def granted_by_day(self):
        """What receipts grant, by device and day of the act."""
        sums = collections.Counter()
        for name, entries in self.claimed.items():
            for seq, entry in entries.items():
                stands = self.docks[name].standing(self.docks[name].chain, seq)
                sums[name, day_of(entry)] += stands if isinstance(stands, int) else 0
        return sums


def one_for_each_day(farm):
    """What is older than the programme takes is held, whoever the customer is; what is younger is granted."""
    days = [day for day in range(2, YEARS_OF_DAYS) if day != OLDEST_DAYS]
    young = sum(day < OLDEST_DAYS for day in days)
    for name in CUSTOMERS:
        got = collections.Counter(farm.claim(name, [noon(day) for day in days], metres=2043))
        wanted = {asked_mg(ride([])): young, ("held", "too-old"): len(days) - young}
        expect(got, wanted, f"one ride for each day since years, {name}")
    return young, len(days) - young


def many_in_a_day(farm):
    """A dock's ceiling, then the merchant's, of one day; a claim that would go over is held whole, and smaller ones behind it pass."""
    begin = noon(1)
    fits, left = DOCK_MG // LONG_MG, MERCHANT_MG // LONG_MG
    for name in CUSTOMERS:
        granted = min(fits, left)
        left -= granted
        why = "ceiling-device" if granted == fits else "ceiling-merchant"
        got = farm.claim(name, [begin + 60 * number for number in range(8)])
        expect(got, [LONG_MG] * granted + [("held", why)] * (8 - granted), f"eight long rides of {name}")
    expect(left, 0, "this test's ceilings: what is left of the merchant's")
    expect(farm.claim("dock-nobody", [begin], metres=100), [asked_mg(ride([], metres=100))], "a small ride that fits behind held ones")
    midnight = at(0, 0)
    expect(farm.claim("dock-nobody", [midnight - 1]), [("held", "ceiling-device")], "a second before midnight")
    expect(farm.claim("dock-nobody", [midnight]), [LONG_MG], "at midnight")
    expect(farm.claim("dock-nobody", [int(time.time()) + 2 * DAY_S]), ["in-the-future"], "the day after tomorrow")


def with_a_token(farm):
    """An account's limit holds besides, over two docks, which each have their ceiling."""
    salt, token = os.urandom(16), "anna"
    account = [1, hashlib.sha256(salt + token.encode()).digest()], (salt, token)
    ends = [noon(2) + 3600 + 60 * number for number in range(8)]
    fits = DOCK_MG // LONG_MG
    got = farm.claim("dock-token-1", ends, account=account)
    expect(got, [LONG_MG] * fits + [("held", "ceiling-device")] * (8 - fits), "an account's rides at one dock")
    got = farm.claim("dock-token-2", ends, account=account)
    expect(got, [ACCOUNT_MG - fits * LONG_MG] + [0] * 7, "the same account's at another")


def journey(folder, binaries):
    ceilings = {"till": 0, "kiosk": DOCK_MG, "gateway": DOCK_MG, "dock": DOCK_MG, "merchant": MERCHANT_MG}
    with Scene(folder, binaries, programme=lambda text: with_ceilings(text, **ceilings)) as scene:
        farm = Farm(scene)
        young, old = one_for_each_day(farm)
        many_in_a_day(farm)
        with_a_token(farm)
        bounded(farm, young, old)
        scene.check()


def bounded(farm, young, old):
    scene, sums = farm.scene, farm.granted_by_day()
    by_day = collections.Counter()
    for (name, day), mg in sums.items():
        fail_unless(mg <= DOCK_MG, f"{name} was granted {mg} mg of {day}")
        by_day[day] += mg
    fail_unless(max(by_day.values()) <= MERCHANT_MG, f"the merchant was granted {by_day.most_common(1)}")
    report = scene.report()
    expect(sum(by_day.values()), report["granted_mg"], "the receipts' sum against the books'")
    expect(len([day for day, mg in by_day.items() if mg]) <= OLDEST_DAYS + 2, True, "days of which anything was granted")
    held = scene.held()
    expect({name: held[name, "too-old"] for name in CUSTOMERS}, {name: old for name in CUSTOMERS}, "what is listed as too old")
    groups = scene.json_of("held", "list", "--merchant", "farm")["groups"]
    fail_unless(len(groups) <= 2 * 3 * len(farm.docks), f"the list has {len(groups)} groups")
    fail_unless(all(group["words"] and group["asked_mg"] > 0 and group["merchants"] == ["farm"] for group in groups), f"groups: {groups}")
    asked = sum(asked_mg(entry) for entries in farm.claimed.values() for entry in entries.values())
    rides, granted, most = sum(map(len, farm.claimed.values())), report["granted_mg"], max(by_day.values())
    tell(5, f"of {rides} made-up rides worth {asked // 1000} g {granted // 1000} g were granted, at most {most // 1000} g of one day; "
            f"{report['held_in_all']['claims']} are held, in {len(groups)} groups")


if __name__ == "__main__":
    sys.exit(main(__doc__, "attacks-ceilings", journey))
