// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/broker_book.hpp"

#include "daemon/base/broker_address.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/text.hpp"

namespace greentill::uplink {
namespace {

constexpr std::size_t kMostFileBytes = 1'024;
constexpr unsigned kOwnersAlone = 0600;

std::string shown(const std::string& uri) {
  const auto address = parse_broker_address(uri);
  return address ? address->shown : std::string();
}

}  // namespace

void FileBrokerBook::keep(const std::string& broker) {
  queue_.enqueue([this, broker](outbox::Writer&) {
    const std::string text = broker.empty() ? std::string() : broker + ' ' + configured_;
    if (Status written = write_file_durably(file_, text + '\n', kOwnersAlone); !written) {
      log_.write(LogLevel::warning, "uplink",
                 written.error().message + "; which broker gave the last receipt is forgotten at the next start");
    }
  });
}

Result<std::string> FileBrokerBook::load(const std::filesystem::path& file, const std::string& configured) {
  const auto text = read_file(file, kMostFileBytes);
  if (!text && text.error().code == ErrorCode::not_found) return std::string();
  if (!text) return Failure{text.error()};
  const std::string_view line = trimmed(*text);
  if (line.empty()) return std::string();
  const std::size_t blank = line.find(' ');
  const std::string broker(line.substr(0, blank));
  if (blank != std::string_view::npos && !shown(broker).empty()) {
    return line.substr(blank + 1) == configured ? broker : std::string();
  }
  return fail(ErrorCode::corrupt, file.string() + ": holds no broker's address");
}

BrokerPlaces places_of(const std::string& configured, const std::string& named, const std::string& kept) {
  const std::string own = shown(configured);
  BrokerPlaces places{shown(named), shown(kept)};
  if (places.wanted.empty()) places.wanted = own;
  if (places.proven.empty()) places.proven = own;
  return places;
}

}  // namespace greentill::uplink
