// SPDX-License-Identifier: Apache-2.0
// Names in which nothing is to be found: goods, dishes, remarks. Threads: one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/detection/labelled.hpp"

namespace greentill::detection {

struct Alarms {
  std::size_t names = 0;
  std::vector<std::string> told;  ///< "names.txt:7: cup.own pieces=1 in line 1 of cafe, \"OWN CUP HOLDER\""
};

/// Puts each line of the files into a sale of a café and of a corner shop, a stay of a hotel and a takeback of a kiosk: as an
/// article that costs something, as one that costs nothing, as a discount, as a class, as a remark and as a material. An error
/// where a file cannot be read, or the detectors not loaded.
Result<Alarms> alarms_of(const std::vector<std::filesystem::path>& files, Shops& shops);

}  // namespace greentill::detection
