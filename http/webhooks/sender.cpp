#include "webhooks/sender.hpp"

#include <algorithm>
#include <new>

#include "log.hpp"

namespace pg_booking::http {

namespace {

constexpr std::size_t kMaxAttempts = 64;
constexpr std::chrono::seconds kLookupTime{5};
// Longer than any attempt may take, with time to report it.
constexpr std::chrono::seconds kLease{60};
static_assert(kLease >= kLookupTime + DeliveryRequest::kTotalTime + std::chrono::seconds(30));
// Retries come due without anybody's notice.
constexpr std::chrono::seconds kPause{1};
constexpr std::chrono::seconds kLongestStop{5};

constexpr const char* kNoSuchHost = "The host name could not be resolved.";
constexpr const char* kRefusedAddress = "The URL leads to an address that is not public.";

CURLM* open_multi() {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* const multi = initialized == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi == nullptr) throw std::bad_alloc();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(kMaxAttempts));
  return multi;
}

int milliseconds_since(std::chrono::steady_clock::time_point start) {
  const auto duration = std::chrono::steady_clock::now() - start;
  return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

void log_attempt(const Delivery& delivery, const AttemptOutcome& outcome) {
  LogLine line(Level::kInfo, "webhook_attempt");
  line.field("webhook_id", delivery.webhook_id).field("attempt", delivery.attempt);
  if (outcome.status_code) line.field("status", *outcome.status_code);
  if (outcome.duration_ms) line.field("duration_ms", *outcome.duration_ms);
  if (!outcome.error.empty()) line.field("error", outcome.error);
  line.write();
}

LogLine& add(LogLine& line, const DatabaseError& error) {
  return line.field("sqlstate", error.sqlstate).field("message", error.what());
}

}  // namespace

Sender::Sender(SenderOptions options)
    : options_(std::move(options)), multi_(open_multi()), thread_([this] { run(); }) {}

Sender::~Sender() {
  give_up_at_ = Clock::now() + kLongestStop;
  stopping_ = true;
  curl_multi_wakeup(multi_.get());
  thread_.join();
}

void Sender::run() {
  bool was_away = false;
  while (!is_over()) {
    try {
      Outbox outbox(options_.db, kLease);
      if (was_away) LogLine(Level::kInfo, "webhooks_database_back").write();
      was_away = false;
      work(outbox);
    } catch (const DatabaseError& error) {
      if (!was_away) {
        LogLine line(Level::kError, "webhooks_database_away");
        add(line, error).write();
      }
      was_away = true;
      work_without_database();
    }
  }
  drop_requests();
}

void Sender::work(Outbox& outbox) {
  may_be_due_ = true;
  while (!is_over()) {
    report_finished(outbox);
    claim(outbox);
    wait({{outbox.socket(), CURL_WAIT_POLLIN, 0}});
    advance_lookups();
    collect_answers();
    if (outbox.was_notified() || Clock::now() >= look_again_) may_be_due_ = true;
  }
  report_finished(outbox);
}

bool Sender::is_over() const {
  return stopping_ && ((attempts_.empty() && finished_.empty()) || Clock::now() >= give_up_at_.load());
}

void Sender::report_finished(Outbox& outbox) {
  for (; !finished_.empty(); finished_.pop_front()) {
    const auto& [delivery, outcome] = finished_.front();
    try {
      outbox.report(delivery, outcome);
    } catch (const DatabaseError& error) {
      if (outbox.is_broken()) throw;
      // Then it stays unknown and is sent again when the lease is over.
      LogLine line(Level::kError, "webhook_report_failed");
      add(line, error).write();
    }
    may_be_due_ = true;
  }
}

void Sender::claim(Outbox& outbox) {
  if (stopping_ || !may_be_due_ || attempts_.size() >= kMaxAttempts) return;
  may_be_due_ = false;
  look_again_ = Clock::now() + kPause;
  for (Delivery& delivery : outbox.claim(kMaxAttempts - attempts_.size())) begin(std::move(delivery));
}

