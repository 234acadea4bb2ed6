// SPDX-License-Identifier: Apache-2.0
// The way to the broker: network, name, port, TLS. The probe makes a connection of its own, without a session: one that runs goes
// on.
#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "daemon/app/choices.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/crypto/sealed.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "daemon/probe/broker_probe.hpp"
#include "tools/cli/claims/members.hpp"
#include "tools/cli/doctor/scene.hpp"

namespace greentill::doctor {
namespace {

/// The system's resolver cannot be interrupted, so it is asked on a thread that is left alone where it takes too long.
struct Lookup {
  std::mutex mutex;
  std::condition_variable ready;
  std::optional<Result<probe::Addresses>> answer;
};

std::optional<Result<probe::Addresses>> resolve_within(const BrokerAddress& address, std::chrono::milliseconds limit) {
  auto lookup = std::make_shared<Lookup>();
  std::thread([lookup, address] {
    auto answer = probe::resolve(address);
    const std::lock_guard lock(lookup->mutex);
    lookup->answer = std::move(answer);
    lookup->ready.notify_all();
  }).detach();
  std::unique_lock lock(lookup->mutex);
  lookup->ready.wait_for(lock, limit, [&] { return lookup->answer.has_value(); });
  return lookup->answer;
}

/// Whether any interface but the loopback one is up and has an address.
bool has_network() {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return true;
  bool found = false;
  for (const ifaddrs* one = all; one != nullptr && !found; one = one->ifa_next) {
    const bool has_address =
        one->ifa_addr != nullptr && (one->ifa_addr->sa_family == AF_INET || one->ifa_addr->sa_family == AF_INET6);
    found = has_address && (one->ifa_flags & IFF_UP) != 0 && (one->ifa_flags & IFF_LOOPBACK) == 0;
  }
  ::freeifaddrs(all);
  return found;
}

bool is_loopback(const std::string& host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

/// The environment's proxy, which MQTT does not go through.
bool names_proxy() {
  for (const char* name : {"https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return true;
  }
  return false;
}

Check no_network() {
  return fails("network", Cause::network_down,
               "this machine has no network: no interface but the loopback one is up and has an address",
               "look at the cable, the Wi-Fi or the SIM card; ip address tells what there is");
}

std::string place(const BrokerAddress& address) { return address.host + ":" + address.port; }

/// What of our own may be shown in the handshake: nothing, where it is sealed or may not be read.
void show_own(const app::Config& config, probe::Target& target) {
  const auto key = crypto::read_secret(config.key, crypto::Shared::with_programs);
  if (!key || crypto::is_sealed(key->view()) || ::access(config.certificate.c_str(), R_OK) != 0) return;
  target.certificate = config.certificate;
  target.key = config.key;
}

std::string shown_by(const probe::Finding& finding) {
  if (!finding.peer) return {};
  return "; it shows a certificate for '" + finding.peer->subject + "' by '" + finding.peer->issuer + "'";
}

Check of_port(const probe::Finding& finding, const BrokerAddress& address) {
  const std::string where = place(address) + ": ";
  switch (finding.stage) {
    case probe::Stage::connect:
      return fails("port", Cause::port, where + finding.words,
                   "look whether the broker runs and the site's router lets port " + address.port + " out" +
                       (names_proxy() ? "; a proxy is configured here, which MQTT does not go through" : ""));
    case probe::Stage::no_tls:
      return fails(
          "port", Cause::no_tls, where + finding.words,
          "look whether uplink.server names the broker's port for devices, and whether a firewall swallows what is sent");
    case probe::Stage::web:
      return fails("port", Cause::portal, where + finding.words,
                   "open a web page in a browser on this network and log in there, or ask who runs it to let this device out");
    default: return pass("port", place(address) + ": it answers");
  }
}

Check of_tls(const probe::Finding& finding, const probe::Target& target) {
  const std::string where = place(target.address) + ": ";
  switch (finding.stage) {
    case probe::Stage::connect:
    case probe::Stage::no_tls:
    case probe::Stage::web: return unknown("tls", "the line does not come as far");
    case probe::Stage::own_files: return unknown("tls", finding.words);
    case probe::Stage::peer:
      return fails("tls", Cause::broker_certificate, where + finding.words + shown_by(finding),
                   "where that is not the operator's, something on the way opens TLS (a proxy, a portal); else uplink.server or "
                   "the authorities are old: ask the operator");
    case probe::Stage::peer_dates:
      return fails("tls", Cause::broker_dates, where + finding.words,
                   "look at this machine's clock first: timedatectl; then tell the operator");
    case probe::Stage::own_certificate:
      return fails("tls", Cause::certificate_refused, where + finding.words, "ask the operator, whose broker's log says why");
    case probe::Stage::tls:
      return fails("tls", Cause::tls, where + finding.words, "ask the operator, whose broker's log says why");
    case probe::Stage::done: break;
  }
  if (!target.address.tls) return pass("tls", place(target.address) + ": no TLS is used to this machine itself");
  return pass("tls", place(target.address) + ": the broker is the operator's" +
                         (target.certificate.empty()
                              ? "; whether it takes our certificate was not asked, since the key is not to be read here"
                              : ", and takes our certificate"));
}

void look_further(Scene& scene, probe::Target& target, const probe::Addresses& addresses, Checks& into) {
  show_own(*scene.config, target);
  const std::atomic<bool> never{false};
  const probe::Finding finding = probe::look(target, addresses, scene.patience, never);
  if (finding.stage == probe::Stage::connect && !is_loopback(target.address.host) && !has_network()) into.push_back(no_network());
  into.push_back(of_port(finding, target.address));
  into.push_back(of_tls(finding, target));
  if (!finding.peer) return;
  into.back().facts = {{"not_before", finding.peer->not_before}, {"not_after", finding.peer->not_after}};
  scene.certificates.push_back({"the broker's certificate", finding.peer->not_before, finding.peer->not_after});
}

/// Nothing waits for it: claims go to the former one.
void check_moving(const Scene& scene, Checks& into) {
  const std::string words = scene.status ? cli::text_at(*scene.status, "/link/moving") : std::string();
  if (words.empty()) return;
  into.push_back(
      warns("new broker", Cause::broker_moves, words,
            "nothing is lost, and it is tried again; ask the operator whether it is right: greentill-credit address list"));
  into.back().foreign = true;
}

}  // namespace

void check_line(Scene& scene, Checks& into) {
  if (!scene.config) return;
  if (!scene.config->uplink) {
    into.push_back(warns("uplink", Cause::configuration, "no [uplink] is configured: claims are kept, and not delivered",
                         "put the operator's [uplink] into " + scene.config_file.string()));
    return;
  }
  // The one that claims go to; the settings may name another one, which has to give a receipt first.
  const std::string running = scene.status ? cli::text_at(*scene.status, "/link/broker") : std::string();
  auto address = parse_broker_address(running.empty() ? app::broker_in_use(*scene.config) : running);
  if (!address) return;  // the configuration would not have been read
  check_moving(scene, into);
  std::signal(SIGPIPE, SIG_IGN);
  probe::Target target{std::move(*address), scene.config->uplink->authorities, {}, {}};
  const std::string& host = target.address.host;
  const auto addresses = resolve_within(target.address, scene.patience);
  if (addresses && *addresses) {
    into.push_back(pass("name", host + " can be looked up"));
    return look_further(scene, target, **addresses, into);
  }
  if (!has_network()) into.push_back(no_network());
  const std::string why = addresses ? addresses->error().message
                                    : "the host name " + host + " cannot be looked up: no name server answers within " +
                                          span_text(scene.patience.count() / 1000);
  into.push_back(
      fails("name", Cause::name, why,
            "look whether uplink.server is spelt right, and at the name servers: resolvectl status, or /etc/resolv.conf"));
  into.push_back(unknown("port", "without an address nothing can be connected to"));
  into.push_back(unknown("tls", "the line does not come as far"));
}

}  // namespace greentill::doctor
