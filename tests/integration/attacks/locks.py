#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Attacks on the rides of locks: a dock that changes what a lock signed, makes rides up, or claims another's lock's; two docks that report
one ride; a lock whose flash was copied. What the lock says is verified by other libraries as well.
"""
import hashlib
import json
import pathlib
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

import cbor2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from scene import ROOT, Scene, WHY, expect, fail_unless, main, wait_until, PATIENCE_S
from bike_lock import EMBEDDED, HASHED, BikeLock, claim_of
from claims import BODY, asked_mg, ride, to_be_signed
from enrolled import EnrolledStack

HERE = pathlib.Path(__file__).resolve().parent
RIDE_MG = asked_mg(ride([]))
LOCK_RECEIPT = 65006
DOCK_LICENCE = 65008


def tell(what):
    print(f"locks: {what}", flush=True)


def stage(folder, binaries):
    scene = Scene(folder, binaries, stack=EnrolledStack(folder, binaries, workers=2))  # whose service answers beside EST
    for name in ("harbour", "thief"):
        scene.merchant(name)
    for name in ("dock-1", "dock-2"):
        scene.register(name, "harbour")
    scene.register("thief-1", "thief")
    scene.lock, scene.other = (register(scene, BikeLock(f"bike-{number}")) for number in (1, 2))
    scene.start()
    scene.one, scene.two, scene.thief = map(scene.device_of, ("dock-1", "dock-2", "thief-1"))
    return scene


def register(scene, lock, owner="harbour"):
    (scene.identities / f"{lock.name}.pem").write_bytes(lock.public_pem())
    scene.credit("lock", "add", lock.name, scene.identities / f"{lock.name}.pem", "--owner", owner)
    return lock


def standing(device, seq):
    device.ask(device.chain)
    return device.standing(device.chain, seq)


def claims(device, lock, signed, **other):
    """What becomes of it."""
    return standing(device, device.tell(device.chain, claim_of(device, lock, signed, **other)))


def settled(scene, lock):
    counter = scene.json_of("lock", "show", lock.name)["counter"]
    expect(lock_receipt(scene, lock.name), counter, f"the receipt for {lock.name}")
    return counter


def fetch(scene, what, method="GET", shown=None):
    """(status, body) of what the service answers beside EST, to anybody, or to the device that shows its certificate."""
    context = ssl.create_default_context(cafile=scene.identities / "ca.crt")
    if shown:
        context.load_cert_chain(scene.identities / f"{shown}.crt", scene.identities / f"{shown}.key")
    request = urllib.request.Request(f"https://localhost:{scene.stack.est_port}/.well-known/greentill/{what}", method=method)
    try:
        with urllib.request.urlopen(request, context=context, timeout=PATIENCE_S) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def lock_receipt(scene, name):
    """Up to which ride the service says that all are settled, signed as docs/lock.md has it."""
    status, body = fetch(scene, f"locks/{name}")
    expect(status, 200, f"the answer for lock {name}")
    key = x509.load_pem_x509_certificate(fetch(scene, "signers")[1]).public_key()
    protected, unprotected, payload, signature = cbor2.loads(body).value.value
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    expect(cbor2.loads(protected), {1: -7, 4: hashlib.sha256(der).digest()[:8], 16: LOCK_RECEIPT}, "a lock receipt's header")
    expect(unprotected, {}, "a lock receipt's other header")
    try:
        key.verify(utils.encode_dss_signature(*(int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))),
                   to_be_signed(protected, payload), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        fail_unless(False, "a lock receipt that the signer did not sign")
    said = cbor2.loads(payload)
    expect(said[2], f"urn:greentill:lock:{name}", "whom a lock receipt is for")
    return said[BODY][0]


def honest(scene):
    rides = [scene.lock.ride() for _ in range(3)]
    for device, signed in zip((scene.one, scene.two, scene.one), rides):
        expect(claims(device, scene.lock, signed), RIDE_MG, f"ride {signed[0]} as its lock signed it")
    expect(settled(scene, scene.lock), 3, "what is settled of three rides through two docks")
    expect([fetch(scene, "locks/bike-99")[0], fetch(scene, "locks/")[0], fetch(scene, "locks/bike-1", "POST")[0]], [404, 404, 405],
           "a lock that nobody registered, none, and another method")
    expect(lock_receipt(scene, scene.other.name), 0, "the receipt of a lock without rides")
    tell("3 rides through two docks are granted and settled, which the service says to the lock, signed")


def changed_on_the_way(scene):
    """Every kind of byte of the statement, and everything that the claim says of it."""
    signed = scene.lock.ride()
    message = signed[2]
    reasons = {}
    for at in range(0, len(message), 3):
        spoilt = bytearray(message)
        spoilt[at] ^= 1 << at % 8
        reason = claims(scene.one, scene.lock, signed, evidence=[EMBEDDED, bytes(spoilt)])
        reasons[reason] = reasons.get(reason, 0) + 1
    fail_unless(set(reasons) <= {"bad-statement", "unknown-lock", "no-statement", "unsupported"}, f"a changed byte: {reasons}")
    fail_unless(reasons["bad-statement"] > sum(reasons.values()) / 2, f"a changed byte: {reasons}")
    other = {"more metres": {"metres": 4086}, "less": {"metres": 2042}, "longer": {"seconds": 600}, "a later day": {"end": signed[1] + 60},
             "another ride's act": {"event": 77}, "another lock's act": {"issuer": scene.other.name}, "an act of docks": {"issuer": "docks"}}
    for what, said in other.items():
        expect(claims(scene.one, scene.lock, signed, **said), "other-statement", what)
    expect(settled(scene, scene.lock), 3, "what is settled of a ride that is claimed wrongly")
    expect(claims(scene.two, scene.lock, signed), RIDE_MG, "the same ride at an honest dock")
    tell(f"{sum(reasons.values())} changed bytes and {len(other)} other words are refused ({reasons}); the honest dock is granted the ride")


def made_up(scene):
    signed = scene.lock.ride()
    for event in (signed[0], signed[0] + 1, 4_000_000_000):
        expect(claims(scene.one, scene.lock, signed, event=event, evidence=None), "no-statement", f"ride {event} without a statement")
    digest = hashlib.sha256(signed[2]).digest()
    expect(claims(scene.one, scene.lock, signed, evidence=[HASHED, digest]), "no-statement", "a statement's hash")
    expect(claims(scene.one, scene.lock, signed, evidence=[EMBEDDED, b"OCMF|{}|{}"]), "no-statement", "a meter's record")
    forger = BikeLock(scene.lock.name)
    expect(claims(scene.one, scene.lock, forger.ride()), "unknown-lock", "a statement by a key of the dock's own")
    named = forger.ride()
    forger.kid = scene.lock.kid
    named = forger.ride()
    expect(claims(scene.one, scene.lock, named), "bad-statement", "the same under the lock's key id")
    stranger = BikeLock("bike-99")
    expect(claims(scene.one, stranger, stranger.ride()), "unknown-lock", "a lock that nobody registered")
    expect(claims(scene.one, scene.lock, signed), RIDE_MG, "the ride itself")
    tell("rides that a dock makes up, with hashes, others' evidence and keys of its own, are refused; the lock's own is granted")


def anothers_lock(scene):
    """A dock of another merchant carries the ride: under its own root it claims nothing, and the owner's dock is not kept out."""
    signed = scene.lock.ride()
    expect(claims(scene.thief, scene.lock, signed), "other-statement", "under the thief's root")
    mine = claim_of(scene.one, scene.lock, signed)
    expect(standing(scene.thief, scene.thief.tell(scene.thief.chain, mine)), "unknown-root", "under the owner's root")
    others = scene.other.ride()
    expect(claims(scene.one, scene.lock, others), "other-statement", "another lock's ride as this one's")
    expect(claims(scene.one, scene.other, others), RIDE_MG, "as its own")
    expect(claims(scene.two, scene.lock, signed), RIDE_MG, "by the owner's dock")
    expect(set(scene.net_mg()), {"dock-1", "dock-2"}, "who has credit")
    tell("a stranger's dock and another lock's ride get nothing, and keep nobody out")


