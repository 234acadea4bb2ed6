// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/est_place.hpp"

#include "daemon/base/file.hpp"
#include "daemon/base/text.hpp"

namespace greentill::enrol {
namespace {

constexpr std::size_t kMostPlaceBytes = 1'024;

std::optional<EstServer> server_of(std::string_view url) {
  auto server = EstServer::parse(trimmed(url));
  return server ? std::optional(std::move(*server)) : std::nullopt;
}

}  // namespace

EstPlace::EstPlace(const std::string& configured, const identity::Slots& slots)
    : configured_(configured), file_(slots.server()), in_use_(server_of(configured).value_or(EstServer{})), meant_(in_use_) {
  const auto kept = read_file(file_, kMostPlaceBytes);
  const std::string_view line = kept ? trimmed(*kept) : std::string_view();
  const std::size_t blank = line.find(' ');
  // Where somebody has configured another one since, that counts.
  if (blank == std::string_view::npos || line.substr(blank + 1) != configured_) return;
  if (auto server = server_of(line.substr(0, blank))) in_use_ = std::move(*server);
}

EstServer EstPlace::get() const {
  const std::lock_guard lock(mutex_);
  return in_use_;
}

void EstPlace::name(const std::string& url) {
  auto server = server_of(url.empty() ? configured_ : url);
  if (!server) return;  // who adopted the settings has read it
  const std::lock_guard lock(mutex_);
  meant_ = std::move(*server);
}

std::optional<EstServer> EstPlace::wanted() const {
  const std::lock_guard lock(mutex_);
  return meant_.shown == in_use_.shown ? std::nullopt : std::optional(meant_);
}

Status EstPlace::answered(const EstServer& server) {
  const std::string text = server.shown == configured_ ? std::string() : server.shown + ' ' + configured_;
  if (Status written = write_file_durably(file_, text + '\n'); !written) return written;
  const std::lock_guard lock(mutex_);
  in_use_ = server;
  return Done{};
}

}  // namespace greentill::enrol
