#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pg_booking {

inline constexpr size_t kMaxWebhookUrlLength = 500;

struct WebhookUrl {
  std::string host;            // lower case; an IPv6 address without its brackets
  uint16_t port;               // 443 or 8443
  std::string path_and_query;  // starts with '/', still encoded
};

/// What keeps webhooks from being sent to `url`, as a phrase that follows the field's name, or nullptr. Fine
/// is an absolute https URL of RFC 3986 characters without user data and fragment, on port 443 or 8443, whose
/// host is a public IP address in its one standard spelling or a dotted DNS name outside the private zones.
/// What a name resolves to is to be checked at every connect (is_public_address): it can change at any time.
const char* webhook_url_problem(std::string_view url);

/// The parts of a URL without problem; nothing for any other.
std::optional<WebhookUrl> parse_webhook_url(std::string_view url);

}  // namespace pg_booking
