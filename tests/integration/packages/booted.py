#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A shop's device from its package to its end: in a Debian 12 booted with systemd, programme and till on one machine. Installs an older version, enrols
as docs/packages.md tells it, sells, upgrades while it sells, refuses to go back, is started anew while it sells, hangs and is started anew by the
watchdog, seals its secrets, is removed, installed again and purged.
"""
import json
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from debian import Booted, faults_in, files_of, in_own_mounts, machine, may_mount, must, overlay  # noqa: E402
from promises import ROOT, fail_unless, journey_parser, run_journey  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
OURS = ("greentill", "greentill-credit")
# Sells as a till does: under a user of its own that is in the group, one sale after the other, until a file is there. It tries nothing twice: what
# is refused is counted.
TILL = """
import json, pathlib, sys, time, urllib.request
token = pathlib.Path("/var/lib/greentill/api.token").read_text().strip()
answered = refused = number = 0
slowest, first = 0.0, None
while not pathlib.Path("/tmp/closed").exists():
    number += 1
    sale = {"issuer": "till-1", "event_id": f"{sys.argv[1]}-{number}", "kind": "sale", "begin": int(time.time()), "receipt_medium": "none"}
    request = urllib.request.Request("http://127.0.0.1:8480/v1/transactions", json.dumps(sale).encode(),
                                     {"Content-Type": "application/json", "Authorization": "Bearer " + token})
    begin = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            answered += answer.status == 201
    except OSError as error:
        refused += 1
        first = first or repr(error)
    slowest = max(slowest, time.monotonic() - begin)
    time.sleep(0.02)
print(json.dumps({"answered": answered, "refused": refused, "slowest_s": round(slowest, 2), "first": first}))
"""


def say(text):
    print(text, flush=True)


class Shop:
    def __init__(self, debian):
        self.debian = debian

    def status(self):
        done = self.debian.run("runuser", "-u", "till", "--", "greentill", "status", "--json")
        return json.loads(done.stdout) if done.returncode in (0, 1) else None

    def wait_delivered(self):
        def delivered():
            status = self.status()
            return status if status and status["backlog"]["waiting"] == 0 and status["backlog"]["claims"] > 0 else None
        return self.debian.until(delivered, 60, "all claims to be delivered")

    def sell(self, name, meanwhile):
        """What a till met while something else was done, and the claims that are there afterwards."""
        before = self.status()["backlog"]["claims"]
        self.debian.sh("rm -f /tmp/closed")
        till = subprocess.Popen(self.debian.command("runuser", "-u", "till", "--", "python3", "-c", TILL, name), stdout=subprocess.PIPE, text=True)
        time.sleep(1)
        try:
            meanwhile()
            time.sleep(1)
        finally:
            self.debian.sh("touch /tmp/closed")
            told, _ = till.communicate(timeout=60)
        told = json.loads(told)
        claims = self.status()["backlog"]["claims"] - before
        say(f"  while it sold: {told['answered']} answered, {told['refused']} refused, slowest {told['slowest_s']} s, {claims} claims")
        fail_unless(told["answered"] > 5 and claims >= told["answered"], f"{name}: {told}, {claims} claims")
        return told


def install(debian, folder, names):
    """By apt, from the files: nothing may be said on standard error."""
    files = [f"./{file.name}" for name in names for file in folder.glob(f"{name}_*.deb")]
    fail_unless(len(files) == len(names), f"{folder} lacks packages: {files}")
    done = debian.run("sh", "-euc", f"cd /packages/{folder.name} && apt-get install -y -q --allow-downgrades --no-install-recommends -o Dpkg::Use-Pty=0 {' '.join(files)}")
    return done


def quietly(done, what):
    fail_unless(done.returncode == 0 and not faults_in(done.stderr), f"{what}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")


def main_pid(debian, unit):
    return int(debian.must("systemctl", "show", "--property", "MainPID", "--value", unit))


def restarts(debian, unit):
    return int(debian.must("systemctl", "show", "--property", "NRestarts", "--value", unit))


def check_waiting(debian):
    for unit in ("greentilld", "greentill-credit"):
        state = debian.run("systemctl", "is-active", unit).stdout.strip()
        fail_unless(state == "inactive", f"{unit} is {state} before it is configured")
    failed = debian.must("systemctl", "list-units", "--failed", "--plain", "--no-legend")
    fail_unless("greentill" not in failed, f"failed units: {failed}")


def enrol(debian, fingerprint):
    """The second of a shop's two commands, with what the operator gives for it."""
    code = json.loads(debian.must("runuser", "-u", "greentill-credit", "--", "greentill-credit", "code", "add", "till-1", "--json"))["code"]
    begin = time.monotonic()
    told = debian.must("greentill-setup", "--server", "https://localhost:8443", "--broker", "mqtts://localhost:8883", "--receipts",
                       "/etc/greentill/service.crt", "--device", "till-1", "--fingerprint", fingerprint, "--code-file", "-", input=code + "\n")
    took = time.monotonic() - begin
    fail_unless("is in service until" in told, f"greentill-setup: {told}")
    changed = debian.run("dpkg", "--verify", "greentill").stdout
    fail_unless("greentill.toml" not in changed, f"greentill-setup changed what the package brought, so that an upgrade would ask: {changed}")
    return took