def told_twice(scene):
    signed = scene.lock.ride()
    before = scene.report()["granted_mg"]
    expect((claims(scene.one, scene.lock, signed), claims(scene.two, scene.lock, signed)), (RIDE_MG, "duplicate"), "one ride at two docks")
    expect(scene.report()["granted_mg"], before + RIDE_MG, "what was granted of it")
    tell("a ride that two docks report is claimed once")


def not_registered_any_more(scene):
    lock = register(scene, BikeLock("bike-3"))
    signed = lock.ride()

    def known():
        return claims(scene.one, lock, signed) == RIDE_MG
    wait_until(known, PATIENCE_S, "the workers to know of a lock", pause=0.3)
    scene.credit("lock", "revoke", lock.name, *WHY)
    expect(claims(scene.one, lock, lock.ride()), "lock-revoked", "a revoked lock's ride")
    scene.credit("lock", "trust", lock.name, *WHY)
    scene.credit("lock", "retire", lock.name, *WHY)
    expect(claims(scene.one, lock, lock.ride()), ("held", "lock-retired"), "a retired lock's ride")
    last = register(scene, BikeLock("bike-5"), "thief")  # its owner's only one
    wait_until(lambda: claims(scene.thief, last, last.ride()) == RIDE_MG, PATIENCE_S, "the workers to know of it", pause=0.3)
    time.sleep(1.5)  # the other worker looks at the registry within a second
    scene.credit("lock", "revoke", last.name, *WHY)
    signed = last.ride()
    expect(claims(scene.thief, last, signed), "lock-revoked", "a ride of an owner's last lock, which is revoked")
    expect(claims(scene.thief, last, signed, evidence=None), "no-statement", "the same without its statement")
    expect(claims(scene.thief, last, signed, event="made up", evidence=None), "no-statement", "a ride that nobody made")
    tell("a revoked lock's ride is refused for now, without its statement too; a retired one's is held")


