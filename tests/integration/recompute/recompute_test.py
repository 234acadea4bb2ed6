#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the daemon's arithmetic against greentill_recompute.py, and that script against claims that do not add up."""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile
import tomllib
import unittest

import cbor2

import greentill_recompute

OPTIONS = None
BEGIN_2026 = 1_767_225_600


def ours(methodology, event):
    try:
        return list(greentill_recompute.quantify(methodology, event["quantities"], event["begin"], event["end"]))
    except greentill_recompute.Unclaimable as reason:
        return str(reason)


class SameAmounts(unittest.TestCase):
    def compare(self, folder, seed, count):
        """How often each methodology came to each kind of result, every one of them the same on both sides."""
        methodologies = greentill_recompute.load_methodologies(folder)
        run = subprocess.run([OPTIONS.samples, folder, str(seed), str(count)], check=True, capture_output=True, text=True)
        events = [json.loads(line) for line in run.stdout.splitlines()]
        self.assertEqual(len(events), count)
        seen = collections.Counter()
        for event in events:
            self.assertEqual(ours(methodologies[event["id"], event["version"]], event), event["result"], event)
            result = event["result"]
            seen[event["id"], result if isinstance(result, str) else "nothing" if result[1] == 0 else "credit"] += 1
        return seen

    def test_shipped(self):
        files = sorted(pathlib.Path(OPTIONS.methodologies).glob("*.toml"))
        seen = self.compare(OPTIONS.methodologies, 20260101, 400 * len(files))
        ids = {methodology for methodology, _ in seen}
        self.assertEqual(len(ids), len(files))
        foreseen = {table["id"] for table in (tomllib.loads(path.read_text("utf-8")) for path in files) if "zero_reason" in table}
        for methodology in ids:
            # A comparison of refusals alone would prove nothing.
            usual, other = ("nothing", "credit") if methodology in foreseen else ("credit", "nothing")
            self.assertGreater(seen[methodology, usual], 50, methodology)
            if methodology in foreseen:
                self.assertEqual(seen[methodology, other], 0, methodology)
        for reason in ("no_quantity", "negative", "below_minimum", "implausible", "outside_validity"):
            self.assertTrue(any(seen[methodology, reason] for methodology in ids), reason)

    def test_extremes(self):
        seen = self.compare(OPTIONS.extremes, 42, 5000)
        self.assertGreater(seen["unlimited", "overflow"], 40)
        self.assertGreater(seen["unlimited", "credit"], 300)
        self.assertGreater(seen["rounding", "credit"], 100)
        self.assertGreater(seen["rounding", "outside_validity"], 5)
        self.assertGreater(seen["negative", "nothing"], 100)
        self.assertGreater(seen["doubtful", "nothing"], 10)
        for methodology in ("negative", "doubtful"):
            self.assertEqual(seen[methodology, "credit"], 0)


