#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A daemon with a real broker and service renews what it was enrolled with, as status tells it: the server or the broker away, a
certificate that the broker refuses, nothing newer, months away. Claims go on under the same key, and are credited."""
import hashlib
import json
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "privacy"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from est_server import EstServer, ders, openssl  # noqa: E402
from promises import claims_of, fail_unless, journey_parser, run_journey  # noqa: E402
from secrets_in_memory import check, forms, pem_form, private_number  # noqa: E402
from stack import PATIENCE_S, Stack, wait_until  # noqa: E402
from technician import CODE, DEVICE, Technician, check_identity  # noqa: E402


class Scene:
    def __init__(self, stack, server, binaries):
        self.stack, self.server = stack, server
        self.identity = stack.folder / "state/identity"
        self.rides = 0
        server.codes[DEVICE] = CODE
        server.on_issue = self.register
        text = stack.daemon_config.read_text()
        lines = [line for line in text.splitlines() if not line.startswith(("key =", "certificate ="))]
        text = "\n".join(lines).replace('authorities = "identities/ca.crt"', 'authorities = "state/identity/authorities.pem"')
        stack.daemon_config.write_text(f'{text}\n[enrolment]\nserver = "{server.url}"\nretry_min_s = 1\n')
        self.technician = Technician(binaries, stack.folder / "technician", server)
        self.technician.identity = self.identity

    def register(self, device, pem):
        """As the operator's EST server does with each certificate that it issues."""
        file = self.stack.folder / f"issued-{len(self.server.issued)}.crt"
        file.write_text(pem)
        self.stack.credit("key", "add", device, file)

    def old(self, from_now):
        """The device has a certificate that began then, of 90 days."""
        self.server.issue_at, self.server.days = from_now, 90
        pem = self.server.issue(DEVICE, openssl("req", "-new", "-key", self.identity / "current/device.key", "-subj", "/CN=x", "-outform", "DER"))
        self.server.issue_at = None
        (self.identity / "current/device.crt").write_text(pem)
        return pem

    @property
    def in_use(self):
        return (self.identity / "current/device.crt").read_text()

    def renewal(self):
        return self.stack.api.status()["renewal"]

    def wait_error(self, words):
        wait_until(lambda: words in (self.renewal()["last_error"] or ""), PATIENCE_S, f"status to say \"{words}\"")

    def wait_renewed(self, old):
        wait_until(lambda: self.renewal()["renewed_at"], PATIENCE_S, "the renewal")
        fail_unless(self.in_use != old and self.in_use == self.server.issued[-1], "the new certificate is not in use")
        check_identity(self.identity)
        told = self.stack.tool("status")
        fail_unless("renewed on" in told and "it is renewed from" in told, f"status says {told}")

    def ride_is_credited(self):
        """Under the certificate in use."""
        self.rides += 1
        trip = {"issuer": DEVICE, "event_id": str(self.rides), "kind": "trip", "mode": "bike.shared", "begin": int(time.time()) - 900,
                "end": int(time.time()) - 300, "quantities": {"m.odometer": 2400}}
        status, body = self.stack.api.post(json.dumps(trip), "application/json")
        fail_unless(status == 201, f"a trip was answered {status}: {body!r}")
        self.stack.wait_delivered()
        fail_unless(not self.stack.report()["refused"], "a claim was refused")
        seq = claims_of(self.stack)[-1]["seq"]
        told = json.loads(self.stack.tool("show", "--json", str(seq)))["certificate_sha256"]
        fail_unless(told == hashlib.sha256(ders(self.in_use)[0]).hexdigest(), "the claim names another certificate than the one in use")

    def restart(self):
        self.stack.daemon.stop()
        self.stack.start_daemon()


def server_away(scene):
    scene.server.renewal_status = 503
    scene.stack.start()
    scene.wait_error("503")
    told = scene.stack.tool("status")
    fail_unless("was not renewed on" in told and "it is tried again on" in told, f"status says {told}")
    scene.ride_is_credited()


