#pragma once
#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "log.hpp"
#include "message/forwarded.hpp"
#include "text/ip_address.hpp"

namespace pg_booking::http {

/// A flag, an environment variable or a line of the configuration file that can't be used. The message names
/// it.
struct ConfigError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Address {
  std::string host;  // an IPv6 address without its brackets
  int port = 0;      // 0: any free port

  /// "127.0.0.1:8080" or "[::1]:8080".
  std::string text() const;
};

enum class Webhooks { kOn, kOff, kOnly };

struct Config {
  Address listen{"127.0.0.1", 8080};
  Address metrics_listen;  // without a host: nowhere
  std::string db;          // libpq connection string or URI; never to be printed
  std::size_t pool = 0;
  std::string tls_certificate;  // file; empty: no TLS
  std::string tls_key;          // file
  TrustedProxies trusted_proxies;
  std::size_t connections_per_address = 1000;
  Level log_level = Level::kInfo;
  Webhooks webhooks = Webhooks::kOn;
  std::vector<IpAddress> private_webhooks;  // private addresses that webhooks may go to
  std::string webhook_resolver;             // "ADDRESS:PORT"; empty: this machine's
  std::string webhook_ca_file;              // empty: the system's authorities
  bool help = false;
  bool version = false;
  std::map<std::string, std::string> given;  // values as they were given, by flag
};

/// Settings from flags (without the program's name), else from environment variables, else from the file that
/// --config names, else the defaults. Throws ConfigError.
Config read_config(const std::vector<std::string>& arguments);

/// The flags whose values differ and take effect with a new start only, separated by commas.
std::string changes_for_restart(const Config& running, const Config& wanted);

/// What --help prints.
std::string help_text();

}  // namespace pg_booking::http
