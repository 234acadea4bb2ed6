// SPDX-License-Identifier: Apache-2.0
// PostgreSQL with every failure turned into a Status: a connection, its statements, and its transactions. Statements are prepared
// when they are first run, and again on a new connection. All are pipelined: send() waits for no answer, and ask() for its own
// and those before it.
//
// Errors name the server and say what to do: unavailable where the connection is lost, the server is down or only reads, or
// another transaction was in the way: what was not committed is gone, and may be tried again; full where its disk is; corrupt
// where its files are damaged; conflict where a constraint is broken; denied where it lets us not in; not_found where it has no
// such database; io where its disk fails. After a failure within a transaction nothing is sent until rollback().
//
// A connection that was lost is made anew by the next statement outside of a transaction, once; who calls paces that.
//
// Threads: one at a time.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tools/credit-service/postgres/parameters.hpp"
#include "tools/credit-service/postgres/rows.hpp"

struct pg_conn;

namespace greentill::postgres {

/// Whether a name of a database is PostgreSQL's: postgres://... or postgresql://...
[[nodiscard]] bool is_url(std::string_view name);

class Database {
 public:
  /// What a change must have changed, else the failure is corrupt.
  enum class Expect : std::uint8_t { nothing, one_row };
  /// Called for each statement when it is prepared; of tests.
  using OnPrepare = std::function<void(std::string_view sql)>;

  /// Connects. `url` as libpq takes it; a password in it is never shown. `settings`: statements that are run on each new
  /// connection.
  static Result<Database> open(std::string url, std::string settings = {});
  Database(Database&&) noexcept = default;
  Database& operator=(Database&&) = delete;
  ~Database() = default;

  /// Runs statements without parameters, and waits. Not within a transaction that was begun here.
  Status execute(const char* statements);

  /// Runs the statement; where that is within a transaction its failure is told by what follows, at the latest by commit().
  template <typename... T>
  Status send(std::string_view sql, const T&... values) {
    return send_values(sql, Parameters::of(values...).view(), Expect::nothing);
  }
  /// Likewise, of a statement that must change one row.
  template <typename... T>
  Status change_one(std::string_view sql, const T&... values) {
    return send_values(sql, Parameters::of(values...).view(), Expect::one_row);
  }
  /// Runs the statement, and waits for its answer.
  template <typename... T>
  Rows ask(std::string_view sql, const T&... values) {
    return ask_values(sql, Parameters::of(values...).view());
  }
  Status send_values(std::string_view sql, const Values& values, Expect expect);
  Rows ask_values(std::string_view sql, const Values& values);

  /// Begins a transaction; `how` is the rest of BEGIN.
  Status begin(std::string_view how);
  /// Durable on return. On failure nothing is stored, unless the connection was lost meanwhile: then nobody knows.
  Status commit();
  void rollback();
  [[nodiscard]] bool is_inside() const { return inside_; }
  /// How many times it connected: what was learned on an earlier connection may be gone.
  [[nodiscard]] std::uint64_t connections() const { return connections_; }

  /// The server and the database, without a password.
  [[nodiscard]] const std::string& shown() const { return shown_; }
  /// The error for a row whose content is impossible.
  [[nodiscard]] Failure<Error> damaged(std::string_view what) const;
  void on_prepare(OnPrepare call) { on_prepare_ = std::move(call); }

 private:
  struct Finishes {
    void operator()(pg_conn* connection) const;
  };
  /// A statement on the connection.
  struct Statement {
    std::string name;
    std::uint64_t prepared_on = 0;  ///< the number of the connection
  };
  enum class Kind : std::uint8_t { run, preparation, sync };
  struct Sent {
    Kind kind = Kind::run;
    Expect expect = Expect::nothing;
    std::string_view sql;
    Statement* statement = nullptr;
  };

  Database(std::string url, std::string settings, std::string shown)
      : url_(std::move(url)), settings_(std::move(settings)), shown_(std::move(shown)) {}
  Status connect();
  Status ready();
  Result<Statement*> prepared(std::string_view sql);
  Status put(std::string_view sql, const Values& values, Expect expect);
  Status put_sync();
  ResultPointer take_one();
  void take_all();
  Status end_pipeline();
  Status lost();
  void note(const Error& error);
  [[nodiscard]] Error error_of(const pg_result* result) const;

  std::string url_, settings_, shown_;
  std::unique_ptr<pg_conn, Finishes> connection_;
  std::uint64_t connections_ = 0;
  bool inside_ = false;
  std::unordered_map<std::string, Statement> statements_;  // by text
  std::string key_;                                        // into them
  std::deque<Sent> sent_;                                  // whose answers were not read
  std::optional<Error> error_;                             // the first since the last sync
  OnPrepare on_prepare_;
};

}  // namespace greentill::postgres
