#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Installs a build into a folder of its own: programs and plugins are stripped, each has its symbols under its build id, and the
installed daemon finds its host and plugins beside itself: tools/run goes the whole way with them, and a device whose clock is wrong by
years is in service within a minute, over lines that drop half of the connections.
"""
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "journey"))

from est_server import clock_is_kept  # noqa: E402
from promises import ROOT, fail_unless, journey_parser, run_journey  # noqa: E402
from parts import output_of  # noqa: E402
from wrong_clock import in_service  # noqa: E402

PROGRAMS = {"greentill", "greentill-credit", "greentill-plugin-host", "greentill-printer-relay", "greentilld"}


def install(build, prefix, component):
    output_of("cmake", "--install", build, "--prefix", prefix, "--component", component)
    return sorted(path.relative_to(prefix) for path in prefix.rglob("*") if path.is_file())


def sections(file):
    return set(re.findall(r"^ +\[ *\d+\] (\S+)", output_of("readelf", "--section-headers", "--wide", file), re.MULTILINE))


def build_id(file):
    return re.search("Build ID: ([0-9a-f]+)", output_of("readelf", "--notes", file))[1]


def check_programs(prefix, build):
    """The installed programs and plugins, each stripped."""
    plugins = {path.name for path in (build / "lib/greentill/plugins").glob("*.so")}
    folders = {"bin": PROGRAMS, "lib/greentill": {"greentill-broker-guard.so"}, "lib/greentill/plugins": plugins}
    for folder, expected in folders.items():
        there = {path.name for path in (prefix / folder).iterdir() if path.is_file()}
        fail_unless(there == expected and expected, f"{folder} holds {sorted(there)}, not {sorted(expected)}")
    binaries = [prefix / folder / name for folder, names in folders.items() for name in sorted(names)]
    for binary in binaries:
        left = {name for name in sections(binary) if name == ".symtab" or name.startswith(".debug_")}
        fail_unless(not left, f"{binary} is not stripped: {left}")
    fail_unless((prefix / "share/greentill/methodologies").is_dir(), "share/greentill lacks the methodologies")
    for name in PROGRAMS - {"greentill-plugin-host"}:  # the host is the daemon's alone
        for manual in (f"man/man1/{name}.1", f"bash-completion/completions/{name}", f"zsh/site-functions/_{name}"):
            fail_unless((prefix / "share" / manual).stat().st_size > 300, f"share/{manual} is nearly empty")
    return binaries


def check_symbols(prefix, binaries):
    """A file of symbols for each, found by its build id as a debugger finds it, and no other."""
    expected = set()
    for binary in binaries:
        number = build_id(binary)
        symbols = prefix / "lib/debug/.build-id" / number[:2] / f"{number[2:]}.debug"
        fail_unless(symbols.is_file(), f"{binary.name} has no symbols at {symbols}")
        fail_unless(build_id(symbols) == number, f"{symbols} is of another file")
        fail_unless({".symtab", ".debug_line"} <= sections(symbols), f"{symbols} holds no symbols")
        expected.add(symbols.relative_to(prefix))
    return expected


def check_running(prefix, folder, build):
    fail_unless(output_of(prefix / "bin/greentilld", "--version") == output_of(build / "bin/greentilld", "--version"),
                "the installed daemon is of another version")
    # Sources and detectors are named without a path there, and no path of the build tree is.
    printed = output_of("/usr/bin/python3", ROOT / "tools/lib/run.py", "--bin", prefix, "--folder", folder)
    fail_unless(re.search("^refused +0$", printed, re.MULTILINE), f"tools/run with what was installed:\n{printed}")


def journey(folder, arguments):
    os.environ.pop("DESTDIR", None)
    build, prefix, symbols = pathlib.Path(arguments.bin), folder / "prefix", folder / "symbols"
    install(build, prefix, "programs")
    binaries = check_programs(prefix, build)
    installed = set(install(build, symbols, "debug-symbols"))
    expected = check_symbols(symbols, binaries)
    fail_unless(installed == expected, f"the symbols' component holds more: {installed - expected}")
    check_running(prefix, folder / "run", build)
    if clock_is_kept():
        print("SKIPPED: a time server keeps this machine's clock, which cannot be wrong then")
    else:
        in_service(folder / "wrong-clock", prefix, "-7y")
    print(f"{len(binaries)} programs and plugins are stripped, have their symbols apart, and run")


if __name__ == "__main__":
    sys.exit(run_journey(journey_parser(__doc__, "install"), journey))
