// SPDX-License-Identifier: Apache-2.0
// The part of the command line by which people decide: the registry, and what is held.
#include "tools/credit-service/cli/group.hpp"

namespace greentill::credit {
namespace {

void describe_merchants(CLI::App& app, Arguments& arguments) {
  Group(app, arguments, "merchant", "Who earns credit with their devices")
      .add("Register a merchant, or many")
      .first("id", "Its id, as claims name it", "MERCHANT")
      .option("name", "Its name, for people", "NAME")
      .option("zone", "Its time zone, such as Europe/Helsinki", "ZONE")
      .list("All merchants")
      .show("One, with its roots and devices", "MERCHANT")
      .command("close", "End it; its devices are retired", change_registry)
      .positional("id", "Which one", "MERCHANT")
      .why()
      .command("successor", "Let another go on with its business, and take back what it claimed", change_registry)
      .positional("old", "The merchant that ends", "OLD")
      .positional("new", "The one that goes on", "NEW")
      .needs("from", "From when on: a day of the programme's zone, or a time with its offset", "TIME")
      .why();
}

void describe_roots(CLI::App& app, Arguments& arguments) {
  Group(app, arguments, "root", "Name spaces of issuers, under whose keys acts are told apart")
      .add("Register a root, or many")
      .first("name", "Its name, which never changes", "NAME")
      .option("owner", "The merchant whose it is", "MERCHANT")
      .list("All roots")
      .show("One, with its key versions", "ROOT")
      .command("reporter", "Let another merchant's devices report under it", change_registry)
      .positional("root", "By name or number", "ROOT")
      .positional("merchant", "The other merchant", "MERCHANT")
      .flag("--remove", arguments.given.remove, "No longer; assignments that have it keep it")
      .why()
      .command("version", "Add a key version", change_registry)
      .positional("root", "By name or number", "ROOT")
      .needs("from", "From when on, at least 90 days ahead: a day of the programme's zone, or a time with its offset", "TIME")
      .why()
      .command("withdraw", "End a key version in haste, since it has leaked", change_registry)
      .positional("root", "By name or number", "ROOT")
      .positional("version", "Its number", "VERSION")
      .why();
}

void describe_devices(CLI::App& app, Arguments& arguments) {
  Group(app, arguments, "device", "What runs a daemon and signs claims")
      .add("Register a device with its first assignment, or many")
      .first("id", "Its id, the common name of its certificates", "DEVICE")
      .option("class", "till, kiosk, gateway or dock", "CLASS")
      .option("merchant", "For whom it works", "MERCHANT")
      .option("site", "Where it stands", "SITE")
      .roots()
      .list("All devices")
      .show("One, with its assignments, keys and certificates", "DEVICE")
      .command("assign", "Let it work for another merchant, at another site, or under other roots", change_registry)
      .positional("id", "Which one", "DEVICE")
      .needs("merchant", "For whom it works", "MERCHANT")
      .needs("site", "Where it stands", "SITE")
      .roots()
      .command("settings", "Print the file that it reads, or write it: a secret of its own", write_device_settings)
      .positional("id", "Which one", "DEVICE")
      .option("out", "Write it there, for its owner alone (mode 600)", "FILE")
      .command("ceiling", "What it may be granted of an activity a day, in place of its class's ceiling", change_registry)
      .positional("id", "Which one", "DEVICE")
      .positional("activity", "The activity, as claims name it", "ACTIVITY")
      .positional("mg", "Milligrams; none: its class's ceiling holds again", "MG")
      .why()
      .command("chain", "Decide of a chain that is held", decide_chain)
      .positional("id", "Which device's", "DEVICE")
      .positional("chain", "Its 16 hexadecimal digits", "CHAIN")
      .positional("verdict", "release, so that its claims are decided, or dismiss, which closes it", "VERDICT")
      .flag("--open", arguments.given.open, "Released, it is the open one from now on, and the other is closed")
      .why()
      .command("retire", "Take it out of service", change_registry)
      .positional("id", "Which one", "DEVICE")
      .why()
      .command("revoke", "Take nothing more from it: it is lost, stolen, or cheats", change_registry)
      .positional("id", "Which one", "DEVICE")
      .option("since", "What came from then on is in doubt: a day of the programme's zone, or a time with its offset", "TIME")
      .why()
      .command("trust", "Take a revocation back", change_registry)
      .positional("id", "Which one", "DEVICE")
      .why();
}

void describe_keys(CLI::App& app, Arguments& arguments) {
  Group(app, arguments, "key", "Devices' keys, and the certificates that were issued for them")
      .add("Register a device's certificate: of its first key, or a renewed one; or many")
      .first("device", "Whose it is", "DEVICE")
      .first("file", "The certificate in PEM, with intermediate authorities' behind it", "FILE")
      .list("All keys")
      .option("device", "Only this one's", "DEVICE")
      .show("One, with its certificates", "KEY")
      .command("replace", "Register the certificate of a new key, which goes on in place of the one before", change_registry)
      .positional("device", "Whose it is", "DEVICE")
      .positional("file", "The certificate in PEM, with intermediate authorities' behind it", "FILE")
      .why()
      .command("consent", "Take a consent, which says how far the key before a new one is good", take_consent)
      .positional("file", "The consent", "FILE")
      .command("sign-consent", "Sign a consent for the device's newest key, at the place where its open chain stands",
               sign_consent)
      .positional("device", "Which one", "DEVICE")
      .needs("key", "The signer's private key", "FILE")
      .needs("certificate", "Its certificate, with the extended key usage for consents", "FILE")
      .needs("out", "Where the consent is written", "FILE")
      .option("chain", "Another place: its chain, 16 hexadecimal digits", "CHAIN")
      .option("seq", "The last seq there that the key before is good for", "SEQ")
      .option("hash", "The SHA-256 of that claim's payload", "HASH")
      .command("revoke", "Take nothing more that this key signs", change_registry)
      .positional("key", "The SHA-256 of the public key", "KEY")
      .why();
}

void describe_locks(CLI::App& app, Arguments& arguments) {
  Group(app, arguments, "lock", "Locks that sign their rides")
      .add("Register a lock, or many")
      .first("id", "Its id", "LOCK")
      .first("file", "Its public key in PEM", "FILE")
      .option("owner", "The merchant whose it is", "MERCHANT")
      .option("root", "The root under which its rides are claimed, by name or number; else its owner's only one", "ROOT")
      .list("All locks")
      .show("One, with what came of its rides and what contradicts them", "LOCK")
      .command("export", "Print the file of all locks and their public keys, for docks and greentill verify, or write it",
               export_locks)
      .option("out", "Write it there", "FILE")
      .command("retire", "Take it out of service", change_registry)
      .positional("id", "Which one", "LOCK")
      .why()
      .command("revoke", "Take nothing more that it signs", change_registry)
      .positional("id", "Which one", "LOCK")
      .why()
      .command("trust", "Take that back, or let rides pass again that contradicted one another", trust_lock)
      .positional("id", "Which one", "LOCK")
      .why();
}

void describe_methodologies(CLI::App& app, Arguments& arguments) {
  Group(app, arguments, "methodology", "Methodologies that all devices are told")
      .command("publish", "Tell all devices of these methodologies: of all, or of none", publish_methodologies)
      .files("A methodology's file; several at once")
      .option(
          "from",
          "They measure acts that end from then on: a day of the programme's zone, or a time with its offset; left out: as the "
          "files say",
          "TIME")
      .why()
      .command("withdraw", "Let a version measure no act that ends from then on", withdraw_methodology)
      .positional("id", "Which methodology's", "ID")
      .positional("version", "Which one", "VERSION")
      .needs("from", "A day of the programme's zone, or a time with its offset", "TIME")
      .flag("--dry-run", arguments.given.dry_run, "Say what would be held of what was claimed, and change nothing")
      .flag("--yes", arguments.given.yes, "Do it also where something was claimed that is held then")
      .why()
      .command("list", "What was published and withdrawn", list_methodologies);
}

void describe_addresses(CLI::App& app, Arguments& arguments) {
  Group(app, arguments, "address", "Where devices find broker and service")
      .command("set", "Tell all devices, or one, that they are elsewhere; each tries that before it gives up the former place",
               set_address)
      .option("device", "This one alone; left out: all that have none of their own", "DEVICE")
      .option("broker", "mqtts://HOST:PORT; none: as devices' configurations say", "URI")
      .option("est", "https://HOST:PORT; likewise", "URL")
      .why()
      .command("list", "What devices are told", list_addresses);
}

/// Beside the commands that show what is held.
void describe_decisions(CLI::App& app, Arguments& arguments) {
  Group held(app, arguments, "held", "Claims that are accepted, and granted nothing until a person or time decides");
  for (const auto& [verb, help] : {std::pair("release", "Let held claims be decided by what is behind the hold"),
                                   std::pair("dismiss", "Refuse held claims for good")}) {
    held.command(verb, help, decide_held)
        .first("claim", "One claim, by its number in the list; else those that the options name", "CLAIM")
        .option("device", "Only this device's", "DEVICE")
        .option("merchant", "Only this merchant's", "MERCHANT")
        .option("day", "Only those that came on this day of the programme's zone, such as 2026-11-24", "DAY")
        .option("reason", "Only those held for this", "REASON")
        .why();
  }
}

}  // namespace

void describe_registry(CLI::App& app, Arguments& arguments) {
  for (const auto part : {describe_merchants, describe_roots, describe_devices, describe_keys, describe_locks,
                          describe_methodologies, describe_addresses, describe_decisions})
    part(app, arguments);
  CLI::App* registry = app.add_subcommand("registry", "The registry as a whole");
  registry->require_subcommand(1);
  CLI::App* replay =
      registry->add_subcommand("replay", "Make changes again that a restored ledger lacks, from the file beside it");
  replay->add_option("--config", arguments.config, "Configuration file")->type_name("FILE")->capture_default_str();
  replay->add_flag("--json", arguments.json, "Answer with one JSON document");
  replay->callback([&arguments] {
    arguments.chosen = [&arguments](const Output& output) { return replay_registry(arguments.config, output); };
  });
  CLI::App* audit = app.add_subcommand("audit", "Who changed what in the registry, when and why; the latest first");
  audit->add_option("--config", arguments.config, "Configuration file")->type_name("FILE")->capture_default_str();
  audit->add_flag("--json", arguments.json, "Answer with one JSON document");
  audit
      ->add_option("--since", arguments.given.fields["since"],
                   "Only since then: a day of the programme's zone, or a time with its offset")
      ->type_name("TIME");
  audit->add_option("--about", arguments.given.fields["about"], "Only about this merchant, root, device or lock")
      ->type_name("ID");
  audit->callback([&arguments] {
    arguments.chosen = [&arguments](const Output& output) { return show_audit(arguments.config, arguments.given, output); };
  });
}

}  // namespace greentill::credit
