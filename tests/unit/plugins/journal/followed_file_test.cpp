// SPDX-License-Identifier: Apache-2.0
#include "plugins/journal/followed_file.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "plugins/journal/rotation.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/plugins/files.hpp"

namespace greentill::journal {
namespace {

using namespace test;
using greentill::test::TempDir;
using Read = FollowedFile::Read;

struct Folder {
  TempDir dir;
  Journals journal{dir.path()};

  std::unique_ptr<FollowedFile> open(const std::string& behind = {}) const { return FollowedFile::open(journal(behind)); }
  /// The place behind the first `bytes` of a file.
  [[nodiscard]] Place place(const std::string& behind, std::size_t bytes) const {
    const auto file = open(behind);
    while (file->pending().size() < bytes && file->read_more() == Read::more) continue;
    file->consume(bytes, 1);
    return file->place_behind(0, 0);
  }
};

TEST_CASE("place: as text and back, and what is no place") {
  const Place place{71, 5'000'000'000, 42, "00112233aabbccdd"};
  const auto read = Place::parse(place.text());
  REQUIRE(read);
  CHECK(read->text() == place.text());
  CHECK(read->offset == 5'000'000'000);
  for (const char* text :
       {"", "j1", "j1 1 2 3", "j2 1 2 3 00112233aabbccdd", "j1 1 2 x 00", "j1 -1 2 3 00", "j1 1 2 3 00 more"}) {
    CAPTURE(std::string(text));
    CHECK(!Place::parse(text));
  }
}

TEST_CASE("followed file: what is appended is read, once, and lines are counted") {
  const Folder folder;
  append(folder.journal(), "one\n");
  const auto file = folder.open();
  CHECK(file->read_more() == Read::more);
  CHECK(file->pending() == "one\n");
  file->consume(4, 1);
  CHECK(file->read_more() == Read::none);
  CHECK(file->line() == 2);
  append(folder.journal(), "tw");
  CHECK(file->read_more() == Read::more);
  append(folder.journal(), "o\nthree\n");
  CHECK(file->read_more() == Read::more);
  CHECK(file->pending() == "two\nthree\n");
  file->consume(4, 1);
  CHECK(file->pending() == "three\n");
  CHECK(file->offset() == 8);
}

TEST_CASE("followed file: a place is gone to again where the bytes before it are the same, and nowhere else") {
  const Folder folder;
  append(folder.journal(), "header\nfirst\nsecond\n");
  const Place place = folder.place("", 13);
  const auto same = folder.open();
  REQUIRE(same->seek(place));
  CHECK(same->read_more() == Read::more);
  CHECK(same->pending() == "second\n");
  CHECK(same->line() == 2);
  append(folder.journal(".1"), "header\nother\nsecond\n");
  CHECK(!folder.open(".1")->seek(place));
  append(folder.journal(".2"), "header\nfirs");
  CHECK(!folder.open(".2")->seek(place));
  append(folder.journal(".3"), "header\nfirst\nanother end");
  CHECK(folder.open(".3")->seek(place));
}

TEST_CASE("followed file: rows far from begin and end are not compared, those at both ends are") {
  const Folder folder;
  const std::string middle(1000, 'x');
  const std::string text = "begin\n" + middle + "\nend\n";
  append(folder.journal(), text);
  const Place place = folder.place("", text.size());
  std::string other = text;
  other[0] = 'B';
  append(folder.journal(".1"), other);
  CHECK(!folder.open(".1")->seek(place));
  other = text;
  other[other.size() - 2] = 'D';
  append(folder.journal(".2"), other);
  CHECK(!folder.open(".2")->seek(place));
}

TEST_CASE("followed file: truncation shows, at once or behind what was written since") {
  const Folder folder;
  const std::string rows = "header\nfirst\nsecond\n";
  const auto truncated_to = [&](const std::string& now) {
    overwrite(folder.journal(), rows);
    const auto file = folder.open();
    while (file->read_more() == Read::more) continue;
    file->consume(13, 2);
    overwrite(folder.journal(), now);
    return file->read_more();
  };
  CHECK(truncated_to("") == Read::overwritten);
  CHECK(truncated_to("header\n") == Read::overwritten);
  CHECK(truncated_to("header\nwholly different rows, and many more of them\n") == Read::overwritten);
  // As long as before to the byte: it shows with the next row.
  CHECK(truncated_to("header\nfurst\nsecond\n") == Read::none);
  // What was consumed is still there: only the row behind it was written again.
  CHECK(truncated_to("header\nfirst\nthird one\n") == Read::more);
}

TEST_CASE("followed file: what was read ahead of a change is read again") {
  const Folder folder;
  overwrite(folder.journal(), "header\nfirst\nhal");
  const auto file = folder.open();
  while (file->read_more() == Read::more) continue;
  file->consume(13, 2);
  CHECK(file->pending() == "hal");
  overwrite(folder.journal(), "header\nfirst\nanother row\n");
  CHECK(file->read_more() == Read::more);
  CHECK(file->pending() == "another row\n");
}

TEST_CASE("followed file: a file that changes while it is still being caught up with is not read across the change") {
  const Folder folder;
  std::string rows = "header\n";
  while (rows.size() < 200'000) rows += "row " + std::to_string(rows.size()) + "\n";
  overwrite(folder.journal(), rows);
  const auto file = folder.open();
  REQUIRE(file->read_more() == Read::more);
  const std::size_t whole = file->pending().rfind('\n') + 1;
  file->consume(whole, 1);
  // Truncated and grown beyond, as may happen while the daemon takes nothing for want of room.
  std::string others = "header\n";
  while (others.size() < 300'000) others += "other " + std::to_string(others.size()) + "\n";
  overwrite(folder.journal(), others);
  CHECK(file->read_more() == Read::overwritten);
}

TEST_CASE("followed file: a long row is read on, however many reads it takes") {
  const Folder folder;
  overwrite(folder.journal(), std::string(200'000, 'x') + "\n");
  const auto file = folder.open();
  while (file->read_more() == Read::more) continue;
  CHECK(file->pending().size() == 200'001);
}

TEST_CASE("followed file: what is absent is waited for; what is no regular file is refused by name") {
  const Folder folder;
  CHECK(folder.open() == nullptr);
  std::filesystem::create_directory(folder.journal());
  CHECK_THROWS_WITH(folder.open(), (folder.journal().string() + ": it is not a regular file").c_str());
}

TEST_CASE("rotation: a place is found in the file that the journal became") {
  const Folder folder;
  append(folder.journal(), "header\nfirst\nsecond\n");
  const Place place = folder.place("", 13);
  const auto found = [&] {
    const auto file = find_file(folder.journal(), place);
    return file ? file->path().filename().string() : std::string("none");
  };
  CHECK(found() == "trips.csv");
  folder.journal.rename("", ".1");
  append(folder.journal(), "header\nthird\n");
  CHECK(found() == "trips.csv.1");
  folder.journal.rename(".1", "-20260101");
  CHECK(found() == "trips.csv-20260101");
  // A copy on a restored disk has another inode and the same content.
  std::filesystem::copy(folder.journal("-20260101"), folder.journal(".2026-01-01T00"));
  std::filesystem::remove(folder.journal("-20260101"));
  CHECK(found() == "trips.csv.2026-01-01T00");
  folder.journal.rename(".2026-01-01T00", ".1.gz");
  CHECK(found() == "none");
  folder.journal.rename(".1.gz", ".bak");
  CHECK(found() == "none");
}

TEST_CASE("rotation: until its rows differ the same inode decides which file goes on") {
  const Folder folder;
  append(folder.journal(".1"), "header\nfirst\nof yesterday\n");
  const Place place = folder.place(".1", 7);
  append(folder.journal(), "header\nof today\n");
  CHECK(find_file(folder.journal(), place)->path() == folder.journal(".1"));
}

TEST_CASE("rotation: the files left behind are read from the oldest to the journal itself, none twice") {
  const auto order = [](const std::vector<std::string>& names, const std::vector<int>& times, const std::string& first) {
    const Folder folder;
    for (std::size_t i = 0; i < names.size(); ++i) {
      append(folder.journal(names[i]), names[i] + "\n");
      written_at(folder.journal(names[i]), times[i]);
    }
    std::string walked = first;
    for (std::string at = first; !at.empty() && walked.size() < 100;) {
      at = file_after(folder.journal(), *folder.open(at)).filename().string().substr(9);
      walked += " > " + (at.empty() ? "journal" : at);
    }
    return walked;
  };
  CHECK(order({".3", ".2", ".1", ""}, {1, 2, 3, 4}, ".3") == ".3 > .2 > .1 > journal");
  CHECK(order({"-20260101", "-20260102", ""}, {1, 2, 3}, "-20260101") == "-20260101 > -20260102 > journal");
  // Written within one tick of a coarse clock, or unpacked from a backup: their names tell.
  CHECK(order({".10", ".9", ".1", ""}, {5, 5, 5, 5}, ".10") == ".10 > .9 > .1 > journal");
  CHECK(order({"-20260101", "-20260102", ""}, {5, 5, 5}, "-20260101") == "-20260101 > -20260102 > journal");
  CHECK(order({".2", ".1.gz", ".1", ".note", ""}, {1, 2, 3, 3, 4}, ".2") == ".2 > .1 > journal");
}

}  // namespace
}  // namespace greentill::journal
