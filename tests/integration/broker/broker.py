#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What docs/mqtt.md, "The broker", promises, tried by clients that mean ill: stolen batches, others' ids, topics and wills; and that whoever is
revoked goes at once and stays out, while everybody else stays.

Attacks of tests/integration/attacks/README.md: number 1, 49 sessions on the workers' share, is shared_subscription(), and others_ids() shows that
one certificate opens no second session at all; number 4, the client ids `credit-1` and another device's, is others_ids().
"""
import hashlib
import pathlib
import signal
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "support"))
sys.path.insert(0, str(HERE.parent / "trust"))

from promises import fail_unless, journey_parser, run_journey  # noqa: E402
from raw_mqtt import NOT_AUTHORISED, Refused, Session  # noqa: E402
from parts import PATIENCE_S, wait_until  # noqa: E402
from stack import Stack  # noqa: E402
from authority import Authority, certificate_pem  # noqa: E402
from cryptography.hazmat.primitives import serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402

HOSTILE = 49
BATCHES = 200
REVOKED_TOPIC = "greentill/v1/guard/revoked"
MUST_END_IN_S = 10


def tell(what):
    print(what, flush=True)


class Site:
    """A broker, with the service where it is started, and devices whose certificates are made as they are needed."""

    def __init__(self, folder, binaries, guarded=True):
        self.stack = Stack(folder, binaries, guarded=guarded)
        self.stack.prepare()
        self.identities = self.stack.identities
        self.authority = Authority.of_files(self.identities / "devices-ca.crt", self.identities / "ca.key")
        self.made = set()

    def make(self, name, file=None):
        """A certificate with that common name, in files of that name; the hash of its key."""
        file = file or name
        key = ec.generate_private_key(ec.SECP256R1())
        (self.identities / f"{file}.key").write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        (self.identities / f"{file}.crt").write_bytes(certificate_pem(name, key, self.authority))
        self.made.add(file)
        return hashlib.sha256(key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)).hexdigest()

    def device(self, name, file=None, **options):
        """A connection of the device that must succeed."""
        if (file or name) not in self.made:
            self.make(name, file)
        return Session(self.stack.broker_port, self.identities, file or name, name, **options)

    def worker(self, client_id="credit-test", **options):
        return Session(self.stack.worker_port, self.identities, "service", client_id, **options)

    def refusal(self, port, identity, client_id):
        """With which reason the client is kept out, None by TLS; it must not come in."""
        try:
            Session(port, self.identities, identity, client_id).drop()
        except Refused as refused:
            return refused.reason
        raise AssertionError(f"{identity} came in as {client_id}")

    def start_service(self):
        self.stack.start_workers()
        wait_until(lambda: "takes batches from" in self.stack.workers[0].log.read_text(), PATIENCE_S, "the service")

    def hang_up(self):
        """The broker begins to read its files again; whoever it answers from then on meets the new ones."""
        before = self.broker_says()
        self.stack.broker.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.broker_says().count("Reloading config") > before.count("Reloading config"), PATIENCE_S, "the broker to read again")

    def broker_says(self):
        return self.stack.broker.log.read_text(errors="replace")


def topic(device, part):
    return f"greentill/v1/{device}/{part}"


def stolen(folder, binaries, guarded):
    """How many of the honest batches arrive where hostile devices know even the share group's name, and how many of them it let in."""
    site = Site(folder, binaries, guarded)
    with site.stack:
        site.stack.start_broker()
        share = f"$share/{site.stack.share_group}/{topic('+', 'claims')}"
        worker = site.worker()
        fail_unless(worker.subscribe(share) == 1, "the worker's subscription is refused")
        hostile = [site.device(f"hostile-{number}") for number in range(HOSTILE)]
        granted = [one.subscribe(share) for one in hostile].count(1)
        honest = site.device("honest")
        for number in range(BATCHES):
            fail_unless(honest.publish(topic("honest", "claims"), b"batch %d" % number) == 0, "an honest batch is refused")
        return len(worker.receive(BATCHES)), granted


def shared_subscription(folder, binaries):
    arrived, granted = stolen(folder / "unguarded", binaries, guarded=False)
    fail_unless(granted == HOSTILE and arrived < BATCHES / 4, f"without the guard {arrived} batches arrive: this attack shows nothing")
    tell(f"without the guard {HOSTILE} hostile devices leave the worker {arrived} of {BATCHES} batches")
    arrived, granted = stolen(folder / "guarded", binaries, guarded=True)
    fail_unless(granted == 0 and arrived == BATCHES, f"with the guard {granted} hostile devices subscribed and {arrived} batches arrived")
    tell(f"with it {arrived} of {BATCHES} arrive, and no hostile subscription is granted")


