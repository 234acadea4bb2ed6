// SPDX-License-Identifier: Apache-2.0
// The examples of RFC 8949, Appendix A: the reader takes those that are deterministic and of the kinds that a claim may hold,
// and refuses the rest with the rule they break. docs/claim-format.md, "Other implementations' cases".
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "daemon/claim/cbor.hpp"
#include "tests/support/corpora.hpp"
#include "tests/unit/claim/tree.hpp"

using namespace greentill;
using namespace greentill::claim;
using namespace greentill::test;

namespace {

bool starts_with_any(const std::string& hex, std::initializer_list<const char*> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const char* prefix) { return hex.starts_with(prefix); });
}

/// The rule that an example of the appendix breaks, by its first bytes; empty where it breaks none. `roundtrip` is the file's own
/// word for what a deterministic encoder gives back as it was.
std::string broken_rule(const std::string& hex, bool roundtrip) {
  if (starts_with_any(hex, {"f9", "fa", "fb", "c1fb"})) return "floating point has no place in a claim";
  if (starts_with_any(hex, {"f0", "f7", "f8"})) return "of the simple values only false, true and null are allowed";
  if (starts_with_any(hex, {"c2", "c3"})) return "integers beyond 64 bits have no place in a claim";
  return roundtrip ? "" : "indefinite lengths are not deterministic";
}

void check_example(const std::string& hex, bool roundtrip) {
  CAPTURE(hex);
  const Buffer bytes = hex_bytes(hex);
  const auto result = check_item(bytes);
  const std::string rule = broken_rule(hex, roundtrip);
  CHECK(result.ok() == rule.empty());
  if (!result) CHECK(std::string(result.error().reason) == rule);
  if (result) CHECK(Tree::parse(bytes).bytes() == bytes);
}

}  // namespace

TEST_CASE("cbor: of RFC 8949's examples the deterministic ones without floats, bignums and odd simple values are taken") {
  const auto folder = corpus("cbor");
  if (!folder) return;
  std::size_t examples = 0;
  for (const auto& file : std::filesystem::directory_iterator(*folder)) {
    std::ifstream in(file.path());
    for (const auto& example : nlohmann::json::parse(in)) {
      check_example(example.at("hex"), example.at("roundtrip"));
      ++examples;
    }
  }
  CHECK(examples > 0);
}
