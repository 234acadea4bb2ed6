#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fails where a C or C++ file of the repository is not as clang-format writes it.
set -eu
git ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp' '*.c' '*.h' | xargs -r clang-format --dry-run -Werror
