#include "config.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <thread>

#include "postgres.hpp"

namespace pg_booking::http {

namespace {

constexpr std::size_t kMinPool = 2;
constexpr std::size_t kMaxPool = 100;

constexpr const char* kHelp =
    R"(pg-booking-http serves the HTTP APIs of pg_booking: it hands every request to the database as one
statement and sends back what the database answers.

Usage: pg-booking-http [--listen ADDRESS:PORT] [--db CONNECTION] [--pool N]

  --listen ADDRESS:PORT  where to listen; [::1]:8080 for IPv6, port 0 for any free port
                         (PG_BOOKING_LISTEN, default 127.0.0.1:8080)
  --db CONNECTION        libpq connection string or postgresql:// URI; what it leaves out comes from
                         libpq's environment (PGHOST, PGDATABASE, PGPASSFILE, ...). Other users of this
                         machine can see flags: keep passwords in a password file or in the environment
                         (PG_BOOKING_DB, default empty)
  --pool N               database connections, 1 to 100; more than twice the database's cores
                         only makes answers later (PG_BOOKING_POOL, default 2 per core of this machine,
                         2 to 100)
  --help                 print this and exit
  --version              print the version and exit

A flag wins over its environment variable. Log in as a role that may call the gateway: authenticator.
SIGTERM or SIGINT: takes no new connection, finishes the requests in flight (at most 10 s), exits.
The log goes to stderr, one line per request, without header fields, bodies and query strings.

Exit codes:
  0  stopped as asked
  1  unexpected failure
  2  a flag or environment variable is unknown or has a bad value
  3  the database can not be reached or refuses the connection
  4  the database lacks the extension pg_booking, or the role may not use it
  5  extension, its library and this service are not of the same version
  6  the address can not be listened on, for example because the port is taken
  7  stopped as asked, but requests still ran after 10 s and were dropped
)";

[[noreturn]] void fail(const std::string& source, const std::string& problem) {
  throw ConfigError(source + ": " + problem);
}

/// Parses digits only; nothing for anything else or above `max`.
std::optional<std::size_t> parse_number(std::string_view text, std::size_t max) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > max) return std::nullopt;
  return number;
}

std::size_t parse_count(const std::string& source, const std::string& text, std::size_t max) {
  const std::optional<std::size_t> number = parse_number(text, max);
  if (!number || *number == 0) {
    fail(source, "expected a number from 1 to " + std::to_string(max) + ", got \"" + text + "\"");
  }
  return *number;
}

void parse_listen(const std::string& source, const std::string& text, Config& config) {
  const std::size_t colon = text.rfind(':');
  std::string host = text.substr(0, std::min(colon, text.size()));
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool ambiguous = !bracketed && host.find(':') != std::string::npos;
  const std::optional<std::size_t> port = colon == std::string::npos
                                              ? std::nullopt
                                              : parse_number(std::string_view(text).substr(colon + 1), 65535);
  if (host.empty() || ambiguous || !port) {
    fail(source, "expected ADDRESS:PORT or [IPv6 ADDRESS]:PORT, got \"" + text + "\"");
  }
  config.host = host;
  config.port = static_cast<int>(*port);
}

struct Setting {
  std::string_view flag;
  const char* variable;
  void (*apply)(const std::string& source, const std::string& value, Config& config);
};

constexpr Setting kSettings[] = {
    {"--listen", "PG_BOOKING_LISTEN", parse_listen},
    {"--db", "PG_BOOKING_DB",
     [](const std::string& source, const std::string& value, Config& config) {
       if (!is_valid_conninfo(value)) {
         fail(source, "expected \"key=value ...\" or a postgresql:// URI that libpq understands");
       }
       config.db = value;
     }},
    {"--pool", "PG_BOOKING_POOL",
     [](const std::string& source, const std::string& value, Config& config) {
       config.pool = parse_count(source, value, kMaxPool);
     }},
};

void apply_environment(Config& config) {
  for (const Setting& setting : kSettings) {
    const char* const value = std::getenv(setting.variable);
    if (value != nullptr && *value != '\0') setting.apply(setting.variable, value, config);
  }
}

/// Applies the flag at `position`, "--flag value" or "--flag=value"; returns the position behind it.
std::size_t apply_flag(const std::vector<std::string>& arguments, std::size_t position, Config& config) {
  const std::string& argument = arguments[position];
  const std::size_t equals = std::min(argument.find('='), argument.size());
  const std::string flag = argument.substr(0, equals);
  const auto* const setting = std::find_if(std::begin(kSettings), std::end(kSettings),
                                           [&](const Setting& candidate) { return candidate.flag == flag; });
  if (setting == std::end(kSettings)) fail(flag, "unknown flag; see --help");
  if (equals < argument.size()) {
    setting->apply(flag, argument.substr(equals + 1), config);
    return position + 1;
  }
  if (position + 1 == arguments.size()) fail(flag, "needs a value; see --help");
  setting->apply(flag, arguments[position + 1], config);
  return position + 2;
}

bool has(const std::vector<std::string>& arguments, std::string_view flag) {
  return std::find(arguments.begin(), arguments.end(), flag) != arguments.end();
}

}  // namespace

Config read_config(const std::vector<std::string>& arguments) {
  Config config;
  config.help = has(arguments, "--help");
  config.version = has(arguments, "--version");
  if (config.help || config.version) return config;

  config.pool = std::clamp(std::size_t{2} * std::thread::hardware_concurrency(), kMinPool, kMaxPool);
  // Flags last, so that they win; a variable that a flag overrides must be valid all the same.
  apply_environment(config);
  for (std::size_t position = 0; position < arguments.size();)
    position = apply_flag(arguments, position, config);
  return config;
}

std::string help_text() {
  return kHelp;
}

std::string listen_address(const std::string& host, int port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace pg_booking::http
