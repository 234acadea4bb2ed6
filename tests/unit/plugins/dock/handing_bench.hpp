// SPDX-License-Identifier: Apache-2.0
// A dock that hands settings and images to the firmware's lock.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/firmware/update_model.hpp"
#include "tests/unit/plugins/dock/dock_bench.hpp"

namespace greentill::dock::test {

using greentill::test::UpdateModel;
using Nature = UpdateModel::Nature;

/// A dock and a lock with two slots, whose seconds pass and which starts anew where its image says so.
struct Handing {
  explicit Handing(const Pace& pace = {}) : dock(model, pace) {
    dock.each_turn = [this] {
      if (then) then();
      if (++turns % 50 == 0) model.second();
      if (starts != model.starts) dock.connect(model);
      starts = model.starts;
    };
  }
  /// Newer ones first.
  void hand_out_more(const UpdateModel::Image& made, std::uint32_t board = UpdateModel::kBoard) {
    const auto bytes = firmware::image_file_bytes(made.message, {made.forms[0], made.forms[1]});
    auto file = firmware::parse_image_file(bytes, "image");
    REQUIRE(file);
    file->image.board = board;
    dock.images.push_back(std::make_shared<const DockImage>(*file));
  }
  void hand_out(const UpdateModel::Image& made, std::uint32_t board = UpdateModel::kBoard) {
    dock.images.clear();
    hand_out_more(made, board);
  }
  void hand_out(const firmware::SignedSettings& settings) { dock.settings[std::string(LockFixture::kId)] = settings; }
  [[nodiscard]] std::uint16_t settings_of_lock() { return model.lock->journal().state().settings_number; }
  [[nodiscard]] const firmware::BootState& images_of_lock() { return model.updater->state(); }
  void pass(std::chrono::seconds time) { dock.run(static_cast<int>(time.count()) * 50); }
  [[nodiscard]] std::ptrdiff_t logs(const std::string& what) const {
    return std::ranges::count_if(dock.logged, [&](const std::string& line) { return line.find(what) != std::string::npos; });
  }
  [[nodiscard]] std::string fault() { return dock.part().fault; }

  UpdateModel model{UpdateModel::Begin::provisioned};
  DockBench dock;
  std::function<void()> then;
  int turns = 0;
  int starts = model.starts;
};

}  // namespace greentill::dock::test
