#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is made from the programs' command lines: each man page has every option of every --help in the same words, and is clean to
mandoc and groff; bash and zsh complete commands, options, fixed values and files.
"""
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from promises import ROOT, fail_unless, journey_parser, run_journey  # noqa: E402

sys.path.insert(0, str(ROOT / "tools/manual"))

from command_line import commands, describe  # noqa: E402

PROGRAMS = ("greentill", "greentill-credit", "greentill-printer-relay", "greentilld")


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)


def flat(text):
    return " ".join(text.split())


def help_of(program, words):
    done = run(program, *words, "--help")
    fail_unless(done.returncode == 0, f"{program} {words} --help: exit {done.returncode}")
    return done.stdout


def options_in(text):
    """The options of a --help, as (names, line and those that go on from it)."""
    return {name for name in re.findall(r"(?:^  |,)(--?[A-Za-z][A-Za-z-]*)", text, re.MULTILINE)}


def check_page(page, program, description):
    lint = run("mandoc", "-T", "lint", "-W", "warning", page)
    fail_unless(not lint.stdout + lint.stderr, f"mandoc on {page}:\n{lint.stdout}{lint.stderr}")
    rendered = run("groff", "-man", "-Tutf8", "-ww", "-P-cbou", "-rLL=1000n", page)
    fail_unless(rendered.returncode == 0 and not rendered.stderr, f"groff on {page}:\n{rendered.stderr}")
    text = flat(rendered.stdout.replace("\u2212", "-").replace("\u2010", "-").replace("\u2019", "'"))
    count = 0
    for words, node in commands(description):
        told = help_of(program, words)
        names = options_in(told)
        fail_unless({name for option in node["options"] for name in option["names"]} <= names,
                    f"{program.name} {words}: its description has options that --help has not: {names}")
        for name in names:
            fail_unless(name in text, f"{page} lacks {name} of {words}")
        for option in node["options"] + node["arguments"]:
            fail_unless(flat(option["description"]) in flat(told), f"{words}: --help lacks: {option['description']}")
            fail_unless("--help" in option["names"] or flat(option["description"]) in text, f"{page} lacks: {option['description']}")
            fail_unless(all(word == word.strip() for word in option["choices"]), f"{words}: choices with spaces: {option['choices']}")
            count += 1
        fail_unless(flat(node["description"]).rstrip(".") in text, f"{page} lacks what {words} does")
    return count


def bash_completes(script, line):
    """What bash offers for the last word of the line."""
    words = line.split(" ")
    name = words[0]
    function = "_" + name.replace("-", "_")
    quoted = " ".join("'" + word + "'" for word in words)
    told = run("bash", "--norc", "-c", f"""
compopt() {{ :; }}
source {script}
COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}
{function} {name}
printf '%s\\n' "${{COMPREPLY[@]}}" """)
    fail_unless(not told.stderr, f"bash, {line}: {told.stderr}")
    return set(told.stdout.split())


def zsh_completes(folder, line):
    """What zsh lists for the line: a shell on a terminal of its own, to which Tab is typed."""
    setup = f"""
fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -D
zstyle ':completion:*' verbose no; zstyle ':completion:*' list-colors ''
LISTMAX=10000; setopt no_beep; unsetopt list_ambiguous menu_complete auto_menu prompt_sp; PS1=; zle_highlight=(none)
show() {{ compstate[insert]=; compstate[list]='list force' }}
comppostfuncs=(show)
bindkey '^I' complete-word
"""
    script = f"""
zmodload zsh/zpty
zpty worker zsh -f -i
feed() {{ zpty -w worker "$1" }}
feed 'COLUMNS=200; LINES=500; stty rows 500 cols 200'
cat <<'SETUP' | while IFS= read -r one; do feed "$one"; done
{setup}
SETUP
feed "print READ''Y"
while zpty -r worker chunk '*READY*'; do [[ $chunk == *READY* ]] && break; done
zpty -w -n worker {sh_quoted(line)}$'\\t'
zpty -w -n worker $'\\C-u\\n'
feed "print DON''E"
while zpty -r worker chunk; do print -rn -- "$chunk"; [[ $chunk == *DONE* ]] && break; done
zpty -d worker
"""
    told = run("zsh", "-f", "-c", script, timeout=120, env={**os.environ, "TERM": "dumb"})
    return told.stdout


def sh_quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def check_bash(folder, temporary):
    script = folder / "greentill"
    (temporary / "rides.csv").touch()
    credit = folder / "greentill-credit"
    expected = [
        (script, "greentill co", {"config"}),
        (script, "greentill config ", {"check"}),
        (script, "greentill claims --deli", {"--delivery"}),
        (script, "greentill claims --delivery w", {"waiting"}),
        (script, "greentill claims --delivery ", {"waiting", "delivered", "refused_retry", "refused_final"}),
        (script, "greentill --url http://localhost claims --delivery w", {"waiting"}),
        (script, "greentill --json escpos s", {"show"}),
        (script, "greentill claims --ur", {"--url"}),
        (script, f"greentill submit {temporary}/ri", {f"{temporary}/rides.csv"}),
        (script, "greentill claims --limit ", set()),
        (credit, "greentill-credit held sh", {"show"}),
        (credit, "greentill-credit refusals --reason bad", {"bad-signature", "bad-statement"}),
        (credit, f"greentill-credit report --config {temporary}/ri", {f"{temporary}/rides.csv"}),
        (folder / "greentilld", "greentilld --co", {"--config"}),
        (folder / "greentill-printer-relay", "greentill-printer-relay --spool-", {"--spool-limit"}),
    ]
    for file, line, offered in expected:
        got = bash_completes(file, line)
        fail_unless(got == offered, f"bash completes {line!r} with {got}, not {offered}")
    return len(expected)


def check_zsh(folder):
    for file in folder.iterdir():
        syntax = run("zsh", "-n", file)
        fail_unless(syntax.returncode == 0 and not syntax.stderr, f"zsh on {file}: {syntax.stderr}")
    for line, word in (("greentill-credit hel", "held"), ("greentill claims --delivery refused_", "refused_final"),
                       ("greentill-credit held ", "show"), ("greentill-printer-relay --spool", "--spool-limit")):
        got = zsh_completes(folder, line)
        fail_unless(word in got, f"zsh completes {line!r} without {word}:\n{got}")


def journey(folder, arguments):
    build = pathlib.Path(arguments.bin)
    made = build / "manual"
    options = 0
    for name in PROGRAMS:
        program = build / "bin" / name
        options += check_page(made / "man" / f"{name}.1", program, describe(program))
    completed = check_bash(made / "bash", folder)
    check_zsh(made / "zsh")
    print(f"{options} options and arguments of {len(PROGRAMS)} programs are in their man pages; {completed} lines are completed")


if __name__ == "__main__":
    sys.exit(run_journey(journey_parser(__doc__, "manual"), journey))