def others_ids(site):
    """Nobody takes another's session, and each side's certificate opens its own door alone."""
    ports = site.stack.broker_port, site.stack.worker_port
    victim, worker = site.device("victim"), site.worker("credit-test")
    site.make("hostile")
    site.make("credit", "false-credit")
    for identity, client_id in (("hostile", "victim"), ("hostile", "credit-1"), ("hostile", ""), ("hostile", "hostile2"), ("false-credit", "credit"),
                                ("false-credit", "credit-1")):
        got = site.refusal(ports[0], identity, client_id)
        fail_unless(got == NOT_AUTHORISED, f"{identity} as {client_id!r}: {got}")
    for client_id in ("victim", "credit", ""):
        got = site.refusal(ports[1], "service", client_id)
        fail_unless(got == NOT_AUTHORISED, f"a worker as {client_id!r}: {got}")
    for port, identity, client_id in ((ports[1], "hostile", "hostile"), (ports[1], "false-credit", "credit-9"), (ports[0], "service", "credit-9")):
        got = site.refusal(port, identity, client_id)
        fail_unless(got is None, f"{identity} came through TLS at the other side's door: {got}")
    fail_unless(victim.publish(topic("victim", "status"), b"x") == 0 and worker.subscribe(topic("+", "status")) == 1,
                "a session was taken")
    tell("no client takes another's id, and no certificate opens the other side's door")
    return victim, worker


def others_topics(site, worker):
    """A device writes and reads its own topics alone; what is refused leaves the connection open."""
    hostile = site.device("hostile")
    own = topic("hostile", "receipts")
    fail_unless(hostile.subscribe(own) == 1, "a device may not read its receipts")
    fail_unless(worker.publish(REVOKED_TOPIC, list_text(0), retain=True) in (0, NOT_AUTHORISED), "a worker may not publish the list")
    share = f"$share/{site.stack.share_group}/{topic('+', 'claims')}"
    for wanted in (topic("victim", "receipts"), topic("+", "receipts"), topic("hostile", "#"), "#", "+/#", "$SYS/#", "$SYS/broker/version",
                   REVOKED_TOPIC, topic("hostile", "claims"), topic("+", "claims"), share, f"$share/x/{own}", f"$share/credit/{topic('+', 'claims')}"):
        got = hostile.subscribe(wanted)
        fail_unless(got == NOT_AUTHORISED, f"a device subscribes to {wanted}: {got}")
    for wanted in (topic("victim", "claims"), topic("victim", "status"), topic("victim", "receipts"), own, REVOKED_TOPIC, "$SYS/broker/x", "x"):
        got = hostile.publish(wanted, b"x")
        fail_unless(got == NOT_AUTHORISED, f"a device publishes on {wanted}: {got}")
    fail_unless(hostile.publish(topic("hostile", "claims"), b"x", retain=True) == NOT_AUTHORISED, "a device leaves claims retained")
    fail_unless(hostile.publish(topic("hostile", "status"), b"x") == 0, "a refused PUBLISH ended the connection")
    for wanted in ("#", topic("+", "claims"), topic("victim", "claims"), f"$share/credit/{topic('+', 'claims')}"):
        got = worker.subscribe(wanted)
        fail_unless(got == NOT_AUTHORISED, f"a worker subscribes to {wanted}: {got}")
    fail_unless(worker.publish(topic("hostile", "receipts"), b"for hostile") == 0 and worker.publish(topic("victim", "receipts"), b"no") == 0,
                "a worker may not write receipts")
    got = hostile.receive(2)
    fail_unless(got == [(own, b"for hostile")], f"a device got {got}")
    tell("a device writes and reads its own topics alone, and a refused PUBLISH leaves its connection open")


def others_wills(site, worker):
    worker.receive(0)
    worker.messages.clear()
    fail_unless(worker.subscribe(topic("victim", "status")) == 1 and worker.subscribe(topic("mourner", "status")) == 1, "no watching")
    worker.receive(100, 0.5)
    for wanted in (topic("victim", "status"), REVOKED_TOPIC, topic("victim", "claims")):
        site.device("mourner", will=(wanted, b"ill will")).drop()
    site.device("mourner", will=(topic("mourner", "status"), b"last will")).drop()
    got = worker.receive(100, 2.0)
    wills = [message for message in got if message[1] in (b"ill will", b"last will")]
    fail_unless(wills == [(topic("mourner", "status"), b"last will")] * len(wills) and wills, f"wills that were sent: {got}")
    tell("a will on a foreign topic is not sent")


def reloading(site, victim, worker):
    """SIGHUP, with a session that is away: refusing that one damages the broker's memory."""
    away = site.device("away", expiry=3600)
    fail_unless(away.subscribe(topic("away", "receipts")) == 1, "no subscription")
    away.drop()
    for _ in range(20):
        site.hang_up()
        # Its answer comes once the files were read: a signal before that is lost.
        fail_unless(victim.publish(topic("victim", "status"), b"x") == 0, "SIGHUP ended a device's session")
    site.stack.broker.check_alive()
    fail_unless(worker.publish(topic("victim", "receipts"), b"x") == 0, "SIGHUP ended a worker's session, or took its rights")
    fail_unless(site.device("away", expiry=3600).publish(topic("away", "status"), b"x") == 0, "a session that was away is lost")
    tell("SIGHUP leaves honest sessions alone")


