#include "config.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "postgres.hpp"
#include "receiver/address_policy.hpp"

namespace pg_booking::http {

namespace {

constexpr std::size_t kMinPool = 2;
constexpr std::size_t kMaxPool = 100;
constexpr std::size_t kMaxPerAddress = 4096;

constexpr const char* kHelp =
    R"(pg-booking-http serves the HTTP APIs of pg_booking: it hands every request to the database as one
statement and sends back what the database answers.

Usage: pg-booking-http [--config FILE] [--listen ADDRESS:PORT] [--db CONNECTION] [--pool N]
                       [--tls-cert FILE --tls-key FILE] [--trusted-proxies NETWORK,...]
                       [--connections-per-address N] [--metrics-listen ADDRESS:PORT] [--log-level LEVEL]
                       [--webhooks WHICH]

  --listen ADDRESS:PORT  where to listen; [::1]:8080 for IPv6, port 0 for any free port
                         (PG_BOOKING_LISTEN, default 127.0.0.1:8080)
  --db CONNECTION        libpq connection string or postgresql:// URI; what it leaves out comes from
                         libpq's environment (PGHOST, PGDATABASE, PGPASSFILE, ...). Other users of this
                         machine can see flags: keep passwords in a password file, in the environment or
                         in the configuration file
                         (PG_BOOKING_DB, default empty)
  --pool N               database connections, 1 to 100; more than twice the database's cores
                         only makes answers later (PG_BOOKING_POOL, default 2 per core of this machine,
                         2 to 100)
  --tls-cert FILE        PEM file with the certificate and its chain: serve HTTPS and nothing else
                         (PG_BOOKING_TLS_CERT, default none)
  --tls-key FILE         PEM file with its key, not encrypted; both files are read again on SIGHUP
                         (PG_BOOKING_TLS_KEY, default none)
  --trusted-proxies NETWORK,...
                         addresses or networks (10.0.0.0/8) of proxies in front of the service, whose
                         X-Forwarded-For is believed (PG_BOOKING_TRUSTED_PROXIES, default none)
  --connections-per-address N
                         what one address may have at a time, 1 to 4096; trusted proxies may have any
                         number (PG_BOOKING_CONNECTIONS_PER_ADDRESS, default 1000)
  --metrics-listen ADDRESS:PORT
                         where to serve /metrics for Prometheus, beside /healthz and /readyz, which the
                         other address serves too; not for the public
                         (PG_BOOKING_METRICS_LISTEN, default: nowhere)
  --log-level LEVEL      debug, info, warning or error; info has a line for every request, debug for every
                         question of a monitor, too (PG_BOOKING_LOG_LEVEL, default info)
  --webhooks WHICH       on: sends webhooks too; off: leaves that to other services; only: does nothing else
                         (PG_BOOKING_WEBHOOKS, default on)
  --webhook-resolver ADDRESS:PORT
                         DNS server that finds webhooks' hosts (PG_BOOKING_WEBHOOK_RESOLVER, default: those
                         of this machine)
  --webhook-ca FILE      certificates (PEM) of the authorities to trust instead of the system's
                         (PG_BOOKING_WEBHOOK_CA, default: the system's)
  --allow-private-webhooks ADDRESS[,ADDRESS...]
                         for development: private addresses that webhooks may be sent to all the same
                         (PG_BOOKING_ALLOW_PRIVATE_WEBHOOKS, default: none)
  --config FILE          lines of "name = value", the names those of the flags without dashes; # begins a
                         comment (PG_BOOKING_CONFIG, default none)
  --help                 print this and exit
  --version              print the version and exit

A flag wins over its environment variable, and that over the file. Log in as a role that may call the
gateway: authenticator.
SIGTERM or SIGINT: takes no new connection, finishes the requests in flight (at most 10 s), exits.
SIGHUP: reads the configuration again; --log-level, --trusted-proxies, --connections-per-address and the
files of --tls-cert and --tls-key take effect at once, anything else with a restart.
The log goes to stderr, one line per request, without header fields, bodies and query strings.

Exit codes:
  0  stopped as asked
  1  unexpected failure
  2  a flag, an environment variable or a line of the file is unknown or has a bad value
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

Address parse_address(const std::string& source, const std::string& text) {
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
  return {host, static_cast<int>(*port)};
}

Level parse_level(const std::string& source, const std::string& text) {
  constexpr std::pair<std::string_view, Level> kLevels[] = {{"debug", Level::kDebug},
                                                            {"info", Level::kInfo},
                                                            {"warning", Level::kWarning},
                                                            {"error", Level::kError}};
  for (const auto& [name, level] : kLevels) {
    if (text == name) return level;
  }
  fail(source, "expected debug, info, warning or error, got \"" + text + "\"");
}

TrustedProxies parse_networks(const std::string& source, std::string_view text) {
  TrustedProxies proxies;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view network = text.substr(0, comma);
    if (!proxies.add(network)) {
      fail(source, "expected addresses or networks like 10.0.0.0/8, separated by commas, got \"" +
                       std::string(network) + "\"");
    }
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return proxies;
}

Webhooks parse_webhooks(const std::string& source, const std::string& text) {
  if (text == "on") return Webhooks::kOn;
  if (text == "off") return Webhooks::kOff;
  if (text == "only") return Webhooks::kOnly;
  fail(source, "expected on, off or only, got \"" + text + "\"");
}

std::vector<IpAddress> parse_addresses(const std::string& source, const std::string& text) {
  const std::optional<std::vector<IpAddress>> addresses = parse_address_list(text);
  if (!addresses) fail(source, "expected IP addresses separated by commas, got \"" + text + "\"");
  return *addresses;
}

std::string parse_resolver(const std::string& source, const std::string& text) {
  const Address server = parse_address(source, text);
  if (!parse_ip_address(server.host)) fail(source, "expected an IP address and a port, got \"" + text + "\"");
  return server.text();
}

struct Setting {
  std::string_view flag;
  const char* variable;
  bool reloadable;
  void (*apply)(const std::string& source, const std::string& value, Config& config);
};

constexpr std::string_view kConfigFlag = "--config";
constexpr const char* kConfigVariable = "PG_BOOKING_CONFIG";

constexpr Setting kSettings[] = {
    {"--listen", "PG_BOOKING_LISTEN", false,
     [](const std::string& source, const std::string& value, Config& config) {
       config.listen = parse_address(source, value);
     }},
    {"--metrics-listen", "PG_BOOKING_METRICS_LISTEN", false,
     [](const std::string& source, const std::string& value, Config& config) {
       config.metrics_listen = parse_address(source, value);
     }},
    {"--db", "PG_BOOKING_DB", false,
     [](const std::string& source, const std::string& value, Config& config) {
       if (!is_valid_conninfo(value)) {
         fail(source, "expected \"key=value ...\" or a postgresql:// URI that libpq understands");
       }
       config.db = value;
     }},
    {"--pool", "PG_BOOKING_POOL", false,
     [](const std::string& source, const std::string& value, Config& config) {
       config.pool = parse_count(source, value, kMaxPool);
     }},
    {"--tls-cert", "PG_BOOKING_TLS_CERT", true,
     [](const std::string& /*source*/, const std::string& value, Config& config) {
       config.tls_certificate = value;
     }},
    {"--tls-key", "PG_BOOKING_TLS_KEY", true,
     [](const std::string& /*source*/, const std::string& value, Config& config) { config.tls_key = value; }},
    {"--trusted-proxies", "PG_BOOKING_TRUSTED_PROXIES", true,
     [](const std::string& source, const std::string& value, Config& config) {
       config.trusted_proxies = parse_networks(source, value);
     }},
    {"--connections-per-address", "PG_BOOKING_CONNECTIONS_PER_ADDRESS", true,
     [](const std::string& source, const std::string& value, Config& config) {
       config.connections_per_address = parse_count(source, value, kMaxPerAddress);
     }},
    {"--log-level", "PG_BOOKING_LOG_LEVEL", true,
     [](const std::string& source, const std::string& value, Config& config) {
       config.log_level = parse_level(source, value);
     }},
    {"--webhooks", "PG_BOOKING_WEBHOOKS", false,
     [](const std::string& source, const std::string& value, Config& config) {
       config.webhooks = parse_webhooks(source, value);
     }},
    {"--webhook-resolver", "PG_BOOKING_WEBHOOK_RESOLVER", false,
     [](const std::string& source, const std::string& value, Config& config) {
       config.webhook_resolver = parse_resolver(source, value);
     }},
    {"--webhook-ca", "PG_BOOKING_WEBHOOK_CA", false,
     [](const std::string& source, const std::string& value, Config& config) {
       if (::access(value.c_str(), R_OK) != 0) fail(source, "the file can not be read");
       config.webhook_ca_file = value;
     }},
    {"--allow-private-webhooks", "PG_BOOKING_ALLOW_PRIVATE_WEBHOOKS", false,
     [](const std::string& source, const std::string& value, Config& config) {
       config.private_webhooks = parse_addresses(source, value);
     }},
};

const Setting* find_setting(std::string_view flag) {
  const auto* const found = std::find_if(std::begin(kSettings), std::end(kSettings),
                                         [&](const Setting& setting) { return setting.flag == flag; });
  return found == std::end(kSettings) ? nullptr : found;
}

/// `source` is where the value comes from, for messages.
void apply(const Setting& setting, const std::string& source, const std::string& value, Config& config) {
  setting.apply(source, value, config);
  config.given[std::string(setting.flag)] = value;
}

std::string trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

void apply_file(const std::string& path, Config& config) {
  std::ifstream file(path);
  if (!file) fail(path, std::string("can not be read: ") + std::strerror(errno));
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    line = trim(line);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t equals = std::min(line.find('='), line.size());
    const std::string name = trim(std::string_view(line).substr(0, equals));
    const std::string source = path + " line " + std::to_string(number) + ": " + name;
    const Setting* const setting = find_setting("--" + name);
    if (setting == nullptr) fail(source, "unknown setting; see --help");
    if (equals == line.size()) fail(source, "expected \"name = value\"");
    apply(*setting, source, trim(std::string_view(line).substr(equals + 1)), config);
  }
  if (file.bad()) fail(path, "can not be read");
}

void apply_environment(Config& config) {
  for (const Setting& setting : kSettings) {
    const char* const value = std::getenv(setting.variable);
    if (value != nullptr && *value != '\0') apply(setting, setting.variable, value, config);
  }
}

struct Flag {
  std::string name;
  std::string value;
};

/// The flags in their order, each as "--flag value" or "--flag=value".
std::vector<Flag> split_flags(const std::vector<std::string>& arguments) {
  std::vector<Flag> flags;
  for (std::size_t position = 0; position < arguments.size(); ++position) {
    const std::string& argument = arguments[position];
    const std::size_t equals = std::min(argument.find('='), argument.size());
    const std::string name = argument.substr(0, equals);
    if (name != kConfigFlag && find_setting(name) == nullptr) fail(name, "unknown flag; see --help");
    if (equals < argument.size()) {
      flags.push_back({name, argument.substr(equals + 1)});
    } else if (++position < arguments.size()) {
      flags.push_back({name, arguments[position]});
    } else {
      fail(name, "needs a value; see --help");
    }
  }
  return flags;
}

/// The configuration file to read; empty: none.
std::string config_file(const std::vector<Flag>& flags) {
  for (const Flag& flag : flags) {
    if (flag.name == kConfigFlag) return flag.value;
  }
  const char* const variable = std::getenv(kConfigVariable);
  return variable == nullptr ? "" : variable;
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
  const std::vector<Flag> flags = split_flags(arguments);
  // What wins comes last; what is overridden must be valid all the same.
  const std::string file = config_file(flags);
  if (!file.empty()) apply_file(file, config);
  apply_environment(config);
  for (const Flag& flag : flags) {
    if (flag.name != kConfigFlag) apply(*find_setting(flag.name), flag.name, flag.value, config);
  }
  if (config.tls_certificate.empty() != config.tls_key.empty()) {
    fail(config.tls_key.empty() ? "--tls-cert" : "--tls-key",
         "needs the other one of --tls-cert and --tls-key");
  }
  return config;
}

std::string changes_for_restart(const Config& running, const Config& wanted) {
  const auto value_in = [](const Config& config, const Setting& setting) {
    const auto found = config.given.find(std::string(setting.flag));
    return found == config.given.end() ? std::optional<std::string>() : found->second;
  };
  std::string changed;
  for (const Setting& setting : kSettings) {
    if (setting.reloadable || value_in(running, setting) == value_in(wanted, setting)) continue;
    changed.append(changed.empty() ? "" : ",").append(setting.flag);
  }
  return changed;
}

std::string help_text() {
  return kHelp;
}

std::string Address::text() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace pg_booking::http
