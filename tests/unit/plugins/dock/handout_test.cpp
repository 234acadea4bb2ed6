// SPDX-License-Identifier: Apache-2.0
// The folder from which a dock hands out settings and images.
#include "plugins/dock/handout.hpp"

#include <doctest/doctest.h>

#include "daemon/base/file.hpp"
#include "firmware/files/lock_settings.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/firmware/update_model.hpp"

namespace greentill::dock::handout_test {
namespace {

using greentill::test::TempDir;
using greentill::test::UpdateModel;

struct Bench {
  void put_image(const std::string& name, std::uint32_t version) {
    const auto image = model.make_image(version);
    REQUIRE(write_file_durably(folder / name, firmware::image_file_bytes(image.message, {image.forms[0], image.forms[1]})));
  }
  void put_settings(const std::string& name, const std::string& lock, std::uint16_t number) {
    REQUIRE(write_file_durably(folder / name, firmware::lock_settings_text({lock, model.settings(number, 1'900)})));
  }
  void look() { handout.look(now += std::chrono::seconds(10)); }
  std::uint32_t newest(std::uint32_t floor = 0, std::uint32_t board = UpdateModel::kBoard) {
    const auto all = handout.images_for(board);
    return all.empty() || all.front()->version() <= floor ? 0 : all.front()->version();
  }

  TempDir folder;
  UpdateModel model{UpdateModel::Begin::provisioned};
  std::vector<std::string> complaints;
  Handout handout{folder.path(), [this](const std::string& what) { complaints.push_back(what); }};
  Time now{std::chrono::hours(1)};
};

}  // namespace

TEST_CASE("handout: a settings file says whether licensed docks alone acknowledge, and one that is silent says no") {
  UpdateModel model{UpdateModel::Begin::provisioned};
  firmware::LockSettings settings{"bike-1", model.settings(3, 1'900)};
  settings.settings.settings.only_licensed_docks = true;
  std::string text = firmware::lock_settings_text(settings);
  const auto read = firmware::parse_lock_settings(text, "bike-1.toml");
  REQUIRE(read.ok());
  CHECK(read->settings.settings.only_licensed_docks);
  CHECK(firmware::settings_request(read->settings) == firmware::settings_request(settings.settings));
  const std::string line = "only_licensed_docks = true\n";
  REQUIRE(text.find(line) != std::string::npos);
  text.erase(text.find(line), line.size());
  CHECK_FALSE(firmware::parse_lock_settings(text, "bike-1.toml")->settings.settings.only_licensed_docks);
  CHECK_FALSE(firmware::parse_lock_settings(text + "only_licensed_docks = 1\n", "bike-1.toml").ok());
}

TEST_CASE("handout: the newest image of a board is handed out, and what changes in the folder is seen") {
  Bench at;
  at.look();
  CHECK(at.newest() == 0);
  at.put_image("a.image", 3);
  at.put_image("b.image", 5);
  at.put_image("no image.txt", 9);
  CHECK(at.newest() == 0);  // it looks every ten seconds
  at.look();
  CHECK(at.newest() == 5);
  CHECK(at.newest(5) == 0);
  CHECK(at.newest(0, UpdateModel::kBoard + 1) == 0);
  const auto held = at.handout.images_for(UpdateModel::kBoard).front();
  std::filesystem::remove(at.folder / "b.image");
  at.look();
  CHECK(at.newest() == 3);
  CHECK(held->file.forms[0].size() == held->file.image.forms[0].size);  // who sends it has it still
  CHECK(at.complaints.empty());
}

TEST_CASE("handout: what is no image is told once, and read again when it has changed") {
  Bench at;
  at.put_image("a.image", 3);
  auto bytes = *read_file(at.folder / "a.image");
  REQUIRE(write_file_durably(at.folder / "a.image", bytes.substr(0, bytes.size() / 2)));  // it is still being copied
  at.look();
  at.look();
  REQUIRE(at.complaints.size() == 1);
  CHECK(at.complaints[0].find("a.image: no image of a lock") != std::string::npos);
  REQUIRE(write_file_durably(at.folder / "a.image", bytes));
  at.look();
  CHECK(at.newest() == 3);
  std::filesystem::rename(at.folder.path(), at.folder.path().string() + "-away");
  at.look();
  CHECK(at.complaints.size() == 2);
  CHECK(at.newest() == 3);  // what was read stays
  std::filesystem::rename(at.folder.path().string() + "-away", at.folder.path());
}

TEST_CASE("handout: as many images as a dock has may be exchanged for as many others, and what is none counts for none") {
  Bench at;
  const auto name = [](int i) { return "image-" + std::to_string(i) + ".image"; };
  for (int i = 0; i < 16; ++i) at.put_image(name(i), 10 + static_cast<std::uint32_t>(i));
  REQUIRE(write_file_durably(at.folder / "0-is-none.image", std::string("none")));
  at.look();
  CHECK(at.newest() == 25);
  REQUIRE(at.complaints.size() == 1);
  for (int i = 0; i < 16; ++i) {
    std::filesystem::remove(at.folder / name(i));
    at.put_image(name(100 + i), 100 + static_cast<std::uint32_t>(i));
  }
  at.look();
  CHECK(at.newest() == 115);
  CHECK(at.handout.images_for(UpdateModel::kBoard).size() == 16);
  CHECK(at.complaints.size() == 1);
  at.put_image("image-200.image", 200);
  at.look();
  CHECK(at.newest() == 115);
  REQUIRE(at.complaints.size() == 2);
  CHECK(at.complaints[1].find("image-200.image: is one more than the 16 images") != std::string::npos);
}

TEST_CASE("handout: a wrong image that went and comes back is told again") {
  Bench at;
  for (std::size_t times = 1; times <= 2; ++times) {
    REQUIRE(write_file_durably(at.folder / "a.image", std::string("none")));
    at.look();
    at.look();
    CHECK(at.complaints.size() == times);
    std::filesystem::remove(at.folder / "a.image");
    at.look();
  }
}

TEST_CASE("handout: an image that another of its size and time replaces is read again") {
  Bench at;
  at.put_image("a.image", 3);
  at.look();
  const auto written = std::filesystem::last_write_time(at.folder / "a.image");
  at.put_image("b.txt", 5);
  std::filesystem::copy_file(at.folder / "b.txt", at.folder / "a.image", std::filesystem::copy_options::overwrite_existing);
  std::filesystem::last_write_time(at.folder / "a.image", written);
  at.look();
  CHECK(at.newest() == 5);
}

TEST_CASE("handout: a lock's settings are those of the file with its name") {
  Bench at;
  CHECK_FALSE(at.handout.settings_for("bike-1"));
  at.put_settings("bike-1.toml", "bike-1", 4);
  REQUIRE(at.handout.settings_for("bike-1"));
  CHECK(at.handout.settings_for("bike-1")->number == 4);
  at.put_settings("bike-1.toml", "bike-1", 5);
  CHECK(at.handout.settings_for("bike-1")->number == 5);
  CHECK_FALSE(at.handout.settings_for("bike-2"));
  CHECK(at.complaints.empty());
  at.put_settings("bike-2.toml", "bike-1", 6);
  CHECK_FALSE(at.handout.settings_for("bike-2"));
  REQUIRE(write_file_durably(at.folder / "bike-3.toml", "number = 'one'\n"));
  CHECK_FALSE(at.handout.settings_for("bike-3"));
  CHECK_FALSE(at.handout.settings_for("bike-3"));
  REQUIRE(at.complaints.size() == 2);
  CHECK(at.complaints[0].find("bike-2.toml: is for lock bike-1") != std::string::npos);
  CHECK(at.complaints[1].find("bike-3.toml") != std::string::npos);
}

}  // namespace greentill::dock::handout_test
