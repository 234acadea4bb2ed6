// SPDX-License-Identifier: Apache-2.0
// A lock with two slots, the boot part, and a dock that brings it new images while rides are made. Power may fail in any flash
// operation; after each failure the board starts as a board does, and it is checked that what it starts is an image that somebody
// made, whole, and that no ride is gone.
#pragma once

#include <map>

#include "firmware/port/mbedtls/mbedtls_sha256.hpp"
#include "tests/unit/firmware/dock_model.hpp"

namespace greentill::test {

struct UpdateModel : LockFixture {
  static constexpr std::uint32_t kSlotSectors = 2;
  static constexpr std::uint32_t kBoard = 7;

  /// What an image does when it is started.
  enum class Nature : std::uint8_t {
    good,
    hangs,   ///< until the watchdog resets the board
    unable,  ///< it cannot sign
    silent,  ///< it answers no dock
  };
  struct Image {
    std::uint32_t version = 0;
    Nature nature = Nature::good;
    std::array<Message, firmware::kSlots> forms;
    Message message;
  };

  /// From factory, with version 1 in slot 0, provisioned and started; its keys sign with a hash.
  explicit UpdateModel(std::uint64_t seed = 1) : UpdateModel(seed, true, Begin::provisioned) {}
  enum class Begin : std::uint8_t { provisioned, new_from_factory };
  /// Likewise, with keys on the curve.
  explicit UpdateModel(Begin begin) : UpdateModel(1, false, begin) {}
  [[nodiscard]] Image make_image(std::uint32_t version, Nature nature = Nature::good, std::size_t size = 2504);

  /// Operations of the flash, counted from now on, in which the power is to fail, in rising order.
  void fail_in(const std::vector<std::uint64_t>& operations);
  /// Starts the board until an image runs that does not end by itself.
  void start(firmware::ResetReason reason);
  /// Offers, sends and finishes; false where the lock did not take it to the end, or the power failed.
  bool send(const Image& image);
  /// A second passes; starts anew where that is due.
  void second();
  /// send() and what follows, until the image confirmed itself. False where it was refused, or after so many tries.
  bool update(const Image& image, int tries);
  /// Makes a ride, and keeps what it must be afterwards where the power held.
  void ride_on();
  void check();
  [[nodiscard]] std::uint32_t running() const { return updater->running().version; }

  firmware::FlashPart record_flash{flash, kJournalSectors, 2};
  std::array<firmware::FlashPart, firmware::kSlots> slots{
      firmware::FlashPart{flash, kJournalSectors + 2, kSlotSectors},
      firmware::FlashPart{flash, kJournalSectors + 2 + kSlotSectors, kSlotSectors}};
  firmware::MbedtlsSha256 sha;
  std::optional<firmware::BootRecord> record;
  std::optional<firmware::Updater> updater;
  std::optional<DockModel> dock;
  std::vector<Image> images;
  std::map<std::uint32_t, Message> rides;  ///< kept, and acknowledged by nobody
  int starts = 0;

 private:
  UpdateModel(std::uint64_t seed, bool signs_quickly, Begin begin);
  [[nodiscard]] bool powered();
  void again();
  [[nodiscard]] const Image* started(std::uint8_t slot);
  [[nodiscard]] bool start_once(firmware::ResetReason reason);
  void arm();
  static void require(bool holds, const std::string& what);

  std::vector<std::uint64_t> cuts_;
  std::uint64_t counted_from_ = 0;
  std::uint32_t floor_ = 0;
  firmware::ResetReason ended_by_ = firmware::ResetReason::watchdog;  ///< an image that does not go on, when the power holds
};

}  // namespace greentill::test
