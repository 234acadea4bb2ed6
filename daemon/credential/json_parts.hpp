// SPDX-License-Identifier: Apache-2.0
// What the JSON of certificates and of lists have in common. Private to daemon/credential.
#pragma once

#include "daemon/base/text.hpp"
#include "daemon/credential/members.hpp"
#include "daemon/credential/status_list.hpp"
#include "daemon/credential/tree_certificate.hpp"

namespace greentill::credential {

inline constexpr const char* kCredentialsContext = "https://www.w3.org/ns/credentials/v2";

inline Json to_json_part(const Programme& programme) { return {{"id", programme.url}, {"name", programme.name}}; }

inline Programme read_programme(Members members) {
  Programme programme{members.text("id", kMaxNameBytes), members.text("name", kMaxNameBytes)};
  members.end();
  return programme;
}

/// The number of the list that the URL names; 0 where it is none of the programme's for that purpose.
inline std::uint32_t number_of(std::string_view url, const Programme& programme, StatusPurpose purpose) {
  std::string front = list_url(programme, purpose, 0);
  front.pop_back();
  if (!url.starts_with(front)) return 0;
  return parse_integer<std::uint32_t>(url.substr(front.size())).value_or(0);
}

}  // namespace greentill::credential
