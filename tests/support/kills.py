# SPDX-License-Identifier: Apache-2.0
"""Kills the daemon, or its plugins' children alone, at random instants; or as it adopts what was published."""
import collections
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/lib"))

from ends import end_at  # noqa: E402
from parts import PATIENCE_S, wait_until  # noqa: E402


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


def kill_while_adopting(stack, steps, publish, sell_and_see, follows, turn=0):
    """Ends the daemon, by the fates in turn, at each change of its state folder from its start until it goes by what was published, one change a run. `publish(step)` makes the service have
    something new, `sell_and_see()` sells and says whether the daemon has it, `follows()` waits until it does. Answers how often it was killed."""
    killed = 0
    for number, step in enumerate(steps, 1):
        stack.daemon.stop()
        publish(step)
        stack.daemon.environment = end_at(stack.binaries, stack.folder / "state", number, turn)
        stack.daemon.start()

        def over():
            if not stack.daemon.running:
                return True
            try:
                return sell_and_see()
            except OSError:
                return False
        wait_until(over, PATIENCE_S, "the daemon to adopt or to be killed", pause=0.01)
        ended = not stack.daemon.running
        stack.daemon.kill()
        stack.daemon.environment = None
        stack.start_daemon()
        follows()
        if not ended:
            break
        killed += 1
    if killed < 8:
        raise AssertionError(f"only {killed} changes were counted: is the library loaded?")
    return killed
