// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/postgres/postgres.hpp"

#include <libpq-fe.h>

#include <array>

#include "daemon/base/text.hpp"

namespace greentill::postgres {
namespace {

// Answers pile up in the server's and our buffers else.
constexpr std::size_t kMostUnread = 512;

constexpr int kBinaryResults = 1;

struct Fault {
  std::string_view prefix;  // of an SQLSTATE
  ErrorCode code;
  std::string_view advice;
};

// The first that fits.
constexpr Fault kFaults[] = {
    {"53100", ErrorCode::full, "; make room on the server's disk"},
    {"53", ErrorCode::unavailable, "; give the server more memory or connections"},
    {"40", ErrorCode::unavailable, "; another transaction was in the way"},
    {"55P03", ErrorCode::unavailable, "; another worker or command holds the lock"},
    {"25006", ErrorCode::unavailable, "; it only reads: is it a standby?"},
    {"57", ErrorCode::unavailable, ""},
    {"08", ErrorCode::unavailable, ""},
    {"58", ErrorCode::io, ""},
    {"XX001", ErrorCode::corrupt, "; restore a backup"},
    {"XX002", ErrorCode::corrupt, "; restore a backup"},
    {"23", ErrorCode::conflict, ""},
    {"28", ErrorCode::denied, ""},
    {"42501", ErrorCode::denied, "; grant the service's role what it needs"},
    {"3D000", ErrorCode::not_found, "; create it: createdb"},
};

std::string one_line(const char* message) {
  std::string text(message == nullptr ? "" : message);
  while (text.ends_with('\n') || text.ends_with(' ')) text.pop_back();
  for (char& one : text) one = one == '\n' ? ' ' : one;
  return text;
}

struct FreesOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreesOptions>;

/// What is set where the URL and the environment say nothing: a server that went away without a word is noticed.
constexpr std::array<std::pair<const char*, const char*>, 4> kDefaults{{{"connect_timeout", "10"},
                                                                        {"tcp_user_timeout", "30000"},
                                                                        {"application_name", "greentill-credit"},
                                                                        {"client_encoding", "UTF8"}}};

std::string shown_by(const Options& options) {
  std::string host, port, name;
  for (const PQconninfoOption* one = options.get(); one->keyword != nullptr; ++one) {
    if (one->val == nullptr) continue;
    if (std::string_view(one->keyword) == "host") host = one->val;
    if (std::string_view(one->keyword) == "port") port = one->val;
    if (std::string_view(one->keyword) == "dbname") name = one->val;
  }
  return "postgres://" + host + (port.empty() ? "" : ":" + port) + "/" + name;
}

}  // namespace

bool is_url(std::string_view name) { return name.starts_with("postgres://") || name.starts_with("postgresql://"); }

void Database::Finishes::operator()(pg_conn* connection) const { PQfinish(connection); }

Result<Database> Database::open(std::string url, std::string settings) {
  char* wrong = nullptr;
  const Options options(PQconninfoParse(url.c_str(), &wrong));
  if (!options) {
    const std::string what = one_line(wrong);
    PQfreemem(wrong);
    return fail(ErrorCode::invalid, "the database's URL cannot be read: " + what);
  }
  Database database(std::move(url), std::move(settings), shown_by(options));
  if (Status connected = database.connect(); !connected) return Failure{connected.error()};
  return database;
}

Status Database::connect() {
  const Options options(PQconninfoParse(url_.c_str(), nullptr));
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : kDefaults) {
    keys.push_back(key);
    values.push_back(value);
  }
  for (const PQconninfoOption* one = options.get(); one != nullptr && one->keyword != nullptr; ++one) {
    if (one->val == nullptr) continue;
    keys.push_back(one->keyword);
    values.push_back(one->val);
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  sent_.clear();
  error_.reset();
  inside_ = false;
  connection_.reset(PQconnectdbParams(keys.data(), values.data(), 0));
  ++connections_;
  if (PQstatus(connection_.get()) != CONNECTION_OK) {
    return fail(ErrorCode::unavailable, shown_ + ": " + one_line(PQerrorMessage(connection_.get())));
  }
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
  // Waits for another worker's lock as long as SQLite's store does.
  if (Status set = execute(("SET lock_timeout = '10s';" + settings_).c_str()); !set) return set;
  if (PQenterPipelineMode(connection_.get()) == 1) return Done{};
  return fail(ErrorCode::bug, shown_ + ": no pipeline");
}

Status Database::ready() {
  if (PQstatus(connection_.get()) == CONNECTION_OK) return Done{};
  if (inside_) return lost();
  return connect();
}

Status Database::execute(const char* statements) {
  if (connection_ == nullptr || PQstatus(connection_.get()) != CONNECTION_OK) {
    if (Status connected = connect(); !connected) return connected;
  }
  const bool was_pipelined = PQpipelineStatus(connection_.get()) != PQ_PIPELINE_OFF;
  if (was_pipelined) PQexitPipelineMode(connection_.get());
  const ResultPointer result(PQexec(connection_.get(), statements));
  const ExecStatusType status = PQresultStatus(result.get());
  if (was_pipelined) PQenterPipelineMode(connection_.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return Done{};
  return Failure{error_of(result.get())};
}

Result<Database::Statement*> Database::prepared(std::string_view sql) {
  key_.assign(sql);
  const auto [found, is_new] = statements_.try_emplace(key_);
  Statement& statement = found->second;
  if (is_new) {
    statement.name = "s" + std::to_string(statements_.size());
    if (on_prepare_) on_prepare_(sql);
  }
  if (statement.prepared_on == connections_) return &statement;
  if (PQsendPrepare(connection_.get(), statement.name.c_str(), found->first.c_str(), 0, nullptr) != 1) {
    return Failure{lost().error()};
  }
  sent_.push_back({Kind::preparation, Expect::nothing, found->first, &statement});
  statement.prepared_on = connections_;
  return &statement;
}

Status Database::put(std::string_view sql, const Values& values, Expect expect) {
  if (Status is_ready = ready(); !is_ready) return is_ready;
  if (error_) return Failure{*error_};
  const auto statement = prepared(sql);
  if (!statement) return Failure{statement.error()};
  if (PQsendQueryPrepared(connection_.get(), (*statement)->name.c_str(), values.count, values.data, values.lengths,
                          values.formats, kBinaryResults) != 1) {
    return lost();
  }
  sent_.push_back({Kind::run, expect, statements_.find(key_)->first, *statement});
  return Done{};
}

Status Database::put_sync() {
  if (PQpipelineSync(connection_.get()) != 1) return lost();
  sent_.push_back({Kind::sync, Expect::nothing, {}, nullptr});
  return Done{};
}

Status Database::send_values(std::string_view sql, const Values& values, Expect expect) {
  if (Status put_there = put(sql, values, expect); !put_there) return put_there;
  if (!inside_) return end_pipeline();
  if (sent_.size() < kMostUnread) return Done{};
  PQsendFlushRequest(connection_.get());
  if (PQflush(connection_.get()) < 0) return lost();
  take_all();
  return error_ ? Status(Failure{*error_}) : Status(Done{});
}

Rows Database::ask_values(std::string_view sql, const Values& values) {
  if (Status put_there = put(sql, values, Expect::nothing); !put_there) return Rows(put_there);
  if (inside_) {
    PQsendFlushRequest(connection_.get());
    if (PQflush(connection_.get()) < 0) return Rows(lost());
  } else if (Status synced = put_sync(); !synced) {
    return Rows(synced);
  }
  const std::size_t behind = inside_ ? 0 : 1;
  while (sent_.size() > 1 + behind) (void)take_one();
  ResultPointer answer = take_one();
  Status ended = Done{};
  if (!inside_) ended = end_pipeline();
  if (!ended) return Rows(ended);
  if (error_) return Rows(Failure{*error_});
  return Rows(std::move(answer));
}

/// Reads the answer to what was sent first.
ResultPointer Database::take_one() {
  if (sent_.empty()) return nullptr;
  const Sent sent = sent_.front();
  sent_.pop_front();
  ResultPointer answer(PQgetResult(connection_.get()));
  if (!answer) {
    (void)lost();
    return nullptr;
  }
  if (sent.kind == Kind::sync) return answer;
  while (const ResultPointer more{PQgetResult(connection_.get())}) {
  }
  const ExecStatusType status = PQresultStatus(answer.get());
  const bool is_well = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
  if (!is_well && sent.kind == Kind::preparation) sent.statement->prepared_on = 0;
  if (status == PGRES_FATAL_ERROR) note(error_of(answer.get()));
  if (!is_well && status != PGRES_FATAL_ERROR && status != PGRES_PIPELINE_ABORTED) {
    note({ErrorCode::bug, shown_ + ": an answer of an unknown kind: " + PQresStatus(status)});
  }
  if (is_well && sent.expect == Expect::one_row && std::string_view(PQcmdTuples(answer.get())) != "1") {
    note(damaged("a row is missing: " + std::string(sent.sql)).error);
  }
  return answer;
}

void Database::take_all() {
  while (!sent_.empty()) (void)take_one();
}

/// Waits for all that was sent. The failure of it, after which the next statement is run again.
Status Database::end_pipeline() {
  if (sent_.empty() || sent_.back().kind != Kind::sync) {
    if (PQstatus(connection_.get()) == CONNECTION_OK) (void)put_sync();
  }
  take_all();
  const std::optional<Error> error = std::exchange(error_, std::nullopt);
  return error ? Status(Failure{*error}) : Status(Done{});
}

Status Database::begin(std::string_view how) {
  if (Status is_ready = ready(); !is_ready) return is_ready;
  const std::string sql = "BEGIN " + std::string(how);
  if (Status put_there = put(sql, {}, Expect::nothing); !put_there) return put_there;
  inside_ = true;
  return Done{};
}

Status Database::commit() {
  Status put_there = put("COMMIT", {}, Expect::nothing);
  if (put_there) put_there = end_pipeline();
  if (!put_there) {
    rollback();
    return put_there;
  }
  inside_ = false;
  return Done{};
}

void Database::rollback() {
  if (!inside_) return;
  inside_ = false;
  (void)end_pipeline();
  if (PQstatus(connection_.get()) != CONNECTION_OK) return;
  if (PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
  if (put("ROLLBACK", {}, Expect::nothing)) (void)end_pipeline();
}

Status Database::lost() {
  const std::string why = one_line(PQerrorMessage(connection_.get()));
  note({ErrorCode::unavailable, shown_ + ": the connection was lost" + (why.empty() ? "" : ": " + why)});
  sent_.clear();
  return Failure{*error_};
}

void Database::note(const Error& error) {
  if (!error_) error_ = error;
}

Error Database::error_of(const pg_result* result) const {
  const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string message = one_line(result == nullptr ? PQerrorMessage(connection_.get()) : PQresultErrorMessage(result));
  if (state == nullptr) return {ErrorCode::unavailable, shown_ + ": " + message};
  for (const Fault& fault : kFaults) {
    if (std::string_view(state).starts_with(fault.prefix)) {
      return {fault.code, shown_ + ": " + message + std::string(fault.advice)};
    }
  }
  return {ErrorCode::bug, shown_ + ": " + message + " (" + state + ")"};
}

Failure<Error> Database::damaged(std::string_view what) const {
  return fail(ErrorCode::corrupt, shown_ + ": " + std::string(what) + "; run greentill-credit check");
}

}  // namespace greentill::postgres
