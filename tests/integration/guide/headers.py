#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The installed headers compile by themselves, as C11 and later and as C++20 and later, without a warning, by gcc and clang."""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

from installed import install

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Wconversion", "-Wshadow"]
CASES = [
    # compilers, header, language standards, and what makes a plugin of it
    (("gcc", "clang"), "plugin.h", ("c11", "c17"), "c"),
    (("g++", "clang++"), "plugin.h", ("c++20", "c++2b"), "c++"),
    (("g++", "clang++"), "plugin.hpp", ("c++20", "c++2b"), "c++"),
]
USES = {
    "plugin.h": """
int32_t gt_plugin_entry(const struct gt_offer* offer, struct gt_answer* answer) {
  answer->abi = offer->abi_max;
  return GT_DECLINED;
}
""",
    "plugin.hpp": """
class Nothing final : public greentill::plugin::Detector {
 public:
  Nothing(std::string_view, greentill::plugin::Services) {}
  void detect(const gt_transaction&, const greentill::plugin::Emitter&) override {}
};
GREENTILL_EXPORT_PLUGIN(greentill::plugin::detector<Nothing>("nothing", "1"))
""",
}


def compiles(compiler, standard, language, include, text):
    done = subprocess.run([compiler, f"-std={standard}", *WARNINGS, "-fsyntax-only", "-I", include, "-x", language, "-"],
                          input=text, capture_output=True, text=True)
    return done.stderr if done.returncode else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    failed = tried = 0
    with tempfile.TemporaryDirectory() as folder:
        include = install(arguments.build, pathlib.Path(folder))
        for compilers, header, standards, language in CASES:
            for compiler in compilers:
                if not shutil.which(compiler):
                    sys.exit(f"{compiler} is not installed; tools/packages.txt lists it")
                for standard in standards:
                    # Twice: the guard is part of it.
                    text = f'#include "greentill/{header}"\n#include <greentill/{header}>\n' + USES[header]
                    tried += 1
                    if errors := compiles(compiler, standard, language, include, text):
                        failed += 1
                        print(f"{compiler} -std={standard} {header}:\n{errors}")
        # A compiler that accepts anything would prove nothing.
        if not compiles("gcc", "c11", "c", include, '#include <greentill/plugin.h>\nint x = "text";\n'):
            sys.exit("what is wrong compiles")
    print(f"{tried} combinations, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
