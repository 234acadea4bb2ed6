// SPDX-License-Identifier: Apache-2.0
#include "daemon/identity/settings.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "daemon/base/broker_address.hpp"
#include "daemon/base/saved_text.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "daemon/toml/table.hpp"

namespace greentill::identity {
namespace {

using toml::Table;

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kMostAddressBytes = 255;
constexpr std::int64_t kLatestTime = 253'402'300'799;  // the last second of the year 9999
constexpr std::int64_t kMostNumber = UINT32_MAX;

constexpr bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// The file's text with everything taken out that may be a key: all hexadecimal digits in a row that are more than the longest
/// other text, a device's id. So no key gets into the TOML library's memory, which is not wiped, nor into a message about the
/// file.
class WithoutKeys {
 public:
  explicit WithoutKeys(std::string_view text) : text_(text) {
    for (std::size_t at = 0; at < text_.size();) {
      const auto end = static_cast<std::size_t>(
          std::find_if_not(text_.begin() + static_cast<std::ptrdiff_t>(at), text_.end(), is_hex) - text_.begin());
      if (end - at > claim::kMaxDeviceIdBytes) take(at, text.substr(at, end - at));
      at = std::max(end, at + 1);
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  /// What stood where the text now says `mark`, or the mark itself. Lifetime: the original text's, or the mark's.
  [[nodiscard]] std::string_view digits(std::string_view mark) const {
    const auto found = taken_.find(mark);
    return found == taken_.end() ? mark : found->second;
  }

 private:
  void take(std::size_t at, std::string_view digits) {
    std::string mark = '*' + std::to_string(taken_.size());
    mark.resize(digits.size(), '*');
    text_.replace(at, mark.size(), mark);
    taken_.emplace(std::move(mark), digits);
  }

  std::string text_;
  std::map<std::string, std::string_view, std::less<>> taken_;
};

class SettingsReader {
 public:
  SettingsReader(const Table& root, const WithoutKeys& keys) : root_(root), keys_(keys) {}

  Settings read() {
    Settings settings;
    settings.device = root_.text("device");
    if (!claim::is_device_id(settings.device)) root_.wrong("device", "must be 1 to 40 of a to z, 0 to 9 and hyphen");
    settings.number = static_cast<std::uint64_t>(root_.integer("number", 1, INT64_MAX));
    const Table assignment = root_.table("assignment");
    settings.assignment.number = number_in(assignment);
    settings.assignment.merchant = assignment.filled_text("merchant", claim::kMaxTextBytes);
    settings.assignment.site = assignment.filled_text("site", claim::kMaxTextBytes);
    for (const Table& fields : root_.tables("root")) settings.roots.push_back(read_root(fields));
    if (settings.roots.empty()) root_.wrong("root", "must be there once or more: a device without any can claim nothing");
    settings.broker = read_server("broker");
    settings.est = read_server("est");
    return settings;
  }

 private:
  static std::uint32_t number_in(const Table& fields) {
    return static_cast<std::uint32_t>(fields.integer("number", 1, kMostNumber));
  }

  /// A server's address; empty where the file names none.
  [[nodiscard]] std::string read_server(const char* name) const {
    if (!root_.has(name)) return {};
    const Table fields = root_.table(name);
    std::string server = fields.filled_text("server", kMostAddressBytes);
    if (std::string_view(name) == "broker") {
      if (const auto read = parse_broker_address(server); !read) fields.wrong("server", read.error().message);
    } else if (!server.starts_with("https://") || server.find_first_of(" \t\"'") != std::string::npos) {
      fields.wrong("server", "must be https://HOST or https://HOST:PORT");
    }
    return server;
  }

  Root read_root(const Table& fields) {
    Root root;
    root.number = number_in(fields);
    if (!numbers_.insert(root.number).second) fields.wrong("number", "is that of another root too");
    root.name = fields.filled_text("name", claim::kMaxTextBytes);
    if (root.name.find('/') != std::string::npos) fields.wrong("name", "must hold no slash");
    if (trimmed(root.name) != root.name) fields.wrong("name", "must have no blanks around it");
    if (!names_.insert(root.name).second) fields.wrong("name", "is that of another root too");
    root.reversals_only = fields.boolean_or("reversals_only", false);
    root.reversal_key = read_key(fields, "reversal_key");
    for (const Table& version : fields.tables("version")) read_version(version, root.versions);
    if (root.versions.empty()) fields.wrong("version", "must be there once or more: a root without any has no key");
    return root;
  }

  void read_version(const Table& fields, std::vector<KeyVersion>& into) {
    KeyVersion version;
    version.number = number_in(fields);
    version.from = fields.integer("from", 0, kLatestTime);
    version.key = read_key(fields, "key");
    if (!into.empty()) {
      if (version.number <= into.back().number) fields.wrong("number", "must be above that of the version before it");
      if (version.from - into.back().from < 2 * kAroundChange) {
        fields.wrong("from", "must be at least 52 hours behind that of the version before it");
      }
    }
    into.push_back(std::move(version));
  }

  [[nodiscard]] crypto::Secret read_key(const Table& fields, std::string_view key) const {
    const std::string mark = fields.text(key);
    auto secret = crypto::secret_from_hex(keys_.digits(mark), kKeyBytes);
    if (secret) return std::move(*secret);
    fields.wrong(key, "must be 64 hexadecimal digits");
    return {};
  }

  const Table& root_;
  const WithoutKeys& keys_;
  std::set<std::uint32_t> numbers_;
  std::set<std::string> names_;
};

/// The names of the roots under which the device may claim.
std::string claiming_names(const Settings& settings) {
  std::string all;
  for (const Root& root : settings.roots) {
    if (!root.reversals_only) all += (all.empty() ? "'" : ", '") + root.name + "'";
  }
  return all.empty() ? "none" : all;
}

}  // namespace

const Root* Settings::root(std::string_view name) const {
  const auto found = std::find_if(roots.begin(), roots.end(), [name](const Root& root) { return root.name == name; });
  return found == roots.end() ? nullptr : &*found;
}

const Root* Settings::root(std::uint32_t wanted) const {
  const auto found = std::find_if(roots.begin(), roots.end(), [wanted](const Root& root) { return root.number == wanted; });
  return found == roots.end() ? nullptr : &*found;
}

const Root& RootChoice::of_source(std::string_view source) const {
  const auto found = sources.find(source);
  return found == sources.end() ? *api : *found->second;
}

Result<Settings> parse_settings(std::string_view text, const std::string& name) {
  if (is_utf16(text)) return fail(ErrorCode::invalid, name + ": it is UTF-16 text; save it as UTF-8");
  const WithoutKeys keys(text);
  return toml::load(keys.text(), name, [&keys](const Table& root) { return SettingsReader(root, keys).read(); });
}

Result<Settings> load_settings(const std::filesystem::path& path, const Vault& vault) {
  const auto content = vault.read(path, kSettingsName);
  if (!content) return Failure{content.error()};
  return parse_settings(content->text(), path.string());
}

Status check_settings_of(const Settings& settings, std::string_view device_id) {
  if (settings.device == device_id) return Done{};
  return fail(ErrorCode::invalid, "these are the settings of the device '" + settings.device + "', and the certificate names '" +
                                      std::string(device_id) + "'; put this device's own there");
}

Result<const Root*> claiming_root(const Settings& settings, std::string_view name) {
  const std::string there = "the settings' roots under which it may claim: " + claiming_names(settings);
  if (!name.empty()) {
    const Root* named = settings.root(name);
    if (named == nullptr) return fail(ErrorCode::invalid, "the root '" + std::string(name) + "' is none of " + there);
    if (!named->reversals_only) return named;
    return fail(ErrorCode::invalid, "the root '" + named->name + "' is for reversals only; name one of " + there);
  }
  const Root* only = nullptr;
  for (const Root& root : settings.roots) {
    if (root.reversals_only) continue;
    if (only != nullptr) return fail(ErrorCode::invalid, "it has no root = \"…\"; name one of " + there);
    only = &root;
  }
  if (only == nullptr)
    return fail(ErrorCode::invalid, "there is no root for it: all roots of the settings are for reversals only");
  return only;
}

}  // namespace greentill::identity
