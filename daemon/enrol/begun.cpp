// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/begun.hpp"

#include "daemon/base/base32.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/text.hpp"
#include "daemon/crypto/key_maker.hpp"

namespace greentill::enrol {
namespace {

using identity::Slot;

constexpr std::size_t kMostCodeBytes = 100;
constexpr std::size_t kMostFileBytes = 256u << 10;

}  // namespace

std::string mistyped(std::string_view typed, const std::string& right) {
  const auto digits = plain_base32(typed);
  const std::string grouped = digits ? in_fours(*digits) : std::string();
  if (grouped.size() != right.size()) return ". A fingerprint has 32 digits in eight groups, or 64 hexadecimal digits";
  std::string wrong;
  int count = 0;
  for (std::size_t i = 0; i * 5 < right.size(); ++i) {
    if (grouped.substr(i * 5, 4) == right.substr(i * 5, 4)) continue;
    wrong += (wrong.empty() ? "" : ", ") + std::to_string(i + 1);
    ++count;
  }
  return count <= 2 ? ". Most groups are right: look at group " + wrong + " again" : std::string();
}

Result<std::optional<crypto::Certificate>> in_use(const identity::Slots& slots) {
  const auto used = slots.current();
  if (!used) return Failure{used.error()};
  if (!*used) return std::optional<crypto::Certificate>();
  const auto pem = read_file(slots.current_certificate(), kMostFileBytes);
  if (!pem) return Failure{pem.error()};
  auto certificate = crypto::Certificate::leaf_from(*pem);
  if (!certificate) return Failure{certificate.error().with_context(slots.current_certificate().string())};
  return std::optional(std::move(*certificate));
}

Status Begun::open() {
  if (Status ready = means_.slots.prepare(); !ready) return ready;
  auto lock = means_.slots.lock();
  if (!lock) return Failure{lock.error()};
  lock_ = std::move(*lock);
  auto there = enrol::in_use(means_.slots);
  if (!there) return Failure{there.error()};
  in_use_ = std::move(*there);
  const auto spare = means_.slots.spare();
  if (!spare) return Failure{spare.error()};
  slot_ = *spare;
  return Done{};
}

Result<bool> Begun::in_service(const std::string& device) const {
  if (in_use_ && in_use_->common_name() != device) {
    return fail(ErrorCode::conflict, means_.slots.folder().string() + ": is the identity of the device '" +
                                         in_use_->common_name() + "', and '" + device +
                                         "' was to be enrolled; another device needs a folder of its own");
  }
  return in_use_ && in_use_->not_after() >= means_.clock.unix_seconds();
}

Status Begun::take_up(const std::string& device, const std::string& server) {
  auto left = files_.load();
  if (!left) return Failure{left.error()};
  const bool is_the_same =
      *left && (*left)->device == device && (server.empty() || (*left)->server.empty() || (*left)->server == server);
  if (is_the_same) {
    state_ = std::move(**left);
    if (state_.server.empty()) state_.server = server;
    means_.person.tell("going on with the enrolment that was begun before");
    return Done{};
  }
  begins_anew_ = left->has_value();
  // The former state goes last: until there is another key, a run that is cut off here begins anew as well.
  if (Status dropped = begins_anew_ ? files_.drop_code() : Status(Done{}); !dropped) return dropped;
  state_ = {server, device, {}, {}};
  return Done{};
}

Status Begun::take_up() {
  auto left = files_.load();
  if (!left) return Failure{left.error()};
  if (!*left) return fail(ErrorCode::not_found, means_.slots.folder().string() + ": no enrolment is under way here");
  state_ = std::move(**left);
  return Done{};
}

Status Begun::have_key() {
  const bool renews = in_use_.has_value();
  const auto path = renews ? means_.slots.current_key() : means_.slots.key(slot_);
  auto stored = means_.vault.read(path, identity::kDeviceKeyName);
  if (!stored && (renews || stored.error().code != ErrorCode::not_found)) return Failure{stored.error()};
  // A code is bound to the first key that comes with it: what was begun for another device or server leaves its key behind.
  const bool usable = stored && !stored->text().empty() && (renews || !begins_anew_);
  auto key = usable ? std::move(stored) : crypto::make_device_key(means_.random);
  if (!key) return Failure{key.error()};
  const auto hash = crypto::key_hash_of(key->text());
  if (!hash) return Failure{hash.error().with_context(path.string())};
  key_hash_ = *hash;
  key_ = std::move(*key);
  if (!usable) means_.person.tell("making this device's key; it never leaves the device");
  if (!usable || (renews && !holds_key(slot_))) {
    if (Status written = means_.slots.store_key(slot_, means_.vault, key_.view(), means_.random); !written) return written;
  }
  return files_.store(state_);
}

bool Begun::holds_key(Slot slot) const {
  const auto key = means_.vault.read(means_.slots.key(slot), identity::kDeviceKeyName);
  const auto hash = key ? crypto::key_hash_of(key->text()) : Result<Digest>(Failure{key.error()});
  return hash && *hash == key_hash_;
}

Result<crypto::Secret> Begun::have_code() {
  auto kept = files_.load_code(means_.vault);
  if (!kept) return Failure{kept.error()};
  if (*kept) return std::move(**kept);
  auto given = means_.person.code();
  if (!given) return Failure{given.error()};
  const std::string_view code = trimmed(given->text());
  if (code.empty() || code.size() > kMostCodeBytes || code.find_first_of("\r\n") != std::string_view::npos) {
    return fail(ErrorCode::invalid, "that is no code: it is one line of at most 100 characters");
  }
  crypto::Secret plain(as_bytes(code));
  if (Status stored = files_.store_code(means_.vault, plain.view(), means_.random); !stored) return Failure{stored.error()};
  return plain;
}

Status Begun::keep_anchors(const std::vector<crypto::CertificateDer>& all) {
  auto pem = crypto::pem_of_all(all);
  if (!pem) return Failure{pem.error()};
  if (Status written = write_file_durably(means_.slots.anchors(), *pem, 0644); !written) return written;
  anchors_ = std::move(*pem);
  state_.anchors = to_hex(digest_of(all));
  return files_.store(state_);
}

bool Begun::load_anchors() {
  if (state_.anchors.empty()) return false;
  auto stored = read_file(means_.slots.anchors(), kMostFileBytes);
  const auto ders = stored ? crypto::ders_of(*stored) : Result<std::vector<crypto::CertificateDer>>(Failure{stored.error()});
  if (!ders || to_hex(digest_of(*ders)) != state_.anchors) return false;
  anchors_ = std::move(*stored);
  return true;
}

Result<crypto::Certificate> Begun::stored_certificate() const {
  const auto pem = read_file(means_.slots.certificate(slot_), kMostFileBytes);
  if (!pem) return Failure{pem.error()};
  const auto ders = crypto::ders_of(*pem);
  if (!ders) return Failure{ders.error()};
  auto taken = take_certificate(*ders, {state_.device, key_hash_, anchors_, std::nullopt});
  if (!taken) return Failure{taken.error()};
  if (taken->certificate.not_after() < means_.clock.unix_seconds()) return fail(ErrorCode::denied, "it has ended");
  return std::move(taken->certificate);
}

Result<Enrolled> Begun::finish(crypto::Certificate certificate, bool was_already, std::optional<std::string> clock) const {
  if (Status dropped = files_.drop(); !dropped) return Failure{dropped.error()};
  return Enrolled{std::move(certificate), was_already, std::move(clock)};
}

}  // namespace greentill::enrol