class Claims(unittest.TestCase):
    """Claims with the fields that the script reads; signatures are not its business."""

    def setUp(self):
        self.methodologies = greentill_recompute.load_methodologies(OPTIONS.methodologies)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def reduction(self, **changed):
        bike = self.methodologies["gt-ride-bike-shared", 1]
        content = {1: [BEGIN_2026, BEGIN_2026 + 500], 2: "ride.bike.shared", 3: {"m.odometer": 2043, "s": 500},
                   4: [bike.id, bike.version, bike.sha256], 5: 93771, 6: 34410}
        content.update({int(key[1:]): value for key, value in changed.items()})
        return [0, content]

    def file_of(self, *entries):
        path = pathlib.Path(self.folder.name) / "claims.cborseq"
        payloads = [{1: "urn:greentill:device:test", 6: BEGIN_2026 + 600, -65537: {1: seq, 6: entry}} for seq, entry in enumerate(entries, 1)]
        path.write_bytes(b"".join(cbor2.dumps(cbor2.CBORTag(61, cbor2.CBORTag(18, [b"", {}, cbor2.dumps(payload), bytes(64)])))
                                  for payload in payloads))
        return path

    def found(self, *entries):
        return list(greentill_recompute.differences(greentill_recompute.read_claims(self.file_of(*entries)), self.methodologies))

    def test_read_in_file_order(self):
        payloads = greentill_recompute.read_claims(self.file_of([3, {1: 0}], self.reduction()))
        self.assertEqual([payload[-65537][1] for payload in payloads], [1, 2])

    def test_right_amounts_and_other_entries_pass(self):
        self.assertEqual(self.found([3, {1: 0}], self.reduction(), [1, {1: bytes(32), 3: 0}]), [])

    def test_each_wrong_amount_is_found(self):
        for field, value in ((5, 93772), (5, 93770), (6, 34411), (6, 34409), (6, -1)):
            lines = self.found(self.reduction(), self.reduction(**{f"_{field}": value}))
            self.assertEqual(len(lines), 1, lines)
            self.assertTrue(lines[0].startswith("seq 2: states "), lines)

    def test_what_the_amounts_follow_from(self):
        for changed in ({"_3": {"m.odometer": 2044, "s": 500}}, {"_3": {"m.track": 2043, "s": 500}}, {"_3": {"m.odometer": 99}},
                        {"_3": {"m.odometer": 2043, "s": 10}}, {"_1": [0, 500]}, {"_2": "ride.ebike.shared"}):
            self.assertEqual(len(self.found(self.reduction(**changed))), 1, changed)

    def ride(self, content=None, clock=0, ended=BEGIN_2026 + 500, metres=2043, seconds=500):
        """A reduction with the ride of a lock as its evidence; signatures are not looked at."""
        payload = cbor2.dumps({1: "urn:greentill:lock:bike-1", 6: ended, -65537: [1, {1: metres, 2: seconds, 9: clock}]})
        message = cbor2.dumps(cbor2.CBORTag(61, cbor2.CBORTag(18, [b"", {}, payload, bytes(64)])))
        return self.reduction(_10=[0, content or message])

    def test_a_claim_says_what_its_lock_says(self):
        self.assertEqual(self.found(self.ride()), [])
        for changed in ({"metres": 2044}, {"seconds": 499}, {"ended": BEGIN_2026}, {"content": bytes([0xd8, 0x3d, 0xd2, 0x84])}):
            self.assertEqual(len(self.found(self.ride(**changed))), 1, changed)
        # A lock whose clock was not set leaves the end to the dock, which recorded the claim when it had ended.
        self.assertEqual(self.found(self.ride(clock=2, ended=400)), [])
        self.assertEqual(len(self.found(self.ride(clock=2, ended=BEGIN_2026 + 501))), 1)

    def test_methodology_is_known_by_its_bytes(self):
        bike = self.methodologies["gt-ride-bike-shared", 1]
        for reference, words in (([bike.id, 1, bytes(32)], "other bytes"), ([bike.id, 2, bike.sha256], "is not there"),
                                 (["no", 1, bike.sha256], "is not there")):
            lines = self.found(self.reduction(_4=reference))
            self.assertEqual(len(lines), 1)
            self.assertIn(words, lines[0])

    def test_what_is_no_claim_is_refused(self):
        path = pathlib.Path(self.folder.name) / "other"
        path.write_bytes(cbor2.dumps({1: 2}))
        with self.assertRaisesRegex(ValueError, "no claim message at byte 0"):
            greentill_recompute.read_claims(path)

    def test_command_line(self):
        program = [sys.executable, greentill_recompute.__file__, "--methodologies", OPTIONS.methodologies, "--claims"]
        good = subprocess.run([*program, self.file_of(self.reduction())], capture_output=True, text=True)
        self.assertEqual((good.returncode, good.stdout), (0, ""))
        bad = subprocess.run([*program, self.file_of(self.reduction(), self.reduction(_6=34411))], capture_output=True, text=True)
        self.assertEqual(bad.returncode, 1)
        self.assertEqual(bad.stdout, "seq 2: states 93771 mg, credited 34411 mg; recomputed 93771 mg, credited 34410 mg\n")


class Files(unittest.TestCase):
    def test_floats_are_refused(self):
        data = pathlib.Path(OPTIONS.methodologies, "gt-ride-bike-shared-1.toml").read_bytes()
        for text, changed in ((b'factor = "148.61"', b"factor = 148.61"), (b'share = "0.31"', b'share = "3.1e-1"')):
            self.assertIn(text, data)
            with self.assertRaises(ValueError):
                greentill_recompute.parse_methodology(data.replace(text, changed))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for option in ("--samples", "--methodologies", "--extremes"):
        parser.add_argument(option, required=True)
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
