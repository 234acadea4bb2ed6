# SPDX-License-Identifier: Apache-2.0
"""docs/ledger.md, "Who takes back", "What was spent", "Holding", "Ceilings", "Screening", "Quotas" and "Revocation", by examples."""
import unittest

from acts_test import ACCEPTED, DUPLICATE, NOTHING
from claims import DAY, HOUR
from limits import stands_out
from scene import NOW, RIDE_MG, Scene, town


class Methodologies(unittest.TestCase):
    def test_what_is_claimed_by_a_withdrawn_one_is_held_and_a_person_decides(self):
        scene = Scene()
        before, behind, late = scene.ride("till", "a", end=NOW - 5 * HOUR), scene.ride("till", "b", end=NOW - 2 * HOUR), scene.ride("till", "c", end=NOW - HOUR)
        scene.come(before, behind)
        self.assertEqual(scene.total(), 2 * RIDE_MG)
        scene.people("methodology", methodology="bike", **{"from": NOW - 3 * HOUR}).come(late)
        self.assertEqual([scene.of(one) for one in (before, behind, late)], [ACCEPTED] + 2 * [("held", 0, "methodology-not-in-force")])
        self.assertEqual(scene.total(), RIDE_MG)
        # Moved behind an act it is decided by itself; what was released stays so.
        scene.people("release", device="till", chain=late["chain"], seq=late["seq"])
        scene.people("methodology", methodology="bike", **{"from": NOW - 2 * HOUR + 1})
        self.assertEqual([scene.of(one) for one in (before, behind, late)], 3 * [ACCEPTED])
        scene.people("methodology", methodology="bike", **{"from": NOW - 6 * HOUR})
        self.assertEqual([scene.of(one)[0] for one in (before, behind, late)], ["held", "held", "accepted"])
        scene.people("dismiss", device="till", reason="methodology-not-in-force")
        self.assertEqual([scene.of(one) for one in (before, behind, late)], 2 * [("refused", 0, "dismissed")] + [ACCEPTED])

    def test_another_device_has_the_act_meanwhile(self):
        scene = Scene()
        mine, other = scene.ride("till", end=NOW - HOUR), scene.ride("till-2", end=NOW - HOUR)
        scene.come(mine).people("methodology", methodology="bike", **{"from": NOW - 2 * HOUR}).come(other)
        self.assertEqual(scene.of(mine)[0], "held")
        self.assertEqual(scene.total(), 0)
        scene.people("methodology", methodology="bike", **{"from": NOW})
        self.assertEqual((scene.of(mine), scene.total()), (ACCEPTED, RIDE_MG))


