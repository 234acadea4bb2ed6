// SPDX-License-Identifier: Apache-2.0
// lock provision: a name and whom it believes, written once, and confirmed twice (docs/lock.md, "Key and name").
#include <algorithm>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/public_key.hpp"
#include "tools/cli/enrol/prompt.hpp"
#include "tools/cli/lock/telling.hpp"

namespace greentill::cli {
namespace {

using firmware::Request;

constexpr std::size_t kCodeBytes = 8;

Result<firmware::PublicPoint> read_key(const std::string& file) {
  const auto pem = read_file(file);
  if (!pem) return Failure{pem.error()};
  auto key = crypto::PublicKey::from_certificate(*pem);
  if (!key) key = crypto::PublicKey::from_pem(*pem);
  const auto point = key && key->curve() == "prime256v1" ? key->point() : std::vector<std::uint8_t>();
  firmware::PublicPoint whole{};
  if (point.size() != whole.size()) {
    return fail(ErrorCode::invalid, file + ": no certificate or public key on P-256 in PEM; it is that of who signs bundles");
  }
  std::ranges::copy(point, whole.begin());
  return whole;
}

/// The same for one lock and one work order, so that it can be compared.
std::string work_order_code(const std::string& id, const firmware::PublicPoint& trusted, const dock::Hello& lock) {
  const Digest digest = crypto::hasher().sha256({as_bytes(id), trusted, lock.key});
  return to_hex(ByteView(digest).first(kCodeBytes));
}

/// The second confirmation is a person's: at the terminal, or by the code that the same command told before.
Status confirm(const LockOptions& options, const std::string& code, const dock::Hello& lock) {
  if (!options.confirm.empty()) {
    if (options.confirm == code) return Done{};
    return fail(ErrorCode::conflict,
                "--confirm " + options.confirm + " is of another lock or another work order; this one's is " + code);
  }
  if (!is_at_terminal()) {
    return fail(ErrorCode::conflict, "this cannot be taken back: run it again with --confirm " + code +
                                         " once you have seen that key " + dock::key_id_of(lock.key) +
                                         " is the lock that you mean");
  }
  const auto typed =
      ask_line("The lock with key " + dock::key_id_of(lock.key) + " becomes \"" + options.id +
               "\" for good, and believes the key in " + options.programme_key + " alone.\nType its name to write that: ");
  if (!typed) return Failure{typed.error()};
  return *typed == options.id ? Status(Done{}) : Status(fail(ErrorCode::conflict, "that is another name: nothing was written"));
}

Status write_name(LockLine& line, const std::string& id, const firmware::PublicPoint& trusted, const std::string& code) {
  std::vector<std::uint8_t> proposal(trusted.begin(), trusted.end());
  proposal.insert(proposal.end(), id.begin(), id.end());
  const auto proposed = line.ask(Request::propose, proposal);
  if (!proposed) return Failure{proposed.error()};
  if (to_hex(*proposed) != code) {
    return fail(ErrorCode::conflict,
                line.name() + ": the lock understood another name or key than was sent: nothing was written");
  }
  const auto confirmed = line.ask(Request::confirm, *proposed);
  if (!confirmed) return Failure{confirmed.error()};
  const auto written = line.ask(Request::commit, *confirmed);
  return written ? Status(Done{}) : Status(Failure{written.error()});
}

Result<dock::Hello> provision(const LockOptions& options, const firmware::PublicPoint& trusted) {
  auto met = meet_lock(options);
  if (!met) return Failure{met.error()};
  if (!met->lock.id.empty()) {
    return fail(ErrorCode::conflict, options.place + ": this is lock " + met->lock.id + " already, which cannot be changed");
  }
  const std::string code = work_order_code(options.id, trusted, met->lock);
  if (Status sure = confirm(options, code, met->lock); !sure) return Failure{sure.error()};
  const firmware::PublicPoint key = met->lock.key;
  Status written = write_name(met->line, options.id, trusted, code);
  // Where the answer was lost it may have been written all the same: the lock says so.
  auto now = met->line.greet();
  if (!now) return Failure{written ? now.error() : written.error()};
  if (now->id.empty() && !written) return Failure{written.error()};
  if (now->id != options.id || now->key != key) {
    return fail(ErrorCode::conflict, options.place + ": another lock is there now; look at it again");
  }
  return now;
}

}  // namespace

ExitCode provision_lock(const LockOptions& options, const Output& output) {
  if (!claim::is_device_id(options.id)) {
    return output.fail(ExitCode::usage, "ID: 1 to 40 of a to z, 0 to 9 and hyphen");
  }
  const auto trusted = read_key(options.programme_key);
  if (!trusted) return fail_lock(output, trusted.error());
  const auto lock = provision(options, *trusted);
  if (!lock) return fail_lock(output, lock.error());
  std::string next = "it takes rides from now on";
  if (!options.out.empty()) {
    const auto key = crypto::PublicKey::from_point(lock->key, "prime256v1");
    const std::string pem = key ? key->to_pem() : "";
    if (Status kept = write_file_durably(options.out, pem, 0644); !kept) return fail_lock(output, kept.error());
    next += "; the operator registers it by greentill-credit lock add " + lock->id + ' ' + printable(options.out) +
            " --owner MERCHANT";
  }
  output.answer(lock_json(*lock), lock_text(*lock) + next + '\n');
  return ExitCode::ok;
}

}  // namespace greentill::cli
