// SPDX-License-Identifier: Apache-2.0
// bench-detectors PLUGINS RULES ROUNDS [--only NAME] [--lines N] LABELLED...: how many transactions a second our detectors look
// through, in one process, each with the rules of its kind of shop; as JSON. With --lines the lines of all sales are put together
// to sales of N lines. One round more goes before, so that nothing is met for the first time. Under callgrind,
// --toggle-collect=measured_round counts the instructions of the measured rounds.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/detection/labelled.hpp"

namespace {

using namespace greentill;

struct Work {
  detect::Detectors* detectors;
  const event::Transaction* transaction;
};

std::size_t look_through(const std::vector<Work>& work) {
  std::size_t found = 0;
  for (const Work& one : work) found += one.detectors->detect(*one.transaction).acts.size();
  return found;
}

/// Sales of so many lines, of the lines of all sales of one shop.
std::vector<detection::Labelled> long_sales(const std::vector<detection::Labelled>& labelled, std::size_t lines) {
  std::vector<detection::Labelled> all;
  for (const detection::Labelled& one : labelled) {
    if (one.transaction.kind != event::TransactionKind::sale) continue;
    for (const event::Line& line : one.transaction.lines) {
      if (all.empty() || all.back().transaction.lines.size() == lines || all.back().rules != one.rules) {
        all.push_back(one);
        all.back().transaction.lines.clear();
      }
      all.back().transaction.lines.push_back(line);
    }
  }
  std::erase_if(all, [lines](const detection::Labelled& one) { return one.transaction.lines.size() < lines; });
  return all;
}

int stop(const std::string& why) {
  std::fprintf(stderr, "bench-detectors: %s\n", why.c_str());
  return 1;
}

}  // namespace

extern "C" __attribute__((noinline)) std::size_t measured_round(const std::vector<Work>& work) { return look_through(work); }

int main(int argc, char** argv) {
  if (argc < 5) return stop("usage: bench-detectors PLUGINS RULES ROUNDS [--only NAME] [--lines N] LABELLED...");
  const int rounds = std::atoi(argv[3]);
  std::string only;
  std::size_t lines = 0;
  std::vector<detection::Labelled> labelled;
  for (int i = 4; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--only" && i + 1 < argc) {
      only = argv[++i];
    } else if (word == "--lines" && i + 1 < argc) {
      lines = std::strtoul(argv[++i], nullptr, 10);
    } else {
      auto read = detection::read_labelled(word);
      if (!read) return stop(read.error().message);
      std::move(read->begin(), read->end(), std::back_inserter(labelled));
    }
  }
  if (lines > 0) labelled = long_sales(labelled, lines);
  detection::Shops shops(argv[1], argv[2], only);
  std::vector<Work> work;
  for (const detection::Labelled& one : labelled) {
    const auto detectors = shops.detectors(one.rules);
    if (!detectors) return stop(detectors.error().message);
    work.push_back({*detectors, &one.transaction});
  }
  const std::size_t found = look_through(work);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) {
    if (measured_round(work) != found) return stop("another round found other acts");
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("{\"transactions\": %zu, \"found\": %zu, \"transactions_per_second\": %.0f}\n", work.size(), found,
              static_cast<double>(work.size()) * rounds / seconds);
  return 0;
}