def twins(scene):
    """Somebody copied the flash: two locks go on with one key, each through a dock of its own, at two workers."""
    lock = register(scene, BikeLock("bike-4"))
    first = lock.ride()
    wait_until(lambda: claims(scene.one, lock, first) in (RIDE_MG, "duplicate"), PATIENCE_S, "the workers to know of a lock", pause=0.3)
    twin = lock.twin()
    expect(claims(scene.one, lock, lock.ride()), RIDE_MG, "the second ride")
    expect(claims(scene.two, lock, twin.ride(metres=4086), metres=4086), "duplicate", "the twin's second ride")
    for device, one in ((scene.one, lock), (scene.two, twin), (scene.one, lock)):
        expect(claims(device, lock, one.ride()) in (("held", "lock-fork"), "duplicate"), True, "what follows")
    shown = scene.json_of("lock", "show", lock.name)
    expect((shown["counter"], shown["faults"][0]["counter"], shown["faults"][0]["kind"]), (2, 2, "two-rides"), "what the operator sees")
    expect(scene.report()["locks_contradicted"], 1, "locks that contradict themselves in the report")
    fail_unless(any("two locks sign with one key" in scene.said(worker) for worker in scene.stack.workers), "no log says that there are twins")
    scene.credit("lock", "trust", lock.name, *WHY)
    scene.credit("held", "release", "--reason", "lock-fork", *WHY)
    expect(settled(scene, lock), 4, "what is settled once a person has decided")
    tell("twin locks are found by two rides of one number, what follows is held, the operator is told, and decides")


def licences(scene):
    """A dock's licence is for the device that shows its certificate, names its key, and goes to nobody who serves no locks."""
    expect(fetch(scene, "licence")[0], 401, "a licence for whoever shows no certificate")
    status, body = fetch(scene, "licence", shown="dock-2")
    expect(status, 200, f"a dock's licence ({body})")
    protected, _, payload, _ = cbor2.loads(body).value.value
    said = cbor2.loads(payload)
    expect(cbor2.loads(protected)[16], DOCK_LICENCE, "a licence's type")
    expect((said[2], said[4] - said[6]), ("urn:greentill:device:dock-2", 30 * 86400), "whom and for how long it is for")
    key = x509.load_pem_x509_certificate((scene.identities / "dock-2.crt").read_bytes()).public_key()
    expect(said[BODY], [key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)], "the key in it")
    scene.merchant("baker")
    scene.register("baker-1", "baker")
    status, body = fetch(scene, "licence", shown="baker-1")
    expect((status, b"no root of locks" in body), (403, True), f"a licence for a till ({body})")
    scene.credit("device", "revoke", "dock-2", *WHY)
    status, body = fetch(scene, "licence", shown="dock-2")
    expect((status, b"revoked" in body), (403, True), f"a licence for a dock that was stolen ({body})")
    tell("a licence goes to the dock that shows its certificate, and not to a till, a stranger or a revoked dock")


def independently(scene):
    """What dock 1 sent, by npm's cose-js and by greentill verify, with the locks' keys that the service exports."""
    folder = scene.stack.folder
    claims_file, locks = folder / "dock-1.cborseq", folder / "locks.toml"
    good = [seq for seq in range(1, scene.one.chain.head + 1)
            if seq == 1 or isinstance(scene.one.standing(scene.one.chain, seq), int)]
    claims_file.write_bytes(b"".join(scene.one.chain.messages[seq] for seq in good))
    scene.credit("lock", "export", "--out", locks)
    done = subprocess.run(["node", HERE.parent / "claim/check_cose.mjs", "--claims", claims_file, "--certificates",
                           scene.identities / "dock-1.crt", "--locks", locks, "--flip"], capture_output=True, text=True)
    fail_unless(done.returncode == 0, f"cose-js: {done.stdout}{done.stderr}")
    rides = len(good) - 1
    fail_unless(f"{rides} rides of locks" in done.stdout, f"cose-js verified other rides: {done.stdout}")
    claims_file.write_bytes(b"".join(scene.one.chain.messages[1:]))
    verified = subprocess.run([scene.stack.program("greentill"), "verify", claims_file, "--certificate", scene.identities / "dock-1.crt",
                               "--methodologies", ROOT / "config/methodologies", "--locks", locks, "--json"], capture_output=True, text=True)
    found = json.loads(verified.stdout)
    expect(found["unchecked_statements"], 0, "statements that greentill verify did not look at")
    codes = {one["code"] for one in found["findings"]}
    expect(codes, {"bad-statement", "other-statement", "unknown-lock", "no-statement", "unsupported"}, "what greentill verify finds in all that dock 1 sent")
    print(done.stdout.strip())
    tell(f"cose-js verifies the {rides} rides that stand and no changed byte of them; greentill verify finds what dock 1 made up")


def journey(folder, binaries):
    with stage(folder, binaries) as scene:
        honest(scene)
        changed_on_the_way(scene)
        made_up(scene)
        anothers_lock(scene)
        told_twice(scene)
        not_registered_any_more(scene)
        twins(scene)
        independently(scene)
        licences(scene)
        scene.check()


if __name__ == "__main__":
    sys.exit(main(__doc__, "attacks-locks", journey))
