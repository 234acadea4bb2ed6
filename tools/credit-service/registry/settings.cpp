// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/registry/settings.hpp"

#include <nlohmann/json.hpp>

#include "daemon/claim/nullifier.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "tools/credit-service/registry/versions.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMostSettingsBytes = (16u << 10) - 1;  // a file with a secret that the daemon reads

/// A basic string of TOML, whose escapes are JSON's.
std::string quoted(const std::string& text) { return nlohmann::json(text).dump(); }

class SettingsWriter {
 public:
  SettingsWriter(ByteView programme_key, const claim::Hasher& hasher) : programme_key_(programme_key), hasher_(hasher) {
    text_.reserve(4 * kMostSettingsBytes);  // what grows leaves copies of keys behind
  }
  SettingsWriter(const SettingsWriter&) = delete;
  SettingsWriter& operator=(const SettingsWriter&) = delete;
  ~SettingsWriter() { crypto::wipe({reinterpret_cast<std::uint8_t*>(text_.data()), text_.size()}); }

  void head(const Device& device, std::uint32_t number) {
    const Assignment& assignment = device.assignments.back();
    text_ += "# The settings of device " + device.id + ", a secret of its own: for its owner alone (mode 600).\n";
    line("device", quoted(device.id));
    line("number", std::to_string(number));
    text_ += "\n[assignment]\n";
    line("number", std::to_string(assignment.number));
    line("merchant", quoted(assignment.merchant));
    line("site", quoted(assignment.site));
  }
  void addresses(const ServiceAddress& at) {
    for (const auto& [table, server] : {std::pair("broker", &at.broker), std::pair("est", &at.est)}) {
      if (server->empty()) continue;
      text_.append("\n[").append(table).append("]\n");
      line("server", quoted(*server));
    }
  }
  void root(const Root& root, bool reversals_only, const std::vector<RootVersion>& versions) {
    text_ += "\n[[root]]\n";
    line("number", std::to_string(root.number));
    line("name", quoted(root.name));
    line("reversals_only", reversals_only ? "true" : "false");
    key("reversal_key", claim::make_reversal_key(hasher_, programme_key_, root.number));
    for (const RootVersion& one : versions) {
      text_ += "[[root.version]]\n";
      line("number", std::to_string(one.version));
      line("from", std::to_string(one.begins));
      key("key", claim::make_root_key(hasher_, programme_key_, root.number, one.version));
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void line(const char* name, const std::string& value) { text_.append(name).append(" = ").append(value).append("\n"); }
  void key(const char* name, claim::RootKey made) {
    text_.append(name).append(" = \"").append(crypto::hex_of(made).text()).append("\"\n");
    crypto::wipe(made);
  }

  ByteView programme_key_;
  const claim::Hasher& hasher_;
  std::string text_;
};

}  // namespace

Result<crypto::Secret> settings_text(const SettingsSource& source, std::uint32_t number, ByteView programme_key,
                                     const claim::Hasher& hasher) {
  SettingsWriter writer(programme_key, hasher);
  writer.head(source.device, number);
  writer.addresses(source.at);
  const std::vector<AssignedRoot>& assigned = source.device.assignments.back().roots;
  for (std::size_t i = 0; i < assigned.size(); ++i) {
    writer.root(source.roots[i], assigned[i].reversals_only, versions_of_use(source.roots[i], source.now));
    if (writer.text().size() <= kMostSettingsBytes) continue;
    return fail(ErrorCode::conflict, "device " + source.device.id + ": it has so many roots (" + std::to_string(assigned.size()) +
                                         ") that its settings are longer than a device reads; give it fewer by greentill-credit "
                                         "device assign");
  }
  return crypto::Secret(as_bytes(writer.text()));
}

}  // namespace greentill::credit
