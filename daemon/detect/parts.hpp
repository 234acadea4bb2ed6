// SPDX-License-Identifier: Apache-2.0
// What a source reads from and how each of these things stands (gt_part): a dock's locks. Limits are those of plugin.h; both the
// host and the daemon hold them. Threads: pure functions; Parts by one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

struct gt_part;

namespace greentill::detect {

struct Part {
  struct Field {
    std::string name;
    std::string text;                    ///< empty where it is a number
    std::optional<std::int64_t> number;  ///< none where it is a text
  };
  std::string kind;
  std::string name;
  std::vector<Field> fields;
  std::string fault;         ///< empty: nothing is wrong with it
  std::int64_t told_at = 0;  ///< by the daemon's clock, Unix seconds
};

/// What breaks a limit, in words that go behind "a part with "; empty where nothing does.
[[nodiscard]] std::string beyond_limits(const Part& part);
/// A copy with readable texts. What exceeds a limit is copied far enough to be seen by beyond_limits().
[[nodiscard]] Part copy_part(const gt_part& part);

/// The parts of one source.
class Parts {
 public:
  /// How many are kept: where there are more, those that were told longest ago go.
  static constexpr std::size_t kMost = 512;

  /// Takes the place of what was told of it before. True where it has a fault that it did not have before.
  bool tell(Part part);
  /// By kind and name.
  [[nodiscard]] std::vector<Part> all() const;

 private:
  struct Kept {
    Part part;
    std::uint64_t turn = 0;
  };
  std::map<std::pair<std::string, std::string>, Kept> kept_;
  std::map<std::uint64_t, std::pair<std::string, std::string>> by_turn_;
  std::uint64_t turns_ = 0;
};

}  // namespace greentill::detect
