#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Enrols devices by clients that are not ours: strongSwan's pki and curl, with requests made by OpenSSL, which also reads what they get.
The authorities are those of `greentill-credit ca init`; a device that was enrolled so claims, over a broker with their doors. The service
dies at each write of an enrolment, a rekey and a replacement, and the same request again has one answer."""
import base64
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "support"))

from ends import add_turn, end_at  # noqa: E402
from faked_clock import faked  # noqa: E402
from promises import CORPORA, ROOT, fail_unless, journey_parser, run_journey  # noqa: E402
from stack import PATIENCE_S, Part, Stack, connects, free_port, output_of, wait_until  # noqa: E402

RIDE = '\n[[detector]]\nname = "ride"\nplugin = "ride"\n'
DAY_S = 86_400


def run(*command, code=0, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, **{"text": True, **options})
    fail_unless(code is None or done.returncode == code, f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done


class Key:
    """A P-256 key in a file, with a request whose subject is nobody's business."""

    def __init__(self, folder, name):
        self.key, self.der, self.certificate = folder / f"{name}.key", folder / f"{name}.csr", folder / f"{name}.crt"
        run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.key)
        os.chmod(self.key, 0o600)
        run("openssl", "req", "-new", "-key", self.key, "-subj", "/CN=credit/O=whatever", "-outform", "der", "-out", self.der)


class Office:
    """A folder with authorities, the service's configuration and a registry."""

    def __init__(self, folder, binaries):
        self.folder, self.binaries = folder, binaries
        self.port = free_port()
        self.url = f"https://localhost:{self.port}/.well-known/est"
        self.books = folder / "books"
        for name in ("books", "logs"):
            (folder / name).mkdir(parents=True)
        self.fingerprint = json.loads(self.tool("ca", "init", folder / "ca", "--name", "Example programme", "--json"))["fingerprint"]
        for name, kind, options in (("est", "server", ("--host", "localhost,127.0.0.1")), ("service", "worker", ()),
                                    ("broker", "server", ("--host", "localhost"))):
            key = Key(folder, name)
            self.tool("ca", "issue", folder / "ca", kind, "--request", key.der, "--out", key.certificate, *options)
        (folder / "share-group").write_text("0123456789abcdef0123456789abcdef\n")
        (folder / "share-group").chmod(0o600)
        self.config = folder / "credit.toml"
        self.config.write_text(f"""\
database = "books/ledger.db"
methodologies = "{ROOT}/config/methodologies"
programme = "{ROOT}/config/programme.toml"
[broker]
server = "mqtts://localhost:1"
share_group = "share-group"
authorities = "ca/anchors.crt"
certificate = "service.crt"
key = "service.key"
{self.est_table()}""")
        self.credit("merchant", "add", "cafe", "--name", "Cafe", "--zone", "Europe/Helsinki")
        self.credit("root", "add", "cafe", "--owner", "cafe")
        self.service = self.make_service()

    def est_table(self):
        return (f'[est]\nlisten = "127.0.0.1:{self.port}"\ncertificate = "{self.folder}/est.crt"\nkey = "{self.folder}/est.key"\n'
                f'authority = "{self.folder}/ca"\nurl = "https://localhost:{self.port}"\n')

    def tool(self, *arguments):
        return output_of(self.binaries / "bin/greentill-credit", *arguments)

    def credit(self, *arguments):
        return self.tool(*arguments, "--config", self.config)

    def device(self, name):
        self.credit("device", "add", name, "--class", "dock", "--merchant", "cafe", "--site", "x", "--root", "cafe")

    def code(self, name, *options):
        return json.loads(self.credit("code", "add", name, "--json", *options))["code"]

    def keys(self, name):
        """As key list has them, the device's own."""
        return json.loads(self.credit("key", "list", "--device", name, "--json"))["keys"]

    def make_service(self, environment=None):
        return Part("greentill-credit", [self.binaries / "bin/greentill-credit", "run", "--config", self.config],
                    self.folder / "logs/service.log", environment)

    def start(self, environment=None):
        self.service = self.make_service(environment)
        self.service.start()

        def listens():
            self.service.check_alive()
            return connects(self.port)
        wait_until(listens, PATIENCE_S, "the EST server to listen")

    # curl

    def post(self, operation, key, code=None, shown=None, label=""):
        """The status, the body, and the certificate's file where there was one."""
        body = key.der.with_suffix(".b64")
        body.write_text(base64.encodebytes(key.der.read_bytes()).decode())
        out = key.der.with_suffix(".answer")
        command = ["curl", "-sS", "--cacert", self.folder / "ca/root.crt", "-o", out, "-w", "%{http_code}", "-H", "Content-Type: application/pkcs10",
                   "--data-binary", f"@{body}", f"{self.url}/{label}{operation}"]
        command += ["-u", f"{code[0]}:{code[1]}"] if code else []
        command += ["--cert", shown.certificate, "--key", shown.key] if shown else []
        done = run(*command, code=None)
        status = int(done.stdout) if done.returncode == 0 else 0
        if status == 200:
            der = base64.b64decode(out.read_text())
            read = subprocess.run(["openssl", "pkcs7", "-inform", "der", "-print_certs"], input=der, capture_output=True, check=True)
            key.certificate.write_bytes(read.stdout)
        return status, out.read_text() if out.exists() else ""

    def enrol(self, name, key, code):
        return self.post("simpleenroll", key, code=(name, code))