def broker_away(scene):
    """The new certificate cannot be tried, and is not used; it need not be asked for again."""
    old = scene.in_use
    scene.stack.broker.stop()
    scene.server.renewal_status = None
    scene.wait_error("cannot connect")
    fail_unless(scene.in_use == old, "a certificate was promoted that nobody has tried")
    asked = len(scene.server.issued)
    scene.stack.start_broker()
    scene.wait_renewed(old)
    fail_unless(len(scene.server.issued) == asked, "the certificate was asked for twice")
    scene.ride_is_credited()
    scene.restart()  # the old one is not needed any more
    scene.ride_is_credited()


def broker_refuses(scene):
    scene.stack.daemon.stop()
    old = scene.old("-80d")
    scene.server.issuer = ("workers-ca.crt", "workers-ca.key")
    scene.server.on_issue = lambda *_: None
    scene.stack.start_daemon()
    scene.wait_error("the broker refuses our certificate")
    fail_unless(scene.in_use == old, "a certificate was promoted that the broker refuses")
    scene.ride_is_credited()
    scene.server.issuer, scene.server.on_issue = ("devices-ca.crt", "ca.key"), scene.register
    scene.wait_renewed(old)
    scene.ride_is_credited()


def nothing_newer(scene):
    scene.stack.daemon.stop()
    old = scene.old("-80d")
    scene.server.nothing_newer = True
    scene.stack.start_daemon()
    wait_until(lambda: scene.renewal()["tried_at"], PATIENCE_S, "the renewal to be tried")
    renewal = scene.renewal()
    fail_unless(renewal["last_error"] is None and renewal["renewed_at"] is None, f"nothing to do is told as {renewal}")
    fail_unless("the server has no newer one yet" in scene.stack.tool("status"), "status does not say that there is none")
    fail_unless(scene.in_use == old, "the identity changed")
    scene.server.nothing_newer = False


def months_away(scene):
    scene.stack.daemon.stop()
    old = scene.old("-200d")
    scene.stack.start_daemon()
    scene.wait_renewed(old)
    scene.ride_is_credited()


def key_stays_out_of_dumps(scene):
    """Sealed from here on, and renewed once more: the key was read, opened, written and shown to both servers."""
    scene.stack.daemon.stop()
    key = scene.identity / "current/device.key"
    number, form = private_number(key), pem_form("the device's key", key)
    old = scene.old("-80d")
    credentials = scene.stack.folder / "credentials"
    credentials.mkdir()
    wrapping = os.urandom(32)
    (credentials / "wrap").write_bytes(wrapping)
    text = scene.stack.daemon_config.read_text()
    scene.stack.daemon_config.write_text(text.replace("[identity]", '[identity]\nwrapping_key = "wrap"'))
    token = scene.stack.api.token
    scene.stack.daemon.environment = {"CREDENTIALS_DIRECTORY": str(credentials)}
    scene.stack.start_daemon()
    wait_until(lambda: scene.renewal()["renewed_at"], PATIENCE_S, "the renewal")
    fail_unless(scene.in_use != old, "the new certificate is not in use")
    scene.ride_is_credited()
    for file in (key, scene.stack.settings(), scene.stack.folder / "state/bearer.key"):
        fail_unless(file.read_bytes().startswith(b"GTSEAL\x01"), f"{file} is not sealed")
    fail_unless(scene.stack.api.token == token, "a token that was shared was changed")
    check("greentilld", scene.stack.daemon.process.pid,
          {**forms("the device's key", number), **form, **forms("the wrapping key", wrapping)}, ["the device's key", "the wrapping key"])


def journey(folder, arguments):
    with Stack(folder, arguments.bin, DEVICE) as stack:
        stack.make_certificates()
        stack.write_configuration()
        stack.register_device(DEVICE)
        with EstServer(stack.identities) as server:
            scene = Scene(stack, server, arguments.bin)
            server.issue_at, server.days = "-80d", 90
            scene.technician.succeed()
            server.issue_at = None
            for case in (server_away, broker_away, broker_refuses, nothing_newer, months_away, key_stays_out_of_dumps):
                case(scene)
                print(f"{case.__name__}: as it should be", flush=True)
            fail_unless(len(set(server.keys.values())) == 1, "the device has had more than one key")
            stack.stop()


if __name__ == "__main__":
    sys.exit(run_journey(journey_parser(__doc__, "renewal"), journey))
