// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/toml/table.hpp"
#include "plugins/rules/phrase_reader.hpp"
#include "plugins/rules/rule.hpp"

namespace greentill::rules {

/// Reads one [[rule]]. Adds the words that it looks for to the index; `phrases` knows the file's concepts. Throws
/// std::runtime_error with line and column.
Rule read_rule(const toml::Table& table, Folder& folder, WordIndex& index, PhraseReader& phrases);

}  // namespace greentill::rules
