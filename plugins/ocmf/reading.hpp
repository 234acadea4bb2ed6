// SPDX-License-Identifier: Apache-2.0
// The payload of an OCMF record, revisions 1.0 to 1.4: what the meter signed. Tables are those of the specification's
// revision 1.2. Of the user's identification nothing is kept but that there is one. Threads: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/decimal.hpp"
#include "plugins/common/values/limits.hpp"

namespace greentill::ocmf {

/// One reading (table 7), with what it leaves out filled in from the one before.
struct Reading {
  std::int64_t time = 0;    ///< Unix seconds
  char clock = '\0';        ///< table 19: U, I, S, R; '\0' where the time does not say
  char transaction = '\0';  ///< TX
  std::optional<Decimal> value;
  std::string obis;  ///< RI, as plain_obis() has it
  std::string unit;
  std::string current;  ///< RT: AC, DC or empty
  std::string errors;   ///< EF
  std::string status;   ///< ST
};

struct Payload {
  std::string gateway;       ///< GS, or empty
  std::string meter;         ///< MS, else GS: whose key signs
  std::uint64_t page = 0;    ///< PG, of the context of transactions
  std::string user_level;    ///< IL, table 11, or empty
  bool is_personal = false;  ///< it identifies a user, or has fields of the vendor's that may
  std::vector<Reading> readings;

  /// Throws plugin::Unusable where it is no such payload.
  static Payload parse(std::string_view json);
  [[nodiscard]] std::string page_text() const { return "T" + std::to_string(page); }
};

enum class Register : unsigned char {
  import,         ///< active energy to the car
  import_tariff,  ///< what of it was metered in one tariff
  export_back,    ///< active energy from the car
  other,
};
/// From an OBIS code such as "1-b:1.8.0", "01-00:B2.08.00*FF", "1-0:1.8.1" or "1-0:98.8.0.FF".
Register register_of(std::string_view obis);
/// The same text for the same register, with or without zeros that fill it up, in capital or small letters: "1-0:1.8.0" from
/// "01-00:01.08.00*FF".
std::string plain_obis(std::string_view obis);

}  // namespace greentill::ocmf
