// SPDX-License-Identifier: Apache-2.0
// detection-report --plugins FOLDER --rules FOLDER --out FILE LABELLED...: how well our detectors find what people say is there.
// Exit codes: 0 every activity is found with precision and recall of at least 0.95, 1 one is not, 2 wrong command line, 3 a file
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

namespace {

using namespace greentill;
using detection::Labelled;

constexpr double kLeast = 0.95;

struct Options {
  std::filesystem::path plugins;
  std::filesystem::path rules;
  std::filesystem::path out;
  std::vector<std::filesystem::path> files;
};

/// Of one activity, counted in acts.
struct Score {
  std::size_t cases = 0;  // transactions in which it was expected or found
  std::size_t expected = 0;
  std::size_t found = 0;
  std::size_t right = 0;

  [[nodiscard]] double precision() const { return found == 0 ? 1 : static_cast<double>(right) / static_cast<double>(found); }
  [[nodiscard]] double recall() const { return expected == 0 ? 1 : static_cast<double>(right) / static_cast<double>(expected); }
  [[nodiscard]] bool is_good() const { return precision() >= kLeast && recall() >= kLeast; }
};

class Report {
 public:
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

  void print() const {
    std::printf("%-22s %6s %9s %6s %6s %10s %7s\n", "activity", "cases", "expected", "found", "right", "precision", "recall");
    for (const auto& [name, score] : scores_) {
      std::printf("%-22s %6zu %9zu %6zu %6zu %10.3f %7.3f%s\n", name.c_str(), score.cases, score.expected, score.found,
                  score.right, score.precision(), score.recall(), score.is_good() ? "" : "  BELOW 0.95");
    }
    std::printf("%zu transactions, %zu of them without any act\n", transactions_, without_);
    for (const std::string& mistake : mistakes_) std::printf("%s\n", mistake.c_str());
  }

  [[nodiscard]] nlohmann::ordered_json to_json() const {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const auto& [name, score] : scores_) {
      rows.push_back({{"activity", name}, {"cases", score.cases}, {"precision", score.precision()}, {"recall", score.recall()}});
    }
    return rows;
  }

  [[nodiscard]] bool is_good() const {
    return !scores_.empty() && std::all_of(scores_.begin(), scores_.end(), [](const auto& one) { return one.second.is_good(); });
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

  std::map<std::string, Score> scores_;
  std::vector<std::string> mistakes_;
  std::size_t transactions_ = 0;
  std::size_t without_ = 0;
};

bool read(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool option = word.starts_with("--");
    if (option && ++i == argc) return false;
    if (word == "--plugins") {
      options.plugins = argv[i];
    } else if (word == "--rules") {
      options.rules = argv[i];
    } else if (word == "--out") {
      options.out = argv[i];
    } else if (option) {
      return false;
    } else {
      options.files.emplace_back(word);
    }
  }
  return !options.plugins.empty() && !options.rules.empty() && !options.out.empty() && !options.files.empty();
}

int stop(const std::string& why) {
  std::cerr << "detection-report: " << why << '\n';
  return 3;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read(argc, argv, options)) {
    std::cerr << "usage: detection-report --plugins FOLDER --rules FOLDER --out FILE LABELLED...\n";
    return 2;
  }
  detection::Shops shops(options.plugins, options.rules);
  Report report;
  for (const std::filesystem::path& file : options.files) {
    const auto labelled = detection::read_labelled(file);
    if (!labelled) return stop(labelled.error().message);
    for (const Labelled& one : *labelled) {
      const auto found = shops.find(one);
      if (!found) return stop(one.where + ": " + found.error().message);
      report.add(one, *found);
    }
  }
  report.print();
  std::ofstream(options.out) << report.to_json().dump(2) << '\n';
  std::ifstream written(options.out);
  if (!written) return stop(options.out.string() + ": it cannot be written");
  return report.is_good() ? 0 : 1;
}
