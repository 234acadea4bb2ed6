#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the pages to the repository:

- every relative link of a Markdown page leads to a file, and its anchor to a heading there; every file that it names is there;
- docs/configuration.md, config/greentill.toml and daemon/app/config.cpp know the same keys, and give the same defaults;
- docs/cli.md names every command and option of greentill, and no other;
- docs/api.md names every problem type and every metric;
- the pages that source files name are there, and so are the headings: docs/mqtt.md, "Topics", or docs/mqtt.md#topics;
- the source files that comments of C and C++ name are there, by any end of their path: hex.hpp, base/hex.hpp;
- docs/architecture.md says who includes whom, and docs/dependencies.md which folders include a library, as tests/layers/layers.toml.

    check_docs.py ROOT --greentill PROGRAM    checks the tree
    check_docs.py ROOT --mend                 writes the two tables of layers.toml into their pages
    check_docs.py --self-test                 proves on small samples that each kind of fault is found
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

LINK = re.compile(r"(?<!\\)\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?)(?: +#+)?$", re.MULTILINE)
COMMENT = re.compile(r"(?:^|\s)//+[ !<]*(.*)$|^\s*/?\*+ (.*)$", re.MULTILINE)
# In angle brackets it is a system's or another library's header.
SOURCE_NAME = re.compile(r"(?<![\w/.<>-])((?:[\w-]+/)*[\w-]+\.(?:hpp|cpp|c|h|py))(?![\w/(])")
SOURCE_TOPS = ("daemon", "firmware", "plugins", "tests", "tools")
CODE_SPAN = re.compile(r"(`+)(.+?)\1", re.DOTALL)
SKIPPED = {"build", "node_modules", "__pycache__"}


def markdown_files(root):
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED and not name.startswith("."))
        yield from (pathlib.Path(folder) / name for name in sorted(files) if name.endswith(".md"))


def prose(text):
    """The text without fenced and indented code, so that neither links nor headings are found in it."""
    kept, fence, after_blank = [], None, True
    for line in text.splitlines():
        mark = re.match(r" {0,3}(`{3,}|~{3,})", line)
        if fence:
            if mark and mark[1].startswith(fence):
                fence = None
            continue
        if mark:
            fence = mark[1]
            continue
        # Indented code begins behind a blank line; elsewhere, four spaces go on with a paragraph or a list.
        if line.startswith("    ") and after_blank:
            continue
        kept.append(line)
        after_blank = not line.strip()
    return "\n".join(kept)


def slug_of(heading):
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")


def anchors(text):
    """The names of the headings as GitHub makes them."""
    found, seen = set(), {}
    for heading in HEADING.findall(prose(text)):
        slug = slug_of(heading)
        number = seen[slug] = seen.get(slug, -1) + 1
        found.add(f"{slug}-{number}" if number else slug)
    return found


def check_links(root):
    complaints = []
    for page in markdown_files(root):
        text = page.read_text(encoding="utf-8")
        name = page.relative_to(root).as_posix()
        for target in LINK.findall(CODE_SPAN.sub("", prose(text))):
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (page.parent / path).resolve() if path else page.resolve()
            if not file.is_relative_to(root.resolve()) or not file.exists():
                complaints.append(f"{name}: the link {target} leads nowhere")
            elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8")):
                complaints.append(f"{name}: the link {target}: there is no such heading")
    return complaints


def check_paths(root):
    """`daemon/base/hex.hpp`, and `base/hex` and `base/hex.hpp` for the same; likewise of `tools`."""
    # `lib/` is the build folder's, and the installed one.
    short = [folder.name for top in ("daemon", "tools") for folder in (root / top).glob("*/") if folder.name != "lib"]
    named = re.compile(rf"(?:config|daemon|docs|firmware|plugins|tests|tools|{'|'.join(short)})/[\w./-]+$")
    complaints = []
    for page in markdown_files(root):
        for _, span in CODE_SPAN.findall(prose(page.read_text(encoding="utf-8"))):
            places = [f"{top}{span}{ending}" for top in ("", "daemon/", "tools/") for ending in ("", ".hpp")]
            if named.match(span) and not any((root / place).exists() for place in places):
                complaints.append(f"{page.relative_to(root).as_posix()}: there is no file {span}")
    return complaints


