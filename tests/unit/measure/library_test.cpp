// SPDX-License-Identifier: Apache-2.0
#include "daemon/measure/library.hpp"
#include "daemon/crypto/hasher.hpp"

#include <fstream>

#include <doctest/doctest.h>

#include "daemon/base/hex.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_signer.hpp"
#include "tests/unit/measure/samples.hpp"

using namespace greentill;
using namespace greentill::measure;
using namespace greentill::test;

namespace {

void write(const std::filesystem::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

Result<Library> load(const TempDir& folder) { return Library::load(folder.path(), crypto::Hasher()); }

Methodology named(std::string_view id, std::uint64_t version, std::string_view from = "2020-01-01", std::string_view until = "") {
  std::string text = with(kLeastMethodology, "id = \"test-piece\"", "id = \"" + std::string(id) + "\"");
  text = with(text, "version = 1", "version = " + std::to_string(version));
  std::string validity = "valid_from = \"" + std::string(from) + "\"";
  if (!until.empty()) validity += "\nvalid_until = \"" + std::string(until) + "\"";
  return accepted(with(text, "valid_from = \"2020-01-01\"", validity));
}

}  // namespace

TEST_CASE("a methodology is known by the SHA-256 of its file's exact bytes") {
  CHECK(to_hex(accepted(kLeastMethodology).sha256) == to_hex(crypto::Hasher().sha256({as_bytes(kLeastMethodology)})));
  CHECK(accepted(kLeastMethodology).sha256 != accepted(std::string(kLeastMethodology) + "\n").sha256);
}

TEST_CASE("load: every *.toml of the folder and nothing else") {
  const TempDir folder;
  write(folder / "b.toml", kFullMethodology);
  write(folder / "a.toml", kLeastMethodology);
  write(folder / "a.toml~", "left by an editor");
  write(folder / "README", "words");
  const auto library = load(folder);
  REQUIRE(library);
  REQUIRE(library->all().size() == 2);
  CHECK(library->all()[0].id == "test-piece");
  CHECK(library->all()[1].id == "test-ride");
}

TEST_CASE("load: one bad file fails the whole and is named with its folder") {
  const TempDir folder;
  write(folder / "good.toml", kLeastMethodology);
  write(folder / "bad.toml", with(kLeastMethodology, "version = 1", "version = 0"));
  const auto library = load(folder);
  REQUIRE_FALSE(library);
  CHECK(library.error().message.rfind(folder.path().string() + ": bad.toml:2:11: key 'version' ", 0) == 0);
}

TEST_CASE("load: a folder that is missing or empty is an error that names it") {
  const TempDir folder;
  for (const auto& path : {folder.path(), folder / "none"}) {
    const auto library = Library::load(path, crypto::Hasher());
    REQUIRE_FALSE(library);
    CHECK(library.error().code == ErrorCode::not_found);
    CHECK(library.error().message.rfind(path.string() + ": ", 0) == 0);
  }
}

TEST_CASE("load: two files of one id and version are a conflict, even with the same bytes") {
  const TempDir folder;
  write(folder / "a.toml", kLeastMethodology);
  write(folder / "b.toml", kLeastMethodology);
  const auto library = load(folder);
  REQUIRE_FALSE(library);
  CHECK(library.error().code == ErrorCode::conflict);
  CHECK(library.error().message.find("test-piece version 1 is there twice") != std::string::npos);
}

TEST_CASE("find: id, version and digest must all be right") {
  const auto library = Library::from({named("m", 2), named("m", 1), named("a", 1)});
  REQUIRE(library);
  const Methodology wanted = named("m", 2);
  REQUIRE(library->find("m", 2, wanted.sha256) != nullptr);
  CHECK(library->find("m", 2, wanted.sha256)->version == 2);
  CHECK(library->find("m", 1, wanted.sha256) == nullptr);
  CHECK(library->find("m", 3, wanted.sha256) == nullptr);
  CHECK(library->find("a", 2, wanted.sha256) == nullptr);
  CHECK(library->find("z", 1, wanted.sha256) == nullptr);
  CHECK(library->find("", 0, {}) == nullptr);
}

TEST_CASE("for_activity: the highest version in force, at the second") {
  const auto library = Library::from({named("m", 1), named("m", 2, "2026-01-01", "2027-01-01"), named("m", 3, "2028-01-01")});
  REQUIRE(library);
  const auto version_at = [&](std::int64_t at) {
    const Methodology* found = library->for_activity("piece.test", at);
    return found == nullptr ? 0 : found->version;
  };
  constexpr std::int64_t kBegin2020 = 1'577'836'800;
  constexpr std::int64_t kBegin2027 = 1'798'761'600;
  constexpr std::int64_t kBegin2028 = 1'830'297'600;
  CHECK(version_at(kBegin2020 - 1) == 0);
  CHECK(version_at(kBegin2020) == 1);
  CHECK(version_at(kBegin2026 - 1) == 1);
  CHECK(version_at(kBegin2026) == 2);
  CHECK(version_at(kBegin2027 - 1) == 2);
  CHECK(version_at(kBegin2027) == 1);
  CHECK(version_at(kBegin2028) == 3);
  CHECK(library->for_activity("piece.other", kBegin2026) == nullptr);
}

TEST_CASE("for_activity: of several ids the first, unless another is preferred") {
  const auto library = Library::from({named("b", 9), named("a", 1), named("a", 2)});
  REQUIRE(library);
  CHECK(library->for_activity("piece.test", kBegin2026)->id == "a");
  CHECK(library->for_activity("piece.test", kBegin2026)->version == 2);
  CHECK(library->for_activity("piece.test", kBegin2026, "b")->version == 9);
  CHECK(library->for_activity("piece.test", kBegin2026, "c") == nullptr);
}
