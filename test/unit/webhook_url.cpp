#include "text/webhook_url.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace pg_booking;
using namespace std::string_view_literals;

namespace {

struct Good {
  std::string_view url, host;
  int port;
  std::string_view path_and_query;
};

std::string problem(std::string_view url) {
  const char* const phrase = webhook_url_problem(url);
  CHECK(parse_webhook_url(url).has_value() == (phrase == nullptr));
  return phrase == nullptr ? "" : phrase;
}

std::string of_length(size_t length) {
  std::string url = "https://example.com/";
  url.resize(length, 'a');
  return url;
}

}  // namespace

TEST_CASE("a webhook URL is taken apart") {
  const Good cases[] = {
      {"https://example.com", "example.com", 443, "/"},
      {"https://example.com/", "example.com", 443, "/"},
      {"HTTPS://Hooks.Example.COM/In/Box", "hooks.example.com", 443, "/In/Box"},
      {"https://example.com:443/a", "example.com", 443, "/a"},
      {"https://example.com:8443?b=1", "example.com", 8443, "/?b=1"},
      {"https://example.com/a//b?c=%5B1%5D&d=/?:@!$'()*+,;~_-", "example.com", 443,
       "/a//b?c=%5B1%5D&d=/?:@!$'()*+,;~_-"},
      {"https://example.com/@user", "example.com", 443, "/@user"},
      {"https://xn--caf-dma.example/%C3%A9", "xn--caf-dma.example", 443, "/%C3%A9"},
      {"https://1a.2b.example", "1a.2b.example", 443, "/"},
      {"https://10.0.0.1.example.com", "10.0.0.1.example.com", 443, "/"},
      {"https://localhost.example.com", "localhost.example.com", 443, "/"},
      {"https://mylocal.com", "mylocal.com", 443, "/"},
      {"https://notlocalhost.dev", "notlocalhost.dev", 443, "/"},
      {"https://8.8.8.8/hook", "8.8.8.8", 443, "/hook"},
      {"https://8.8.8.8:8443", "8.8.8.8", 8443, "/"},
      {"https://[2606:4700:4700::1111]:8443/x", "2606:4700:4700::1111", 8443, "/x"},
      {"https://[2A00::1]", "2a00::1", 443, "/"},
  };
  for (const Good& good : cases) {
    CAPTURE(std::string(good.url));
    CHECK(problem(good.url) == "");
    const auto parts = parse_webhook_url(good.url);
    REQUIRE(parts.has_value());
    CHECK(parts->host == good.host);
    CHECK(parts->port == good.port);
    CHECK(parts->path_and_query == good.path_and_query);
  }
}

TEST_CASE("a webhook URL is https") {
  for (const auto url :
       {""sv, "http://example.com"sv, "example.com"sv, "//example.com"sv, "https:/example.com"sv,
        "https:example.com"sv, " https://example.com"sv, "ftp://example.com"sv, "https://"sv.substr(0, 7),
        "wss://example.com"sv, "file:///etc/passwd"sv, "httpss://example.com"sv}) {
    CAPTURE(std::string(url));
    CHECK(problem(url) == "must start with https://");
  }
}

TEST_CASE("a webhook URL has at most 500 characters") {
  CHECK(problem(of_length(500)) == "");
  CHECK(problem(of_length(501)) == "must be at most 500 characters");
  CHECK(problem(of_length(1'000'000)) == "must be at most 500 characters");
}

TEST_CASE("a webhook URL consists of RFC 3986 characters") {
  for (const auto url :
       {"https://example.com/a b"sv,        "https://example.com/ "sv,      "https://example.com/\n"sv,
        "https://example.com/\r\nX: y"sv,   "https://example.com/\0"sv,     "https://example.com\t/"sv,
        "https://example.com/\x7f"sv,       "https://example.com/é"sv,      "https://exämple.com"sv,
        "https://example.com\\@evil.com"sv, "https://example.com/<a>"sv,    "https://example.com/\"a\""sv,
        "https://example.com/{id}"sv,       "https://example.com/a|b"sv,    "https://example.com/a^b"sv,
        "https://example.com/`a`"sv,        "https://example.com/%"sv,      "https://example.com/%4"sv,
        "https://example.com/%4g"sv,        "https://example.com/?a[]=1"sv, "https://example.com/]"sv}) {
    CAPTURE(std::string(url));
    CHECK(problem(url) == "must consist of URL characters; percent-encode all others");
  }
}

