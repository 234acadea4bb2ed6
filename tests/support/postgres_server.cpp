// SPDX-License-Identifier: Apache-2.0
#include "tests/support/postgres_server.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/wait.hpp"

namespace greentill::test {
namespace {

const std::filesystem::path kPrograms = "/usr/lib/postgresql/15/bin";
constexpr const char* kRole = "greentill";

/// Ends with this process, and is nobody where we are root.
[[noreturn]] void become(const std::vector<std::string>& line, const std::filesystem::path& log) {
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (output >= 0) {
    ::dup2(output, 1);
    ::dup2(output, 2);
  }
  ::setsid();
  if (::getuid() == 0) {
    const passwd* nobody = ::getpwnam("nobody");
    if (nobody == nullptr || ::setgid(nobody->pw_gid) != 0 || ::setuid(nobody->pw_uid) != 0) ::_exit(126);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  std::vector<char*> arguments;
  for (const std::string& one : line) arguments.push_back(const_cast<char*>(one.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

pid_t start_program(const std::vector<std::string>& line, const std::filesystem::path& log) {
  const pid_t child = ::fork();
  if (child == 0) become(line, log);
  if (child < 0) throw std::runtime_error("fork");
  return child;
}

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void run_program(const std::vector<std::string>& line, const std::filesystem::path& log) {
  int status = 0;
  if (::waitpid(start_program(line, log), &status, 0) < 0 || status != 0) {
    throw std::runtime_error(line[0] + " failed: " + text_of(log));
  }
}

}  // namespace

bool PostgresServer::is_there() {
  std::error_code unknown;
  return std::filesystem::exists(kPrograms / "postgres", unknown);
}

PostgresServer::PostgresServer(Syncs syncs, const std::filesystem::path& folder)
    : folder_(folder.empty() ? own_.path() : folder), syncs_(syncs) {
  // Its folder must be its user's alone, and the way there open to it.
  for (const auto& path : {own_.path(), folder_}) std::filesystem::permissions(path, std::filesystem::perms::all);
  run_program({kPrograms / "initdb", "-D", folder_ / "data", "-A", "trust", "-U", kRole, "-E", "UTF8", "--locale=C", "-N"},
              folder_ / "initdb.log");
  std::ofstream settings(folder_ / "data/postgresql.conf", std::ios::app);
  settings << "listen_addresses = ''\nunix_socket_directories = '" << folder_.string()
           << "'\nmax_connections = 100\nshared_buffers = 32MB\nautovacuum = off\nlogging_collector = off\n";
  if (syncs == Syncs::no) settings << "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n";
  settings.close();
  start();
}

// An immediate shutdown, which waits for all that work for it: nobody writes into the folder that goes with it.
PostgresServer::~PostgresServer() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGQUIT);
  ::waitpid(pid_, nullptr, 0);
}

void PostgresServer::start() {
  const std::filesystem::path log = folder_ / "postgres.log";
  const std::vector<std::string> line{kPrograms / "postgres", "-D", folder_ / "data"};
  pid_ = start_program(line, log);
  const bool is_up = eventually([&] {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      // What worked for the one that was killed may not have ended yet.
      const std::string said = text_of(log);
      const bool is_held =
          said.find("shared memory block", said.size() - std::min<std::size_t>(said.size(), 500)) != std::string::npos;
      if (!is_held) throw std::runtime_error("postgres ended: " + said);
      pid_ = start_program(line, log);
    }
    const pid_t asks =
        start_program({kPrograms / "pg_isready", "-q", "-h", folder_, "-U", kRole, "-d", "postgres"}, folder_ / "ready.log");
    return ::waitpid(asks, &status, 0) == asks && status == 0;
  });
  if (!is_up) throw std::runtime_error("postgres takes no connections: " + text_of(log));
}

void PostgresServer::kill() {
  if (pid_ <= 0) return;
  // Those that work for it are each a session of their own.
  const std::string pid = std::to_string(pid_);
  std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
  std::vector<pid_t> all;
  for (pid_t child = 0; children >> child;) all.push_back(child);
  ::kill(pid_, SIGKILL);
  for (const pid_t child : all) ::kill(child, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string PostgresServer::url(const std::string& database) const {
  return "postgres:///" + database + "?host=" + folder_.string() + "&user=" + kRole;
}

std::string PostgresServer::run(const std::string& database, const std::string& sql) const {
  static int number = 0;
  const auto said = folder_ / ("psql-" + std::to_string(++number));
  run_program({kPrograms / "psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", url(database), "-c", sql}, said);
  std::string text = text_of(said);
  std::filesystem::remove(said);
  return text;
}

PostgresServer& shared_postgres() {
  static PostgresServer server;
  return server;
}

std::string fresh_database(void (*made)(const std::string& url)) {
  PostgresServer& server = shared_postgres();
  static int number = 0;
  if (number == 0) {
    server.run("postgres", "CREATE DATABASE base");
    made(server.url("base"));
  }
  const std::string name = "fresh" + std::to_string(++number);
  server.run("postgres", "CREATE DATABASE " + name + " TEMPLATE base STRATEGY file_copy");
  return server.url(name);
}

namespace {

std::string name_in(const std::string& url) {
  const std::size_t begin = url.find(":///") + 4;
  return url.substr(begin, url.find('?') - begin);
}

void replace_database(const std::string& to, const std::string& from) {
  shared_postgres().run("postgres", "DROP DATABASE IF EXISTS \"" + to + "\" WITH (FORCE)");
  shared_postgres().run("postgres", "CREATE DATABASE \"" + to + "\" TEMPLATE \"" + from + "\" STRATEGY file_copy");
}

}  // namespace

void copy_database(const std::string& url, const std::string& copy) { replace_database(name_in(url) + "-" + copy, name_in(url)); }

void restore_database(const std::string& url, const std::string& copy) {
  replace_database(name_in(url), name_in(url) + "-" + copy);
}

}  // namespace greentill::test
