#include "webhooks/outbox.hpp"

#include <memory>

namespace pg_booking::http {

namespace {

// Whatever the database's defaults are: a claim must see what was reported while it waited, and a row that
// somebody keeps locked must not keep everybody's deliveries.
constexpr const char* kSession =
    "SET default_transaction_isolation = 'read committed'; SET lock_timeout = '2s';"
    " LISTEN pg_booking_webhooks";
constexpr const char* kClaim =
    "SELECT tenant_id, delivery_id, attempt, lease, url, webhook_id, webhook_timestamp, webhook_signature,"
    " payload FROM booking.claim_webhooks($1, $2)";
constexpr const char* kReport = "SELECT booking.record_webhook_attempt($1, $2, $3, $4, $5, $6, $7, $8, $9)";

struct NotificationFreer {
  void operator()(PGnotify* notification) const { PQfreemem(notification); }
};

/// As text, kept alive for libpq; null when there is none.
class OptionalText {
 public:
  explicit OptionalText(std::optional<int> value) : text_(value ? std::to_string(*value) : ""), has_(value) {}
  const char* get() const { return has_ ? text_.c_str() : nullptr; }

 private:
  std::string text_;
  bool has_;
};

}  // namespace

Outbox::Outbox(const std::string& conninfo, std::chrono::seconds lease)
    : connection_(connect(conninfo)), lease_(std::to_string(lease.count()) + " seconds") {
  const ResultHandle result(PQexec(connection_.get(), kSession));
  require_success(connection_.get(), result.get());
}

std::vector<Delivery> Outbox::claim(std::size_t most) {
  const std::string limit = std::to_string(most);
  const ResultHandle result = execute(kClaim, {limit.c_str(), lease_.c_str()});
  std::vector<Delivery> deliveries;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    const auto value = [&](int column) { return std::string(PQgetvalue(result.get(), row, column)); };
    deliveries.push_back({value(0), value(1), std::stoi(value(2)), value(3), value(4), value(5), value(6),
                          value(7), value(8)});
  }
  return deliveries;
}

void Outbox::report(const Delivery& delivery, const AttemptOutcome& outcome) {
  const std::string attempt = std::to_string(delivery.attempt);
  const OptionalText status(outcome.status_code);
  const OptionalText duration(outcome.duration_ms);
  const OptionalText retry_after(outcome.retry_after_seconds);
  execute(kReport,
          {delivery.tenant_id.c_str(), delivery.delivery_id.c_str(), attempt.c_str(), delivery.lease.c_str(),
           status.get(), outcome.error.empty() ? nullptr : outcome.error.c_str(), duration.get(),
           outcome.status_code ? outcome.answer.c_str() : nullptr, retry_after.get()});
}

bool Outbox::was_notified() {
  if (PQconsumeInput(connection_.get()) == 0) throw DatabaseError(last_error(connection_.get()), "");
  bool notified = false;
  while (true) {
    const std::unique_ptr<PGnotify, NotificationFreer> notification(PQnotifies(connection_.get()));
    if (notification == nullptr) return notified;
    notified = true;
  }
}

ResultHandle Outbox::execute(const char* sql, const std::vector<const char*>& parameters) {
  constexpr int kTextFormat = 0;
  ResultHandle result(PQexecParams(connection_.get(), sql, static_cast<int>(parameters.size()), nullptr,
                                   parameters.data(), nullptr, nullptr, kTextFormat));
  require_success(connection_.get(), result.get());
  return result;
}

}  // namespace pg_booking::http
