#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "postgres.hpp"
#include "webhooks/delivery.hpp"

namespace pg_booking::http {

/// The database's side of sending: a connection on which deliveries are claimed and reported, and that hears
/// of new ones. Its calls throw DatabaseError.
class Outbox {
 public:
  /// Claims are for `lease`; an attempt must be over by then.
  Outbox(const std::string& conninfo, std::chrono::seconds lease);

  /// Up to `most` deliveries that are due, each of another endpoint. Their attempts are on record when this
  /// returns.
  std::vector<Delivery> claim(std::size_t most);

  void report(const Delivery& delivery, const AttemptOutcome& outcome);

  /// Whether there may be new deliveries, told since the last call.
  bool was_notified();

  /// Readable when there may be new deliveries.
  int socket() const { return PQsocket(connection_.get()); }

  bool is_broken() const { return PQstatus(connection_.get()) != CONNECTION_OK; }

 private:
  ResultHandle execute(const char* sql, const std::vector<const char*>& parameters);

  ConnectionHandle connection_;
  const std::string lease_;
};

}  // namespace pg_booking::http
