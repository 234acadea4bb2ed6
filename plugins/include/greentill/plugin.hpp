// SPDX-License-Identifier: Apache-2.0
// The plugin ABI for C++20: derive from Detector or Source and export the class with one macro. Exceptions are turned into
// reported errors and never cross the ABI. Header only; plugin.h is the contract.
//
//   class Ride : public greentill::plugin::Detector {
//    public:
//     Ride(std::string_view configuration, greentill::plugin::Services services);
//     void detect(const gt_transaction& transaction, const greentill::plugin::Emitter& emit) override;
//   };
//   GREENTILL_EXPORT_PLUGIN(greentill::plugin::detector<Ride>("ride", "1.0.0"))
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "greentill/plugin.h"

namespace greentill::plugin {

inline std::string_view view(gt_text text) {
  return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}
inline gt_text text(std::string_view view) { return {view.data(), view.size()}; }

/// The i-th element of an array. Its maker may know more fields than we do, so elements lie `size` bytes of the first one apart.
template <typename T>
const T& element(const T* array, std::size_t index) {
  return *reinterpret_cast<const T*>(reinterpret_cast<const unsigned char*>(array) + index * array->size);
}

inline gt_quantity quantity(std::string_view unit, std::int64_t value) { return {sizeof(gt_quantity), text(unit), value}; }

/// gt_part, owned.
struct Part {
  struct Field {
    std::string name;
    std::string text = {};
    std::optional<std::int64_t> number = {};
  };
  std::string kind;
  std::string name;
  std::vector<Field> fields;
  std::string fault;
};

/// gt_reply, owned.
struct Reply {
  std::uint64_t question = 0;
  gt_outcome outcome = GT_LATER;
  std::vector<std::uint8_t> message;
  std::string reason;
};

/// The host's services. Copy freely; valid as long as the instance.
class Services {
 public:
  explicit Services(const gt_services* services) : services_(services) {}
  void log(gt_log_level level, std::string_view message) const { services_->log(services_->context, level, text(message)); }
  void report(std::string_view reason) const { services_->report(services_->context, text(reason)); }
  /// Names the program that the plugin speaks for. A host too old to know this call ignores it: claims then hold the plugin's own
  /// name.
  void speak_for(std::string_view name, std::string_view version) const {
    if (knows(offsetof(gt_services, speak_for))) services_->speak_for(services_->context, text(name), text(version));
  }
  /// Over what a source is about to read so many children in a row were lost (gt_services.attempt).
  struct Lost {
    bool for_good = false;  ///< so many that the source gives it up
    std::uint32_t lives = 0;
    std::string reason = {};  ///< why it is given up, for people
  };
  static constexpr std::uint32_t kMostLives = 3;
  [[nodiscard]] Lost attempt(std::string_view what) const {
    if (!knows(offsetof(gt_services, attempt))) return {};
    gt_text how{};
    const std::uint32_t lives = services_->attempt(services_->context, text(what), &how);
    if (lives < kMostLives) return {false, lives, {}};
    return {true, lives, "its reader was lost over it " + std::to_string(lives) + " times in a row: " + std::string(view(how))};
  }
  /// Nothing is being read now.
  void rest() const { (void)attempt({}); }
  /// How one of the things stands that a source reads from (gt_services.tell). A host too old for it shows nothing.
  void tell(const Part& part) const;
  /// Asks the service (gt_services.ask): the question's number; nothing where too many are open, or the host is too old.
  [[nodiscard]] std::optional<std::uint64_t> ask(std::string_view kind, std::string_view argument) const {
    std::uint64_t question = 0;
    if (!knows(offsetof(gt_services, ask))) return std::nullopt;
    const bool asked = services_->ask(services_->context, text(kind), text(argument), &question) == GT_OK;
    return asked ? std::optional(question) : std::nullopt;
  }
  /// The next reply that has come, where there is one.
  [[nodiscard]] std::optional<Reply> next_reply() const;