void Sender::begin(Delivery delivery) {
  const auto attempt = attempts_.insert(attempts_.end(), Attempt{.delivery = std::move(delivery)});
  const std::optional<WebhookUrl> url = parse_webhook_url(attempt->delivery.url);
  if (!url) {
    finish(attempt, {.error = "The URL is none that webhooks are sent to."});
    return;
  }
  attempt->url = *url;
  attempt->lookup = std::make_unique<Lookup>(url->host, options_.resolver);
}

void Sender::wait(std::vector<curl_waitfd> sockets) {
  auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(kPause);
  for (const Attempt& attempt : attempts_) {
    if (attempt.request != nullptr) continue;
    attempt.lookup->add_sockets(sockets);
    patience = attempt.lookup->is_done() ? std::chrono::milliseconds(0) : attempt.lookup->patience(patience);
  }
  curl_multi_poll(multi_.get(), sockets.data(), static_cast<unsigned>(sockets.size()),
                  static_cast<int>(patience.count()), nullptr);
}

void Sender::advance_lookups() {
  for (auto next = attempts_.begin(); next != attempts_.end();) {
    const auto attempt = next++;
    if (attempt->request != nullptr) continue;
    attempt->lookup->process();
    const bool too_late = Clock::now() - attempt->started >= kLookupTime;
    if (!attempt->lookup->is_done() && !too_late) continue;
    const std::vector<IpAddress>& addresses = attempt->lookup->addresses();
    if (addresses.empty()) {
      finish(attempt, {.error = kNoSuchHost});
    } else if (!std::all_of(addresses.begin(), addresses.end(), [&](const IpAddress& address) {
                 return options_.policy.allows({address, attempt->url.port});
               })) {
      finish(attempt, {.error = kRefusedAddress});
    } else {
      send(*attempt);
    }
  }
}

void Sender::send(Attempt& attempt) {
  // Should the best address not answer, the next attempt takes the next one.
  const std::vector<IpAddress>& addresses = attempt.lookup->addresses();
  const std::size_t choice = static_cast<std::size_t>(attempt.delivery.attempt - 1) % addresses.size();
  attempt.request = std::make_unique<DeliveryRequest>(attempt.delivery, attempt.url, addresses.at(choice),
                                                      options_.ca_file);
  if (curl_multi_add_handle(multi_.get(), attempt.request->handle()) != CURLM_OK) throw std::bad_alloc();
}

void Sender::collect_answers() {
  int running = 0;
  curl_multi_perform(multi_.get(), &running);
  int queued = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &queued)) {
    const CURLcode result = message->data.result;
    const auto attempt = std::find_if(attempts_.begin(), attempts_.end(), [&](const Attempt& candidate) {
      return candidate.request != nullptr && candidate.request->handle() == message->easy_handle;
    });
    curl_multi_remove_handle(multi_.get(), message->easy_handle);
    AttemptOutcome outcome = attempt->request->outcome(result);
    outcome.duration_ms = milliseconds_since(attempt->started);
    finish(attempt, std::move(outcome));
  }
}

void Sender::finish(Attempts::iterator attempt, AttemptOutcome outcome) {
  log_attempt(attempt->delivery, outcome);
  finished_.emplace_back(std::move(attempt->delivery), std::move(outcome));
  attempts_.erase(attempt);
}

void Sender::drop_requests() {
  for (const Attempt& attempt : attempts_) {
    if (attempt.request != nullptr) curl_multi_remove_handle(multi_.get(), attempt.request->handle());
  }
  attempts_.clear();
}

void Sender::work_without_database() {
  for (const Clock::time_point until = Clock::now() + kPause; !is_over() && Clock::now() < until;) {
    wait({});
    advance_lookups();
    collect_answers();
  }
}

}  // namespace pg_booking::http
