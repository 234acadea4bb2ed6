// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/cbor.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>

#include "daemon/base/hex.hpp"
#include "tests/unit/claim/tree.hpp"

using namespace greentill;
using namespace greentill::claim;
using namespace greentill::test;

namespace {

Fault refused(const char* hex) {
  const auto result = check_item(hex_bytes(hex));
  if (result) {
    FAIL("accepted: ", hex);
    return {};
  }
  CHECK(result.error().kind == Fault::Kind::malformed);
  return result.error();
}

template <typename F>
std::string written(F&& write) {
  Buffer buffer(64);
  CborWriter writer(buffer);
  write(writer);
  REQUIRE(writer.ok());
  return to_hex(writer.written());
}

std::string nested(unsigned depth) {
  std::string hex;
  for (unsigned i = 0; i < depth; ++i) hex += "81";
  return hex + "00";
}

}  // namespace

TEST_CASE("cbor: every argument is written in its shortest head") {
  const std::pair<std::uint64_t, const char*> cases[] = {{0, "00"},
                                                         {23, "17"},
                                                         {24, "1818"},
                                                         {255, "18ff"},
                                                         {256, "190100"},
                                                         {65535, "19ffff"},
                                                         {65536, "1a00010000"},
                                                         {0xffffffff, "1affffffff"},
                                                         {0x100000000, "1b0000000100000000"},
                                                         {~0ull, "1bffffffffffffffff"}};
  for (const auto& [value, hex] : cases) {
    CHECK(written([&](CborWriter& w) { w.unsigned_integer(value); }) == hex);
    const Buffer bytes = hex_bytes(hex);
    CborReader reader(bytes);
    CHECK(reader.unsigned_integer("") == value);
    CHECK(reader.at_end());
  }
}

TEST_CASE("cbor: signed integers keep their value from one end to the other") {
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{-24}, std::int64_t{-25}, std::int64_t{-65537},
                                   std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    const Buffer bytes = hex_bytes(written([&](CborWriter& w) { w.integer(value); }));
    CborReader reader(bytes);
    CHECK(reader.integer("") == value);
    CHECK(reader.at_end());
  }
  for (const char* beyond : {"1b8000000000000000", "3b8000000000000000", "3bffffffffffffffff"}) {
    const Buffer bytes = hex_bytes(beyond);
    CborReader reader(bytes);
    reader.integer("too wide");
    REQUIRE_FALSE(reader.ok());
    CHECK(std::string(reader.fault().reason) == "too wide");
  }
}

TEST_CASE("cbor: a writer without room writes nothing more, even what would fit") {
  Bytes<4> buffer{};
  CborWriter writer(buffer);
  writer.text("abcd");
  CHECK_FALSE(writer.ok());
  const std::size_t size = writer.size();
  writer.unsigned_integer(1);
  CHECK_FALSE(writer.ok());
  CHECK(writer.size() == size);
}

TEST_CASE("cbor: a reader that failed reads zeros and keeps its first fault") {
  const Buffer bytes = hex_bytes("0061620301");
  CborReader reader(bytes);
  CHECK(reader.unsigned_integer("") == 0);
  CHECK(reader.bytes("not bytes").empty());
  CHECK(reader.fault().offset == 1);
  CHECK(reader.unsigned_integer("later") == 0);
  CHECK(reader.text("later").empty());
  CHECK(reader.array("later") == 0);
  CHECK_FALSE(reader.boolean("later"));
  CHECK(reader.item().empty());
  CHECK(std::string(reader.fault().reason) == "not bytes");
  CHECK_FALSE(reader.at_end());
}

TEST_CASE("cbor: heads that are longer than needed are refused, of every type") {
  for (const char* hex :
       {"1817", "1900ff", "1a0000ffff", "1b00000000ffffffff", "3800", "5800", "7800", "9800", "b800", "d81700"}) {
    const Fault fault = refused(hex);
    CHECK(fault.offset == 0);
    CHECK(std::string(fault.reason) == "a shorter head would hold this value");
  }
  CHECK(refused("8201 1801").offset == 2);
}

