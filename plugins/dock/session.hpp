// SPDX-License-Identifier: Apache-2.0
// What is said to the lock at the end of one line, and what is made of its answers: who it is, its rides, its time, its receipts.
// What comes next is decided anew after each answer, by what is known then: so either end may start anew at any byte. No input
// and output of its own. docs/dock.md, "What a dock does". Threads: one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/claim/signed_time.hpp"
#include "plugins/dock/exchange.hpp"
#include "plugins/dock/image_state.hpp"
#include "plugins/dock/session_owner.hpp"

namespace greentill::dock {

/// How often a session asks.
struct Pace {
  std::chrono::milliseconds greet{10'000};         ///< a lock that is there, whether it has made rides
  std::chrono::milliseconds search{2'000};         ///< a line at which none is
  std::chrono::milliseconds receipts{21'600'000};  ///< for the receipt of a lock with rides that are not settled
  std::chrono::milliseconds retry{60'000};         ///< what the service could not answer
  std::chrono::milliseconds refused{600'000};      ///< a licence that a lock did not take
  unsigned pieces = 32;  ///< of an image, about a second at a serial line; then it is asked how it is: a rider may have come
};

class Session {
 public:
  /// `line`: what people call it.
  Session(SessionOwner& owner, std::string line, const Pace& pace) : owner_(owner), line_(std::move(line)), pace_(pace) {}

  /// Takes what came from the line.
  void receive(ByteView bytes, Time now);
  /// Does what is next, if the lock is not to answer first.
  void work(Time now);
  /// A reply of the service; false where the question was another's.
  bool take(const plugin::Reply& reply, Time now);
  /// The line is gone, or the lock is.
  void lose(Time now);

  /// Bytes to be sent; whoever sends them takes them away.
  [[nodiscard]] std::vector<std::uint8_t>& outgoing() { return exchange_.outgoing(); }
  /// When work() has something to do though nothing came.
  [[nodiscard]] Time due() const;
  /// Whether a lock is there.
  [[nodiscard]] bool has_lock() const { return hello_.has_value(); }

 private:
  using Reply = Exchange::Reply;
  void ask(firmware::Request request, ByteView content, Time now);
  void next(Time now);
  bool ask_acknowledgement(Time now);
  bool ask_licensed(Time now);
  bool take_licence(const plugin::Reply& reply, Time now);
  void drop_licence();
  bool ask_about_time(Time now);
  bool ask_about_receipt(Time now);
  bool ask_for_rides(Time now);
  void pass_over(std::uint32_t last);
  void tell_gone();
  bool ask_to_configure(Time now);
  bool ask_about_image(Time now);
  bool offer_image(Time now);
  void finish(Time now);
  [[nodiscard]] Time next_greeting() const;

  void answered(const Reply& reply, Time now);
  void greeted(const Reply& reply, Time now);
  void begin_round(Hello hello, Time now);
  void meet();
  void proven(const Reply& reply);
  void fetched(const Reply& reply);
  void take_ride(Ride ride);
  void refuse_ride(std::uint32_t counter, const std::string& why);
  void acknowledged(const Reply& reply, Time now);
  void licence_nonce_came(const Reply& reply, Time now);
  void licensed_acknowledged(const Reply& reply, Time now);
  void ride_kept(firmware::Answer answer);
  void nonce_came(const Reply& reply, Time now);
  void time_taken(const Reply& reply, Time now);
  void receipt_taken(const Reply& reply);
  void configured(const Reply& reply);
  void image_state_came(const Reply& reply);
  void offered(const Reply& reply);
  void piece_taken(const Reply& reply);
  void image_finished(const Reply& reply);
  void put_image_off();
  void refuse_image(const std::string& why);
  void image_not_kept(firmware::Answer answer);
  void heard_of_service(firmware::Answer answer, const std::string& what);
  void tell_changes();
  void show(bool is_there);
  void silent(Time now);
  /// Logs what is wrong at the line, once.
  void complain(const std::string& what);
  /// Nothing more is taken from it until its next greeting.
  void stop(std::string why);

  SessionOwner& owner_;
  const std::string line_;
  const Pace pace_;
  Exchange exchange_;

  // Of this lock.
  std::optional<Hello> hello_;
  std::optional<firmware::PublicPoint> proven_;  ///< the key that was proven on this line
  std::shared_ptr<LockRecord> record_;           ///< once its key is proven
  Bytes<16> nonce_{};
  unsigned silences_ = 0;
  Time greet_from_{};
  std::optional<std::uint64_t> time_question_;
  std::uint32_t asked_in_ = 0;      ///< the lock's start in which it drew the nonce: another has forgotten it
  std::vector<std::uint8_t> time_;  ///< the service's, to be handed to it
  Time ask_time_from_{};
  std::string time_trouble_;
  std::string disbelief_;  ///< it took nothing of the service's: why; until it does
  std::string complaint_;  ///< that was logged last

  // Of one acknowledgement to a lock that wants licensed docks.
  std::optional<claim::Nonce> licence_nonce_;      ///< of this session
  std::optional<std::uint64_t> licence_question_;  ///< for the proof,
  ChainPlace licensed_;                            ///< of this ride,
  std::vector<std::uint8_t> licence_;              ///< and what came: the licence, and a signature behind it

  // Of this round, which a greeting begins.
  Time greeted_at_{};
  std::int64_t behind_ = 0;  ///< by how many seconds its clock is behind ours
  std::string fault_;
  bool stopped_ = false;  ///< nothing is taken
  bool keeps_ = true;     ///< it takes acknowledgements,
  bool takes_time_ = true;
  bool takes_receipts_ = true;
  bool takes_settings_ = true;
  bool takes_image_ = true;
  bool shown_ = false;
  std::uint32_t acknowledged_ = 0;
  std::uint32_t asked_ride_ = 0;         ///< the counter that was listed, fetched or acknowledged last
  std::optional<std::uint32_t> listed_;  ///< the first of 64
  std::uint64_t there_ = 0;
  std::optional<Ride> pending_;  ///< the store took no more
  std::optional<ImageState> image_;
  std::shared_ptr<const DockImage> sending_;  ///< the image that it was offered,
  std::uint8_t form_ = 0;                     ///< which form of it, how much of that it has,
  std::uint32_t sent_ = 0;
  unsigned offers_ = 0;  ///< how often it was offered,
  unsigned pieces_ = 0;  ///< and how many pieces it was sent since the greeting
};

}  // namespace greentill::dock
