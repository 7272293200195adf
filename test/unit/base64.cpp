#include "text/base64.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pg_booking;

TEST_CASE("base64url: the vectors of RFC 4648 section 10, without padding") {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(encode_base64url(bytes) == text);
    CHECK(decode_base64url(text) == bytes);
  }
  CHECK(encode_base64url("\xFB\xFF\xBF") == "-_-_");
}

TEST_CASE("base64url: every byte there and back") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (size_t length = 0; length < bytes.size(); ++length) {
    CHECK(decode_base64url(encode_base64url(bytes.substr(length))) == bytes.substr(length));
  }
}

TEST_CASE("base64url: no two texts mean the same bytes") {
  for (const char* const text :
       {"Zg==", "Zg=", "Zh", "Zm9", "Zm9vY", "Z", "Zm 9v", "Zm9v\n", "+/+/", "Zm9v.", "="}) {
    CAPTURE(text);
    CHECK_FALSE(decode_base64url(text).has_value());
  }
  CHECK_FALSE(decode_base64url(std::string_view("Zm9v\0", 5)).has_value());
}

TEST_CASE("base64 as people paste it") {
  for (const char* const text : {"-_-_", "+/+/", "Zm8=", "Zm8"})
    CHECK(decode_base64_leniently(text).has_value());
  CHECK(decode_base64_leniently("+/+/") == "\xFB\xFF\xBF");
  CHECK_FALSE(decode_base64_leniently("Zm 8").has_value());
}
