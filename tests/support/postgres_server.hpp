// SPDX-License-Identifier: Apache-2.0
// A real PostgreSQL in a folder of its own, on a unix socket, for tests. It dies with the test that started it. As root it runs
// as nobody, since it refuses root. Whatever cannot be started throws std::runtime_error.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temp_dir.hpp"

namespace greentill::test {

/// How sure it is of what it writes: a test that kills it wants all of it.
enum class Syncs : std::uint8_t { no, yes };

class PostgresServer {
 public:
  /// Whether PostgreSQL is installed here.
  [[nodiscard]] static bool is_there();
  /// Makes an empty cluster in a folder of its own, or below `folder`, and starts it.
  explicit PostgresServer(Syncs syncs = Syncs::no, const std::filesystem::path& folder = {});
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// Returns once it takes connections.
  void start();
  /// SIGKILL to it and to all that work for it.
  void kill();
  /// Of a database; it need not exist yet.
  [[nodiscard]] std::string url(const std::string& database) const;
  /// Runs statements by psql. What it printed.
  std::string run(const std::string& database, const std::string& sql) const;
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_; }

 private:
  TempDir own_;
  std::filesystem::path folder_;
  Syncs syncs_;
  pid_t pid_ = -1;
};

/// One for all tests of a program, without syncs.
PostgresServer& shared_postgres();

/// A new database of shared_postgres(), as `made` made the first: its URL. Databases are copies of that.
std::string fresh_database(void (*made)(const std::string& url));

/// Copies a database of shared_postgres() to which nobody is connected, and puts the copy in its place again.
void copy_database(const std::string& url, const std::string& copy);
void restore_database(const std::string& url, const std::string& copy);

}  // namespace greentill::test
