# SPDX-License-Identifier: Apache-2.0
"""docs/chains.md, "Which start is admitted" and "Contradictions", by examples."""
import unittest

from scene import RIDE_MG, Scene

HELD = ("held", 0)


class Starts(unittest.TestCase):
    def setUp(self):
        self.scene = Scene()
        self.first = [self.scene.ride("till", f"e{number}") for number in range(3)]
        self.old = self.scene.devices["till"].chains[0]
        self.scene.come(*self.first)  # its head is 4
        self.scene.later(seconds=3600)

    def begin(self, pred="last", **more):
        """A chain with one claim; as it stands when both have come."""
        chain = self.scene.chain("till", pred, **more)
        claim = self.scene.ride("till", f"n{chain.id}")
        self.scene.come(claim)
        return chain, claim

    def states(self, *chains):
        return [self.scene.state("till", chain) for chain in chains]

    def place(self, back=0):
        return self.scene.head("till", back, 0)

    def test_the_head(self):
        new, claim = self.begin()
        self.assertEqual(self.states(self.old, new), ["closed", "open"])
        self.assertEqual(self.scene.granted(claim), RIDE_MG)

    def test_beyond_the_head_waits(self):
        missing = [self.scene.ride("till", act) for act in ("m1", "m2")]
        new, claim = self.begin()
        self.assertEqual(self.states(self.old, new), ["open", "waiting"])
        self.assertEqual((self.scene.of(claim), self.scene.model.answer("till", new.id)["head"]), (None, 0))
        self.scene.come(*missing)
        self.assertEqual(self.states(self.old, new), ["closed", "open"])
        self.assertEqual(self.scene.granted(claim), RIDE_MG)

    def test_at_most_one_waits(self):
        self.scene.ride("till", "m1")
        first, _ = self.begin()
        self.scene.people("assign", device="till", **self.scene.world["devices"]["till"]["assignments"][0])
        more, _ = self.begin(self.scene.head("till", 0, 0), assignment=2)
        self.assertEqual(self.states(first, more), ["waiting", None])

    def test_another_payload_of_one_that_waits(self):
        self.scene.ride("till", "m1")
        waits, claim = self.begin()
        self.scene.model.arrive(self.scene.now, dict(claim, hash="twin", nulls=[[1, 1, "twin"]]))
        self.assertEqual((self.states(waits), self.scene.of(claim)), (["held fork"], ("held", 0, "fork")))

    def test_beyond_the_head_with_gaps_over_all_that_is_missing(self):
        missing = [self.scene.ride("till", act) for act in ("m1", "m2", "m3")]
        self.scene.come(missing[2])  # kept aside behind the hole
        new, claim = self.begin()
        self.scene.come(self.scene.gap("till", self.old.id, 5, 5))
        self.assertEqual(self.states(self.old, new), ["open", "waiting"])
        self.scene.come(self.scene.gap("till", self.old.id, 6, 6))
        self.assertEqual(self.states(self.old, new), ["open", "probation"])
        self.assertEqual(self.scene.of(claim), ("held", 0, "probation"))
        self.assertEqual(self.scene.granted(missing[2]), RIDE_MG)
        self.scene.later(hours=73)
        self.assertEqual(self.states(self.old, new), ["closed", "open"])
        self.assertEqual(self.scene.granted(claim), RIDE_MG)
        self.scene.come(missing[0])  # a gap called it lost
        self.assertEqual(self.states(self.old, new), ["held fork", "held fork"])
        self.assertEqual(self.scene.granted(claim), RIDE_MG)  # decided before

    def test_where_the_old_chain_is_closed_before_the_named_place(self):
        head = self.place()
        self.scene.ride("till", "m1")
        waits, _ = self.begin()
        self.scene.people("assign", device="till", **self.scene.world["devices"]["till"]["assignments"][0])
        other, _ = self.begin(head, assignment=2)
        self.assertEqual(self.states(self.old, waits, other), ["closed", "held wrong-assignment", "open"])  # which it has left

    def test_where_the_old_chain_was_closed_meanwhile(self):
        head = self.place()
        self.scene.ride("till", "m1")
        waits, _ = self.begin()
        self.scene.later(days=31)  # the first repair is over
        other, _ = self.begin(head)
        self.assertEqual(self.states(self.old, waits, other), ["closed", "probation", "open"])

    def test_before_the_head_nothing_or_unknown_is_on_probation(self):
        for pred in (self.place(1), None, ["unknown", 4, "h"]):
            self.setUp()
            new, claim = self.begin(self.place(1) if pred and pred[0] != "unknown" else pred)
            self.assertEqual(self.states(self.old, new), ["open", "probation"])
            self.scene.later(hours=71)
            self.assertEqual(self.scene.of(claim)[:2], HELD)
            self.scene.later(hours=200, served=False)  # no worker took batches
            self.assertEqual(self.scene.of(claim)[:2], HELD)
            self.scene.later(hours=2)
            self.assertEqual(self.states(self.old, new), ["closed", "open"])
            self.assertEqual(self.scene.granted(claim), RIDE_MG)

    def test_another_hash(self):
        chain, seq, _ = self.place()
        for place in ([chain, seq, "made-up"], [chain, seq - 1, "made-up"]):
            self.setUp()
            place[0] = self.old.id
            new, claim = self.begin(place)
            self.assertEqual(self.states(self.old, new), ["held fork", "held fork"])
            self.assertEqual(self.scene.of(claim), ("held", 0, "fork"))

    def test_a_place_at_which_the_successor_stands(self):
        place = self.place()
        new, _ = self.begin(place)
        self.scene.later(days=31)
        twin, _ = self.begin(place)
        self.assertEqual(self.states(self.old, new, twin), ["closed", "held fork", "held fork"])

    def test_another_devices_chain(self):
        new, claim = self.begin(self.place(), name="kiosk")
        self.assertEqual(self.states(self.old, new), ["open", "held fork"])
        self.assertEqual(self.scene.of(claim)[:2], HELD)

    def test_an_assignment_that_it_never_had_or_has_left(self):
        new, claim = self.begin(self.place(), assignment=2)
        self.assertEqual(self.states(self.old, new), ["open", "held wrong-assignment"])
        self.assertEqual(self.scene.of(claim), ("refused", 0, "not-assigned"))
        self.scene.people("chain", device="till", chain=new.id, verdict="release", open=True)
        self.assertEqual(self.states(self.old, new), ["closed", "open"])
        self.assertEqual(self.scene.of(claim), ("refused", 0, "not-assigned"))  # a release or not
        self.scene.people("assign", device="till", **self.scene.world["devices"]["till"]["assignments"][0])
        self.assertEqual(self.scene.come(claim).granted(claim), RIDE_MG)
        left, later = self.begin()
        self.assertEqual(self.states(left), ["held wrong-assignment"])
        self.assertEqual(self.scene.of(later), ("held", 0, "wrong-assignment"))
        self.scene.people("chain", device="till", chain=left.id, verdict="release")
        self.assertEqual(self.states(new, left), ["open", "closed"])  # at its head: another is open
        self.assertEqual(self.scene.granted(later), RIDE_MG)

    def test_what_is_made_anew_of_an_assignment_that_was_left_keeps_no_other_chain_out_and_is_no_repair(self):
        self.scene.people("assign", device="till", **self.scene.world["devices"]["till"]["assignments"][0])
        moved, _ = self.begin(self.place(), assignment=2)
        first, _ = self.begin(None)
        second, _ = self.begin(None)
        self.assertEqual(self.states(moved, first, second), ["open"] + 2 * ["held wrong-assignment"])
        repaired, _ = self.begin(self.scene.head("till", 1, 1), assignment=2)
        self.assertEqual(self.states(moved, repaired), ["open", "probation"])

    def test_one_that_was_never_open_leaves_no_assignment(self):
        self.scene.people("assign", device="till", merchant="m2", site="s2", roots={"2": 0})
        moved, _ = self.begin(None, assignment=3)
        self.scene.people("chain", device="till", chain=moved.id, verdict="dismiss")
        self.assertEqual(self.states(self.begin(self.place())[0]), ["open"])

    def test_released_where_none_is_open_it_is_the_open_one(self):
        new, claim = self.begin([self.old.id, 4, "made-up"])
        self.assertEqual(self.states(self.old, new), ["held fork", "held fork"])
        for chain in (new, self.old):
            self.scene.people("chain", device="till", chain=chain.id, verdict="release")
        self.assertEqual(self.states(self.old, new), ["closed", "open"])
        self.assertEqual(self.scene.granted(claim), RIDE_MG)
        self.scene.people("chain", device="till", chain=self.old.id, verdict="release", open=True)
        self.assertEqual(self.states(self.old, new), ["closed", "open"])  # it is not held any more

    def test_a_probation_does_not_end_while_one_that_began_later_is_open(self):
        doubtful, claim = self.begin(None)
        self.scene.people("assign", device="till", **self.scene.world["devices"]["till"]["assignments"][0])
        later, _ = self.begin(self.place(), assignment=2)
        self.assertEqual(self.states(self.old, doubtful, later), ["closed", "probation", "open"])
        self.scene.later(hours=200)
        self.assertEqual((self.states(doubtful), self.scene.of(claim)), (["probation"], ("held", 0, "probation")))
        self.scene.people("chain", device="till", chain=doubtful.id, verdict="release")
        self.assertEqual((self.states(doubtful, later), self.scene.granted(claim)), (["closed", "open"], RIDE_MG))

    def test_contradictions_leave_room(self):
        twins, _ = self.begin([self.old.id, 4, "made-up"])
        self.scene.people("chain", device="till", chain=self.old.id, verdict="release")
        doubtful, _ = self.begin(None)
        self.assertEqual(self.states(self.old, twins, doubtful), ["open", "held fork", "probation"])

    def test_measured_by_the_one_that_was_begun_last(self):
        new, _ = self.begin()
        self.scene.people("chain", device="till", chain=new.id, verdict="dismiss")  # is neither held nor on probation
        self.assertEqual(self.states(new), ["open"])
        self.scene.later(days=31)
        twin, _ = self.begin([new.id, 2, "made-up"])
        for chain in (twin, new):
            self.scene.people("chain", device="till", chain=chain.id, verdict="dismiss")
        self.assertEqual(self.states(self.old, new, twin), ["closed"] * 3)
        stale, _ = self.begin(self.scene.head("till", 0, 1))
        self.assertEqual(self.states(stale), ["probation"])
        self.scene.people("chain", device="till", chain=stale.id, verdict="dismiss")
        self.assertEqual(self.states(self.begin(self.scene.head("till"))[0]), ["open"])

    def test_a_second_repair(self):
        one, _ = self.begin()
        self.scene.later(days=1)
        two, claim = self.begin()
        self.assertEqual(self.states(one, two), ["held second-repair", "held second-repair"])
        self.assertEqual(self.scene.of(claim)[:2], HELD)
        third, _ = self.begin()
        self.assertEqual(self.states(third), ["held second-repair"])  # with the one that it is measured by
        self.scene.people("chain", device="till", chain=two.id, verdict="release", open=True)
        self.assertEqual(self.states(one, two), ["held second-repair", "open"])
        self.assertEqual(self.scene.granted(claim), RIDE_MG)
        free, _ = self.begin(self.scene.head("till", 0, 2))
        self.assertEqual(self.states(two, free), ["closed", "open"])  # one start after a decision is not counted

    def test_after_thirty_days_it_is_the_first_again(self):
        self.begin()
        self.scene.later(days=31)
        self.assertEqual(self.states(self.begin()[0]), ["open"])

    def test_one_more_is_not_stored(self):
        first, _ = self.begin(None)
        self.scene.people("assign", device="till", **self.scene.world["devices"]["till"]["assignments"][0])
        more, claim = self.begin(None, assignment=2)
        self.assertEqual((self.states(first, more), self.scene.of(claim)), (["probation", None], None))


