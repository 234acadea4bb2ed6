// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/escpos/receipt_show.hpp"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "daemon/base/file.hpp"
#include "daemon/event/transaction.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/escpos/job.hpp"
#include "plugins/escpos/job_folder.hpp"
#include "plugins/escpos/sale_reader.hpp"

namespace greentill::cli {
namespace {

namespace fs = std::filesystem;
using escpos::Receipt;
using escpos::Understood;

constexpr std::size_t kMostBytes = 2u << 20;  // as much as the escpos source reads as one job
constexpr const char* kIssuer = "shown";

/// Looks for the profiles beside the installed program, and in the repository it was built in.
fs::path find_profiles() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& folder :
       {fs::path("/etc/greentill/escpos"), program / "../share/greentill/escpos", program / "../../../config/escpos"}) {
    if (fs::is_directory(folder, error)) return folder.lexically_normal();
  }
  return "/etc/greentill/escpos";
}

Result<std::string> read_job(const std::string& file) {
  if (file != "-") return read_file(file, kMostBytes);
  std::string bytes(std::istreambuf_iterator<char>(std::cin), {});
  if (bytes.size() > kMostBytes) return fail(ErrorCode::invalid, "standard input holds more than 2 MiB");
  return bytes;
}

std::string_view standing_name(gt_standing standing) { return event::kStandingNames.at(static_cast<std::size_t>(standing)); }

std::string_view reason_name(gt_reversal_reason reason) { return event::kReasonNames.at(static_cast<std::size_t>(reason)); }

/// An amount of minor units as text: 1425 with two places is "14.25".
std::string amount_text(std::int64_t minor, std::int64_t places) {
  const std::uint64_t size = minor < 0 ? 0 - static_cast<std::uint64_t>(minor) : static_cast<std::uint64_t>(minor);
  std::string digits = std::to_string(size);
  const auto behind = static_cast<std::size_t>(places);
  if (digits.size() <= behind) digits.insert(0, behind + 1 - digits.size(), '0');
  if (behind > 0) digits.insert(digits.size() - behind, 1, '.');
  if (minor < 0) digits.insert(digits.begin(), '-');
  return digits;
}

Json transaction_json(const plugin::Transaction& sale) {
  Json lines = Json::array();
  for (const auto& line : sale.lines) {
    Json one{{"name", line.name}, {"quantity_milli", line.quantity_milli}, {"amount_minor", line.amount_minor}};
    if (!line.sku.empty()) one["sku"] = line.sku;
    if (!line.gtin.empty()) one["gtin"] = line.gtin;
    lines.push_back(std::move(one));
  }
  Json json{{"event_id", sale.event_id},
            {"standing", standing_name(sale.standing)},
            {"time", time_text(sale.begin)},
            {"total_minor", sale.total_minor},
            {"lines", std::move(lines)}};
  if (!sale.remark.empty()) json["remark"] = sale.remark;
  if (!sale.currency.empty()) json["currency"] = sale.currency;
  if (!sale.tender.empty()) json["tender"] = sale.tender;
  for (const auto& field : sale.attributes) json["attributes"][field.key] = field.value;
  if (!sale.reversed_event_id.empty()) {
    json["reverses"] = {{"event_id", sale.reversed_event_id}, {"reason", reason_name(sale.reversal_reason)}};
  }
  return json;
}

Json receipt_json(const Receipt& receipt, const Understood& understood) {
  Json lines = Json::array();
  for (const escpos::Line& line : receipt.lines)
    lines.push_back({{"text", line.text}, {"width", line.width}, {"height", line.height}});
  Json codes = Json::array();
  for (const escpos::Code& code : receipt.codes) {
    codes.push_back({{"symbology", code.symbology}, {"payload", code.payload}, {"line", code.line}});
  }
  return {{"lines", std::move(lines)},
          {"codes", std::move(codes)},
          {"cut", receipt.is_cut},
          {"drawer_pulses", receipt.drawer_pulses},
          {"transaction", understood.transaction ? transaction_json(*understood.transaction) : Json()},
          {"problem", understood.problem.empty() ? Json() : Json(understood.problem)}};
}