def list_text(number, *lines):
    return f"greentill-revoked 1\nnumber {number}\n{''.join(line + chr(10) for line in lines)}end {len(lines)}\n".encode()


def gone_after(session, what):
    seconds = session.ends_within(PATIENCE_S)
    fail_unless(seconds is not None and seconds < MUST_END_IN_S, f"{what}: the session ended after {seconds} s")
    return seconds


def comes_in(site, name, file=None):
    try:
        return site.device(name, file)
    except Refused:
        return None


def revocation(site, victim):
    """By the registry's commands, through the running service."""
    stack, port = site.stack, site.stack.broker_port
    old_hash = site.make("twin", "twin-old")
    site.make("twin", "twin-new")
    lost, old = site.device("lost"), site.device("twin", "twin-old")
    for name, file in (("lost", "lost"), ("twin", "twin-old")):
        stack.register(name, site.identities / f"{file}.crt")
    stack.credit("key", "replace", "twin", site.identities / "twin-new.crt", "--why", "another unit")
    stack.credit("device", "revoke", "lost", "--why", "lost in the harbour")
    by_name = gone_after(lost, "device revoke")
    fail_unless(site.refusal(port, "lost", "lost") == NOT_AUTHORISED, "a revoked device comes in again")
    stack.credit("key", "revoke", old_hash, "--why", "the old unit was stolen")
    by_key = gone_after(old, "key revoke")
    fail_unless(site.refusal(port, "twin-old", "twin") == NOT_AUTHORISED, "a revoked key comes in again")
    new = site.device("twin", "twin-new")
    fail_unless(new.publish(topic("twin", "claims"), b"\xff") == 0, "the replacement may not publish")
    fail_unless(site.refusal(port, "twin-old", "twin") == NOT_AUTHORISED and new.publish(topic("twin", "status"), b"x") == 0,
                "the old unit takes the new one's session")
    fail_unless(victim.publish(topic("victim", "status"), b"x") == 0, "a revocation ended another's session")
    tell(f"a revocation ends the session after {by_name:.1f} s by name, {by_key:.1f} s by key, and the replacement works")


def daemon_says(site):
    """A real daemon that is revoked is told, and comes again once it is trusted."""
    stack = site.stack
    stack.start_daemon()
    wait_until(lambda: stack.api.status()["link"]["connected"], PATIENCE_S, "the daemon's connection")
    stack.credit("device", "revoke", stack.device, "--why", "a mistake")
    wait_until(lambda: "Not authorized (135)" in (stack.api.status()["link"]["last_error"] or ""), PATIENCE_S, "the daemon to be kept out")
    stack.credit("device", "trust", stack.device, "--why", "it was another")
    wait_until(lambda: stack.api.status()["link"]["connected"], PATIENCE_S, "the daemon to come again")
    stack.wait_delivered()
    tell("a daemon that is revoked says so, and delivers again once it is trusted")


def restarts(site):
    """The list outlives the broker and needs no service; an older one and a broken one change nothing."""
    stack = site.stack
    for part in stack.workers:
        part.stop()
    stack.broker.kill()
    stack.start_broker()
    port = stack.broker_port
    fail_unless(site.refusal(port, "lost", "lost") == NOT_AUTHORISED and site.refusal(port, "twin-old", "twin") == NOT_AUTHORISED,
                "a broker that starts again lets the revoked in")
    worker = site.worker()
    for text, words in ((list_text(1), "the kept one"), (list_text(10 ** 6)[:-2], "cut off"), (b"", "does not begin")):
        fail_unless(worker.publish(REVOKED_TOPIC, text, retain=True) == NOT_AUTHORISED, f"the broker takes {text!r}")
        fail_unless(words in site.broker_says().splitlines()[-1], f"the broker's log does not say \"{words}\"")
    fail_unless(site.refusal(port, "lost", "lost") == NOT_AUTHORISED, "a list that is not taken changed something")
    fail_unless(comes_in(site, "twin", "twin-new") is not None, "the replacement is kept out")
    site.start_service()
    fail_unless(site.refusal(port, "lost", "lost") == NOT_AUTHORISED, "the service's return let a revoked device in")
    tell("the list holds over a restart of the broker without the service; older and broken ones are refused")


def journey(folder, binaries):
    shared_subscription(folder, binaries)
    site = Site(folder / "site", binaries)
    with site.stack:
        config = site.stack.folder / "mosquitto.conf"
        config.write_text(config.read_text() + "log_type information\n")  # that it reads its files again
        site.stack.start_broker()
        victim, worker = others_ids(site)
        others_topics(site, worker)
        others_wills(site, worker)
        reloading(site, victim, worker)
        site.start_service()
        revocation(site, victim)
        daemon_says(site)
        restarts(site)
        site.stack.broker.stop()


if __name__ == "__main__":
    sys.exit(run_journey(journey_parser(__doc__.splitlines()[0], "broker"), lambda folder, arguments: journey(folder, arguments.bin)))
