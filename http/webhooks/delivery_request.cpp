#include "webhooks/delivery_request.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <new>
#include <variant>

namespace pg_booking::http {

namespace {

constexpr long kYes = 1;
constexpr long kNo = 0;

long milliseconds(std::chrono::milliseconds time) {
  return static_cast<long>(time.count());
}

/// As it stands in a URL: IPv6 in brackets.
std::string text_of(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (const auto* const v4 = std::get_if<Ipv4Address>(&address)) {
    return inet_ntop(AF_INET, v4->data(), text.data(), text.size());
  }
  inet_ntop(AF_INET6, std::get<Ipv6Address>(address).data(), text.data(), text.size());
  return "[" + std::string(text.data()) + "]";
}

}  // namespace

template <typename Value>
void DeliveryRequest::set(CURLoption option, Value value) {
  // With options that this library has, and of the right type, it fails for lack of memory only.
  if (curl_easy_setopt(handle_.get(), option, value) != CURLE_OK) throw std::bad_alloc();
}

void DeliveryRequest::append(List& list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());
  list.reset(longer);
}

DeliveryRequest::DeliveryRequest(const Delivery& delivery, const WebhookUrl& url, const IpAddress& address,
                                 const std::string& ca_file)
    : handle_(curl_easy_init()) {
  if (handle_ == nullptr) throw std::bad_alloc();
  append(headers_, "Content-Type: application/json");
  append(headers_, "webhook-id: " + delivery.webhook_id);
  append(headers_, "webhook-timestamp: " + delivery.webhook_timestamp);
  append(headers_, "webhook-signature: " + delivery.webhook_signature);
  // Whatever curl reads out of the URL, this is where it connects to; kept connections are found by it too.
  append(connect_to_, "::" + text_of(address) + ":" + std::to_string(url.port));

  set(CURLOPT_URL, delivery.url.c_str());
  set(CURLOPT_CONNECT_TO, connect_to_.get());
  limit_protocol();
  set(CURLOPT_POSTFIELDS, delivery.payload.data());
  set(CURLOPT_POSTFIELDSIZE, static_cast<long>(delivery.payload.size()));
  set(CURLOPT_HTTPHEADER, headers_.get());
  set(CURLOPT_USERAGENT, "pg_booking-webhooks/" PG_BOOKING_VERSION);
  if (!ca_file.empty()) {
    set(CURLOPT_CAINFO, ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(kConnectTime));
  set(CURLOPT_TIMEOUT_MS, milliseconds(kTotalTime));
  set(CURLOPT_HEADERFUNCTION, on_head);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_XFERINFOFUNCTION, on_progress);
  set(CURLOPT_XFERINFODATA, this);
  set(CURLOPT_NOPROGRESS, kNo);
  set(CURLOPT_ERRORBUFFER, curl_error_.data());
}

void DeliveryRequest::limit_protocol() {
  set(CURLOPT_PROTOCOLS_STR, "https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_FOLLOWLOCATION, kNo);
  set(CURLOPT_PROXY, "");  // nor what the environment names
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_NOSIGNAL, kYes);
}

size_t DeliveryRequest::on_head(const char* data, size_t size, size_t count, void* context) {
  DeliveryRequest& request = *static_cast<DeliveryRequest*>(context);
  const std::string_view line(data, size * count);
  if (!request.answer_.add_head(line)) {
    request.abort_reason_ = "The head of the answer was too long.";
    return 0;
  }
  constexpr long kFirstFinalStatus = 200;
  if (line == "\r\n" && request.status_code() >= kFirstFinalStatus) request.head_complete_ = true;
  return line.size();
}

size_t DeliveryRequest::on_body(const char* data, size_t size, size_t count, void* context) {
  DeliveryRequest& request = *static_cast<DeliveryRequest*>(context);
  const std::string_view piece(data, size * count);
  request.body_cut_ = !request.answer_.add_body(piece);
  return request.body_cut_ ? 0 : piece.size();
}

int DeliveryRequest::on_progress(void* context, curl_off_t /*download_total*/, curl_off_t /*downloaded*/,
                                 curl_off_t /*upload_total*/, curl_off_t /*uploaded*/) {
  DeliveryRequest& request = *static_cast<DeliveryRequest*>(context);
  if (request.head_complete_ || std::chrono::steady_clock::now() - request.started_ < kHeadTime) return 0;
  request.abort_reason_ = "The receiver did not answer in time.";
  return 1;
}

long DeliveryRequest::status_code() const {
  long status = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  return status;
}

AttemptOutcome DeliveryRequest::outcome(CURLcode result) const {
  AttemptOutcome outcome;
  if (head_complete_) {
    outcome.status_code = static_cast<int>(status_code());
    outcome.answer = answer_.excerpt();
    curl_off_t retry_after = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RETRY_AFTER, &retry_after);
    constexpr curl_off_t kLongest = 1'000'000'000;
    if (retry_after > 0) outcome.retry_after_seconds = static_cast<int>(std::min(retry_after, kLongest));
  }
  // The status of an answer that was too long to be read on is known.
  if (result == CURLE_OK || body_cut_) return outcome;
  if (abort_reason_ != nullptr) {
    outcome.error = abort_reason_;
  } else {
    outcome.error = curl_error_[0] != '\0' ? curl_error_.data() : curl_easy_strerror(result);
  }
  return outcome;
}

}  // namespace pg_booking::http