def check_citations(root):
    complaints, cited = [], re.compile(r'docs/([\w-]+\.(?:md|yaml))(?:#([\w-]+)|, "([^"]+)")?')
    for top in ("config", "daemon", "plugins", "tests", "tools"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in {".h", ".hpp", ".c", ".cpp", ".py", ".toml", ".txt"} or file.name == pathlib.Path(__file__).name:
                continue
            # A citation may go on in the comment's next line.
            text = re.sub(r"\n[ \t]*(?://+|\*|#)[ \t]*", " ", file.read_text(encoding="utf-8"))
            for page, anchor, heading in cited.findall(text):
                wanted = anchor or slug_of(heading)
                place = root / "docs" / page
                if not place.is_file() or (wanted and wanted not in anchors(place.read_text(encoding="utf-8"))):
                    complaints.append(f"{file.relative_to(root).as_posix()}: there is no docs/{page} {heading or anchor}".rstrip())
    return complaints


def check_comments(root):
    files = [file for top in SOURCE_TOPS for file in sorted((root / top).rglob("*")) if file.suffix in {".h", ".hpp", ".c", ".cpp", ".py"}]
    known = set()
    for file in files:
        parts = file.relative_to(root).parts
        known |= {"/".join(parts[start:]) for start in range(len(parts))}
    return [f"{file.relative_to(root).as_posix()}: there is no file {name}" for file in files if file.suffix != ".py"
            for comment in COMMENT.findall(file.read_text(encoding="utf-8")) for name in SOURCE_NAME.findall("".join(comment)) if name not in known]


def template_keys(text):
    """{"api.port": "8480"} of the template: what stands after the sign, also where the key is commented out."""
    keys, section = {}, ""
    for line in text.splitlines():
        bare = re.sub(r"^# ", "", line)
        if header := re.match(r"\[\[?([a-z.]+)\]\]?(?: +#.*)?$", bare):
            section = header[1]
        elif key := re.match(r"([a-z_]+) = ((?:\"[^\"]*\"|'''|[^#])*)", bare):
            keys.setdefault(f"{section}.{key[1]}", key[2].strip())
    return keys


def page_keys(text):
    """{"api.port": "8480"} of the tables below the headings "## [api]"; `plugins.folder` in a shared one names its table itself."""
    keys = {}
    for heading, body in re.findall(r"^## (\[.*?)$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL):
        sections = re.findall(r"\[\[?([a-z]+)\]\]?", heading)
        for key, default in re.findall(r"^\| `([a-z_.]+)` \| ([^|]*?) \|", body, re.MULTILINE):
            names = [key] if "." in key else [f"{one}.{key}" for one in sections if len(sections) == 1 or one != "plugins"]
            keys.update({name: default.strip("`") for name in names})
    return keys


def program_keys(source):
    """What the configuration's reader asks for, by the function that asks: read_api() for [api], and for [[detector]] and [[source]]
    those that are given the table."""
    keys = set()
    for section, given, body in re.findall(r" read_(\w+)\(([^)]*)\) (?:const )?\{(.*?)\n  \}", source, re.DOTALL):
        asked = re.findall(r'\bfields(?:\.(?!wrong)\w+\(|, )"(\w+)"', body)
        asked += [key for keys_in_turn in re.findall(r"for \(const char\* key : \{(.*?)\}\)", body) for key in re.findall(r'"(\w+)"', keys_in_turn)]
        keys |= {f"{one}.{key}" for key in asked for one in (("detector", "source") if given else (section,))}
    return keys


def is_literal(value):
    try:
        return tomllib.loads(f"x = {value}") is not None
    except tomllib.TOMLDecodeError:
        return False


def check_keys(template, page, source):
    shipped, told, read = template_keys(template), page_keys(page), program_keys(source)
    shipped.pop("methodologies.prefer", None)
    complaints = [f"docs/configuration.md: the daemon reads no key {key}" for key in sorted(told.keys() - read)]
    complaints += [f"docs/configuration.md: {key} is missing" for key in sorted(read - told.keys())]
    # A source is an instance like a detector: the template shows what is particular to each, and the table of preferences by example.
    template_free = {key for key in read if key.startswith("source.")} | {"detector.configuration_text", "methodologies.prefer"}
    # What a child is and may, it shows by an example.
    template_free |= {f"detector.{key}" for key in ("exec", "environment", "read", "write", "connect", "listen", "memory_mb", "root")}
    complaints += [f"config/greentill.toml: {key} is missing" for key in sorted(read - shipped.keys() - template_free)]
    complaints += [f"config/greentill.toml: the daemon reads no key {key}" for key in sorted(shipped.keys() - read)
                   if not key.startswith(("source.", "methodologies.prefer"))]
    for key in sorted(told.keys() & shipped.keys()):
        if told[key] != shipped[key] and is_literal(told[key]):
            complaints.append(f"{key}: the default is {told[key]} in docs/configuration.md and {shipped[key]} in config/greentill.toml")
    return complaints


def help_of(program, *command):
    return subprocess.run([program, *command, "--help"], capture_output=True, text=True, check=True).stdout


def commands_of(text):
    listed = re.search(r"^Subcommands:\n((?:  .*\n)*)", text, re.MULTILINE)
    return re.findall(r"^  (\S+)", listed[1], re.MULTILINE) if listed else []


def helps(program):
    """{"config check": its --help text}, and that of the program under ""."""
    texts = {"": help_of(program)}
    waiting = [(name,) for name in commands_of(texts[""])]
    for command in waiting:
        text = help_of(program, *command)
        nested = commands_of(text)
        waiting += [(*command, name) for name in nested]
        if not nested:
            texts[" ".join(command)] = text
    return texts


def options_in(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))


def check_commands(texts, page):
    options = set().union(*map(options_in, texts.values())) - {"--help"}
    # The page shows the option's name as `--name VALUE`, or in an indented example.
    complaints = [f"docs/cli.md: the option {name} is missing" for name in sorted(options - options_in(page))]
    complaints += [f"docs/cli.md: greentill has no option {name}" for name in sorted(options_in(page) - options - {"--help"})]
    rows = re.findall(r"^\| `((?:[a-z]+ ?)+)(?: [^`]*)?` \|", page, re.MULTILINE)
    told = {" ".join(re.findall(r"(?<![\w-])[a-z]+(?![\w-])", row)) for row in rows}
    commands = {name for name in texts if name}
    complaints += [f"docs/cli.md: the command {name} is missing" for name in sorted(commands - told)]
    complaints += [f"docs/cli.md: greentill has no command {name}" for name in sorted(told - commands - set(findings_in(page)))]
    return complaints


def findings_in(page):
    """The other table of the page whose rows begin with a word: what `verify` finds."""
    listed = re.search(r"^\| finding \|.*?\n\n", page, re.MULTILINE | re.DOTALL)
    return re.findall(r"^\| `([a-z-]+)` \|", listed[0], re.MULTILINE) if listed else []


def check_api(page, openapi, metrics):
    problems = re.findall(r"urn:greentill:problem:([a-z-]+)", openapi)
    names = re.findall(r'(?:metric|gauge|counter)\("([a-z_]+)"', metrics)
    return [f"docs/api.md: {what} {name} is missing" for what, found in (("the problem", problems), ("the metric", names))
            for name in sorted(set(found)) if f"`{name}`" not in page]


def spans(names):
    return ", ".join(f"`{name}`" for name in names)


def with_includes(page, rules):
    """The page with the rows of the table `| folder | includes |` as layers.toml has them. The version's header, which is generated,
    has no place in the order."""
    rows = "".join(f"| `{folder}` | {spans(one.removeprefix('daemon/') for one in included if one != 'generated') or 'nothing'} |\n"
                   for folder, included in rules["folders"].items())
    return re.sub(r"(?<=^\| folder \| includes \|\n\| --- \| --- \|\n)(?:\|.*\n)*", lambda _: rows, page, flags=re.MULTILINE)


def with_folders(page, rules):
    """The page with the last column of its rows `| library | `header` | … | folders |` as layers.toml has it."""
    def row(match):
        return f'{match[1]} {spans(rules["third_party"][match[2]]) if match[2] in rules["third_party"] else "none"} |'
    return re.sub(r"^(\| [^|]+ \| `([^`|]+)` \|.*\|)[^|]*\|$", row, page, flags=re.MULTILINE)


# Which page has which part of layers.toml.
LAYER_TABLES = {"docs/architecture.md": with_includes, "docs/dependencies.md": with_folders}


def check_layers(pages, rules):
    complaints = []
    for name, mend in LAYER_TABLES.items():
        rows, mended = pages[name].splitlines(), mend(pages[name], rules).splitlines()
        complaints += [f"{name}: not as in layers.toml, write it anew with --mend: {row}" for row in sorted(set(rows) ^ set(mended))]
    complaints += [f"docs/dependencies.md: no library has the header {header}" for header in rules["third_party"]
                   if f"| `{header}` |" not in pages["docs/dependencies.md"]]
    return complaints


def layer_rules(root):
    return tomllib.loads((root / "tests/layers/layers.toml").read_text(encoding="utf-8"))


def mend_layers(root):
    for name, mend in LAYER_TABLES.items():
        page = root / name
        page.write_text(mend(page.read_text(encoding="utf-8"), layer_rules(root)), encoding="utf-8")


def check_tree(root, program):
    def read(name):
        return (root / name).read_text(encoding="utf-8")
    complaints = check_links(root) + check_paths(root) + check_citations(root) + check_comments(root)
    complaints += check_layers({name: read(name) for name in LAYER_TABLES}, layer_rules(root))
    complaints += check_keys(read("config/greentill.toml"), read("docs/configuration.md"), read("daemon/app/config.cpp"))
    complaints += check_commands(helps(program), read("docs/cli.md"))
    complaints += check_api(read("docs/api.md"), read("docs/openapi.yaml"), read("daemon/api/metrics.cpp"))
    return complaints


LINKS_SAMPLE = """# A page
See [b](b.md), [there](b.md#one-two), [here](#a-page), [web](https://example.org/x), `[no](link.md)`.

    [code](none.md)

[gone](none.md) [wrong](b.md#three) [out](../etc/passwd)
"""
SOURCE_SAMPLE = """  void read_api() {
    api.port = fields.integer_or("port", 0, 1, 1);
    api.host = path(fields, "host");
    fields.wrong("none", "is wrong");
  }
  std::vector<PluginSpec> read_specs(std::string_view key) {
      spec.name = fields.text("name");
  }
"""
PAGE_SAMPLE = """## [api]

| key | default | meaning |
| --- | --- | --- |
| `port` | 80 | |
| `gone` | none | |

## [plugins], [[detector]], [[source]]

| `name` | required | |
"""


def assert_paths():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "daemon/base").mkdir(parents=True)
        (root / "daemon/base/hex.hpp").touch()
        (root / "a.md").write_text("`daemon/base/hex.hpp` `base/hex` `base/` `tools/gone` `base/gone` `a/b` `tests/<name>`\n")
        (root / "docs").mkdir()
        (root / "docs/b.md").write_text("## One `two`\n")
        (root / "daemon/base/a.cpp").write_text('// docs/b.md; docs/b.md#one-two; docs/b.md, "One\n// two"; docs/b.md, "Two"; docs/c.md\n')
        (root / "daemon/base/b.cpp").write_text("// hex.hpp, base/hex.hpp and <sys/gone.h>; base/gone.hpp\nint x;  // gone.cpp\n")
        found, cited, named = check_paths(root), check_citations(root), check_comments(root)
    assert found == ["a.md: there is no file tools/gone", "a.md: there is no file base/gone"], found
    assert cited == ["daemon/base/a.cpp: there is no docs/b.md Two", "daemon/base/a.cpp: there is no docs/c.md"], cited
    assert named == ["daemon/base/b.cpp: there is no file base/gone.hpp", "daemon/base/b.cpp: there is no file gone.cpp"], named


