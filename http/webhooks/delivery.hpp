#pragma once
#include <optional>
#include <string>

namespace pg_booking::http {

/// One attempt at a delivery, as booking.claim_webhooks hands it out: signed, and ours alone until it is
/// reported or the lease is over.
struct Delivery {
  std::string tenant_id;
  std::string delivery_id;
  int attempt;  // counts from 1
  std::string lease;
  std::string url;
  std::string webhook_id;
  std::string webhook_timestamp;
  std::string webhook_signature;
  std::string payload;
};

/// What came of it.
struct AttemptOutcome {
  std::optional<int> status_code = {};  // nothing without an answer
  std::string error = {};               // why there was no complete answer; empty if there was one
  std::optional<int> duration_ms = {};  // nothing if nothing was sent
  std::string answer = {};              // the beginning of its body
  std::optional<int> retry_after_seconds = {};
};

}  // namespace pg_booking::http
