// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/picture/tesseract.hpp"

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include "daemon/base/text.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/escpos/picture/tesseract_library.hpp"

namespace greentill::escpos::picture {
namespace {

constexpr const char* kLibraryName = "libtesseract.so.5";
constexpr int kDotsAnInch = 203;
constexpr std::size_t kMostBands = 24;
constexpr const char* kLinesOfText = "6";  // one block of lines: what stands right and left of a gap belongs to one line
constexpr const char* kOneLine = "7";

/// Of Tesseract's table, level 5 are words: level page block paragraph line word left top width height confidence text.
std::vector<Word> words_of(std::string_view table) {
  std::vector<Word> words;
  std::vector<std::string_view> line;
  unsigned number = 0;
  for (const std::string_view row : split(table, '\n')) {
    const auto fields = split(row, '\t');
    if (fields.size() < 12 || fields[0] != "5") continue;
    const std::vector<std::string_view> place{fields[2], fields[3], fields[4]};
    if (place != line) ++number;
    line = place;
    const auto dots = [&](std::size_t field) { return parse_integer<std::size_t>(fields[field]).value_or(0); };
    Word word{std::string(fields[11]), number, dots(6), dots(6) + dots(8), dots(7), dots(7) + dots(9)};
    if (word.text.find_first_not_of(' ') != std::string::npos) words.push_back(std::move(word));
  }
  return words;
}

bool is_read(const std::vector<Word>& words, Band band) {
  return std::any_of(words.begin(), words.end(), [&](const Word& word) {
    const std::size_t top = std::max(word.top, band.top);
    const std::size_t bottom = std::min(word.bottom, band.bottom);
    return bottom > top && (bottom - top) * 2 >= word.bottom - word.top;
  });
}

/// From the top down.
void number_lines(std::vector<Word>& words) {
  std::map<unsigned, std::size_t> tops;
  for (const Word& word : words) {
    const auto [line, is_new] = tops.try_emplace(word.line, word.top);
    if (!is_new) line->second = std::min(line->second, word.top);
  }
  std::stable_sort(words.begin(), words.end(), [&](const Word& a, const Word& b) {
    return std::pair(tops[a.line], a.line) < std::pair(tops[b.line], b.line);
  });
}

}  // namespace

struct Tesseract::Library : TesseractFunctions {
  Library() {
    // Its threads would wait for one another busily, beside the sales.
    ::setenv("OMP_THREAD_LIMIT", "1", 1);
    handle_ = ::dlopen(kLibraryName, RTLD_NOW | RTLD_LOCAL);
    if (handle_ == nullptr) {
      throw std::runtime_error("Tesseract, which reads receipts that are printed as pictures, cannot be loaded (" +
                               std::string(::dlerror()) + "): install the packages libtesseract5 and tesseract-ocr-eng");
    }
    find("TessBaseAPICreate", create);
    find("TessBaseAPIDelete", destroy);
    find("TessBaseAPIInit3", init);
    find("TessBaseAPISetVariable", set_variable);
    find("TessBaseAPISetImage", set_image);
    find("TessBaseAPISetSourceResolution", set_resolution);
    find("TessBaseAPIRecognize", recognize);
    find("TessBaseAPIGetTsvText", words);
    find("TessDeleteText", free_text);
    find("TessBaseAPIClear", clear);
    find("TessMonitorCreate", create_monitor);
    find("TessMonitorDelete", destroy_monitor);
    find("TessMonitorSetDeadlineMSecs", set_deadline);
  }

 private:
  // Its globals do not survive being unloaded: the library stays for as long as the process does.
  template <typename Function>
  void find(const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(handle_, name));
    if (function == nullptr) throw std::runtime_error(std::string(kLibraryName) + " has no " + name + ": it is no Tesseract 5");
  }

  void* handle_ = nullptr;
};

struct Tesseract::Engine {
  explicit Engine(const TesseractFunctions& functions)
      : of(functions), api(functions.create()), monitor(functions.create_monitor()) {}
  ~Engine() {
    of.destroy_monitor(monitor);
    of.destroy(api);
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const TesseractFunctions& of;
  tesseract::TessBaseAPI* api;
  tesseract::ETEXT_DESC* monitor;
};

Tesseract::Tesseract(const std::vector<std::string>& languages, const std::string& data) {
  std::string all;
  for (const std::string& language : languages) {
    const std::string file = data + "/" + language + ".traineddata";
    if (::access(file.c_str(), R_OK) != 0) {
      std::string package = language;
      std::replace(package.begin(), package.end(), '_', '-');
      throw std::runtime_error(file + " is not there, or may not be read: install the package tesseract-ocr-" + package);
    }
    all += (all.empty() ? "" : "+") + language;
  }
  library_ = std::make_unique<Library>();
  engine_ = std::make_unique<Engine>(*library_);
  if (library_->init(engine_->api, data.c_str(), all.c_str()) != 0) {
    throw std::runtime_error(data + ": Tesseract cannot use its files of " + all);
  }
  library_->set_variable(engine_->api, "debug_file", "/dev/null");
}

Tesseract::~Tesseract() = default;

std::vector<Word> Tesseract::read_part(const Grey& grey, bool one_line, int dots_an_inch, Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  const int width = static_cast<int>(grey.width);
  std::string table;
  int failed = 0;
  try {
    library_->set_variable(engine_->api, "tessedit_pageseg_mode", one_line ? kOneLine : kLinesOfText);
    library_->set_image(engine_->api, grey.dots.data(), width, static_cast<int>(grey.height), 1, width);
    library_->set_resolution(engine_->api, dots_an_inch);
    library_->set_deadline(engine_->monitor, static_cast<int>(std::max<std::int64_t>(left.count(), 1)));
    failed = library_->recognize(engine_->api, engine_->monitor);
    if (char* const text = failed == 0 ? library_->words(engine_->api, 0) : nullptr) {
      table = text;
      library_->free_text(text);
    }
    library_->clear(engine_->api);
  } catch (const std::exception& error) {
    throw plugin::Unusable(std::string("its picture cannot be read: ") + error.what());
  }
  if (std::chrono::steady_clock::now() >= deadline) throw plugin::Unusable("the time for reading its picture was over");
  if (failed != 0) throw plugin::Unusable("its picture cannot be read: Tesseract failed");
  return words_of(table);
}

std::vector<Word> Tesseract::read(const Bitmap& bitmap, Look look, std::chrono::milliseconds most) {
  const Deadline deadline = std::chrono::steady_clock::now() + most;
  const int dots_an_inch = look.enlarged ? kDotsAnInch * 3 / 2 : kDotsAnInch;
  const Grey grey = grey_of(bitmap, look);
  std::vector<Word> words = read_part(grey, false, dots_an_inch, deadline);
  // Large letters among small ones pass for pictures, and a heading in them says what the receipt is.
  constexpr std::size_t kLeastHeight = 12;
  std::size_t bands = 0;
  const std::vector<Word> read = words;
  for (const Band& band : bands_of(grey)) {
    if (band.bottom - band.top < kLeastHeight || is_read(read, band) || ++bands > kMostBands) continue;
    for (Word& word : read_part(band_of(grey, band), true, dots_an_inch, deadline)) {
      word.line += static_cast<unsigned>(read.size() + words.size());
      word.top = band.top;
      word.bottom = band.bottom;
      words.push_back(std::move(word));
    }
  }
  number_lines(words);
  return words;
}

}  // namespace greentill::escpos::picture
