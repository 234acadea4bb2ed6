// SPDX-License-Identifier: Apache-2.0
// detection-report --plugins FOLDER --rules FOLDER --out FILE LABELLED... [--measured LABELLED...]: how well our detectors find
// what people say is there. What follows --measured is only measured: its mistakes are counted and not told, unless
// --tell-measured stands there instead.
// detection-report --plugins FOLDER --rules FOLDER --names FILE...: names in which nothing is to be found, one a line.
// Exit codes: 0 every activity is found well enough and no name is taken for an act, 1 one is not, 2 wrong command line, 3 a file
// cannot be read or used.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/detection/labelled.hpp"
#include "tests/detection/names.hpp"

namespace {

using namespace greentill;
using detection::Labelled;

struct Options {
  std::filesystem::path plugins;
  std::filesystem::path rules;
  std::filesystem::path out;
  std::vector<std::filesystem::path> written;
  std::vector<std::filesystem::path> measured;
  std::vector<std::filesystem::path> names;
  bool tell_measured = false;
};

/// Part of the set: what must be reached, and of how few cases an activity may have any shares.
struct Aims {
  const char* part;
  double precision;
  double recall;
  std::size_t cases;
};
// Rules are written from the one and never from the other, which is why less of it need be found.
constexpr Aims kWritten{"written", 0.95, 0.95, 1};
constexpr Aims kMeasured{"measured", 0.97, 0.85, 20};

/// Of one activity, counted in acts.
struct Score {
  std::size_t cases = 0;  // transactions in which it was expected or found
  std::size_t expected = 0;
  std::size_t found = 0;
  std::size_t right = 0;

  [[nodiscard]] double precision() const { return found == 0 ? 1 : static_cast<double>(right) / static_cast<double>(found); }
  [[nodiscard]] double recall() const { return expected == 0 ? 1 : static_cast<double>(right) / static_cast<double>(expected); }
  [[nodiscard]] bool reaches(const Aims& aims) const {
    return cases < aims.cases || (precision() >= aims.precision && recall() >= aims.recall);
  }
};

class Report {
 public:
  explicit Report(const Aims& aims) : aims_(aims) {}

  /// An act is right where activity, quantities and line all are.
  void add(const Labelled& labelled, const std::vector<event::Activity>& found) {
    ++transactions_;
    if (labelled.expected.empty()) ++without_;
    std::vector<std::string> missed = texts(labelled.expected);
    std::map<std::string, bool> names;
    for (const event::Activity& one : labelled.expected) {
      ++scores_[one.name].expected;
      names[one.name] = true;
    }
    for (const event::Activity& one : found) {
      Score& score = scores_[one.name];
      ++score.found;
      names[one.name] = true;
      const auto same = std::find(missed.begin(), missed.end(), detection::shown(one));
      if (same == missed.end()) {
        tell("false alarm", labelled, detection::shown(one));
      } else {
        ++score.right;
        missed.erase(same);
      }
    }
    for (const std::string& one : missed) tell("missed", labelled, one);
    for (const auto& [name, there] : names) ++scores_[name].cases;
  }

  void print(bool mistakes) const {
    std::printf("the part that is %s\n%-22s %6s %9s %6s %6s %10s %7s\n", aims_.part, "activity", "cases", "expected", "found",
                "right", "precision", "recall");
    for (const auto& [name, score] : scores_) {
      std::printf("%-22s %6zu %9zu %6zu %6zu %10.3f %7.3f%s\n", name.c_str(), score.cases, score.expected, score.found,
                  score.right, score.precision(), score.recall(), score.reaches(aims_) ? "" : "  TOO LITTLE");
    }
    std::printf("%zu transactions, %zu of them without any act\n", transactions_, without_);
    for (const std::string& mistake : mistakes_) {
      if (mistakes) std::printf("%s\n", mistake.c_str());
    }
    std::printf("\n");
  }

  void to_json(nlohmann::ordered_json& rows) const {
    for (const auto& [name, score] : scores_) {
      rows.push_back({{"part", aims_.part},
                      {"activity", name},
                      {"cases", score.cases},
                      {"precision", score.precision()},
                      {"recall", score.recall()}});
    }
  }

