# SPDX-License-Identifier: Apache-2.0
"""A person at a terminal: commands as the documents show them, what they answer, and why they were typed, kept as a text to read."""
import os
import re
import shlex
import subprocess
import textwrap

from parts import PATIENCE_S, ROOT, StackError

PAGES = {"greentill": ["docs/cli.md"], "greentill-credit": ["docs/credit-service.md", "docs/registry.md"]}
WIDTH = 100


def _documented(program):
    return "\n".join((ROOT / page).read_text() for page in PAGES[program])


def check_documented(words):
    """Fails where a command, or an option of it, is not shown in its program's page."""
    program, *rest = words
    if program not in PAGES:
        return
    text = _documented(program)
    for word in rest:
        if word.startswith("-"):
            known = re.search(rf"(?<![\w-]){re.escape(word.split('=')[0])}(?![\w-])", text)
        elif word is rest[0]:
            known = re.search(rf"`{re.escape(word)}\b|{re.escape(program)} {re.escape(word)}\b", text)
        else:
            continue
        if not known:
            raise StackError(f"{' '.join(PAGES[program])} does not show {word} of: {' '.join(words)}")


def transcript_of(stack, name, title):
    """One that is kept as build/people/NAME.txt."""
    return Transcript(ROOT / "build/people" / f"{name}.txt", title, stack.folder, stack.binaries, {"GREENTILL_CONFIG": "greentill.toml"})


class Transcript:
    def __init__(self, path, title, folder, binaries, environment):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.folder = path, folder
        self.environment = {**os.environ, **environment, "PATH": f"{binaries}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        self.out = path.open("w")
        self._write(f"{title}\n{'=' * len(title)}\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.out.close()

    def _write(self, text):
        self.out.write(text + "\n")
        self.out.flush()

    def say(self, text):
        self._write("\n" + textwrap.fill(" ".join(text.split()), WIDTH, initial_indent="# ", subsequent_indent="# "))

    def run(self, line, *expected, code=0):
        """Types the line; answers what was printed, its line ends as they are. Every regular expression of `expected` must be found in it."""
        words = shlex.split(line)
        if code != 2:  # mistyped on purpose
            check_documented(words)
        done = subprocess.run(words, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE_S, check=False)
        said = done.stdout.decode()
        self._write("\n$ " + line + "\n" + said.replace("\r\n", "\n").rstrip())
        if code is not None and done.returncode != code:
            raise StackError(f"{line}: exit {done.returncode} and not {code}; see {self.path}")
        for pattern in expected:
            if not re.search(pattern, said):
                raise StackError(f"{line}: says nothing like {pattern!r}; see {self.path}")
        widest = max((len(row) for row in said.splitlines()), default=0)
        if widest > 250 and "--json" not in words:
            raise StackError(f"{line}: a line of {widest} characters; see {self.path}")
        return said
