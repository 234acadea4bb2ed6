#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the folder order: reads every #include and fails on an edge that layers.toml does not list, or lists for nothing, and where
those that it lists make a circle. And fails on a unit test that waits for a while in place of an event.

    check_layers.py [ROOT]      checks the tree
    check_layers.py --self-test proves on a temporary tree that each kind of bad edge is found
"""
import graphlib
import pathlib
import re
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:<([^>]+)>|"([^"]+)")', re.MULTILINE)
SOURCES = {".h", ".hpp", ".c", ".cpp"}
HEADERS = {".h", ".hpp"}


class Layers:
    def __init__(self, root, rules):
        self.root = root
        self.rules = rules
        self.folders = rules["folders"]
        self.complaints = []
        self.long_files = []
        self.used = set()
        # path -> (names in <>, paths of quoted names within the repository)
        self.files = {}

    def folder_of(self, path):
        fitting = [folder for folder in self.folders if path.startswith(folder + "/")]
        return max(fitting, key=len) if fitting else None

    def located(self, path, name):
        """Where a quoted name lies, from the root; None where there is no such file."""
        for prefix, place in self.rules["roots"].items():
            if name.startswith(prefix):
                return place + name[len(prefix):]
        beside = (pathlib.PurePosixPath(path).parent / name).as_posix()
        for candidate in (name, beside):
            if (self.root / candidate).is_file():
                return candidate
        return None

    def read(self):
        for top in sorted({folder.split("/")[0] for folder in self.folders}):
            for file in sorted((self.root / top).rglob("*")):
                if file.suffix not in SOURCES or not file.is_file():
                    continue
                path = file.relative_to(self.root).as_posix()
                text = file.read_text(encoding="utf-8")
                self.check_length(path, text.count("\n"))
                names = INCLUDE.findall(text)
                angled = [name for name, _ in names if name]
                quoted = []
                for name in (quoted_name for _, quoted_name in names if quoted_name):
                    place = self.located(path, name)
                    if place is None:
                        self.complaints.append(f'{path}: "{name}" is not a file of the repository; use <> for others\' headers')
                    else:
                        quoted.append(place)
                self.files[path] = (angled, quoted)

    def check_length(self, path, lines):
        if lines > self.rules["lines"]["most"]:
            self.complaints.append(f"{path}: {lines} lines; {self.rules['lines']['most']} are the most: split it")
        elif lines > self.rules["lines"]["aim"]:
            self.long_files.append(f"{path}: {lines} lines")

    def check_edges(self):
        for path, (angled, quoted) in self.files.items():
            folder = self.folder_of(path)
            if folder is None:
                self.complaints.append(f"{path}: its folder is not in layers.toml")
                continue
            for target in quoted:
                other = target.split("/")[0] if target.startswith("generated/") else self.folder_of(target)
                self.used.add(("folders", folder, other))
                if other != folder and other not in self.folders[folder]:
                    self.complaints.append(f"{path}: {folder} must not include {target}")
            for name in angled:
                self.check_third_party(path, folder, name)

    def third_party(self, name):
        return next((prefix for prefix in self.rules["third_party"] if name.startswith(prefix)), None)

    def check_third_party(self, path, folder, name):
        prefix = self.third_party(name)
        if prefix is None:
            system = re.fullmatch(r"[a-z0-9_]+", name) or name.startswith(tuple(self.rules["system"]["headers"]))
            if not system:
                self.complaints.append(f"{path}: <{name}> is not listed in layers.toml")
        else:
            self.used.add(("third_party", prefix, folder))
            if folder not in self.rules["third_party"][prefix]:
                self.complaints.append(f"{path}: {folder} must not include <{name}>")

    def check_public_headers(self):
        public = set()
        pending = [target for path, (_, quoted) in self.files.items() for target in quoted
                   if pathlib.PurePosixPath(target).suffix in HEADERS and self.folder_of(target) != self.folder_of(path)]
        while pending:
            header = pending.pop()
            if header in public or header not in self.files:
                continue
            public.add(header)
            pending.extend(self.files[header][1])
        for header in sorted(public):
            for name in self.files[header][0]:
                if self.third_party(name):
                    self.complaints.append(f"{header}: other folders include it, so it must not include <{name}>")

    def check_waiting(self):
        rules = self.rules["waiting"]
        calls = re.compile(r"\b(" + "|".join(map(re.escape, rules["calls"])) + r")\s*\(")
        for folder in rules["folders"]:
            for file in sorted((self.root / folder).rglob("*")):
                if file.suffix not in SOURCES | {".py"} or not file.is_file():
                    continue
                path = file.relative_to(self.root).as_posix()
                lines = file.read_text(encoding="utf-8").splitlines()
                waiting = [(number, match[1]) for number, line in enumerate(lines, 1) if (match := calls.search(line))]
                if path in rules["allowed"]:
                    if not waiting:
                        self.complaints.append(f"{path}: it does not wait for a while; take it out of [waiting.allowed]")
                    continue
                for number, call in waiting:
                    self.complaints.append(f"{path}:{number}: {call} waits for a while: wait for an event (tests/support/wait.hpp, "
                                           "at_rest.hpp), or move the time by hand")

    def check_unused(self):
        """What is allowed and nobody does is no rule."""
        for table in ("folders", "third_party"):
            for name, allowed in self.rules[table].items():
                for other in allowed:
                    if (table, name, other) not in self.used:
                        self.complaints.append(f"layers.toml: [{table}] {name}: {other} is listed and not used")

    def check_order(self):
        """Inside `daemon` the order is that of layers.toml, from the bottom up; elsewhere there is one."""
        daemon = [folder for folder in self.folders if folder.startswith("daemon/")]
        for number, folder in enumerate(daemon):
            for other in set(self.folders[folder]) & set(daemon[number + 1:]):
                self.complaints.append(f"layers.toml: {folder} stands above {other}, which it includes")
        try:
            graphlib.TopologicalSorter(self.folders).prepare()
        except graphlib.CycleError as circle:
            self.complaints.append(f"layers.toml: a circle: {', '.join(circle.args[1])}")

    def check(self):
        self.read()
        self.check_edges()
        self.check_public_headers()
        self.check_waiting()
        return self.complaints


def load_rules():
    return tomllib.loads((HERE / "layers.toml").read_text(encoding="utf-8"))


# What each file of the tree says, and what must be complained of; nothing where it is good.
SELF_TEST = [
    ({"daemon/base/a.hpp": "", "daemon/claim/b.cpp": '#include "daemon/base/a.hpp"\n#include <vector>\n#include <sys/types.h>'}, None),
    ({"daemon/claim/a.hpp": "", "daemon/base/b.cpp": '#include "daemon/claim/a.hpp"'}, "daemon/base must not include daemon/claim/a.hpp"),
    ({"daemon/app/a.hpp": "", "daemon/api/b.hpp": '  #  include "daemon/app/a.hpp"'}, "daemon/api must not include"),
    ({"daemon/api/a.hpp": "", "daemon/api/b.cpp": '#include "a.hpp"'}, None),
    ({"daemon/detect/a.hpp": "", "plugins/ride/b.cpp": '#include "daemon/detect/a.hpp"'}, "plugins/ride must not include"),
    ({"plugins/include/greentill/plugin.h": "", "plugins/ride/b.cpp": '#include "greentill/plugin.h"'}, None),
    ({"daemon/base/b.cpp": '#include "greentill/plugin.h"', "plugins/include/greentill/plugin.h": ""}, "daemon/base must not include"),
    ({"daemon/outbox/a.hpp": "", "tools/credit-service/b.cpp": '#include "daemon/outbox/a.hpp"'}, "must not include daemon/outbox/a.hpp"),
    ({"daemon/measure/a.hpp": "", "tools/printer-relay/b.c": '#include "daemon/measure/a.hpp"'},
     "tools/printer-relay must not include"),
    ({"daemon/sqlite/a.cpp": "#include <sqlite3.h>"}, None),
    ({"daemon/api/a.cpp": "#include <sqlite3.h>"}, "daemon/api must not include <sqlite3.h>"),
    ({"daemon/api/a.cpp": "#include <boost/any.hpp>"}, "<boost/any.hpp> is not listed"),
    ({"daemon/api/a.hpp": "#include <httplib.h>", "daemon/api/b.cpp": '#include "daemon/api/a.hpp"'}, None),
    ({"daemon/api/a.hpp": "#include <httplib.h>", "daemon/app/b.cpp": '#include "daemon/api/a.hpp"'}, "daemon/api/a.hpp: other folders"),
    ({"daemon/api/a.hpp": "#include <httplib.h>", "daemon/api/c.hpp": '#include "daemon/api/a.hpp"',
      "daemon/app/b.cpp": '#include "daemon/api/c.hpp"'}, "daemon/api/a.hpp: other folders"),
    ({"daemon/new/a.cpp": ""}, "its folder is not in layers.toml"),
    ({"daemon/base/a.cpp": '#include "gone.hpp"'}, '"gone.hpp" is not a file'),
    ({"daemon/base/a.cpp": "\n" * 600}, "601 lines"),
    ({"tests/unit/base/a_test.cpp": "\n  std::this_thread::sleep_for(50ms);"}, "tests/unit/base/a_test.cpp:2: sleep_for waits"),
    ({"tests/unit/base/plugins/hang.c": "sleep (1);"}, "sleep waits"),
    ({"tests/unit/base/a.py": "time.sleep(1)"}, "time.sleep waits"),
    ({"tests/unit/base/a_test.cpp": "sleepers(); // sleep_for"}, None),
    ({"tests/support/wait.hpp": "std::this_thread::sleep_for(5ms);"}, None),
    ({"tests/unit/plugins/example_source.cpp": "std::this_thread::sleep_for(wait);"}, None),
    ({"tests/unit/plugins/example_source.cpp": ""}, "take it out of [waiting.allowed]"),
]


def self_test():
    failures = 0
    for files, expected in SELF_TEST:
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                file = pathlib.Path(folder) / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text + "\n", encoding="utf-8")
            complaints = Layers(pathlib.Path(folder), load_rules()).check()
        good = not complaints if expected is None else len(complaints) == 1 and expected in complaints[0]
        if not good:
            failures += 1
            print(f"FAIL {files}: expected {expected!r}, got {complaints}")
    unused = Layers(HERE, {"folders": {"a": ["b"]}, "third_party": {"c.h": ["a"]}})
    unused.used.add(("folders", "a", "b"))
    unused.check_unused()
    if unused.complaints != ["layers.toml: [third_party] c.h: a is listed and not used"]:
        failures += 1
        print(f"FAIL unused: {unused.complaints}")
    for folders, expected in (({"daemon/a": ["daemon/b"], "daemon/b": []}, "daemon/a stands above daemon/b"),
                              ({"p/a": ["p/b"], "p/b": ["p/a"]}, "a circle"), ({"p/a": ["p/b"], "p/b": []}, None)):
        ordered = Layers(HERE, {"folders": folders})
        ordered.check_order()
        if len(ordered.complaints) != (expected is not None) or (expected and expected not in ordered.complaints[0]):
            failures += 1
            print(f"FAIL order {folders}: {ordered.complaints}")
    print(f"{len(SELF_TEST)} trees, {failures} failures")
    return 1 if failures else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1]
    layers = Layers(root.resolve(), load_rules())
    complaints = layers.check()
    layers.check_unused()
    layers.check_order()
    for line in layers.long_files:
        print(f"long: {line}")
    for line in complaints:
        print(f"FAIL {line}")
    print(f"{len(layers.files)} files, {len(complaints)} failures")
    return 1 if complaints or not layers.files else 0


if __name__ == "__main__":
    sys.exit(main())
