#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy over all that a build folder compiles, and fails on what it finds. What was found good is remembered by its content:
the sources and headers of the repository that it is made of, its command, the rules, and the versions of the packages.

    check_tidy.py BUILD            all of BUILD/compile_commands.json but the tests themselves
    check_tidy.py BUILD PART...    what has one of PART in its path, tests among it
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)
# Of the tests what they have in common is read. All of them would take as long again as everything else, and clang 14 does not take
# some: a lambda that captures a structured binding. Of C it wants functions that the C library does not have (C11, Annex K).
LEFT_OUT = re.compile(r"/tests/(?!support/)|/tests/.*\.c$")
# A unit of several files includes them.
OPTIONS = ["--quiet", "--checks=-bugprone-suspicious-include", r"--header-filter=.*/(daemon|plugins|tools|firmware|tests)/.*\.[ch]pp$"]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "greentill-tidy"


class Unit:
    def __init__(self, entry, build):
        self.file = pathlib.Path(entry["file"])
        self.command = entry["command"].replace(str(build), "").replace(str(ROOT), "")
        self.places = [ROOT, ROOT / "plugins/include", build / "generated"]

    def is_meant(self, parts):
        if parts:
            return any(part in str(self.file) for part in parts)
        return LEFT_OUT.search(str(self.file)) is None

    def contents(self):
        """The unit's file and all that it includes of the repository, each once."""
        pending, seen = [self.file], set()
        while pending:
            file = pending.pop().resolve()
            if file in seen:
                continue
            seen.add(file)
            text = file.read_bytes()
            yield text
            for name in INCLUDE.findall(text):
                found = [place / name.decode() for place in [file.parent, *self.places] if (place / name.decode()).is_file()]
                pending.extend(found[:1])

    def key(self, common):
        parts = hashlib.sha256(common + self.command.encode())
        # Another clone finds what this one did: CMake's own files name where it lies.
        for digest in sorted(hashlib.sha256(text.replace(bytes(ROOT), b"")).digest() for text in self.contents()):
            parts.update(digest)
        return parts.hexdigest()


def output(*command):
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout


def check(unit, build, common):
    """What was found, or nothing; and whether it was known."""
    mark = CACHE / unit.key(common)
    if mark.exists():
        mark.touch()
        return "", True
    done = subprocess.run(["clang-tidy", "-p", build, *OPTIONS, unit.file], capture_output=True, text=True)
    if done.returncode != 0:
        return done.stdout + ("" if done.stdout else done.stderr), False
    mark.touch()
    return "", False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("part", nargs="*")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    units = [Unit(entry, build) for entry in json.loads((build / "compile_commands.json").read_text())]
    units = [unit for unit in units if unit.is_meant(arguments.part)]
    common = output("clang-tidy", "--version") + (ROOT / ".clang-tidy").read_bytes() + " ".join(OPTIONS).encode()
    common += output("bash", "-c", ". tools/lib/prepare.sh; dpkg-query -W $(listed_packages run test)")
    CACHE.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda unit: check(unit, build, common), units))
    for found in sorted({found for found, _ in results if found}):
        print(found)
    failures, known = sum(bool(found) for found, _ in results), sum(known for _, known in results)
    print(f"{len(units)} units, {known} of them known to be good, {failures} failures")
    return 1 if failures or not units else 0


if __name__ == "__main__":
    sys.exit(main())
