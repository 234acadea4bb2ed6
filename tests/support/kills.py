# SPDX-License-Identifier: Apache-2.0
"""Kills the daemon, or its plugins' children alone, at random instants."""
import collections
import os
import pathlib
import signal
import time


def plugin_hosts(parent):
    """The children of a process that run plugins."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            name, rest = (entry / "stat").read_text().split("(", 1)[1].rsplit(")", 1)
        except OSError:  # ended meanwhile
            continue
        if name == "greentill-plugi" and int(rest.split()[1]) == parent:
            found.append(int(entry.name))
    return found


def stop_detectors(parent):
    """Stops them where they stand, as a machine that is too busy would; their budget ends them. Sources alone run at nice 5."""
    for host in plugin_hosts(parent):
        try:
            if os.getpriority(os.PRIO_PROCESS, host) == 0:
                os.kill(host, signal.SIGSTOP)
        except ProcessLookupError:
            pass


def kill_some(stack, kills, rng, before=lambda number: None):
    """Answers how often which was killed; the daemon is up again at the end. Calls `before` with each kill's number."""
    counts = collections.Counter()
    for number in range(kills):
        before(number)
        time.sleep(rng.uniform(0, 0.5))
        hosts = plugin_hosts(stack.daemon.process.pid)
        if hosts and rng.random() < 0.3:
            os.kill(rng.choice(hosts), signal.SIGKILL)
            counts["a plugin's child"] += 1
            continue
        stack.daemon.kill()
        counts["daemon"] += 1
        if rng.random() < 0.3:
            time.sleep(rng.uniform(0, 0.3))
        stack.start_daemon()
    return counts
