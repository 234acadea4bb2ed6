// SPDX-License-Identifier: Apache-2.0
// Where devices find broker and service.
#include <algorithm>

#include "daemon/base/broker_address.hpp"
#include "daemon/enrol/est_server.hpp"
#include "tools/credit-service/registry/note.hpp"
#include "tools/credit-service/registry/registry.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMostAddressBytes = 255;

ServiceAddress find(const std::vector<ServiceAddress>& all, const std::string& device) {
  const auto found = std::ranges::find(all, device, &ServiceAddress::device);
  return found == all.end() ? ServiceAddress{device, {}, {}} : *found;
}

Status check_broker(const std::string& broker) {
  if (broker.size() > kMostAddressBytes) return fail(ErrorCode::invalid, "it is longer than 255 bytes");
  const auto read = parse_broker_address(broker);
  return read ? Status(Done{}) : Status(Failure{read.error()});
}

Status check_est(const std::string& est) {
  const auto read = enrol::EstServer::parse(est);
  return read ? Status(Done{}) : Status(Failure{read.error()});
}

}  // namespace

Result<ServiceAddress> Registry::set_address(const std::string& id, const std::optional<std::string>& broker,
                                             const std::optional<std::string>& est) {
  if (!id.empty()) {
    if (const auto known = device(id); !known) return Failure{known.error()};
  }
  if (broker && !broker->empty()) {
    if (Status form = check_broker(*broker); !form) return Failure{form.error().with_context("broker")};
  }
  if (est && !est->empty()) {
    if (Status form = check_est(*est); !form) return Failure{form.error().with_context("est")};
  }
  const auto all = store_.addresses();
  if (!all) return Failure{all.error()};
  const ServiceAddress was = find(*all, id);
  ServiceAddress is{id, broker.value_or(was.broker), est.value_or(was.est)};
  const std::string whose = id.empty() ? "devices" : "device " + id;
  if (is == was) return Failure{conflict(whose + ": that is where broker and service are already")};
  if (Status put = store_.put(is); !put) return Failure{put.error()};
  if (Status noted = note(id.empty() ? "address" : id, was, is); !noted) return Failure{noted.error()};
  return is;
}

Result<ServiceAddress> Registry::address_of(const std::string& id) {
  const auto all = store_.addresses();
  if (!all) return Failure{all.error()};
  ServiceAddress own = find(*all, id);
  const ServiceAddress common = find(*all, "");
  if (own.broker.empty()) own.broker = common.broker;
  if (own.est.empty()) own.est = common.est;
  return own;
}

}  // namespace greentill::credit
