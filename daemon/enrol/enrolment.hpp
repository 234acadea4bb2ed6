// SPDX-License-Identifier: Apache-2.0
// Puts a device into service (RFC 7030, 4.1 and 4.2): a key of its own, the operator's authorities by a fingerprint that a person
// gives, and a certificate for a one-time code. Whatever ends it, even at a write, the next run goes on with the same key and
// code. Threads: one; run() blocks for about the patience.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/secret.hpp"
#include "daemon/enrol/est_answer.hpp"
#include "daemon/enrol/est_client.hpp"
#include "daemon/enrol/state.hpp"
#include "daemon/identity/slots.hpp"

namespace greentill::enrol {

/// Whoever enrols: what is asked of a person, and told to one.
class Person {
 public:
  virtual ~Person() = default;
  /// A sentence about what happens now.
  virtual void tell(const std::string& sentence) = 0;
  /// The fingerprint of the operator's authorities, as typed or scanned. Asked for once a run at most.
  virtual Result<std::string> fingerprint() = 0;
  /// The one-time code.
  virtual Result<crypto::Secret> code() = 0;
};

struct EnrolmentOptions {
  EstServer server;
  std::string device;
  /// How long to go on where the server does not answer or says to come again. 0: each request is made once.
  std::chrono::seconds patience{600};
  std::chrono::milliseconds request_limit{30'000};
  /// How the waits between two tries grow: from the first to the second.
  std::chrono::milliseconds least_pause{500};
  std::chrono::milliseconds longest_pause{30'000};
};

/// All must outlive the enrolment.
struct Means {
  const identity::Slots& slots;
  const identity::Vault& vault;
  Clock& clock;
  Random& random;
  Person& person;
  const std::atomic<bool>& cancelled;  ///< ends waiting within 100 ms once set
};

struct Enrolled {
  crypto::Certificate certificate;
  bool was_already = false;          ///< nothing was done
  std::optional<std::string> clock;  ///< what is wrong with a clock, as a sentence
};

/// The certificate in use, ended or not; nothing before the first. Errors where there is one that cannot be read.
Result<std::optional<crypto::Certificate>> in_use(const identity::Slots& slots);

/// Enrols, or goes on with an enrolment that was cut off. An identity that ended keeps its key: the device's chain goes on.
/// unavailable where the server could not be reached or the operator has not confirmed: run it again. denied where server, code
/// or fingerprint are wrong, or the certificate may not be used; a code that was refused is forgotten. conflict where the folder
/// is another device's identity, or another program changes it. Other errors: of the files.
Result<Enrolled> enrol(const EnrolmentOptions& options, const Means& means);

}  // namespace greentill::enrol