class WhoTakesBack(unittest.TestCase):
    def taken(self, device, claimant, before=(), root=1, **more):
        scene = Scene()
        for step in before:
            step(scene)
        claim = scene.ride(claimant, root=root, **more)
        scene.come(claim, scene.back(device, root=root))
        return scene.total() == 0

    def test_rules(self):
        self.assertTrue(self.taken("till-2", "till"))  # its merchant's
        self.assertTrue(self.taken("till", "kiosk"))  # the owner of the root
        self.assertFalse(self.taken("kiosk", "till"))  # a reporter without a claim of its own
        self.assertFalse(self.taken("other", "till"))  # a stranger
        for hours, may in ((2, True), (27, True), (28, False)):  # a duplicate of its own, whose end lies within 26 h
            def duplicate(scene):
                scene.come(scene.ride("till"), scene.ride("kiosk", end=NOW - hours * HOUR))
            self.assertEqual(self.taken("kiosk", "till", [duplicate]), may)

    def test_successors_however_many_hands(self):
        table = {"op": "assign", "merchant": "m3", "site": "s9", "roots": {"1": 1, "3": 0}}

        def hands(scene):
            scene.people("successor", old="m1", new="m2", **{"from": NOW - 1})
            scene.people("successor", old="m2", new="m3", **{"from": NOW - 1})

        def not_yet(scene):
            scene.people("successor", old="m1", new="m3", **{"from": NOW + 1})

        def root(scene):
            scene.people(**dict(table, device="other"))
            scene.devices["other"].assignments.append(table)
            scene.devices["other"].assignment = 2
        self.assertTrue(self.taken("other", "till", [hands, root]))
        self.assertFalse(self.taken("other", "till", [root]))  # the root alone is not enough
        self.assertFalse(self.taken("other", "till", [hands]))
        self.assertFalse(self.taken("other", "till", [not_yet, root]))
        self.assertTrue(self.taken("other", "kiosk", [hands, root]))

    def test_entitlement_is_judged_when_the_reversal_comes(self):
        for late in (False, True):
            self.judged(late)

    def judged(self, late):
        scene = Scene()
        table = {"merchant": "m3", "site": "s1", "roots": {"1": 1, "3": 0}}
        scene.people("assign", device="other", **table)
        scene.devices["other"].assignments.append(table)
        scene.devices["other"].assignment = 2
        claim, back = scene.ride("till"), scene.back("other")
        scene.come(claim)
        if late:
            scene.come(back)
        scene.people("successor", old="m1", new="m3", **{"from": NOW}).come(back)
        scene.people("revoke", device="other", since=NOW).people("trust", device="other")
        self.assertEqual(scene.total(), RIDE_MG if late else 0)

    def test_a_held_duplicate_entitles(self):
        for after in (False, True):
            scene = Scene()
            told, own, refund = scene.ride("till"), scene.ride("kiosk", end=NOW - 31 * DAY), scene.back("kiosk")
            told["end"] = own["end"] + HOUR
            told["begin"] = told["end"] - 60
            scene.come(told, *((refund, own) if after else (own, refund)))
            self.assertEqual(scene.of(own), DUPLICATE)
            scene.people("release", device="till")
            self.assertEqual((scene.of(told), scene.of(own)[0]), (NOTHING, "refused"))

    def test_not_behind_its_own_claim(self):
        scene = Scene()
        first, again = scene.ride("kiosk"), scene.ride("kiosk")
        scene.come(first, again)
        table = {"merchant": "m3", "site": "s9", "roots": {"1": 0}}
        scene.people("assign", device="kiosk", **table)
        scene.devices["kiosk"].assignments.append(table)
        scene.devices["kiosk"].assignment = 2
        scene.come(scene.back("kiosk"))
        self.assertEqual(scene.of(first), ACCEPTED)

    def test_a_reversal_needs_the_root(self):
        scene = Scene()
        claim, stranger = scene.ride("till"), scene.back("other")
        scene.come(claim, stranger)
        self.assertEqual(scene.of(stranger), ("refused", 0, "unknown-root"))

    def test_what_is_not_its_merchants_has_a_ceiling(self):
        scene = Scene(town({"takes_back_per_day_mg": {"till": RIDE_MG}}))
        claims = [scene.ride("kiosk", act) for act in ("e1", "e2")]
        backs = [scene.back("till", act=act) for act in ("e1", "e2")]
        scene.come(*claims, *backs)
        self.assertEqual([scene.granted(one) for one in claims], [0, RIDE_MG])
        self.assertEqual(scene.of(backs[1]), ("held", 0, "ceiling-reversals"))
        scene.people("release", device="till")
        self.assertEqual([scene.granted(one) for one in claims], [0, 0])

    def test_so_it_has_where_it_comes_before_the_claim(self):
        scene = Scene(town({"takes_back_per_day_mg": {"till": RIDE_MG - 1}}))
        back, ride = scene.back("till"), scene.ride("kiosk")  # the root is its merchant's
        scene.come(back, ride)
        self.assertEqual(scene.granted(ride), RIDE_MG)
        self.assertEqual(scene.of(back), ("held", 0, "ceiling-reversals"))
        scene.people("release", device="till", reason="ceiling-reversals")
        self.assertEqual(scene.granted(ride), 0)

    def test_it_is_counted_for_what_stood_when_it_became_entitled(self):
        scene = Scene(town({"takes_back_per_day_mg": {"kiosk": RIDE_MG // 2}}))
        back, part, ride = scene.back("kiosk"), scene.back("till", metres=50), scene.ride("till")
        scene.come(back, part, ride)
        self.assertEqual(scene.granted(ride), RIDE_MG // 2)  # the kiosk's is not seen yet
        scene.come(scene.ride("kiosk"))
        self.assertEqual([scene.granted(ride), scene.of(back)], [0, NOTHING])

    def test_of_one_merchant_so_many_are_kept(self):
        scene = Scene(town(most_reversals=2))
        parts = [scene.back("till", metres=10) for _ in range(3)]
        theirs, claim, whole = scene.back("kiosk", metres=10), scene.ride("till"), scene.back("till")
        scene.come(*parts, theirs)
        self.assertEqual([scene.of(one)[2] for one in parts + [theirs]], ["", "", "too-many-reversals", ""])
        scene.come(claim, whole)
        self.assertEqual([scene.of(whole), scene.of(claim)], [NOTHING, NOTHING])


class Spent(unittest.TestCase):
    ANNA = ["customer", "anna"]

    def test_what_was_spent_is_the_merchants_then_lost(self):
        scene = Scene(town({"refund_days": 0}))
        claim = scene.ride("till", customer=self.ANNA)
        scene.come(claim).people("spend", account=self.ANNA, mg=1000)
        self.assertEqual(scene.account(*self.ANNA), 210)  # not before three days after it was booked
        scene.later(days=3).people("spend", account=self.ANNA, mg=1000)
        self.assertEqual(scene.account(*self.ANNA), 0)
        scene.come(scene.back("till"))
        self.assertEqual([scene.account(*one) for one in (self.ANNA, ("merchant", "m1"), ("loss",), ("spent",), ("operator",))],
                         [0, 0, -210, 210, 0])

    def test_what_is_taken_back_late_gives_nothing_back(self):
        for days, granted in ((0, RIDE_MG), (40, 0)):
            scene = Scene(town({"limit_per_day_mg": RIDE_MG, "oldest_days": 100}))
            end = NOW - HOUR
            scene.come(scene.ride("till", customer=self.ANNA, end=end)).later(days=days)
            refund, second = scene.back("till"), scene.ride("till", "e2", customer=self.ANNA, end=end)
            scene.come(refund, second)
            self.assertEqual(scene.granted(second), granted)


    def test_what_stands_again_counts_once(self):
        scene = Scene(town({"ceiling_per_day_mg": {"till": RIDE_MG}, "refund_days": 1}))
        ride = scene.ride("till", "e1")
        scene.come(ride).later(days=4)  # it could be spent
        refund = scene.back("till", act="e1")
        scene.come(refund).people("revoke", device="till", since=scene.now)
        self.assertEqual(scene.of(ride), ("accepted", RIDE_MG, ""))


    def test_what_is_dismissed_after_it_could_be_spent_gives_nothing_back(self):
        scene = Scene(town({"ceiling_per_day_mg": {"till": RIDE_MG}, "refund_days": 1}))
        ride = scene.ride("till", "e1")
        scene.come(ride).later(days=4)
        scene.come(scene.ride("till", "e1", end=NOW - 40 * DAY))  # the same act, told once more and held as too old
        scene.people("dismiss", device="till", reason="too-old")
        self.assertEqual(scene.of(ride), ("refused", 0, "dismissed"))
        other = scene.ride("till", "e2", end=ride["end"])
        self.assertEqual(scene.come(other).of(other), ("held", 0, "ceiling-device"))


class Held(unittest.TestCase):
    def test_one_that_would_go_over_is_held_whole_and_those_behind_it_pass(self):
        scene = Scene(town({"ceiling_per_day_mg": {"till": 400}}))
        claims = [scene.ride("till", f"e{number}", metres) for number, metres in enumerate((100, 50, 30))]
        scene.come(*claims)
        self.assertEqual([scene.of(one) for one in claims], [ACCEPTED, ("held", 0, "ceiling-device"), ("accepted", 90, "")])
        scene.people("release", device="till")
        self.assertEqual(scene.granted(claims[1]), 150)

    def test_a_ceiling_of_the_registry_and_the_merchants(self):
        scene = Scene(town({"ceiling_per_day_mg": {"till": 0, "merchant": 500}}))
        scene.people("ceiling", device="till", activity="ride", mg=1000)
        first, second = scene.ride("till"), scene.ride("till", "e2")
        scene.come(first, second)
        self.assertEqual([scene.of(first), scene.of(second)], [ACCEPTED, ("held", 0, "ceiling-merchant")])

    def test_a_release_lifts_what_held_it_alone(self):
        scene = Scene(town({"ceiling_per_day_mg": {"till": RIDE_MG, "merchant": RIDE_MG}}))
        first, second = scene.ride("till", "e1"), scene.ride("till", "e2")
        scene.come(first, second)
        self.assertEqual(scene.of(second), ("held", 0, "ceiling-device"))
        scene.people("release", device="till", reason="ceiling-device")
        self.assertEqual(scene.of(second), ("held", 0, "ceiling-merchant"))

    def test_the_accounts_limits_cut_and_are_not_lifted(self):
        scene = Scene(town({"limit_per_day_mg": 400, "ceiling_per_day_mg": {"till": 300}}))
        claims = [scene.ride("till", act, customer=["customer", "anna"]) for act in ("e1", "e2")]
        scene.come(*claims).people("release", device="till")
        self.assertEqual([scene.granted(one) for one in claims], [300, 100])

    def test_an_accounts_limits_are_shared_by_all_who_claim_for_it(self):
        """So a stranger who knows a customer's token can use up the customer's day."""
        scene = Scene(town({"limit_per_day_mg": 400}))
        scene.come(scene.ride("other", "o1", root=3, customer=["customer", "anna"]))
        claim = scene.ride("till", customer=["customer", "anna"])
        self.assertEqual(scene.come(claim).of(claim), ("accepted", 100, ""))

    def test_revoked_since_undoes_reversals(self):
        scene = Scene()
        claim = scene.ride("kiosk")
        scene.come(claim).later(hours=1)
        refund = scene.back("till")
        scene.come(refund)
        self.assertEqual(scene.total(), 0)
        scene.people("revoke", device="till", since=scene.now)
        self.assertEqual([scene.of(refund), scene.of(claim)], [("held", 0, "revoked-since"), ACCEPTED])
        scene.people("trust", device="till")
        self.assertEqual(scene.total(), 0)

    def test_reasons_of_roots_and_versions(self):
        world = town()
        world["roots"]["1"]["begins"] = [0, NOW - 10 * DAY]
        scene = Scene(world)
        scene.people("withdraw", root=1, version=2)
        cases = [([[1, 2, "x"]], {}, "unknown-root"), ([[9, 1, "x"]], {}, "unknown-key-version"),
                 ([[1, 1, "x"]], {}, "key-version-not-in-force"), ([[2, 1, "x"]], {}, "key-withdrawn"),
                 ([[3, 1, "x"]], {}, ""), ([[3, 1, "x"]], {"end": NOW + 2 * DAY}, "in-the-future"),
                 ([[3, 1, "y"]], {"credited": 1}, "wrong-arithmetic"), ([[3, 1, "z"]], {"site": "s2"}, "not-assigned")]
        for nulls, more, reason in cases:
            claim = scene.ride("till", nulls=nulls, **more)
            self.assertEqual(scene.come(claim).of(claim)[2], reason)

    def test_retired_for_more_than_thirty_days(self):
        scene = Scene().people("retire", device="till")
        early = scene.ride("till")
        scene.come(early).later(days=31)
        late = scene.ride("till", "e2")
        self.assertEqual([scene.of(early), scene.come(late).of(late)], [ACCEPTED, ("held", 0, "after-retirement")])

    def test_screening(self):
        days = [3000] * 20
        self.assertTrue(stands_out(41200, days, {}, 61))
        self.assertFalse(stands_out(41200, days, {}, 13))
        self.assertFalse(stands_out(41200, days[:13], {}, 61))
        self.assertFalse(stands_out(8900, days, {}, 61))  # the spread is a thousand milligrams at least
        self.assertFalse(stands_out(41200, days, {str(number): [40000] for number in range(20)}, 61))

    def test_what_screening_holds(self):
        scene = Scene()
        first, other = scene.ride("till"), scene.ride("kiosk")
        scene.come(first, other)
        scene.people("screen", device="till", activity="ride", day=scene.model.programme.day(first["end"]))
        self.assertEqual([scene.of(first), scene.of(other)], [DUPLICATE, ACCEPTED])
        second = scene.ride("till", "e2")
        self.assertEqual(scene.come(second).of(second), ("held", 0, "screening"))
        scene.people("release", device="till", reason="screening")
        third = scene.ride("till", "e3")
        self.assertEqual([scene.of(second), scene.come(third).of(third)], [ACCEPTED, ACCEPTED])

    def test_what_was_released_is_not_held_again_and_one_claim_is_not_all(self):
        scene = Scene()
        first, second = scene.ride("till"), scene.ride("till", "e2")
        scene.come(first, second)
        day = scene.model.programme.day(first["end"])
        scene.people("screen", device="till", activity="ride", day=day)
        scene.people("release", device="till", chain=first["chain"], seq=first["seq"])
        third = scene.ride("till", "e3")
        self.assertEqual([scene.of(first), scene.come(third).of(third)], [ACCEPTED, ("held", 0, "screening")])
        scene.people("release", device="till", reason="screening")
        scene.people("screen", device="till", activity="ride", day=day)
        self.assertEqual([scene.of(one) for one in (first, second, third)], [ACCEPTED] * 3)

    def test_a_quota_is_by_batch(self):
        scene = Scene(town(quota=1))
        claims = [scene.ride("till", f"e{number}") for number in range(16)]
        start = scene.devices["till"].chains[0].events[0]
        self.assertEqual(scene.model.arrive(scene.now, start, *claims[:14]), "quota")
        self.assertEqual(scene.of(claims[0]) if scene.state("till", start["chain"]) else None, None)
        self.assertEqual(scene.model.arrive(scene.now, start, *claims[:13]), "stored")
        self.assertEqual(scene.model.arrive(scene.now, claims[14]), "quota")
        scene.later(days=1)
        self.assertEqual(scene.model.arrive(scene.now, start, claims[14]), "stored")  # kept aside, and counted
        self.assertEqual(scene.model.arrive(scene.now, claims[13]), "quota")
        scene.later(days=1)
        self.assertEqual(scene.model.arrive(scene.now, claims[13]), "stored")
        self.assertEqual(scene.of(claims[14]), ACCEPTED)

    def test_a_batch_that_is_larger_than_the_bucket_ever_gets(self):
        scene = Scene(town(quota=1))
        claims = [scene.ride("till", f"e{number}") for number in range(100)]
        batch = scene.devices["till"].chains[0].events[:1] + claims
        for days, said in ((0, "quota"), (75, "quota"), (1, "stored")):
            scene.later(days=days)
            self.assertEqual(scene.model.arrive(scene.now, *batch), said)

    def test_a_start_without_room_takes_nothing_of_the_quota(self):
        scene = Scene(town(quota=1))
        scene.come(scene.ride("till"))
        scene.people("assign", device="till", **scene.world["devices"]["till"]["assignments"][0])
        left = scene.model.ledger.devices["till"].quota.left
        scene.chain("till", None)
        scene.come(scene.ride("till", "e2"))
        more = scene.chain("till", None, assignment=2)
        scene.model.arrive(scene.now, more.events[0])
        self.assertEqual(scene.state("till", more), None)
        self.assertEqual(left - scene.model.ledger.devices["till"].quota.left, 2 * DAY)

    def test_a_quota(self):
        scene = Scene(town(quota=1))
        claims = [scene.ride("till", f"e{number}") for number in range(14)]
        scene.come(*claims)
        self.assertEqual([scene.of(claims[12]), scene.of(claims[13])], [ACCEPTED, None])
        scene.later(days=1).come(claims[0], claims[13])
        self.assertEqual(scene.of(claims[13]), ACCEPTED)
