#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The library that ends programs as a power cut would, held against programs whose faults are known: what was synced is there, what was not is gone."""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from ends import FATES, end_at  # noqa: E402

WRITE = """
import os
def put(name, text, sync=True):
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(descriptor, text)
    if sync: os.fsync(descriptor)
    os.close(descriptor)
def sync(folder="."):
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
os.chdir(FOLDER)
"""
OLD, NEW = b"old", b"newer"

# What a program does to a folder that holds the file "it" with the text "old", durably; and what is in it behind each of the fates, in their order.
PROGRAMS = {
    "all in order": ("put(F + '/new', NEW); os.rename(F + '/new', F + '/it'); sync()", [{"it": NEW}] * 4),
    "no fsync of the file": ("put(F + '/new', NEW, False); os.rename(F + '/new', F + '/it'); sync()", [{"it": NEW}, {"it": b""}, {"it": b""}, {"it": NEW}]),
    "no fsync of the folder": ("put(F + '/new', NEW); os.rename(F + '/new', F + '/it')", [{"it": NEW}, {"it": OLD}, {"it": NEW}, {"it": OLD}]),
    "in place": ("put(F + '/it', NEW, False)", [{"it": NEW}, {"it": OLD}, {"it": OLD}, {"it": NEW}]),
    "removed": ("os.unlink(F + '/it')", [{}, {"it": OLD}, {}, {"it": OLD}]),
    "linked": ("os.symlink('it', F + '/link'); os.rename(F + '/link', F + '/other')", [{"it": OLD, "other": OLD}, {"it": OLD}, {"it": OLD, "other": OLD}, {"it": OLD}]),
    "a folder": ("os.mkdir(F + '/deep'); put(F + '/deep/in', NEW); sync(F + '/deep')", [{"it": OLD, "deep/in": NEW}, {"it": OLD}, {"it": OLD, "deep/in": NEW}, {"it": OLD}]),
    "twice": ("put(F + '/it', NEW); put(F + '/it', b'third', False)", [{"it": b"third"}, {"it": NEW}, {"it": NEW}, {"it": b"third"}]),
}


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def run(binaries, base, does, fate):
    """What is in the folder once the program has ended and the power was cut."""
    folder = base / "folder"
    folder.mkdir(parents=True)
    (folder / "it").write_bytes(OLD)
    text = WRITE.replace("FOLDER", repr(str(folder))) + f"F, NEW = {str(folder)!r}, {NEW!r}\n{does}\n"
    environment = {**os.environ, **end_at(binaries, folder, 1000), "KILL_LOSES": fate}
    subprocess.run([sys.executable, "-c", text], check=True, env=environment)
    return contents(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default="build/release")
    binaries = parser.parse_args().bin
    wrong = []
    with tempfile.TemporaryDirectory() as base:
        for name, (does, expected) in PROGRAMS.items():
            for fate, there in zip(FATES, expected):
                found = run(binaries, pathlib.Path(base) / name / fate, does, fate)
                if found != there:
                    wrong.append(f"{name}, {fate}: {found} in place of {there}")
    print("\n".join(wrong) or f"{len(PROGRAMS) * len(FATES)} ends are as they should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
