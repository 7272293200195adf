#pragma once
#include <curl/curl.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "receiver/address_policy.hpp"
#include "webhooks/lookup.hpp"
#include "webhooks/outbox.hpp"
#include "webhooks/delivery_request.hpp"

namespace pg_booking::http {

struct SenderOptions {
  std::string db;        // as for the service
  AddressPolicy policy;  // where deliveries may go
  std::string resolver;  // "ADDRESS:PORT" of a DNS server; empty: this machine's
  std::string ca_file;   // PEM; empty: the system's authorities
};

/// Sends webhooks, in a thread of its own and over a database connection of its own: claims what is due, at
/// most one delivery of an endpoint at a time, sends without any transaction open, reports what came of it.
/// Any number of services may do so at the same time. While the database is away it waits for it, and keeps
/// what it could not report.
class Sender {
 public:
  explicit Sender(SenderOptions options);

  /// Claims nothing more and waits a few seconds for what is on its way; what takes longer is sent again by
  /// somebody else when its lease is over.
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

 private:
  using Clock = std::chrono::steady_clock;

  /// One attempt on its way: first the look-up of its host, then the request.
  struct Attempt {
    Delivery delivery;
    Clock::time_point started = Clock::now();
    WebhookUrl url = {};
    std::unique_ptr<Lookup> lookup = nullptr;
    std::unique_ptr<DeliveryRequest> request = nullptr;  // empty while it is looked up
  };
  using Attempts = std::list<Attempt>;
  struct MultiCloser {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  void run();
  void work(Outbox& outbox);
  bool is_over() const;
  void report_finished(Outbox& outbox);
  void claim(Outbox& outbox);
  void begin(Delivery delivery);
  void wait(std::vector<curl_waitfd> sockets);
  void advance_lookups();
  void send(Attempt& attempt);
  void collect_answers();
  void finish(Attempts::iterator attempt, AttemptOutcome outcome);
  void drop_requests();
  void work_without_database();

  const SenderOptions options_;
  std::unique_ptr<CURLM, MultiCloser> multi_;
  Attempts attempts_;
  std::deque<std::pair<Delivery, AttemptOutcome>> finished_;  // to be reported
  bool may_be_due_ = true;
  Clock::time_point look_again_;
  std::atomic<bool> stopping_ = false;
  std::atomic<Clock::time_point> give_up_at_ = Clock::time_point::max();
  std::thread thread_;
};

}  // namespace pg_booking::http
