// SPDX-License-Identifier: Apache-2.0
#include "tools/broker-guard/guard.hpp"

#include <utility>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/claim/claim.hpp"
#include "tools/broker-guard/names.hpp"
#include "tools/broker-guard/share_group.hpp"

namespace greentill::guard {
namespace {

constexpr int kMostRefusals = 256;  // as many as a client has on its way before the first is answered: its receive maximum

/// Where the file is older than what is held, that could not be written. Where it is not there, somebody removed it: what is held
/// stays until a list of whatever number comes.
Result<RevokedList> read_list(const std::filesystem::path& path, const RevokedList& held) {
  const auto text = read_file(path);
  if (!text && text.error().code == ErrorCode::not_found) return RevokedList{0, held.devices, held.keys};
  if (!text) return Failure{text.error()};
  auto list = parse_revoked(*text);
  if (list && list->number < held.number) return held;
  if (list) return list;
  return fail(list.error().code, path.string() + ": the kept list of the revoked is broken: " + list.error().message +
                                     ". Remove it: workers publish the list again as they connect");
}

Result<Client> worker(Client client) {
  client.side = Side::worker;
  if (client.name != kServiceName) {
    return fail(ErrorCode::denied, "its certificate is a worker's and has not the common name " + std::string(kServiceName));
  }
  if (client.id.starts_with(kWorkerIds)) return client;
  return fail(ErrorCode::denied,
              "a worker's client id begins with " + std::string(kWorkerIds) + "; set broker.client_id or --client-id");
}

Result<Client> device(Client client) {
  if (!claim::is_device_id(client.name) || is_ours(client.name)) {
    return fail(ErrorCode::denied,
                "its certificate's common name is no device's; if it is a worker's, the workers' authority did not "
                "issue it");
  }
  if (client.id == client.name) return client;
  return fail(ErrorCode::denied, "its certificate has another common name, " + client.name + ": a device uses its own id alone");
}

}  // namespace

Result<std::unique_ptr<Guard>> Guard::open(Files files) {
  std::unique_ptr<Guard> guard(new Guard(std::move(files)));
  if (Status read = guard->reload(); !read) return Failure{read.error()};
  return guard;
}

Status Guard::reload() {
  const auto pem = read_file(files_.workers);
  if (!pem) return Failure{pem.error()};
  auto workers = crypto::Authority::from_pem(*pem);
  if (!workers) return Failure{workers.error().with_context(files_.workers.string())};
  auto share_group = read_share_group(files_.share_group);
  if (!share_group) return Failure{share_group.error()};
  auto list = read_list(files_.revoked, list_);
  if (!list) return Failure{list.error()};
  workers_ = std::move(*workers);
  share_group_ = std::move(*share_group);
  list_ = std::move(*list);
  kept_ = false;  // the file may be another since
  return Done{};
}

Result<Client> Guard::admit(const crypto::Certificate& certificate, std::string_view id) const {
  Client client{Side::device, certificate.common_name(), certificate.key_hash(), std::string(id)};
  if (list_.devices.contains(client.name)) return fail(ErrorCode::denied, "the device is revoked");
  if (list_.keys.contains(client.key)) return fail(ErrorCode::denied, "its key " + to_hex(client.key) + " is revoked");
  // Without a time: the broker has judged the dates, and a worker's that ran out makes no device of it.
  return workers_.check(certificate, std::nullopt) ? worker(std::move(client)) : device(std::move(client));
}

const Client* Guard::find(const void* connection) const {
  const auto found = clients_.find(connection);
  return found == clients_.end() ? nullptr : &found->second;
}

bool Guard::is_one_too_many(const void* connection) {
  const auto found = clients_.find(connection);
  return found != clients_.end() && ++found->second.refusals > kMostRefusals;
}

Result<Guard::Taken> Guard::take(std::string_view text) {
  auto list = parse_revoked(text);
  if (!list) return Failure{list.error()};
  if (list->number < list_.number) {
    return fail(ErrorCode::conflict, "it has the number " + std::to_string(list->number) + ", and the kept one " +
                                         std::to_string(list_.number) + ". If it is another ledger's, remove " +
                                         files_.revoked.string() + " and send the broker SIGHUP");
  }
  Taken taken;
  if (*list == list_ && kept_) return taken;  // each worker publishes it
  list_ = std::move(*list);
  taken.out = mark_revoked();
  const Status kept = write_file_durably(files_.revoked, to_text(list_), 0600);
  kept_ = kept.ok();
  if (!kept) taken.trouble = kept.error().message;
  return taken;
}

std::vector<std::string> Guard::mark_revoked() {
  std::vector<std::string> out;
  for (auto& [connection, client] : clients_) {
    const bool was = std::exchange(client.revoked, list_.has(client.name, client.key));
    if (client.revoked && !was) out.push_back(client.id);
  }
  return out;
}

}  // namespace greentill::guard
