#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""docs/planned-formats.md: its vectors are what the page's derivations and rules give, and its CDDL takes them and nothing else."""
import hashlib
import json
import pathlib
import re
import sqlite3
import unittest

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

import cddl
import planned_values as planned

ROOT = pathlib.Path(__file__).resolve().parents[3]
VECTORS = ROOT / "tests" / "vectors" / "planned"
PLANNED = (ROOT / "docs" / "planned-formats.md").read_text()
STANDING = (ROOT / "docs" / "claim-format.md").read_text()
RULE = {65001: "claim-message", 65002: "receipt-message", 65003: "lock-ride-message", 65004: "bundle-message", 65005: "time-message",
        65006: "lock-receipt-message", 65007: "consent-message"}
# Of what CDDL cannot say: how the nullifiers of one array lie to each other.
BEYOND_CDDL = {"nullifiers whose versions fall", "one version twice", "nullifiers of two roots"}


def vectors(name):
    return json.loads((VECTORS / name).read_text())


def grammar():
    """Of both pages: what the planned one defines anew takes the place of what stands."""
    return cddl.Grammar("".join(block for page in (STANDING, PLANNED) for block in re.findall(r"```cddl\n(.*?)```", page, re.DOTALL)))


def verifies(signer, signature, what):
    der = utils.encode_dss_signature(*(int.from_bytes(half, "big") for half in (signature[:32], signature[32:])))
    try:
        planned.key_of(signer).public_key().verify(der, what, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


class Planned(unittest.TestCase):
    def test_derived_values_are_the_page_s(self):
        self.assertEqual(vectors("derived.json"), planned.derived())

    def test_messages_have_the_payloads_and_headers_that_they_are_made_of(self):
        stored = {one["name"]: one for one in vectors("messages.json")}

        def same(name, shows, kind, tags, fields, payload, signer):
            vector = stored.pop(name)
            self.assertEqual((vector["shows"], vector["type"], vector["signer"]), (shows, kind, signer), name)
            self.assertEqual(vector["payload"], payload.hex(), name)
            self.assertEqual(vector["payload_sha256"], hashlib.sha256(payload).hexdigest(), name)
            what = planned.to_be_signed(fields, payload)
            self.assertEqual(vector["signed_sha256"], hashlib.sha256(what).hexdigest(), name)
            message = bytes.fromhex(vector["message"])
            self.assertEqual(message, planned.whole(tags, fields, payload, message[-64:]), name)
            self.assertTrue(verifies(signer, message[-64:], what), name)
            self.assertFalse(verifies(signer, message[-64:], what + b"\0"), name)
            return vector
        planned.messages(same)
        self.assertEqual(stored, {})

    def test_the_page_s_cddl_takes_each_message_and_no_other_s(self):
        rules = grammar()
        for vector in vectors("messages.json"):
            message = cbor2.loads(bytes.fromhex(vector["message"]))
            for kind, rule in RULE.items():
                self.assertEqual(rules.matches(rule, message), kind == vector["type"], f"{vector['name']} as {rule}")

    def test_the_page_s_cddl_takes_nothing_that_is_refused(self):
        rules, names = grammar(), set()
        for vector in vectors("refused.json"):
            names.add(vector["name"])
            payload = cbor2.loads(bytes.fromhex(vector["payload"]))
            self.assertEqual(rules.matches("claim-set", payload), vector["name"] in BEYOND_CDDL, vector["name"])
        self.assertLess(BEYOND_CDDL, names)
        self.assertEqual(vectors("refused.json"), planned.refused())

    def test_what_stands_today_is_no_longer_taken_but_for_what_did_not_change(self):
        rules, kept = grammar(), set()
        for vector in json.loads((VECTORS.parent / "claim" / "claims.json").read_text()):
            if rules.matches("claim-message", cbor2.loads(bytes.fromhex(vector["message"]))):
                kept.add(vector["name"])
        self.assertEqual(kept, {"gap"})

    def test_a_full_receipt_fits_its_payload(self):
        """512 grants, 512 refusals and 256 changes, each as long as it can be."""
        most = 2**64 - 1
        full = planned.receipt(planned.CHAIN, most, bytes(32), [(most, "r" * 32, False)] * 512, [(most, 2**63 - 1)] * 512, 3,
                               [(most, planned.CHAIN, most, 2, -(2**63), "r" * 32)] * 256, (most, most), [most, bytes(32)], 31536000)
        self.assertLess(len(planned.cbor({**full, 1: "d" * 40})), 65536)

    def test_what_a_batch_says_is_read_as_the_page_has_it(self):
        self.assertEqual(vectors("stored.json"), planned.stored_properties())
        number = r"(0|[1-9][0-9]*)"
        form = re.compile(rf"([0-9a-f]{{16}}) {number} {number} {number}")
        for one in vectors("stored.json"):
            found = form.fullmatch(one["text"])
            numbers = [int(text) for text in found.groups()[1:]] if found else []
            said = found and all(value < 2**64 for value in numbers)
            self.assertEqual(bool(said), one["chain"] is not None, one["text"])
            if said:
                self.assertEqual([found[1], *numbers], [one["chain"], one["head"], one["epoch"], one["change"]], one["text"])

    def test_the_tables_of_the_pages_can_be_made_and_a_new_ledger_has_the_registry_s(self):
        planned_tables, made = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
        for page in ("registry.md", "ledger.md"):
            blocks = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)
            self.assertEqual(len(blocks), 1, page)
            planned_tables.executescript(blocks[0])
        source = (ROOT / "tools/credit-service/registry/sqlite/registry_schema.cpp").read_text()
        made.executescript(re.search(r'R"sql\((.*?)\)sql"', source, re.DOTALL)[1])

        def columns(database, table):
            return [row[1:] for row in database.execute(f"PRAGMA table_info({table})")]
        tables = [name for name, in made.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        self.assertGreater(len(tables), 10)
        for table in tables:
            as_planned = {column[0]: column[1:] for column in columns(planned_tables, table)}
            for name, *what in columns(made, table):
                self.assertEqual(list(as_planned.get(name, ())), what, f"{table}.{name}")

    def test_lists_of_codes_are_within_their_limits(self):
        codes = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \|", PLANNED, re.MULTILINE)
        names = [name for cell in codes for name in re.findall(r"`([a-z-]+)`", cell)]
        self.assertGreater(len(names), 15)
        self.assertEqual(len(names), len(set(names)))
        self.assertTrue(all(len(name) <= 32 for name in names))


if __name__ == "__main__":
    unittest.main()
