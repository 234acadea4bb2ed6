# SPDX-License-Identifier: Apache-2.0
"""What somebody waits for who runs tools/run on a machine for the first time: what is fetched, and how long the programs build."""
import os
import shutil
import subprocess
import time

from parts import ROOT, output_of

# What a Debian has before anything is installed (debootstrap's minbase).
BARE = ["?essential", "?priority(required)", "apt", "ca-certificates"]


def measure(results, folder, quick):
    download = archives(*packages("run")) - archives(*BARE)
    results.add("tools_run_download", sum(size for _, size in download) / 1e6, "MB", "<=", 140, 100)
    if quick:
        return
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    cache = {"CCACHE_DIR": folder / "ccache"} if shutil.which("ccache") else {"CCACHE_DISABLE": "1"}
    results.add("tools_run_build_cold", build(clone, cache), "s", "<=", 240, 120)
    if shutil.which("ccache"):
        shutil.rmtree(clone / "build")
        results.add("tools_run_build_warm", build(clone, cache), "s", "<=", 45, 45)


def packages(section):
    script = f'cd {ROOT} && . tools/lib/prepare.sh && listed_packages {section}'
    return output_of("bash", "-c", script).split()


def archives(*names):
    """The archives (name, bytes) that a machine without any package fetches to have these."""
    asked = ["apt-get", "-o", "Dir::State::status=/dev/null", "--print-uris", "-qq", "-y", "--no-install-recommends", "install", *names]
    rows = [line.split() for line in output_of(*asked).splitlines() if line.startswith("'")]
    return {(row[1], int(row[2])) for row in rows}


def build(clone, cache):
    """Seconds of tools/run's own build, on as many cores as there are."""
    script = "mkdir -p build && . tools/lib/prepare.sh && build_release without-tests programs"
    started = time.monotonic()
    output_of("bash", "-c", script, cwd=clone, env={**os.environ, **cache})
    return time.monotonic() - started
