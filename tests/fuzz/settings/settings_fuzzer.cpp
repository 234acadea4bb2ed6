// SPDX-License-Identifier: Apache-2.0
// Any text is a device's settings or a refusal that names the file and says no key; what is read keeps what the registry's page
// states, and gives every act nullifiers.
#include <algorithm>
#include <cstdlib>

#include "daemon/identity/settings.hpp"

namespace {

using greentill::identity::Root;

/// Hexadecimal digits in a row that are more than any text but a key may have.
bool says_a_key(std::string_view message) {
  std::size_t row = 0;
  for (const char c : message) {
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    row = digit ? row + 1 : 0;
    if (row > 40) return true;
  }
  return false;
}

bool is_sound(const Root& root) {
  if (root.number == 0 || root.name.empty() || root.name.size() > 32 || root.name.find('/') != std::string::npos) return false;
  if (root.reversal_key.size() != 32 || root.versions.empty()) return false;
  for (std::size_t i = 0; i < root.versions.size(); ++i) {
    if (root.versions[i].number == 0 || root.versions[i].key.size() != 32) return false;
    if (i > 0 && root.versions[i].from - root.versions[i - 1].from < 52 * 3600) return false;
    const auto made = greentill::identity::nullifiers_of(root, {"group", "issuer", "event", 0}, root.versions[i].from);
    const auto is_this = [&](const auto& one) { return one.key_version == root.versions[i].number; };
    if (made.size() > 2 || std::none_of(made.begin(), made.end(), is_this)) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greentill;
  if (size > (16u << 10)) return 0;
  const auto settings = identity::parse_settings(as_text({data, size}), "settings.toml");
  if (!settings) {
    const std::string& message = settings.error().message;
    if (message.rfind("settings.toml:", 0) != 0 || says_a_key(message)) std::abort();
    return 0;
  }
  if (settings->number == 0 || settings->assignment.number == 0 || settings->roots.empty()) std::abort();
  if (settings->assignment.merchant.size() > 32 || settings->assignment.site.size() > 32) std::abort();
  for (const Root& root : settings->roots) {
    if (!is_sound(root) || settings->root(root.name) != &root || settings->root(root.number) != &root) std::abort();
  }
  return 0;
}
