#include "text/email.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace pg_booking;
using namespace std::string_view_literals;

TEST_CASE("is_plausible_email accepts addresses people have") {
  for (const std::string_view text :
       {"a@b.c"sv, "anna@example.com"sv, "anna.kowalska+booking@sub.example.co.uk"sv, "o'neil@example.ie"sv,
        "a_b-c@x-y.example"sv, "ANNA@EXAMPLE.COM"sv, "1@2.34"sv, "zażółć@gęślą.pl"sv, "ü@bücher.example"sv,
        "用户@例子.广告"sv, "a..b@docomo.ne.jp"sv, "a@xn--bcher-kva.example"sv,
        "!#$%&'*+/=?^_`{|}~-@example.com"sv}) {
    CAPTURE(std::string(text));
    CHECK(is_plausible_email(text));
  }
  CHECK(is_plausible_email(std::string(64, 'a') + "@example.com"));
  CHECK(is_plausible_email("a@" + std::string(63, 'b') + ".example"));
}

TEST_CASE("is_plausible_email refuses what cannot be one") {
  for (const std::string_view text : {""sv,
                                      "@"sv,
                                      "a"sv,
                                      "a@"sv,
                                      "@b.c"sv,
                                      "a@b"sv,
                                      "a@b@c.d"sv,
                                      "a b@c.d"sv,
                                      " a@b.c"sv,
                                      "a@b.c "sv,
                                      "a@b .c"sv,
                                      "a@.c"sv,
                                      "a@b."sv,
                                      "a@b..c"sv,
                                      "a@-b.c"sv,
                                      "a@b-.c"sv,
                                      "a@b_c.d"sv,
                                      "a@[127.0.0.1]"sv,
                                      "a@b.c\n"sv,
                                      "a\r\nBcc: x@y.z"sv,
                                      "a\0@b.c"sv,
                                      "a@b\0.c"sv,
                                      "a\t@b.c"sv,
                                      "a\x7f@b.c"sv,
                                      "Anna <a@b.c>"sv,
                                      "a,b@c.d"sv,
                                      "a;b@c.d"sv,
                                      "\"a b\"@c.d"sv,
                                      "a(x)@b.c"sv,
                                      "a\\b@c.d"sv,
                                      "a:b@c.d"sv,
                                      "a\xFF@b.c"sv,
                                      "a@b\xC3.c"sv,
                                      "a\u00A0b@c.d"sv,
                                      "a\u200Bb@c.d"sv,
                                      "a@b\u3000c.d"sv,
                                      "a@b.c\u2028"sv,
                                      "a\u0085@b.c"sv,
                                      "\uFEFFa@b.c"sv,
                                      "a@b\u202Ec.d"sv}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(is_plausible_email(text));
  }
  CHECK_FALSE(is_plausible_email(std::string(65, 'a') + "@example.com"));
  CHECK_FALSE(is_plausible_email("a@" + std::string(64, 'b') + ".example"));
  std::string long_domain = "a@";
  for (int i = 0; i < 4; ++i) long_domain += std::string(62, 'b') + ".";
  CHECK_FALSE(is_plausible_email(long_domain + "com"));                               // 257 bytes
  CHECK(is_plausible_email(long_domain.substr(0, long_domain.size() - 4) + ".com"));  // 254
}

TEST_CASE("is_e164_phone") {
  for (const std::string_view text :
       {"+1234567"sv, "+48123456789"sv, "+123456789012345"sv, "+48 123 456 789"sv, "+1 (555) 123-4567"sv,
        "+49.30.901820"sv, "+44 20-7946-0958"sv}) {
    CAPTURE(std::string(text));
    CHECK(is_e164_phone(text));
  }
  for (const std::string_view text : {""sv,
                                      "+"sv,
                                      "+123456"sv,
                                      "+1234567890123456"sv,
                                      "48123456789"sv,
                                      "0048123456789"sv,
                                      "+0123456789"sv,
                                      "+48 123 456 789 "sv,
                                      " +48123456789"sv,
                                      "+ 48123456789"sv,
                                      "+(48)123456789"sv,
                                      "+48123456789)"sv,
                                      "+48/123456789"sv,
                                      "+48123456789x1"sv,
                                      "++48123456789"sv,
                                      "+48+123456789"sv,
                                      "+48\t123456789"sv,
                                      "+48123\0456789"sv,
                                      "+٤٨١٢٣٤٥٦٧٨٩"sv,
                                      "+1.......2"sv,
                                      "+1                               234567"sv}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(is_e164_phone(text));
  }
}
