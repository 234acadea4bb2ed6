// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/hello.hpp"

#include <array>

#include "daemon/base/hex.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/claim/keyed_message.hpp"
#include "daemon/crypto/hasher.hpp"
#include "firmware/core/identity.hpp"
#include "firmware/core/little_endian.hpp"

namespace greentill::dock {
namespace {

template <std::size_t N>
const char* word(const std::array<const char*, N>& words, std::uint64_t at) {
  return at < N ? words[at] : "unknown";
}

}  // namespace

std::optional<Hello> parse_hello(ByteView content) {
  firmware::ByteReader in(content);
  Hello hello;
  hello.session = in.get<std::uint32_t>();
  hello.key = in.fixed<65>();
  for (std::uint32_t* const counter :
       {&hello.first, &hello.last, &hello.acknowledged, &hello.settled, &hello.refused, &hello.starts}) {
    *counter = in.get<std::uint32_t>();
  }
  hello.reset_reason = in.get<std::uint8_t>();
  hello.battery_mv = in.get<std::uint16_t>();
  hello.phase = in.get<std::uint8_t>();
  hello.clock = in.get<std::uint8_t>();
  hello.time = in.get_signed();
  hello.settings = in.get<std::uint16_t>();
  hello.damaged_frames = in.get<std::uint32_t>();
  hello.id = as_text(in.rest());
  if (!in.ok() || hello.session == 0 || (!hello.id.empty() && !claim::is_device_id(hello.id))) return std::nullopt;
  return hello;
}

std::string key_id_of(const firmware::PublicPoint& key) {
  return to_hex(claim::key_id(claim::public_key_hash(crypto::hasher(), key)));
}

const char* reset_words(std::uint8_t reason) {
  constexpr std::array kWords{"unknown", "power on", "brown-out", "watchdog", "by itself", "reset pin", "fault"};
  return word(kWords, reason);
}

const char* phase_words(std::uint8_t phase) {
  constexpr std::array kWords{"locked", "unlocked", "riding", "paused", "left open"};
  return word(kWords, phase);
}

const char* clock_words(std::int64_t clock) {
  constexpr std::array kWords{"sure", "running", "not set"};
  return word(kWords, static_cast<std::uint64_t>(clock));
}

}  // namespace greentill::dock
