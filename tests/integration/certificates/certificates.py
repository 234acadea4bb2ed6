#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of docs/certificates.md as they stand, and lets what they make carry claims: made, renewed, revoked."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import ROOT, fail_unless, journey_parser, run_journey  # noqa: E402
from parts import PATIENCE_S, output_of, wait_until  # noqa: E402
from stack import Stack  # noqa: E402

PAGE = ROOT / "docs/certificates.md"
DEVICE = "dock-7"  # as on the page


def recipes():
    found = re.findall(r"^```sh (\S+)\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    names = [name for name, _ in found]
    fail_unless(names == ["authority", "broker", "service", "device-key", "device", "register", "broker-config", "renewal", "register-renewal", "revoke", "revocation"],
                f"{PAGE} has the recipes {names}")
    return dict(found)


class Office:
    """The folder in which the page's commands are run, each block in a shell of its own."""

    def __init__(self, folder):
        self.folder, self.recipes = folder, recipes()

    def run(self, name):
        done = subprocess.run(["sh", "-euc", self.recipes[name]], cwd=self.folder, capture_output=True, text=True,
                              env={**os.environ, "BROKER_HOST": "localhost", "PATH": f"{self.folder}:{os.environ['PATH']}"})
        fail_unless(done.returncode == 0, f"{PAGE}, {name}: exit {done.returncode}\n{done.stdout}{done.stderr}")

    def copy(self, source, target):
        shutil.copy2(self.folder / source, target if isinstance(target, pathlib.Path) else self.folder / target)


def prepare(stack, office):
    # With its configuration in the place where the page has it.
    command = office.folder / "greentill-credit"
    program = stack.program("greentill-credit")
    command.write_text(f'#!/bin/sh\n[ "$1" = broker-config ] && exec {program} "$@"\n'
                       f'exec {program} "$@" --config {stack.folder / "credit.toml"}\n')
    command.chmod(0o755)
    for name in ("authority", "broker", "service", "device-key", "device"):
        office.run(name)
    for key in ("ca/root", "ca/devices", "ca/workers", "broker", "service", "device"):
        mode = (office.folder / f"{key}.key").stat().st_mode & 0o777
        fail_unless(mode == 0o600, f"{key}.key has the mode {mode:o}")
    for name, here in (("anchors", "ca"), ("devices-door", "devices-ca"), ("workers-door", "workers-ca")):
        office.copy(f"ca/{name}.crt", f"{here}.crt")
    for end in ("key", "crt"):
        office.copy(f"device.{end}", f"{DEVICE}.{end}")
    (office.folder / "programme.key").write_text("5a" * 32 + "\n")
    (office.folder / "programme.key").chmod(0o600)
    stack.write_configuration()
    office.run("register")
    office.run("broker-config")
    # The page's with other ports and folders.
    stack.broker_options = ["--devices-crl", office.folder / "revoked.pem", "--workers-crl", office.folder / "workers-revoked.pem"]
    stack.write_configuration()
    stack.write_settings(DEVICE)
    with open(stack.folder / "mosquitto.conf", "a") as config:
        config.write("\nlog_type information\n")  # that it reads its files again
    output_of(stack.program("greentill"), "config", "check", stack.daemon_config)


def ride(stack, number):
    trip = {"issuer": DEVICE, "event_id": str(number), "kind": "trip", "mode": "bike.shared", "begin": int(time.time()) - 900,
            "end": int(time.time()) - 300, "quantities": {"m.odometer": 2400}}
    status, body = stack.api.post(json.dumps(trip), "application/json")
    fail_unless(status == 201, f"a trip was answered {status}: {body!r}")


def credited(stack):
    """Every claim is delivered and none refused; how many the ledger has."""
    stack.wait_delivered()
    report = stack.report()
    fail_unless(not report["refused"], f"refused: {report['refused']}")
    return report["claims"]


def restart_daemon(stack):
    stack.daemon.stop()
    stack.start_daemon()


def devices(stack):
    told = output_of(stack.program("greentill-credit"), "devices", "--json", "--config", stack.folder / "credit.toml")
    return json.loads(told)["devices"]


def reload_broker(stack):
    """Until the broker turns revoked certificates away: whoever connects behind that line is held against the new list."""
    before = stack.broker.log.stat().st_size
    stack.broker.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "Reloading config" in stack.broker.log.read_text()[before:], PATIENCE_S, "the broker to read its files again")


def renew(stack, office):
    office.run("renewal")
    office.run("register-renewal")
    office.copy("device-renewed.crt", f"{DEVICE}.crt")
    restart_daemon(stack)


def revoke(stack, office):
    """Every certificate of the device."""
    office.run("revoke")
    wait_until(lambda: "Not authorized (135)" in stack.daemon.log.read_text(), PATIENCE_S, "the broker's guard to keep the revoked device out")
    office.run("revocation")
    reload_broker(stack)
    before = stack.daemon.log.stat().st_size
    restart_daemon(stack)
    wait_until(lambda: "refuses our certificate" in stack.daemon.log.read_text()[before:], PATIENCE_S,
               "the broker to turn the revoked device away")


def journey(folder, arguments):
    with Stack(folder, arguments.bin, DEVICE) as stack:
        stack.identities.mkdir()
        office = Office(stack.identities)
        prepare(stack, office)
        stack.start()
        ride(stack, 1)
        made = credited(stack)
        fail_unless(made >= 1, "no claim arrived under the certificates of the page")
        renew(stack, office)
        ride(stack, 2)
        fail_unless(credited(stack) > made, "no claim arrived under the renewed certificate")
        held = [len(device["certificates"]) for device in devices(stack)]
        fail_unless(held == [2], f"greentill-credit devices tells of {held} certificates")
        revoke(stack, office)
        ride(stack, 3)
        fail_unless(stack.api.status()["backlog"]["waiting"] > 0, "a revoked device delivers")
    print("the recipes made certificates that carry claims, renewed them under the same key, and revoked one")


if __name__ == "__main__":
    sys.exit(run_journey(journey_parser(__doc__, "certificates"), journey))
