// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/certificate/status_book.hpp"

#include <doctest/doctest.h>

#include "daemon/base/system.hpp"
#include "tests/unit/credential/programme.hpp"

namespace greentill::credit::status_book_test {

using credential::StatusPurpose;

TEST_CASE("status book: places are each one's own, and tell nothing of the order of issue") {
  StatusBook book(test::example_programme());
  SystemRandom random;
  std::uint64_t rising = 0;
  std::uint32_t before = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto place = book.assign("EX-" + std::to_string(i), random);
    REQUIRE(place.ok());
    CHECK(place->list == 1);
    rising += place->index > before ? 1 : 0;
    before = place->index;
  }
  CHECK(rising > 800);
  CHECK(rising < 1200);
  CHECK(book.assign("EX-7", random).error().code == ErrorCode::conflict);
}

TEST_CASE("status book: a list that is seven eighths full is followed by another") {
  StatusBook book(test::example_programme());
  SystemRandom random;
  for (std::uint32_t i = 0; i < credential::kStatusListEntries / 8 * 7; ++i)
    REQUIRE(book.take(std::to_string(i), {1, i}, CertificateState::good).ok());
  CHECK(book.lists() == 1);
  CHECK(book.assign("EX-1", random)->list == 2);
  CHECK(book.lists() == 2);
}

TEST_CASE("status book: revoked is for good, suspended is not") {
  StatusBook book(test::example_programme());
  REQUIRE(book.take("EX-1", {1, 5}, CertificateState::good).ok());
  REQUIRE(book.take("EX-2", {1, 6}, CertificateState::good).ok());
  CHECK(book.take("EX-3", {1, 6}, CertificateState::good).error().code == ErrorCode::conflict);
  CHECK(book.take("EX-4", {0, 7}, CertificateState::good).error().code == ErrorCode::invalid);
  REQUIRE(book.change("EX-1", CertificateState::suspended).ok());
  const auto bit = [&](StatusPurpose purpose, std::uint32_t place) { return book.list(purpose, 1, 0, 1).bits.at(place); };
  CHECK(bit(StatusPurpose::suspension, 5));
  CHECK_FALSE(bit(StatusPurpose::revocation, 5));
  REQUIRE(book.change("EX-1", CertificateState::good).ok());
  CHECK_FALSE(bit(StatusPurpose::suspension, 5));
  REQUIRE(book.change("EX-1", CertificateState::revoked).ok());
  REQUIRE(book.change("EX-1", CertificateState::revoked).ok());
  CHECK(bit(StatusPurpose::revocation, 5));
  CHECK_FALSE(bit(StatusPurpose::revocation, 6));
  CHECK(book.change("EX-1", CertificateState::good).error().message == "certificate EX-1 was revoked, which is for good");
  CHECK(book.change("EX-9", CertificateState::revoked).error().code == ErrorCode::not_found);
  CHECK(book.state_of("EX-1") == CertificateState::revoked);
}

TEST_CASE("status book: its file is read as it was written, and faults are told") {
  StatusBook book(test::example_programme());
  REQUIRE(book.take("EX-1", {1, 5}, CertificateState::revoked).ok());
  REQUIRE(book.take("EX-2", {2, 5}, CertificateState::suspended).ok());
  const auto read = StatusBook::from_json(book.to_json());
  REQUIRE_MESSAGE(read.ok(), read.error().message);
  CHECK(read->to_json() == book.to_json());
  CHECK(read->lists() == 2);
  const auto why = [](const std::string& text) { return StatusBook::from_json(text).error().message; };
  const std::string front = R"({"issuer":{"id":"https://trees.example/","name":"Example"},"certificates":[)";
  CHECK(why("7") == "it is no JSON object");
  CHECK(why("{}") == "issuer.id: it is no https URL that ends with a slash");
  CHECK(why(front + R"({"number":"EX-1","list":1,"index":5,"state":"lost"}]})") ==
        "certificate EX-1: its state is none of good, suspended, revoked");
  CHECK(why(front + R"({"number":"EX-1","list":1,"index":131072,"state":"good"}]})") ==
        "certificate EX-1: its place is in no list");
  CHECK(why(front + R"({"number":"EX-1","index":1,"state":"good"}]})") == "certificate EX-1: its place is in no list");
}

}  // namespace greentill::credit::status_book_test
