// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "daemon/base/utf8.hpp"
#include "daemon/claim/cbor.hpp"

namespace greentill::claim {
namespace {

constexpr std::uint64_t kFalse = 20;
constexpr std::uint64_t kTrue = 21;
constexpr std::uint64_t kNull = 22;
constexpr std::uint64_t kBignum = 2;
constexpr std::uint64_t kNegativeBignum = 3;

}  // namespace

void CborReader::fail(Fault::Kind kind, std::size_t offset, const char* reason) {
  if (!fault_) fault_ = Fault{kind, offset, reason};
}

ByteView CborReader::take(std::uint64_t size, std::size_t start) {
  if (!ok()) return {};
  if (size > bytes_.size() - position_) {
    fail(Fault::Kind::malformed, start, "the bytes end in the middle of this item");
    return {};
  }
  const ByteView taken = bytes_.subspan(position_, static_cast<std::size_t>(size));
  position_ += taken.size();
  return taken;
}

// RFC 8949, 4.2.1: the shortest form that holds the value.
std::uint64_t CborReader::argument(std::uint8_t additional, std::size_t start) {
  if (additional < 24) return additional;
  if (additional == 31) {
    fail(Fault::Kind::malformed, start, "indefinite lengths are not deterministic");
    return 0;
  }
  if (additional > 27) {
    fail(Fault::Kind::malformed, start, "this head is reserved in CBOR");
    return 0;
  }
  const std::size_t width = std::size_t{1} << (additional - 24);
  std::uint64_t value = 0;
  for (const std::uint8_t byte : take(width, start)) value = value << 8 | byte;
  const std::uint64_t least = width == 1 ? 24 : std::uint64_t{1} << (4 * width);
  if (ok() && value < least) fail(Fault::Kind::malformed, start, "a shorter head would hold this value");
  return value;
}

CborHead CborReader::head() {
  const std::size_t start = position_;
  if (at_end()) fail(Fault::Kind::malformed, start, "the bytes end where an item should begin");
  const ByteView initial = take(1, start);
  if (initial.empty()) return {};
  const auto type = static_cast<CborType>(initial[0] >> 5);
  const std::uint8_t additional = initial[0] & 0x1f;
  if (type == CborType::simple && (additional < kFalse || additional > kNull)) {
    const bool is_float = additional >= 25 && additional <= 27;
    fail(Fault::Kind::malformed, start,
         is_float ? "floating point has no place in a claim" : "of the simple values only false, true and null are allowed");
    return {};
  }
  const CborHead result{type, argument(additional, start)};
  return ok() ? result : CborHead{};
}

bool CborReader::expect(CborType type, CborHead& out, const char* reason) {
  const std::size_t start = position_;
  out = head();
  if (ok() && out.type != type) fail(Fault::Kind::malformed, start, reason);
  return ok();
}

std::uint64_t CborReader::unsigned_integer(const char* reason) {
  CborHead head;
  return expect(CborType::unsigned_integer, head, reason) ? head.argument : 0;
}

std::int64_t CborReader::integer(const char* reason) {
  const std::size_t start = position_;
  const CborHead value = head();
  if (!ok()) return 0;
  const bool negative = value.type == CborType::negative_integer;
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if ((value.type != CborType::unsigned_integer && !negative) || value.argument > kMost) {
    fail(Fault::Kind::malformed, start, reason);
    return 0;
  }
  const auto magnitude = static_cast<std::int64_t>(value.argument);
  return negative ? -1 - magnitude : magnitude;
}

bool CborReader::boolean(const char* reason) {
  const std::size_t start = position_;
  const CborHead value = head();
  if (ok() && (value.type != CborType::simple || value.argument == kNull)) fail(Fault::Kind::malformed, start, reason);
  return ok() && value.argument == kTrue;
}

ByteView CborReader::bytes(const char* reason) {
  const std::size_t start = position_;
  CborHead head;
  return expect(CborType::bytes, head, reason) ? take(head.argument, start) : ByteView{};
}

std::string_view CborReader::text(const char* reason) {
  const std::size_t start = position_;
  CborHead head;
  if (!expect(CborType::text, head, reason)) return {};
  const ByteView content = take(head.argument, start);
  if (!is_utf8(as_text(content))) fail(Fault::Kind::malformed, start, "this text is not UTF-8");
  return ok() ? as_text(content) : std::string_view{};
}

std::size_t CborReader::count(CborType type, const char* reason) {
  const std::size_t start = position_;
  CborHead head;
  if (!expect(type, head, reason)) return 0;
  if (head.argument > bytes_.size() - position_) {
    fail(Fault::Kind::malformed, start, "the bytes end in the middle of this item");
    return 0;
  }
  return static_cast<std::size_t>(head.argument);
}

std::size_t CborReader::array(const char* reason) { return count(CborType::array, reason); }

std::size_t CborReader::map(const char* reason) { return count(CborType::map, reason); }

std::uint64_t CborReader::tag(const char* reason) {
  CborHead head;
  return expect(CborType::tag, head, reason) ? head.argument : 0;
}

ByteView CborReader::item() {
  const std::size_t start = position_;
  skip(0);
  return ok() ? bytes_.subspan(start, position_ - start) : ByteView{};
}

void CborReader::skip(unsigned depth) {
  const std::size_t start = position_;
  const CborHead value = head();
  if (!ok()) return;
  const bool nests = value.type == CborType::array || value.type == CborType::map || value.type == CborType::tag;
  if (nests && depth == kMaxCborDepth) return fail(Fault::Kind::malformed, start, "nested too deep");
  switch (value.type) {
    case CborType::bytes: take(value.argument, start); break;
    case CborType::text:
      if (!is_utf8(as_text(take(value.argument, start)))) fail(Fault::Kind::malformed, start, "this text is not UTF-8");
      break;
    case CborType::array:
      for (std::uint64_t i = 0; i < value.argument && ok(); ++i) skip(depth + 1);
      break;
    case CborType::map: skip_map(value.argument, depth + 1); break;
    case CborType::tag:
      if (value.argument == kBignum || value.argument == kNegativeBignum) {
        return fail(Fault::Kind::malformed, start, "integers beyond 64 bits have no place in a claim");
      }
      skip(depth + 1);
      break;
    default: break;
  }
}

void CborReader::skip_map(std::uint64_t pairs, unsigned depth) {
  ByteView previous;
  for (std::uint64_t i = 0; i < pairs && ok(); ++i) {
    const std::size_t start = position_;
    skip(depth);
    if (!ok()) return;
    const ByteView key = bytes_.subspan(start, position_ - start);
    if (i > 0 && !std::lexicographical_compare(previous.begin(), previous.end(), key.begin(), key.end())) {
      const bool twice = std::equal(previous.begin(), previous.end(), key.begin(), key.end());
      return fail(Fault::Kind::malformed, start, twice ? "this map key stands twice" : "this map key is out of bytewise order");
    }
    previous = key;
    skip(depth);
  }
}

void CborReader::expect_end() {
  if (ok() && !at_end()) fail(Fault::Kind::malformed, position_, "bytes follow what should be the last item");
}

BasicStatus<Fault> check_item(ByteView bytes) {
  CborReader reader(bytes);
  reader.item();
  reader.expect_end();
  if (!reader.ok()) return Failure{reader.fault()};
  return Done{};
}

}  // namespace greentill::claim
