// SPDX-License-Identifier: Apache-2.0
#include "plugins/invoice/pdf_filters.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "plugins/invoice/qpdf.hpp"

namespace greentill::invoice {
namespace {

thread_local UnpackBudget* in_force = nullptr;

constexpr std::size_t kFlateBuffer = 4096;
constexpr long long kMostColumns = 1 << 16;

/// Counts what passes through it.
class Counted final : public Pipeline {
 public:
  explicit Counted(Pipeline* to) : Pipeline("counted", to) {}
  void write(const unsigned char* data, std::size_t size) override {
    UnpackBudget::take(size);
    getNext()->write(data, size);
  }
  void finish() override { getNext()->finish(); }
};

/// Undoes PNG's filters (PNG 1.2, 6): each row begins with a byte that says which.
class PngRows final : public Pipeline {
 public:
  PngRows(Pipeline* to, std::size_t row_bytes, std::size_t pixel_bytes)
      : Pipeline("png rows", to), row_(row_bytes + 1), above_(row_bytes), pixel_bytes_(pixel_bytes) {}

  void write(const unsigned char* data, std::size_t size) override {
    for (std::size_t i = 0; i < size; ++i) {
      row_[have_++] = data[i];
      if (have_ == row_.size()) end_row();
    }
  }
  void finish() override {
    if (have_ > 1) end_row();
    getNext()->finish();
  }

 private:
  void end_row() {
    for (std::size_t i = 1; i < row_.size(); ++i) {
      const int left = i > pixel_bytes_ ? row_[i - pixel_bytes_] : 0;
      const int up = above_[i - 1];
      const int up_left = i > pixel_bytes_ ? above_[i - 1 - pixel_bytes_] : 0;
      row_[i] = static_cast<unsigned char>(row_[i] + predicted(left, up, up_left));
    }
    getNext()->write(row_.data() + 1, have_ - 1);
    above_.assign(row_.begin() + 1, row_.end());
    row_.assign(row_.size(), 0);
    have_ = 0;
  }
  [[nodiscard]] int predicted(int left, int up, int up_left) const {
    switch (row_[0]) {
      case 1: return left;
      case 2: return up;
      case 3: return (left + up) / 2;
      case 4: {
        const int to_left = std::abs(up - up_left);
        const int to_up = std::abs(left - up_left);
        const int to_up_left = std::abs(left + up - 2 * up_left);
        return to_left <= to_up && to_left <= to_up_left ? left : to_up <= to_up_left ? up : up_left;
      }
      default: return 0;
    }
  }

  std::vector<unsigned char> row_;
  std::vector<unsigned char> above_;
  std::size_t pixel_bytes_;
  std::size_t have_ = 0;
};

class BoundedFlate final : public QPDFStreamFilter {
 public:
  // A chain of filters needs the memory of each.
  BoundedFlate() { UnpackBudget::take(2 * kFlateBuffer); }

  bool setDecodeParms(QPDFObjectHandle parameters) override {
    if (parameters.isNull()) return true;
    if (!parameters.isDictionary()) return false;
    const auto number = [&](const char* key, long long absent, long long most) -> long long {
      QPDFObjectHandle value = parameters.getKey(key);
      if (value.isNull()) return absent;
      return value.isInteger() && value.getIntValue() >= 1 && value.getIntValue() <= most ? value.getIntValue() : 0;
    };
    const long long predictor = number("/Predictor", 1, 15);
    const long long bits = number("/Colors", 1, 4) * number("/BitsPerComponent", 8, 16);
    const long long columns = number("/Columns", 1, kMostColumns);
    if (predictor == 1) return true;
    if (predictor < 10 || bits == 0 || columns == 0) return false;
    pixel_bytes_ = static_cast<std::size_t>((bits + 7) / 8);
    row_bytes_ = static_cast<std::size_t>((bits * columns + 7) / 8);
    return true;
  }

  Pipeline* getDecodePipeline(Pipeline* next) override {
    if (row_bytes_ > 0) next = add(std::make_unique<PngRows>(next, row_bytes_, pixel_bytes_));
    next = add(std::make_unique<Counted>(next));
    return add(std::make_unique<Pl_Flate>("flate", next, Pl_Flate::a_inflate, static_cast<unsigned>(kFlateBuffer)));
  }

 private:
  Pipeline* add(std::unique_ptr<Pipeline> one) {
    pipelines_.push_back(std::move(one));
    return pipelines_.back().get();
  }

  std::size_t row_bytes_ = 0;  // 0: no predictor
  std::size_t pixel_bytes_ = 1;
  std::vector<std::unique_ptr<Pipeline>> pipelines_;
};

/// qpdf then says of the stream that it cannot be unpacked.
class Refused final : public QPDFStreamFilter {
 public:
  bool setDecodeParms(QPDFObjectHandle /*parameters*/) override { return false; }
  Pipeline* getDecodePipeline(Pipeline* /*next*/) override { return nullptr; }
};

}  // namespace

UnpackBudget::UnpackBudget(std::size_t bytes) : left_(bytes) { in_force = this; }
UnpackBudget::~UnpackBudget() { in_force = nullptr; }

void UnpackBudget::take(std::size_t bytes) {
  if (in_force == nullptr) return;
  in_force->spent_ = in_force->spent_ || bytes > in_force->left_;
  if (in_force->spent_) throw OutOfBudget();
  in_force->left_ -= bytes;
}

void register_filters() {
  static const bool once = [] {
    QPDF::registerStreamFilter("/FlateDecode", [] { return std::make_shared<BoundedFlate>(); });
    for (const char* name : {"/LZWDecode", "/RunLengthDecode", "/DCTDecode"}) {
      QPDF::registerStreamFilter(name, [] { return std::make_shared<Refused>(); });
    }
    return true;
  }();
  static_cast<void>(once);
}

}  // namespace greentill::invoice
