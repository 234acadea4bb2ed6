// SPDX-License-Identifier: Apache-2.0
// The registry's things as JSON, as commands answer and as the audit trail keeps them. Threads: pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "tools/credit-service/registry/things.hpp"

namespace greentill::credit {

/// "till", "active": words that commands take and give.
[[nodiscard]] std::string_view to_words(Merchant::State state);
[[nodiscard]] std::string_view to_words(Device::Class is);
[[nodiscard]] std::string_view to_words(Device::State state);
/// Nothing where it is no class.
[[nodiscard]] std::optional<Device::Class> class_of(std::string_view word);

[[nodiscard]] nlohmann::ordered_json to_json(const Merchant& merchant);
[[nodiscard]] nlohmann::ordered_json to_json(const RootVersion& version);
[[nodiscard]] nlohmann::ordered_json to_json(const Root& root);
[[nodiscard]] nlohmann::ordered_json to_json(const Assignment& assignment);
[[nodiscard]] nlohmann::ordered_json to_json(const DeviceCeiling& ceiling);
[[nodiscard]] nlohmann::ordered_json to_json(const KeyEnd& end);
[[nodiscard]] nlohmann::ordered_json to_json(const Device& device);
[[nodiscard]] nlohmann::ordered_json to_json(const DeviceKey& key);
[[nodiscard]] nlohmann::ordered_json to_json(const Lock& lock);
/// Without its hash, which whoever has the code could be told by.
[[nodiscard]] nlohmann::ordered_json to_json(const EnrolmentCode& code);
/// Without its file.
[[nodiscard]] nlohmann::ordered_json to_json(const PublishedMethodology& methodology);
[[nodiscard]] nlohmann::ordered_json to_json(const ServiceAddress& address);
/// With what it was and is as JSON again.
[[nodiscard]] nlohmann::ordered_json to_json(const AuditEntry& entry);

}  // namespace greentill::credit
