// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/readers/json_stream.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/byte_pieces.hpp"

namespace greentill::plugin {
namespace {

/// A number, an endless text or list: what need not be in memory at once.
class Endless final : public ByteInput {
 public:
  Endless(std::string head, std::string again) : head_(std::move(head)), again_(std::move(again)) {}
  std::size_t read(std::span<char> into) override {
    if (into.size() < head_.size() + again_.size() || given_ > (8u << 20)) return 0;
    const std::string text = std::exchange(head_, "") + again_;
    std::copy(text.begin(), text.end(), into.begin());
    given_ += text.size();
    return text.size();
  }
  [[nodiscard]] std::size_t given() const { return given_; }

 private:
  std::string head_;
  std::string again_;
  std::size_t given_ = 0;
};

using Seen = std::vector<std::string>;

struct Kept : JsonEvents {
  Seen seen;
  void scalar(std::string_view path, const JsonScalar& value) override {
    constexpr const char* kTypes[] = {"null", "bool", "number", "text"};
    seen.push_back(std::string(path) + "=" + kTypes[static_cast<int>(value.type)] + ":" + std::string(value.text));
  }
  void begin(std::string_view path, bool /*list*/) override { seen.push_back(std::string(path) + "{"); }
  void end(std::string_view path) override { seen.push_back(std::string(path) + "}"); }
  void twice(std::string_view path) override { seen.push_back("twice " + std::string(path)); }
};

Seen events(std::string_view text, std::size_t step = SIZE_MAX) {
  greentill::test::BytePieces bytes(text, step);
  JsonStream stream(bytes);
  Kept kept;
  try {
    stream.read(kept);
    stream.finish();
  } catch (const std::runtime_error& error) {
    return {error.what()};
  }
  return kept.seen;
}

TEST_CASE("json stream: a value's parts come with the paths that lead to them, whatever the pieces") {
  const std::string text = R"( {"a":[1,{"b":null},[true]],"c.d":"x","n":-0.50,"big":184467440737095516160} )";
  const Seen expected{"{",
                      "a{",
                      "a[]=number:1",
                      "a[]{",
                      "a[].b=null:",
                      "a[]}",
                      "a[]{",
                      "a[][]=bool:true",
                      "a[]}",
                      "a}",
                      "c?d=text:x",
                      "n=number:-0.50",
                      "big=number:184467440737095516160",
                      "}"};
  CHECK(events(text) == expected);
  CHECK(events(text, 1) == expected);
}

TEST_CASE("json stream: numbers keep their digits") {
  CHECK(events("2935.600") == Seen{"=number:2935.600"});
  CHECK(events("1529968782421") == Seen{"=number:1529968782421"});
  CHECK(events("-7") == Seen{"=number:-7"});
  CHECK(events("1.5e3") == Seen{"=number:1.5e3"});
  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, SIZE_MAX}) {
    CHECK(events("\xef\xbb\xbf 4899999999999999999", step) == Seen{"=number:4899999999999999999"});
    CHECK(events("\xef\xbb\xbf\xef\xbb\xbf{}", step) == Seen{"byte 3: it is not JSON"});
    CHECK(events("\xef\xbb", step) == Seen{"byte 0: it is not JSON"});
  }
}

TEST_CASE("json stream: a key that comes again is told") {
  CHECK(events(R"({"a":1,"a":2})") == Seen{"{", "a=number:1", "twice a", "a=number:2", "}"});
  CHECK(events(R"([{"a":1},{"a":2}])").size() == 8);
}

TEST_CASE("json stream: what is no JSON is told with its byte and without its text") {
  for (const char* text :
       {"", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "nul", "\"secret", "01", "1.", "+1", "[\"\xff\"]", "'a'"}) {
    CAPTURE(std::string(text));
    const Seen seen = events(text);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].find("it is not JSON") != std::string::npos);
    CHECK(seen[0].find("secret") == std::string::npos);
  }
  CHECK(events("1 2") == Seen{"byte 2: something follows the document"});
}

TEST_CASE("json stream: nothing needs more memory than its limits") {
  CHECK(events(std::string(40, '[')) == Seen{"byte 33: values more than 32 deep in each other"});
  CHECK(events("{\"" + std::string(200, 'k') + "\":1}")[0].find("a key of more than 128 bytes") != std::string::npos);
  CHECK(events("1." + std::string(200, '1'))[0].find("a number of more than 128 characters") != std::string::npos);
  CHECK(events("[1." + std::string(200, '1') + "]")[0].find("a number of more than 128 characters") != std::string::npos);
  Endless text("[\"", "xxxxxxxxxxxxxxxx");
  JsonStream stream(text);
  Kept kept;
  CHECK_THROWS_WITH(stream.read(kept), doctest::Contains("a text of more than 1 MiB"));
  CHECK(text.given() < (2u << 20));
}

TEST_CASE("json stream: a list is walked by its elements, and one that fails names its byte") {
  const std::string text = R"({"version":"2.0","trips":[{"id":1}, 7 ,"x",[]],"n":12,"end":null})";
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, SIZE_MAX}) {
    greentill::test::BytePieces bytes(text, step);
    JsonStream stream(bytes);
    std::string key;
    stream.enter('{');
    REQUIRE(stream.next_key(key));
    CHECK(key == "version");
    stream.skip();
    REQUIRE(stream.next_key(key));
    CHECK(key == "trips");
    stream.enter('[');
    Kept kept;
    while (stream.next_element()) stream.read(kept);
    CHECK(kept.seen == Seen{"{", "id=number:1", "}", "=number:7", "=text:x", "{", "}"});
    REQUIRE(stream.next_key(key));
    stream.skip();
    REQUIRE(stream.next_key(key));
    CHECK(key == "end");
    stream.skip();
    CHECK(!stream.next_key(key));
    CHECK_NOTHROW(stream.finish());
  }
  const auto wrong = [](std::string_view wrong_text) {
    MemoryBytes bytes(wrong_text);
    JsonStream stream(bytes);
    stream.enter('[');
    while (stream.next_element()) stream.skip();
  };
  CHECK_THROWS_WITH(wrong("{}"), "byte 0: a list must stand here");
  CHECK_THROWS_WITH(wrong("[1 2]"), "byte 3: it is not JSON");
  CHECK_THROWS_WITH(wrong("[1,]"), doctest::Contains("it is not JSON"));
  CHECK_THROWS_WITH(wrong("[1,2"), doctest::Contains("it is not JSON"));
}

}  // namespace
}  // namespace greentill::plugin
