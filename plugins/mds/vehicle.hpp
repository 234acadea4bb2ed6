// SPDX-License-Identifier: Apache-2.0
// What moves, and which mode a trip with it is. Threads: immutable once made.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "daemon/toml/table.hpp"

namespace greentill::mds {

/// Drive: what all its propulsion types together say.
enum class Drive : unsigned char { unknown, human, electric, combustion };

struct Vehicle {
  std::string type;  ///< MDS's vehicle_type, "bicycle"
  Drive drive = Drive::unknown;
  bool strange = false;  ///< it has a propulsion that is not MDS's

  /// Its type as the file spells it. What is another name for one of MDS's becomes that one: "electric_scooter" a
  /// scooter_standing that is electric.
  void take_type(std::string_view name);
  /// One more of its propulsion types. Of several the least favourable counts: a bicycle that can be pedalled with or without
  /// its motor is an electric one.
  void add_propulsion(std::string_view propulsion);
  [[nodiscard]] bool is_known() const { return !type.empty() && drive != Drive::unknown && !strange; }
  /// "bicycle/human", as in the configuration.
  [[nodiscard]] std::string name() const;
  /// What name() gave, or a type that says its drive ("e-bike"); not known where it is none such.
  static Vehicle parse(std::string_view name);
};

class Modes {
 public:
  /// The known ones, changed and added to by the table [modes].
  explicit Modes(const toml::Table& toml);
  /// Throws plugin::Unusable where the vehicle has none.
  [[nodiscard]] const std::string& of(const Vehicle& vehicle) const;

 private:
  std::map<std::string, std::string, std::less<>> modes_;
};

}  // namespace greentill::mds
