// SPDX-License-Identifier: Apache-2.0
// What may be changed in the registry, and how. docs/registry.md has the rules. Each change is judged by what the store holds,
// written, and noted in the audit trail. Threads: one; within the store's transaction.
//
// Errors: invalid where a name or time breaks its form, not_found where something that is named is not there, conflict where
// the registry holds something against it, besides the store's. Each names the thing.
#pragma once

#include <string>
#include <vector>

#include "daemon/claim/consent.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/crypto/secret.hpp"
#include "tools/credit-service/registry/store.hpp"
#include "tools/credit-service/registry/versions.hpp"

namespace greentill::credit {

/// Who changes something, and by which command.
struct Author {
  std::int64_t at = 0;  ///< Unix seconds
  std::string who;
  std::string command;  ///< "device revoke"
  std::string why;      ///< may be empty where none is asked for
};

/// For whom a device is to work. Roots by name or number.
struct AssignmentRequest {
  std::string merchant;
  std::string site;
  std::vector<std::string> roots;
};

/// What a device reads, and the number that it says.
struct DeviceSettings {
  std::uint32_t number = 0;
  crypto::Secret text;
};

/// For whom a code is made, and what it may do.
struct CodeTerms {
  std::string device;
  std::int64_t expires_at = 0;
  bool confirm = false;
  bool replaces = false;
};

class Registry {
 public:
  /// The store must outlive it.
  Registry(RegistryStore& store, Author author) : store_(store), author_(std::move(author)) {}

  Status add_merchant(const Merchant& merchant);
  /// Retires its devices, which is what the result names.
  Result<std::vector<std::string>> close_merchant(const std::string& id);
  /// The devices of the new merchant, and of those that go on after it, get the old one's roots, for reversals only, by a further
  /// assignment: those that the result names.
  Result<std::vector<std::string>> set_successor(const std::string& old, const std::string& next, std::int64_t from);

  Result<Root> add_root(const std::string& name, const std::string& owner);
  Result<Root> set_reporter(const std::string& root, const std::string& merchant, bool may);
  /// The root's next version, in force from `begins` on.
  Result<RootVersion> add_version(const std::string& root, std::int64_t begins);
  /// Ends the version that is in force, or one that is to come; the next begins at once, or 52 h after the last change, and is
  /// made where there is none.
  Result<Root> withdraw_version(const std::string& root, std::uint32_t version);

  Result<Device> add_device(const std::string& id, Device::Class is, const AssignmentRequest& request);
  Result<Assignment> assign(const std::string& device, const AssignmentRequest& request);
  Result<Device> retire(const std::string& device);
  Result<Device> revoke(const std::string& device, std::optional<std::int64_t> since);
  /// Takes a revocation back. What was retired is retired again.
  Result<Device> trust(const std::string& device);
  /// What the device may be granted of the activity a day, in place of its class's ceiling; nothing: its class's holds again.
  Result<Device> set_ceiling(const std::string& device, const std::string& activity, std::optional<std::int64_t> per_day_mg);
  /// Where a device finds broker and service, or all that have none of their own where `device` is empty; a member left out stays
  /// as it is, an empty one is taken away. They are told it in their settings. conflict where it is so already.
  Result<ServiceAddress> set_address(const std::string& device, const std::optional<std::string>& broker,
                                     const std::optional<std::string>& est);
  /// The device's settings, under the next number where they say something else than those that were written last. Nothing is
  /// noted where they do not. `programme_key`: K.
  Result<DeviceSettings> write_settings(const std::string& device, ByteView programme_key, const claim::Hasher& hasher);

  /// The certificate of a PEM text, whose key is the device's first, or is its key already.
  Result<DeviceKey> add_key(const std::string& device, const std::string& pem);
  /// Likewise of a new key, which goes on in place of the one that the device has: the successor is returned.
  Result<DeviceKey> replace_key(const std::string& device, const std::string& pem);
  Result<DeviceKey> revoke_key(const Digest& hash);
  /// What a consent, which was verified, says of the key before; that key is returned. Nothing is noted where it says nothing
  /// new; conflict where it would lower the place.
  Result<DeviceKey> take_consent(const claim::Consent& consent);

