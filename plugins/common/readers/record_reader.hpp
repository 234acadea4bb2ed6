// SPDX-License-Identifier: Apache-2.0
// How a format reads the records of a file: from bytes as they come, holding one record at a time. Threads: one thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "plugins/common/values/limits.hpp"

namespace greentill::plugin {

/// The bytes of a file, in order.
class Bytes {
 public:
  virtual ~Bytes() = default;
  /// Reads up to into.size() bytes and returns how many; 0 at the end alone.
  virtual std::size_t read(std::span<char> into) = 0;
};

/// Of bytes in memory, which stay the caller's.
class MemoryBytes final : public Bytes {
 public:
  explicit MemoryBytes(std::string_view bytes) : rest_(bytes) {}
  std::size_t read(std::span<char> into) override;

 private:
  std::string_view rest_;
};

/// Puts up to `most` bytes more behind what is in the buffer; false at the end.
bool read_onto(Bytes& bytes, std::string& buffer, std::size_t most);

/// All of them, for formats that are one document a file. Throws std::runtime_error where there are more than `most`.
std::string read_all(Bytes& bytes, std::size_t most);

/// Reads the records of one file, one at a time. The same bytes give the same records in the same order, always: a place in a
/// file is how many records were read before it.
class RecordReader {
 public:
  enum class Next {
    record,   ///< `into` is the next one
    nothing,  ///< a part of the file without a record: call again. So that no call takes long.
    end,
  };
  virtual ~RecordReader() = default;
  /// Throws Unusable where the record at hand is of no use: it counts as one, is rejected with that reason, and the next call
  /// goes on behind it; LeftOut likewise, where it is right and is to lead to nothing. Any other exception: the file cannot be
  /// read from here on, for the reason it gives. No reason may hold anything personal, nor a text of the file that may; it is the
  /// same for all records with which the same is wrong. Requires: `into` is new.
  virtual Next next(Transaction& into) = 0;
  /// Where the record read last stands, for people ("transaction 17"); empty: it is counted ("record 17").
  [[nodiscard]] virtual std::string where() const { return {}; }
};

}  // namespace greentill::plugin
