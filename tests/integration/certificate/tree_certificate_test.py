#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Certificates of trees as the programs sign, list, print and verify them, under libraries that share nothing with them: from npm
(check_certificate.mjs), and Debian's cbor2 and cryptography, which verify what Greentill signs and sign what Greentill verifies."""
import argparse
import base64
import datetime
import gzip
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest
import zlib

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "claim"))
import cddl  # noqa: E402

ROOT = HERE.parents[2]
PAGE = (ROOT / "docs/tree-certificate.md").read_text()
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
VOCABULARY = "urn:uuid:9c60a7f6-3d5d-51ec-7813-cfd8227bb709#"
DAY = datetime.date.today()
ARCS = (2 * 40 + 25, 207861434512389410537416087632598513417, 3)  # of the usage for certificates of trees


def tree(serial):
    return {"number": f"example/quercus-robur/harbour/2026/{serial}", "species": {"scientificName": "Quercus robur", "name": "metsätammi"},
            "site": {"name": "Harbour wood", "region": "Uusimaa, Finland", "latitude": 60.17, "longitude": 24.94},
            "plantedOn": str(DAY - datetime.timedelta(90)), "inspectedOn": str(DAY - datetime.timedelta(2)), "inspector": "inspector-4", "creditMg": 17_900_000}


def draft(number, trees=3):
    return {"issuer": {"id": "https://trees.example/", "name": "Example programme"},
            "credentialSubject": {"certificateNumber": number, "name": "A walker 散步的人", "trees": [tree(serial) for serial in range(1, trees + 1)],
                                  "duty": {"name": "voluntary tree-planting duty", "year": 2026, "trees": trees, "least": 3, "most": 5}}}


