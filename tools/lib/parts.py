# SPDX-License-Identifier: Apache-2.0
"""Programs that are started, waited for and ended, here and by the kernel if this process dies first."""
import ctypes
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PR_SET_PDEATHSIG = 1


class StackError(RuntimeError):
    """A part did not start or answer; the message names its log."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def connects(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def output_of(*command, **options):
    """What a program that must succeed wrote to its standard output."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise StackError(f"{' '.join(words)}: exit {done.returncode}: {done.stderr.strip() or done.stdout[-500:]}")
    return done.stdout


# The one bound on waiting, so wide that no machine is too busy for it: whoever meets it waits for what does not come.
PATIENCE_S = 300


def wait_until(condition, seconds, what, pause=0.05):
    """Answers the condition's first true value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise StackError(f"gave up after {seconds} s waiting for {what}")
        time.sleep(pause)


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Part:
    """A program with a log file; at the end of a `with`, killed."""

    def __init__(self, name, command, log, environment=None):
        self.name, self.command, self.log = name, [str(word) for word in command], pathlib.Path(log)
        self.environment = environment
        self.standard_error = None  # an open file in place of the log
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, preexec_fn=_die_with_parent,
                stderr=log if self.standard_error is None else self.standard_error, env={**os.environ, **(self.environment or {})})

    def check_alive(self):
        if self.process.poll() is not None:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            raise StackError(f"{self.name} ended with {self.process.returncode}; the end of {self.log}:\n{tail}")

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        if self.running:
            self.process.kill()
        if self.process:
            self.process.wait()

    def stop(self, seconds=PATIENCE_S):
        if self.running:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise StackError(f"{self.name} did not stop within {seconds} s; see {self.log}") from None
            if self.process.returncode != 0:
                raise StackError(f"{self.name} stopped with {self.process.returncode}; see {self.log}")


def sanitizer_of(library):
    """What must be loaded before the library into a program that is built without sanitizers."""
    loads = subprocess.run(["ldd", library], capture_output=True, text=True).stdout
    runtime = re.search(r"lib[at]san\.so\S* => (\S+)", loads)
    return {"LD_PRELOAD": runtime[1], "ASAN_OPTIONS": "detect_leaks=0"} if runtime else None