class Contradictions(unittest.TestCase):
    def setUp(self):
        Starts.setUp(self)

    begin, states, place = Starts.begin, Starts.states, Starts.place

    def behind(self):
        """The old chain goes on, as on a copy of the disk."""
        old = self.old
        seq, before = old.last()
        event = dict(self.first[2], seq=seq + 1, prev=before, hash="behind", cti="cb", nulls=[[1, 1, "behind"]])
        old.events.append(event)
        return event

    def test_behind_the_place_at_which_it_was_closed(self):
        new, _ = self.begin()
        event = self.behind()
        self.scene.later(seconds=601)
        self.scene.model.arrive(self.scene.now, event)
        self.assertEqual(self.states(self.old, new), ["held fork", "held fork"])
        self.assertEqual(self.scene.of(event), ("held", 0, "fork"))

    def test_a_late_worker(self):
        new, _ = self.begin()
        event = self.behind()
        self.scene.later(seconds=600)
        self.scene.model.arrive(self.scene.now, event)
        self.assertEqual(self.states(self.old, new), ["closed", "open"])
        self.assertEqual(self.scene.granted(event), RIDE_MG)

    def test_behind_the_place_at_which_one_on_probation_goes_on(self):
        new, claim = self.begin(self.place(1))
        event = self.behind()
        self.scene.later(seconds=601)
        self.scene.model.arrive(self.scene.now, event)
        self.assertEqual(self.states(self.old, new), ["held fork", "held fork"])
        self.assertEqual(self.scene.of(claim), ("held", 0, "fork"))
        self.scene.people("chain", device="till", chain=new.id, verdict="release", open=True)
        self.assertEqual(self.states(self.old, new), ["held fork", "open"])
        self.assertEqual([self.scene.granted(claim), self.scene.granted(event)], [RIDE_MG, 0])
        self.scene.people("chain", device="till", chain=self.old.id, verdict="dismiss")
        self.assertEqual(self.scene.of(event), ("refused", 0, "dismissed"))

    def test_one_of_this_chain_that_it_called_lost(self):
        self.scene.come(self.scene.gap("till", self.old.id, 7, 8), self.scene.ride("till", "e8"))
        self.assertEqual(self.states(self.old), ["open"])
        lost = self.scene.ride("till", "e9")
        self.scene.come(lost)
        self.assertEqual(self.states(self.old), ["held fork"])
        self.assertEqual(self.scene.of(lost), ("held", 0, "fork"))

    def test_another_payload(self):
        event = dict(self.first[2], hash="twin", nulls=[[1, 1, "twin"]])
        self.scene.model.arrive(self.scene.now, event)
        self.assertEqual(self.states(self.old), ["held fork"])
        self.assertEqual(self.scene.granted(self.first[2]), RIDE_MG)
        self.scene.model.arrive(self.scene.now, dict(event, seq=5, prev="twin", hash="twin-5"))  # what comes behind is not stored
        self.assertEqual(self.scene.model.answer("till", self.old.id)["head"], 4)
        later = self.scene.ride("till", "later")
        self.scene.model.arrive(self.scene.now, later)
        self.assertEqual(self.scene.of(later), ("held", 0, "fork"))

    def test_behind_another_payload_its_batch_is_not_looked_at(self):
        """Not even where a gap had called the places lost, so that nothing stands there from which it could not go on."""
        self.scene.come(self.scene.gap("till", self.old.id, 1, 8))
        content = {key: value for key, value in self.first[2].items() if key != "hash"}
        twins = [dict(content, seq=seq, prev=f"twin-{seq - 1}", hash=f"twin-{seq}", nulls=[[1, 1, f"twin-{seq}"]]) for seq in range(5, 9)]
        self.scene.model.arrive(self.scene.now, *twins)
        self.assertEqual(self.states(self.old), ["held fork"])
        self.assertEqual(self.scene.model.answer("till", self.old.id)["head"], 5)
        self.scene.model.arrive(self.scene.now, *twins[1:])  # behind the head, which it does not go on from
        self.assertEqual(self.scene.model.answer("till", self.old.id)["head"], 5)
        self.scene.model.arrive(self.scene.now, *twins[2:])  # behind the hole: lost, and yet it came
        self.assertEqual([self.scene.of(twin) for twin in twins[1:]], [None, ("held", 0, "fork"), ("held", 0, "fork")])

    def test_forged_ones_and_those_of_a_revoked_device_contradict_nothing(self):
        self.begin()
        self.scene.later(seconds=601)
        event = self.behind()
        self.assertEqual(self.scene.model.arrive(self.scene.now, dict(event, key="key-kiosk")), "not attested")
        self.scene.people("revoke", device="till")
        self.assertEqual(self.scene.model.arrive(self.scene.now, event), "revoked")
        self.assertEqual(self.states(self.old), ["closed"])

    def test_a_start_where_none_is_open_is_held_with_those(self):
        self.test_another_payload()
        new, _ = self.begin(self.scene.head("till"))
        self.assertEqual(self.states(new), ["held fork"])
