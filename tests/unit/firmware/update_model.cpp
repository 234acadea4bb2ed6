// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/firmware/update_model.hpp"

#include <algorithm>
#include <stdexcept>

namespace greentill::test {

using namespace firmware;

void UpdateModel::require(bool holds, const std::string& what) {
  if (!holds) throw std::logic_error(what);
}

UpdateModel::UpdateModel(std::uint64_t seed, bool signs_quickly, Begin begin)
    : LockFixture({2 + 2 * kSlotSectors, signs_quickly, seed}) {
  if (begin == Begin::provisioned) provision();
  for (FlashPart* part : {&record_flash, &slots[0], &slots[1]}) {
    for (std::uint32_t sector = 0; sector < part->sector_count(); ++sector)
      require(part->erase(sector), "the flash is not erased");
  }
  const Image first = make_image(1);
  require(slots[0].program(0, first.forms[0]), "the factory's image is not programmed");
  start(ResetReason::power_on);
}

UpdateModel::Image UpdateModel::make_image(std::uint32_t version, Nature nature, std::size_t size) {
  Image image{version, nature, {}, {}};
  claim::LockImage content{1767312000, version, kBoard, {}};
  std::mt19937 random(version * 65'536 + static_cast<std::uint32_t>(size));
  for (std::uint8_t slot = 0; slot < kSlots; ++slot) {
    Message& form = image.forms[slot];
    form.resize(size);
    for (auto& byte : form) byte = static_cast<std::uint8_t>(random());
    // An image has erased words, and whole sectors that look so.
    std::fill_n(form.begin() + 600, 200, std::uint8_t{0xff});
    Bytes<16> head{};
    ByteWriter(head).put(ImageHead::kMagic).put(version).put(std::uint32_t{slot}).put(kBoard);
    std::copy(head.begin(), head.end(), form.begin() + ImageHead::kAt);
    content.forms[slot] = {static_cast<std::uint32_t>(size), hasher.sha256({form})};
  }
  Bytes<128> payload{};
  const auto length = claim::encode_lock_image(content, payload);
  require(length.ok(), "no image's message");
  image.message = signed_by_programme(claim::MessageType::lock_image, ByteView(payload).first(*length));
  images.push_back(image);
  return image;
}

void UpdateModel::fail_in(const std::vector<std::uint64_t>& operations) {
  cuts_ = operations;
  std::ranges::reverse(cuts_);
  counted_from_ = flash.operations();
  arm();
}

void UpdateModel::arm() {
  if (cuts_.empty()) return;
  flash.cut_at(std::max(counted_from_ + cuts_.back(), flash.operations() + 1));
  cuts_.pop_back();
}

bool UpdateModel::powered() {
  if (flash.powered()) return true;
  flash.power_up();
  arm();
  start(ResetReason::power_on);
  again();
  return false;
}

void UpdateModel::again() {
  // What read as whole at one start may not at the next.
  for (int starts_more = 0; starts_more < 3; ++starts_more) {
    flash.read_anew();
    start(ResetReason::power_on);
  }
}

void UpdateModel::start(ResetReason reason) {
  for (int tries = 0; tries < 30; ++tries) {
    if (start_once(reason)) return check();
    reason = flash.powered() ? ended_by_ : ResetReason::power_on;
    if (!flash.powered()) {
      flash.power_up();
      arm();
    }
  }
  require(false, "the board does not come to rest");
}

const UpdateModel::Image* UpdateModel::started(std::uint8_t slot) {
  for (const Image& image : images) {
    Message there(image.forms[slot].size());
    if (slots[slot].read(0, there) && there == image.forms[slot]) return &image;
  }
  return nullptr;
}

bool UpdateModel::start_once(ResetReason reason) {
  ++starts;
  record.emplace(record_flash);
  const auto slot = choose_image({*record, {&slots[0], &slots[1]}, sha}, reason);
  if (!flash.powered()) return false;
  require(slot.has_value(), "nothing is started");
  const Image* const image = started(*slot);
  require(image != nullptr, "an image is started that nobody made");
  ended_by_ = image->nature == Nature::hangs ? ResetReason::watchdog : ResetReason::software;
  if (image->nature == Nature::hangs) return false;
  keys.signs = image->nature != Nature::unable;
  const Lock::Start ready = restart(reason);
  if (!flash.powered()) return false;
  require(ready == Lock::Start::ready || ready == Lock::Start::not_provisioned, "the lock is not ready");
  record.emplace(record_flash);
  require(record->load(), "the image finds no record");
  updater.emplace(UpdatePorts{*record, {&slots[0], &slots[1]}, sha, kBoard, *slot}, ports(), *lock);
  updating = &*updater;
  dock.emplace(*this);
  const bool able = updater->started(ready);
  require(updater->running().version == image->version, "the record has another version of what runs");
  if (image->nature == Nature::silent) {
    board.pass(Updater::kTrialMs);
    require(updater->restart_due(board.uptime_ms()), "an image that answers nobody stays");
    return false;
  }
  return able && flash.powered();
}

bool UpdateModel::send(const Image& image) {
  const int begun = starts;
  if (!dock->hello() || !powered()) return false;
  const auto offered = dock->ask(Request::offer_image, image.message);
  if (!powered() || !offered || offered->answer != Answer::done) return false;
  ByteReader in(offered->content);
  const Message& form = image.forms.at(in.get<std::uint8_t>());
  for (auto next = in.get<std::uint32_t>(); next < form.size();) {
    Bytes<4 + 376> piece{};
    ByteWriter out(piece);
    out.put(next).put(ByteView(form).subspan(next, std::min<std::size_t>(376, form.size() - next)));
    const auto written = dock->ask(Request::write_image, out.written());
    if (!powered() || !written || written->answer != Answer::done) return false;
    next = ByteReader(written->content).get<std::uint32_t>();
    // Bikes are ridden, even now.
    if (next == 376) {
      ride_on();
      if (starts != begun) return false;
    }
  }
  const auto finished = dock->ask(Request::finish_image);
  return powered() && finished && finished->answer == Answer::done;
}

void UpdateModel::second() {
  board.pass(1000);
  lock->tick();
  if (powered() && updater->restart_due(board.uptime_ms())) start(ResetReason::software);
}

bool UpdateModel::update(const Image& image, int tries) {
  for (int i = 0; i < tries; ++i) {
    if (running() != image.version && send(image)) second();
    if (running() != image.version) continue;
    // The first hello is what it confirms itself by.
    static_cast<void>(dock->hello());
    if (powered() && running() == image.version && updater->state().ended == TrialEnd::confirmed) return true;
  }
  return false;
}

void UpdateModel::ride_on() {
  const std::uint32_t before = lock->journal().state().last_counter;
  ride(3);
  if (!flash.powered()) {
    static_cast<void>(powered());
    return;
  }
  const std::uint32_t last = lock->journal().state().last_counter;
  for (std::uint32_t counter = before + 1; counter <= last; ++counter) rides[counter] = ride_message(counter);
}

void UpdateModel::check() {
  require(!flash.rewrote(), "a word was programmed twice");
  for (const auto& [counter, message] : rides) require(ride_message(counter) == message, "a ride is another");
  require(updater->state().floor >= floor_, "the floor went down");
  floor_ = updater->state().floor;
  require(updater->running().version >= floor_ || updater->state().ended == TrialEnd::damaged, "an image below the floor runs");
}

}  // namespace greentill::test
