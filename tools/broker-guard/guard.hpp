// SPDX-License-Identifier: Apache-2.0
// Who may be at the broker, and what for: independent of Mosquitto. Threads: one, as the broker has.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daemon/crypto/certificate.hpp"
#include "tools/broker-guard/revoked_list.hpp"
#include "tools/broker-guard/rights.hpp"
#include "tools/broker-guard/throttle.hpp"

namespace greentill::guard {

struct Files {
  std::filesystem::path workers;      ///< PEM: who vouches for workers, and for no device
  std::filesystem::path share_group;  ///< as of share_group.hpp
  std::filesystem::path revoked;      ///< where the list is kept; made with the first
};

/// A connection's other end.
struct Client {
  Side side = Side::device;
  std::string name;
  Digest key{};
  std::string id;
  bool revoked = false;  ///< since it connected
  int refusals = 0;      ///< of what it wanted to publish or to subscribe to

  [[nodiscard]] Who who() const { return {side, name}; }
};

class Guard {
 public:
  /// Reads the files; a list that is not there yet is empty.
  static Result<std::unique_ptr<Guard>> open(Files files);
  /// Reads them again. On an error what was read before stands.
  Status reload();

  /// Whom a certificate that the broker has accepted makes of a client with that id; denied, with the reason, where it is to be
  /// kept out.
  [[nodiscard]] Result<Client> admit(const crypto::Certificate& certificate, std::string_view id) const;
  /// Whether a name without a connection is kept out: what it left to be said is not said.
  [[nodiscard]] bool keeps_out(std::string_view name) const { return list_.devices.contains(name); }

  // The connections, by an address that is theirs as long as they last.
  void connected(const void* connection, Client client) { clients_.insert_or_assign(connection, std::move(client)); }
  void gone(const void* connection) { clients_.erase(connection); }
  /// Null where it is no connection that was admitted.
  [[nodiscard]] const Client* find(const void* connection) const;

  /// Whether the client may publish so many bytes more; a worker always may. `now`: of a clock that never goes back.
  bool may_publish_now(const Client& client, std::size_t bytes, Throttle::Time now) {
    return client.side == Side::worker || throttle_.take(client.name, bytes, now);
  }
  /// Counts a refusal to the connection. Whether it had so many that it must end: whoever goes on after each of them goes on for
  /// ever, and need not read the answers, which the broker would keep.
  bool is_one_too_many(const void* connection);

  struct Taken {
    std::vector<std::string> out;  ///< ids of connections that must end now
    std::string trouble;           ///< why the list is not in its file; empty where it is
  };
  /// Takes a list that a worker published. invalid where it is broken, conflict where it is older than ours, which stands then.
  Result<Taken> take(std::string_view text);

  [[nodiscard]] const std::string& share_group() const { return share_group_; }
  [[nodiscard]] std::int64_t list_number() const { return list_.number; }

 private:
  explicit Guard(Files files) : files_(std::move(files)) {}
  /// The ids of the connections that the list names and did not before.
  std::vector<std::string> mark_revoked();

  const Files files_;
  crypto::Authority workers_;
  std::string share_group_;
  RevokedList list_;
  bool kept_ = false;  // whether the file is known to hold the list
  std::unordered_map<const void*, Client> clients_;
  Throttle throttle_;
};

}  // namespace greentill::guard
