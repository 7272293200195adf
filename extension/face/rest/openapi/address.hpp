#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <string_view>

namespace pg_booking::rest {

/// Where an API can be reached: "https", "example.com:443", "/rest/v1".
struct PublicAddress {
  std::string scheme, host, path;
};

/// By the URI at which a proxy serves it (http or https), or, if there is none or it is malformed, by the
/// request's Host header.
PublicAddress public_address(std::string_view proxy_uri, std::string_view host_header);

}  // namespace pg_booking::rest
