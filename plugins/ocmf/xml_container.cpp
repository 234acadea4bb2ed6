// SPDX-License-Identifier: Apache-2.0
#include "plugins/ocmf/xml_container.hpp"

#include <stdexcept>
#include <utility>

#include "daemon/base/text.hpp"

namespace greentill::ocmf {
namespace {

/// In hexadecimal, with blanks and separators between the digits.
constexpr std::size_t kMostTextBytes = 4 * kMostRecordBytes;

plugin::XmlLimits limits() {
  plugin::XmlLimits limits;
  limits.text_bytes = SIZE_MAX;  // of signed data there is a limit of our own, which costs that value alone
  return limits;
}

}  // namespace

SignedValues::SignedValues(plugin::ByteInput& bytes)
    : parser_(*this, limits()), pieces_(bytes, [this](std::string_view piece, bool is_last) { parser_.feed(piece, is_last); }) {}

SignedValues::Next SignedValues::next(std::string& into) {
  if (read_.empty() && pieces_.at_end()) {
    if (number_ == 0) throw std::runtime_error("it is XML, but has no signedData");
    return Next::end;
  }
  if (read_.empty()) pieces_.feed_next();
  if (read_.empty()) return Next::nothing;
  const Value value = std::move(read_.front());
  read_.pop_front();
  ++number_;
  if (!value.problem.empty()) throw plugin::Unusable(value.problem);
  const auto record = record_in(value.text);
  if (!record) throw plugin::Unusable("its signedData is no OCMF record, plain, in hexadecimal or in base64");
  if (record->size() > kMostRecordBytes) throw plugin::Unusable("it has more than 16 KiB");
  into = *record;
  return Next::text;
}

void SignedValues::start(const plugin::XmlName& name, const std::vector<plugin::XmlAttribute>& attributes) {
  if (depth_ > 0) ++depth_;
  if (depth_ > 0 || name.local != "signedData") return;
  depth_ = 1;
  value_ = {};
  for (const plugin::XmlAttribute& one : attributes) {
    const bool is_other = one.name.local == "format" && !one.value.empty() && lower_case(one.value) != "ocmf";
    if (is_other) value_.problem = "its signedData is of another format than OCMF";
  }
}

void SignedValues::text(std::string_view piece) {
  if (depth_ != 1 || !value_.problem.empty()) return;
  if (value_.text.size() + piece.size() > kMostTextBytes) {
    value_.problem = "it has more than 16 KiB";
  } else {
    value_.text += piece;
  }
}

void SignedValues::end(const plugin::XmlName& /*name*/) {
  if (depth_ > 0 && --depth_ == 0) read_.push_back(std::exchange(value_, {}));
}

}  // namespace greentill::ocmf
