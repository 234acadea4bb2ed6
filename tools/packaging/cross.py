#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command in a Debian 12 that builds for another of Debian's architectures, and runs its programs.

It is a Debian for amd64 of debootstrap's in a folder, with Debian's cross-compiler and, beside its own, the libraries of the other architecture
(multiarch): nothing of it is installed on this machine. What the command changes outside the bound folders is gone with it. Programs of the other
architecture run there like any other, each in a QEMU of its own: the kernel is told so for this command's user namespace alone.
"""
import argparse
import ctypes
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration/packages"))

from debian import CACHE, INSTALL, SUITE, fail_unless, furnish, in_own_mounts, kept_machine, may_mount, must, overlay, system_folders  # noqa: E402
from parts import StackError  # noqa: E402

# By Debian's name: QEMU's, and what the first 20 bytes of a program say of it: 64 or 32 bits and little endian, kind of file, machine.
ARCHITECTURES = {
    "arm64": ("aarch64", b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xb7\x00"),
    "armhf": ("arm", b"\x7fELF\x01\x01\x01" + bytes(9) + b"\x02\x00\x28\x00"),
}
# The kernel compares under this mask: any ABI, programs that lie at a place and those that do not.
MASK = b"\xff" * 7 + b"\x00" + b"\xff" * 8 + b"\xfe\xff\xff\xff"
# What builds, what tests run beside what they test, and what Debian's mosquitto of the other architecture needs.
TOOLS = ("ccache", "curl", "openssl", "python3", "sqlite3", "tzdata", "fonts-noto-core", "crossbuild-essential-{arch}",
         "libcjson1:{arch}", "libdlt2:{arch}", "libsystemd0:{arch}", "libwrap0:{arch}")
# A guard of the other architecture takes a broker of that architecture; that is no package beside mosquitto-dev, which needs the machine's own.
BROKER = "cd /tmp && apt-get download mosquitto:{arch} && dpkg-deb --fsys-tarfile mosquitto_*.deb | tar -x -C / ./usr/sbin/mosquitto && rm mosquitto_*.deb"
CLONE_NEWUSER, CLONE_NEWNS = 0x10000000, 0x00020000


def build_machine(arch):
    """The folder of that Debian; made anew where Build-Depends or the list above changes."""
    control = ROOT / "tools/packaging/debian/control"
    build_depends = re.search(r"^Build-Depends:(.*?)^$", control.read_text(), re.MULTILINE | re.DOTALL)[1].split(",")
    tools = [tool.format(arch=arch) for tool in TOOLS]
    needed = sorted({*tools, BROKER, *[" ".join(one.split()) for one in build_depends]})

    def furnishing(folder):
        source = folder / "source/debian"
        source.mkdir(parents=True)
        (source / "control").write_bytes(control.read_bytes())
        must("chroot", folder, "dpkg", "--add-architecture", arch)
        # A library is of one version for both architectures, or they do not stand side by side: so none stays at an older one.
        furnish(folder, ("apt-get", "dist-upgrade", "-y", "-q"), (*INSTALL, *tools),
                ("apt-get", "build-dep", "-y", "-q", "--no-install-recommends", f"--host-architecture={arch}", "--build-profiles=cross", "/source"),
                ("sh", "-euc", BROKER.format(arch=arch)))

    return kept_machine(f"{SUITE}-{arch}", needed, furnishing)


def in_own_user_namespace():
    """Goes on with all users and groups as they are, and a table of its own of what runs foreign programs."""
    libc = ctypes.CDLL(None, use_errno=True)
    ours, theirs = os.pipe(), os.pipe()
    child = os.fork()
    if child:
        os.read(ours[0], 1)
        for file in ("uid_map", "gid_map"):
            pathlib.Path(f"/proc/{child}/{file}").write_text("0 0 65536\n")
        os.write(theirs[1], b".")
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
    fail_unless(libc.unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0, f"a user namespace cannot be made: {os.strerror(ctypes.get_errno())}")
    os.write(ours[1], b".")
    os.read(theirs[0], 1)
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)


def run_foreign_programs(arch, root):
    """Says to the kernel that QEMU runs them, for as long as the mount lasts; of QEMU it keeps the file (F), so that no folder needs one."""
    emulator, magic = ARCHITECTURES[arch]
    place = root / "proc/sys/fs/binfmt_misc"
    done = subprocess.run(["mount", "-t", "binfmt_misc", "none", place], capture_output=True, text=True)
    fail_unless(done.returncode == 0, f"programs of {arch} cannot be run here: that takes Linux 6.7 or later, whose binfmt_misc is a namespace's own ({done.stderr.strip()})")
    escaped = ["".join(f"\\x{byte:02x}" for byte in pattern) for pattern in (magic, MASK)]
    (place / "register").write_text(f":qemu-{emulator}:M::{escaped[0]}:{escaped[1]}:/usr/bin/qemu-{emulator}-static:F")


def enter(root, arguments):
    """Ends this process as the command ends; what is mounted is its parent's to take away."""
    try:
        in_own_user_namespace()
        run_foreign_programs(arguments.arch, root)
        os.chroot(root)
        os.chdir(arguments.cwd)
        # What this machine has first on its path may be no Debian's.
        os.environ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
        os.execvp(arguments.words[0], arguments.words)
    except (OSError, StackError) as error:
        print(f"cross.py: {error}", file=sys.stderr, flush=True)
    os._exit(126)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--arch", choices=ARCHITECTURES, required=True)
    parser.add_argument("--bind", action="append", default=[], type=pathlib.Path, help="a folder that is there too, at the same place, and is changed")
    parser.add_argument("--in", dest="cwd", type=pathlib.Path, default=pathlib.Path("/"), help="where the command runs")
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND")
    arguments = parser.parse_args()
    base = build_machine(arguments.arch)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix=f"{SUITE}-use-") as place, overlay(base, place) as root, system_folders(root):
        (root / "etc/hosts").write_text("127.0.0.1 localhost\n")  # which an installer writes
        for folder in arguments.bind:
            there = root / folder.resolve().relative_to("/")
            there.mkdir(parents=True, exist_ok=True)
            must("mount", "--bind", folder.resolve(), there)
        child = os.fork()
        if not child:
            enter(root, arguments)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        for folder in reversed(arguments.bind):
            must("umount", "--lazy", root / folder.resolve().relative_to("/"))
    return status


if __name__ == "__main__":
    if not may_mount():
        sys.exit("building for another architecture needs root, and the right to mount")
    in_own_mounts()
    try:
        sys.exit(main())
    except StackError as error:
        sys.exit(f"cross.py: {error}")
