#pragma once
#include <curl/curl.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "receiver/answer_reader.hpp"
#include "text/ip_address.hpp"
#include "text/webhook_url.hpp"
#include "webhooks/delivery.hpp"

namespace pg_booking::http {

/// The HTTP request of one attempt, to be added to a curl_multi handle. It goes to the address it is given
/// and nowhere else: no redirect, no proxy, no other look-up; the certificate must be the URL's host's.
class DeliveryRequest {
 public:
  /// `delivery` must outlive it. `ca_file`: PEM file of the authorities to trust instead of the system's;
  /// empty for those.
  DeliveryRequest(const Delivery& delivery, const WebhookUrl& url, const IpAddress& address,
                  const std::string& ca_file);
  DeliveryRequest(const DeliveryRequest&) = delete;
  DeliveryRequest& operator=(const DeliveryRequest&) = delete;

  CURL* handle() const { return handle_.get(); }

  /// What came of it, once curl is done with it.
  AttemptOutcome outcome(CURLcode result) const;

  // What it may take, each counted from its beginning.
  static constexpr std::chrono::seconds kConnectTime{5};
  static constexpr std::chrono::seconds kHeadTime{10};
  static constexpr std::chrono::seconds kTotalTime{15};

 private:
  struct HandleCloser {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  struct ListFreer {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  using List = std::unique_ptr<curl_slist, ListFreer>;

  template <typename Value>
  void set(CURLoption option, Value value);
  static void append(List& list, const std::string& line);
  void limit_protocol();

  static size_t on_head(const char* data, size_t size, size_t count, void* context);
  static size_t on_body(const char* data, size_t size, size_t count, void* context);
  static int on_progress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
  long status_code() const;

  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  List headers_;
  List connect_to_;
  AnswerReader answer_;
  bool head_complete_ = false;
  bool body_cut_ = false;
  const char* abort_reason_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> curl_error_{};
  std::unique_ptr<CURL, HandleCloser> handle_;  // last: it uses what is above
};

}  // namespace pg_booking::http
