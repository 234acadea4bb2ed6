// SPDX-License-Identifier: Apache-2.0
// The part of the command line that is about certificates of trees.
#include "tools/credit-service/cli/group.hpp"
#include "tools/credit-service/cli/tree_certificates.hpp"

namespace greentill::credit {

void describe_tree_certificates(CLI::App& app, Arguments& arguments) {
  constexpr const char* kStates = "Who has which place in which list, and its state; certificate sign makes it";
  constexpr const char* kCertificate = "Its certificate, as ca issue FOLDER trees writes it";
  Group group(app, arguments, "certificate", "Certificates of trees");
  group.command("sign", "Sign a certificate of trees, and print it", sign_tree_certificate)
      .positional("file", "What it certifies (JSON, docs/tree-certificate.md)", "FILE")
      .needs("states", kStates, "FILE")
      .needs("key", "The signer's private key", "FILE")
      .needs("certificate", kCertificate, "FILE")
      .needs("out", "Where the signed certificate is written", "FILE")
      .option("pdf", "Where the page to print is written", "FILE")
      .option("language", "Whose forms Han characters have in print: zh-Hans, zh-Hant, ja or ko", "TAG")
      .command("states", "Sign the lists of revoked and suspended certificates", sign_states)
      .needs("states", kStates, "FILE")
      .needs("key", "The signer's private key", "FILE")
      .needs("certificate", kCertificate, "FILE")
      .needs("out", "Where the lists are written, one behind the other", "FILE")
      .option("days", "For how long they are good; 7 where it is left out", "DAYS");
  group.command("revoke", "Note that a certificate of trees counts no more", change_state)
      .positional("number", "The certificate's number", "NUMBER")
      .needs("states", kStates, "FILE");
  group.command("suspend", "Note that it does not count for a while", change_state)
      .positional("number", "The certificate's number", "NUMBER")
      .needs("states", kStates, "FILE");
  group.command("resume", "Note that a suspended one counts again", change_state)
      .positional("number", "The certificate's number", "NUMBER")
      .needs("states", kStates, "FILE");
}

}  // namespace greentill::credit
