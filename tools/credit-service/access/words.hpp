// SPDX-License-Identifier: Apache-2.0
// Access as people and programs write it. Threads: pure functions; name_subject() reads the counter's store.
#pragma once

#include "tools/credit-service/access/access.hpp"
#include "tools/credit-service/counter/counter.hpp"
#include "tools/credit-service/counter/views.hpp"

namespace greentill::credit {

inline constexpr std::int64_t kAccessDays = 90;  ///< for how long a token is good where nothing is said

Json to_json(const AccessToken& token);

/// Reads a scope ("service", "account", "planter", "inspector") and whose it is into the grant. invalid where the word is none,
/// or there is a subject where none belongs; not_found where there is no such account, planter or inspector.
Status name_subject(Counter& counter, std::string_view scope, const std::string& subject, AccessToken& grant);

}  // namespace greentill::credit