TEST_CASE("a webhook URL has neither user data nor a fragment") {
  for (const auto url :
       {"https://user@example.com"sv, "https://user:pass@example.com/"sv, "https://@example.com"sv,
        "https://:@example.com"sv, "https://example.com@127.0.0.1"sv, "https://a@b@example.com"sv,
        "https://example.com:443@10.0.0.1:443/"sv, "https://user@[::1]/"sv}) {
    CAPTURE(std::string(url));
    CHECK(problem(url) == "must not contain a user name or password");
  }
  for (const auto url : {"https://example.com#"sv, "https://example.com/#a"sv, "https://example.com/?a#b"sv,
                         "https://example.com#@127.0.0.1/"sv}) {
    CAPTURE(std::string(url));
    CHECK(problem(url) == "must not contain a fragment (#)");
  }
}

TEST_CASE("a webhook URL names a host") {
  const std::string long_label(64, 'a');
  std::string long_name;
  while (long_name.size() < 250) long_name += "abcdefghi.";
  for (const std::string& host : {std::string(""),
                                  std::string(":443"),
                                  std::string("example.com."),
                                  std::string("."),
                                  std::string("..com"),
                                  std::string("example..com"),
                                  std::string(".example.com"),
                                  std::string("-a.com"),
                                  std::string("a-.com"),
                                  std::string("a_b.com"),
                                  std::string("ex%61mple.com"),
                                  std::string("127%2e0.0.1"),
                                  std::string("a,b.com"),
                                  std::string("*.example.com"),
                                  long_label + ".com",
                                  long_name + "info",
                                  std::string("["),
                                  std::string("[]"),
                                  std::string("]"),
                                  std::string("[::1"),
                                  std::string("::1"),
                                  std::string("[example.com]"),
                                  std::string("[8.8.8.8]"),
                                  std::string("[2a00::1%25eth0]"),
                                  std::string("[v1.a:b]"),
                                  std::string("[[2a00::1]]"),
                                  std::string("8.8.8.8."),
                                  std::string("localhost."),
                                  std::string("127.0.0.1.")}) {
    CAPTURE(host);
    const std::string expected = "must name a valid host";
    CHECK(problem("https://" + host) == expected);
    CHECK(problem("https://" + host + "/path?query") == expected);
  }
}

TEST_CASE("a number is no other spelling of an IP address") {
  for (const auto host :
       {"2130706433",   "0x7f000001",  "0X7F000001", "017700000001", "127.1",           "127.0.1",
        "0177.0.0.1",   "0177.0.0.01", "0x7f.0.0.1", "127.0.0.0x1",  "8.8.8.08",        "8.8.2056",
        "134744072",    "0",           "0x",         "1.2.3.4.5",    "256.256.256.256", "example.1",
        "example.0x7f", "00000177.1",  "4294967296"}) {
    CAPTURE(host);
    CHECK(problem("https://" + std::string(host) + "/") == "must name a valid host");
  }
}

TEST_CASE("a webhook URL does not point inside") {
  for (const auto host : {"localhost",
                          "LOCALHOST",
                          "a.localhost",
                          "A.b.LocalHost",
                          "intranet",
                          "db",
                          "printer.local",
                          "a.b.local",
                          "metadata.google.internal",
                          "router.home.arpa",
                          "home.arpa",
                          "local",
                          "internal",
                          "xn--caf-dma",
                          "127.0.0.1",
                          "127.8.8.8",
                          "0.0.0.0",
                          "10.1.2.3",
                          "100.64.0.1",
                          "169.254.169.254",
                          "172.16.0.1",
                          "192.168.1.1",
                          "192.0.2.1",
                          "224.0.0.1",
                          "255.255.255.255",
                          "[::]",
                          "[::1]",
                          "[0:0:0:0:0:0:0:1]",
                          "[::ffff:7f00:1]",
                          "[::ffff:127.0.0.1]",
                          "[::FFFF:8.8.8.8]",
                          "[::127.0.0.1]",
                          "[64:ff9b::7f00:1]",
                          "[2002:7f00:1::]",
                          "[2001:0:a:b::]",
                          "[fe80::1]",
                          "[fd12::1]",
                          "[fec0::1]",
                          "[ff02::1]"}) {
    CAPTURE(host);
    CHECK(problem("https://" + std::string(host)) == "must not point into a private network");
    CHECK(problem("https://" + std::string(host) + ":8443/a?b") == "must not point into a private network");
  }
}

TEST_CASE("a webhook URL uses port 443 or 8443") {
  for (const auto port : {":", ":0", ":80", ":22", ":444", ":0443", ":4430", ":+443", ":443:443", ":65979",
                          ":-1", ":a", ":8443.", ":443%20"}) {
    CAPTURE(port);
    CHECK(problem("https://example.com" + std::string(port) + "/") == "must use port 443 or 8443");
    CHECK(problem("https://[2a00::1]" + std::string(port)) == "must use port 443 or 8443");
  }
  CHECK(problem("https://[2a00::1]443") == "must use port 443 or 8443");
  CHECK(problem("https://[2a00::1]a.com") == "must use port 443 or 8443");
}
