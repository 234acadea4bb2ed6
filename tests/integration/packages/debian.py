# SPDX-License-Identifier: Apache-2.0
"""A Debian 12 in a folder, as debootstrap makes it: kept in a cache, and used through an overlay, so that each use finds it as it was."""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import fail_unless  # noqa: E402

CACHE = pathlib.Path(os.environ.get("GREENTILL_PACKAGE_CACHE") or
                     pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "greentill-debian")
SUITE = "bookworm"
KEPT_S = 30 * 24 * 3600  # a Debian that nothing used for so long goes
# What a machine has before anything of ours comes: systemd as its first process, and what the tests themselves call: one for all tests.
TOOLS = ("mosquitto", "openssl", "python3", "curl")
MACHINE = ("systemd", "systemd-sysv", "dbus", "ca-certificates", "libpam-systemd")
# What nobody's package is: what programs write while they run, and what apt keeps.
OF_THE_SYSTEM = re.compile(r"(proc|sys|dev|tmp|run/(?!greentill)|var/(log|cache|tmp)|var/lib/(dpkg|apt|systemd/(?!deb-systemd)|ucf|dbus|pam)|root|packages|"
                           r"etc/(passwd|group|g?shadow|subuid|subgid)-?$|etc/ld.so.cache$|etc/.pwd.lock$|etc/mtab$|usr/share/mime|var/lib/mime)")


# What apt and systemctl say on standard error though all is well: that no debconf asks, that apt itself reads local files, which units are enabled.
NO_FAULT = re.compile(r"debconf: delaying package configuration|N: Download is performed unsandboxed|Creating (group|user) 'greentill|(Created|Removed) (symlink )?\S*/systemd/system/|Removed \"?/etc/systemd|"
                      r"dpkg: warning: while removing greentill\S*, directory '\S+' not empty so not removed")


def faults_in(errors):
    """The lines of a package manager's standard error that tell of one."""
    return [line for line in errors.splitlines() if line.strip() and not NO_FAULT.match(line)]


def may_mount():
    return os.geteuid() == 0 and run("unshare", "--mount", "true").returncode == 0


def in_own_mounts():
    """Goes on in a mount namespace of its own, where that may be: what is mounted is gone with this program, however it ends, and no later run that
    clears its folder reaches through it."""
    if os.environ.get("GREENTILL_OWN_MOUNTS") != "1" and may_mount():
        os.environ["GREENTILL_OWN_MOUNTS"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)