def text_of(certificate, *what):
    return run("openssl", "x509", "-in", certificate, "-noout", *what).stdout


def thumbprint(certificate):
    return text_of(certificate, "-fingerprint", "-sha256").split("=")[1].replace(":", "").strip().lower()


def strongswan(office, folder):
    """pki --estca gets the authorities, pki --est enrols, renews and rekeys."""
    office.device("swan-1")
    root = office.folder / "ca/root.crt"
    run("pki", "--estca", "--url", f"https://localhost:{office.port}", "--cacert", root, "--caout", folder / "got.pem", "--outform", "pem",
        "--force")
    got = {thumbprint(file) for file in folder.glob("got*.pem")}
    wanted = {thumbprint(office.folder / f"ca/{name}.crt") for name in ("root", "devices", "workers", "signers")}
    fail_unless(got == wanted, f"pki --estca got {got}, not {wanted}")
    first, second = Key(folder, "swan-first"), Key(folder, "swan-second")
    est = ["pki", "--est", "--url", f"https://localhost:{office.port}", "--cacert", root, "--cacert", office.folder / "ca/devices.crt",
           "--outform", "pem"]
    first.certificate.write_text(run(*est, "--in", first.der, "--userpass", f"swan-1:{office.code('swan-1')}").stdout)
    run("openssl", "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", root, "-untrusted", office.folder / "ca/devices.crt",
        first.certificate)
    run("openssl", "verify", "-CAfile", office.folder / "ca/devices-door.crt", first.certificate)
    run("openssl", "verify", "-CAfile", office.folder / "ca/workers-door.crt", "-untrusted", office.folder / "ca/devices.crt",
        first.certificate, code=2)
    said = text_of(first.certificate, "-subject", "-ext", "subjectAltName,extendedKeyUsage,keyUsage,basicConstraints")
    for part in ("CN = swan-1\n", "URI:urn:greentill:device:swan-1", "TLS Web Client Authentication\n", "Digital Signature\n", "CA:FALSE"):
        fail_unless(part in said, f"the certificate lacks {part}: {said}")
    renewed = run(*est, "--in", first.der, "--cert", first.certificate, "--key", first.key).stdout
    fail_unless(renewed == first.certificate.read_text(), "a renewal on the same day made another certificate")
    second.certificate.write_text(run(*est, "--in", second.der, "--cert", first.certificate, "--key", first.key).stdout)
    fail_unless([one["successor"] is None for one in office.keys("swan-1")] == [False, True], "the rekey left no successor")
    refused = run(*est, "--in", first.der, "--cert", first.certificate, "--key", first.key, code=None)
    fail_unless(refused.returncode != 0, "a replaced key's certificate was renewed")


