// SPDX-License-Identifier: Apache-2.0
// Signed meter values as OCPP carries them, in any of its messages, alone or many in a list or one behind the other: in 2.0.1 an
// object with `signedMeterData`, in 1.6 that object as a text, or the record itself in hexadecimal. OCPI's `signed_data` too.
// Format: Open Charge Alliance, "Signed Meter Values in OCPP" 1.0. Threads: one thread.
#pragma once

#include <deque>
#include <exception>
#include <string>
#include <string_view>

#include "plugins/common/readers/json_stream.hpp"
#include "plugins/ocmf/container.hpp"

namespace greentill::ocmf {

/// Takes each text that is a record, under whatever key; keys and messages around it are passed over. The public key that stands
/// beside it proves nothing.
class JsonValues final : public RecordTexts, private plugin::JsonEvents {
 public:
  explicit JsonValues(plugin::ByteInput& bytes) : stream_(bytes) {}
  Next next(std::string& into) override;
  [[nodiscard]] std::string where() const override { return "value " + std::to_string(number_); }

 private:
  void scalar(std::string_view path, const plugin::JsonScalar& value) override;
  void take(std::string_view text);
  void read_more();

  plugin::JsonStream stream_;
  std::deque<std::string> read_;  // those of one element of the list, or of one document; empty: no record of OCMF
  std::size_t bytes_ = 0;         // of them
  std::exception_ptr failure_;
  bool in_list_ = false;
  bool at_end_ = false;
  std::size_t number_ = 0;
};

}  // namespace greentill::ocmf