def object_identifier(arcs):
    """DER. cryptography reads no arc as long as this one."""
    content = b"".join(bytes(0x80 | arc >> 7 * at & 0x7f for at in range((max(arc.bit_length(), 1) - 1) // 7, 0, -1)) + bytes([arc & 0x7f]) for arc in arcs)
    return bytes([6, len(content)]) + content


def from_base45(text):
    out = bytearray()
    for at in range(0, len(text), 3):
        group = text[at:at + 3]
        value = sum(BASE45.index(digit) * 45**place for place, digit in enumerate(group))
        out += value.to_bytes(len(group) - 1, "big")
    return bytes(out)


def to_base45(data):
    out = ""
    for at in range(0, len(data), 2):
        group = data[at:at + 2]
        value = int.from_bytes(group, "big")
        for _ in range(len(group) + 1):
            out += BASE45[value % 45]
            value //= 45
    return out


def certificates_of(pem):
    texts = re.findall(rb"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n", pem)
    return [x509.load_pem_x509_certificate(text) for text in texts]


def signed_over(header, payload):
    return cbor2.dumps(["Signature1", header, b"", payload])


def encoded_list(bits):
    return "u" + base64.urlsafe_b64encode(gzip.compress(bits, mtime=0)).decode().rstrip("=")


class Programs(unittest.TestCase):
    greentill = credit = kill_at_write = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.run_credit("ca", "init", "ca", "--name", "Example programme")
        self.issue("trees")

    def issue(self, kind):
        subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{kind}.key", "-subj",
                        "/CN=any", "-out", f"{kind}.csr"], cwd=self.folder, check=True, capture_output=True)
        (self.folder / f"{kind}.key").chmod(0o600)
        self.run_credit("ca", "issue", "ca", kind, "--request", f"{kind}.csr", "--name", kind, "--out", f"{kind}.crt")

    def run_credit(self, *arguments, code=0):
        done = subprocess.run([self.credit, *arguments], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def sign(self, number="EX-2026-1", trees=3, code=0, more=(), by="trees"):
        (self.folder / "draft.json").write_text(json.dumps(draft(number, trees)))
        return self.run_credit("certificate", "sign", "draft.json", "--states", "states.json", "--key", f"{by}.key", "--certificate", f"{by}.crt",
                               "--out", f"{number}.vc.cose", *more, code=code)

    def lists(self, out="lists.cose", days="7"):
        self.run_credit("certificate", "states", "--states", "states.json", "--key", "trees.key", "--certificate", "trees.crt", "--out", out, "--days", days)

    def verify(self, file="EX-2026-1.vc.cose", *more, before=()):
        done = subprocess.run([*before, self.greentill, "verify", "--json", "--tree-certificate", file, "--anchors", "ca/anchors.crt", *more], cwd=self.folder,
                              capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr

    def outcomes(self, answer):
        return {one["name"]: one["outcome"] for one in answer["checks"]}

    def other_libraries(self, file="EX-2026-1.vc.cose", *more):
        done = subprocess.run(["node", HERE / "check_certificate.mjs", "--certificate", file, "--anchors", "ca/anchors.crt", *more], cwd=self.folder,
                              capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout) if done.returncode == 0 else done.stderr

    def read(self, name):
        return (self.folder / name).read_bytes()

    def check_in_python(self, message):
        """The payload, where cbor2 and cryptography find it signed under the anchors."""
        tagged = cbor2.loads(message)
        self.assertEqual(tagged.tag, 18)
        header, beside, payload, signature = tagged.value
        self.assertEqual(header, cbor2.dumps(cbor2.loads(header), canonical=True))
        chain = beside[33] if isinstance(beside[33], list) else [beside[33]]
        self.assertEqual(cbor2.loads(header)[34], [-16, hashlib.sha256(chain[0]).digest()])
        signer = x509.load_der_x509_certificate(chain[0])
        self.assertIn(object_identifier(ARCS), signer.tbs_certificate_bytes)
        anchors = certificates_of(self.read("ca/anchors.crt"))
        issuer = next(one for one in anchors if one.subject == signer.issuer)
        issuer.public_key().verify(signer.signature, signer.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))
        der = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
        signer.public_key().verify(der, signed_over(header, payload), ec.ECDSA(hashes.SHA256()))
        return json.loads(payload)

    def sign_in_python(self, payload):
        """A message as the page has it, made without Greentill."""
        chain = [one.public_bytes(serialization.Encoding.DER) for one in certificates_of(self.read("trees.crt"))]
        header = cbor2.dumps({1: -7, 3: "application/vc", 16: "application/vc+cose", 34: [-16, hashlib.sha256(chain[0]).digest()]}, canonical=True)
        key = serialization.load_pem_private_key(self.read("trees.key"), None)
        r, s = utils.decode_dss_signature(key.sign(signed_over(header, payload), ec.ECDSA(hashes.SHA256())))
        beside = {33: chain if len(chain) > 1 else chain[0]}
        return cbor2.dumps(cbor2.CBORTag(18, [header, beside, payload, r.to_bytes(32, "big") + s.to_bytes(32, "big")]))

    def list_in_python(self, purpose, bits, **changes):
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        url = f"https://trees.example/status/{purpose}/1"
        credential = {"@context": ["https://www.w3.org/ns/credentials/v2"], "id": url, "type": ["VerifiableCredential", "BitstringStatusListCredential"],
                      "issuer": {"id": "https://trees.example/", "name": "Example programme"}, "validFrom": f"{now:%Y-%m-%dT%H:%M:%SZ}",
                      "validUntil": f"{now + datetime.timedelta(1):%Y-%m-%dT%H:%M:%SZ}",
                      "credentialSubject": {"id": f"{url}#list", "type": "BitstringStatusList", "statusPurpose": purpose, "encodedList": encoded_list(bits)}}
        return self.sign_in_python(json.dumps({**credential, **changes}).encode())


class Certificates(Programs):
    def test_independent_libraries_verify_signature_and_states_as_greentill_does(self):
        self.sign()
        self.sign("EX-2026-2")
        for state, revoked, suspended in (("", False, False), ("suspend", False, True), ("resume", False, False), ("revoke", True, False)):
            if state:
                self.run_credit("certificate", state, "EX-2026-1", "--states", "states.json")
            self.lists()
            code, told = self.other_libraries("EX-2026-1.vc.cose", "--lists", "lists.cose")
            self.assertEqual(code, 0, told)
            self.assertEqual((told["number"], told["trees"], told["revoked"], told["suspended"]), ("EX-2026-1", 3, revoked, suspended), state)
            code, answer = self.verify("EX-2026-1.vc.cose", "--status", "lists.cose")
            self.assertEqual(code, 1 if revoked or suspended else 0, answer)
            outcome = self.outcomes(answer)
            self.assertEqual((outcome["revocation"], outcome["suspension"]), ("fails" if revoked else "holds", "fails" if suspended else "holds"))
            code, answer = self.verify("EX-2026-2.vc.cose", "--status", "lists.cose")
            self.assertEqual(code, 0, answer)
        self.run_credit("certificate", "resume", "EX-2026-1", "--states", "states.json", code=1)

    def test_debian_s_libraries_verify_what_is_signed_and_every_member_means_something(self):
        self.sign()
        payload = self.check_in_python(self.read("EX-2026-1.vc.cose"))
        self.assertEqual(payload["credentialSubject"]["trees"], [tree(serial) for serial in (1, 2, 3)])
        self.assertEqual(payload["credentialSubject"]["creditMg"], 3 * 17_900_000)
        _, told = self.other_libraries()
        names = {f"{VOCABULARY}{name}" for name in ("certificateNumber", "trees", "creditMg", "duty", "statement")} | {"https://schema.org/name"}
        self.assertEqual(set(told["expanded"]), names)
        self.lists()
        stream = self.read("lists.cose")
        purposes = []
        while stream:
            item = cbor2.loads(stream)
            whole = cbor2.dumps(item)
            self.assertEqual(stream[:len(whole)], whole)
            listed = self.check_in_python(whole)
            bits = gzip.decompress(base64.urlsafe_b64decode(listed["credentialSubject"]["encodedList"][1:] + "=" * 3))
            self.assertEqual((len(bits), any(bits)), (16384, False))
            purposes.append(listed["credentialSubject"]["statusPurpose"])
            stream = stream[len(whole):]
        self.assertEqual(purposes, ["revocation", "suspension"])

    def test_the_page_s_cddl_takes_what_is_signed(self):
        self.sign()
        self.lists()
        grammar = cddl.Grammar("".join(re.findall(r"```cddl\n(.*?)```", PAGE, re.DOTALL)))
        self.assertTrue(grammar.matches("secured-credential", cbor2.loads(self.read("EX-2026-1.vc.cose"))))
        self.assertTrue(grammar.matches("secured-credential", cbor2.loads(self.read("lists.cose"))))
        self.assertFalse(grammar.matches("secured-credential", cbor2.CBORTag(18, [cbor2.dumps({1: -8}), {}, b"", bytes(64)])))

    def test_the_published_messages_are_verified_by_debian_s_libraries(self):
        for vector in json.loads((ROOT / "tests/vectors/credential/messages.json").read_text()):
            (self.folder / "ca/anchors.crt").write_text(vector["anchors"])
            payload = self.check_in_python(bytes.fromhex(vector["message"]))
            self.assertEqual(payload, json.loads((ROOT / "tests/vectors/credential/certificate.json").read_text()))
            self.assertEqual(self.check_in_python(zlib.decompress(from_base45(vector["paper"].removeprefix("GTC1:")))), payload)
            states = {}
            stream = bytes.fromhex(vector["lists"])
            while stream:
                whole = cbor2.dumps(cbor2.loads(stream))
                subject = self.check_in_python(whole)["credentialSubject"]
                bits = gzip.decompress(base64.urlsafe_b64decode(subject["encodedList"][1:] + "=" * 3))
                index = int(payload["credentialStatus"][0]["statusListIndex"])
                states[subject["statusPurpose"]] = bool(bits[index // 8] & 0x80 >> index % 8)
                stream = stream[len(whole):]
            self.assertEqual(states, {"revocation": vector["revoked"], "suspension": vector["suspended"]})

    def test_what_another_implementation_signs_is_verified(self):
        self.sign()
        payload = self.check_in_python(self.read("EX-2026-1.vc.cose"))
        payload["credentialSubject"]["name"] = "Someone else"
        (self.folder / "other.cose").write_bytes(self.sign_in_python(json.dumps(payload, indent=1).encode()))
        index = int(payload["credentialStatus"][0]["statusListIndex"])
        bits = bytearray(16384)
        (self.folder / "other-lists.cose").write_bytes(self.list_in_python("revocation", bits) + self.list_in_python("suspension", bits))
        code, answer = self.verify("other.cose", "--status", "other-lists.cose")
        self.assertEqual(code, 0, answer)
        self.assertEqual(answer["certificate"]["holder"], "Someone else")
        bits[index // 8] |= 0x80 >> index % 8
        (self.folder / "other-lists.cose").write_bytes(self.list_in_python("revocation", bits))
        code, answer = self.verify("other.cose", "--status", "other-lists.cose")
        self.assertEqual((code, self.outcomes(answer)["revocation"]), (1, "fails"))

    def test_signed_bombs_and_short_lists_are_refused_in_little_memory(self):
        self.sign()
        for bits, why in ((bytes(1 << 30), "stands for more than"), (bytes(16383), "entries; a list has at least")):
            (self.folder / "bomb.cose").write_bytes(self.list_in_python("revocation", bits))
            code, answer = self.verify("EX-2026-1.vc.cose", "--status", "bomb.cose", before=("prlimit", "--data=200000000"))
            self.assertEqual(code, 1, answer)
            self.assertIn(why, next(one["why"] for one in answer["checks"] if one["name"] == "lists"))
        zipped = zlib.compress(bytes(1 << 28), 9)
        (self.folder / "bomb.txt").write_text("GTC1:" + to_base45(zipped))
        done = subprocess.run(["prlimit", "--data=200000000", self.greentill, "verify", "--tree-certificate", "bomb.txt", "--anchors", "ca/anchors.crt"],
                              cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 3, done.stderr)

    def test_a_changed_byte_fails_everywhere(self):
        self.sign()
        message = bytearray(self.read("EX-2026-1.vc.cose"))
        message[message.index(b"17900000")] = ord("2")
        (self.folder / "changed.cose").write_bytes(message)
        code, answer = self.verify("changed.cose")
        self.assertEqual((code, self.outcomes(answer)["signature"]), (1, "fails"))
        self.assertEqual(self.other_libraries("changed.cose")[0], 1)

    def test_old_lists_and_other_signers_do_not_count(self):
        self.sign()
        self.lists(days="1")
        code, answer = self.verify("EX-2026-1.vc.cose", "--status", "lists.cose", before=("faketime", "-f", "+2d"))
        self.assertEqual((code, self.outcomes(answer)["lists"]), (1, "fails"))
        code, answer = self.verify("EX-2026-1.vc.cose", before=("faketime", "-f", "-1d"))
        self.assertEqual((code, self.outcomes(answer)["dates"]), (1, "fails"))
        self.issue("bundles")
        self.assertIn("extended key usage lacks", self.sign("EX-2026-3", code=1, by="bundles"))
        self.run_credit("ca", "init", "other", "--name", "Another programme")
        done = subprocess.run([self.greentill, "verify", "--tree-certificate", "EX-2026-1.vc.cose", "--anchors", "other/anchors.crt"], cwd=self.folder,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("signer: fails: ", done.stdout)

    def test_the_paper_alone_is_verified_by_what_a_scanner_reads(self):
        self.sign(more=("--pdf", "paper.pdf", "--language", "zh-Hans"))
        subprocess.run(["pdftoppm", "-r", "200", "-gray", "paper.pdf", "page"], cwd=self.folder, check=True)
        code = subprocess.run(["zbarimg", "--quiet", "--raw", "page-1.pgm"], cwd=self.folder, check=True, capture_output=True, text=True).stdout
        (self.folder / "code.txt").write_text(code)
        status, answer = self.verify("code.txt")
        self.assertEqual(status, 0, answer)
        status, answer = self.verify("EX-2026-1.vc.cose", "--paper", "code.txt")
        self.assertEqual((status, self.outcomes(answer)["paper"]), (0, "holds"))
        message = zlib.decompress(from_base45(code.strip("\n").removeprefix("GTC1:")))
        self.assertEqual(self.check_in_python(message)["id"], "https://trees.example/certificates/EX-2026-1")
        self.sign("EX-2026-2")
        self.assertEqual(self.verify("EX-2026-2.vc.cose", "--paper", "code.txt")[0], 1)
        text = subprocess.run(["pdftotext", "-layout", "paper.pdf", "-"], cwd=self.folder, check=True, capture_output=True, text=True).stdout
        for words in ("EX-2026-1", "A walker 散步的人", "metsätammi (Quercus robur)", "nothing is set off against it"):
            self.assertIn(words, text)

    def test_commands_at_once_lose_nothing_and_a_number_keeps_its_place(self):
        numbers = [f"EX-{number}" for number in range(8)]
        for number in numbers:
            self.sign(number)
        running = [subprocess.Popen([self.credit, "certificate", "revoke", number, "--states", "states.json"], cwd=self.folder, stdout=subprocess.DEVNULL)
                   for number in numbers]
        self.assertEqual([one.wait() for one in running], [0] * 8)
        book = {one["number"]: one for one in json.loads(self.read("states.json"))["certificates"]}
        self.assertEqual({one["state"] for one in book.values()}, {"revoked"})
        self.assertEqual(len({one["index"] for one in book.values()}), 8)
        self.assertIn("was revoked, which is for good", self.sign("EX-3", code=1))
        self.sign("EX-9")
        before = json.loads(self.read("states.json"))
        self.sign("EX-9")
        self.assertEqual(json.loads(self.read("states.json")), before)

    def killed_at(self, change, *arguments):
        """Whether the command ended at that change of the folder; else it is done."""
        environment = {**os.environ, "LD_PRELOAD": self.kill_at_write, "KILL_FOLDER": str(self.folder), "KILL_AT": str(change)}
        done = subprocess.run([self.credit, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True)
        self.assertIn(done.returncode, (0, -signal.SIGKILL), done.stderr)
        return done.returncode != 0

    def state_of(self, number):
        if not (self.folder / "states.json").exists():
            return None
        book = json.loads(self.read("states.json"))["certificates"]
        return next((one for one in book if one["number"] == number), None)

    def test_killed_at_any_change_no_certificate_is_out_without_its_place_and_no_revocation_is_half(self):
        states, out, pdf = (str(self.folder / name) for name in ("states.json", "EX-1.vc.cose", "EX-1.pdf"))
        (self.folder / "draft.json").write_text(json.dumps(draft("EX-1")))
        sign = ("certificate", "sign", "draft.json", "--states", states, "--key", "trees.key", "--certificate", "trees.crt", "--out", out, "--pdf", pdf)
        for change in range(1, 100):
            killed = self.killed_at(change, *sign)
            place = self.state_of("EX-1")
            if pathlib.Path(out).exists():
                self.assertEqual(self.verify(out)[0], 0)
                entry = self.check_in_python(self.read(out))["credentialStatus"][0]
                self.assertEqual(int(entry["statusListIndex"]), place["index"], change)
            if not killed:
                break
            self.run_credit(*sign)
            self.assertTrue(place is None or self.state_of("EX-1") == place, "a number keeps its place")
            for name in (states, out, pdf):
                pathlib.Path(name).unlink()
        self.assertGreater(change, 10)
        for change in range(1, 100):
            killed = self.killed_at(change, "certificate", "revoke", "EX-1", "--states", states)
            self.assertIn(self.state_of("EX-1")["state"], ("good", "revoked"))
            if not killed:
                break
        self.assertEqual(self.state_of("EX-1")["state"], "revoked")
        self.assertGreater(change, 3)

    def test_what_is_wrong_with_a_draft_is_told(self):
        for change, why in (({"credentialStatus": []}, "credentialStatus: signing gives"), ({"issuer": {"id": "trees"}}, "issuer.id: it is no https URL"),
                            ({"proof": {}}, "proof: nothing of that name"), ({"credentialSubject": {}}, "credentialSubject.certificateNumber: it is missing")):
            (self.folder / "draft.json").write_text(json.dumps({**draft("EX-1"), **change}))
            self.assertIn(why, self.run_credit("certificate", "sign", "draft.json", "--states", "states.json", "--key", "trees.key", "--certificate",
                                               "trees.crt", "--out", "x.cose", code=1))
        self.assertFalse((self.folder / "states.json").exists())

    def test_the_command_line_takes_claims_or_a_certificate(self):
        self.sign()
        for arguments in (["--tree-certificate", "x"], ["--anchors", "x"], ["x", "--tree-certificate", "y", "--anchors", "z"], ["x", "--certificate", "y"], []):
            done = subprocess.run([self.greentill, "verify", *arguments], cwd=self.folder, capture_output=True, text=True)
            self.assertEqual(done.returncode, 2, arguments)
        for file in ("not-there", "draft.json"):
            code, answer = self.verify(file)
            self.assertEqual(code, 3 if file == "not-there" else 1, answer)
        done = subprocess.run([self.greentill, "verify", "--tree-certificate", "EX-2026-1.vc.cose", "--anchors", "draft.json"], cwd=self.folder,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 3)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--greentill", required=True)
    parser.add_argument("--credit", required=True)
    parser.add_argument("--kill-at-write", required=True)
    known, rest = parser.parse_known_args()
    Programs.greentill, Programs.credit, Programs.kill_at_write = known.greentill, known.credit, known.kill_at_write
    unittest.main(argv=[sys.argv[0], *rest])
