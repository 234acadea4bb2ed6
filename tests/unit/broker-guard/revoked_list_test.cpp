// SPDX-License-Identifier: Apache-2.0
#include "tools/broker-guard/revoked_list.hpp"

#include <doctest/doctest.h>

#include <string>

namespace greentill::guard {
namespace {

const std::string kKey = std::string(63, '0') + "1";

RevokedList sample() {
  RevokedList list;
  list.number = 17;
  list.devices = {"dock-7", "till-1"};
  Digest key{};
  key.back() = 1;
  list.keys = {key};
  return list;
}

TEST_CASE("a list is read as it was written, and can be read by people") {
  const std::string text = to_text(sample());
  CHECK(text == "greentill-revoked 1\nnumber 17\ndevice dock-7\ndevice till-1\nkey " + kKey + "\nend 3\n");
  const auto read = parse_revoked(text);
  REQUIRE(read);
  CHECK(*read == sample());
  CHECK(*parse_revoked(to_text(RevokedList())) == RevokedList());
}

TEST_CASE("a list that was cut off anywhere is no list") {
  const std::string text = to_text(sample());
  for (std::size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(parse_revoked(text.substr(0, size)));
  }
}

TEST_CASE("what is no list is refused, with the place") {
  const std::string begin = "greentill-revoked 1\nnumber 4\n";
  for (const std::string& wrong :
       {std::string(), std::string("{}"), std::string("greentill-revoked 1\nend 0\n"),
        std::string("greentill-revoked 1\nnumber -1\nend 0\n"), begin + "end 1\n", begin + "device dock-7\nend 0\n",
        begin + "device Dock\nend 1\n", begin + "key 12\nend 1\n", begin + "end 0\nend 0\n",
        begin + "key " + std::string(64, 'g') + "\nend 1\n", begin + "lock a\nend 1\n", begin + "end 0\nx"}) {
    CAPTURE(wrong);
    const auto read = parse_revoked(wrong);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::invalid);
  }
  CHECK(parse_revoked(begin + "device dock-7\nkey 12\nend 2\n").error().message == "line 4: neither a device nor a key");
  CHECK(parse_revoked("greentill-revoked 2\nwhatever").error().code == ErrorCode::unsupported);
}

}  // namespace
}  // namespace greentill::guard
