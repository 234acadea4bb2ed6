// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/submit/documents.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

namespace greentill {
namespace {

// Each document as "line: json", one that cannot be sent as "line! problem".
std::vector<std::string> read(const std::string& text) {
  std::istringstream in(text);
  cli::DocumentReader reader(in);
  std::vector<std::string> found;
  for (;;) {
    auto document = reader.next();
    REQUIRE(document);
    if (!document->has_value()) break;
    const cli::Document& one = **document;
    found.push_back(std::to_string(one.line) + (one.problem.empty() ? ": " + one.json : "! " + one.problem));
  }
  CHECK(reader.bytes_read() == text.size());
  return found;
}

using Found = std::vector<std::string>;

TEST_CASE("documents: one a line, with the numbers of their lines") {
  CHECK(read("{\"a\":1}\n\n  {\"b\":2}\r\n{\"c\":3}") == Found{"1: {\"a\":1}", "3: {\"b\":2}", "4: {\"c\":3}"});
  CHECK(read("{}") == Found{"1: {}"});
  CHECK(read("\n\n{}\n") == Found{"3: {}"});
}

TEST_CASE("documents: a line that is not JSON is sent as it is, for the daemon to refuse") {
  CHECK(read("nonsense\n{}\n") == Found{"1: nonsense", "2: {}"});
}

TEST_CASE("documents: a first line left open does not swallow the lines behind it") {
  CHECK(read("{\"a\":\n{\"b\":2}\n") == Found{"1: {\"a\":", "2: {\"b\":2}"});
  CHECK(read("{\"a\":\n") == Found{"1: {\"a\":"});
}

TEST_CASE("documents: an object over several lines is one") {
  CHECK(read("{\n  \"a\": [1,\n 2],\n  \"}\": \"{\"\n}\n") == Found{"1: {   \"a\": [1,  2],   \"}\": \"{\" }"});
}

TEST_CASE("documents: the elements of an array, over lines or within one") {
  CHECK(read("[{\"a\":\"],[\"},{\"b\":[1,{}]},\n {\"c\":\n3}\n]\n") ==
        Found{"1: {\"a\":\"],[\"}", "1: {\"b\":[1,{}]}", "2: {\"c\": 3}"});
  CHECK(read("[{\"a\":\"\\\"]\"}]") == Found{"1: {\"a\":\"\\\"]\"}"});
  CHECK(read("[1, true]") == Found{"1: 1", "1: true"});
}

TEST_CASE("documents: nothing comes out of an empty file or array") {
  CHECK(read("").empty());
  CHECK(read(" \n \n").empty());
  CHECK(read("[]").empty());
  CHECK(read("[ \n ]\n").empty());
}

TEST_CASE("documents: an array's own faults are told, and the elements around them kept") {
  CHECK(read("[{},,{}]") == Found{"1: {}", "1! nothing stands between a comma and what follows it", "1: {}"});
  CHECK(read("[{},]") == Found{"1: {}", "1! nothing stands between a comma and what follows it"});
  CHECK(read("[{},\n{") == Found{"1: {}", "2! the array is not closed: the file ends within it"});
  CHECK(read("[{\"a\":\"x\ny\"}]") == Found{"1! a text runs over the end of a line"});
}

TEST_CASE("documents: what follows an array is told") {
  std::istringstream in("[{}]\n{}");
  cli::DocumentReader reader(in);
  CHECK((*reader.next())->json == "{}");
  const auto second = reader.next();
  CHECK((*second)->line == 2);
  CHECK((*second)->problem == "something follows the array's end");
  CHECK_FALSE(reader.next()->has_value());
}

TEST_CASE("documents: a line longer than a document may be is told, and the next one read") {
  const std::string longer(cli::kMaxDocumentBytes + 1, 'x');
  CHECK(read(longer + "\n{}\n") == Found{"1! longer than 1048576 bytes", "2: {}"});
  CHECK(read("[\"" + longer + "\",{}]") == Found{"1! longer than 1048576 bytes", "1: {}"});
}

}  // namespace
}  // namespace greentill
