// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/document.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace greentill::api;

namespace {

const std::string kRide = R"({"issuer":"dock:7","event_id":"trip-1","kind":"trip","begin":1000,"end":1600,)"
                          R"("mode":"bike.shared","quantities":{"m.odometer":2400,"s":600}})";

}  // namespace

TEST_CASE("document: brackets without end are refused where they begin, not followed") {
  const auto items = parse_document(std::string(200'000, '['));
  REQUIRE(items.size() == 1);
  CHECK_FALSE(items[0].transaction.ok());
}

TEST_CASE("document: its form shows in its first line") {
  CHECK(sniff_form(kRide) == DocumentForm::object);
  CHECK(sniff_form(kRide + "\n\n") == DocumentForm::object);
  CHECK(sniff_form("{\n\"issuer\": \"a\"\n}\n") == DocumentForm::object);
  CHECK(sniff_form(" [" + kRide + "]") == DocumentForm::array);
  CHECK(sniff_form(kRide + "\n" + kRide) == DocumentForm::lines);
  CHECK(sniff_form(kRide + "\r\nnot json\n") == DocumentForm::lines);
  CHECK(sniff_form(R"({"name":"}\"{"})"
                   "\n{}") == DocumentForm::lines);
  CHECK(sniff_form("") == DocumentForm::object);
  CHECK(sniff_form(" \n ") == DocumentForm::object);
}

TEST_CASE("document: good items of an array are kept around bad ones") {
  const auto items = parse_document("[" + kRide + R"(, 7, {"issuer":"]"}, )" + kRide + " ]");
  REQUIRE(items.size() == 4);
  CHECK(items[0].transaction.ok());
  CHECK(items[1].transaction.error().detail == "must be an object");
  CHECK(items[2].transaction.error().field == "event_id");
  CHECK(items[3].transaction.ok());
  CHECK(items[3].index == 3);
  CHECK(parse_document("[]").empty());
  CHECK(parse_document(" [ ] ").empty());
}

TEST_CASE("document: a broken array keeps what stands before the break, and says so") {
  for (const std::string tail : {",", ",{\"issuer\":\"x", "] ]", "]{}"}) {
    CAPTURE(tail);
    const auto items = parse_document("[" + kRide + tail);
    REQUIRE(items.size() == 2);
    CHECK(items[0].transaction.ok());
    CHECK(items[1].index == 1);
    CHECK(items[1].transaction.error().syntax);
  }
  const auto unclosed = parse_document("[" + kRide);
  REQUIRE(unclosed.size() == 1);
  CHECK(unclosed[0].transaction.error().detail == "the array ends in the middle: its ']' is missing");
}

TEST_CASE("document: good lines are kept around bad ones, each with its number") {
  const std::string text = kRide + "\n\nnot json\r\n" + kRide + "\r\n{\"issuer\":1}\n" + kRide;
  for (const std::size_t piece : {1u, 2u, 7u, 100u, 10'000u}) {
    std::vector<Item> items;
    const auto keep = [&](Item&& item) {
      items.push_back(std::move(item));
      return true;
    };
    LineSplitter splitter;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      REQUIRE(splitter.feed(std::string_view(text).substr(at, piece), keep));
    }
    REQUIRE(splitter.finish(keep));
    REQUIRE(items.size() == 5);
    const std::vector<std::size_t> lines{1, 3, 4, 5, 6};
    for (std::size_t i = 0; i < items.size(); ++i) {
      CHECK(items[i].index == i);
      CHECK(items[i].line == lines[i]);
      CHECK(items[i].transaction.ok() == (i != 1 && i != 3));
    }
  }
}

TEST_CASE("document: a line without end is refused without being kept") {
  LineSplitter splitter;
  std::vector<Item> items;
  const auto keep = [&](Item&& item) {
    items.push_back(std::move(item));
    return true;
  };
  const std::string piece(kMaxTransactionBytes, 'x');
  for (int i = 0; i < 10; ++i) REQUIRE(splitter.feed(piece, keep));
  REQUIRE(splitter.feed("\n" + kRide + "\n", keep));
  REQUIRE(items.size() == 2);
  CHECK(items[0].transaction.error().detail == "must be at most 262144 bytes of JSON");
  CHECK(items[1].transaction.ok());
  CHECK(items[1].line == 2);
}

TEST_CASE("document: the visitor can stop the reading") {
  std::size_t seen = 0;
  const auto first_only = [&](Item&&) { return ++seen < 1; };
  parse_array("[" + kRide + "," + kRide + "]", first_only);
  CHECK(seen == 1);
  LineSplitter splitter;
  seen = 0;
  CHECK_FALSE(splitter.feed(kRide + "\n" + kRide + "\n", first_only));
  CHECK(seen == 1);
}
