// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/updater.hpp"

#include <algorithm>

#include "firmware/core/journal_format.hpp"

namespace greentill::firmware {
namespace {

constexpr std::string_view kStatement = "greentill lock image";

bool is_blank(Flash& flash, std::uint32_t sector) {
  for (std::uint32_t at = 0; at < flash.sector_size();) {
    Bytes<64> piece{};
    if (!flash.read(sector * flash.sector_size() + at, piece) || !is_erased(piece)) return false;
    at += static_cast<std::uint32_t>(piece.size());
  }
  return true;
}

bool erase_from(Flash& flash, std::uint32_t sector) {
  for (; sector < flash.sector_count(); ++sector) {
    if (!flash.erase(sector)) return false;
  }
  return true;
}

}  // namespace

bool Updater::on_trial() const { return state().other == OtherSlot::trying && ports_.running == state().other_slot(); }

bool Updater::started(Lock::Start start) {
  if (!on_trial()) return true;
  PublicPoint own{};
  claim::Signature statement{};
  const Digest digest = board_.hasher.sha256({as_bytes(kStatement), running().sha256});
  proven_ = start == Lock::Start::ready && board_.keys.export_public_key(own) && board_.keys.sign_hash(digest, statement) &&
            board_.keys.verify_hash(own, digest, statement);
  return proven_;
}

void Updater::heard() {
  if (!on_trial() || !proven_) return;
  BootState next = state();
  next.good = ports_.running;
  next.other = OtherSlot::former;
  next.floor = std::max(next.floor, running().version);
  next.tried = running().version;
  next.ended = TrialEnd::confirmed;
  next.reason = ResetReason::unknown;
  next.failures = 0;
  // Where it is not kept, the next hello tries again, and a restart goes back.
  static_cast<void>(ports_.record.keep(next));
}

bool Updater::restart_due(std::uint64_t uptime_ms) const {
  if (lock_.busy()) return false;
  if (on_trial()) return !proven_ || uptime_ms >= kTrialMs;
  return state().other == OtherSlot::ready;
}

bool Updater::keep_other(OtherSlot other) {
  if (state().other == other) return true;
  BootState next = state();
  next.other = other;
  return ports_.record.keep(next);
}

bool Updater::wanted(ByteView message, ImageInfo& image) const {
  const auto parsed = claim::parse_keyed_message(message, claim::MessageType::lock_image);
  if (!parsed || !lock_.trusts(*parsed)) return false;
  const auto offered = claim::parse_lock_image(parsed->payload);
  if (!offered) return false;
  const auto& form = offered->forms[state().other_slot()];
  image = {offered->version, form.size, form.sha256};
  const bool failed = state().tried == image.version && state().failures >= BootState::kMostFailures;
  // The version of the floor is taken again where the lock had to go back from it, since it rotted.
  const bool newer = image.version > state().floor || (image.version == state().floor && running().version < state().floor);
  return offered->board == ports_.board && newer && !failed && form.size % kFlashWord == 0 &&
         form.size <= slot().sector_size() * slot().sector_count();
}

Updater::Taken Updater::offer(ByteView message, std::uint32_t& next) {
  ImageInfo image;
  if (!wanted(message, image)) return Taken::refused;
  // The slot that could take it holds the image to go back to.
  if (on_trial()) return Taken::not_kept;
  const bool same = state().other_image() == image;
  if (same && state().other == OtherSlot::ready) {
    next = image.size;
    return Taken::yes;
  }
  const bool here = same && state().other == OtherSlot::receiving;
  if (!here || !receiving_) receiving_ = here ? go_on() : begin(image);
  next = received_;
  return receiving_ ? Taken::yes : Taken::not_kept;
}

bool Updater::begin(const ImageInfo& image) {
  received_ = 0;
  if (!keep_other(OtherSlot::nothing) || !erase_from(slot(), 0)) return false;
  BootState next = state();
  next.other = OtherSlot::receiving;
  next.other_image() = image;
  return ports_.record.keep(next);
}

bool Updater::go_on() {
  // What was written last may have been cut short: the sector before the first that is blank is received again, and no word
  // behind it is programmed that is not erased first, since one that was cut may look erased.
  std::uint32_t sector = 0;
  while (sector < slot().sector_count() && !is_blank(slot(), sector)) ++sector;
  if (sector > 0) --sector;
  received_ = std::min(sector * slot().sector_size(), state().other_image().size);
  return erase_from(slot(), sector);
}

Updater::Taken Updater::write(std::uint32_t at, ByteView bytes, std::uint32_t& next) {
  next = received_;
  if (!receiving_) return Taken::nothing_offered;
  if (at != received_) return Taken::yes;
  const bool fits = !bytes.empty() && bytes.size() % kFlashWord == 0 && bytes.size() <= state().other_image().size - at;
  if (!fits) return Taken::refused;
  receiving_ = slot().program(at, bytes);
  for (std::size_t done = 0; receiving_ && done < bytes.size();) {
    Bytes<64> back{};
    const MutableBytes part = MutableBytes(back).first(std::min(back.size(), bytes.size() - done));
    receiving_ = slot().read(at + static_cast<std::uint32_t>(done), part) &&
                 std::equal(part.begin(), part.end(), bytes.begin() + static_cast<std::ptrdiff_t>(done));
    done += part.size();
  }
  if (!receiving_) return Taken::not_kept;
  next = received_ += static_cast<std::uint32_t>(bytes.size());
  return Taken::yes;
}

Updater::Taken Updater::finish() {
  if (state().other == OtherSlot::ready) return Taken::yes;
  const ImageInfo& image = state().other_image();
  if (!receiving_ || received_ != image.size) return Taken::nothing_offered;
  receiving_ = false;
  if (digest_of(slot(), image.size, ports_.sha) != image.sha256) {
    return keep_other(OtherSlot::nothing) ? Taken::refused : Taken::not_kept;
  }
  return keep_other(OtherSlot::ready) ? Taken::yes : Taken::not_kept;
}

}  // namespace greentill::firmware
