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
#include "daemon/detect/parts.hpp"
#include "daemon/detect/questions.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::detect {

/// The descriptor at which a child has its end of the socket pair.
inline constexpr int kHostSocket = 3;
/// The descriptor of the page in which it says what it is about to read (attempt_page.hpp).
inline constexpr int kHostAttempt = 4;
/// How many records a source may have handed in that are not durable yet.
inline constexpr std::size_t kSourceWindow = 1024;

enum class Message : std::uint8_t {
  hello = 1,      ///< to the host: all of Hello
  detect = 2,     ///< to the host: call, transaction
  durable = 3,    ///< to the host: how many records, from the start on, are durable
  reply = 4,      ///< to the host: question, outcome, message, reason
  ready = 16,     ///< from the host: plugin's name, version
  failed = 17,    ///< from the host: reason; it ends after this
  log = 18,       ///< to the host's log: level, text
  detected = 19,  ///< from the host: call, fault, whether the call failed, activities
  batch = 20,     ///< from the host: count; that many records follow the array
  finished = 21,  ///< from the host: the source will hand in no more
  alive = 22,     ///< from the host: a sign of life while the source has nothing to hand in
  part = 23,      ///< from the host: kind, name, fault, fields
  question = 24,  ///< from the host: number, kind, argument
};

/// How many children in a row were lost over the same attempt of a source.
struct Loss {
  std::string attempt;  ///< what it was, in the source's own words
  std::uint64_t count = 0;
  std::string how;  ///< how the last one ended, for people
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
  std::vector<std::string> secrets = {};  ///< files and folders that no grant may lead to
  Loss lost = {};
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
  std::string reason;  ///< why no transaction was made; empty for a transaction
  std::string position;
};

using Frame = std::vector<std::uint8_t>;

Frame encode_hello(const Hello& hello);
/// Fields that no detector needs, such as the account token, are left out: they do not leave the daemon's process.
Frame encode_detect(std::uint64_t call, const event::Transaction& transaction);
Frame encode_durable(std::uint64_t count);
Frame encode_text(Message kind, std::string_view first, std::string_view second = {});
Frame encode_log(std::uint64_t level, std::string_view text);
Frame encode_detection(const Detection& detection);
Frame encode_part(const Part& part);
Frame encode_question(std::uint64_t number, const Question& question);
Frame encode_reply(std::uint64_t number, const Reply& reply);
Frame encode_batch_head(std::size_t count);
Frame encode_finished();
Frame encode_alive();
void append_record(Frame& to, const Record& record);

/// Reads one frame item by item. After a failure every read gives an empty value; good() and end() report it.
class FrameReader {
 public:
  explicit FrameReader(ByteView frame) : reader_(frame) {}
  /// The frame's kind; must be read first.
  Message kind();
  Hello hello();
  /// For a `detect` frame, read number() (the call) and then transaction().
  std::uint64_t number() { return reader_.unsigned_integer("a number"); }
  event::Transaction transaction();
  std::string text() { return std::string(reader_.text("a text")); }
  Detection detection();
  Record record();
  Part part();
  /// Behind number(), of a `question` or `reply` frame.
  Question question();
  Reply reply();
  /// Whether all that was read so far is well-formed and keeps the limits of the plugin ABI.
  [[nodiscard]] Status good() const;
  /// As good(), and nothing may follow.
  Status end();

 private:
  std::vector<std::string> texts();
  std::vector<std::uint16_t> ports();
  Grants grants();
  Loss loss();
  event::Activity activity();
  template <typename Read>
  void hold_to_limits(const Read& read);

  claim::CborReader reader_;
  std::string wrong_;  // what exceeds the ABI's limits though it is well-formed
};

}  // namespace greentill::detect