def must(*command, **options):
    done = run(*command, **options)
    fail_unless(done.returncode == 0, f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def depends_of(packages):
    """What they need of Debian, each with the version that it must have: the first of alternatives."""
    names = {must("dpkg-deb", "--field", package, "Package").strip() for package in packages}
    needed = set()
    for package in packages:
        for one in must("dpkg-deb", "--field", package, "Depends").split(","):
            wanted = one.split("|")[0].strip()
            if wanted and wanted.split()[0] not in names:
                needed.add(wanted)
    return sorted(needed)


def archives():
    """Where this machine's apt has this Debian from: lines of a sources.list, the suite itself first."""
    told = must("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages")
    found = {tuple(line.split()) for line in told.splitlines()}
    ours = sorted({(suite, uri) for uri, suite, component in found if "debian" in uri and component == "main"
                   and suite in (SUITE, f"{SUITE}-updates", f"{SUITE}-security")})
    fail_unless(ours and ours[0][0] == SUITE, f"apt on this machine has no source for Debian's {SUITE}, of which a Debian to install in is made: {sorted(found)}")
    return [f"deb {uri} {suite} main" for suite, uri in ours]


@contextlib.contextmanager
def locked(name):
    """Another clone's test may want the same."""
    with open(CACHE / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def copy_bare_machine(there):
    """What debootstrap makes, with MACHINE."""
    bare, making = CACHE / f"{SUITE}-bare", CACHE / f"{SUITE}-bare.making"
    with locked(bare.name):
        if bare.is_dir() and is_old(bare):
            shutil.rmtree(bare)
        if not bare.is_dir():
            shutil.rmtree(making, ignore_errors=True)
            lines = archives()
            must("debootstrap", "--variant=minbase", f"--include={','.join(MACHINE)}", SUITE, making, lines[0].split()[1])
            (making / "etc/apt/sources.list").write_text("".join(f"{line}\n" for line in lines))
            making.rename(bare)
        must("cp", "-a", bare, there)


def is_old(folder):
    return folder.stat().st_mtime < time.time() - KEPT_S


def furnish(machine_folder, *commands):
    """Runs them in it, which install packages, by this machine's apt settings, such as a proxy."""
    settings = machine_folder / "etc/apt/apt.conf.d/00machine"
    settings.write_text("".join(f"{line}\n" for line in must("apt-config", "dump").splitlines() if re.match(r"Acquire::\S*proxy", line, re.IGNORECASE)))
    shutil.copyfile("/etc/resolv.conf", machine_folder / "etc/resolv.conf")
    # Services of Debian's own are the test's to start.
    policy = machine_folder / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    with system_folders(machine_folder):
        for command in (("apt-get", "update", "-q"), *commands, ("apt-get", "clean")):
            must("chroot", machine_folder, "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", *command)
    policy.unlink()
    settings.unlink()


def kept_machine(name, needed, furnishing):
    """The folder of a Debian that is made of MACHINE by furnishing(folder), once, and anew where it is to have other packages."""
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = CACHE / f"{name}-{hashlib.sha256(' '.join(needed).encode()).hexdigest()[:12]}"
    with locked(folder.name):
        if not folder.is_dir():
            making = CACHE / f"{folder.name}.making"
            shutil.rmtree(making, ignore_errors=True)
            copy_bare_machine(making)
            furnishing(making)
            making.rename(folder)
        os.utime(folder)
        forget_others(folder)
    return folder


def forget_others(folder):
    """What was not used for long, of machines that are made."""
    for other in CACHE.glob(f"{SUITE}-*"):
        if other.is_dir() and other != folder and not other.name.endswith((".making", "-bare")) and is_old(other):
            shutil.rmtree(other)


INSTALL = ("apt-get", "install", "-y", "-q", "--no-install-recommends")


def machine(packages):
    """The folder of a Debian that has MACHINE, TOOLS and what these packages need."""
    needed = sorted({*MACHINE, *TOOLS, *depends_of(packages)})
    return kept_machine(SUITE, needed, lambda folder: furnish(folder, (*INSTALL, *[name.split()[0] for name in needed])))


@contextlib.contextmanager
def system_folders(root):
    places = ("proc", "sys", "dev")
    for place in places:
        must("mount", "--rbind", f"/{place}", root / place)
        must("mount", "--make-rslave", root / place)
    try:
        yield
    finally:
        for place in places:
            must("umount", "--lazy", "--recursive", root / place)


@contextlib.contextmanager
def overlay(base, folder):
    """A copy of the folder `base` that costs nothing, and is gone behind the `with`."""
    folder = pathlib.Path(folder).resolve()
    for name in ("upper", "work", "root"):
        (folder / name).mkdir(parents=True)
    must("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={base},upperdir={folder}/upper,workdir={folder}/work", folder / "root")
    try:
        yield folder / "root"
    finally:
        must("umount", "--lazy", folder / "root")
        shutil.rmtree(folder / "work", ignore_errors=True)


def files_of(root):
    """Every file and folder that somebody's package, or nobody's, put there."""
    found = set()
    for folder, names, files in os.walk(root):
        inside = os.path.relpath(folder, root)
        names[:] = [name for name in names if not OF_THE_SYSTEM.match(os.path.normpath(os.path.join(inside, name)))]
        for name in [*names, *files]:
            path = os.path.normpath(os.path.join(inside, name))
            if not OF_THE_SYSTEM.match(path):
                found.add(path)
    return found


class Booted:
    """That Debian with systemd as its first process, in namespaces of its own."""

    def __init__(self, root, log):
        self.root = pathlib.Path(root)
        (self.root / "etc/hosts").write_text("127.0.0.1 localhost\n")  # which an installer writes
        with open(log, "w") as out:
            self.nspawn = subprocess.Popen(["systemd-nspawn", "--quiet", "--directory", self.root, "--boot", "--register=no", "--keep-unit", "--private-network",
                                            "--machine=greentill", "--console=pipe", "--resolv-conf=off", "--timezone=off"], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.first = self._until(self._child, 30, f"systemd-nspawn to start ({log})")
        self._until(lambda: self.run("systemctl", "is-system-running", "--wait").stdout.strip() in ("running", "degraded"), 60, "systemd to be up")

    def _until(self, what, seconds, words):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            fail_unless(self.nspawn.poll() is None, f"systemd-nspawn ended: waiting for {words}")
            found = what()
            if found:
                return found
            time.sleep(0.2)
        fail_unless(False, f"{seconds} s were too few for {words}")
        return None

    def _child(self):
        children = pathlib.Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children").read_text().split()
        return next((child for child in children if pathlib.Path(f"/proc/{child}/comm").read_text().strip() == "systemd"), None)

    def command(self, *words):
        return ["nsenter", "--target", self.first, "--all", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=/root",
                "DEBIAN_FRONTEND=noninteractive", *map(str, words)]

    def run(self, *words, **options):
        return run(*self.command(*words), **options)

    def must(self, *words, **options):
        done = self.run(*words, **options)
        fail_unless(done.returncode == 0, f"{' '.join(map(str, words))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def sh(self, text, **options):
        return self.must("sh", "-euc", text, **options)

    def until(self, what, seconds, words):
        return self._until(what, seconds, words)

    def power_off(self):
        self.run("systemctl", "poweroff")
        try:
            self.nspawn.wait(30)
        except subprocess.TimeoutExpired:
            self.nspawn.send_signal(signal.SIGKILL)
            self.nspawn.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            print(self.run("journalctl", "--no-pager", "--lines=60", "--unit=greentill*", "--unit=mosquitto").stdout, file=sys.stderr)
        self.power_off()
