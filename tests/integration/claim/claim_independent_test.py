#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Claims made by Greentill's code, and the published vectors, under two libraries it has nothing in common with: cose-js verifies
their signatures, cbor2 their encoding and structure. What is changed must fail."""
import argparse
import hashlib
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parents[1] / "vectors" / "claim"
sys.path.insert(0, str(HERE))
import cbor2  # noqa: E402
import cddl  # noqa: E402
import check_cbor  # noqa: E402
import format_values as formats  # noqa: E402

COUNT = 320
ROOT = HERE.parents[2]
PAGE = (ROOT / "docs" / "claim-format.md").read_text()
# Of what CDDL cannot say: an order of two times, the size of a message, how the nullifiers of one list lie to each other.
BEYOND_CDDL = {"an end before the begin", "over 1,024 bytes", "nullifiers whose versions fall", "one version twice",
               "nullifiers of two roots"}
TAGS = {65001: (61, 18), 65002: (18,), 65007: (61, 18)}


def vectors(name):
    return json.loads((VECTORS / name).read_text())


def vector_messages():
    return [bytes.fromhex(vector["message"]) for vector in vectors("claims.json")]


def by_name(name):
    return {vector["name"]: vector for vector in vectors(name)}


def agreed():
    return bytes.fromhex(vectors("consents.json")[0]["message"])


def is_deterministic(item):
    """Whether an item, and what is encoded inside it, has the one form of the format."""
    try:
        message = check_cbor.whole(item, "message").value.value
        check_cbor.whole(message[0], "protected header")
        check_cbor.whole(message[2], "payload")
    except (check_cbor.Refused, AttributeError, TypeError):
        return False
    return True


class Independent(unittest.TestCase):
    make_claims = None

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        subprocess.run([cls.make_claims, cls.folder, str(COUNT)], check=True)
        cls.claims = cls.folder / "claims.cborseq"
        cls.certificates = cls.folder / "certificates.pem"

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def written(self, data):
        path = self.folder / "changed.cborseq"
        path.write_bytes(data)
        return path

    def cose(self, claims, certificates, *options):
        return subprocess.run(["node", HERE / "check_cose.mjs", "--claims", claims, "--certificates", certificates, *options],
                              capture_output=True, text=True)

    def cbor(self, claims):
        return subprocess.run([sys.executable, HERE / "check_cbor.py", claims], capture_output=True, text=True)

    def refused(self, data, what):
        with self.assertRaises(check_cbor.Refused, msg=what):
            check_cbor.check(data)

    def test_every_signature_verifies_and_no_changed_claim_does(self):
        done = self.cose(self.claims, self.certificates, "--flip")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(f"cose-js: {COUNT} claims, 2 certificates, 0 failures", done.stdout)

    def test_every_claim_of_every_kind_has_the_format_s_bytes_and_links(self):
        done = self.cbor(self.claims)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        counts = check_cbor.check(self.claims.read_bytes())
        self.assertEqual(sum(counts.values()), COUNT)
        for kind, count in counts.items():
            self.assertGreater(count, 20, kind)

    def test_the_published_vectors_pass(self):
        path = self.written(b"".join(vector_messages()))
        done = self.cose(path, VECTORS / "device.crt.pem", "--flip")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.cbor(path).returncode, 0)

    def test_a_flipped_byte_fails_in_both(self):
        first, second = vector_messages()[:2]
        issued_at = first.index(bytes.fromhex("061a")) + 5
        tag = first.index(0xd2)
        for at in (issued_at, tag):
            changed = bytearray(first)
            changed[at] ^= 1
            path = self.written(bytes(changed) + second)
            self.assertEqual(self.cose(path, VECTORS / "device.crt.pem").returncode, 1, f"cose-js took byte {at}")
            self.assertEqual(self.cbor(path).returncode, 1, f"cbor2 took byte {at}")

    def test_each_flipped_byte_of_a_payload_breaks_its_structure_or_the_next_claim_s_link(self):
        first, second = vector_messages()[:2]
        payload = bytes.fromhex(vectors("claims.json")[0]["payload"])
        begin = first.index(payload)
        for at in range(begin, begin + len(payload)):
            changed = bytearray(first)
            changed[at] ^= 1
            self.refused(bytes(changed) + second, f"byte {at}")

    def test_cbor2_refuses_what_the_format_refuses(self):
        for vector in vectors("refused.json"):
            self.refused(bytes.fromhex(vector["message"]), vector["name"])

    def test_the_page_s_cddl_takes_what_the_code_writes_and_nothing_that_it_refuses(self):
        grammar = cddl.Grammar("".join(re.findall(r"```cddl\n(.*?)```", PAGE, re.DOTALL)))
        for name, rule in (("receipts.json", "receipt-message"), ("consents.json", "consent-message")):
            for vector in vectors(name):
                self.assertTrue(grammar.matches(rule, cbor2.loads(bytes.fromhex(vector["message"]))), vector["name"])
        stream = io.BytesIO(self.claims.read_bytes() + b"".join(vector_messages()))
        for number in range(COUNT + len(vector_messages())):
            self.assertTrue(grammar.matches("claim-message", cbor2.load(stream)), f"claim {number}")
        self.assertEqual(stream.read(), b"")
        for vector in vectors("refused.json"):
            message = bytes.fromhex(vector["message"])
            if vector["name"] not in BEYOND_CDDL and is_deterministic(message):
                self.assertFalse(grammar.matches("claim-message", cbor2.loads(message)), vector["name"])

    def test_messages_say_what_they_are_published_to_say(self):
        """Payloads, headers and hashes follow from the values; the signatures are those of the signers over them."""
        for name, values in formats.messages(agreed()).items():
            stored = by_name(name)
            self.assertEqual(list(stored), list(values), name)
            for vector in stored.values():
                what, kind, signer = vector["name"], vector["type"], vector["signer"]
                payload = formats.cbor(values[what])
                self.assertEqual(vector["payload"], payload.hex(), what)
                self.assertEqual(vector["payload_sha256"], hashlib.sha256(payload).hexdigest(), what)
                header = formats.header(kind, x5t=signer)
                signed = formats.to_be_signed(header, payload)
                self.assertEqual(vector["signed_sha256"], hashlib.sha256(signed).hexdigest(), what)
                message = bytes.fromhex(vector["message"])
                beside = {formats.BODY: [formats.SALT, formats.TOKEN]} if what == "reduction-account" else {}
                self.assertEqual(message, formats.whole(TAGS[kind], header, payload, message[-64:], beside), what)
                self.assertTrue(formats.verifies(signer, message[-64:], signed), what)
                self.assertFalse(formats.verifies(signer, message[-64:], signed + b"\0"), what)

    def test_refused_entries_are_those_that_break_the_page_s_rules(self):
        stored = by_name("refused.json")
        for name, payload in formats.refused().items():
            self.assertIn(formats.cbor(payload).hex(), stored[name]["message"], name)

    def test_derived_values_are_the_page_s(self):
        self.assertEqual(vectors("derived.json"), formats.derived())

    def test_receipts_and_consents_have_the_format_s_bytes_and_rules(self):
        for vector in vectors("receipts.json"):
            check_cbor.check_receipt(bytes.fromhex(vector["message"]))
        consent = check_cbor.check_consent(agreed())
        start = check_cbor.whole(bytes.fromhex(by_name("claims.json")["start-replaced-device"]["payload"]), "payload")
        self.assertEqual(start[formats.BODY][6][1][3], agreed())
        self.assertEqual(consent[formats.BODY][1:], start[formats.BODY][6][1][2][1:])

    def test_each_flipped_byte_of_a_receipt_or_consent_breaks_it_or_says_something_else(self):
        for check, name, vector in ((check_cbor.check_receipt, "receipt-held", by_name("receipts.json")["receipt-held"]),
                                    (check_cbor.check_consent, "consent", vectors("consents.json")[0])):
            message, payload = bytes.fromhex(vector["message"]), bytes.fromhex(vector["payload"])
            said, begin = check(message), message.index(payload)
            for at in range(begin, begin + len(payload)):
                changed = bytearray(message)
                changed[at] ^= 1
                try:
                    self.assertNotEqual(check(bytes(changed)), said, f"{name}: byte {at}")
                except check_cbor.Refused:
                    pass

    def test_a_receipt_that_breaks_a_rule_of_its_lists_is_refused(self):
        sound = check_cbor.check_receipt(bytes.fromhex(by_name("receipts.json")["receipt"]["message"]))
        changes = sound[10]
        broken = {
            "a hash before the first claim": {3: 0, 5: [], 8: []}, "seqs that fall": {8: [[4, 0], [3, 0]]},
            "a seq twice": {5: [[7, "fork", True], [7, "fork", True]]}, "a grant beyond": {8: [[10, 0]]},
            "a refusal beyond": {5: [[10, "fork", True]]}, "a number left out": {10: [changes[0], [48, *changes[1][1:]]]},
            "a number twice": {10: [changes[0], [46, *changes[1][1:]]]}, "number 0": {10: [[0, *changes[0][1:]]]},
            "a grant of what is held": {10: [[46, *changes[0][1:3], 1, 5, "fork"]]}, "standing 3": {10: [[46, *changes[0][1:3], 3, 0, ""]]},
            "state 5": {9: 5}, "a head that is not beyond": {12: [9, bytes(32)]}, "no pause": {13: 0}, "a pause of more than a year": {13: 31536001},
            "a key 14": {14: 0}, "nothing stored": {11: [2]}}
        for what, change in broken.items():
            with self.assertRaises(check_cbor.Refused, msg=what):
                check_cbor.check_receipt_payload({**sound, **change})
        check_cbor.check_receipt_payload(sound)
        for key in range(1, 12):
            with self.assertRaises(check_cbor.Refused, msg=key):
                check_cbor.check_receipt_payload({k: value for k, value in sound.items() if k != key})

    def test_a_full_receipt_fits_its_payload(self):
        full = formats.full_receipt()
        check_cbor.check_receipt_payload(full)
        self.assertLess(len(formats.cbor(full)), 65536)

    def test_what_a_batch_says_is_read_as_published(self):
        self.assertEqual(vectors("stored.json"), formats.stored_properties())
        number = r"(0|[1-9][0-9]*)"
        form = re.compile(rf"([0-9a-f]{{16}}) {number} {number} {number}")
        for one in vectors("stored.json"):
            found = form.fullmatch(one["text"])
            numbers = [int(text) for text in found.groups()[1:]] if found else []
            said = found and all(value < 2**64 for value in numbers)
            self.assertEqual(bool(said), one["chain"] is not None, one["text"])
            if said:
                self.assertEqual([found[1], *numbers], [one["chain"], one["head"], one["epoch"], one["change"]], one["text"])

    def test_the_page_s_reasons_are_those_of_the_code(self):
        section = PAGE[PAGE.index("\n### Reasons"):PAGE.index("\n## Other implementations")]
        cells = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \|", section, re.MULTILINE)
        told = [name for cell in cells for name in re.findall(r"`([a-z-]+)`", cell)]
        self.assertTrue(all(len(name) <= 32 for name in told))
        source = (ROOT / "daemon/verify/reason.hpp").read_text()
        members = re.search(r"enum class Reason : std::uint8_t \{(.*?)\n\};", source, re.DOTALL)[1]
        numbers = {name.replace("_", "-"): int(number) for name, number in re.findall(r"^\s*(\w+) = (\d+),", members, re.MULTILINE)}
        findings = range(numbers["wrong-device"], numbers["wrong-start"] + 1)
        known = {name for name, number in numbers.items() if number not in findings and number > 0} - {"quarantined"}  # is given no more
        self.assertEqual(set(told), known)

    def test_the_bytes_on_the_page_are_the_vectors(self):
        messages = {vector["name"]: vector["message"] for name in ("claims.json", "receipts.json", "consents.json") for vector in vectors(name)}
        blocks = re.findall(r"<!-- vector: (\S+) -->\n```\n(.*?)```", PAGE, re.DOTALL)
        self.assertGreater(len(blocks), 0)
        for name, block in blocks:
            shown = re.sub(r"#.*|\s", "", block)
            self.assertIn(shown, messages[name], name)
            if shown.startswith("d"):
                self.assertEqual(shown, messages[name], name)

    def test_a_missing_certificate_is_a_failure(self):
        done = self.cose(self.claims, VECTORS / "device.crt.pem")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{COUNT} failures", done.stdout)

    def test_a_file_without_claims_is_no_success(self):
        path = self.written(b"")
        self.assertEqual(self.cose(path, self.certificates).returncode, 2)
        self.assertEqual(self.cbor(path).returncode, 2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--make-claims", required=True)
    known, rest = parser.parse_known_args()
    Independent.make_claims = known.make_claims
    unittest.main(argv=[sys.argv[0], *rest])
