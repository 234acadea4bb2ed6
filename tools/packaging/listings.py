#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a page's listings in C++ into files, in their order: listings.py PAGE FILE..."""
import pathlib
import re
import sys


def main():
    page, *files = map(pathlib.Path, sys.argv[1:])
    listings = re.findall(r"^```cpp\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    if len(listings) != len(files):
        return f"{page} has {len(listings)} listings, not {len(files)}"
    for file, listing in zip(files, listings):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(listing)
    return 0


if __name__ == "__main__":
    sys.exit(main())
