#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Claims made by Greentill's code, and the published vectors, under two libraries it has nothing in common with: cose-js verifies
their signatures, cbor2 their encoding and structure. What is changed must fail."""
import argparse
import hashlib
import hmac
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

COUNT = 320
PAGE = (HERE.parents[2] / "docs" / "claim-format.md").read_text()
# Of what CDDL cannot say: an order of two times, the size of a message.
BEYOND_CDDL = {"an end before the begin", "over 1,024 bytes"}


def vectors(name):
    return json.loads((VECTORS / name).read_text())


def vector_messages():
    return [bytes.fromhex(vector["message"]) for vector in vectors("claims.json")]


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
        for vector in vectors("receipts.json"):
            self.assertTrue(grammar.matches("receipt-message", cbor2.loads(bytes.fromhex(vector["message"]))), vector["name"])
        stream = io.BytesIO(self.claims.read_bytes() + b"".join(vector_messages()))
        for number in range(COUNT + len(vector_messages())):
            self.assertTrue(grammar.matches("claim-message", cbor2.load(stream)), f"claim {number}")
        self.assertEqual(stream.read(), b"")
        for vector in vectors("refused.json"):
            message = bytes.fromhex(vector["message"])
            if vector["name"] not in BEYOND_CDDL and is_deterministic(message):
                self.assertFalse(grammar.matches("claim-message", cbor2.loads(message)), vector["name"])

    def test_a_part_s_claim_id_is_the_page_s(self):
        derived = vectors("derived.json")
        given = derived["reversal"]
        issuer, event = given["issuer"].encode(), given["event"].encode()
        cause = hashlib.sha256(bytes([len(issuer)]) + issuer + event).digest()[:16]
        self.assertEqual(cause.hex(), given["cause"])
        asked = ["reversal", bytes.fromhex(given["nullifier"]), cause, given["activity"], given["by_line"]]
        key = bytes.fromhex(derived["programme_key"])
        self.assertEqual(hmac.digest(key, cbor2.dumps(asked, canonical=True), "sha256")[:16].hex(), given["id"])

    def test_the_bytes_on_the_page_are_the_vectors(self):
        messages = {vector["name"]: vector["message"] for name in ("claims.json", "receipts.json") for vector in vectors(name)}
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
