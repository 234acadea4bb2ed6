#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""make.py OUT PROGRAM...: the man page and the completion of each program, from its own description of its command line."""
import datetime
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from command_line import describe  # noqa: E402
from completion import bash, zsh  # noqa: E402
from man_page import man_page  # noqa: E402

# A distribution's build sets this date, so that it makes the same bytes again.
BUILT = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())), datetime.timezone.utc).date()


def main():
    out, programs = pathlib.Path(sys.argv[1]), sys.argv[2:]
    names = sorted(pathlib.Path(program).name for program in programs)
    folders = {kind: out / kind for kind in ("man", "bash", "zsh")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    for program in programs:
        description = describe(program)
        name = description["name"]
        (folders["man"] / f"{name}.1").write_text(man_page(description, BUILT.isoformat(), names))
        (folders["bash"] / name).write_text(bash(description))
        (folders["zsh"] / f"_{name}").write_text(zsh(description))


if __name__ == "__main__":
    main()
