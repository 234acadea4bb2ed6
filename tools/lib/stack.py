# SPDX-License-Identifier: Apache-2.0
"""A whole installation on this machine: throw-away CA, Mosquitto with mutual TLS and ACL, credit service workers, the daemon.

Used by tools/run, the fault tests and the benchmarks. Everything lives below one folder and listens on loopback; what was started is
ended by stop(), and by the kernel if this process dies first.
"""
import ctypes
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DEVICE = "device-1"
MERCHANT = "demo-merchant"
PR_SET_PDEATHSIG = 1


class StackError(RuntimeError):
    """A part did not start or answer; the message names its log."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def connects(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def output_of(*command, **options):
    """What a program that must succeed wrote to its standard output."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise StackError(f"{' '.join(words)}: exit {done.returncode}: {done.stderr.strip() or done.stdout[-500:]}")
    return done.stdout


# The one bound on waiting, so wide that no machine is too busy for it: whoever meets it waits for what does not come.
PATIENCE_S = 300


def wait_until(condition, seconds, what, pause=0.05):
    """Answers the condition's first true value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise StackError(f"gave up after {seconds} s waiting for {what}")
        time.sleep(pause)


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Part:
    """A program with a log file; at the end of a `with`, killed."""

    def __init__(self, name, command, log, environment=None):
        self.name, self.command, self.log = name, [str(word) for word in command], pathlib.Path(log)
        self.environment = environment
        self.standard_error = None  # an open file in place of the log
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, preexec_fn=_die_with_parent,
                stderr=log if self.standard_error is None else self.standard_error, env={**os.environ, **(self.environment or {})})

    def check_alive(self):
        if self.process.poll() is not None:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            raise StackError(f"{self.name} ended with {self.process.returncode}; the end of {self.log}:\n{tail}")

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        if self.running:
            self.process.kill()
        if self.process:
            self.process.wait()

    def stop(self, seconds=PATIENCE_S):
        if self.running:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise StackError(f"{self.name} did not stop within {seconds} s; see {self.log}") from None
            if self.process.returncode != 0:
                raise StackError(f"{self.name} stopped with {self.process.returncode}; see {self.log}")


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


def sanitizer_of(library):
    """What must be loaded before the library into a program that is built without sanitizers."""
    loads = subprocess.run(["ldd", library], capture_output=True, text=True).stdout
    runtime = re.search(r"lib[at]san\.so\S* => (\S+)", loads)
    return {"LD_PRELOAD": runtime[1], "ASAN_OPTIONS": "detect_leaks=0"} if runtime else None


class Stack:
    """At the end of a `with`, its parts are killed. `guarded`: the broker has its guard; without, whoever has a certificate may subscribe
    to anything, under any client id."""

    def __init__(self, folder, binaries, device=DEVICE, workers=1, guarded=True):
        self.folder = pathlib.Path(folder).resolve()
        self.binaries = pathlib.Path(binaries).resolve()
        self.device = device
        self.identities = self.folder / "identities"
        self.broker_port, self.worker_port, self.api_port = free_port(), free_port(), free_port()
        self.guarded = guarded
        self.broker_options = []  # more of those of greentill-credit broker-config
        self.daemon_config = self.folder / "greentill.toml"
        self.ledger = self.folder / "ledger.db"
        self._registered = set()
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
        self._write_daemon_config(sources, DEFAULT_DETECTORS if detectors is None else detectors, extra)
        self._write_credit_config()

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

    def _write_daemon_config(self, sources, detectors, extra):
        self.daemon_config.write_text(f"""\
[device]
state = "state"

[identity]
key = "identities/{self.device}.key"
certificate = "identities/{self.device}.crt"
settings = "identities/{self.device}.settings.toml"

[methodologies]
folder = "{ROOT}/config/methodologies"

[api]
port = {self.api_port}
claim_link = "https://localhost/c/{{secret}}"

[uplink]
server = "mqtts://localhost:{self.broker_port}"
authorities = "identities/ca.crt"
receipt_certificates = "identities/service.crt"
receipt_timeout_s = 5
backoff_min_ms = 100
backoff_max_s = 2
retry_refused_after_s = 5
{detectors}{sources}{extra}""")

    def _write_credit_config(self):
        (self.folder / "programme.toml").write_text(boundless_programme())
        (self.folder / "credit.toml").write_text(f"""\
database = "ledger.db"
methodologies = "{ROOT}/config/methodologies"
programme = "programme.toml"
programme_key = "identities/programme.key"

[broker]
server = "mqtts://localhost:{self.worker_port}"
share_group = "share-group"
authorities = "identities/ca.crt"
certificate = "identities/service.crt"
key = "identities/service.key"
""")

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
        for part in (self.daemon, *self.workers, self.broker):
            part.stop()

    def kill(self):
        for part in (self.daemon, *self.workers, self.broker):
            part.kill()


DEFAULT_DETECTORS = f"""
[[detector]]
name = "ride"
plugin = "ride"

[[detector]]
name = "rules"
plugin = "rules"
configuration = "{ROOT}/config/rules/default.toml"
"""


def boundless_programme():
    """The shipped programme for a device that does a year's work in an hour, with acts of long ago: nothing of that is held."""
    bounds = re.compile(r"(ceiling_per_day_mg|oldest_days) =")
    lines = (ROOT / "config/programme.toml").read_text().splitlines(keepends=True)
    text = "".join(line for line in lines if not bounds.match(line))
    return re.sub(r"(?m)^(claims_per_day|bytes_per_day) = [\d_]+", lambda match: match[1] + " = 100_000_000", text)


def toml_text(value):
    """A basic string of TOML, whose escapes are JSON's."""
    return json.dumps(str(value), ensure_ascii=False)


def mapping_file(mapping):
    """The file of a mapping that is given as a name in config/mappings or as a path."""
    named = ROOT / "config/mappings" / f"{mapping}.toml"
    return named if "/" not in mapping and named.is_file() else pathlib.Path(mapping).resolve()


def journal_source(name, path, mapping=None, form="csv", once=True):
    """TOML of a journal source that reads a file; `mapping` as for mapping_file()."""
    lines = [f"path = {toml_text(path)}", f"once = {str(once).lower()}", f'format = "{form}"']
    if mapping:
        file = mapping_file(mapping)
        lines += [f"mapping = {toml_text(file.stem)}", f"mappings = {toml_text(file.parent)}"]
    configuration = toml_text("\n".join(lines))
    return f"""
[[source]]
name = "{name}"
plugin = "journal"
configuration_text = {configuration}
"""
