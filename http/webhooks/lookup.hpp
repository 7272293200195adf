#pragma once
#include <ares.h>
#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "text/ip_address.hpp"

namespace pg_booking::http {

/// Finds the addresses of a host, without waiting: by this machine's hosts file and name servers, as they are
/// configured now.
class Lookup {
 public:
  /// `host` is a DNS name or an IP address. `resolver`, unless empty, is asked instead of this machine's name
  /// servers: "ADDRESS:PORT".
  Lookup(const std::string& host, const std::string& resolver);
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  /// Goes on with what has arrived and with what has taken too long.
  void process();

  bool is_done() const { return done_; }

  /// All of them, best first; none when the look-up failed.
  const std::vector<IpAddress>& addresses() const { return addresses_; }

  /// Adds the sockets that it waits for.
  void add_sockets(std::vector<curl_waitfd>& sockets) const;

  /// How long it can wait for them, `longest` at most.
  std::chrono::milliseconds patience(std::chrono::milliseconds longest) const;

 private:
  struct ChannelDestroyer {
    void operator()(ares_channel channel) const { ares_destroy(channel); }
  };

  static void on_result(void* context, int status, int timeouts, ares_addrinfo* result);
  void finish(const ares_addrinfo* result);

  bool done_ = false;
  std::vector<IpAddress> addresses_;
  // Last, so that it goes first: that calls on_result for a look-up that is not done.
  std::unique_ptr<ares_channeldata, ChannelDestroyer> channel_;
};

}  // namespace pg_booking::http
