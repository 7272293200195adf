#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/ip_address.hpp"

namespace pg_booking::http {

/// The addresses of proxies in front of the service: only they are believed when they say who the client is.
class TrustedProxies {
 public:
  /// Adds "192.0.2.1", "10.0.0.0/8" or "2001:db8::/32". False if it is none of these.
  bool add(std::string_view network);

  bool contains(std::string_view address) const;
  bool is_empty() const { return networks_.empty(); }

  /// Whom a request comes from that came over a connection from `peer`: the last address in X-Forwarded-For
  /// that is none of a trusted proxy, if `peer` is one; else `peer`. `headers` are as the gateway gets them.
  std::string client_of(const std::string& peer, std::string_view headers) const;

 private:
  struct Network {
    IpAddress address;
    int prefix;  // in bits
  };
  std::vector<Network> networks_;
};

}  // namespace pg_booking::http
