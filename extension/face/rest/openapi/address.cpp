#include "face/rest/openapi/address.hpp"

#include <algorithm>

#include "text/ascii.hpp"

namespace pg_booking::rest {
namespace {

bool is_host(std::string_view text) {
  return !text.empty() && text.front() != ':' && text.find_first_of("{}/ \\?#@") == std::string_view::npos;
}

bool has_port(std::string_view host) {
  const size_t colon = host.rfind(':');
  return colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos;
}

}  // namespace

PublicAddress public_address(std::string_view proxy_uri, std::string_view host_header) {
  const size_t scheme_end = std::min(proxy_uri.find("://"), proxy_uri.size());
  const std::string scheme = to_ascii_lower(proxy_uri.substr(0, scheme_end));
  const std::string_view rest = proxy_uri.substr(std::min(scheme_end + 3, proxy_uri.size()));
  const size_t host_end = std::min(rest.find('/'), rest.size());
  std::string host(rest.substr(0, host_end));
  if ((scheme != "http" && scheme != "https") || !is_host(host)) {
    return {"http", is_host(host_header) ? std::string(host_header) : "localhost", "/rest/v1"};
  }
  if (!has_port(host)) host += scheme == "http" ? ":80" : ":443";
  return {scheme, std::move(host), host_end == rest.size() ? "/" : std::string(rest.substr(host_end))};
}

}  // namespace pg_booking::rest
