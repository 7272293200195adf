#include "text/webhook_url.hpp"

#include <algorithm>
#include <utility>

#include "text/ascii.hpp"
#include "text/ip_address.hpp"

namespace pg_booking {

namespace {

constexpr std::string_view kScheme = "https://";
constexpr size_t kMaxHostLength = 253;
constexpr size_t kMaxLabelLength = 63;

constexpr const char* kBadCharacters = "must consist of URL characters; percent-encode all others";
constexpr const char* kBadHost = "must name a valid host";
constexpr const char* kPrivateHost = "must not point into a private network";

// Answered by resolvers and routers of the own network (RFC 6761, 6762, 8375; .internal by ICANN, 2024).
constexpr std::string_view kPrivateZones[] = {".localhost", ".local", ".internal", ".home.arpa"};

/// RFC 3986's reserved and unreserved characters, and complete %-escapes. Brackets belong to IPv6 hosts only.
bool has_url_characters_only(std::string_view url) {
  for (size_t i = 0; i < url.size(); ++i) {
    const char c = url[i];
    if (c == '%') {
      if (url.size() - i < 3 || hex_digit_value(url[i + 1]) < 0 || hex_digit_value(url[i + 2]) < 0)
        return false;
    } else if (!is_ascii_letter(c) && !is_ascii_digit(c) &&
               std::string_view("-._~:/?#[]@!$&'()*+,;=").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool is_dns_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabelLength && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(),
                     [](char c) { return is_ascii_letter(c) || is_ascii_digit(c) || c == '-'; });
}

bool is_dns_name(std::string_view name) {
  if (name.size() > kMaxHostLength) return false;
  for (size_t start = 0; start <= name.size();) {
    const size_t end = std::min(name.find('.', start), name.size());
    if (!is_dns_label(name.substr(start, end - start))) return false;
    start = end + 1;
  }
  return true;
}

/// A lower-case DNS name without its final dot.
bool is_private_name(std::string_view name) {
  const std::string dotted = "." + std::string(name);
  return name.find('.') == std::string_view::npos ||
         std::any_of(std::begin(kPrivateZones), std::end(kPrivateZones),
                     [&](std::string_view zone) { return dotted.ends_with(zone); });
}

const char* address_problem(const std::optional<IpAddress>& address) {
  if (!address) return kBadHost;
  return is_public_address(*address) ? nullptr : kPrivateHost;
}

/// `host` is in lower case. No top-level domain starts with a digit, but many readers take a name that ends
/// so (0x7f.1, 2130706433) for an IPv4 address.
const char* name_problem(std::string_view host) {
  if (!is_dns_name(host)) return kBadHost;
  const size_t last_dot = host.rfind('.');
  const char first = host[last_dot == std::string_view::npos ? 0 : last_dot + 1];
  if (is_ascii_digit(first)) return address_problem(parse_ipv4(host));
  return is_private_name(host) ? kPrivateHost : nullptr;
}

const char* read_port(std::string_view after_host, uint16_t& port) {
  if (after_host.empty() || after_host == ":443") {
    port = 443;
  } else if (after_host == ":8443") {
    port = 8443;
  } else {
    return "must use port 443 or 8443";
  }
  return nullptr;
}

const char* read_authority(std::string_view authority, WebhookUrl& url) {
  if (authority.find('@') != std::string_view::npos) return "must not contain a user name or password";
  const bool bracketed = authority.starts_with('[');
  const size_t host_end = bracketed ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (host_end == std::string_view::npos) return kBadHost;
  url.host = to_ascii_lower(authority.substr(bracketed, host_end - bracketed));
  const char* const problem = bracketed ? address_problem(parse_ipv6(url.host)) : name_problem(url.host);
  if (problem != nullptr) return problem;
  return read_port(authority.substr(host_end + bracketed), url.port);
}

const char* read(std::string_view text, WebhookUrl& url) {
  if (to_ascii_lower(text.substr(0, kScheme.size())) != kScheme) return "must start with https://";
  if (!has_url_characters_only(text)) return kBadCharacters;
  if (text.size() > kMaxWebhookUrlLength) return "must be at most 500 characters";
  if (text.find('#') != std::string_view::npos) return "must not contain a fragment (#)";
  text.remove_prefix(kScheme.size());
  const size_t authority_end = std::min(text.find_first_of("/?"), text.size());
  const std::string_view path_and_query = text.substr(authority_end);
  if (const char* const problem = read_authority(text.substr(0, authority_end), url)) return problem;
  if (path_and_query.find_first_of("[]") != std::string_view::npos) return kBadCharacters;
  url.path_and_query = path_and_query.starts_with('/') ? "" : "/";
  url.path_and_query += path_and_query;
  return nullptr;
}

}  // namespace

const char* webhook_url_problem(std::string_view url) {
  WebhookUrl parts;
  return read(url, parts);
}

std::optional<WebhookUrl> parse_webhook_url(std::string_view url) {
  WebhookUrl parts;
  if (read(url, parts) != nullptr) return std::nullopt;
  return parts;
}

}  // namespace pg_booking
