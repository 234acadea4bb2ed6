# SPDX-License-Identifier: Apache-2.0
"""Each sentence of docs/ledger.md, "Acts", as an example, and what the page promises of them in every order of arrival."""
import itertools
import random
import unittest

from claims import DAY, HOUR
from scene import NOW, RIDE_MG, Scene, town

ACCEPTED, DUPLICATE, TAKEN_BACK = ("accepted", RIDE_MG, ""), ("refused", 0, "duplicate"), ("refused", 0, "taken-back")
NOTHING, DISMISSED = ("accepted", 0, ""), ("refused", 0, "dismissed")


def every_order(make):
    """The scenes of each order in which the claims that make(scene) returns may come."""
    count = len(make(Scene()))
    for order in itertools.permutations(range(count)):
        scene = Scene()
        claims = make(scene)
        for index in order:
            scene.come(claims[index])
        yield scene, claims, order


class Rules(unittest.TestCase):
    def test_1_what_is_out_lets_the_next_one_hold(self):
        scene = Scene()
        first, second = scene.ride("till"), scene.ride("kiosk")
        scene.come(first, second)
        self.assertEqual([scene.of(first), scene.of(second)], [ACCEPTED, DUPLICATE])
        scene.people("revoke", device="till", since=NOW)
        self.assertEqual([scene.of(first), scene.of(second)], [("held", 0, "revoked-since"), ACCEPTED])
        scene.people("trust", device="till")
        self.assertEqual([scene.of(first), scene.of(second)], [DUPLICATE, ACCEPTED])

    def test_1_a_dismissal_takes_out_what_its_device_told_besides(self):
        scene = Scene()
        bad, own, good = scene.ride("kiosk", end=NOW - 40 * DAY), scene.ride("kiosk"), scene.ride("till")
        refund = scene.back("kiosk")
        scene.come(bad, own, refund, good)
        self.assertEqual([scene.of(own), scene.of(good)], [NOTHING, TAKEN_BACK])
        scene.people("dismiss", device="kiosk", reason="too-old")
        self.assertEqual([scene.of(one) for one in (bad, own, refund, good)], [DISMISSED, DISMISSED, DISMISSED, ACCEPTED])

    def test_1_a_reversals_dismissal_does_so_too(self):
        scene = Scene()
        own, other, refund = scene.ride("till"), scene.ride("kiosk"), scene.back("till", act="e2")
        scene.come(own, other).later(hours=1)
        late = scene.back("till")
        scene.come(late, refund).people("revoke", device="till", since=scene.now)
        scene.people("dismiss", device="till", chain=late["chain"], seq=late["seq"])
        self.assertEqual([scene.of(one) for one in (own, other, late)], [DISMISSED, ACCEPTED, DISMISSED])
        self.assertEqual(scene.of(refund), ("held", 0, "revoked-since"))

    def test_2_what_is_held_keeps_nobody_out(self):
        scene = Scene()
        old, second, third = scene.ride("kiosk", end=NOW - 40 * DAY), scene.ride("till"), scene.ride("till-2")
        scene.come(old)
        self.assertEqual(scene.of(old), ("held", 0, "too-old"))
        scene.come(second, third)
        self.assertEqual([scene.of(one) for one in (old, second, third)], [DUPLICATE, ACCEPTED, DUPLICATE])
        scene.people("release", device="kiosk")
        self.assertEqual(scene.of(old), DUPLICATE)  # who has it keeps it

    def test_2_the_first_of_the_held_ones(self):
        scene = Scene()
        one, other = scene.ride("kiosk", end=NOW - 40 * DAY), scene.ride("till", end=NOW - 40 * DAY)
        scene.come(one, other)
        self.assertEqual([scene.of(one), scene.of(other)], [("held", 0, "too-old"), DUPLICATE])
        scene.people("release", device="till")
        self.assertEqual([scene.of(one), scene.of(other)], [DUPLICATE, ACCEPTED])

    def test_3_told_twice_by_one_device(self):
        scene = Scene()
        first, again = scene.ride("till"), scene.ride("till")
        refund = scene.back("till", names=again)
        scene.come(first, again)
        self.assertEqual([scene.of(first), scene.of(again)], [ACCEPTED, DUPLICATE])
        scene.come(refund)
        self.assertEqual([scene.of(first), scene.of(again)], [NOTHING, DUPLICATE])

    def test_4_a_whole_refund_closes_the_act(self):
        for name in (None, "first"):
            scene = Scene()
            first, later = scene.ride("till"), scene.ride("kiosk")
            scene.come(first, scene.back("till-2", names=first if name else None), later)
            self.assertEqual([scene.of(first), scene.of(later)], [NOTHING, TAKEN_BACK])

    def test_4_parts_with_one_id_count_once_at_the_largest(self):
        for metres in itertools.permutations((20, 30, 10)):
            scene = Scene()
            claim = scene.ride("till")
            parts = [scene.back("till", metres=one, cause="p1") for one in metres]
            scene.come(claim, *parts, scene.back("till-2", metres=5, cause="p2"))
            self.assertEqual(scene.granted(claim), 3 * (100 - 30 - 5))

    def test_4_below_the_least_quantity_nothing_stays(self):
        scene = Scene()
        claim = scene.ride("till")
        scene.come(claim, scene.back("till", metres=96))
        self.assertEqual(scene.of(claim), NOTHING)

    def test_4_what_was_a_duplicate_already_stays_one(self):
        scene = Scene()
        first, second, refund, third = scene.ride("till"), scene.ride("kiosk"), scene.back("till"), scene.ride("till-2")
        scene.come(first, second, refund, third)
        self.assertEqual([scene.of(one) for one in (first, second, third)], [NOTHING, DUPLICATE, TAKEN_BACK])

    def test_5_a_correction_means_a_claim(self):
        scene = Scene()
        first, second = scene.ride("till"), scene.ride("kiosk")
        scene.come(first, second, scene.back("till", "correction", names=first))
        self.assertEqual([scene.of(first), scene.of(second)], [NOTHING, ACCEPTED])

    def test_5_with_every_claim_of_its_device_that_was_recorded_no_later(self):
        scene = Scene()
        first, again = scene.ride("till"), scene.ride("till")
        mistake = scene.back("till", "correction", names=first)
        anew = scene.ride("till")
        scene.come(first, again, mistake)
        self.assertEqual(scene.total(), 0)
        scene.come(anew)
        self.assertEqual(scene.of(anew), ACCEPTED)

    def test_5_without_a_name_those_of_its_merchant(self):
        for scene, claims, _ in every_order(lambda scene: [scene.ride("till"), scene.ride("till-2"), scene.ride("kiosk"),
                                                           scene.back("till", "correction")]):
            self.assertEqual([scene.granted(one) for one in claims[:3]], [0, 0, RIDE_MG])

    def test_5_not_what_was_recorded_later(self):
        for names in (False, True):
            scene = Scene()
            first = scene.ride("till")
            mistake = scene.back("till", "correction", names=first if names else None)
            scene.now += 1
            later = scene.ride("till-2"), scene.ride("till")
            scene.come(later[0], first, mistake, later[1])
            self.assertEqual([scene.granted(one) for one in (first,) + later], [0, RIDE_MG, 0])

    def test_5_not_anothers(self):
        scene = Scene()
        claim = scene.ride("kiosk")
        scene.come(claim, scene.back("till", "correction"), scene.back("till", "correction", names=claim))
        self.assertEqual(scene.of(claim), ACCEPTED)

    def test_5_a_part_lowers_what_it_may_have(self):
        scene = Scene()
        first, second = scene.ride("till"), scene.ride("kiosk")
        scene.come(first, second, scene.back("till", "correction", metres=40))
        self.assertEqual(scene.granted(first), 180)
        scene.people("revoke", device="till", since=NOW)
        self.assertEqual(scene.granted(second), RIDE_MG)

    def test_6_a_new_holder_is_asked_by_itself(self):
        """The kiosk's refund may take back its own claim, and the till's only while the kiosk has a duplicate there."""
        scene = Scene()
        first, refund, second = scene.ride("kiosk"), scene.back("kiosk"), scene.ride("till")
        scene.come(first, refund, second)
        self.assertEqual(scene.total(), 0)
        scene.come(scene.back("kiosk", "correction", names=first))
        self.assertEqual([scene.of(first), scene.of(second)], [NOTHING, ACCEPTED])


    def test_6_where_a_reversal_does_not_apply_any_more_all_steps_decide(self):
        anna = ["customer", "anna"]
        for rule, granted, standing in (({"ceiling_per_day_mg": {"till": 400}}, 0, ("held", 0, "ceiling-device")),
                                        ({"limit_per_day_mg": 400}, 100, ("accepted", 100, ""))):
            scene = Scene(town(rule))
            first, second = scene.ride("till", customer=anna), scene.ride("till", "e2", customer=anna)
            scene.come(first).later(hours=1)
            scene.come(scene.back("till-2", metres=90), second)
            self.assertEqual([scene.granted(first), scene.granted(second)], [30, RIDE_MG])
            scene.people("revoke", device="till-2", since=scene.now)
            self.assertEqual([scene.of(first), scene.of(second)], [standing, ACCEPTED])
            scene.people("trust", device="till-2")  # what is held stays so; what is there is lowered
            self.assertEqual(scene.granted(first), min(30, granted))

    def test_a_corrected_duplicate_is_accepted_with_nothing(self):
        for scene, claims, order in every_order(lambda scene: [scene.ride("till"), scene.ride("kiosk"),
                                                               scene.back("till", "correction")]):
            self.assertEqual([scene.of(one) for one in claims[:2]], [NOTHING, ACCEPTED], order)

    def test_at_most_sixteen_of_one_device(self):
        scene = Scene()
        told = [scene.ride("till") for _ in range(18)]
        other, last = scene.ride("till-2"), scene.ride("kiosk")
        scene.come(*told, other)
        self.assertEqual([scene.of(one) for one in told], [ACCEPTED] + 17 * [DUPLICATE])
        scene.come(scene.back("till", "correction", names=told[15]))  # and all before it; two are left
        self.assertEqual([scene.of(one) for one in told[:16]], 16 * [NOTHING])
        self.assertEqual([scene.of(one) for one in told[16:]], 2 * [DUPLICATE])
        self.assertEqual(scene.of(other), ACCEPTED)
        scene.come(scene.back("till-2", "correction", names=other))
        self.assertEqual((scene.of(told[16]), scene.total()), (DUPLICATE, 0))  # nothing comes of it
        self.assertEqual(scene.come(last).of(last), ACCEPTED)


