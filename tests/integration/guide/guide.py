# SPDX-License-Identifier: Apache-2.0
"""Does what docs/plugin-guide.md and docs/exec-protocol-1.md tell a plugin's author to do, word by word: takes the listings, the commands and the
configuration from the pages, builds outside of the repository with the installed headers alone, and waits for the claims of all four
plugins in a real daemon. The only words that are changed are paths.
"""
import json
import pathlib
import re
import shlex
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from installed import install  # noqa: E402
from promises import ROOT, claims_of, fail_unless, journey_parser, reductions, run_journey  # noqa: E402
from parts import PATIENCE_S, wait_until  # noqa: E402
from stack import Stack  # noqa: E402

BEGIN = 1_790_000_000


class Page:
    def __init__(self, name, paths):
        self.text = (ROOT / "docs" / name).read_text()
        self.paths = paths

    def _placed(self, text):
        # In one pass: what stands in for one path may hold the name of another.
        return re.sub("|".join(map(re.escape, self.paths)), lambda there: str(self.paths[there[0]]), text)

    def listing(self, number):
        return re.findall(r"^```cpp\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)[number]

    def commands(self, program):
        return [shlex.split(self._placed(line)) for line in re.findall(rf"^    ({re.escape(program)} .*)$", self.text, re.MULTILINE)]

    def instance(self, name):
        """The [[detector]] or [[source]] of that name, as it stands on the page."""
        blocks = re.findall(r"^    (\[\[(?:detector|source)\]\]\n(?:    .*\n|\n(?=    ))*?)(?=\n(?!    )|\n    \[\[|\n    greentill)", self.text, re.MULTILINE)
        found = [block for block in blocks if f'name = "{name}"' in block]
        fail_unless(len(found) == 1, f"the page shows {len(found)} instances called {name}")
        return self._placed("\n".join(line.removeprefix("    ") for line in found[0].split("\n"))) + "\n"


def sale(event, sku, pieces):
    return {"issuer": "till-1", "event_id": event, "kind": "sale", "begin": BEGIN,
            "lines": [{"sku": sku, "name": "Lentil soup", "quantity_milli": 1000 * pieces, "amount_minor": 650 * pieces}]}


def build(author, prefix, paths):
    """As the guide has it, in a folder of the author's own."""
    page = Page("plugin-guide.md", paths)
    (prefix / "lib").mkdir(parents=True)
    for number, name in enumerate(("plant_dish.cpp", "dock.cpp")):
        (author / name).write_text(page.listing(number))
    commands = page.commands("c++")
    fail_unless(len(commands) == 2, f"the page has {len(commands)} commands that compile")
    for command in commands:
        done = subprocess.run(command + ["-Wall", "-Wextra", "-Werror"], cwd=author, capture_output=True, text=True)
        fail_unless(done.returncode == 0, f"{' '.join(command)}:\n{done.stderr}")
    return page


def configuration(page, exec_page):
    plugins = page.instance("plant-dish") + page.instance("dock-7")
    # The same till cannot be read twice: the programs get articles and a dock of their own.
    programs = exec_page.instance("plant-dish").replace("plant-dish", "dish-program", 1).replace("4711", "8811").replace("4712", "8812")
    programs += exec_page.instance("dock-7").replace("dock-7", "dock-program", 1).replace("rides.txt", "program.txt")
    return plugins + programs.replace("budget_ms = 100", "budget_ms = 10000")


def found(claims):
    return sorted((entry["activity"], entry["plugin"]["name"], entry["plugin"]["version"], tuple(entry["quantities"].items()))
                  for entry in reductions(claims))


def follow(folder, binaries):
    author, prefix, spool = folder / "author", folder / "usr-local", folder / "spool/dock"
    for new in (author, spool):
        new.mkdir(parents=True)
    build_folder = pathlib.Path(binaries)
    paths = {"/usr/local/share/greentill": ROOT / "plugins/examples/exec", "/usr/local": prefix, "/var/spool/dock": spool,
             "build/release": build_folder}
    page = Page("plugin-guide.md", paths)
    told = page.commands("cmake")
    fail_unless(["cmake", "--install", str(build_folder), "--prefix", str(prefix), "--component", "plugin-headers"] in told,
                "the page does not say how the headers are installed")
    install(build_folder, prefix)
    build(author, prefix, paths)
    (spool / "rides.txt").write_text(f"1 {BEGIN} {BEGIN + 900} 3000\nnonsense\n")
    (spool / "program.txt").write_text(f"51 {BEGIN} {BEGIN + 900} 4000\n")
    stack = Stack(folder, binaries, workers=0)
    instances = configuration(page, Page("exec-protocol-1.md", paths))
    stack.prepare(sources=instances)
    try:
        stack.start_daemon()
        for event, sku, pieces in (("r-1", "4711", 2), ("r-2", "8811", 3), ("r-3", "1", 1)):
            status, body = stack.api.post(json.dumps(sale(event, sku, pieces)), "application/json")
            fail_unless(status in (200, 201), f"{event}: {status} {body!r}")
        wait_until(lambda: len(reductions(claims_of(stack))) >= 4, PATIENCE_S, "the claims of both tills and docks")
        statuses = {plugin["name"]: plugin for plugin in stack.api.status()["plugins"]}
        claims = found(claims_of(stack))
    finally:
        stack.daemon.stop()
    check(claims, statuses)


def check(claims, statuses):
    dishes = [claim for claim in claims if claim[0] == "dish.plantbased"]
    fail_unless(dishes == [("dish.plantbased", "plant-dish", "1.0.0", (("pieces", 2),)), ("dish.plantbased", "plant-dish", "1.0.0", (("pieces", 3),))], f"{dishes}")
    rides = [claim for claim in claims if claim[0] == "ride.bike.shared"]
    fail_unless([quantities for *_, quantities in rides] == [(("m.odometer", 3000),), (("m.odometer", 4000),)], f"{rides}")
    for name, version in (("plant-dish", "1.0.0"), ("dish-program", "1.0.0"), ("dock-7", "1.0.0"), ("dock-program", "1.0.0")):
        plugin = statuses[name]
        fail_unless((plugin["version"], plugin["state"], plugin["faults"]) == (version, "running", 0), f"{plugin}")


if __name__ == "__main__":
    sys.exit(run_journey(journey_parser(__doc__.splitlines()[0], "guide"), lambda folder, arguments: follow(folder, arguments.bin)))