def assert_layers():
    rules = {"folders": {"daemon/base": [], "tools/cli": ["daemon/base", "generated"]}, "third_party": {"x.h": ["tools/cli"], "y/": ["a"], "z.h": ["b"]}}
    pages = {"docs/architecture.md": "| folder | includes |\n| --- | --- |\n| `tools/cli` | `base` |\n| `old` | nothing |\n\nmore\n",
             "docs/dependencies.md": "| X | `x.h` | 1.0 | `daemon/base` |\n| Z | `z.h` | 1.0 | |\n"}
    wrong = check_layers(pages, rules)
    assert [text.split(": ", 1)[1].split(": ")[-1] for text in wrong] == [
        "| `daemon/base` | nothing |", "| `old` | nothing |", "| X | `x.h` | 1.0 | `daemon/base` |", "| X | `x.h` | 1.0 | `tools/cli` |",
        "| Z | `z.h` | 1.0 | `b` |", "| Z | `z.h` | 1.0 | |", "no library has the header y/"], wrong
    mended = {name: mend(pages[name], rules) for name, mend in LAYER_TABLES.items()}
    assert mended["docs/architecture.md"].endswith("| `tools/cli` | `base` |\n\nmore\n"), mended
    assert len(check_layers(mended, rules)) == 1, mended


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "a.md").write_text(LINKS_SAMPLE)
        (root / "b.md").write_text("## One `two`\n\n```\n# three\n```\n")
        found = check_links(root)
    assert [complaint.split("link ")[1].split()[0].rstrip(":") for complaint in found] == ["none.md", "b.md#three", "../etc/passwd"], found
    assert_paths()
    assert_layers()
    keys = check_keys('[api]\n# port = 8480   # why\n# old = 1\n[[detector]]\nname = "x"\n', PAGE_SAMPLE, SOURCE_SAMPLE)
    expected = ["reads no key api.gone", "api.host is missing", "greentill.toml: api.host is missing", "reads no key api.old",
                "api.port: the default is 80"]
    assert len(keys) == len(expected) and all(part in text for part, text in zip(expected, keys)), keys
    texts = {"": "  --json  x\n", "show": "  --raw  x\n", "config check": "  --deep"}
    page = "| `show SEQ` | one |\n| `sell` | x |\n`--raw` `--json` `--old N`\n"
    wrong = check_commands(texts, page)
    assert [text.removeprefix("docs/cli.md: ") for text in wrong] == [
        "the option --deep is missing", "greentill has no option --old", "the command config check is missing",
        "greentill has no command sell"], wrong
    assert check_api("`no-room`", "urn:greentill:problem:no-room urn:greentill:problem:late", 'gauge("ready", x') == [
        "docs/api.md: the problem late is missing", "docs/api.md: the metric ready is missing"]
    print("every kind of fault is found")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", nargs="?", type=pathlib.Path)
    parser.add_argument("--greentill", help="the built program")
    parser.add_argument("--mend", action="store_true", help="write the tables of layers.toml into their pages")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    if arguments.root and arguments.mend:
        return mend_layers(arguments.root)
    if not arguments.root or not arguments.greentill:
        parser.error("ROOT is needed, and --greentill or --mend")
    complaints = check_tree(arguments.root, arguments.greentill)
    for complaint in complaints:
        print(complaint)
    print(f"{len(complaints)} faults")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
