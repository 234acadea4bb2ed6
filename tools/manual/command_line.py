# SPDX-License-Identifier: Apache-2.0
"""A program's command line as `PROGRAM --describe-command-line` tells it: daemon/command_line/describe.hpp."""
import json
import subprocess


def describe(program):
    """The description, with the program's version beside it."""
    told = subprocess.run([program, "--describe-command-line"], capture_output=True, text=True, check=True).stdout
    description = json.loads(told)
    description["version"] = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    return description


def commands(node, words=()):
    """Every command, the program itself first, as (words, node); words leave the program's name out."""
    yield words, node
    for command in node["commands"]:
        yield from commands(command, (*words, command["name"]))


def value_of(option):
    """What --help calls the option's value: its choices, or a word for it; empty where it has none."""
    return "|".join(option["choices"]) if option["choices"] else option["value"].split(":")[-1]


def takes_value(option):
    return bool(option["value"] or option["choices"])


def kind_of(option):
    """What completion offers for the value: its choices, "file", or None."""
    if option["choices"]:
        return option["choices"]
    return "file" if value_of(option) in ("TEXT", "FILE", "FOLDER", "DIR", "PATH") else None
