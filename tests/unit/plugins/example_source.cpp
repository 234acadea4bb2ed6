// SPDX-License-Identifier: Apache-2.0
// Follows a file to which a dock appends one line a ride: "<ride number> <begin> <end> <metres>", times in Unix seconds. The
// configuration is the file's path, the position the number of bytes that were read.
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "greentill/plugin.hpp"

namespace {

using namespace greentill::plugin;

class Dock final : public Source {
 public:
  Dock(std::string_view configuration, Services /*services*/) {
    std::istringstream(std::string(configuration)) >> path_;
    if (path_.empty()) throw std::runtime_error("the configuration must be the file's path");
  }

  void start(std::string_view position) override {
    file_.open(path_, std::ios::binary);
    if (!file_) throw std::runtime_error(path_ + ": it cannot be opened");
    if (!position.empty()) place_ = std::stoll(std::string(position));
  }

  Progress poll(std::chrono::milliseconds wait, const Inlet& inlet) override {
    std::string line;
    while (next(line)) {
      const std::int64_t behind = place_ + static_cast<std::int64_t>(line.size()) + 1;
      if (!hand_in(line, std::to_string(behind), inlet)) return Progress::more;  // full: the same line again in the next call
      place_ = behind;
    }
    std::this_thread::sleep_for(wait);
    return Progress::more;
  }

 private:
  /// False at the end of the file, where half a line may stand.
  bool next(std::string& line) {
    file_.clear();
    file_.seekg(place_);
    return std::getline(file_, line) && !file_.eof();
  }

  static bool hand_in(const std::string& line, const std::string& position, const Inlet& inlet) {
    Transaction ride;
    std::int64_t metres = -1;
    std::istringstream fields(line);
    fields >> ride.event_id >> ride.begin >> ride.end >> metres;
    const std::string where = "byte " + position;
    if (!fields || ride.event_id.size() > 128 || ride.end < ride.begin || metres < 0) {
      return inlet.reject(where, "it is no ride", position);
    }
    ride.issuer = "dock-7";
    ride.kind = GT_KIND_TRIP;
    ride.mode = "bike.shared";
    ride.quantities = {{"m.odometer", metres}};
    return inlet.offer(ride, where, position);
  }

  std::string path_;
  std::ifstream file_;
  std::int64_t place_ = 0;
};

}  // namespace

GREENTILL_EXPORT_PLUGIN(source<Dock>("dock", "1.0.0"))
