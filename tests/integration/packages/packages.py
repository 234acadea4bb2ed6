#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Packages a finished build, as tools/package does, which has lintian look at it, and installs and purges the packages in a Debian 12 that debootstrap
makes: nothing starts, nothing is said on standard error, what remove must keep is kept, and purge leaves nothing. What is packaged is what was built.
"""
import pathlib
import re
import stat
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from debian import depends_of, faults_in, files_of, in_own_mounts, machine, may_mount, must, overlay, run, system_folders  # noqa: E402
from promises import ROOT, fail_unless, journey_parser, run_journey  # noqa: E402

PACKAGES = ("greentill", "greentill-credit", "greentill-dev")


def found_in(out):
    packages = {must("dpkg-deb", "--field", file, "Package").strip(): file for file in sorted(out.glob("*.deb"))}
    expected = {*PACKAGES, "greentill-dbgsym", "greentill-credit-dbgsym"}
    fail_unless(set(packages) == expected, f"packages: {sorted(packages)}")
    return packages


def build_id(program):
    return re.search("Build ID: ([0-9a-f]+)", must("readelf", "--notes", program))[1]


def check_programs(packages, folder, built):
    """Each program is the one that was built and tested, by its build id, which has its symbols in the package beside it."""
    tested = {build_id(file) for place in ("bin", "lib/greentill", "lib/greentill/plugins") for file in (built / place).glob("*")
              if file.is_file() and file.read_bytes()[:4] == b"\x7fELF"} if built else None
    for name in ("greentill", "greentill-credit"):
        for package in (name, f"{name}-dbgsym"):
            (folder / package).mkdir(parents=True)
            must("dpkg-deb", "--extract", packages[package], folder / package)
        there = {str(path.relative_to(folder)) for path in (folder / f"{name}-dbgsym").rglob("*.debug")}
        programs = [path for path in (folder / name / "usr").rglob("*") if path.is_file() and path.read_bytes()[:4] == b"\x7fELF"]
        fail_unless(programs, f"{name} has no programs")
        for program in programs:
            number = build_id(program)
            fail_unless(tested is None or number in tested, f"{program.name} is not what was built")
            wanted = f"{name}-dbgsym/usr/lib/debug/.build-id/{number[:2]}/{number[2:]}.debug"
            fail_unless(wanted in there, f"{program.name} has no symbols at {wanted}")


class Chroot:
    def __init__(self, root):
        self.root = root

    def run(self, *words):
        return run("chroot", self.root, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", *words)

    def silent(self, *words):
        """What it prints; a fault that is told on standard error is a failure."""
        done = self.run(*words)
        fail_unless(done.returncode == 0 and not faults_in(done.stderr), f"{' '.join(map(str, words))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def dpkg(self, *words):
        return self.silent("dpkg", *words)


def check_installed(chroot):
    version = re.search(r"greentill VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    for program in ("greentilld", "greentill", "greentill-credit", "greentill-printer-relay"):
        fail_unless(version in chroot.silent(program, "--version"), f"{program} --version")
        manual = chroot.root / f"usr/share/man/man1/{program}.1.gz"
        completion = (chroot.root / f"usr/share/bash-completion/completions/{program}", chroot.root / f"usr/share/zsh/vendor-completions/_{program}")
        fail_unless(manual.is_file() and all(file.is_file() for file in completion), f"{program} lacks its manual or completion")
    for unit in ("greentilld.service", "greentill-credit.service", "greentill-credit-api.service", "greentill-printer-relay@.service"):
        fail_unless((chroot.root / "lib/systemd/system" / unit).is_file(), f"there is no {unit}")
    checked = chroot.run("greentill", "config", "check", "/etc/greentill/greentill.toml")
    told = checked.stdout + checked.stderr
    # A device that nobody enrolled yet lacks what enrolment brings, and nothing else.
    lacks = [line for line in told.splitlines() if re.search("error|cannot|problem", line) and not re.search(r"identity|receipts\.crt|authorities", line)]
    fail_unless(checked.returncode == 1 and not lacks, f"config check of what is installed:\n{told}")
    check_modes(chroot)


def check_modes(chroot):
    expected = {"var/lib/greentill": ("greentill", "greentill", 0o710), "var/spool/greentill": ("greentill", "greentill", 0o2770),
                "var/lib/greentill-credit": ("greentill-credit", "greentill-credit", 0o700), "etc/greentill/greentill.toml": ("root", "root", 0o644),
                "usr/sbin/greentill-setup": ("root", "root", 0o755)}
    for path, wanted in expected.items():
        owner, group = chroot.silent("stat", "--format", "%U %G", f"/{path}").split()
        mode = stat.S_IMODE((chroot.root / path).stat().st_mode)
        fail_unless((owner, group, mode) == wanted, f"/{path} is {owner}'s and {group}'s, mode {mode:o}")
    groups = chroot.silent("id", "--name", "--groups", "greentill").split()
    fail_unless(sorted(groups) == ["greentill", "greentill-relay"], f"greentill is of {groups}")


def check_removal(chroot, before):
    (chroot.root / "var/lib/greentill/outbox.db").write_text("a store")
    (chroot.root / "etc/greentill/device.key").write_text("a key")
    chroot.dpkg("--remove", *PACKAGES)
    fail_unless((chroot.root / "var/lib/greentill/outbox.db").is_file() and (chroot.root / "etc/greentill/device.key").is_file()
                and (chroot.root / "etc/greentill/greentill.toml").is_file(), "remove took keys, store or configuration")
    chroot.dpkg("--purge", "greentill", "greentill-credit")  # greentill-dev has left nothing to purge
    left = files_of(chroot.root) - before
    fail_unless(not left, f"purge leaves {sorted(left)}")


def install_and_purge(packages, folder):
    files = [packages[name] for name in PACKAGES]
    with overlay(machine(files), folder) as root, system_folders(root):
        chroot = Chroot(root)
        before = files_of(root)
        (root / "packages").mkdir()
        for file in files:
            must("cp", file, root / "packages")
        chroot.dpkg("--install", *[f"/packages/{file.name}" for file in files])
        check_installed(chroot)
        check_removal(chroot, before)


def journey(folder, arguments):
    built = None if arguments.packages else pathlib.Path(arguments.bin)
    out = pathlib.Path(arguments.packages or folder / "made").resolve()
    if built:
        must(ROOT / "tools/package", "--built", built, "--out", out)
    packages = found_in(out)
    check_programs(packages, folder / "symbols", built)
    for name in PACKAGES:
        size = must("dpkg-deb", "--field", packages[name], "Installed-Size").strip()
        print(f"size: {packages[name].name}: {packages[name].stat().st_size // 1024} KiB to download, {size} KiB installed")
    if may_mount():
        install_and_purge(packages, folder / "debian")
        print("the packages are made, clean to lintian, installed without a word, and purged without a trace")
    else:
        print("SKIPPED: installing packages in a chroot needs root, and the right to mount; they are made, and clean to lintian")


def parser():
    made = journey_parser(__doc__, "packages")
    made.add_argument("--packages", help="a folder of packages that are made; else they are made of --bin")
    return made


if __name__ == "__main__":
    in_own_mounts()
    sys.exit(run_journey(parser(), journey))
