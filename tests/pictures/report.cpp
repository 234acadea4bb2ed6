// SPDX-License-Identifier: Apache-2.0
// What the escpos source would make of receipts: for measure.py, which knows what they say. Prints a line of JSON for each line
// "<path of a job or of a text>" of standard input.
#include <chrono>
#include <iostream>

#include <nlohmann/json.hpp>

#include "plugins/common/values/limits.hpp"
#include "plugins/escpos/job.hpp"
#include "plugins/escpos/picture_job.hpp"
#include "plugins/escpos/picture_receipt.hpp"
#include "plugins/escpos/sale_reader.hpp"
#include "tests/unit/plugins/escpos/jobs.hpp"

namespace greentill::escpos {
namespace {

using Json = nlohmann::json;
constexpr std::int64_t kArrived = 1'795'510'800;  // 2026-11-24 07:00:00 UTC
constexpr std::chrono::minutes kNoHurry{5};       // a busy machine must not change the figures

Json one(const std::string& path, picture::Tesseract& tesseract, const Profile& profile) {
  const std::string bytes = test::read(path);
  TextSettings text = profile.text;
  if (path.ends_with(".txt")) text.encoding = "utf-8";
  const Receipt receipt = read_receipts(test::bytes(bytes), text).at(0);
  const auto began = std::chrono::steady_clock::now();
  Understood understood;
  Json json;
  if (has_text(receipt)) {
    understood = understand(receipt, profile, "till", kArrived);
  } else {
    const picture::Bitmap bitmap = PictureJob(bytes).on(receipt);
    understood = understand_picture(bitmap, tesseract, receipt, profile, "till", kArrived, kNoHurry);
    const auto took = std::chrono::steady_clock::now() - began;
    json["ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    for (const Line& line : lines_of(tesseract.read(bitmap, {}, kNoHurry))) json["lines"].push_back(line.text);
  }
  json["problem"] = understood.problem;
  if (!understood.transaction) return json;
  const auto& sale = *understood.transaction;
  json.update({{"total", sale.total_minor},
               {"id", sale.event_id},
               {"begin", sale.begin},
               {"remark", sale.remark},
               {"counted", sale.standing == GT_FINAL},
               {"items", Json::array()}});
  for (const auto& line : sale.lines) json["items"].push_back({line.name, line.quantity_milli, line.amount_minor});
  return json;
}

int run(const std::string& profile_name, const std::string& languages) {
  const Profile profile = Profile::load(profile_name, GREENTILL_SOURCE_DIR "/config/escpos", {"Europe/London", "GBP"});
  picture::Tesseract tesseract({languages}, "/usr/share/tesseract-ocr/5/tessdata");
  for (std::string path; std::getline(std::cin, path);) {
    Json json;
    try {
      json = one(path, tesseract, profile);
    } catch (const plugin::Unusable& error) {
      json["problem"] = error.what();
    }
    json["path"] = path;
    std::cout << json.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace greentill::escpos

int main(int count, char** arguments) { return count == 3 ? greentill::escpos::run(arguments[1], arguments[2]) : 2; }
