// SPDX-License-Identifier: Apache-2.0
// What the daemon and greentill-plugin-host say to each other: one CBOR array a frame, its first item the kind. Both are built
// together, so there are no versions; but the daemon trusts nothing that comes from a child.
// Threads: pure functions, safe from any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"
#include "daemon/claim/cbor.hpp"
#include "daemon/detect/grants.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::detect {

/// The child's descriptor of the socket pair.
inline constexpr int kHostSocket = 3;
/// Records that a source may hand in ahead of what is durable.
inline constexpr std::size_t kSourceWindow = 1024;

enum class Message : std::uint8_t {
  hello = 1,      ///< to the host: all of Hello
  detect = 2,     ///< to the host: call, transaction
  durable = 3,    ///< to the host: records since the start that are durable
  ready = 16,     ///< from the host: plugin's name, version
  failed = 17,    ///< from the host: reason; it ends after this
  log = 18,       ///< from the host: level, text
  detected = 19,  ///< from the host: call, fault, whether all is void, activities
  batch = 20,     ///< from the host: count; that many records follow the array
  finished = 21,  ///< from the host: the source will hand in no more
  alive = 22,     ///< from the host: the source's calls return, though it has nothing to say
};

enum class Role : std::uint8_t { detector = 0, source = 1 };

struct Hello {
  Role role = Role::detector;
  std::string library;
  std::string configuration;
  std::string position;
  std::vector<std::string> program = {};
  std::vector<std::pair<std::string, std::string>> environment = {};
  Grants grants = {};
  std::uint64_t memory_bytes = 256u << 20;
  std::uint64_t patience_ms = 10'000;
};

struct Detection {
  std::uint64_t call = 0;
  std::string fault;
  bool failed = false;
  std::vector<event::Activity> activities;
};

/// One record of a source: a transaction, or why none was made.
struct Record {
  enum class Kind : std::uint8_t { transaction, refused, left_out };
  Kind kind = Kind::transaction;
  event::Transaction transaction;
  std::string where;
  std::string reason;  ///< of one without a transaction
  std::string position;
};

using Frame = std::vector<std::uint8_t>;

Frame encode_hello(const Hello& hello);
/// What no detector needs, such as the account token, does not leave the process.
Frame encode_detect(std::uint64_t call, const event::Transaction& transaction);
Frame encode_durable(std::uint64_t count);
Frame encode_text(Message kind, std::string_view first, std::string_view second = {});
Frame encode_log(std::uint64_t level, std::string_view text);
Frame encode_detection(const Detection& detection);
Frame encode_batch_head(std::size_t count);
Frame encode_finished();
Frame encode_alive();
void append_record(Frame& to, const Record& record);

/// Reads one frame item by item. Every read after a failure gives nothing; `ok` says so at the end.
class FrameReader {
 public:
  explicit FrameReader(ByteView frame) : reader_(frame) {}
  /// The frame's kind; first of all.
  Message kind();
  Hello hello();
  /// Of a detect message: first call, then transaction.
  std::uint64_t number() { return reader_.unsigned_integer("a number"); }
  event::Transaction transaction();
  std::string text() { return std::string(reader_.text("a text")); }
  Detection detection();
  Record record();
  /// Whether all that was read so far is well-formed and keeps the limits of the plugin ABI.
  [[nodiscard]] Status good() const;
  /// The same, and nothing follows.
  Status end();

 private:
  std::vector<std::string> texts();
  std::vector<std::uint16_t> ports();
  Grants grants();
  event::Activity activity();
  template <typename Read>
  void hold_to_limits(const Read& read);

  claim::CborReader reader_;
  std::string wrong_;  // beyond the limits, though well-formed
};

}  // namespace greentill::detect
