# SPDX-License-Identifier: Apache-2.0
"""A whole installation on this machine: throw-away CA, Mosquitto with mutual TLS and ACL, credit service workers, the daemon.

Used by tools/run, the fault tests and the benchmarks. Everything lives below one folder and listens on loopback; what was started is
ended by stop(), and by the kernel if this process dies first.
"""
import http.client
import json
import os
import pathlib
import re
import subprocess

from parts import PATIENCE_S, ROOT, Part, StackError, connects, free_port, output_of, sanitizer_of, wait_until
from postgres import Postgres
from stack_texts import DEFAULT_DETECTORS, boundless_programme, credit_text, daemon_text

DEVICE = "device-1"
MERCHANT = "demo-merchant"


class Daemon:
    """What the local API of a running greentilld says."""

    def __init__(self, port, token_file):
        self.port, self.token_file = port, pathlib.Path(token_file)

    def request(self, method, path, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def json(self, path):
        status, body = self.request("GET", path)
        if status != 200:
            raise StackError(f"GET {path} answered {status}: {body[:300]!r}")
        return json.loads(body)

    def healthy(self):
        try:
            return self.request("GET", "/livez", timeout=5)[0] == 200
        except OSError:
            return False

    @property
    def token(self):
        return self.token_file.read_text().strip()

    def post(self, body, content_type="application/x-ndjson"):
        return self.request("POST", "/v1/transactions", body,
                            {"Content-Type": content_type, "Authorization": f"Bearer {self.token}"})

    def status(self):
        return self.json("/v1/status")


class Stack:
    """At the end of a `with`, its parts are killed. `guarded`: the broker has its guard; without, whoever has a certificate may subscribe
    to anything, under any client id. `store`: "sqlite", or "postgres", which is started for it."""

    def __init__(self, folder, binaries, device=DEVICE, workers=1, guarded=True, store="sqlite"):
        self.folder = pathlib.Path(folder).resolve()
        self.binaries = pathlib.Path(binaries).resolve()
        self.device = device
        self.identities = self.folder / "identities"
        self.broker_port, self.worker_port, self.api_port = free_port(), free_port(), free_port()
        self.guarded = guarded
        self.authorities = "identities/ca.crt"  # that vouch for broker and service to the device
        self.broker_options = []  # more of those of greentill-credit broker-config
        self.daemon_config = self.folder / "greentill.toml"
        self.ledger = self.folder / "ledger.db"
        self._registered = set()
        self.store = store
        self.postgres = None  # once it is needed
        self.spool = self.folder / "spool"  # for files that sources read: never beside what the daemon alone may
        for name in ("logs", "state", "broker", "spool"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.api = Daemon(self.api_port, self.folder / "state" / "api.token")
        self.broker = Part("mosquitto", ["/usr/sbin/mosquitto", "-c", self.folder / "mosquitto.conf"], self._log("broker"),
                           sanitizer_of(self.binaries / "lib/greentill/greentill-broker-guard.so"))
        self.daemon = Part("greentilld", [self.program("greentilld"), "--config", self.daemon_config], self._log("greentilld"))
        self.workers = [
            Part(f"greentill-credit {number}", [self.program("greentill-credit"), "run", "--config", self.folder / "credit.toml",
                                                "--client-id", f"credit-{number}"], self._log(f"credit-{number}"))
            for number in range(1, workers + 1)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def program(self, name):
        return self.binaries / "bin" / name

    def _log(self, name):
        return self.folder / "logs" / f"{name}.log"

    @property
    def certificate(self):
        return self.identities / f"{self.device}.crt"

    def identity_text(self):
        return f"""\
[identity]
key = "identities/{self.device}.key"
certificate = "identities/{self.device}.crt"
settings = "identities/{self.device}.settings.toml"
"""

    def service_text(self):
        """More of the service's configuration."""
        return ""

    def prepare(self, sources="", detectors=None, extra="", registered=True):
        """Certificates, configuration files as by write_configuration(), a registry that has the device, its certificate too if
        `registered`, and its settings."""
        self.make_certificates()
        self.write_configuration(sources, detectors, extra)
        self.register_device(self.device)
        if registered:
            self.register()

    def make_certificates(self):
        subprocess.run([ROOT / "tests/support/make_ca.sh", self.identities, self.device], check=True)

    def register(self, device=None, certificate=None):
        """The device with its certificate, this stack's own by default; a further certificate where it is registered already."""
        device = device or self.device
        certificate = certificate or self.identities / f"{device}.crt"
        self.register_device(device)
        self.credit("key", "add", device, certificate)

    def register_device(self, device):
        """The device without a certificate, where it is not registered; and writes its settings."""
        if not self._registered:
            self.credit("merchant", "add", MERCHANT, "--name", "Demo merchant", "--zone", "Europe/Helsinki")
            self.credit("root", "add", MERCHANT, "--owner", MERCHANT)
        if device not in self._registered:
            self.credit("device", "add", device, "--class", "kiosk", "--merchant", MERCHANT, "--site", "demo-site", "--root", MERCHANT)
            self._registered.add(device)
            self.write_settings(device)

    def settings(self, device=None):
        """Where the device's settings are. Several stacks of one programme share the folder, and so the programme's key."""
        return self.identities / f"{device or self.device}.settings.toml"

    def write_settings(self, device=None):
        """What the registry says to the device now, for the next start of its daemon."""
        self.credit("device", "settings", device or self.device, "--out", self.settings(device))

    def credit(self, *command):
        """What greentill-credit prints."""
        return output_of(self.program("greentill-credit"), *command, "--config", self.folder / "credit.toml")

    def write_configuration(self, sources="", detectors=None, extra=""):
        """`sources`, `detectors` (else the default ones) and `extra` are TOML text for the daemon's configuration."""
        self._write_broker_config()
        detectors = DEFAULT_DETECTORS if detectors is None else detectors
        self.daemon_config.write_text(daemon_text(self, sources, detectors, extra))
        (self.folder / "programme.toml").write_text(boundless_programme())
        if self.store == "postgres" and self.postgres is None:
            self.postgres = Postgres(self._log("postgres"))
        (self.folder / "credit.toml").write_text(credit_text(self))

    def _write_broker_config(self):
        files = {"devices": "devices-ca.crt", "workers": "workers-ca.crt", "certificate": "broker.crt", "key": "broker.key"}
        named = [word for option, file in files.items() for word in (f"--{option}", self.identities / file)]
        output_of(self.program("greentill-credit"), "broker-config", self.folder, *named, "--address", "127.0.0.1", "--device-port",
                  self.broker_port, "--worker-port", self.worker_port, "--store", self.folder / "broker", "--overwrite", *self.broker_options)
        config = self.folder / "mosquitto.conf"
        text = config.read_text()
        if not self.guarded:
            text = re.sub(r"^plugin.*\n", "", text, flags=re.MULTILINE)
            text = text.replace("require_certificate true", "require_certificate true\nuse_identity_as_username true")
        # Mosquitto started by root becomes another user, who may not read the throw-away keys.
        config.write_text(text + ("\nuser root\n" if os.geteuid() == 0 else ""))

    @property
    def share_group(self):
        return (self.folder / "share-group").read_text().strip()

    def start_broker(self):
        self.broker.start()

        def accepts():
            self.broker.check_alive()
            return connects(self.broker_port) and connects(self.worker_port)
        wait_until(accepts, PATIENCE_S, "mosquitto to listen")

    def start_daemon(self):
        self.daemon.start()

        def answers():
            self.daemon.check_alive()
            return self.api.healthy()
        wait_until(answers, PATIENCE_S, "greentilld to answer", pause=0.01)

    def start_workers(self):
        for worker in self.workers:
            worker.start()

    def start(self):
        self.start_broker()
        self.start_workers()
        self.start_daemon()

    def report(self):
        """What the ledger holds: greentill-credit report --json."""
        return json.loads(output_of(self.program("greentill-credit"), "report", "--json", "--config", self.folder / "credit.toml"))

    def tool(self, *arguments):
        """What greentill says of this daemon."""
        return output_of(self.program("greentill"), "--url", f"http://127.0.0.1:{self.api_port}", *arguments,
                         env={**os.environ, "GREENTILL_TOKEN_FILE": str(self.api.token_file)})

    def wait_delivered(self, seconds=PATIENCE_S):
        """Until every claim has its receipt and none waits for a retry."""
        def delivered():
            self.daemon.check_alive()
            backlog = self.api.status()["backlog"]
            return backlog if backlog["waiting"] == 0 and backlog["refused_retry"] == 0 else None
        return wait_until(delivered, seconds, "all claims to be delivered", pause=0.1)

    def stop(self):
        for part in self.parts():
            part.stop()

    def kill(self):
        for part in self.parts():
            part.kill()

    def parts(self):
        return [self.daemon, *self.workers, self.broker, *([self.postgres] if self.postgres else [])]