  [[nodiscard]] bool is_good() const {
    const auto reaches = [this](const auto& one) { return one.second.reaches(aims_); };
    return !scores_.empty() && std::all_of(scores_.begin(), scores_.end(), reaches);
  }

 private:
  static std::vector<std::string> texts(const std::vector<event::Activity>& activities) {
    std::vector<std::string> all;
    for (const event::Activity& one : activities) all.push_back(detection::shown(one));
    return all;
  }

  void tell(const std::string& what, const Labelled& labelled, const std::string& act) {
    mistakes_.push_back(what + ": " + labelled.where + ": " + act + " (" + labelled.why + ")");
  }

  Aims aims_;
  std::map<std::string, Score> scores_;
  std::vector<std::string> mistakes_;
  std::size_t transactions_ = 0;
  std::size_t without_ = 0;
};

bool read(int argc, char** argv, Options& options) {
  std::vector<std::filesystem::path>* files = &options.written;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    std::filesystem::path* value = word == "--plugins" ? &options.plugins
                                   : word == "--rules" ? &options.rules
                                   : word == "--out"   ? &options.out
                                                       : nullptr;
    if (value != nullptr) {
      if (++i == argc) return false;
      *value = argv[i];
    } else if (word == "--measured" || word == "--tell-measured") {
      options.tell_measured = word == "--tell-measured";
      files = &options.measured;
    } else if (word == "--names") {
      files = &options.names;
    } else if (word.starts_with("--")) {
      return false;
    } else {
      files->emplace_back(word);
    }
  }
  const bool any = !options.written.empty() || !options.measured.empty();
  return !options.plugins.empty() && !options.rules.empty() && (any ? !options.out.empty() : !options.names.empty());
}

Status judge(const std::vector<std::filesystem::path>& files, detection::Shops& shops, Report& report) {
  for (const std::filesystem::path& file : files) {
    const auto labelled = detection::read_labelled(file);
    if (!labelled) return Failure{labelled.error()};
    for (const Labelled& one : *labelled) {
      const auto found = shops.find(one);
      if (!found) return Failure{found.error().with_context(one.where)};
      report.add(one, *found);
    }
  }
  return Done{};
}

int stop(const std::string& why) {
  std::cerr << "detection-report: " << why << '\n';
  return 3;
}

int report_shares(const Options& options, detection::Shops& shops) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  bool good = true;
  for (const bool measured : {false, true}) {
    const auto& files = measured ? options.measured : options.written;
    if (files.empty()) continue;
    Report report(measured ? kMeasured : kWritten);
    if (const Status judged = judge(files, shops, report); !judged) return stop(judged.error().message);
    report.print(!measured || options.tell_measured);
    report.to_json(rows);
    good = good && report.is_good();
  }
  std::ofstream(options.out) << rows.dump(2) << '\n';
  std::ifstream written(options.out);
  if (!written) return stop(options.out.string() + ": it cannot be written");
  return good ? 0 : 1;
}

int report_names(const Options& options, detection::Shops& shops) {
  const auto alarms = detection::alarms_of(options.names, shops);
  if (!alarms) return stop(alarms.error().message);
  for (const std::string& alarm : alarms->told) std::printf("false alarm: %s\n", alarm.c_str());
  std::printf("%zu names, %zu false alarms\n", alarms->names, alarms->told.size());
  return alarms->told.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read(argc, argv, options)) {
    std::cerr << "usage: detection-report --plugins FOLDER --rules FOLDER --out FILE LABELLED... [--measured LABELLED...]\n"
                 "       detection-report --plugins FOLDER --rules FOLDER --names FILE...\n";
    return 2;
  }
  detection::Shops shops(options.plugins, options.rules);
  const int shares = options.out.empty() ? 0 : report_shares(options, shops);
  if (shares == 3 || options.names.empty()) return shares;
  return std::max(shares, report_names(options, shops));
}
