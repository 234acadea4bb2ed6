// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/verify_file.hpp"

#include <algorithm>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/claim/bundle.hpp"
#include "daemon/claim/keyed_message.hpp"
#include "daemon/measure/published.hpp"
#include "tools/cli/common/input_file.hpp"
#include "tools/cli/common/progress.hpp"
#include "tools/cli/verify/verify_sequence.hpp"

namespace greentill::cli {
namespace {

template <typename T>
Result<T> load_pem(const std::filesystem::path& file, Result<T> (*parse)(std::string_view)) {
  const Result<std::string> pem = read_file(file);
  if (!pem) return Failure{pem.error()};
  Result<T> parsed = parse(*pem);
  if (!parsed) return Failure{parsed.error().with_context(file.string())};
  return parsed;
}

Status load_certificates(const std::vector<std::filesystem::path>& files, std::vector<crypto::Certificate>& all) {
  for (const std::filesystem::path& file : files) {
    auto some = load_pem(file, crypto::Certificate::all_from_pem);
    if (!some) return Failure{some.error()};
    all.insert(all.end(), some->begin(), some->end());
  }
  return Done{};
}

Status load_trust(const VerifyCommand& command, Trust& trust) {
  if (Status loaded = load_certificates(command.certificates, trust.certificates); !loaded) return loaded;
  if (Status loaded = load_certificates(command.signers, trust.signers); !loaded) return loaded;
  if (!command.locks.empty()) {
    const auto text = read_file(command.locks);
    if (!text) return Failure{text.error()};
    auto locks = verify::read_lock_file(*text, command.locks.string());
    if (!locks) return Failure{locks.error()};
    trust.locks = std::move(*locks);
  }
  if (command.authority.empty()) return Done{};
  auto authority = load_pem(command.authority, crypto::Authority::from_pem);
  if (!authority) return Failure{authority.error()};
  trust.authority = std::move(*authority);
  return Done{};
}

Result<ReceiptBook> read_receipts(const std::filesystem::path& file, const Trust& trust) {
  const Result<std::string> bytes = read_file(file);
  if (!bytes) return Failure{bytes.error()};
  return ReceiptBook::read(as_bytes(*bytes), trust.signers);
}

/// Whether one of the signers signed the bundle, and goes by it. Its end is not looked at: what was adopted goes on.
Status publish_bundle(const std::filesystem::path& file, const Trust& trust, measure::Library& library,
                      const claim::Hasher& hasher) {
  const Result<std::string> bytes = read_file(file);
  if (!bytes) return Failure{bytes.error()};
  const auto message = claim::parse_keyed_message(as_bytes(*bytes), claim::MessageType::bundle);
  if (!message) return fail(ErrorCode::invalid, file.string() + ": is no bundle: " + message.error().reason);
  const auto signer = std::ranges::find_if(trust.signers, [&](const crypto::Certificate& one) {
    return one.thumbprint() == message->signer.thumbprint && one.has_usage(crypto::kBundleSigningUsage);
  });
  if (signer == trust.signers.end())
    return fail(ErrorCode::denied, file.string() + ": none of the signers that were given signs bundles and is named in it");
  const auto verifier = signer->make_verifier();
  if (!verifier) return Failure{verifier.error()};
  if (!claim::verify_keyed_message(hasher, **verifier, *message)) {
    return fail(ErrorCode::denied, file.string() + ": \"" + signer->common_name() + "\" did not sign it");
  }
  const auto bundle = claim::parse_bundle(message->payload);
  if (!bundle) return fail(ErrorCode::invalid, file.string() + ": is no bundle: " + bundle.error().reason);
  if (bundle->device) return fail(ErrorCode::invalid, file.string() + ": it is for one device; the common bundle is for all");
  auto published = measure::read_published(bundle->content, hasher);
  if (!published) return Failure{published.error().with_context(file.string())};
  return library.publish(std::move(*published));
}

Json to_json(const Finding& finding) {
  Json json{{"code", to_string(finding.reason)},
            {"seq", nullptr},
            {"chain", nullptr},
            {"offset", finding.offset},
            {"detail", finding.detail}};
  if (finding.seq) json["seq"] = *finding.seq;
  if (finding.last_seq) json["last_seq"] = *finding.last_seq;
  if (finding.chain) json["chain"] = to_hex(*finding.chain);
  return json;
}

std::string to_line(const Finding& finding) {
  std::string where = finding.seq ? "seq " + std::to_string(*finding.seq) : "byte " + std::to_string(finding.offset);
  if (finding.last_seq) where += " to " + std::to_string(*finding.last_seq);
  return where + ": " + std::string(to_string(finding.reason)) + ": " + printable(finding.detail) + '\n';
}

Json to_json(const ReceiptSums& sums) {
  return {{"count", sums.receipts},        {"accepted", sums.accepted},
          {"granted_mg", sums.granted_mg}, {"held", sums.held},
          {"refused", sums.refused},       {"refused_for_now", sums.refused_for_now},
          {"unanswered", sums.unanswered}};
}

Json to_json(const ChainSummary& chain) {
  return {{"device", chain.device},
          {"id", to_hex(chain.id)},
          {"first_seq", chain.first_seq},
          {"last_seq", chain.last_seq},
          {"set_apart_from", chain.set_apart_from ? Json(*chain.set_apart_from) : Json()}};
}

Json to_json(const VerifySummary& summary) {
  Json json{{"holds", summary.findings == 0},
            {"messages", summary.messages},
            {"sound", summary.sound},
            {"attested", summary.attested},
            {"finding_count", summary.findings},
            {"starts", summary.starts},
            {"reversals", summary.reversals},
            {"gaps", summary.gaps},
            {"set_apart", summary.set_apart},
            {"declared_lost", summary.declared_lost},
            {"unchecked_consents", summary.unchecked_consents},
            {"lock_rides", summary.lock_rides},
            {"unchecked_statements", summary.unchecked_statements}};
  json["by_activity"] = Json::object();
  for (const auto& [activity, totals] : summary.by_activity) {
    json["by_activity"][activity] = {
        {"claims", totals.claims}, {"estimate_mg", totals.estimate_mg}, {"credited_mg", totals.credited_mg}};
  }
  json["chains"] = Json::array();
  for (const ChainSummary& chain : summary.chains) json["chains"].push_back(to_json(chain));
  json["receipts"] = summary.receipts ? to_json(*summary.receipts) : Json();
  json["begin"] = summary.first_begin ? Json(*summary.first_begin) : Json();
  json["end"] = summary.last_end ? Json(*summary.last_end) : Json();
  return json;
}

void print(const ReceiptSums& sums, std::ostream& out) {
  out << counted(sums.receipts, "receipt") << ": " << counted(sums.accepted, "claim") << " accepted, granted "
      << grams_text(sums.granted_mg) << " CO2e; " << count_text(sums.held) << " held, " << count_text(sums.refused)
      << " refused, " << count_text(sums.refused_for_now) << " refused for now, " << count_text(sums.unanswered)
      << " of which none tells\n";
}

void print(const VerifySummary& summary, std::ostream& out) {
  out << counted(summary.messages, "message") << ", " << count_text(summary.sound) << " of them sound, "
      << counted(summary.findings, "finding") << '\n';
  for (const ChainSummary& chain : summary.chains) {
    out << "chain " << to_hex(chain.id) << " of device " << printable(chain.device) << ": seq " << chain.first_seq << " to "
        << chain.last_seq;
    if (chain.set_apart_from) out << ", set apart from seq " << *chain.set_apart_from << " on";
    out << '\n';
  }
  if (summary.first_begin)
    out << "acts from " << time_text(*summary.first_begin) << " to " << time_text(*summary.last_end) << '\n';
  for (const auto& [activity, totals] : summary.by_activity) {
    out << "  " << printable(activity) << ": " << counted(totals.claims, "claim") << ", " << grams_text(totals.credited_mg)
        << " CO2e claimed (estimate " << grams_text(totals.estimate_mg) << ")\n";
  }
  if (summary.starts > 0) out << counted(summary.starts, "start") << " of chains, which claim nothing\n";
  if (summary.reversals > 0) out << counted(summary.reversals, "reversal") << " of claims\n";
  if (summary.attested > 0) {
    out << counted(summary.attested, "claim") << " with a spoilt signature, which a later claim of the chain attests\n";
  }
  if (summary.set_apart > 0)
    out << counted(summary.set_apart, "claim") << " set apart, which a repair makes anew: not in the sums\n";
  if (summary.declared_lost > 0) out << counted(summary.declared_lost, "claim") << " declared lost by the device\n";
  if (summary.unchecked_consents > 0) {
    out << counted(summary.unchecked_consents, "consent") << " whose signature was not looked at, for want of --signer\n";
  }
  if (summary.lock_rides > 0) out << counted(summary.lock_rides, "ride") << " as their locks signed them\n";
  if (summary.unchecked_statements > 0) {
    out << "of these " << counted(summary.unchecked_statements, "signature") << " not looked at, for want of --locks\n";
  }
  if (summary.receipts) print(*summary.receipts, out);
  out << (summary.receipts ? "not seen: " : "not seen: what the service granted, held or refused; ")
      << "whether others claim the same acts, and whether assignments and roots are the registry's"
      << (summary.lock_rides > 0 ? "; which ride of its lock an act names, and whether a lock's rides go on from one another\n"
                                 : "\n");
}

ExitCode verify_stream(std::istream& in, const VerifyCommand& command, const Trust& trust, const ReceiptBook* receipts,
                       const Output& output) {
  JsonListDocument list(output.out, "findings");
  Progress progress(output.err, command.progress, "verifying", size_of_input(command.file));
  VerifyEvents events;
  events.progress = [&progress](std::uint64_t bytes) { progress.update(bytes); };
  events.finding = [&](const Finding& finding) {
    if (output.json) return list.item(to_json(finding));
    progress.wipe();
    output.out << to_line(finding);
  };
  Result<VerifySummary> summary = verify_sequence(in, trust, {command.partial, command.threads, receipts}, events);
  progress.wipe();
  if (summary && summary->messages + summary->findings == 0) summary = fail(ErrorCode::invalid, "it holds no claim");
  if (!summary) {
    const std::string message = command.file + ": " + summary.error().message;
    return list.fail(output, ExitCode::bad_file, message);
  }
  if (output.json) {
    list.end(to_json(*summary));
  } else {
    print(*summary, output.out);
  }
  return summary->findings == 0 ? ExitCode::ok : ExitCode::does_not_hold;
}

}  // namespace

ExitCode verify_file(const VerifyCommand& command, const Output& output) {
  Trust trust;
  if (const Status loaded = load_trust(command, trust); !loaded) return output.fail(ExitCode::bad_file, loaded.error().message);
  const crypto::Hasher hasher;
  auto library = measure::Library::load(command.methodologies, hasher);
  if (!library) return output.fail(ExitCode::bad_file, library.error().message);
  if (!command.bundle.empty()) {
    const Status published = publish_bundle(command.bundle, trust, *library, hasher);
    if (!published) return output.fail(ExitCode::bad_file, published.error().message);
  }
  trust.methodologies = &*library;
  std::optional<ReceiptBook> receipts;
  if (!command.receipts.empty()) {
    auto read = read_receipts(command.receipts, trust);
    if (!read) return output.fail(ExitCode::bad_file, read.error().message);
    receipts = std::move(*read);
  }
  const ReceiptBook* book = receipts ? &*receipts : nullptr;
  return with_input(command.file, output, [&](std::istream& in) { return verify_stream(in, command, trust, book, output); });
}

}  // namespace greentill::cli