TEST_CASE("cbor: indefinite lengths, reserved heads and the break code are refused") {
  for (const char* hex :
       {"5f4101ff", "7f6161ff", "9fff", "bfff", "1c", "3d", "5e", "7c", "9d", "be", "dc00", "fc", "ff", "df00ff"}) {
    CHECK(refused(hex).offset == 0);
  }
}

TEST_CASE("cbor: floating point, undefined, other simple values and bignums are refused") {
  for (const char* hex :
       {"f90000", "fa00000000", "fb0000000000000000", "f7", "f0", "e0", "f818", "f8ff", "f800", "f814", "c24101", "c34101"}) {
    CHECK(refused(hex).offset == 0);
  }
  for (const char* hex : {"f4", "f5", "f6", "c100", "d818456449455446"}) CHECK(check_item(hex_bytes(hex)).ok());
}

TEST_CASE("cbor: map keys must rise in bytewise order, each once") {
  CHECK(check_item(hex_bytes("a401000a0020006161 00")).ok());
  CHECK(refused("a20200 0100").offset == 3);
  CHECK(std::string(refused("a20200 0100").reason) == "this map key is out of bytewise order");
  CHECK(std::string(refused("a20100 0100").reason) == "this map key stands twice");
  CHECK(std::string(refused("a2626161 00 6162 00").reason) == "this map key is out of bytewise order");
  CHECK(std::string(refused("a1 01 a20300 0300").reason) == "this map key stands twice");
  CHECK(check_item(hex_bytes("a2 6162 00 626161 00")).ok());
  CHECK(check_item(hex_bytes("a2 8101 00 8102 00")).ok());
}

TEST_CASE("cbor: items nest eight deep and no deeper") {
  CHECK(check_item(hex_bytes(nested(kMaxCborDepth))).ok());
  const Fault fault = refused(nested(kMaxCborDepth + 1).c_str());
  CHECK(fault.offset == kMaxCborDepth);
  CHECK(std::string(fault.reason) == "nested too deep");
  CHECK(std::string(refused(nested(100000).c_str()).reason) == "nested too deep");
  CHECK(std::string(refused("c1c1c1c1c1c1c1c1c100").reason) == "nested too deep");
  CHECK(std::string(refused("a100a100a100a100a100a100a100a100a10000").reason) == "nested too deep");
}

TEST_CASE("cbor: lengths and counts beyond the bytes there are refused without reading on") {
  for (const char* hex : {"", "18", "1b00", "5bffffffffffffffff", "7bffffffffffffffff00", "9bffffffffffffffff00",
                          "bbffffffffffffffff0000", "4201", "6261", "8201", "a101", "c1"}) {
    refused(hex);
  }
  const Buffer bytes = hex_bytes("9bffffffffffffffff00");
  CborReader reader(bytes);
  CHECK(reader.array("") == 0);
  CHECK_FALSE(reader.ok());
}

TEST_CASE("cbor: bytes behind the item are refused at the first of them") {
  const Fault fault = refused("820102 00");
  CHECK(fault.offset == 3);
  CHECK(std::string(fault.reason) == "bytes follow what should be the last item");
}

TEST_CASE("cbor: texts are UTF-8 to the letter of RFC 3629") { CHECK(refused("8201 62c328").offset == 2); }

TEST_CASE("cbor: an item cut anywhere is refused at the head that lacks its bytes") {
  // [1, h'0102', {"ab": [true, null]}, 24("x"), 1000]
  const Buffer whole = hex_bytes("85 01 420102 a1 626162 82f5f6 d8186178 1903e8");
  REQUIRE(check_item(whole).ok());
  const std::vector<std::size_t> heads = head_offsets(whole);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const auto cut = check_item(ByteView(whole).first(size));
    REQUIRE_FALSE(cut.ok());
    const bool at_head = std::find(heads.begin(), heads.end(), size) != heads.end();
    const std::size_t open = *std::prev(std::upper_bound(heads.begin(), heads.end(), size));
    CHECK(cut.error().offset == open);
    CHECK(std::string(cut.error().reason) ==
          (at_head ? "the bytes end where an item should begin" : "the bytes end in the middle of this item"));
  }
}
