// SPDX-License-Identifier: Apache-2.0
// The texts of OCMF records in a file, whatever they are carried in: one behind the other, plain, in hexadecimal or in base64;
// the XML of the S.A.F.E. transparency software; the JSON of OCPP's meter values. Threads: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/common/readers/record_reader.hpp"

namespace greentill::ocmf {

inline constexpr std::size_t kMostRecordBytes = 16u << 10;  ///< evidence is that long at most (plugin.h)

class RecordTexts {
 public:
  enum class Next {
    text,     ///< `into` is the next one
    nothing,  ///< call again
    end,
  };
  virtual ~RecordTexts() = default;
  /// Throws plugin::Unusable where one is of no use, and the next call goes on behind it; any other exception where the file
  /// cannot be read from here on.
  virtual Next next(std::string& into) = 0;
  /// Where the text read last stands: "line 7", "value 2".
  [[nodiscard]] virtual std::string where() const = 0;
};

/// What its first bytes say that it is. `bytes` must outlive the reader.
std::unique_ptr<RecordTexts> record_texts(plugin::ByteInput& bytes);

/// The record that a text is, as it was signed: plain, in hexadecimal or in base64. Nothing where it is none of these.
std::optional<std::string> record_in(std::string_view text);

}  // namespace greentill::ocmf
