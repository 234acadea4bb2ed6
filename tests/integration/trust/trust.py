#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Each row of docs/troubleshooting.md, "Certificates and clocks": the case is made with the real daemon, service and broker, and both
ends must tell it in the row's words. A row without a case here, or a case without a row, fails.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "support"))
sys.path.insert(0, str(HERE))

from faked_clock import faked  # noqa: E402
from promises import ROOT, fail_unless, journey_parser, run_journey  # noqa: E402
from parts import PATIENCE_S, StackError, wait_until  # noqa: E402
from stack import Stack  # noqa: E402
from authority import Authority, certificate_pem, load_key  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.x509.oid import ExtendedKeyUsageOID  # noqa: E402

RIDE = '\n[[detector]]\nname = "ride"\nplugin = "ride"\n'
DAY_S = 86_400
NOTHING = "nothing"


def rows():
    """The table's rows: what happened, what the daemon says, what the service says."""
    text = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    section = text.split("\n## Certificates and clocks\n", 1)[1].split("\n## ", 1)[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")]
    return {row[0]: row[1:3] for row in cells[2:]}


def holds(words, text):
    pattern = ".*".join(re.escape(part.strip()) for part in words.split("…"))
    return any(re.search(pattern, line) for line in text.splitlines())


class Site:
    """An installation in which one thing is wrong. `tls`: through the broker's own checks; else through one on this machine, as behind a
    bridge, that looks at no certificate."""

    def __init__(self, folder, binaries, tls=False):
        self.stack = Stack(folder, binaries)
        self.stack.prepare(detectors=RIDE, registered=False)
        self.identities = self.stack.identities
        self.key = load_key(self.identities / f"{self.stack.device}.key")
        self.registered = False  # the device's certificate is, at the start, unless a case says otherwise
        self.authority = Authority.of_files(self.identities / "ca.crt", self.identities / "ca.key")
        self.edit("greentill.toml", "receipt_timeout_s = 5", "receipt_timeout_s = 1")
        if not tls:
            self.make_plain()

    def edit(self, file, old, new):
        path = self.stack.folder / file
        text = path.read_text()
        fail_unless(old in text, f"{file} lacks {old}")
        path.write_text(text.replace(old, new))

    def make_plain(self):
        (self.stack.folder / "mosquitto.conf").write_text(
            f"listener {self.stack.broker_port} 127.0.0.1\nlistener {self.stack.worker_port} 127.0.0.1\n"
            f"allow_anonymous true\nmax_packet_size 196608\nmax_inflight_messages 256\nlog_type error\n")
        for file in ("greentill.toml", "credit.toml"):
            self.edit(file, "mqtts://", "tcp://")

    def certify(self, pem, registered=True):
        """The device signs under this certificate, which the operator has registered as well."""
        (self.identities / f"{self.stack.device}.crt").write_bytes(pem)
        self.registered = True
        if registered:
            self.register(pem)

    def register(self, pem, device=None):
        file = self.stack.folder / "registered.crt"
        file.write_bytes(pem)
        self.stack.register(device, file)

    def issue(self, issuer=None, key=None, **options):
        return certificate_pem(self.stack.device, key or self.key, issuer or self.authority, **options)

    def start(self, daemon=None, service=None):
        """With these environments. A daemon that ends at once is looked at all the same."""
        if not self.registered:
            self.certify((self.identities / f"{self.stack.device}.crt").read_bytes())
        self.stack.daemon.environment = daemon
        self.stack.workers[0].environment = service
        self.stack.start_broker()
        self.start_service()
        self.stack.daemon.start()
        wait_until(lambda: self.stack.api.healthy() or not self.stack.daemon.running, PATIENCE_S, "the daemon")
        if self.stack.daemon.running:
            self.sell()

    def start_service(self):
        worker = self.stack.workers[0]
        before = worker.log.stat().st_size if worker.log.exists() else 0
        worker.start()

        def takes():
            worker.check_alive()
            return "takes batches from" in worker.log.read_text(errors="replace")[before:]
        wait_until(takes, PATIENCE_S, "the service")

    def sell(self):
        end = int(time.time()) - 60
        ride = {"issuer": "dock", "event_id": str(time.monotonic_ns()), "kind": "trip", "mode": "bike.shared", "begin": end - 900, "end": end,
                "quantities": {"m.odometer": 2000}}
        status, body = self.stack.api.post(json.dumps(ride))
        fail_unless(status == 200, f"a sale was answered {status}: {body[:300]!r}")

    def run(self, program, *arguments, environment=None):
        done = subprocess.run([str(self.stack.program(program)), *map(str, arguments)], capture_output=True, text=True,
                              env=environment)
        return done.stdout + done.stderr

    def daemon_says(self):
        text = self.stack.daemon.log.read_text(errors="replace")
        if self.stack.daemon.running:
            status = self.stack.api.status()
            text += "\n".join([*status["warnings"], status["link"]["last_error"] or ""])
        return text

    def service_says(self):
        checked = self.run("greentill-credit", "config", "check", "--config", self.stack.folder / "credit.toml")
        return self.stack.workers[0].log.read_text(errors="replace") + "".join(f"check: {line}\n" for line in checked.splitlines())

    def expect(self, words):
        """An end of which the row says "nothing" has not warned by the time that the other has said its words."""
        def told():
            return all(said == NOTHING or holds(said, text())
                       for said, text in zip(words, (self.daemon_says, self.service_says)))
        try:
            wait_until(told, PATIENCE_S, "both ends' words", pause=0.3)
        except StackError:
            raise StackError(f"wanted {words}\nThe daemon:\n{self.daemon_says()}\nThe service:\n{self.service_says()}") from None
        for said, part in zip(words, (self.stack.daemon, self.stack.workers[0])):
            warned = re.findall(r"^\S+ (?:warning|error) .*", part.log.read_text(errors="replace"), re.MULTILINE)
            fail_unless(said != NOTHING or not warned, f"{part.name} was to say nothing, and said: {warned}")

    def mend(self, pem):
        """With the right certificate everything that waited is booked."""
        self.stack.daemon.kill()
        self.certify(pem)
        self.stack.daemon.environment = None
        self.stack.start_daemon()
        self.stack.wait_delivered()


def expired(site):
    site.certify(site.issue(begin=-20, end=-10))
    site.start()


def after_expired(site):
    # Claims name the old certificate, which stays registered beside its renewal.
    site.mend(site.issue())


def not_yet_valid(site):
    site.certify(site.issue(begin=5, end=400))
    site.start()


def self_signed(site):
    site.certify(certificate_pem(site.stack.device, site.key, None))
    site.start()


def foreign(site):
    site.certify(site.issue(Authority.new("Another CA")))
    site.start()


def no_intermediate(site):
    site.intermediate = Authority.new("Intermediate CA", site.authority)
    site.certify(site.issue(site.intermediate))
    site.start()


def after_no_intermediate(site):
    whole = (site.identities / f"{site.stack.device}.crt").read_bytes() + site.intermediate.pem
    site.mend(whole)


def no_digital_signature(site):
    site.certify(site.issue(signs=False))
    site.start()


def no_client_usage(site):
    site.certify(site.issue(usages=(ExtendedKeyUsageOID.SERVER_AUTH,)))
    site.start()


def not_registered(site):
    site.certify(site.issue(), registered=False)
    site.start()


def service_renewed(site):
    shutil.copy(site.identities / "service.crt", site.identities / "old-service.crt")
    site.edit("greentill.toml", "identities/service.crt", "identities/old-service.crt")
    for name in ("service.crt", "service.key"):
        (site.identities / name).unlink()
    subprocess.run([ROOT / "tests/support/make_ca.sh", site.identities], check=True)
    site.start()


def after_service_renewed(site):
    """One message, lasting: receipts go on coming, and nothing else is said meanwhile."""
    before = site.stack.api.status()["link"]["receipts_refused"]
    wait_until(lambda: site.stack.api.status()["link"]["receipts_refused"] > before + 1, PATIENCE_S, "more receipts")
    lines = [line for line in site.stack.daemon.log.read_text().splitlines() if " warning uplink: " in line or " error uplink: " in line]
    first = next(index for index, line in enumerate(lines) if "renewed under a new key" in line)
    fail_unless(lines[first + 1:] == [], f"the log does not tell it once, and then nothing else: {lines}")
    both = (site.identities / "service.crt").read_bytes() + (site.identities / "old-service.crt").read_bytes()
    (site.identities / "old-service.crt").write_bytes(both)
    site.stack.daemon.kill()
    site.stack.start_daemon()
    site.stack.wait_delivered()


def device_never_set(site):
    site.start(daemon=faked("@1970-01-02 00:00:00"))


def device_went_back(site):
    site.start()
    site.stack.wait_delivered()
    site.stack.daemon.kill()
    site.stack.daemon.environment = faked(f"-{2 * DAY_S}")
    site.stack.start_daemon()


def device_ahead(site):
    site.start(daemon=faked(f"+{3 * DAY_S}"))


def device_beyond_certificates(site):
    site.start(daemon=faked(f"+{3000 * DAY_S}"))


def another_device(site):
    key = ec.generate_private_key(ec.SECP256R1())
    site.register(certificate_pem("device-2", key, site.authority), "device-2")


def service_never_set(site):
    site.start(service=faked("@2001-01-02 00:00:00"))


def service_beyond_certificates(site):
    another_device(site)
    site.start(service=faked(f"+{3000 * DAY_S}"))


def service_went_back(site):
    # The device's certificate has to be valid by that clock too.
    site.certify(site.issue(begin=-30))
    site.start()
    site.stack.wait_delivered()
    site.stack.workers[0].kill()
    site.stack.workers[0].environment = faked(f"-{5 * DAY_S}")
    site.start_service()
    site.sell()


# What happened, as the row says it: how it is made, whether through the broker's own checks, what must hold once it was mended.
CASES = {
    "the device's certificate expired": (expired, False, after_expired),
    "the device's certificate expired, and the broker looks at it": (expired, True, None),
    "the device's certificate is not valid yet": (not_yet_valid, False, None),
    "the device's certificate is self-signed": (self_signed, False, None),
    "another authority issued the device's certificate": (foreign, False, None),
    "an intermediate authority's certificate is missing": (no_intermediate, False, after_no_intermediate),
    "the device's certificate lacks digitalSignature": (no_digital_signature, False, None),
    "the device's certificate lacks clientAuth": (no_client_usage, True, None),
    "the device's certificate is not registered at the operator's": (not_registered, False, None),
    "the service's certificate was renewed under a new key": (service_renewed, True, after_service_renewed),
    "the device's clock was never set": (device_never_set, False, None),
    "the device's clock went back": (device_went_back, False, None),
    "the device's clock is days ahead": (device_ahead, True, None),
    "the device's clock is so far ahead that the broker's certificate looks expired": (device_beyond_certificates, True, None),
    "the service's clock was never set": (service_never_set, False, None),
    "the service's clock is so far ahead that all certificates look expired": (service_beyond_certificates, False, None),
    "the service's clock went back": (service_went_back, False, None),
}


def journey(folder, binaries, only):
    table = rows()
    fail_unless(set(table) == set(CASES), f"rows and cases differ: {sorted(set(table) ^ set(CASES))}")
    for number, (what, (make, tls, after)) in enumerate(CASES.items()):
        if only not in what:
            continue
        site = Site(folder / f"case-{number}", binaries, tls)
        with site.stack:
            make(site)
            site.expect(table[what])
            if after:
                after(site)
        print(f"told at both ends: {what}", flush=True)


def main():
    parser = journey_parser(__doc__.splitlines()[0], "trust")
    parser.add_argument("--only", default="", help="cases whose row holds this")
    return run_journey(parser, lambda folder, arguments: journey(folder, arguments.bin, arguments.only))


if __name__ == "__main__":
    sys.exit(main())