def first_sale(debian):
    debian.sh("useradd --create-home till && usermod -a -G greentill till")
    denied = debian.run("runuser", "-u", "nobody", "--", "cat", "/var/lib/greentill/api.token")
    fail_unless(denied.returncode != 0, "nobody reads the token")
    sale = json.dumps({"issuer": "till-1", "event_id": "first", "kind": "sale", "begin": int(time.time()), "receipt_medium": "none"})
    told = debian.must("runuser", "-u", "till", "--", "greentill", "submit", "--json", "-", input=sale)
    fail_unless("receipt.paperless" in told, f"the first sale made no claim: {told}")
    for secret in ("bearer.key", "outbox.db", "identity/current/device.key"):
        seen = debian.run("runuser", "-u", "till", "--", "cat", f"/var/lib/greentill/{secret}")
        fail_unless(seen.returncode != 0, f"a till reads {secret}")


def upgrade(debian, shop, packages, former):
    def newer():
        quietly(install(debian, packages, OURS), "upgrade")
    told = shop.sell("upgrade", newer)
    fail_unless(told["refused"] == 0, f"an upgrade refused sales: {told}")
    back = install(debian, former, ("greentill",))
    fail_unless(back.returncode != 0 and "is older" in back.stderr and "GREENTILL_DOWNGRADE=1" in back.stderr, f"downgrade: {back.stdout}{back.stderr}")
    installed = debian.must("dpkg-query", "--show", "--showformat", "${db:Status-Abbrev} ${Version}", "greentill")
    fail_unless(installed.startswith("ii ") and "0.0.9" not in installed, f"after the refused downgrade: {installed}")
    fail_unless(debian.run("systemctl", "is-active", "greentilld").returncode == 0, "the refused downgrade stopped the daemon")


def restart(debian, shop):
    told = shop.sell("restart", lambda: [debian.must("systemctl", "restart", "greentilld") for _ in range(3)])
    fail_unless(told["refused"] == 0, f"a restart refused sales: {told}")


def kill(debian, shop):
    """What was under way is broken off, as by a power cut; who comes then waits, and is answered."""
    def killed():
        debian.must("systemctl", "kill", "--signal=KILL", "greentilld")
        debian.until(lambda: debian.run("systemctl", "is-active", "greentilld").returncode == 0 and shop.status(), 30, "the daemon after a kill")
    told = shop.sell("kill", killed)
    fail_unless(told["refused"] <= 1, f"a kill refused more than the sale under way: {told}")


def watchdog(debian, shop, unit):
    """Stopped in the middle, it cannot tell that it gets on."""
    debian.sh(f"mkdir -p /run/systemd/system/{unit}.service.d && printf '[Service]\\nWatchdogSec=4s\\nTimeoutAbortSec=1s\\n' >/run/systemd/system/{unit}.service.d/test.conf"
              f" && systemctl daemon-reload && systemctl restart {unit}")
    time.sleep(9)  # more than twice its patience
    pid, before = main_pid(debian, unit), restarts(debian, unit)
    fail_unless(before == 0, f"{unit} was started anew though it got on: {before}")
    debian.must("systemctl", "kill", "--kill-whom=main", "--signal=STOP", unit)
    debian.until(lambda: restarts(debian, unit) == before + 1 and main_pid(debian, unit) not in (0, pid), 30, f"the watchdog of {unit}")
    debian.sh(f"rm -r /run/systemd/system/{unit}.service.d && systemctl daemon-reload && systemctl restart {unit}")
    debian.until(shop.status, 30, "the daemon")


def seal(debian, shop):
    told = debian.must("greentill-setup", "--seal", "host", "--device", "till-1", stdin=subprocess.DEVNULL)
    fail_unless("in service until" in told, f"greentill-setup --seal: {told}")
    debian.must("systemctl", "restart", "greentilld")
    for file in ("bearer.key", "identity/settings.toml", "identity/current/device.key"):
        begin = debian.must("head", "-c", "6", f"/var/lib/greentill/{file}")
        fail_unless(begin == "GTSEAL", f"{file} is not sealed: {begin!r}")
    token = debian.must("head", "-c", "6", "/var/lib/greentill/api.token")
    fail_unless(token != "GTSEAL", "the token that tills read is sealed")
    told = shop.sell("sealed", lambda: time.sleep(1))
    fail_unless(told["refused"] == 0, f"sealed: {told}")
    shop.wait_delivered()


