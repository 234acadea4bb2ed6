// SPDX-License-Identifier: Apache-2.0
// The part of the command line by which devices are enrolled, and authorities run.
#include "tools/credit-service/cli/enrolment.hpp"
#include "tools/credit-service/cli/group.hpp"

namespace greentill::credit {
namespace {

void describe_codes(CLI::App& app, Arguments& arguments) {
  Group(app, arguments, "code", "One-time codes by which devices are enrolled")
      .command("add", "Make a device's code, or those of many; the one before is withdrawn", add_codes)
      .first("device", "Whose it is", "DEVICE")
      .option("csv", "Those of all rows of this file, or none; its first row is: device", "FILE")
      .option("days", "How long it is good, 1 to 365; 14 where it is left out", "DAYS")
      .flag("--confirm", arguments.given.confirm, "A person compares the key's fingerprint before the certificate is given")
      .flag("--replace", arguments.given.replace,
            "The key may take the place of the one that the device has: a new unit, or disk")
      .option("labels", "Write labels to print there, with QR codes (HTML)", "FILE")
      .option("why", "Why, for whoever asks later; --replace needs it", "TEXT")
      .command("list", "All codes, the latest of each device first", list_codes)
      .option("device", "Only this one's", "DEVICE")
      .command("show", "The latest one of a device, and the fingerprint of the key that was presented with it", show_code)
      .positional("device", "Whose it is", "DEVICE")
      .command("withdraw", "Let a device's code do nothing more", change_code)
      .positional("device", "Whose it is", "DEVICE")
      .why()
      .command("confirm", "Say that the device itself shows this fingerprint", change_code)
      .positional("device", "Whose it is", "DEVICE")
      .needs("fingerprint", "What the device shows", "FINGERPRINT")
      .command("answer", "Answer the request of a device that no network reaches, as EST would", answer_offline)
      .positional("request", "What greentill enrol --request wrote, or its scanned code; - for standard input", "FILE")
      .option("out", "Write the answer there, for a stick", "FILE")
      .option("page", "Write a page with the answer's QR codes there (HTML)", "FILE");
}

void describe_authorities(CLI::App& app, Arguments& arguments) {
  Group(app, arguments, "ca", "The programme's authorities, in a folder")
      .command("init", "Make a root, and below it an authority for devices, one for workers and one for signers", init_authority)
      .positional("folder", "The folder, which is made", "FOLDER")
      .needs("name", "The programme's name", "NAME")
      .option("root-years", "How long the root's certificate lasts; 30 where it is left out", "YEARS")
      .option("years", "How long the others' last; 10 where it is left out", "YEARS")
      .command("new-root", "Make a root that takes the place of the one before, whose key is needed", renew_root)
      .positional("folder", "The authorities' folder", "FOLDER")
      .option("root-years", "How long its certificate lasts; 30 where it is left out", "YEARS")
      .option("years", "How long those below it last from now; 10 where it is left out", "YEARS")
      .command("retire-root", "Take the former root out, once all devices have followed", retire_root)
      .positional("folder", "The authorities' folder", "FOLDER")
      .command("show", "The certificates, and the fingerprint of them all that a technician types", show_authority)
      .positional("folder", "The authorities' folder", "FOLDER")
      .command("issue", "Give a certificate for the key of a request", issue_certificate)
      .positional("folder", "The authorities' folder", "FOLDER")
      .positional("kind", "server (a broker, or this service's EST), worker, or consents, bundles or trees (who signs them)",
                  "KIND")
      .needs("request", "The request (PKCS #10, PEM or DER), of which the key alone is taken", "FILE")
      .needs("out", "Where the certificate is written", "FILE")
      .hosts()
      .option("name", "The common name of who signs consents, bundles or trees", "NAME")
      .option("days", "How long it lasts; 397 where it is left out", "DAYS")
      .command("crl", "Write an authority's list of revoked certificates", write_revoked)
      .positional("folder", "The authorities' folder", "FOLDER")
      .positional("branch", "devices, workers or signers", "AUTHORITY")
      .needs("out", "Where the list is written", "FILE")
      .option("days", "Until when it is good; 30 where it is left out", "DAYS")
      .option("also", "Certificates that are revoked besides those of the registry (PEM)", "FILE");
}

}  // namespace

void describe_enrolment(CLI::App& app, Arguments& arguments) {
  describe_codes(app, arguments);
  describe_authorities(app, arguments);
}

}  // namespace greentill::credit
