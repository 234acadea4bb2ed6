#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What names a key in docs/claim-format.md, docs/lock.md and docs/lock-update.md: its vectors are what the pages' rules give, and their CDDL takes them and
nothing else. And the tables of the pages on registry and ledger can be made."""
import hashlib
import json
import pathlib
import re
import sqlite3
import unittest

import cbor2

import cddl
import format_values as formats
import keyed_values as keyed

ROOT = pathlib.Path(__file__).resolve().parents[3]
VECTORS = ROOT / "tests" / "vectors"
PAGES = [(ROOT / "docs" / name).read_text() for name in ("claim-format.md", "lock.md", "lock-update.md")]
RULE = {65001: "claim-message", 65002: "receipt-message", 65003: "lock-ride-message", 65004: "bundle-message", 65005: "time-message",
        65006: "lock-receipt-message", 65007: "consent-message", 65008: "licence-message", 65011: "lock-image-message"}


def vectors(name):
    return json.loads((VECTORS / name).read_text())


def grammar():
    """Of all pages: the later ones use what the first has."""
    return cddl.Grammar("".join(block for page in PAGES for block in re.findall(r"```cddl\n(.*?)```", page, re.DOTALL)))


class Keyed(unittest.TestCase):
    def test_messages_have_the_payloads_and_headers_that_they_are_made_of(self):
        stored = {one["name"]: one for name in keyed.FILES for one in vectors(name)}

        def same(name, shows, kind, tags, fields, payload, signer):
            vector = stored.pop(name)
            self.assertEqual((vector["shows"], vector["type"], vector["signer"]), (shows, kind, signer), name)
            self.assertEqual(vector["payload"], payload.hex(), name)
            self.assertEqual(vector["payload_sha256"], hashlib.sha256(payload).hexdigest(), name)
            what = formats.to_be_signed(fields, payload)
            self.assertEqual(vector["signed_sha256"], hashlib.sha256(what).hexdigest(), name)
            message = bytes.fromhex(vector["message"])
            self.assertEqual(message, formats.whole(tags, fields, payload, message[-64:]), name)
            self.assertTrue(formats.verifies(signer, message[-64:], what), name)
            self.assertFalse(formats.verifies(signer, message[-64:], what + b"\0"), name)
            return vector
        for messages in keyed.FILES.values():
            messages(same)
        self.assertEqual(stored, {})

    def test_the_page_on_locks_has_every_value_of_a_ride(self):
        page = (ROOT / "docs" / "lock.md").read_text()
        documented = [int(key) for key in re.findall(r"^\| (\d+) \| `", page, re.MULTILINE)]
        whole = next(one for one in vectors("claim/locks.json") if one["name"] == "lock-ride-whole")
        values = cbor2.loads(bytes.fromhex(whole["payload"]))[formats.BODY][1]
        source = (ROOT / "daemon/claim/lock_ride.hpp").read_text()
        known = re.search(r"enum class RideKey.*?\{(.*?)\};", source, re.DOTALL)[1]
        self.assertEqual(documented, list(values))
        self.assertEqual(documented, [int(key) for key in re.findall(r"= (\d+),", known)])

    def test_the_pages_cddl_takes_each_message_and_no_other_s(self):
        rules, kinds = grammar(), set()
        for name in (*keyed.FILES, "claim/claims.json", "claim/receipts.json", "claim/consents.json"):
            for vector in vectors(name):
                kinds.add(vector["type"])
                message = cbor2.loads(bytes.fromhex(vector["message"]))
                for kind, rule in RULE.items():
                    self.assertEqual(rules.matches(rule, message), kind == vector["type"], f"{vector['name']} as {rule}")
        self.assertEqual(kinds, set(RULE))

    def test_the_content_of_the_common_bundle_is_what_the_page_says_and_nothing_else_is(self):
        rules = grammar()
        vector = next(one for one in vectors("claim/keyed.json") if one["name"] == "bundle-common")
        content = cbor2.loads(cbor2.loads(bytes.fromhex(vector["payload"]))[formats.BODY][1])
        self.assertTrue(rules.matches("common", content))
        for wrong in ({}, {2: []}, {1: [[None, None]]}, {1: [[None, "x", b""]]}, {1: [[0, 0, "text"]]}, {1: None}, {1: [], 2: []}):
            self.assertFalse(rules.matches("common", wrong), wrong)

    def test_the_tables_of_the_pages_can_be_made_and_a_new_ledger_has_the_registry_s(self):
        documented_tables, made = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
        for page in ("registry.md", "ledger.md"):
            blocks = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)
            self.assertEqual(len(blocks), 1, page)
            documented_tables.executescript(blocks[0])
        source = (ROOT / "tools/credit-service/registry/tables/registry_schema.cpp").read_text()
        made.executescript(re.search(r'R"sql\((.*?)\)sql"', source, re.DOTALL)[1])

        def columns(database, table):
            return [row[1:] for row in database.execute(f"PRAGMA table_info({table})")]
        tables = [name for name, in made.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        self.assertGreater(len(tables), 10)
        for table in tables:
            as_documented = {column[0]: column[1:] for column in columns(documented_tables, table)}
            for name, *what in columns(made, table):
                self.assertEqual(list(as_documented.get(name, ())), what, f"{table}.{name}")


if __name__ == "__main__":
    unittest.main()
