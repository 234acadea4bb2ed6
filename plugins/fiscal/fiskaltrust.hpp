// SPDX-License-Identifier: Apache-2.0
// Receipts as a till hands them to the fiskaltrust middleware in Germany, Austria and Italy, and the middleware's answers.
// Format: fiskaltrust interface documentation, "Data structures" (ReceiptRequest, ReceiptResponse).
// Threads: pure functions.
#pragma once

#include <vector>

#include "greentill/plugin.hpp"
#include "plugins/common/readers/json_tree.hpp"

namespace greentill::fiscal {

bool is_fiskaltrust_request(const plugin::JsonValue& document);
bool is_fiskaltrust_response(const plugin::JsonValue& document);

/// What the request says; two transactions where one receipt both sells and takes back what another sold. Throws LeftOut for
/// closings, logs and movements of cash; Unusable, naming the field and quoting nothing of it.
std::vector<plugin::Transaction> read_fiskaltrust_request(const plugin::JsonValue& document);

/// The answer has the request's issuer and event id, and is a copy of it: the request is the event.
plugin::Transaction read_fiskaltrust_response(const plugin::JsonValue& document);

}  // namespace greentill::fiscal