 private:
  [[nodiscard]] bool knows(std::size_t function) const { return services_->size >= function + sizeof(void (*)()); }
  const gt_services* services_;
};

inline void Services::tell(const Part& part) const {
  if (!knows(offsetof(gt_services, tell))) return;
  std::vector<gt_field> fields;
  for (const Part::Field& field : part.fields) {
    fields.push_back(
        {sizeof(gt_field), text(field.name), text(field.text), field.number.value_or(0), field.number.has_value() ? 1u : 0u});
  }
  const gt_part told{sizeof(gt_part), text(part.kind), text(part.name), fields.data(), fields.size(), text(part.fault)};
  services_->tell(services_->context, &told);
}

inline std::optional<Reply> Services::next_reply() const {
  gt_reply reply{};
  reply.size = sizeof reply;
  if (!knows(offsetof(gt_services, next_reply)) || services_->next_reply(services_->context, &reply) != GT_OK)
    return std::nullopt;
  Reply owned{reply.question, static_cast<gt_outcome>(reply.outcome), {}, std::string(view(reply.reason))};
  if (reply.message_size != 0) owned.message.assign(reply.message, reply.message + reply.message_size);
  return owned;
}

class Emitter {
 public:
  explicit Emitter(const gt_emitter& emitter) : emitter_(emitter) {}
  /// `line` is 0 for the whole event, else 1-based.
  void operator()(std::string_view name, std::span<const gt_quantity> quantities, std::uint64_t line = 0,
                  std::span<const std::uint8_t> evidence = {}) const {
    const gt_activity activity{sizeof(gt_activity), text(name),     quantities.data(), quantities.size(), line,
                               evidence.data(),     evidence.size()};
    emitter_.emit(emitter_.context, &activity);
  }

 private:
  const gt_emitter& emitter_;
};

/// Thrown by detect(): this instance is of no further use, and the host is to create a new one.
class Broken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The constructor (std::string_view configuration, Services) reads the configuration and throws where it is wrong.
class Detector {
 public:
  virtual ~Detector() = default;
  virtual void detect(const gt_transaction& transaction, const Emitter& emit) = 0;
};

/// A transaction under construction; gt_transaction's fields, owned.
struct Transaction {
  struct Quantity {
    std::string unit;
    std::int64_t value = 0;
  };
  struct Line {
    std::string sku;
    std::string gtin;
    std::string name;
    std::string category;
    std::int64_t quantity_milli = 1000;
    std::int64_t amount_minor = 0;
    std::uint64_t reversed_line = 0;
    std::string unit;
  };
  struct Attribute {
    std::string key;
    std::string value;
  };

  std::string issuer;
  std::string event_id;
  gt_kind kind = GT_KIND_SALE;
  gt_standing standing = GT_FINAL;
  std::string remark;
  gt_reversal_reason reversal_reason = GT_REFUND;
  std::string reversed_issuer;
  std::string reversed_event_id;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::string mode;
  std::vector<Quantity> quantities;
  std::vector<Line> lines;
  std::string currency;
  std::int64_t total_minor = 0;
  std::string tender;
  std::string receipt_medium;
  std::string account_token;
  bool bearer = false;
  std::vector<Attribute> attributes;
  std::vector<std::uint8_t> evidence;
  bool evidence_is_personal = false;
  std::string till;
  std::string receipt_number;
};

class Inlet {
 public:
  explicit Inlet(const gt_inlet& inlet) : inlet_(inlet) {}
  /// Hands in a record. False where the window is full: return from poll(), and offer the same record again in the next call.
  [[nodiscard]] bool offer(const Transaction& transaction, std::string_view where, std::string_view position) const;
  [[nodiscard]] bool offer(const gt_transaction& transaction, std::string_view where, std::string_view position) const {
    return taken(inlet_.transaction(inlet_.context, &transaction, text(where), text(position)));
  }
  [[nodiscard]] bool reject(std::string_view where, std::string_view reason, std::string_view position) const {
    return taken(inlet_.reject(inlet_.context, text(where), text(reason), text(position)));
  }
  [[nodiscard]] bool leave_out(std::string_view where, std::string_view reason, std::string_view position) const {
    return taken(inlet_.leave_out(inlet_.context, text(where), text(reason), text(position)));
  }

