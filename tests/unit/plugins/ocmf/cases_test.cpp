// SPDX-License-Identifier: Apache-2.0
// Records as makers write them, which a reader of the specification alone refuses.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "plugins/common/readers/configuration.hpp"
#include "plugins/ocmf/reader.hpp"
#include "tests/support/corpora.hpp"

namespace greentill::ocmf::cases_test {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// The one charge of a case; nothing where the corpora are missing.
std::optional<plugin::Transaction> charge(const std::string& name) {
  const auto folder = greentill::test::corpus("cases/" + name);
  if (!folder) return std::nullopt;
  const Meters meters(plugin::read_configuration(text_of(*folder / "source.conf"), "ocmf"));
  const std::string record = text_of(*folder / "session.ocmf");
  plugin::MemoryBytes bytes(record);
  Records records(bytes, {}, [&](const auto& meter, auto signed_bytes, const auto& signature) {
    meters.check(meter, signed_bytes, signature);
  });
  plugin::Transaction transaction;
  auto next = plugin::RecordReader::Next::nothing;
  while (next == plugin::RecordReader::Next::nothing) next = records.next(transaction);
  REQUIRE(next == plugin::RecordReader::Next::record);
  return transaction;
}

TEST_CASE("ocmf: numbers as texts, the curve's own name, and registers of real meters are read") {
  for (const char* name : {"ocmf-rv-text", "ocmf-brainpoolP256r1", "ocmf-obis-1.8.1"}) {
    CAPTURE(std::string(name));
    const auto read = charge(name);
    if (!read) return;
    CHECK(read->kind == GT_KIND_CHARGE);
    CHECK(read->standing == GT_FINAL);
    CHECK(read->issuer == "G1");
    CHECK(read->event_id == "M1/T1");
    CHECK(read->begin == 1'772'442'000);
    CHECK(read->end == 1'772'445'600);
    REQUIRE(read->quantities.size() == 1);
    CHECK(read->quantities[0].unit == "Wh");
    CHECK(read->quantities[0].value == 10'500);
  }
}

TEST_CASE("ocmf: a session of a clock that was never set is doubtful") {
  const auto read = charge("ocmf-1970-relative");
  if (!read) return;
  CHECK(read->standing == GT_DOUBTFUL);
  CHECK(read->remark == "its clock was never set: it stands before 2017");
}

}  // namespace
}  // namespace greentill::ocmf::cases_test