class Joining(unittest.TestCase):
    ONE, TWO, BOTH = [[1, 1, "a"]], [[2, 1, "b"]], [[1, 1, "a"], [2, 1, "b"]]

    def scene(self):
        world = town()
        world["roots"]["1"]["begins"] = [0, NOW]
        return Scene(world)

    def test_one_that_carries_both_meets_either(self):
        for first, second in itertools.permutations((self.ONE, self.BOTH)):
            scene = self.scene()
            one, other = scene.ride("till", nulls=first), scene.ride("kiosk", nulls=second)
            scene.come(one, other)
            self.assertEqual([scene.of(one), scene.of(other)], [ACCEPTED, DUPLICATE])

    def test_two_that_both_have_a_holder_are_not_joined(self):
        scene = self.scene()
        one, two, both = scene.ride("till", nulls=self.ONE), scene.ride("till-2", nulls=self.TWO), scene.ride("kiosk", nulls=self.BOTH)
        scene.come(one, two, both)
        self.assertEqual([scene.of(each) for each in (one, two, both)], [ACCEPTED, ACCEPTED, DUPLICATE])
        scene.come(scene.back("till", "correction", nulls=self.ONE, names=one))
        self.assertEqual([scene.granted(each) for each in (one, two, both)], [0, RIDE_MG, 0])
        scene.come(scene.back("till-2", "correction", nulls=self.TWO, names=two))
        self.assertEqual(scene.granted(both), RIDE_MG)

    def test_what_was_joined_by_a_claim_that_is_out_is_apart(self):
        scene = self.scene()
        both, one, two = scene.ride("kiosk", nulls=self.BOTH), scene.ride("till", nulls=self.ONE), scene.ride("till-2", nulls=self.TWO)
        scene.come(both, one, two)
        self.assertEqual([scene.granted(each) for each in (both, one, two)], [RIDE_MG, 0, 0])
        scene.people("revoke", device="kiosk", since=NOW)
        self.assertEqual([scene.granted(each) for each in (both, one, two)], [0, RIDE_MG, RIDE_MG])
        scene.people("trust", device="kiosk")
        self.assertEqual([scene.granted(each) for each in (both, one, two)], [0, RIDE_MG, RIDE_MG])

    def test_a_reversal_is_kept_with_each_and_joins_nothing(self):
        scene = self.scene()
        one, two = scene.ride("till", nulls=self.ONE), scene.ride("till-2", nulls=self.TWO)
        scene.come(one, scene.back("till", nulls=self.BOTH))
        self.assertEqual(scene.granted(one), 0)
        scene.come(two)
        self.assertEqual(scene.of(two), NOTHING)


    def test_two_holders_that_are_held_are_joined(self):
        scene = self.scene()
        scene.come(scene.ride("kiosk", "e9"))
        scene.chain("kiosk", None)  # on probation
        one, two = scene.ride("kiosk", nulls=self.ONE), scene.ride("kiosk", nulls=self.TWO)
        both = scene.ride("till", nulls=self.BOTH)
        scene.come(one, two, both)
        self.assertEqual([scene.of(each) for each in (one, two, both)], [DUPLICATE, DUPLICATE, ACCEPTED])

    def test_a_reversal_that_came_first_joins_nothing(self):
        scene = self.scene()
        refund = scene.back("till", nulls=self.BOTH, metres=50)
        one, two = scene.ride("till", nulls=self.ONE), scene.ride("till-2", nulls=self.TWO)
        scene.come(refund, one, two)
        self.assertEqual([scene.granted(one), scene.granted(two)], [RIDE_MG // 2, RIDE_MG // 2])


class Promises(unittest.TestCase):
    def test_reported_twice_cancelled_once_stays_cancelled(self):
        for canceller in ("till", "till-2", "kiosk"):
            for scene, claims, order in every_order(lambda scene: [scene.ride("till"), scene.ride("kiosk"),
                                                                   scene.back(canceller, "cancelled")]):
                self.assertEqual(scene.total(), 0, (canceller, order))

    def test_one_of_the_two_was_a_mistake_leaves_the_other(self):
        for mistaken, other in itertools.permutations(("till", "kiosk")):
            for scene, claims, order in every_order(lambda scene: [scene.ride(mistaken), scene.ride(other),
                                                                   scene.back(mistaken, "correction")]):
                self.assertEqual([scene.granted(one) for one in claims[:2]], [0, RIDE_MG], (mistaken, order))

    def test_a_hostile_claim_that_is_dismissed_takes_its_refund_with_it(self):
        def make(scene):
            return [scene.ride("kiosk", end=NOW - 40 * DAY), scene.back("kiosk"), scene.ride("till", end=NOW - 41 * DAY + HOUR)]
        for scene, (bad, _, good), order in every_order(make):
            scene.people("release", device="till")
            scene.people("dismiss", device="kiosk")
            self.assertEqual([scene.of(bad), scene.of(good)], [DISMISSED, ACCEPTED], order)

    def test_where_reversals_stand_between_claims_does_not_matter(self):
        def make(scene):
            return [scene.ride("kiosk"), scene.ride("till", metres=90), scene.ride("till-2", metres=80),
                    scene.back("till", metres=20, cause="p"), scene.back("kiosk", "correction", metres=30, cause="q"),
                    scene.back("till-2", "correction")]
        seen = {}
        for scene, claims, order in every_order(make):
            reductions = tuple(index for index in order if index < 3)
            granted = [scene.granted(one) for one in claims[:3]]
            self.assertEqual(seen.setdefault(reductions, granted), granted, order)
        self.assertEqual(len(seen), 6)

    def test_nor_for_random_claims_and_reversals(self):
        """Which claim comes first is the only question of order: what each then has follows from all that came."""
        orders = 0
        for seed in range(150):
            seen = {}
            for shuffle in range(10):
                scene, claims = Scene(), []
                choose = random.Random(seed)
                for _ in range(choose.randint(3, 6)):
                    scene.now += 10
                    device = choose.choice(("till", "till", "till-2", "kiosk", "other"))
                    named = choose.choice(claims) if claims and choose.random() < 0.4 else None
                    metres = choose.choice((None, 20, 30))
                    if choose.random() < 0.5 and device != "other":
                        claims.append(scene.ride(device, metres=choose.choice((80, 100))))
                    else:
                        claims.append(scene.back(device, choose.choice(("refund", "cancelled", "correction")), names=named,
                                                 metres=metres, cause=choose.choice(("p1", "p2")) if metres else None))
                order = list(claims)
                random.Random(shuffle).shuffle(order)
                scene.come(*order)
                placed = [claim for claim in scene.model.ledger.claims if claim.kind == "reduction"]
                key = tuple(claim.event["hash"] for claim in sorted(placed, key=lambda claim: claim.place))
                granted = {claim.event["hash"]: claim.granted for claim in placed}
                orders += key in seen
                self.assertEqual(seen.setdefault(key, granted), granted, (seed, shuffle))
        self.assertGreater(orders, 300)
