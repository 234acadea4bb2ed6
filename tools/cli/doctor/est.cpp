// SPDX-License-Identifier: Apache-2.0
// The operator's EST server, which enrols and renews: whether it answers, and what its clock shows.
#include <atomic>

#include "daemon/base/file.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/enrol/est_answer.hpp"
#include "daemon/enrol/est_client.hpp"
#include "daemon/enrol/est_place.hpp"
#include "daemon/identity/slots.hpp"
#include "tools/cli/doctor/scene.hpp"

namespace greentill::doctor {

void check_est_server(Scene& scene, Checks& into) {
  if (!scene.config || !scene.config->enrolment) return;
  const identity::Slots slots(scene.config->enrolment->folder);
  const enrol::EstServer server = enrol::EstPlace(scene.config->enrolment->server, slots).get();
  const auto anchors = read_file(slots.anchors(), 256u << 10);
  const std::atomic<bool> never{false};
  const auto reply =
      enrol::ask(server, {.operation = "cacerts", .anchors = anchors ? std::string_view(*anchors) : std::string_view()},
                 scene.patience, never);
  if (!reply || reply->http.status != 200) {
    const Error error = reply ? enrol::error_of(reply->http).with_context(server.shown) : reply.error();
    into.push_back(warns("enrolment server", Cause::renewal,
                         "the operator's server for certificates does not answer as it should: " + error.message,
                         "nothing is lost until the certificate ends; look at the network, then ask the operator"));
    into.back().foreign = true;
    return;
  }
  // Only who is vouched for may say what time it is.
  if (anchors && reply->http.date) scene.other_time = *reply->http.date;
  Check check = pass("enrolment server", server.shown + " answers");
  const auto certificates = enrol::read_certificates(reply->http.body);
  if (certificates)
    check.found += "; its authorities have the fingerprint " + crypto::fingerprint_of(enrol::digest_of(*certificates));
  if (!anchors) check.found += ", which nobody has confirmed here yet";
  into.push_back(std::move(check));
}

}  // namespace greentill::doctor
