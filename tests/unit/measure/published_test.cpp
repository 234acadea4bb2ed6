// SPDX-License-Identifier: Apache-2.0
#include "daemon/measure/published.hpp"

#include <doctest/doctest.h>

#include "daemon/crypto/hasher.hpp"
#include "tests/unit/measure/samples.hpp"

namespace greentill::measure::published_test {
namespace {

using test::accepted;
using test::kLeastMethodology;
using test::with;

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kThen = 1'767'225'600;  // 2026-01-01

std::string version(unsigned number, std::string_view remark = "") {
  return std::string(remark) + with(kLeastMethodology, "version = 1", "version = " + std::to_string(number));
}

Published published(unsigned number, std::optional<std::int64_t> from, std::optional<std::int64_t> until,
                    std::string_view remark = "") {
  return {accepted(version(number, remark)), from, until};
}

Library loaded(unsigned most) {
  std::vector<Methodology> all;
  for (unsigned number = 1; number <= most; ++number) all.push_back(accepted(version(number)));
  return Library::from(std::move(all)).value();
}

std::uint64_t version_at(const Library& library, std::int64_t at) {
  const Methodology* found = library.for_activity("piece.test", at);
  return found == nullptr ? 0 : found->version;
}

}  // namespace

TEST_CASE("published: what is written is read again, with its bounds and its bytes' own hash") {
  const std::string first = version(1);
  const std::string second = version(2);
  const auto content = encode_published({{first, std::nullopt, kThen}, {second, kThen, std::nullopt}});
  const auto read = read_published(content, crypto::hasher());
  REQUIRE(read.ok());
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].methodology.sha256 == crypto::hasher().sha256({as_bytes(first)}));
  CHECK_FALSE((*read)[0].from);
  CHECK((*read)[0].until == kThen);
  CHECK((*read)[1].methodology.version == 2);
  CHECK((*read)[1].from == kThen);
  CHECK_FALSE((*read)[1].until);
  CHECK(read_published(encode_published({}), crypto::hasher()).value().empty());
}

TEST_CASE("published: every cut and trailing byte, another order, an end before its begin and a file that is wrong are refused") {
  const std::string first = version(1);
  const std::string second = version(2);
  const auto content = encode_published({{first, std::nullopt, kThen}, {second, kThen, std::nullopt}});
  for (std::size_t size = 0; size < content.size(); size += size < 24 ? 1 : 97) {
    CHECK_FALSE(read_published(ByteView(content).first(size), crypto::hasher()).ok());
  }
  auto longer = content;
  longer.push_back(0);
  CHECK_FALSE(read_published(longer, crypto::hasher()).ok());
  const auto refused = [](const std::vector<PublishedFile>& files) {
    const auto read = read_published(encode_published(files), crypto::hasher());
    return read ? std::string() : read.error().message;
  };
  CHECK(refused({{second, {}, {}}, {first, {}, {}}}).find("not in the order") != std::string::npos);
  CHECK(refused({{first, {}, {}}, {first, {}, {}}}).find("not in the order") != std::string::npos);
  CHECK(refused({{first, kThen, kThen - 1}}).find("ends before it begins") != std::string::npos);
  CHECK(refused({{first, kThen, kThen}}).empty());
  CHECK(refused({{first, {}, {}}, {"id = 7\n", {}, {}}}).find("methodology 2 of the bundle:1:") != std::string::npos);
  const std::string huge = first + "# " + std::string(kMostPublishedBytes, 'x') + "\n";
  CHECK(refused({{huge, {}, {}}}).find("longer") != std::string::npos);
}

TEST_CASE("publish: the act's end decides which version is in force, and what is not named stays as it was") {
  Library library = loaded(2);
  CHECK(version_at(library, kThen) == 2);
  REQUIRE(library.publish({published(3, kThen, std::nullopt)}));
  CHECK(version_at(library, kThen - 1) == 2);
  CHECK(version_at(library, kThen) == 3);
  REQUIRE(library.publish({published(2, std::nullopt, kThen - kDay), published(3, kThen, kThen + kDay)}));
  CHECK(version_at(library, kThen - kDay - 1) == 2);
  CHECK(version_at(library, kThen - kDay) == 1);
  CHECK(version_at(library, kThen) == 3);
  CHECK(version_at(library, kThen + kDay) == 1);
}

TEST_CASE("publish: what was in force once is found for ever, by its own bytes") {
  Library library = loaded(1);
  const Methodology* embedded = library.for_activity("piece.test", kThen);
  const Published other = published(1, std::nullopt, std::nullopt, "# corrected\n");
  const Published next = published(2, std::nullopt, std::nullopt);
  REQUIRE(library.publish({other, next}));
  CHECK(version_at(library, kThen) == 2);
  REQUIRE(library.publish({other}));
  CHECK(library.for_activity("piece.test", kThen)->sha256 == other.methodology.sha256);
  CHECK(library.find("test-piece", 1, embedded->sha256) != nullptr);
  CHECK(library.find("test-piece", 1, other.methodology.sha256) != nullptr);
  CHECK(library.find("test-piece", 2, next.methodology.sha256) != nullptr);
  CHECK(embedded->version == 1);  // what was found before is still there
  CHECK_FALSE(library.publish({next, next}).ok());
  CHECK(library.for_activity("piece.test", kThen)->sha256 == other.methodology.sha256);
  REQUIRE(library.publish({}));
  CHECK(library.for_activity("piece.test", kThen)->sha256 == embedded->sha256);
}

}  // namespace greentill::measure::published_test
