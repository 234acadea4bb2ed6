// SPDX-License-Identifier: Apache-2.0
// How a format reads the records of a file: from bytes as they come, one record in memory at a time. Threads: one thread.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "plugins/common/values/limits.hpp"

namespace greentill::plugin {

/// The bytes of a file, in order.
class ByteInput {
 public:
  virtual ~ByteInput() = default;
  /// Reads up to into.size() bytes and returns how many; 0 only at the end.
  virtual std::size_t read(std::span<char> into) = 0;
};

/// Reads from memory, which the caller owns.
class MemoryBytes final : public ByteInput {
 public:
  explicit MemoryBytes(std::string_view bytes) : rest_(bytes) {}
  std::size_t read(std::span<char> into) override;

 private:
  std::string_view rest_;
};

/// Appends up to `most` bytes to the buffer; false at the end.
bool read_onto(ByteInput& bytes, std::string& buffer, std::size_t most);

/// Reads all bytes, for formats in which a file is one document. Throws std::runtime_error where there are more than `most`.
std::string read_all(ByteInput& bytes, std::size_t most);

/// Hands a file piece by piece to a parser that finds records in it. What the parser found before a fault comes first, so the
/// fault is kept until that is used up.
class Pieces {
 public:
  /// `feed` gets the next bytes, and whether they are the last. `bytes` must outlive the object.
  using Feed = std::function<void(std::string_view piece, bool is_last)>;
  Pieces(ByteInput& bytes, Feed feed) : bytes_(bytes), feed_(std::move(feed)) {}

  /// Feeds one piece, so small that few records are whole within one. Requires: no call failed, and at_end() is false.
  void feed_next();
  /// Whether the file was fed to its end. Throws std::runtime_error with what ended the feeding before that: of the file, not of
  /// a record.
  [[nodiscard]] bool at_end() const;

 private:
  ByteInput& bytes_;
  Feed feed_;
  bool at_end_ = false;
  std::optional<std::string> failure_;
};

/// Reads the records of one file, one at a time. The same bytes always give the same records in the same order: a position in a
/// file is the number of records before it.
class RecordReader {
 public:
  enum class Next {
    record,   ///< `into` is the next one
    nothing,  ///< it read a part of the file that has no record: call again. This keeps each call short
    end,
  };
  virtual ~RecordReader() = default;
  /// Reads the next record into `into`. Throws Unusable, with the reason, where the record is of no use: it counts as a record
  /// and is rejected, and the next call goes on behind it. Throws LeftOut where the record is right and nobody is to be credited
  /// for it; it counts likewise. Any other exception means that the file cannot be read from here on. A reason must not hold
  /// anything personal, nor text of the file that may be; it must be the same for all records with the same fault. Requires:
  /// `into` is new.
  virtual Next next(Transaction& into) = 0;
  /// Where the record that was read last is, for people ("transaction 17"); empty: records are counted instead ("record 17").
  [[nodiscard]] virtual std::string where() const { return {}; }
};

}  // namespace greentill::plugin
