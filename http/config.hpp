#pragma once
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace pg_booking::http {

/// A flag or an environment variable that can't be used. The message names it.
struct ConfigError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Config {
  std::string host = "127.0.0.1";  // an IPv6 address without its brackets
  int port = 8080;                 // 0: any free port
  std::string db;                  // libpq connection string or URI; never to be printed
  std::size_t pool = 0;
  bool help = false;
  bool version = false;
};

/// Settings from flags (without the program's name), else from PG_BOOKING_LISTEN, _DB, _THREADS and _POOL,
/// else the defaults. Throws ConfigError.
Config read_config(const std::vector<std::string>& arguments);

/// What --help prints.
std::string help_text();

/// "127.0.0.1:8080" or "[::1]:8080".
std::string listen_address(const std::string& host, int port);

}  // namespace pg_booking::http
