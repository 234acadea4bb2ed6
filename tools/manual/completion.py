# SPDX-License-Identifier: Apache-2.0
"""Completion for bash and zsh. Both walk the words of the command line to the command that they name, then offer its commands and
options, or the values of the option or argument at hand. Options of the program are offered behind its commands too, where a
command takes them.
"""
from command_line import commands, kind_of, takes_value


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def function_name(name):
    return "_" + name.replace("-", "_")


def options_of(description, words, node):
    """The options that may stand here: the command's own, and the program's where it falls through to them."""
    known = {name for option in node["options"] for name in option["names"]}
    inherited = [] if not words else [option for option in description["options"] if not known & set(option["names"])]
    return node["options"] + (inherited if node["inherits"] else [])


def bash_values(kind):
    if kind == "file":
        return 'compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word")'
    if kind:
        return f'mapfile -t COMPREPLY < <(compgen -W {quoted(" ".join(kind))} -- "$word")'
    return "COMPREPLY=()"


def bash_case(description, words, node):
    """What one command does with the word at hand."""
    lines = [f"    {quoted(' '.join(words))})", '      case "$before" in']
    for option in options_of(description, words, node):
        if takes_value(option):
            lines.append(f"        {'|'.join(option['names'])}) {bash_values(kind_of(option))}; return ;;")
    names = [name for option in options_of(description, words, node) for name in option["names"]]
    lines += ["      esac", '      if [[ $word == -* ]]; then',
              f'        mapfile -t COMPREPLY < <(compgen -W {quoted(" ".join(names))} -- "$word"); return', "      fi"]
    if node["commands"]:
        lines.append(f"      {bash_values([command['name'] for command in node['commands']])} ;;")
        return lines
    lines.append('      case "$place" in')
    for index, argument in enumerate(node["arguments"]):
        lines.append(f"        {'*' if argument['many'] else index}) {bash_values(kind_of(argument))} ;;")
    lines += ["      esac ;;"]
    return lines


def bash(description):
    name = description["name"]
    with_value, steps = [], []
    for words, node in commands(description):
        with_value += [f"{' '.join(words)} {option_name}".strip() for option in options_of(description, words, node) if takes_value(option)
                       for option_name in option["names"]]
        steps += [quoted(" ".join((*words, command["name"]))) for command in node["commands"]]
    lines = [f"# Completion of {name} for bash; made from what makes its --help.", f"{function_name(name)}() {{",
             "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command='' place=0 i next", "  COMPREPLY=()",
             "  for ((i = 1; i < COMP_CWORD; i++)); do", "    next=${COMP_WORDS[i]}",
             '    if [[ $next == -* ]]; then', '      case "${command:+$command }$next" in',
             f"        {'|'.join(quoted(one) for one in with_value) or quoted('')}) ((i++)) ;;", "      esac", "      continue", "    fi",
             '    case "${command:+$command }$next" in']
    if steps:
        lines.append(f'      {"|".join(steps)}) command="${{command:+$command }}$next" ;;')
    lines += ["      *) ((place++)) ;;", "    esac", "  done", '  case "$command" in']
    for words, node in commands(description):
        lines += bash_case(description, words, node)
    lines += ["  esac", "}", f"complete -F {function_name(name)} {name}"]
    return "\n".join(lines) + "\n"


def zsh_text(text):
    """For a part of an _arguments specification, in which colons and brackets part."""
    return "".join("\\" + c if c in ":[]\\" else c for c in text)


def zsh_action(option):
    kind = kind_of(option)
    if kind == "file":
        return "_files"
    return f"({' '.join(kind)})" if kind else " "


def zsh_options(description, words, node):
    specs = []
    for option in options_of(description, words, node):
        for name in option["names"]:
            star = "*" if option["many"] else ""
            value = f":{zsh_text(option['names'][-1].lstrip('-'))}:{zsh_action(option)}" if takes_value(option) else ""
            specs.append(quoted(f"{star}{name}[{zsh_text(option['description'])}]{value}"))
    return specs


def zsh_function(description, words, node):
    function = "_".join([function_name(description["name"]), *words]).replace("-", "_")
    lines = [f"{function}() {{"]
    specs = zsh_options(description, words, node)
    if node["commands"]:
        lines += ["  local context state line", "  typeset -A opt_args", "  local -a commands=("]
        lines += [f"    {quoted(command['name'] + ':' + zsh_text(command['description']))}" for command in node["commands"]]
        lines += ["  )", "  _arguments -C \\"] + [f"    {spec} \\" for spec in specs]
        lines += ["    '1:command:->command' '*::argument:->argument'", '  case "$state" in',
                  "    command) _describe command commands ;;", '    argument) case "$line[1]" in']
        lines += [f"      {command['name']}) {function}_{command['name'].replace('-', '_')} ;;" for command in node["commands"]]
        lines += ["    esac ;;", "  esac"]
    else:
        for index, argument in enumerate(node["arguments"], 1):
            place = "*" if argument["many"] else str(index)
            specs.append(quoted(f"{place}:{zsh_text(argument['names'][0])}:{zsh_action(argument)}"))
        lines += ["  _arguments \\"] + [f"    {spec} \\" for spec in specs]
        lines[-1] = lines[-1].removesuffix(" \\")
    return lines + ["}"]


def zsh(description):
    name = description["name"]
    lines = [f"#compdef {name}", f"# Completion of {name} for zsh; made from what makes its --help."]
    for words, node in commands(description):
        lines += zsh_function(description, words, node)
    lines.append(f'{function_name(name)} "$@"')
    return "\n".join(lines) + "\n"
