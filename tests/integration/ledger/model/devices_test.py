# SPDX-License-Identifier: Apache-2.0
"""docs/chains.md, "Replacement" and "What the device does", by examples; and ledgers that were restored."""
import unittest

import chains_test
from claims import DAY
from scene import RIDE_MG, Scene


class Replacement(unittest.TestCase):
    def setUp(self):
        chains_test.Starts.setUp(self)
        self.left = [self.scene.ride("till", act) for act in ("l1", "l2", "l3")]
        self.scene.people("key-replace", device="till", key="key-2")
        self.scene.devices["till"].key = "key-2"

    def test_the_place_of_the_consent(self):
        scene, place = self.scene, self.scene.head("till", 1)
        new = scene.chain("till", place, why=3, consent=place)
        claim = scene.ride("till", "new")
        scene.come(claim)
        self.assertEqual([scene.state("till", self.old), scene.state("till", new)], ["closed", "open"])
        self.assertEqual(scene.granted(claim), RIDE_MG)
        scene.later(days=1).come(*self.left)  # taken whenever they come; behind the place they are held
        self.assertEqual([scene.of(one)[0] for one in self.left], ["accepted", "accepted", "held"])
        self.assertEqual(scene.of(self.left[2])[2], "after-consent")
        self.assertEqual(scene.state("till", new), "open")
        chain, seq, digest = scene.head("till", 0, 0)
        scene.people("consent", device="till", key="key-2", chain=chain, seq=seq, hash=digest)
        self.assertEqual(scene.granted(self.left[2]), RIDE_MG)

    def test_the_place_of_the_consent_of_a_second_key_before_any_chain_of_it_has_come(self):
        scene = self.scene
        second = scene.chain("till", scene.head("till", 0), why=1)
        scene.ride("till", "second")
        scene.people("key-replace", device="till", key="key-3")
        scene.devices["till"].key = "key-3"
        place = scene.head("till", 0)
        third = scene.chain("till", place, why=3, consent=place)
        claim = scene.ride("till", "third")
        scene.model.arrive(scene.now, second.events[0])  # waits for the first
        scene.come(claim)
        self.assertEqual([scene.state("till", one) for one in (self.old, second, third)], ["closed", "probation", "open"])
        self.assertEqual(scene.granted(claim), RIDE_MG)

    def test_silence_is_that_of_every_other_chain(self):
        scene, place = self.scene, self.scene.head("till", 0)
        scene.chain("till", place, why=3, consent=place)
        scene.come(scene.ride("till", "new"))
        doubtful = scene.chain("till", None)
        scene.come(scene.ride("till", "doubtful")).later(hours=71).come(self.left[0]).later(hours=71)
        self.assertEqual(scene.state("till", doubtful), "probation")
        self.assertEqual(scene.later(hours=2).state("till", doubtful), "open")

    def test_a_new_key_at_the_head_sets_the_old_ones_place(self):
        scene = self.scene
        scene.come(*self.left)
        new = scene.chain("till", why=1)
        scene.come(scene.ride("till", "new")).later(days=1)
        stale = dict(self.left[2], seq=8, prev=self.left[2]["hash"], hash="stale", nulls=[[1, 1, "stale"]])
        scene.model.arrive(scene.now, stale)
        self.assertEqual([scene.state("till", self.old), scene.state("till", new)], ["closed", "open"])
        start = dict(self.old.events[0], chain="old-key", hash="old-start", pred=["till"] + scene.head("till", 0, 0))
        scene.model.arrive(scene.now, start)
        self.assertEqual([scene.state("till", one) for one in (new, "old-key")], ["open", "held after-consent"])

    def test_so_does_one_that_opens_later(self):
        """By the end of a probation, or by a person."""
        for opens in ("time", "person"):
            with self.subTest(opens):
                self.setUp()
                scene = self.scene
                new = scene.chain("till", None, why=1)  # names nothing
                scene.come(scene.ride("till", "new"))
                self.assertEqual(scene.state("till", new), "probation")
                if opens == "time":
                    scene.later(hours=74)
                else:
                    scene.people("chain", device="till", chain=new.id, verdict="release", open=True)
                    scene.later(days=1)
                self.assertEqual([scene.state("till", self.old), scene.state("till", new)], ["closed", "open"])
                scene.come(*self.left)
                self.assertEqual([scene.of(one)[2] for one in self.left], ["after-consent"] * 3)
                self.assertEqual([scene.state("till", self.old), scene.state("till", new)], ["closed", "open"])

    def test_until_its_place_is_named_the_old_key_is_good(self):
        self.scene.come(*self.left)
        self.assertEqual(self.scene.granted(self.left[2]), RIDE_MG)


class Devices(unittest.TestCase):
    """Honest devices against the model, by the device's own table."""

    def deliver(self, scene, rounds=2):
        till = scene.devices["till"]
        for _ in range(rounds):
            for batch in till.connect(scene.model, scene.now):
                for event in batch:
                    scene.model.arrive(scene.now, event)

    def test_a_disk_that_went_back_repairs_itself(self):
        scene = Scene()
        till = scene.devices["till"]
        scene.ride("till", "e1")
        self.deliver(scene)
        snapshot = till.snapshot()
        scene.ride("till", "e2")
        self.deliver(scene)
        till.go_back(snapshot)
        scene.later(seconds=3600)
        claim = scene.ride("till", "e3")
        self.deliver(scene)
        self.assertEqual(scene.total(), 3 * RIDE_MG)
        self.assertEqual(len(till.chains), 2)
        self.assertEqual(scene.state("till", till.chains[1]), "open")
        self.assertEqual(scene.of(claim), None)  # it was made anew

    def test_a_new_disk_is_admitted_at_once(self):
        scene = Scene()
        scene.ride("till", "e1")
        self.deliver(scene)
        scene.devices["till"].chains, scene.devices["till"].acked = [], {}
        scene.later(seconds=3600)
        scene.ride("till", "e2")
        self.deliver(scene)
        self.assertEqual((scene.total(), scene.state("till", scene.devices["till"].chains[-1])), (2 * RIDE_MG, "open"))

    def test_two_that_repair_in_turn_are_held(self):
        scene = Scene()
        till = scene.devices["till"]
        scene.ride("till", "e1")
        self.deliver(scene)
        twin = till.twin(scene.ids)
        for turn in range(3):
            scene.later(seconds=3600)
            scene.ride("till", f"a{turn}")
            self.deliver(scene)
            scene.devices["till"], till = twin, scene.devices["till"]
            twin = till
        states = [chain.state for chain in scene.model.ledger.devices["till"].chains.values()]
        self.assertEqual(states.count("held"), 2)

    def test_a_restored_ledger_is_told_again(self):
        scene = Scene()
        scene.ride("till", "e1")
        self.deliver(scene)
        scene.people("backup", name="b")
        scene.ride("till", "e2")
        self.deliver(scene)
        scene.people("revoke", device="other", since=None).people("restore", name="b")
        self.assertEqual(scene.total(), RIDE_MG)
        self.assertTrue(scene.model.registry.devices["other"].revoked)
        self.deliver(scene)
        self.assertEqual(scene.total(), 2 * RIDE_MG)

    def test_days_of_silence(self):
        scene = Scene()
        scene.come(scene.ride("till", "e1"))
        new = scene.chain("till", None)
        claim = scene.ride("till", "e2")
        scene.come(claim).later(seconds=2 * DAY)  # hours without batches do not count
        self.assertEqual(scene.state("till", new), "probation")
