#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "receiver/address_policy.hpp"
#include "receiver/answer_reader.hpp"

using namespace pg_booking;
using namespace pg_booking::http;

namespace {

SocketAddress at(std::string_view address, uint16_t port = 443) {
  return {parse_ip_address(address).value(), port};
}

}  // namespace

TEST_CASE("webhooks go to public addresses") {
  const AddressPolicy policy({}, {});
  for (const char* address : {"1.1.1.1", "2606:4700:4700::1111"}) CHECK(policy.allows(at(address)));
  for (const char* address :
       {"0.0.0.0", "10.0.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.0.1", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1",
        "2002:a00:1::", "fc00::1", "fe80::1", "ff02::1"}) {
    CAPTURE(address);
    CHECK_FALSE(policy.allows(at(address)));
  }
}

TEST_CASE("and to those private ones that were named, exactly") {
  const AddressPolicy policy(parse_address_list("127.0.0.2,::1").value(), {});
  CHECK(policy.allows(at("127.0.0.2")));
  CHECK(policy.allows(at("::1")));
  CHECK_FALSE(policy.allows(at("127.0.0.1")));
  CHECK_FALSE(policy.allows(at("127.0.0.3")));
  CHECK_FALSE(policy.allows(at("::ffff:127.0.0.2")));
}

TEST_CASE("but never to where the service listens") {
  const AddressPolicy policy(parse_address_list("127.0.0.2").value(),
                             {at("1.1.1.1", 8443), at("127.0.0.2", 8443), at("2606:4700:4700::1111", 443)});
  CHECK_FALSE(policy.allows(at("1.1.1.1", 8443)));
  CHECK(policy.allows(at("1.1.1.1", 443)));
  CHECK_FALSE(policy.allows(at("127.0.0.2", 8443)));
  CHECK_FALSE(policy.allows(at("2606:4700:4700::1111")));
}

TEST_CASE("a list of addresses") {
  CHECK(parse_address_list("127.0.0.1")->size() == 1);
  CHECK(parse_address_list("127.0.0.1,::1,10.0.0.1")->size() == 3);
  for (const char* text :
       {"", ",", "127.0.0.1,", ",127.0.0.1", "127.1", "localhost", "127.0.0.0/8", "127.0.0.1, ::1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_address_list(text));
  }
}

TEST_CASE("an answer is kept up to its first kilobyte and read up to a limit") {
  AnswerReader answer;
  CHECK(answer.excerpt().empty());
  CHECK(answer.add_body(std::string(1000, 'a')));
  CHECK(answer.add_body(std::string(1000, 'b')));
  CHECK(answer.excerpt() == std::string(1000, 'a') + std::string(24, 'b'));
  CHECK(answer.add_body(std::string(AnswerReader::kMaxBody - 2000, 'c')));
  CHECK_FALSE(answer.add_body("d"));
  CHECK(answer.excerpt().size() == AnswerReader::kExcerpt);
}

TEST_CASE("a head has a limit too") {
  AnswerReader answer;
  CHECK(answer.add_head(std::string(AnswerReader::kMaxHead, 'h')));
  CHECK_FALSE(answer.add_head("h"));
}

TEST_CASE("what is kept of an answer is text, whatever was sent") {
  const auto excerpt = [](std::string_view body) {
    AnswerReader answer;
    answer.add_body(body);
    return answer.excerpt();
  };
  CHECK(excerpt("árvíztűrő 😀") == "árvíztűrő 😀");
  CHECK(excerpt(std::string_view("a\0b", 3)) ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(excerpt("\xFFok\xC3") == "\xEF\xBF\xBDok\xEF\xBF\xBD");
  CHECK(excerpt("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(excerpt(std::string(1023, 'a') + "é") == std::string(1023, 'a') + "\xEF\xBF\xBD");
}
