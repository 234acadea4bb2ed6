# SPDX-License-Identifier: Apache-2.0
"""A programme publishes a methodology while tills sell, finds it faulty and withdraws it: the broker tells the device, no sale is refused, what was
claimed by the faulty version is shown first, then held, and released; `greentill verify --bundle` finds the same. The bundle is read by a program that shares no code with ours; and the daemon
is killed at each change that adopting one makes on its disk."""
import json
import pathlib
import ssl
import subprocess
import sys
import threading
import time
import urllib.request

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from ends import add_turn  # noqa: E402
from kills import kill_while_adopting  # noqa: E402
from promises import ROOT, claims_of, fail_unless, journey_parser, reductions, run_journey  # noqa: E402

sys.path.insert(0, str(ROOT / "tools/lib"))

from enrolled import EnrolledStack  # noqa: E402
from parts import PATIENCE_S, StackError, wait_until  # noqa: E402

BIKE = "gt-ride-bike-shared"
FIRST = (ROOT / f"config/methodologies/{BIKE}-1.toml").read_text()


def rfc3339(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class Shop:
    def __init__(self, folder, binaries):
        self.stack = EnrolledStack(folder, binaries)
        self.number, self.published = 0, 0
        self.lock = threading.Lock()

    def sell(self, ago=60):
        with self.lock:
            self.number += 1
            name = f"ride-{self.number}"
        end = int(time.time()) - ago
        return self.stack.api.post(json.dumps({"issuer": "dock", "event_id": name, "kind": "trip", "mode": "bike.shared", "begin": end - 600,
                                               "end": end, "quantities": {"m.odometer": 2000}}), "application/json")

    def sold_by(self, ago=60):
        """Which version measures a ride that ended so long ago."""
        status, said = self.sell(ago)
        fail_unless(status == 201, f"a sale was answered {status}: {said}")
        return reductions(claims_of(self.stack))[-1]["methodology"]["version"]

    def publish(self, version, since):
        """Another version of the bikes' methodology, that credits other amounts; of acts from then on."""
        file = self.stack.folder / f"{BIKE}-{version}.toml"
        file.write_text(FIRST.replace("version = 1\n", f"version = {version}\n", 1).replace('"0.17"', f'"0.{17 + version}"'))
        fail_unless(file.read_text() != FIRST, "the methodology has no version to replace")
        self.stack.credit("methodology", "publish", file, "--from", rfc3339(since), "--why", "better factors were found")
        self.published += 1

    def withdraw(self, version, since, *options):
        return json.loads(self.stack.credit("methodology", "withdraw", BIKE, str(version), "--from", rfc3339(since), "--why", "its factor is wrong",
                                            "--json", *options))

    def has(self):
        return self.stack.api.status()["methodologies"]

    def follows(self):
        wait_until(lambda: self.has() == self.published, PATIENCE_S, f"the methodologies {self.published} to be in use")


def read_bundle(shop):
    """What anybody is told, by cbor2 and cryptography: number, entries."""
    stack = shop.stack
    context = ssl.create_default_context(cafile=str(stack.identities / "ca.crt"))

    def got(what):
        with urllib.request.urlopen(f"https://localhost:{stack.est_port}/.well-known/greentill/{what}", context=context, timeout=30) as answer:
            return answer.status, answer.read()
    bundle = cbor2.loads(got("methodologies/0")[1])
    fail_unless(bundle.tag == 61 and bundle.value.tag == 18, "it is no CWT")
    protected, unprotected, payload, signature = bundle.value.value
    signer = x509.load_pem_x509_certificate(got("signers")[1])
    header = cbor2.loads(protected)
    fail_unless(header[1] == -7 and header[16] == 65004 and header[34] == [-16, signer.fingerprint(hashes.SHA256())] and unprotected == {},
                f"its header is {header}")
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    signer.public_key().verify(utils.encode_dss_signature(r, s), cbor2.dumps(["Signature1", protected, b"", payload]), ec.ECDSA(hashes.SHA256()))
    claims = cbor2.loads(payload)
    fail_unless(2 not in claims and claims[5] <= time.time() < claims[4], f"it is for one device, or not of now: {claims}")
    number, content = claims[-65537]
    fail_unless(cbor2.dumps(cbor2.loads(content), canonical=True) == content, "its content is not deterministic")
    fail_unless(got(f"methodologies/{number}")[0] == 204, "who has it is told it again")
    return number, cbor2.loads(content)[1]


def while_it_sells(shop):
    """Eight tills, and two versions that the broker brings; only one sale in a second is of long ago."""
    refused, over = [], threading.Event()

    def till():
        while not over.is_set():
            status, said = shop.sell()
            if status != 201:
                refused.append((status, said))
    tills = [threading.Thread(target=till, daemon=True) for _ in range(8)]
    for one in tills:
        one.start()
    since = int(time.time()) - 3600
    for version in (2, 3):
        shop.publish(version, since)
        shop.follows()
    over.set()
    for one in tills:
        one.join()
    fail_unless(not refused, f"{len(refused)} sales were refused while methodologies changed: {refused[:2]}")
    fail_unless(shop.sold_by() == 3, "the newest version does not measure")
    fail_unless(shop.sold_by(ago=7200) == 1, "a version measures an act from before it holds")
    fail_unless({entry["methodology"]["version"] for entry in reductions(claims_of(shop.stack))} >= {1, 3}, "claims do not say by which version")
    number, entries = read_bundle(shop)
    fail_unless(number == 2 and [entry[:2] for entry in entries] == [[since, None]] * 2, f"the bundle says {number}, {entries}")
    fail_unless(entries[1][2].decode() == (shop.stack.folder / f"{BIKE}-3.toml").read_text(), "the bundle's file is another")
    return since


def verified(shop, *options):
    """What greentill verify says of all that the device has claimed: its exit code, and the document."""
    stack = shop.stack
    export = stack.folder / "claims.cborseq"
    export.unlink(missing_ok=True)
    stack.tool("export", "--out", export)
    done = subprocess.run(list(map(str, [stack.program("greentill"), "verify", export, "--certificate", stack.certificate, "--methodologies",
                                         ROOT / "config/methodologies", "--json", *options])), capture_output=True, text=True)
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError:
        raise StackError(f"greentill verify: exit {done.returncode}: {done.stderr}") from None


def verifiers(shop, held=0):
    """Whoever has the claims, the bundle that the device has, and who signs, comes to what the service came to: so many claims by a version
    that the programme does not let measure them."""
    stack = shop.stack
    signer = ("--signer", stack.folder / "state/identity/signers.pem")
    bundle = stack.folder / "state/methodologies.bundle"
    code, said = verified(shop, *signer, "--bundle", bundle)
    found = [one["code"] for one in said["findings"]]
    fail_unless(said["finding_count"] == held == found.count("methodology-not-in-force") and (code == 0) == (held == 0),
                f"exit {code}, and {found} in place of {held} claims by a version that was withdrawn")
    # Without the bundle what was published is not known; with a bundle that was changed, or another's word for it, nothing is said.
    code, said = verified(shop)
    fail_unless(code != 0 and {one["code"] for one in said["findings"]} == {"unknown-methodology"}, f"without a bundle it finds {said['findings'][:3]}")
    changed = stack.folder / "changed.bundle"
    changed.write_bytes(bundle.read_bytes().replace(b'"0.19"', b'"0.99"'))
    for bad, by in ((changed, signer), (bundle, ("--signer", stack.identities / "service.crt"))):
        code, said = verified(shop, *by, "--bundle", bad)
        fail_unless(code != 0 and "error" in said and any(file.name in said["error"]["message"] for file in (bad, by[1])),
                    f"{bad.name} by {by[1].name}: exit {code}, {said}")


def faulty(shop, since):
    stack = shop.stack
    stack.wait_delivered()
    verifiers(shop)
    before = stack.report()
    fail_unless(before["refused"] == {} and before["held"] == {}, f"claims were refused or held: {before}")
    by_third = [entry for entry in reductions(claims_of(stack)) if entry["methodology"]["version"] == 3]
    granted = sum(entry["credited_mg"] for entry in by_third)
    shown = shop.withdraw(3, since, "--dry-run")["held"]
    fail_unless((shown["claims"], shown["granted_mg"], shown["devices"]) == (len(by_third), granted, 1), f"it shows {shown}")
    try:
        shop.withdraw(3, since)
    except StackError as error:
        fail_unless("say --yes" in str(error), f"it says {error}")
    else:
        raise StackError("claims were held without a yes")
    fail_unless(stack.report()["held"] == {} and shop.has() == shop.published, "something changed all the same")
    shop.withdraw(3, since, "--yes")
    shop.published += 1
    report = stack.report()
    fail_unless(report["held"]["methodology-not-in-force"]["claims"] == len(by_third), f"the report says {report['held']}")
    fail_unless(report["granted_mg"] == before["granted_mg"] - granted, "what was granted by the faulty version stands")
    stack.credit("check")
    shop.follows()
    verifiers(shop, len(by_third))
    fail_unless(shop.sold_by() == 2, "the version before does not measure again")
    # Who hears late claims by it: that is held, and nothing else.
    stack.wait_delivered()
    fail_unless(stack.report()["held"]["methodology-not-in-force"]["claims"] == len(by_third), "more is held than was claimed by it")
    stack.credit("held", "release", "--reason", "methodology-not-in-force", "--why", "the fault was a typing error in a title")
    after = stack.report()
    fail_unless(after["held"] == {}, f"released claims are held: {after['held']}")
    stack.credit("check")


def kept(shop):
    """What is in use outlives restarts of all; it comes from the broker alone where no service answers."""
    stack = shop.stack
    stack.daemon.stop()
    stack.start_daemon()
    fail_unless(shop.has() == shop.published, "a restart forgot the methodologies")
    stack.daemon.stop()
    for worker in stack.workers:
        worker.stop()
    (stack.folder / "state/methodologies.bundle").unlink()
    stack.start_daemon()
    shop.follows()
    stack.daemon.stop()
    (stack.folder / "state/methodologies.bundle").write_bytes(b"\xd8\x3d" + bytes(100))
    stack.start_daemon()
    fail_unless(shop.sell()[0] == 201, "it does not sell by its folder's methodologies")
    shop.follows()
    stack.start_workers()


def kills(shop, since, turn):
    def publish(step):
        shop.withdraw(3, since + step, "--yes")  # from another second on: a publication of its own
        shop.published += 1

    def sell_and_see():
        shop.sell()
        return shop.has() == shop.published

    def follows():
        shop.follows()
        fail_unless(shop.sold_by() == 2, "after a kill another version measures than the newest that holds")
    return kill_while_adopting(shop.stack, range(1, 200), publish, sell_and_see, follows, turn)


def journey(folder, binaries, turn):
    shop = Shop(folder, binaries)
    with shop.stack as stack:
        stack.prepare(registered=False)
        stack.start_broker()
        stack.start_workers()
        stack.enrol()
        stack.start_daemon()
        fail_unless(shop.has() == 0 and shop.sold_by() == 1, "without a bundle the installation's methodologies are not in force")
        since = while_it_sells(shop)
        faulty(shop, since)
        kept(shop)
        killed = kills(shop, since, turn)
        stack.wait_delivered()
        report = stack.report()
        fail_unless(report["refused"] == {} and report["held"] == {}, f"claims were refused or held: {report}")
        stack.credit("check")
        print(f"{shop.number} rides under {shop.published} publications, killed {killed} times")
        stack.stop()


def main():
    parser = journey_parser(__doc__.splitlines()[0], "new-methodologies")
    add_turn(parser)
    return run_journey(parser, lambda folder, arguments: journey(folder, arguments.bin, arguments.turn))


if __name__ == "__main__":
    sys.exit(main())
