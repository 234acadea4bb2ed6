// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/content_hash.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "daemon/crypto/hasher.hpp"

namespace greentill::event {
namespace {

/// Puts a length in front of each part, so that different contents never give the same bytes.
class Content {
 public:
  template <typename Integer>
  Content& operator<<(Integer value) requires std::is_integral_v<Integer> {
    const auto wide = static_cast<std::uint64_t>(value);
    std::array<char, sizeof wide> bytes{};
    std::memcpy(bytes.data(), &wide, sizeof wide);
    bytes_.append(bytes.data(), bytes.size());
    return *this;
  }
  Content& operator<<(const std::string& text) {
    *this << text.size();
    bytes_ += text;
    return *this;
  }
  [[nodiscard]] ContentHash hash() const {
    const Digest whole = crypto::hasher().sha256({as_bytes(bytes_)});
    ContentHash hash{};
    std::copy_n(whole.begin(), hash.size(), hash.begin());
    return hash;
  }

 private:
  std::string bytes_;
};

}  // namespace

ContentHash content_hash(const Transaction& t) {
  Content content;
  // What a person takes back by a receipt's number has no time but that of the typing: typed again it is the same.
  const bool has_time = !t.reversed.key;
  content << static_cast<int>(t.kind) << (has_time ? t.begin : 0) << (has_time ? t.end : 0) << t.mode << t.currency
          << t.total_minor << t.reversed.issuer << t.reversed.event_id << static_cast<int>(t.reversed.reason)
          << t.quantities.size() << t.lines.size();
  if (t.reversed.key) content << std::string(t.reversed.key->begin(), t.reversed.key->end());
  for (const QuantityValue& quantity : t.quantities) content << quantity.unit << quantity.value;
  for (const Line& line : t.lines) {
    content << line.sku << line.gtin << line.name << line.quantity_milli << line.amount_minor << line.unit;
  }
  return content.hash();
}

}  // namespace greentill::event
