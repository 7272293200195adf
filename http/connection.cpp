#include "connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace pg_booking::http {

namespace {

constexpr const char* kStatementName = "http_request";
constexpr const char* kStatement = "SELECT booking.http_request_packed($1, $2, $3, $4, $5)";
constexpr int kParameters = 5;

// Whatever the database's default is: where a snapshot outlives a wait for somebody else's request, the
// answer to a repeated request cannot be read and a booking after a wait must fail.
constexpr const char* kIsolation = "SET default_transaction_isolation = 'read committed'";

// Type OIDs of PostgreSQL's catalog (pg_type.dat): they never change.
constexpr Oid kBytea = 17;
constexpr Oid kText = 25;

constexpr int kBinary = 1;

// Far above any statement_timeout one would set for HTTP: it only frees the worker of a server that hangs.
constexpr std::chrono::seconds kStatementDeadline{60};

/// Waits for the socket; false when the deadline has passed.
bool wait_for(int socket, short events, std::chrono::steady_clock::time_point deadline) {
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd waiting{socket, events, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

}  // namespace

std::string_view PackedAnswer::bytes() const {
  if (PQntuples(result_.get()) != 1 || PQgetisnull(result_.get(), 0, 0) != 0) return {};
  return {PQgetvalue(result_.get(), 0, 0), static_cast<std::size_t>(PQgetlength(result_.get(), 0, 0))};
}

Connection::Connection(const std::string& conninfo) : connection_(connect(conninfo)) {
  PQsetNoticeReceiver(connection_.get(), on_notice, this);
  const ResultHandle isolated(PQexec(connection_.get(), kIsolation));
  require_success(connection_.get(), isolated.get());
  constexpr std::array<Oid, kParameters> kTypes = {kText, kText, kText, kBytea, kText};
  const ResultHandle prepared(
      PQprepare(connection_.get(), kStatementName, kStatement, kParameters, kTypes.data()));
  require_success(connection_.get(), prepared.get());
  if (PQsetnonblocking(connection_.get(), 1) != 0) throw DatabaseError("could not use the socket", "");
}

void Connection::on_notice(void* self, const PGresult* notice) {
  // A synchronous commit that was cancelled while it waited for its standby succeeds with a warning only: the
  // booking may be lost in a failover. The function's name, unlike the message, is not translated.
  if (error_field(notice, PG_DIAG_SOURCE_FUNCTION) == "SyncRepWaitForLSN") {
    static_cast<Connection*>(self)->commit_not_replicated_ = true;
  }
}

bool Connection::is_alive() const {
  // An idle server speaks only to announce its end or a changed setting: after either a new connection is
  // better.
  char byte = 0;
  const ssize_t peeked = ::recv(PQsocket(connection_.get()), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

bool Connection::is_usable() const {
  return PQstatus(connection_.get()) == CONNECTION_OK &&
         PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
}

Reply Connection::call(const Request& request, const std::string& peer) {
  commit_not_replicated_ = false;
  if (!send(request, peer)) return broken();
  return receive();
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
  return PQsendQueryPrepared(connection_.get(), kStatementName, kParameters, values.data(), lengths.data(),
                             formats.data(), kBinary) == 1;
}

/// Sends what is still to be sent and reads until a result is complete; false if the server is gone or
/// silent.
bool Connection::wait_for_result(std::chrono::steady_clock::time_point deadline) {
  PGconn* const connection = connection_.get();
  while (true) {
    const int unsent = PQflush(connection);
    if (unsent < 0) return false;
    if (unsent == 0 && PQisBusy(connection) == 0) return true;
    const short events = unsent == 1 ? POLLIN | POLLOUT : POLLIN;
    if (!wait_for(PQsocket(connection), events, deadline)) {
      timed_out_ = true;
      return false;
    }
    if (PQconsumeInput(connection) == 0) return false;
  }
}

/// Reads to the very end: the commit comes after the row, and may still fail.
Reply Connection::receive() {
  const auto deadline = std::chrono::steady_clock::now() + kStatementDeadline;
  ResultHandle answer;
  ResultHandle error;
  while (true) {
    if (!wait_for_result(deadline)) return broken();
    ResultHandle result(PQgetResult(connection_.get()));
    if (result == nullptr) break;
    (PQresultStatus(result.get()) == PGRES_TUPLES_OK ? answer : error) = std::move(result);
  }
  if (PQstatus(connection_.get()) != CONNECTION_OK) return broken();
  if (commit_not_replicated_)
    return OutcomeUnknown{"the commit was not confirmed by the synchronous standby"};
  if (error != nullptr) {
    return SqlError{error_field(error.get(), PG_DIAG_SQLSTATE),
                    error_field(error.get(), PG_DIAG_MESSAGE_PRIMARY),
                    error_field(error.get(), PG_DIAG_MESSAGE_HINT)};
  }
  if (answer == nullptr) return OutcomeUnknown{"the server sent no result"};
  return PackedAnswer(std::move(answer));
}

OutcomeUnknown Connection::broken() {
  if (timed_out_) return {"the database did not answer in time"};
  std::string reason = last_error(connection_.get());
  return {reason.empty() ? "the connection to the database broke" : std::move(reason)};
}

}  // namespace pg_booking::http
