// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/dock_link.hpp"

namespace greentill::firmware {
namespace {

Answer answer_of(Lock::Taken taken) {
  switch (taken) {
    case Lock::Taken::yes: return Answer::done;
    case Lock::Taken::refused: return Answer::refused;
    case Lock::Taken::not_kept: break;
  }
  return Answer::not_kept;
}

Answer answer_of(Updater::Taken taken) {
  switch (taken) {
    case Updater::Taken::yes: return Answer::done;
    case Updater::Taken::refused: return Answer::refused;
    case Updater::Taken::nothing_offered: return Answer::not_there;
    case Updater::Taken::not_kept: break;
  }
  return Answer::not_kept;
}

/// Whether a request is asked within a session, whose number then begins its content.
bool has_session(Request request) { return request != Request::hello; }

}  // namespace

void DockLink::receive(ByteView bytes) {
  for (const std::uint8_t byte : bytes) {
    if (const auto frame = reader_.take(byte)) answer(*frame);
  }
}

void DockLink::answer(const Frame& request) {
  if ((request.kind & kAnswerBit) != 0) return;  // another lock's, or an echo
  Bytes<kMostContent> content{};
  ByteWriter out(MutableBytes(content).subspan(1));
  ByteReader in(request.content);
  Answer result = Answer::unknown;
  if (request.version == kLinkVersion) {
    const auto kind = static_cast<Request>(request.kind);
    const bool within = !has_session(kind) || (in.get<std::uint32_t>() == session_ && session_ != 0);
    result = !in.ok() ? Answer::malformed : !within ? Answer::other_session : handle(kind, in, out);
  }
  content[0] = static_cast<std::uint8_t>(result);
  const std::size_t size = result == Answer::done ? 1 + out.written().size() : 1;
  Bytes<kMostFrame + 1> frame{};
  const auto length = encode_frame(
      {kLinkVersion, static_cast<std::uint8_t>(request.kind | kAnswerBit), request.number, ByteView(content).first(size)}, frame);
  if (length) wire_.send(ByteView(frame).first(*length));
}

Answer DockLink::handle(Request request, ByteReader& in, ByteWriter& out) {
  switch (request) {
    case Request::hello: return hello(out);
    case Request::prove: return prove(in, out);
    case Request::ask_time: {
      claim::Nonce nonce{};
      if (!lock_.ask_time(nonce)) return Answer::not_kept;
      out.put(nonce);
      return Answer::done;
    }
    case Request::set_time: return answer_of(lock_.set_time(in.rest()));
    case Request::list: return list(in, out);
    case Request::fetch: return fetch(in, out);
    case Request::acknowledge: return acknowledge(in);
    case Request::ask_nonce: out.put(nonce_); return Answer::done;
    case Request::acknowledge_licensed: return acknowledge_licensed(in);
    case Request::settle: return answer_of(lock_.settle(in.rest()));
    case Request::configure: return configure(in);
    case Request::propose:
    case Request::confirm:
    case Request::commit: return provision(request, in, out);
    case Request::image:
    case Request::offer_image:
    case Request::write_image:
    case Request::finish_image: return updater_ != nullptr ? update(request, in, out) : Answer::unknown;
  }
  return Answer::unknown;
}

Answer DockLink::hello(ByteWriter& out) {
  session_ = 0;
  if (!ports_.entropy.fill(nonce_)) return Answer::not_kept;
  session_ = ByteReader(nonce_).get<std::uint32_t>() | 1;
  PublicPoint key{};
  if (!ports_.keys.export_public_key(key)) return Answer::not_kept;
  const LockState& state = lock_.journal().state();
  const std::uint64_t uptime = ports_.board.uptime_ms();
  out.put(session_).put(key).put(lock_.journal().first_ride()).put(state.last_counter).put(state.acknowledged).put(state.settled);
  out.put(state.refused).put(state.boots).put(static_cast<std::uint8_t>(ports_.board.reset_reason()));
  out.put(ports_.board.battery_mv()).put(static_cast<std::uint8_t>(lock_.phase()));
  out.put(static_cast<std::uint8_t>(lock_.clock().state(uptime))).put(lock_.now());
  out.put(state.settings_number).put(reader_.damaged()).put(as_bytes(lock_.identity().id()));
  if (updater_ != nullptr) updater_->heard();
  return Answer::done;
}

Answer DockLink::prove(ByteReader& in, ByteWriter& out) {
  const auto nonce = in.fixed<16>();
  if (!in.done()) return Answer::malformed;
  PublicPoint key{};
  claim::Signature proof{};
  if (!ports_.keys.export_public_key(key) || !ports_.keys.sign_hash(possession_digest(ports_.hasher, nonce, key), proof)) {
    return Answer::not_kept;
  }
  out.put(proof);
  return Answer::done;
}

Answer DockLink::list(ByteReader& in, ByteWriter& out) {
  const auto from = in.get<std::uint32_t>();
  if (!in.done() || from == 0) return Answer::malformed;
  std::uint64_t there = 0;
  Bytes<claim::kMaxLockRideBytes> message{};
  for (std::uint32_t i = 0; i < 64 && from + i >= from; ++i) {
    if (lock_.journal().ride(from + i, message)) there |= std::uint64_t{1} << i;
  }
  out.put(there);
  return Answer::done;
}

Answer DockLink::fetch(ByteReader& in, ByteWriter& out) {
  const auto counter = in.get<std::uint32_t>();
  if (!in.done()) return Answer::malformed;
  Bytes<claim::kMaxLockRideBytes> message{};
  const auto size = lock_.journal().ride(counter, message);
  if (!size) return Answer::not_there;
  out.put(ByteView(message).first(*size));
  return Answer::done;
}

Answer DockLink::acknowledge(ByteReader& in) {
  const auto counter = in.get<std::uint32_t>();
  const auto link = in.get_signed();
  if (!in.done()) return Answer::malformed;
  if (lock_.journal().state().settings.only_licensed_docks) return Answer::no_licence;
  const Answer found = find_ride(counter, link);
  return found == Answer::done ? keep_acknowledged(counter) : found;
}

Answer DockLink::acknowledge_licensed(ByteReader& in) {
  claim::Acknowledgement what{nonce_, in.get<std::uint32_t>(), in.get_signed(), lock_.identity().id()};
  const auto proof = in.fixed<64>();
  if (!in.ok()) return Answer::malformed;
  const Answer found = find_ride(what.counter, what.link);
  if (found != Answer::done) return found;
  switch (lock_.licensed(in.rest(), what, proof)) {
    case Lock::Licensed::yes: return keep_acknowledged(what.counter);
    case Lock::Licensed::not_trusted: return Answer::licence_refused;
    case Lock::Licensed::over: return Answer::licence_over;
    case Lock::Licensed::not_its_key: break;
  }
  return Answer::proof_refused;
}

Answer DockLink::find_ride(std::uint32_t counter, std::int64_t link) {
  // Who names the ride's payload has seen it; a bike that was changed for another meanwhile has other rides.
  Bytes<claim::kMaxLockRideBytes> bytes{};
  const auto size = lock_.journal().ride(counter, bytes);
  if (!size) return Answer::not_there;
  const auto message = claim::parse_keyed_message(ByteView(bytes).first(*size), claim::MessageType::lock_ride);
  return message && claim::ride_link(ports_.hasher, message->payload) == link ? Answer::done : Answer::refused;
}

Answer DockLink::keep_acknowledged(std::uint32_t counter) { return lock_.acknowledge(counter) ? Answer::done : Answer::not_kept; }

Answer DockLink::configure(ByteReader& in) {
  SignedSettings wanted;
  wanted.number = in.get<std::uint16_t>();
  Settings& settings = wanted.settings;
  settings.circumference_mm = in.get<std::uint16_t>();
  settings.top_speed_cm_s = in.get<std::uint16_t>();
  settings.debounce_ms = in.get<std::uint8_t>();
  const auto flags = in.get<std::uint8_t>();
  settings.only_licensed_docks = flags == 1;
  settings.left_open_s = in.get<std::uint16_t>();
  settings.pause_s = in.get<std::uint16_t>();
  wanted.signature = in.fixed<64>();
  // What this lock does not know would be signed, and not kept.
  if (in.ok() && flags != flags_of(settings)) return Answer::refused;
  return in.done() ? answer_of(lock_.configure(wanted)) : Answer::malformed;
}

Answer DockLink::provision(Request step, ByteReader& in, ByteWriter& out) {
  Identity& identity = lock_.identity();
  std::optional<Identity::Code> code;
  if (step == Request::propose) {
    const auto trusted = in.fixed<65>();
    const ByteView id = in.rest();
    if (!in.ok()) return Answer::malformed;
    code = identity.propose(as_text(id), trusted, ports_.keys);
    if (!code) return ports_.keys.is_public_key(trusted) ? Answer::refused : Answer::no_point;
  } else {
    const auto said = in.fixed<8>();
    if (!in.done()) return Answer::malformed;
    if (step == Request::commit) return identity.commit(said) ? Answer::done : Answer::refused;
    code = identity.confirm(said, ports_.entropy);
    if (!code) return Answer::refused;
  }
  out.put(*code);
  return Answer::done;
}

Answer DockLink::update(Request step, ByteReader& in, ByteWriter& out) {
  Updater& updater = *updater_;
  std::uint32_t next = 0;
  Answer result = Answer::done;
  if (step == Request::image) {
    const BootState& state = updater.state();
    out.put(updater.running_slot()).put(updater.running().version);
    out.put(static_cast<std::uint8_t>(state.other)).put(state.floor).put(state.tried);
    out.put(static_cast<std::uint8_t>(state.ended)).put(static_cast<std::uint8_t>(state.reason)).put(updater.board());
    return in.done() ? result : Answer::malformed;
  }
  if (step == Request::finish_image) return in.done() ? answer_of(updater.finish()) : Answer::malformed;
  if (step == Request::offer_image) {
    result = answer_of(updater.offer(in.rest(), next));
    out.put(updater.state().other_slot()).put(next);
  } else {
    const auto at = in.get<std::uint32_t>();
    if (!in.ok()) return Answer::malformed;
    result = answer_of(updater.write(at, in.rest(), next));
    out.put(next);
  }
  return result;
}

}  // namespace greentill::firmware
