// SPDX-License-Identifier: Apache-2.0
// What an Italian RT server (registratore telematico) writes of a commercial document: the till's request, as it was printed.
// Threads: pure functions; the zone is immutable.
#pragma once

#include "greentill/plugin.hpp"
#include "plugins/common/readers/json_tree.hpp"
#include "plugins/common/values/zone.hpp"

namespace greentill::fiscal {

bool is_rt_record(const plugin::JsonValue& document);

/// A copy: the till's own request is the event, and nothing in the record names it. Throws Unusable, naming the field.
plugin::Transaction read_rt_record(const plugin::JsonValue& document, const plugin::Zone& rome);

}  // namespace greentill::fiscal
