// SPDX-License-Identifier: Apache-2.0
// A methodology that uses every field of the format, and what the tests do with it.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

#include "daemon/measure/library.hpp"
#include "daemon/measure/quantify.hpp"

namespace greentill::test {

/// Every field once. Net factor 100·0.5·1000 + 0 − 10,000 − 1,000 = 39,000 µg a metre; displacement 0.8.
extern const std::string_view kFullMethodology;
/// The least a methodology needs: one piece spares one gram, with the uncertainties of exact numbers.
extern const std::string_view kLeastMethodology;

/// The text with its one occurrence of `from` replaced; the test stops where there is not exactly one.
std::string with(std::string_view text, std::string_view from, std::string_view to);

/// Reads a text as "sample.toml".
Result<measure::Methodology> parse(std::string_view text);
/// The same, for a text that must be accepted.
measure::Methodology accepted(std::string_view text);
/// The message of the refusal; the test fails where the text is accepted.
std::string refusal(std::string_view text);

claim::Quantities quantities(std::initializer_list<claim::Quantity> list);

inline constexpr std::int64_t kBegin2026 = 1'767'225'600;  ///< 2026-01-01T00:00:00Z

std::filesystem::path shipped_folder();
const measure::Library& shipped();
/// The shipped methodology of that id, version 1.
const measure::Methodology& shipped(std::string_view id);

}  // namespace greentill::test
