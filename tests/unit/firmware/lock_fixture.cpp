// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/firmware/lock_fixture.hpp"

#include <algorithm>
#include <stdexcept>

namespace greentill::test {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

}  // namespace

using namespace firmware;

claim::Signature QuickKeys::made(const PublicPoint& key, const Digest& digest) const {
  claim::Signature signature{};
  const Digest half = hasher_.sha256({key, digest});
  std::copy(half.begin(), half.end(), std::copy(half.begin(), half.end(), signature.begin()));
  return signature;
}

LockFixture::LockFixture(const Options& options)
    : flash(kJournalSectors + options.more_sectors, 2048, options.seed),
      keys(options.quick_keys ? static_cast<Keys&>(quick_keys) : stored_keys),
      programme(options.quick_keys ? static_cast<Keys&>(quick_programme) : stored_programme),
      dock(options.quick_keys ? static_cast<Keys&>(quick_dock) : stored_dock) {
  CountingEntropy other(77);
  require(programme.has_key() || programme.generate_key(other), "the programme has no key");
  require(programme.export_public_key(programme_key), "the programme's key cannot be had");
  CountingEntropy docks(177);
  require(dock.has_key() || dock.generate_key(docks), "the dock has no key");
  require(dock.export_public_key(dock_key), "the dock's key cannot be had");
  restart();
}

Lock::Start LockFixture::restart(ResetReason reason) {
  board.start_anew(reason);
  lock.emplace(ports());
  return lock->start();
}

void LockFixture::provision() {
  const auto code = lock->identity().propose(kId, programme_key, keys);
  require(code.has_value(), "nothing can be proposed");
  const auto last = lock->identity().confirm(*code, entropy);
  require(last && lock->identity().commit(*last), "the lock is not provisioned");
}

void LockFixture::ride(int turns) {
  lock->unlock();
  for (int turn = 0; turn < turns; ++turn) {
    board.pass(420);
    lock->pulse();
    lock->tick();
  }
  board.pass(2000);
  lock->close();
  lock->dock();
}

LockFixture::Message LockFixture::ride_message(std::uint32_t counter) {
  Message message(claim::kMaxLockRideBytes);
  const auto size = lock->journal().ride(counter, message);
  require(size.has_value(), "there is no such ride");
  message.resize(*size);
  return message;
}

LockFixture::Message LockFixture::signed_by_programme(claim::MessageType type, ByteView payload) {
  const claim::KeyedSigner signer{claim::key_id(public_key_hash(hasher, programme_key)), std::nullopt};
  claim::Signature signature{};
  require(programme.sign_hash(claim::signature_digest(hasher, type, signer, payload), signature), "the programme cannot sign");
  Message message(512);
  const auto size = claim::encode_keyed_message(type, signer, payload, signature, message);
  require(size.ok(), "the message does not fit");
  message.resize(*size);
  return message;
}

LockFixture::Message LockFixture::receipt(std::uint32_t counter, std::string_view name) {
  Bytes<128> payload{};
  const auto size = claim::encode_lock_receipt({name, 1767312000, counter}, payload);
  require(size.ok(), "no receipt");
  return signed_by_programme(claim::MessageType::lock_receipt, ByteView(payload).first(*size));
}

SignedSettings LockFixture::settings(std::uint16_t number, std::uint16_t circumference_mm, bool only_licensed_docks) {
  SignedSettings wanted;
  wanted.number = number;
  wanted.settings.circumference_mm = circumference_mm;
  wanted.settings.only_licensed_docks = only_licensed_docks;
  require(programme.sign_hash(settings_digest(hasher, kId, wanted), wanted.signature), "the programme cannot sign");
  return wanted;
}

void LockFixture::demand_licences() {
  const auto number = static_cast<std::uint16_t>(lock->journal().state().settings_number + 1);
  require(lock->configure(settings(number, 2100, true)) == Lock::Taken::yes, "the settings are not taken");
}

LockFixture::Message LockFixture::licence(const PublicPoint& key, const Licence& content) {
  Bytes<256> payload{};
  const auto size = claim::encode_dock_licence({content.device, content.expires_at, content.issued_at, key}, payload);
  require(size.ok(), "no licence");
  return signed_by_programme(claim::MessageType::dock_licence, ByteView(payload).first(*size));
}

LockFixture::Message LockFixture::time(const claim::Nonce& nonce, std::int64_t unix_seconds) {
  Bytes<64> payload{};
  const auto size = claim::encode_time({nonce, unix_seconds}, payload);
  require(size.ok(), "no time");
  return signed_by_programme(claim::MessageType::time, ByteView(payload).first(*size));
}

}  // namespace greentill::test
