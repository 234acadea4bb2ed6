# SPDX-License-Identifier: Apache-2.0
"""The town's service: broker, workers, HTTP API and, where it is to be, PostgreSQL, all of whose clocks the town sets."""
import hashlib
import json
import os
import re
import sqlite3
import struct
import subprocess
import time

from parts import PATIENCE_S, ROOT, Part, StackError, connects, free_port, wait_until
from stack import Stack

METHODOLOGY = """\
id = "{id}"
version = 1
title = "{id}"
activity = "{activity}"
exclusive_group = "{activity}"
event_line = "event"
boundary = "life-cycle"
evidence_grade = "metered"
region = "general"
valid_from = "2020-01-01"
base_unit = "{base}"
baseline = "what the town says"

[[quantity]]
key = "{key}"
uncertainty = {{ rule = "exact", reason = "counted" }}

[[baseline_term]]
id = "instead"
factor = "{factor}"
unit = "{unit}"
source = {{ publisher = "the town", document = "its rules", table = "of {id}", region = "general", year = "2026" }}
uncertainty = {{ rule = "exact", reason = "said so" }}

[limits]
reason = "below that nothing is credited"
min = {least}
"""


def methodology_text(name, table):
    metre = table["unit"] == "m"
    mg = table["mg_per_unit"]
    return METHODOLOGY.format(id=name, activity=table["activity"], base="metre" if metre else "piece", key="m.odometer" if metre else "pieces",
                              factor=mg if metre else f"0.{mg:03d}", unit="gCO2e/km" if metre else "gCO2e/piece", least=table["least"])


def programme_text(programme):
    """As the schedule's world has it; days that stand out are the service's own to find, and would be of all streets together."""
    lines = ['name = "town"', f'zone = "{programme["zone"]}"', "[shares]"]
    lines += [f'{who} = "{share}"' for who, share in programme["shares"].items()] + ["[screening]", "on = false"]
    for name, rule in programme["activities"].items():
        lines += ["[[activity]]", f'name = "{name}"']
        for key, value in rule.items():
            lines.append(f"{key} = " + ("{ " + ", ".join(f"{of} = {mg}" for of, mg in value.items()) + " }" if isinstance(value, dict)
                                        else json.dumps(value)))
    return "\n".join(lines) + "\n"


class Clock:
    """Of all programs that have its environment."""

    def __init__(self, file, library):
        self.file = file
        self.environment = {"LD_PRELOAD": str(library), "MOVED_CLOCK": str(file)}
        self.later = 0
        file.write_bytes(struct.pack("=q", 0))

    def set(self, at):
        self.later = at - int(time.time())
        with open(self.file, "r+b") as file:  # its bytes change at once for whoever has mapped it
            file.write(struct.pack("=q", self.later))

    def now(self):
        return int(time.time()) + self.later


class Installation(Stack):
    def __init__(self, folder, binaries, store, programme):
        super().__init__(folder, binaries, workers=2, guarded=False, store=store)
        self.programme = programme
        self.clock = Clock(self.folder / "clock", self.binaries / "lib/greentill/greentill-moved-clock.so")
        self.http_port, self.town_port = free_port(), free_port()
        self.http = Part("the API", [self.program("greentill-credit"), "api", "--config", self.folder / "credit.toml"], self._log("api"))
        self.kills, self.is_down = 0, False  # how often a part was killed or came up again; while one is down
        for part in (self.http, *self.workers):
            part.environment = self.clock.environment

    def service_text(self):
        return f"""
[api]
listen = "127.0.0.1:{self.http_port}"
certificate = "identities/broker.crt"
key = "identities/broker.key"
"""

    def make(self, authorities):
        """Files and keys. `authorities`: PEM of who vouches for devices, of who vouches for consents, and whose consents count."""
        devices, signers, signer = authorities
        subprocess.run([ROOT / "tests/support/make_ca.sh", self.identities], check=True, env={**os.environ, "CA_DAYS": "3650"})
        (self.identities / "town.crt").write_text((self.identities / "ca.crt").read_text() + devices)
        (self.identities / "signers.crt").write_text(signers)
        (self.identities / "consents.crt").write_text(signer)
        folder = self.folder / "methodologies"
        folder.mkdir(exist_ok=True)
        for name, table in self.programme["methodologies"].items():
            text = methodology_text(name, table)
            (folder / f"{name}-1.toml").write_text(text)
            table["sha256"] = hashlib.sha256(text.encode()).hexdigest()
        self.write_configuration()
        (self.folder / "programme.toml").write_text(programme_text(self.programme))
        file = self.folder / "credit.toml"
        text = re.sub(r'(?m)^methodologies = .*', 'methodologies = "methodologies"\nconsent_authorities = "identities/signers.crt"\n'
                      'consent_certificates = "identities/consents.crt"', file.read_text())
        file.write_text(text.replace('authorities = "identities/ca.crt"\ncertificate', 'authorities = "identities/town.crt"\ncertificate'))
        # The town sends for all devices, and hears their receipts, by a door of its own.
        broker = self.folder / "mosquitto.conf"
        text = re.sub(r"(?m)^acl_file.*\n", "", broker.read_text()).replace("allow_anonymous false", "allow_anonymous true")
        broker.write_text(f"{text}\nlistener {self.town_port} 127.0.0.1\n")

    def start_all(self):
        self.start_broker()
        self.start_workers()
        self.start_http()

    def start_http(self):
        self.http.start()

        def listens():
            return connects(self.http_port) or not self.http.running
        wait_until(listens, PATIENCE_S, "the API to listen", pause=0.02)

    def start_part(self, part):
        {self.broker: self.start_broker, self.http: self.start_http}.get(part, part.start)()

    def killable(self):
        return [self.broker, self.http, *self.workers, *([self.postgres] if self.postgres else [])]

    def parts(self):
        return [self.http, *super().parts()]

    def command(self, *words, **options):
        """(exit code, what it printed, its error)."""
        done = subprocess.run([str(self.program("greentill-credit")), *map(str, words), "--config", str(self.folder / "credit.toml")],
                              capture_output=True, text=True, env={**os.environ, **self.clock.environment}, **options)
        return done.returncode, done.stdout, done.stderr

    def credit(self, *command):
        code, out, error = self.command(*command)
        if code != 0:
            raise StackError(f"greentill-credit {' '.join(map(str, command))}: exit {code}: {error or out}")
        return out

    def rows(self, statement):
        """Of a statement in words that both stores have, each a list of texts and, on SQLite, numbers; bytes as h(...) in hexadecimal digits."""
        if self.store == "sqlite":
            database = sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True, timeout=30)
            try:
                return [["" if value is None else str(value) for value in row] for row in database.execute(re.sub(r"\bh\((\S+?)\)", r"lower(hex(\1))", statement))]
            finally:
                database.close()
        text = re.sub(r"\bh\((\S+?)\)", r"encode(\1, 'hex')", statement)
        return [line.split("|") for line in self.postgres.psql(text).splitlines()]

    def write(self, statement):
        """Behind the service's back; whether there was something to change."""
        if self.store == "postgres":
            return bool(self.postgres.psql(f"{statement} RETURNING 1"))
        with sqlite3.connect(self.ledger) as database:
            changed = database.execute(statement).rowcount
        database.close()
        return changed > 0

    def count(self, statement):
        while True:
            try:
                return int(self.rows(statement)[0][0])
            except StackError:  # killed meanwhile
                time.sleep(0.1)
