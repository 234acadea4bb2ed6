# SPDX-License-Identifier: Apache-2.0
"""Ends a program at one of its changes of a folder, by a kill or a power cut."""
import pathlib

# What an end takes of what was not synced (tests/support/losses.h): a kill nothing, a power cut one of the others.
FATES = ("nothing", "all", "data", "names")


def end_at(binaries, folder, change, turn=0):
    """The environment of a program that ends at that change of the folder. Which fate it meets goes in turn with the changes: four runs with the
    turns 0 to 3 meet every one at each change."""
    library = pathlib.Path(binaries).resolve() / "lib/greentill/greentill-kill-at-write.so"
    return {"LD_PRELOAD": str(library), "KILL_AT": str(change), "KILL_FOLDER": str(pathlib.Path(folder).resolve()), "KILL_LOSES": FATES[(change + turn) % len(FATES)]}


def add_turn(parser):
    parser.add_argument("--turn", type=int, default=0, help="which of the four fates the first change meets; all of 0 to 3 are the whole (default: 0)")