def confirmation(office, folder):
    """strongSwan polls until the operator has compared the fingerprint; curl sees what it is answered meanwhile."""
    office.device("waits-1")
    key, code = Key(folder, "waits"), office.code("waits-1", "--confirm")
    status, said = office.enrol("waits-1", key, code)
    fail_unless(status == 202, f"unconfirmed: {status} {said}")
    shown = json.loads(office.credit("code", "show", "waits-1", "--json"))
    fail_unless(shown["standing"] == "presented", f"{shown}")
    spki = run("openssl", "req", "-inform", "der", "-in", key.der, "-pubkey", "-noout").stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=spki.encode(), capture_output=True, check=True).stdout
    digest = subprocess.run(["openssl", "sha256", "-r"], input=der, capture_output=True, check=True).stdout.decode()[:64]
    fail_unless(shown["key"] == digest, "the key shown is not the request's")
    polling = subprocess.Popen(["pki", "--est", "--url", f"https://localhost:{office.port}", "--cacert", office.folder / "ca/root.crt",
                                "--outform", "pem", "--in", key.der, "--userpass", f"waits-1:{code}", "--interval", "1", "--maxpolltime", "60"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    run(office.binaries / "bin/greentill-credit", "code", "confirm", "waits-1", "--fingerprint", "0000", "--config", office.config, code=1)
    office.credit("code", "confirm", "waits-1", "--fingerprint", shown["fingerprint"].lower())
    got = polling.communicate(timeout=PATIENCE_S)[0].decode()
    key.certificate.write_text(got)
    fail_unless("CN = waits-1\n" in text_of(key.certificate, "-subject"), f"pki --est ended with {polling.returncode}")


def wrong_ones(office, folder):
    """What a CA must refuse, with whom it is right."""
    office.device("one-1")
    office.device("two-2")
    key, other = Key(folder, "one"), Key(folder, "other")
    code = office.code("one-1")
    fail_unless(office.enrol("two-2", key, code)[0] == 401, "a code was good for another device")
    fail_unless(office.enrol("one-1", key, code[:-1] + ("A" if code[-1] != "A" else "B"))[0] == 401, "a wrong digit passed")
    fail_unless(office.enrol("one-1", key, code)[0] == 200, "the right code was refused")
    first = thumbprint(key.certificate)
    fail_unless(office.enrol("one-1", key, code.lower().replace("-", ""))[0] == 200 and thumbprint(key.certificate) == first,
                "the same code and key had another answer")
    fail_unless(office.enrol("one-1", other, code)[0] == 403, "a second key was taken with one code")
    fail_unless(office.post("simplereenroll", key)[0] == 401, "nobody renewed")
    fail_unless(office.post("simplereenroll", key, shown=key, label="devices/")[0] == 200, "the label was refused")
    fail_unless(office.post("simplereenroll", key, shown=key, label="workers/")[0] == 404, "workers were enrolled")
    stranger = Key(folder, "stranger")
    run("openssl", "req", "-new", "-x509", "-key", stranger.key, "-subj", "/CN=one-1", "-out", stranger.certificate)
    fail_unless(office.post("simplereenroll", stranger, shown=stranger)[0] == 403, "a stranger's certificate was renewed")
    office.credit("device", "revoke", "one-1", "--why", "test")
    status, said = office.post("simplereenroll", key, shown=key)
    fail_unless(status == 403 and "revoked" in said, f"revoked: {status} {said}")
    crl = folder / "devices.crl"
    office.credit("ca", "crl", office.folder / "ca", "devices", "--out", crl)
    door = office.folder / "ca/devices-door.crt"
    fail_unless("verify OK" in run("openssl", "crl", "-in", crl, "-CAfile", door, "-noout").stderr, "the list's signature")
    revoked = run("openssl", "verify", "-crl_check", "-CAfile", door, "-CRLfile", crl, key.certificate, code=2)
    fail_unless("certificate revoked" in revoked.stderr, revoked.stderr)
    run("openssl", "verify", "-crl_check", "-CAfile", door, "-CRLfile", crl, folder / "waits.crt")
    run(office.binaries / "bin/greentill-credit", "ca", "crl", office.folder / "ca", "workers", "--out", folder / "workers.crl", "--also",
        office.folder / "service.crt")
    listed = run("openssl", "crl", "-in", folder / "workers.crl", "-noout", "-text").stdout
    fail_unless(text_of(office.folder / "service.crt", "-serial").strip().split("=")[1] in listed, "the worker is not listed")


def corpus(office, folder):
    """Requests of libest's tests are enrolled under the registry's names; its certificates open nothing."""
    samples = CORPORA / "est"
    if not samples.exists():
        fail_unless(os.environ.get("CI") != "true", "the corpus est is missing, and CI=true")
        print("SKIPPED: the corpus est is missing")
        return
    for number, name in enumerate(("estCA_proxy-csr.pem", "mfgCAs_TestMfgCA0_test.csr")):
        device = f"libest-{number}"
        office.device(device)
        key = Key(folder, device)
        run("openssl", "req", "-in", samples / name, "-outform", "der", "-out", key.der)
        status, said = office.enrol(device, key, office.code(device))
        fail_unless(status == 200, f"{name}: {status} {said}")
        fail_unless(f"CN = {device}\n" in text_of(key.certificate, "-subject"), f"{name} chose its own name")
    ours = run("openssl", "verify", "-CAfile", samples / "estCA_cacert.crt", key.certificate, code=None)
    fail_unless(ours.returncode != 0, "a certificate of ours led to libest's authority")
    key.der.write_bytes(samples.joinpath("estCA_cacert.crt").read_bytes())
    fail_unless(office.enrol(device, key, office.code(device))[0] == 400, "a certificate was taken as a request")


def one_wins(office, folder):
    """Eight at once with one code: one identity."""
    office.device("race-1")
    code = office.code("race-1")
    keys = [Key(folder, f"race-{number}") for number in range(8)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(lambda key: office.enrol("race-1", key, code)[0], keys))
    fail_unless(statuses == [200] + [403] * 7, f"eight at once were answered {statuses}")
    fail_unless(len(office.keys("race-1")) == 1, "the race left several keys")


def grace(office, folder):
    """A certificate that expired 150 days ago is renewed, and not one of 200 days."""
    office.device("away-1")
    key = Key(folder, "away")
    fail_unless(office.enrol("away-1", key, office.code("away-1"))[0] == 200, "enrolment")
    first = thumbprint(key.certificate)
    office.service.stop()
    for days, expected in ((397 + 200, 403), (397 + 150, 200)):
        office.start(faked(f"+{days}d"))
        status, said = office.post("simplereenroll", key, shown=key)
        fail_unless(status == expected, f"after {days} days: {status} {said}")
        office.service.stop()
    fail_unless(thumbprint(key.certificate) != first, "the renewal gave the old certificate")
    office.start()


class Killing:
    """Lets the service die at its n-th write of what is asked, for every n, by a kill or a power cut in turn; then what was asked is asked again."""

    def __init__(self, office, turn):
        self.office, self.turn = office, turn
        self.count = office.folder / "kill.count"

    def at_each_write(self, what, prepare, ask):
        """`prepare(number)` answers what ask() takes, which answers a status. Returns at how many writes it died."""
        for number in range(200):
            self.office.service.stop() if self.office.service.running else None
            self.office.start()
            asked = prepare(number)
            self.office.service.stop()
            self.office.start({**end_at(self.office.binaries, self.office.books, number + 1, self.turn), "KILL_AT_FILE": str(self.count)})
            self.count.write_text(str(number + 1))
            died = ask(*asked)[0] == 0  # without an answer
            self.count.unlink()
            if died:
                self.office.service.process.wait(PATIENCE_S)
            self.office.service.kill()
            self.office.start()
            status = ask(*asked)
            fail_unless(status[0] == 200, f"{what}, killed at write {number}: asked again {status}")
            first = thumbprint(asked[-1].certificate)
            fail_unless(ask(*asked)[0] == 200 and thumbprint(asked[-1].certificate) == first, f"{what}, write {number}: two answers")
            self.check(what, number, asked)
            if not died:
                return number
        raise AssertionError(f"{what} never ended")

    def check(self, what, number, asked):
        keys = self.office.keys(asked[0])
        certificates = [one["sha256"] for key in keys for one in key["certificates"]]
        fail_unless(thumbprint(asked[-1].certificate) in certificates, f"{what}, write {number}: what was given is not registered")
        fail_unless(sum(key["successor"] is None for key in keys) == 1, f"{what}, write {number}: not one identity: {keys}")
        fail_unless(len(certificates) == len(keys), f"{what}, write {number}: {len(certificates)} certificates for {len(keys)} keys")
        self.office.credit("check")
        replayed = json.loads(self.office.credit("registry", "replay", "--json"))
        fail_unless(replayed == {"replayed": 0}, f"{what}, write {number}: the file beside the database has more than it: {replayed}")


def killed(office, folder, turn):
    killing = Killing(office, turn)

    def enrolled(name, number):
        key = Key(folder, f"{name}-before")
        fail_unless(office.enrol(name, key, office.code(name))[0] == 200, f"{name} before {number}")
        return key

    def to_enrol(number):
        name = f"kill-{number}"
        office.device(name)
        return name, office.code(name), Key(folder, name)

    def to_rekey(number):
        name = f"rekey-{number}"
        office.device(name)
        return name, enrolled(name, number), Key(folder, name)

    def to_replace(number):
        name = f"unit-{number}"
        office.device(name)
        enrolled(name, number)
        return name, office.code(name, "--replace", "--why", "burnt"), Key(folder, name)

    def enrol(name, code, key):
        return office.enrol(name, key, code)

    writes = {
        "enrolment": killing.at_each_write("enrolment", to_enrol, enrol),
        "rekey": killing.at_each_write("rekey", to_rekey, lambda name, before, key: office.post("simplereenroll", key, shown=before)),
        "replacement": killing.at_each_write("replacement", to_replace, enrol),
    }
    fail_unless(min(writes.values()) >= 5, f"the service died at too few writes: {writes}")
    return writes


def stack_of(office, folder, binaries):
    """A broker and a service under the office's authorities, the service with its EST server."""
    stack, ca = Stack(folder / "stack", binaries), office.folder / "ca"
    stack.identities.mkdir(parents=True, exist_ok=True)
    for here, there in (("ca.crt", ca / "anchors.crt"), ("devices-ca.crt", ca / "devices-door.crt"), ("workers-ca.crt", ca / "workers-door.crt"),
                        ("broker.crt", office.folder / "broker.crt"), ("broker.key", office.folder / "broker.key"),
                        ("service.crt", office.folder / "service.crt"), ("service.key", office.folder / "service.key")):
        (stack.identities / here).write_bytes(there.read_bytes())
        (stack.identities / here).chmod(0o600)
    (stack.identities / "programme.key").write_text("5a" * 32 + "\n")
    (stack.identities / "programme.key").chmod(0o600)
    stack.write_configuration(detectors=RIDE)
    with open(stack.folder / "credit.toml", "a") as config:
        config.write(office.est_table())
    return stack


def claims(folder, binaries, office):
    """A device with a certificate by strongSwan claims over a broker that knows the doors of the two authorities."""
    stack, ca = stack_of(office, folder, binaries), office.folder / "ca"
    with stack:
        stack.register_device(stack.device)
        code = json.loads(stack.credit("code", "add", stack.device, "--json"))["code"]
        stack.start_broker()
        stack.start_workers()
        wait_until(lambda: connects(office.port), PATIENCE_S, "the EST server to listen")
        key = Key(folder, "claimant")
        got = run("pki", "--est", "--url", f"https://localhost:{office.port}", "--cacert", ca / "root.crt", "--in", key.der, "--userpass",
                  f"{stack.device}:{code}", "--outform", "pem").stdout
        (stack.identities / f"{stack.device}.crt").write_text(got + (ca / "devices.crt").read_text())
        (stack.identities / f"{stack.device}.key").write_bytes(key.key.read_bytes())
        (stack.identities / f"{stack.device}.key").chmod(0o600)
        stack.start_daemon()
        now = int(os.path.getmtime(stack.identities / f"{stack.device}.crt"))
        trip = {"issuer": stack.device, "event_id": "1", "kind": "trip", "mode": "bike.shared", "begin": now - 900, "end": now - 300,
                "quantities": {"m.odometer": 2400}}
        status, body = stack.api.post(json.dumps(trip), "application/json")
        fail_unless(status == 201, f"a trip was answered {status}: {body!r}")
        stack.wait_delivered()
        report = stack.report()
        fail_unless(report["granted_mg"] > 0 and not report["refused"], f"{report}")
        stack.stop()


def journey(folder, options):
    folder = pathlib.Path(folder).resolve()
    office = Office(folder / "office", pathlib.Path(options.bin).resolve())
    work = folder / "clients"
    work.mkdir()
    office.start()
    with office.service:
        strongswan(office, work)
        confirmation(office, work)
        wrong_ones(office, work)
        corpus(office, work)
        one_wins(office, work)
        grace(office, work)
        office.service.stop()
    claims(folder, office.binaries, office)
    try:
        office.start()
        writes = killed(office, work, options.turn)
    finally:
        office.service.kill()
    log = (folder / "office/logs/service.log").read_text()
    fail_unless("over which a program had died" in log, "no change was made again")
    print(f"strongSwan enrolled, renewed and rekeyed; a device so enrolled was credited; died at every write: {writes}")


if __name__ == "__main__":
    parser = journey_parser(__doc__, "enrolment")
    add_turn(parser)
    sys.exit(run_journey(parser, journey))
