#include "connection.hpp"

#include <array>
#include <cstdlib>
#include <utility>

namespace pg_booking::http {

namespace {

constexpr const char* kStatementName = "http_request";
constexpr const char* kStatement = "SELECT booking.http_request_packed($1, $2, $3, $4, $5)";
constexpr int kParameters = 5;

// Whatever the database's default is: where a snapshot outlives a wait for somebody else's request, the
// answer to a repeated request cannot be read and a booking after a wait must fail. A statement is bounded by
// the server itself, unless the role, the database or the connection string says how: its timer, unlike a
// cancel request of ours, hits the right statement of several in the pipeline, and never a commit that is
// under way.
constexpr const char* kSessionSettings =
    "SELECT set_config('default_transaction_isolation', 'read committed', false),"
    " (SELECT set_config(name, '10s', false) FROM pg_catalog.pg_settings"
    "  WHERE name = 'statement_timeout' AND source = 'default');"
    "SELECT setting FROM pg_catalog.pg_settings WHERE name = 'statement_timeout'";

// Type OIDs of PostgreSQL's catalog (pg_type.dat): they never change.
constexpr Oid kBytea = 17;
constexpr Oid kText = 25;

constexpr int kBinary = 1;

}  // namespace

std::string_view PackedAnswer::bytes() const {
  if (PQntuples(result_.get()) != 1 || PQgetisnull(result_.get(), 0, 0) != 0) return {};
  return {PQgetvalue(result_.get(), 0, 0), static_cast<std::size_t>(PQgetlength(result_.get(), 0, 0))};
}

Connection::Connection(const std::string& conninfo) : connection_(connect(conninfo)) {
  PGconn* const connection = connection_.get();
  PQsetNoticeReceiver(connection, on_notice, this);
  const ResultHandle settings(PQexec(connection, kSessionSettings));
  require_success(connection, settings.get());
  statement_timeout_ = std::chrono::milliseconds(std::atoll(PQgetvalue(settings.get(), 0, 0)));
  constexpr std::array<Oid, kParameters> kTypes = {kText, kText, kText, kBytea, kText};
  const ResultHandle prepared(PQprepare(connection, kStatementName, kStatement, kParameters, kTypes.data()));
  require_success(connection, prepared.get());
  if (PQsetnonblocking(connection, 1) != 0 || PQenterPipelineMode(connection) != 1) {
    throw DatabaseError("could not enter pipeline mode", "");
  }
}

void Connection::on_notice(void* self, const PGresult* notice) {
  // A synchronous commit that was cancelled while it waited for its standby succeeds with a warning only: the
  // booking may be lost in a failover. The function's name, unlike the message, is not translated. The
  // warning comes before the end of its own transaction, so it is the oldest request's.
  if (error_field(notice, PG_DIAG_SOURCE_FUNCTION) == "SyncRepWaitForLSN") {
    static_cast<Connection*>(self)->commit_not_replicated_ = true;
  }
}

bool Connection::send(const Request& request, const std::string& peer) {
  const std::array<const std::string*, kParameters> parameters = {&request.method, &request.target,
                                                                  &request.headers, &request.body, &peer};
  std::array<const char*, kParameters> values{};
  std::array<int, kParameters> lengths{};
  std::array<int, kParameters> formats{};
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    values[i] = parameters[i]->data();
    lengths[i] = static_cast<int>(parameters[i]->size());
    formats[i] = kBinary;
  }
  constexpr std::size_t kBody = 3;
  if (request.body.empty()) values[kBody] = nullptr;
  PGconn* const connection = connection_.get();
  // The sync ends the request's own transaction, and the effect of its errors.
  const bool queued = PQsendQueryPrepared(connection, kStatementName, kParameters, values.data(),
                                          lengths.data(), formats.data(), kBinary) == 1 &&
                      PQpipelineSync(connection) == 1;
  if (!queued) return false;
  ++in_flight_;
  return flush();
}

bool Connection::flush() {
  const int unsent = PQflush(connection_.get());
  has_unsent_ = unsent == 1;
  return unsent >= 0;
}

std::optional<Reply> Connection::next_reply() {
  // One null stands between a request's results and its sync; a second one means that nothing will come.
  for (int nulls = 0; in_flight_ > 0 && nulls < 2 && PQisBusy(connection_.get()) == 0;) {
    ResultHandle result(PQgetResult(connection_.get()));
    if (result == nullptr) {
      ++nulls;
      continue;
    }
    nulls = 0;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) {
      --in_flight_;
      return take_reply();
    }
    // libpq's own error, when the connection is lost, is the last that comes. The server's says more.
    const bool is_last =
        status != PGRES_TUPLES_OK && PQresultErrorField(result.get(), PG_DIAG_SQLSTATE) == nullptr;
    if (is_last) in_flight_ = 0;
    ResultHandle& kept = status == PGRES_TUPLES_OK ? answer_ : error_;
    if (kept == nullptr) kept = std::move(result);
  }
  return std::nullopt;
}

Reply Connection::take_reply() {
  ResultHandle answer = std::move(answer_);
  const ResultHandle error = std::move(error_);
  if (std::exchange(commit_not_replicated_, false))
    return OutcomeUnknown{"the commit was not confirmed by the synchronous standby"};
  if (error != nullptr) {
    return SqlError{error_field(error.get(), PG_DIAG_SQLSTATE),
                    error_field(error.get(), PG_DIAG_MESSAGE_PRIMARY),
                    error_field(error.get(), PG_DIAG_MESSAGE_HINT)};
  }
  if (answer == nullptr) return OutcomeUnknown{"the server sent no result"};
  return PackedAnswer(std::move(answer));
}

std::string Connection::reason_of_loss() const {
  const std::string announced = error_ != nullptr ? one_line(PQresultErrorMessage(error_.get())) : "";
  if (!announced.empty()) return announced;
  std::string reason = last_error(connection_.get());
  return reason.empty() ? "the connection to the database broke" : reason;
}

}  // namespace pg_booking::http
