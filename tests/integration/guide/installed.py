# SPDX-License-Identifier: Apache-2.0
"""What a plugin's author has of Greentill: the headers, installed from a build."""
import subprocess


def install(build, prefix):
    """Installs the headers' component, and nothing besides it, and returns the include folder."""
    subprocess.run(["cmake", "--install", build, "--prefix", prefix, "--component", "plugin-headers"], check=True, capture_output=True)
    installed = sorted(str(path.relative_to(prefix)) for path in prefix.rglob("*") if path.is_file())
    expected = ["include/greentill/plugin.h", "include/greentill/plugin.hpp"]
    if installed != expected:
        raise SystemExit(f"the component holds {installed}, not {expected}")
    return prefix / "include"
