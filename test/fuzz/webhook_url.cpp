// A webhook URL that is accepted points outside, whoever reads it, and its parts make an equal URL.
#include <arpa/inet.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "text/ip_address.hpp"
#include "text/webhook_url.hpp"

using namespace pg_booking;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void check_parsers(const std::string& text) {
  if (text.find('\0') != std::string::npos) return;
  Ipv4Address v4;
  const bool is_v4 = inet_pton(AF_INET, text.c_str(), v4.data()) == 1;
  check(parse_ipv4(text) == (is_v4 ? std::optional(v4) : std::nullopt));
  Ipv6Address v6;
  const bool is_v6 = inet_pton(AF_INET6, text.c_str(), v6.data()) == 1;
  check(parse_ipv6(text) == (is_v6 ? std::optional(v6) : std::nullopt));
}

/// inet_aton reads every odd spelling there is; getaddrinfo and with it most clients do the same.
void check_host(const std::string& host) {
  in_addr odd;
  const bool is_v4 = parse_ipv4(host).has_value();
  check((inet_aton(host.c_str(), &odd) != 0) == is_v4);
  if (const auto address = parse_ip_address(host)) check(is_public_address(*address));
  check(host.find('.') != std::string::npos || host.find(':') != std::string::npos);
  check(!host.ends_with('.') && !host.ends_with(".localhost") &&
        host.find_first_of("@/\\?#[]% ") == std::string::npos);
}

void check_url(std::string_view text) {
  const auto url = parse_webhook_url(text);
  check(url.has_value() == (webhook_url_problem(text) == nullptr));
  if (!url) return;
  check(text.size() <= kMaxWebhookUrlLength && (url->port == 443 || url->port == 8443));
  check_host(url->host);
  check(url->path_and_query.starts_with('/'));
  const bool bracketed = url->host.find(':') != std::string::npos;
  const std::string whole = "https://" + (bracketed ? "[" + url->host + "]" : url->host) + ":" +
                            std::to_string(url->port) + url->path_and_query;
  const auto again = parse_webhook_url(whole);
  // The port and the first slash may be what makes it too long.
  check(again ? again->host == url->host && again->port == url->port &&
                    again->path_and_query == url->path_and_query
              : whole.size() > kMaxWebhookUrlLength);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_parsers(text);
  check_url(text);
  check_url("https://" + text);
  return 0;
}
