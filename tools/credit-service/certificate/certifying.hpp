// SPDX-License-Identifier: Apache-2.0
// Certificates for the trees of an account: which of them stand and are in no certificate yet, and what it says of them.
// docs/trees.md, "Certificates". Called within a transaction of the ledger's store. Threads: one.
//
// Errors: not_found and conflict as accounts.hpp has them, besides the store's and the signer's.
#pragma once

#include <string>
#include <vector>

#include "daemon/base/ports.hpp"
#include "tools/credit-service/accounts/accounts.hpp"
#include "tools/credit-service/certificate/issuing.hpp"
#include "tools/credit-service/certificate/status_book.hpp"
#include "tools/credit-service/holdings/tree_store.hpp"

namespace greentill::credit {

/// For which trees count, besides being trees; no name: for nothing.
struct TreeDuty {
  std::string name;
  std::uint32_t least = 0, most = 0;  ///< a year and person
};

class Certifying {
 public:
  /// What it refers to must outlive it.
  Certifying(TreeStore& trees, AccountStore& holders, Accounts& accounts, credential::Programme programme, TreeDuty duty,
             std::int64_t now)
      : trees_(trees),
        holders_(holders),
        accounts_(accounts),
        programme_(std::move(programme)),
        duty_(std::move(duty)),
        now_(now) {}

  struct Issued {
    credential::TreeCertificate content;
    std::string message;
    std::size_t left = 0;  ///< trees that stand and are in no certificate, since one has 500 at most
  };
  /// Signs and keeps a certificate of the account's trees that were ordered for the year, stand, and are in no certificate of the
  /// account's that counts. conflict where there is none such.
  Result<Issued> issue(const std::string& account, int year, CertificateSigner& signer, Random& random);
  /// For good; the one that was not yet.
  Result<CertifiedTrees> revoke(const std::string& number);
  /// Every list as it stands, signed; its file's name and the credential.
  Result<std::vector<std::pair<std::string, std::string>>> lists(CertificateSigner& signer, std::int64_t valid_s);

 private:
  Result<credential::StatusEntry> draw_place(Random& random);
  /// The account's own credit for each tree of its orders of the year.
  Result<std::vector<std::pair<Tree, std::int64_t>>> paid_for(const std::string& account, int year);
  Result<bool> is_certified(const std::string& tree, const std::string& account);
  Result<credential::Tree> describe(const Tree& tree, std::int64_t mg);

  TreeStore& trees_;
  AccountStore& holders_;
  Accounts& accounts_;
  credential::Programme programme_;
  TreeDuty duty_;
  std::int64_t now_;
};

}  // namespace greentill::credit
