// SPDX-License-Identifier: Apache-2.0
// What may be the name of a thing of the registry. Each check says in words what is wrong. Threads: pure functions.
#pragma once

#include <string>

#include "daemon/base/error.hpp"

namespace greentill::credit {

/// The id of a merchant or a site: 1 to 32 bytes of UTF-8, as a claim takes it, trimmed and without control characters. `what`
/// begins the error: "merchant".
Status check_id(const std::string& what, const std::string& id);

/// A root's name as it is kept, of what was typed: an id, trimmed, its letters composed (NFC), in whatever case. invalid where it
/// holds a slash, which ends the name in the issuer of an event.
Result<std::string> root_name(const std::string& typed);

/// A device's or lock's id: 1 to 40 of a to z, 0 to 9 and hyphen; a device's is none that the system uses itself.
Status check_device_id(const std::string& id);
Status check_lock_id(const std::string& id);

/// A name for people: 1 to 200 bytes.
Status check_name(const std::string& name);

/// Why something is done: 1 to 500 bytes, not only spaces.
Status check_why(const std::string& why);

/// A zone of the system's time zone database.
Status check_zone(const std::string& zone);

}  // namespace greentill::credit