def remove_and_purge(debian, packages, before):
    claims = Shop(debian).status()["backlog"]["claims"]
    quietly(debian.run("apt-get", "remove", "-y", "-q", "-o", "Dpkg::Use-Pty=0", "greentill"), "remove")
    debian.sh("test -e /var/lib/greentill/outbox.db && test -e /var/lib/greentill/identity/current/device.key && test -e /etc/greentill/greentill.toml")
    quietly(install(debian, packages, ("greentill",)), "install again")
    kept = debian.until(Shop(debian).status, 30, "the daemon that was installed again")["backlog"]["claims"]
    fail_unless(kept == claims, f"of {claims} claims {kept} are there after remove and install")
    quietly(debian.run("apt-get", "purge", "-y", "-q", "-o", "Dpkg::Use-Pty=0", "greentill", "greentill-credit"), "purge")
    left = sorted(path for path in files_of(debian.root) - before)
    judged = [path for path in left if "greentill" in path]
    say(f"  purge leaves {judged}")
    # The programme's authority and the broker's files are a person's; they are no package's to remove.
    theirs = ("etc/greentill/ca", "etc/greentill/broker.", "etc/mosquitto/greentill", "etc/systemd/system/mosquitto.service.d")
    fail_unless(all(path == "etc/greentill" or path.startswith(theirs) for path in judged), f"purge leaves {judged}")


def autopkgtest(root, log, packages):
    """debian/tests as autopkgtest runs it: in the source's folder, with the packages installed."""
    source = root / "packages/source"
    for file in (HERE / "programme.sh", ROOT / "tools/packaging/debian/tests/shop"):
        there = source / file.relative_to(ROOT)
        there.parent.mkdir(parents=True)
        must("cp", file, there)
    with Booted(root, log) as debian:
        quietly(install(debian, packages, OURS), "install")
        told = debian.must("sh", "-euc", "cd /packages/source && exec tools/packaging/debian/tests/shop")
        fail_unless(told.endswith("one sale made one claim, which the service accepted and granted in full\n"), f"debian/tests/shop: {told}")


def bring(root, folders):
    for source in folders:
        (root / "packages" / source.name).mkdir(parents=True)
        for file in source.glob("*.deb"):
            must("cp", file, root / "packages" / source.name)


def journey(folder, arguments):
    packages, former = pathlib.Path(arguments.packages).resolve(), pathlib.Path(arguments.former).resolve()
    files = [file for name in OURS for file in packages.glob(f"{name}_*.deb")]
    base = machine(files)
    with overlay(base, folder / "debian") as root:
        bring(root, (packages, former))
        must("cp", HERE / "programme.sh", root / "packages")
        with Booted(root, folder / "console.log") as debian:
            before = files_of(root)
            say("install 0.0.9")
            begin = time.monotonic()
            quietly(install(debian, former, OURS), "install")
            check_waiting(debian)
            took = time.monotonic() - begin
            say("the programme")
            fingerprint = json.loads(debian.must("/packages/programme.sh"))["fingerprint"]
            debian.until(lambda: debian.run("curl", "-sk", "https://localhost:8443/").returncode == 0, 30, "the EST server")
            say("enrol")
            took += enrol(debian, fingerprint)
            first_sale(debian)
            shop = Shop(debian)
            shop.wait_delivered()
            say(f"size: {took:.1f} s from the downloaded package to a running, enrolled daemon")
            for name, step in (("upgrade", lambda: upgrade(debian, shop, packages, former)), ("restart", lambda: restart(debian, shop)),
                               ("kill", lambda: kill(debian, shop)), ("watchdog of the daemon", lambda: watchdog(debian, shop, "greentilld")),
                               ("watchdog of the service", lambda: watchdog(debian, shop, "greentill-credit")), ("seal", lambda: seal(debian, shop)),
                               ("remove and purge", lambda: remove_and_purge(debian, packages, before))):
                say(name)
                step()
    say("debian/tests")
    with overlay(base, folder / "autopkgtest") as root:
        bring(root, (packages,))
        autopkgtest(root, folder / "autopkgtest.log", packages)
    print("installed, enrolled, sold, upgraded, refused to go back, started anew, sealed, removed and purged")


def parser():
    made = journey_parser(__doc__, "booted")
    made.add_argument("--packages", required=True)
    made.add_argument("--former", required=True)
    return made


if __name__ == "__main__":
    if not may_mount():
        sys.exit("booting a Debian needs root, and the right to mount")
    in_own_mounts()
    sys.exit(run_journey(parser(), journey))
