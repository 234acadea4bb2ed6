// SPDX-License-Identifier: Apache-2.0
#include "plugins/ocmf/json_container.hpp"

#include <stdexcept>
#include <utility>

#include "daemon/base/text.hpp"
#include "plugins/common/readers/json_tree.hpp"

namespace greentill::ocmf {
namespace {

/// Of the records in one element.
constexpr std::size_t kMostBytes = 64u << 20;
constexpr std::string_view kData = "signedMeterData";

bool is_at(std::string_view path, std::string_view key) {
  return path.ends_with(key) && (path.size() == key.size() || path[path.size() - key.size() - 1] == '.');
}

}  // namespace

JsonValues::Next JsonValues::next(std::string& into) {
  if (read_.empty() && failure_) std::rethrow_exception(failure_);
  if (read_.empty() && at_end_) {
    if (number_ == 0) throw std::runtime_error("it is JSON, but has no signed meter value");
    return Next::end;
  }
  if (read_.empty()) read_more();
  if (read_.empty()) return Next::nothing;
  const std::string text = std::move(read_.front());
  read_.pop_front();
  bytes_ -= text.size();
  ++number_;
  if (text.empty()) throw plugin::Unusable("its signedMeterData is no OCMF record, in base64, hexadecimal or plain");
  if (text.size() > kMostRecordBytes) throw plugin::Unusable("it has more than 16 KiB");
  into = text;
  return Next::text;
}

void JsonValues::read_more() {
  try {
    const char first = stream_.peek();
    if (in_list_) {
      in_list_ = stream_.next_element();
      if (in_list_) stream_.read(*this);
    } else if (first == '[') {
      stream_.enter('[');
      in_list_ = true;
    } else if (first == '\0') {
      at_end_ = true;
    } else {
      stream_.read(*this);
    }
  } catch (const std::exception& error) {
    failure_ = std::make_exception_ptr(std::runtime_error(error.what()));
  }
}

void JsonValues::scalar(std::string_view path, const plugin::JsonScalar& value) {
  if (value.type != plugin::JsonType::text) return;
  const bool is_data = is_at(path, kData);
  const auto record = record_in(value.text);
  if (record || is_data) return take(record.value_or(""));
  if (!trimmed(value.text).starts_with('{') || value.text.find(kData) == std::string_view::npos) return;
  // OCPP 1.6 has a text alone, in which the object of OCPP 2 stands.
  std::string inner;
  try {
    inner = plugin::parse_json_tree(value.text).text_of(kData).value_or("");
  } catch (const plugin::Unusable&) {
    // It is rejected as what it is: signed meter data of which no record can be read.
  }
  take(record_in(inner).value_or(""));
}

void JsonValues::take(std::string_view text) {
  bytes_ += text.size();
  if (bytes_ > kMostBytes) throw std::runtime_error("it has more than 64 MiB of records in one list");
  read_.emplace_back(text);
}

}  // namespace greentill::ocmf