 private:
  static bool taken(std::int32_t status) {
    if (status != GT_OK && status != GT_FULL) throw std::runtime_error("the host refused a record that is beyond the limits");
    return status == GT_OK;
  }
  const gt_inlet& inlet_;
};

inline bool Inlet::offer(const Transaction& from, std::string_view where, std::string_view position) const {
  std::vector<gt_quantity> quantities;
  for (const auto& q : from.quantities) quantities.push_back(quantity(q.unit, q.value));
  std::vector<gt_line> lines;
  for (const auto& l : from.lines) {
    lines.push_back({sizeof(gt_line), text(l.sku), text(l.gtin), text(l.name), text(l.category), l.quantity_milli, l.amount_minor,
                     l.reversed_line, text(l.unit)});
  }
  std::vector<gt_attribute> attributes;
  for (const auto& a : from.attributes) attributes.push_back({sizeof(gt_attribute), text(a.key), text(a.value)});
  const gt_transaction transaction{sizeof(gt_transaction),
                                   text(from.issuer),
                                   text(from.event_id),
                                   from.kind,
                                   from.standing,
                                   text(from.remark),
                                   from.bearer ? 1u : 0u,
                                   from.reversal_reason,
                                   text(from.reversed_issuer),
                                   text(from.reversed_event_id),
                                   from.begin,
                                   from.end,
                                   text(from.mode),
                                   quantities.data(),
                                   quantities.size(),
                                   lines.data(),
                                   lines.size(),
                                   attributes.data(),
                                   attributes.size(),
                                   text(from.currency),
                                   from.total_minor,
                                   text(from.tender),
                                   text(from.receipt_medium),
                                   text(from.account_token),
                                   from.evidence.data(),
                                   from.evidence.size(),
                                   from.evidence_is_personal ? 1u : 0u,
                                   text(from.till),
                                   text(from.receipt_number)};
  return offer(transaction, where, position);
}

/// A source. The constructor is as for Detector.
class Source {
 public:
  enum class Progress { more, finished };
  virtual ~Source() = default;
  virtual void start(std::string_view position) = 0;
  virtual Progress poll(std::chrono::milliseconds wait, const Inlet& inlet) = 0;
  virtual void durable(std::uint64_t /*count*/) {}
};

namespace detail {

/// What the void* of the C side points to: the object, and where to report what it throws.
template <typename T>
struct Instance {
  Services services;
  T object;
};

template <typename Call>
std::int32_t guarded(const Services& services, const Call& call) noexcept {
  try {
    return call();
  } catch (const Broken& error) {
    services.report(error.what());
    return GT_BROKEN;
  } catch (const std::exception& error) {
    services.report(error.what());
  } catch (...) {
    services.report("an exception of unknown type");
  }
  return GT_ERROR;
}

template <typename T>
std::int32_t create(const gt_create* arguments, void** instance) noexcept {
  const Services services(arguments->services);
  return guarded(services, [&] {
    // NOLINTNEXTLINE(bugprone-unhandled-exception-at-new): guarded() catches it
    *instance = new Instance<T>{services, T(view(arguments->configuration), services)};
    return GT_OK;
  });
}

template <typename T>
void destroy(void* instance) noexcept {
  delete static_cast<Instance<T>*>(instance);
}

template <typename T>
std::int32_t detect(void* instance, const gt_transaction* transaction, const gt_emitter* emitter) noexcept {
  auto& self = *static_cast<Instance<T>*>(instance);
  return guarded(self.services, [&] {
    self.object.detect(*transaction, Emitter(*emitter));
    return GT_OK;
  });
}

template <typename T>
std::int32_t start(void* instance, gt_text position) noexcept {
  auto& self = *static_cast<Instance<T>*>(instance);
  return guarded(self.services, [&] {
    self.object.start(view(position));
    return GT_OK;
  });
}

template <typename T>
std::int32_t poll(void* instance, std::uint32_t wait_ms, const gt_inlet* inlet) noexcept {
  auto& self = *static_cast<Instance<T>*>(instance);
  return guarded(self.services, [&] {
    const auto progress = self.object.poll(std::chrono::milliseconds(wait_ms), Inlet(*inlet));
    return progress == Source::Progress::finished ? GT_FINISHED : GT_OK;
  });
}

template <typename T>
void durable(void* instance, std::uint64_t count) noexcept {
  auto& self = *static_cast<Instance<T>*>(instance);
  guarded(self.services, [&] {
    self.object.durable(count);
    return GT_OK;
  });
}

inline std::int32_t answer(const gt_offer& offer, gt_answer& answer, const gt_plugin& plugin) {
  if (offer.abi_min > GT_ABI_VERSION || offer.abi_max < GT_ABI_VERSION) {
    answer.reason = text("this plugin speaks ABI version 1 alone");
    return GT_DECLINED;
  }
  answer.abi = GT_ABI_VERSION;
  answer.plugin = &plugin;
  return GT_OK;
}

}  // namespace detail

/// The tables of a plugin. `name` and `version` must be string literals of at most 32 bytes each.
template <typename T>
const gt_plugin& detector(std::string_view name, std::string_view version) {
  static const gt_detector table{sizeof(gt_detector), detail::create<T>, detail::detect<T>, detail::destroy<T>};
  static const gt_plugin plugin{sizeof(gt_plugin), text(name), text(version), &table, nullptr};
  return plugin;
}

template <typename T>
const gt_plugin& source(std::string_view name, std::string_view version) {
  static const gt_source table{sizeof(gt_source), detail::create<T>,  detail::start<T>,
                               detail::poll<T>,   detail::durable<T>, detail::destroy<T>};
  static const gt_plugin plugin{sizeof(gt_plugin), text(name), text(version), nullptr, &table};
  return plugin;
}

}  // namespace greentill::plugin

#define GREENTILL_EXPORT_PLUGIN(tables)                                    \
  std::int32_t gt_plugin_entry(const gt_offer* offer, gt_answer* answer) { \
    return greentill::plugin::detail::answer(*offer, *answer, tables);     \
  }
