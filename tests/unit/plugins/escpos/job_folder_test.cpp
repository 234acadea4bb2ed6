// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/job_folder.hpp"

#include <doctest/doctest.h>

#include "plugins/common/values/limits.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/plugins/escpos/jobs.hpp"

namespace greentill::escpos {
namespace {

using namespace test;
using Names = std::vector<std::string>;

std::string name(int second, int connection, int part, bool last) {
  return "20261124T08150" + std::to_string(second) + "000Z-0a0b0c0d-0000000" + std::to_string(connection) + "-0000" +
         std::to_string(part) + (last ? "-end" : "-more") + ".escpos";
}

TEST_CASE("job folder: names as the relay gives them") {
  const auto parsed = JobName::parse("20261124T081507123Z-0a0b0c0d-00000042-00003-more.escpos");
  REQUIRE(parsed);
  CHECK(parsed->connection == "0a0b0c0d-00000042");
  CHECK(parsed->part == 3);
  CHECK(!parsed->is_last);
  CHECK(parsed->begin == 1'795'508'107);
  for (const char* wrong :
       {"", "coffee.escpos", "20261124T081507123Z-0a0b0c0d-00000042-00003-more", "x-0a0b0c0d-00000042-00003-end.escpos",
        "20261324T081507123Z-0a0b0c0d-00000042-00003-end.escpos", "20261124T081507123Z-0a0b0c0d-00000042-x-end.escpos",
        "20261124T081507123Z-0a0b0c0d-00000042-00003-maybe.escpos"}) {
    CAPTURE(wrong);
    CHECK(!JobName::parse(wrong));
  }
}

TEST_CASE("job folder: the files of a connection that follow one another are one job") {
  greentill::test::TempDir temp;
  const JobFolder folder(temp.path());
  for (const std::string& file : {name(1, 1, 1, false), name(2, 2, 1, true), name(3, 1, 2, true), name(4, 3, 1, false),
                                  name(5, 3, 3, false), std::string("by-hand.escpos")}) {
    write(temp / file, file.substr(13, 2));
  }
  write(temp / ".hidden.escpos", "x");
  write(temp / "notes.txt", "x");
  std::filesystem::create_symlink("by-hand.escpos", temp / "link.escpos");
  const auto jobs = folder.jobs();
  REQUIRE(jobs.size() == 5);
  CHECK(jobs[0].files == Names{name(1, 1, 1, false), name(3, 1, 2, true)});
  CHECK(jobs[0].is_over);
  CHECK(jobs[0].begin == 1'795'508'101);
  CHECK(folder.read(jobs[0]) == "0103");
  CHECK(jobs[1].files == Names{name(2, 2, 1, true)});
  // Part 2 was not copied: part 1 will not go on, and part 3 begins anew.
  CHECK(jobs[2].files == Names{name(4, 3, 1, false)});
  CHECK(jobs[2].is_over);
  CHECK(jobs[3].files == Names{name(5, 3, 3, false)});
  CHECK(!jobs[3].is_over);
  CHECK(jobs[4].files == Names{"by-hand.escpos"});
}

TEST_CASE("job folder: what failed is kept, the newest of it") {
  greentill::test::TempDir temp;
  const JobFolder folder(temp.path());
  for (int i = 1; i <= 4; ++i) {
    write(temp / name(i, i, 1, true), "x");
    folder.set_aside(folder.jobs().at(0), 2);
  }
  CHECK(folder.jobs().empty());
  CHECK(!std::filesystem::exists(temp.path() / "failed" / name(2, 2, 1, true)));
  CHECK(std::filesystem::exists(temp.path() / "failed" / name(3, 3, 1, true)));
  CHECK(std::filesystem::exists(temp.path() / "failed" / name(4, 4, 1, true)));
  write(temp / name(5, 5, 1, true), "x");
  folder.set_aside(folder.jobs().at(0), 0);
  CHECK(folder.jobs().empty());
  CHECK(!std::filesystem::exists(temp.path() / "failed" / name(5, 5, 1, true)));
}

TEST_CASE("job folder: a job that is too large, a folder that is not there") {
  greentill::test::TempDir temp;
  const JobFolder folder(temp.path());
  write(temp / name(1, 1, 1, false), std::string(1u << 20, 'x'));
  write(temp / name(2, 1, 2, true), std::string(2u << 20, 'x'));
  CHECK_THROWS_AS(folder.read(folder.jobs().at(0)), plugin::Unusable);
  CHECK_THROWS_WITH(JobFolder("/nowhere").jobs(), "/nowhere: the folder of print jobs cannot be read: No such file or directory");
}

TEST_CASE("job folder: nothing is read or moved through a link, and nothing in failed/ is replaced") {
  greentill::test::TempDir temp;
  greentill::test::TempDir elsewhere;
  const JobFolder folder(temp.path());
  write(temp / "by-hand.escpos", "x");
  const Job job = folder.jobs().at(0);
  write(elsewhere / "secret", "secret");
  std::filesystem::remove(temp / "by-hand.escpos");
  std::filesystem::create_symlink(elsewhere / "secret", temp / "by-hand.escpos");
  CHECK_THROWS_WITH(folder.read(job), doctest::Contains("it cannot be opened"));
  std::filesystem::remove(temp / "by-hand.escpos");
  write(temp / "by-hand.escpos", "y");
  std::filesystem::create_directory_symlink(elsewhere.path(), temp / "failed");
  CHECK_THROWS_WITH(folder.set_aside(job, 9), doctest::Contains("it is a link, which is not followed here"));
  std::filesystem::remove(temp / "failed");
  folder.set_aside(job, 9);
  write(temp / "by-hand.escpos", "z");
  folder.set_aside(job, 9);
  CHECK(std::filesystem::exists(temp / "failed/by-hand.escpos"));
  CHECK(std::filesystem::exists(temp / "failed/by-hand.escpos.2"));
  std::filesystem::create_directory_symlink(temp.path(), elsewhere / "spool");
  CHECK_THROWS_WITH(JobFolder(elsewhere / "spool").jobs(), doctest::Contains("it is a link, which is not followed here"));
}

}  // namespace
}  // namespace greentill::escpos
