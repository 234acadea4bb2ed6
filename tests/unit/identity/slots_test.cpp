// SPDX-License-Identifier: Apache-2.0
#include "daemon/identity/slots.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "daemon/base/file.hpp"
#include "daemon/base/system.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::identity {

TEST_CASE("slots: nothing is in use before a promotion, then each promotion changes to the other") {
  const test::TempDir folder;
  SystemRandom random;
  const Slots slots(folder / "identity");
  REQUIRE(slots.prepare().ok());
  REQUIRE(slots.prepare().ok());
  CHECK_FALSE(slots.current()->has_value());
  for (const Slot expected : {Slot::a, Slot::b, Slot::a}) {
    const auto spare = slots.spare();
    REQUIRE(spare.ok());
    CHECK(*spare == expected);
    const std::string content = "of " + std::string(1, static_cast<char>(expected));
    REQUIRE(slots.store_key(*spare, Vault(), as_bytes("key " + content), random).ok());
    REQUIRE(slots.store_certificate(*spare, "certificate " + content).ok());
    REQUIRE(slots.promote(*spare).ok());
    CHECK(**slots.current() == expected);
    CHECK(*read_file(slots.current_key()) == "key " + content);
    CHECK(*read_file(slots.current_certificate()) == "certificate " + content);
  }
  struct stat state {};
  REQUIRE(::stat(slots.folder().c_str(), &state) == 0);
  CHECK((state.st_mode & 0777) == 0700);
}

TEST_CASE("slots: another key takes the certificate beside it away first") {
  const test::TempDir folder;
  SystemRandom random;
  const Slots slots(folder / "identity");
  REQUIRE(slots.prepare().ok());
  REQUIRE(slots.store_key(Slot::b, Vault(), as_bytes("old"), random).ok());
  REQUIRE(slots.store_certificate(Slot::b, "of the old").ok());
  REQUIRE(slots.store_key(Slot::b, Vault(), as_bytes("new"), random).ok());
  CHECK(read_file(slots.certificate(Slot::b)).error().code == ErrorCode::not_found);
  CHECK(slots.drop_certificate(Slot::b).ok());
}

TEST_CASE("slots: what is left of a promotion that was cut off is no obstacle, and a link elsewhere is told") {
  const test::TempDir folder;
  const Slots slots(folder / "identity");
  REQUIRE(slots.prepare().ok());
  std::filesystem::create_symlink("b", slots.folder() / "current.new");
  REQUIRE(slots.promote(Slot::a).ok());
  CHECK(**slots.current() == Slot::a);
  std::filesystem::remove(slots.folder() / "current");
  std::filesystem::create_symlink("/elsewhere", slots.folder() / "current");
  CHECK(slots.current().error().code == ErrorCode::corrupt);
  CHECK_FALSE(slots.spare().ok());
}

TEST_CASE("slots: one program at a time changes them") {
  const test::TempDir folder;
  const Slots slots(folder / "identity");
  REQUIRE(slots.prepare().ok());
  {
    const auto held = slots.lock();
    REQUIRE(held.ok());
    CHECK(slots.lock().error().code == ErrorCode::conflict);
  }
  CHECK(slots.lock().ok());
}

TEST_CASE("memory file: is read by its path, and cannot be changed") {
  const auto file = MemoryFile::of(as_bytes("secret"));
  REQUIRE(file.ok());
  CHECK(*read_file(file->path()) == "secret");
  CHECK(*read_file(file->path()) == "secret");
  std::ofstream out(file->path(), std::ios::app);
  out << "more" << std::flush;
  CHECK_FALSE(out.good());
  CHECK(*read_file(file->path()) == "secret");
}

}  // namespace greentill::identity