  /// Adds a code of that hash. Those of the device that are still good are withdrawn: there is one at a time.
  Result<EnrolmentCode> add_code(const Digest& hash, const CodeTerms& terms);
  /// Withdraws the device's code that is still good.
  Result<EnrolmentCode> withdraw_code(const std::string& device);
  /// A person has compared the fingerprint of the key that was presented with the device's code.
  Result<EnrolmentCode> confirm_code(const std::string& device, const std::string& fingerprint);
  /// Notes what became of a code: the key that it is bound to, or the certificate that it led to.
  Result<EnrolmentCode> change_code(const EnrolmentCode& was, const EnrolmentCode& is);

  /// Publishes methodologies, each the bytes of a file: all of them, under the next number, or none. They measure acts that end
  /// from then on; none: as their files say. What is published so already is passed over; conflict where a version is there with
  /// other bytes, holds from another time already, or was withdrawn, and where all would be too long for a bundle. Answers what
  /// was published.
  Result<std::vector<PublishedMethodology>> publish(const std::vector<std::string>& files, std::optional<std::int64_t> from,
                                                    const claim::Hasher& hasher);
  /// Lets a version measure no act that ends from then on. `file`: its bytes where it was never published, else empty. A
  /// withdrawal may be moved to another time. not_found where nothing of it is known.
  Result<PublishedMethodology> withdraw(const std::string& id, std::uint64_t version, std::int64_t from, const std::string& file,
                                        const claim::Hasher& hasher);

  /// Notes what was decided outside of the registry. `what`: JSON.
  Status note_decision(const std::string& subject, std::string what) { return note_json(subject, std::move(what)); }

  /// `pem`: the lock's public key, on P-256. `root`: under which its rides are claimed, by name or number; empty: the owner's
  /// only one.
  Result<Lock> add_lock(const std::string& id, const std::string& pem, const std::string& owner, const std::string& root = "");
  Result<Lock> retire_lock(const std::string& id);
  Result<Lock> revoke_lock(const std::string& id);
  /// Takes a retirement or revocation back. Nothing is changed where it is active.
  Result<Lock> trust_lock(const std::string& id);

 private:
  Result<Merchant> merchant(const std::string& id);
  Result<Merchant> active_merchant(const std::string& id);
  Result<Root> root(const std::string& name_or_number);
  Result<Device> device(const std::string& id);
  Result<Lock> lock(const std::string& id);
  Result<Assignment> make_assignment(const AssignmentRequest& request, std::uint32_t number);
  /// The roots under which devices of its predecessors claimed.
  Result<std::vector<std::uint32_t>> inherited_roots(const std::string& merchant);
  /// What the device is told: each its own, or else that of all.
  Result<ServiceAddress> address_of(const std::string& device);
  /// Those that work for the merchant now.
  Result<std::vector<Device>> devices_of(const std::string& merchant);
  /// Gives the merchant's devices a further assignment where they inherited roots since; adds the names of those that got one.
  Status assign_anew(const std::string& merchant, std::vector<std::string>& assigned);
  Result<bool> leads_to(const std::string& from, const std::string& to);
  /// Puts what it is in place of what it was, and notes it.
  Result<Device> put(const Device& was, Device is);
  Result<Device> set_state(Device device, Device::State state, std::optional<std::int64_t> since);
  Result<Lock> set_state(const std::string& lock, Device::State state);
  Result<Root> root_of_locks(const std::string& owner, const std::string& named);
  /// What a PEM text offers for a device, beside what the registry has.
  struct Offer {
    DeviceKey key;                     ///< of the certificate, with that alone
    std::optional<DeviceKey> known;    ///< the same key as it is stored
    std::optional<DeviceKey> current;  ///< the device's key that none has succeeded
  };
  Result<Offer> read_offer(const std::string& device, const std::string& pem);
  /// The device's code that is not withdrawn and not expired.
  Result<EnrolmentCode> good_code(const std::string& device);
  /// Puts it under the next number in place of what it was.
  Result<PublishedMethodology> put_published(const std::vector<PublishedMethodology>& all, PublishedMethodology is);
  Result<DeviceKey> take_certificate(const Device& device, const std::string& pem);

  template <typename T>
  Status note(const std::string& subject, const T& is);
  template <typename T>
  Status note(const std::string& subject, const T& was, const T& is);
  Status note_json(const std::string& subject, std::string what);

  RegistryStore& store_;
  const Author author_;
};

}  // namespace greentill::credit