void print_transaction(const plugin::Transaction& sale, const escpos::Profile& profile, std::ostream& out) {
  const auto amount = [&](std::int64_t minor) { return amount_text(minor, profile.numbers.minor_places); };
  out << "  event    " << printable(sale.event_id) << "\n  time     " << time_text(sale.begin) << '\n';
  if (sale.standing != GT_FINAL)
    out << "  standing " << standing_name(sale.standing) << (sale.remark.empty() ? "" : ": ") << sale.remark << '\n';
  if (!sale.reversed_event_id.empty()) {
    out << "  reverses " << printable(sale.reversed_event_id) << " (" << reason_name(sale.reversal_reason) << ")\n";
  }
  for (const auto& line : sale.lines) {
    const std::string& number = line.gtin.empty() ? line.sku : line.gtin;
    out << "  item     " << amount_text(line.quantity_milli, 3) << " x " << printable(line.name)
        << (number.empty() ? "" : " [" + number + "]") << "  " << amount(line.amount_minor) << '\n';
  }
  out << "  total    " << amount(sale.total_minor) << (sale.currency.empty() ? "" : " " + sale.currency) << '\n';
  if (!sale.tender.empty()) out << "  tender   " << sale.tender << '\n';
  for (const auto& field : sale.attributes)
    out << "  field    " << printable(field.key) << ": " << printable(field.value) << '\n';
}

void print_receipt(std::size_t number, const Receipt& receipt, const Understood& understood, const escpos::Profile& profile,
                   std::ostream& out) {
  out << "receipt " << number << (receipt.is_cut ? "" : ", not cut") << '\n';
  for (const escpos::Code& code : receipt.codes)
    out << "  code     " << code.symbology << ": " << printable(code.payload) << '\n';
  if (receipt.drawer_pulses > 0) out << "  drawer   opened\n";
  if (understood.transaction) return print_transaction(*understood.transaction, profile, out);
  out << "  no sale  " << (understood.problem.empty() ? "passed over" : understood.problem) << '\n';
}

/// Prints the receipt's text with control characters made visible.
void print_paper(const std::string& text, std::ostream& out) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out << printable(line) << '\n';
  out << '\n';
}

/// By the relay's name; else when the file was written.
escpos::Arrival arrival_of(const std::string& file) {
  if (const auto name = escpos::JobName::parse(fs::path(file).filename().string())) return {name->begin, true};
  std::error_code error;
  const auto time = file == "-" ? fs::file_time_type::clock::now() : fs::last_write_time(file, error);
  return std::chrono::duration_cast<std::chrono::seconds>(fs::file_time_type::clock::to_sys(time).time_since_epoch()).count();
}

ExitCode show(const std::string& job, const ShowReceiptsOptions& options, const escpos::Profile& profile, const Output& output) {
  const ByteView bytes{reinterpret_cast<const std::uint8_t*>(job.data()), job.size()};
  const std::string paper = printed_text(bytes, profile.text);
  const escpos::Arrival arrived = arrival_of(options.file);
  Json receipts = Json::array();
  std::size_t problems = 0;
  std::size_t number = 0;
  if (!output.json) print_paper(paper, output.out);
  for (const Receipt& receipt : read_receipts(bytes, profile.text)) {
    const Understood understood = understand(receipt, profile, kIssuer, arrived);
    if (receipt.is_blank() && receipt.drawer_pulses == 0) continue;
    problems += understood.problem.empty() ? 0 : 1;
    ++number;
    if (output.json) {
      receipts.push_back(receipt_json(receipt, understood));
    } else {
      print_receipt(number, receipt, understood, profile, output.out);
    }
  }
  if (output.json) output.document({{"text", paper}, {"receipts", std::move(receipts)}});
  return problems == 0 ? ExitCode::ok : ExitCode::does_not_hold;
}

}  // namespace

ExitCode show_receipts(const ShowReceiptsOptions& options, const Output& output) {
  const Result<std::string> job = read_job(options.file);
  if (!job) return output.fail(ExitCode::bad_file, job.error().message);
  if (job->empty()) return output.fail(ExitCode::bad_file, options.file + ": there is nothing in it");
  std::optional<escpos::Profile> profile;
  try {
    const fs::path folder = options.profiles.empty() ? find_profiles() : fs::path(options.profiles);
    profile = escpos::Profile::load(options.profile, folder, {options.zone, options.currency});
    if (!profile->zone) profile->zone.emplace("Etc/UTC");
  } catch (const std::runtime_error& error) {
    return output.fail(ExitCode::bad_file, error.what());
  }
  try {
    return show(*job, options, *profile, output);
  } catch (const plugin::Unusable& error) {
    return output.fail(ExitCode::does_not_hold, options.file + ": " + error.what());
  }
}

}  // namespace greentill::cli
