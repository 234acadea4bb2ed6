// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "daemon/base/utf8.hpp"
#include "daemon/claim/codec.hpp"

namespace greentill::claim {
namespace {

// The bytewise order of encoded keys. A text of at most 32 bytes has its length in the head, so that shorter texts come first.
bool comes_before(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size();
  return a < b;
}

void sort(Quantities& quantities) {
  for (std::size_t i = 1; i < quantities.size(); ++i) {
    for (std::size_t k = i; k > 0 && comes_before(quantities[k].unit, quantities[k - 1].unit); --k) {
      std::swap(quantities[k], quantities[k - 1]);
    }
  }
}

}  // namespace

Encoder::Map Encoder::begin_map(std::size_t pairs, const char*) {
  writer_.map(pairs);
  return {};
}

void Encoder::key(Map&, std::int64_t key) { writer_.integer(key); }

bool Encoder::optional_key(Map& map, std::int64_t number, bool present) {
  if (present) key(map, number);
  return present;
}

void Encoder::array(std::size_t count, const char*) { writer_.array(count); }

void Encoder::bytes(ByteView value, std::size_t least, std::size_t most, const char* reason) {
  require(value.size() >= least && value.size() <= most, reason);
  writer_.bytes(value);
}

void Encoder::text(std::string_view value, const char* reason) {
  require(value.size() <= kMaxTextBytes && is_utf8(value), reason);
  writer_.text(value);
}

void Encoder::device(std::string_view id, std::string_view prefix, const char* reason) {
  require(is_device_id(id), reason);
  writer_.head(CborType::text, prefix.size() + id.size());
  writer_.raw(as_bytes(prefix));
  writer_.raw(as_bytes(id));
}

void Encoder::quantities(const Quantities& value, std::int64_t least, const char* reason) {
  Quantities sorted = value;
  sort(sorted);
  require(!sorted.empty(), reason);
  writer_.map(sorted.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    require(i == 0 || sorted[i].unit != sorted[i - 1].unit, "a quantity's unit stands twice");
    text(sorted[i].unit, "a quantity's unit is not a text of at most 32 bytes");
    require(sorted[i].value >= least, reason);
    writer_.integer(sorted[i].value);
  }
}

void Encoder::require(bool holds, const char* reason) {
  if (!holds && refused_ == nullptr) refused_ = reason;
}

Result<std::size_t, Fault> Encoder::finish() const {
  if (refused_ != nullptr) return Failure{Fault{Fault::Kind::malformed, 0, refused_}};
  if (!writer_.ok()) return Failure{Fault{Fault::Kind::no_room, 0, "the output buffer is too small"}};
  return writer_.size();
}

}  // namespace greentill::claim
