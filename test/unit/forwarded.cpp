#include "message/forwarded.hpp"

#include <doctest/doctest.h>

#include <string>

#include "message/content_coding.hpp"

using namespace pg_booking::http;

TEST_CASE("networks of trusted proxies") {
  TrustedProxies proxies;
  for (const char* const good : {"10.1.0.0/15", "192.0.2.7", "2001:db8::/33", "0.0.0.0/0"}) {
    CHECK(TrustedProxies().add(good));
  }
  for (const char* const bad :
       {"", "x", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "10.0.0/8"}) {
    CHECK_FALSE(TrustedProxies().add(bad));
  }
  proxies.add("10.2.0.0/15");
  proxies.add("192.0.2.7");
  proxies.add("2001:db8::/33");
  for (const char* const in : {"10.2.0.0", "10.3.255.255", "192.0.2.7", "2001:db8:7fff::1"})
    CHECK(proxies.contains(in));
  for (const char* const out : {"10.1.255.255", "10.4.0.0", "192.0.2.8", "2001:db8:8000::", "::", "", "x"}) {
    CHECK_FALSE(proxies.contains(out));
  }
}

TEST_CASE("only what trusted proxies have added to X-Forwarded-For is believed") {
  TrustedProxies proxies;
  const auto client = [&](const std::string& peer, const std::string& fields) {
    return proxies.client_of(peer, "host: a\n" + fields);
  };
  CHECK(client("10.0.0.1", "x-forwarded-for: 6.6.6.6\n") == "10.0.0.1");
  proxies.add("10.0.0.0/8");
  CHECK(client("192.0.2.1", "x-forwarded-for: 6.6.6.6\n") == "192.0.2.1");
  CHECK(client("10.0.0.1", "") == "10.0.0.1");
  CHECK(client("10.0.0.1", "x-forwarded-for: 6.6.6.6,192.0.2.9\n") == "192.0.2.9");
  CHECK(client("10.0.0.1", "x-forwarded-for: 6.6.6.6, 192.0.2.9 ,10.0.0.2\n") == "192.0.2.9");
  CHECK(client("10.0.0.1", "x-forwarded-for: 192.0.2.9\nx-forwarded-for: 10.0.0.2\n") == "192.0.2.9");
  CHECK(client("10.0.0.1", "x-forwarded-for: 2001:db8::1\n") == "2001:db8::1");
  CHECK(client("10.0.0.1", "x-forwarded-for: 10.0.0.3, 10.0.0.2\n") == "10.0.0.3");
  // What is no address ends what can be believed.
  CHECK(client("10.0.0.1", "x-forwarded-for: 6.6.6.6, unknown, 10.0.0.2\n") == "10.0.0.2");
  CHECK(client("10.0.0.1", "x-forwarded-for: ,\n") == "10.0.0.1");
}

TEST_CASE("gzip is for those who take it, and for texts of some length") {
  CHECK(accepts_gzip("accept-encoding: gzip\n"));
  CHECK(accepts_gzip("accept-encoding: br, GZIP;q=0.5\n"));
  CHECK(accepts_gzip("host: a\naccept-encoding: deflate , x-gzip ; q=0.001\n"));
  for (const char* const none :
       {"", "accept-encoding: \n", "accept-encoding: br\n", "accept-encoding: gzip;q=0\n",
        "accept-encoding: gzip; q=0.000, br\n", "accept: gzip\n", "accept-encoding: *\n"}) {
    CHECK_FALSE(accepts_gzip(none));
  }
  Answer answer;
  answer.headers = "Content-Type: application/json\r\n";
  answer.body = std::string(1023, 'x');
  CHECK_FALSE(is_worth_compressing(answer));
  answer.body = std::string(1024, 'x');
  CHECK(is_worth_compressing(answer));
  answer.body = std::string(1024 * 1024 + 1, 'x');
  CHECK_FALSE(is_worth_compressing(answer));
  answer.body = std::string(2000, 'x');
  answer.headers = "content-type: Application/vnd.x+json\r\n";
  CHECK(is_worth_compressing(answer));
  answer.headers += "Content-Encoding: br\r\n";
  CHECK_FALSE(is_worth_compressing(answer));
  answer.headers = "Content-Type: image/png\r\n";
  CHECK_FALSE(is_worth_compressing(answer));
}
