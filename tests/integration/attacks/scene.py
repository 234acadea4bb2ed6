# SPDX-License-Identifier: Apache-2.0
"""Where attacks happen: a real broker with its guard, real workers, a registry with several merchants, and what the books say of it all."""
import json
import os
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parents[1] / "support"))
sys.path.insert(0, str(HERE.parent / "trust"))

from promises import ROOT, fail_unless, journey_parser, run_journey  # noqa: E402
from parts import PATIENCE_S, wait_until  # noqa: E402
from stack import Stack  # noqa: E402
from authority import Authority, certificate_pem, load_certificate  # noqa: E402
from cryptography.hazmat.primitives import serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from claims import Chain  # noqa: E402
from device import Device  # noqa: E402

WHY = ("--why", "the test says so")


class Scene:
    """A stack without a daemon, whose registry has no device yet. `programme` makes another text of the shipped programme's."""

    def __init__(self, folder, binaries, workers=1, programme=None, stack=None):
        self.stack = stack or Stack(folder, binaries, workers=workers)
        self.identities = self.stack.identities
        self.stack.make_certificates()
        self.stack.write_configuration()
        if programme:
            shipped = (ROOT / "config/programme.toml").read_text()
            (self.stack.folder / "programme.toml").write_text(programme(shipped))
        own_key = self.identities / "ca/devices.key"  # of authorities that greentill-credit made
        self.authority = Authority.of_files(self.identities / "devices-ca.crt", own_key if own_key.exists() else self.identities / "ca.key")
        self.receipts_key = load_certificate(self.identities / "service.crt").public_key()
        self.broker_port = self.stack.broker_port
        self.credit = self.stack.credit

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.kill()

    # The registry.

    def merchant(self, name):
        """A merchant with a root of its name."""
        self.credit("merchant", "add", name, "--name", name, "--zone", "Europe/Helsinki")
        self.credit("root", "add", name, "--owner", name)

    def reporter(self, root, merchant):
        self.credit("root", "reporter", root, merchant, *WHY)

    def make_key(self, name, file=None):
        """A key and a certificate of that common name that the broker lets in, in files of that name."""
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (self.identities / f"{file or name}.key").write_bytes(pem)
        (self.identities / f"{file or name}.crt").write_bytes(certificate_pem(name, key, self.authority))

    def register(self, name, merchant, *roots, kind="dock"):
        """Its roots: the merchant's own where none is named."""
        self.make_key(name)
        named = [word for root in roots or (merchant,) for word in ("--root", root)]
        self.credit("device", "add", name, "--class", kind, "--merchant", merchant, "--site", "site-1", *named)
        self.credit("key", "add", name, self.identities / f"{name}.crt")
        self.credit("device", "settings", name, "--out", self.identities / f"{name}.settings.toml")

    def device_of(self, name):
        """A registered device that is connected, and has begun its chain."""
        device = Device(self, name).connect()
        device.chain = Chain(device)
        device.send(device.chain)
        return device

    # The service.

    def start(self):
        self.stack.start_broker()
        for worker in self.stack.workers:
            self.start_worker(worker)

    def start_worker(self, worker=None):
        worker = worker or self.stack.workers[0]
        before = len(self.said(worker))
        worker.start()

        def takes():
            worker.check_alive()
            return "takes batches from" in self.said(worker)[before:]
        wait_until(takes, PATIENCE_S, worker.name)

    @staticmethod
    def said(worker):
        return worker.log.read_text(errors="replace") if worker.log.exists() else ""

    def processor_s(self):
        """What the first worker has used so far, of all its threads."""
        stat = pathlib.Path(f"/proc/{self.stack.workers[0].process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def stored_bytes(self):
        return sum(file.stat().st_size for file in self.stack.folder.glob("ledger.db*"))

    # The books.

    def json_of(self, *command):
        return json.loads(self.credit(*command, "--json"))

    def report(self):
        return self.stack.report()

    def net_mg(self, by="device"):
        """What each device, or merchant, has of what it was granted, if anything."""
        return {line[by]: line["net_mg"] for line in self.json_of("statement", "--by", by)["lines"] if line["net_mg"] != 0}

    def refused(self, device=None):
        """How many claims are refused, by reason."""
        counts = {}
        for one in self.json_of("refusals", "--limit", "1000000", *(("--device", device) if device else ()))["refusals"]:
            counts[one["reason"]] = counts.get(one["reason"], 0) + 1
        return counts

    def held(self, *filters):
        """How many are held, by device and reason."""
        counts = {}
        for group in self.json_of("held", "list", *filters)["groups"]:
            key = group["device"], group["reason"]
            counts[key] = counts.get(key, 0) + group["claims"]
        return counts

    def chains(self, device):
        """(state, reason) by chain id."""
        [found] = self.json_of("devices", device)["devices"]
        return {bytes.fromhex(one["chain"]): (one["state"], one["reason"]) for one in found["chains"]}

    def check(self):
        """The books hold."""
        found = self.json_of("check")
        fail_unless(found["holds"] and not found["wrong"], f"the books do not hold: {found['wrong']}")


def expect(got, wanted, what):
    fail_unless(got == wanted, f"{what}: {got}, not {wanted}")


def tell(number, what):
    print(f"attack {number}: {what}", flush=True)


def with_ceilings(text, **ceilings):
    """The programme with other ceilings of rides on shared bikes."""
    head, ride, rest = re.split(r'(?s)(name = "ride\.bike\.shared".*?\n\n)', text, maxsplit=1)
    said = ", ".join(f"{kind} = {mg}" for kind, mg in ceilings.items())
    ride, found = re.subn(r"(?m)^ceiling_per_day_mg = .*$", f"ceiling_per_day_mg = {{ {said} }}", ride)
    fail_unless(found == 1, "the shipped programme has no ceilings of shared bikes")
    return head + ride + rest


def main(doc, name, journey):
    parser = journey_parser(doc.splitlines()[0], name)
    return run_journey(parser, lambda folder, arguments: journey(folder, arguments.bin))
