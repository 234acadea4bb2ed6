# SPDX-License-Identifier: Apache-2.0
"""A program's man page (man(7) macros)."""
from command_line import commands, value_of

# What the words of a footer's head are called in a man page.
SECTIONS = {"Exit codes": "EXIT STATUS"}
EMPTY = "\\&"  # what roff takes for no text


def plain(text):
    """Text that roff takes as it stands."""
    safe = text.replace("\\", "\\e").replace("-", "\\-").replace("\u2019", "'")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in safe.split("\n"))


def is_long(option):
    """Whether the values are too many for the head of an entry."""
    return len(value_of(option)) > 50


def option_head(option):
    value = "VALUE" if is_long(option) else value_of(option)
    names = ", ".join(f"\\fB{plain(name)}\\fR" for name in option["names"])
    return names + (f" \\fI{plain(value)}\\fR" if value else "") + (" ..." if option["many"] else "")


def option_text(option):
    notes = [plain(option["description"]) or EMPTY]
    if is_long(option):
        notes.append(f"One of {plain(', '.join(option['choices']))}.")
    if option["default"]:
        notes.append(f"Default: {plain(option['default'])}.")
    if option["environment"]:
        notes.append(f"Environment: {plain(option['environment'])}.")
    if option["required"]:
        notes.append("Required.")
    text = notes[0] if notes[0].endswith(".") or len(notes) == 1 else notes[0] + "."
    return "\n".join([text, *notes[1:]])


def entries(options):
    return [f".TP\n{option_head(option)}\n{option_text(option)}" for option in options]


def usage(name, words, node):
    line = f".B {plain(' '.join((name, *words)))}"
    rest = ["[\\fIoptions\\fR]"] if node["options"] else []
    for argument in node["arguments"]:
        word = f"\\fI{plain(argument['names'][0])}\\fR" + (" ..." if argument["many"] else "")
        rest.append(word if argument["required"] else f"[{word}]")
    if node["commands"]:
        rest.append("\\fIcommand\\fR ...")
    return "\n".join([line, *([" ".join(rest)] if rest else [])])


def footer_sections(node):
    """The parts of the program's footer, each under its own head."""
    head, lines = None, {}
    for line in node["footer"].splitlines():
        if line and not line.startswith(" ") and ":" in line:
            head, _, rest = line.partition(":")
            lines[head] = [part.strip() for part in rest.split(",") if part.strip()]
        elif head and line.strip():
            lines[head].append(line.strip())
    parts = []
    for head, rows in lines.items():
        parts.append(f".SH {SECTIONS.get(head, plain(head.upper()))}")
        for row in rows:
            first, _, rest = row.partition(" ")
            parts.append(f".TP\n.B {plain(first)}\n{plain(rest.strip()) or EMPTY}")
    return parts


def man_page(description, date, others):
    name = description["name"]
    about = description["description"].rstrip(".")
    parts = [
        f'.TH {plain(name.upper())} 1 {date} "Greentill {description["version"]}" "Greentill"',
        f".SH NAME\n{plain(name)} \\- {plain(about[0].lower() + about[1:])}",
        ".SH SYNOPSIS"]
    leaves = [(words, node) for words, node in commands(description) if not node["commands"]]
    for index, (words, node) in enumerate(leaves):
        parts.append(("" if index == 0 else ".br\n") + usage(name, words, node))
    parts.append(f".SH DESCRIPTION\n{plain(description['description'])}")
    if description["commands"]:
        parts.append(".SH COMMANDS")
    for words, node in commands(description):
        if not words:
            continue
        parts.append(f".SS {plain(' '.join(words))}\n{plain(node['description'])}")
        if not node["commands"]:
            parts += entries(node["arguments"]) + entries(own_options(node))
    parts.append(".SH OPTIONS")
    parts += entries(description["arguments"]) + entries(description["options"])
    parts += footer_sections(description)
    see = [f".BR {plain(other)} (1)" for other in others if other != name]
    parts.append(".SH SEE ALSO\n" + ",\n".join(see))
    return "\n".join(parts) + "\n"


def own_options(node):
    """Without the help, which every command has."""
    return [option for option in node["options"] if "--help" not in option["names"]]
