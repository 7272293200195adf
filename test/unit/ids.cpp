#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/sha256.hpp"
#include "text/typeid.hpp"
#include "text/uuid.hpp"

using namespace pg_booking;

namespace {

UuidBytes uuid(std::string_view text) {
  const auto parsed = parse_uuid(text);
  REQUIRE(parsed.has_value());
  return *parsed;
}

}  // namespace

TEST_CASE("parse_uuid accepts the canonical form only") {
  const UuidBytes expected = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                              0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10};
  CHECK(uuid("01234567-89ab-cdef-fedc-ba9876543210") == expected);
  CHECK(uuid("01234567-89AB-CDEF-FEDC-BA9876543210") == expected);
  CHECK(uuid("01234567-89aB-cDEf-FEdc-ba9876543210") == expected);
  for (const std::string_view text :
       {"", "0123456789abcdeffedcba9876543210", "01234567-89ab-cdef-fedc-ba987654321",
        "01234567-89ab-cdef-fedc-ba98765432100", "{01234567-89ab-cdef-fedc-ba9876543210}",
        " 01234567-89ab-cdef-fedc-ba9876543210", "01234567-89ab-cdef-fedc-ba987654321g",
        "0123456-789ab-cdef-fedc-ba9876543210", "01234567-89ab-cdef-fedcb-a9876543210",
        "01234567_89ab_cdef_fedc_ba9876543210", "01234567-89ab-cdef-fedc-ba98765432-0",
        "------------------------------------", "0x234567-89ab-cdef-fedc-ba9876543210"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_uuid(text).has_value());
  }
}

TEST_CASE("format_uuid writes what parse_uuid reads, in lower case") {
  CHECK(format_uuid(uuid("01234567-89AB-cdef-fedc-ba9876543210")) == "01234567-89ab-cdef-fedc-ba9876543210");
  CHECK(format_uuid(UuidBytes{}) == "00000000-0000-0000-0000-000000000000");
}

TEST_CASE("is_uuid_v4 looks at version and variant") {
  CHECK(is_uuid_v4(uuid("8e03978e-40d5-43e8-bc93-6894a57f9324")));
  CHECK(is_uuid_v4(uuid("00000000-0000-4000-8000-000000000000")));
  CHECK(is_uuid_v4(uuid("ffffffff-ffff-4fff-bfff-ffffffffffff")));
  CHECK_FALSE(is_uuid_v4(uuid("00000000-0000-0000-0000-000000000000")));
  CHECK_FALSE(is_uuid_v4(uuid("01889c89-df6b-7f1c-a388-91396ec314bc")));
  CHECK_FALSE(is_uuid_v4(uuid("8e03978e-40d5-43e8-7c93-6894a57f9324")));
  CHECK_FALSE(is_uuid_v4(uuid("8e03978e-40d5-43e8-cc93-6894a57f9324")));
  CHECK_FALSE(is_uuid_v4(uuid("8e03978e-40d5-13e8-bc93-6894a57f9324")));
}

TEST_CASE("make_uuid_v7: RFC 9562 section 5.7 with the fraction of section 6.2") {
  // Version and variant bits are set, whatever the random bytes are.
  const std::array<uint8_t, 8> random = {0xD8, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F};
  const int64_t milliseconds = 0x017F22E279B0;
  CHECK(make_uuid_v7(milliseconds * 1000, random) == uuid("017f22e2-79b0-7000-98c4-dc0c0c07398f"));
  CHECK(make_uuid_v7(milliseconds * 1000 + 500, random) == uuid("017f22e2-79b0-7800-98c4-dc0c0c07398f"));
  CHECK(make_uuid_v7(milliseconds * 1000 + 999, random) == uuid("017f22e2-79b0-7ffb-98c4-dc0c0c07398f"));
  CHECK(make_uuid_v7(0, std::array<uint8_t, 8>{}) == uuid("00000000-0000-7000-8000-000000000000"));
}

TEST_CASE("UUIDs of version 7 made a microsecond later sort later") {
  const std::array<uint8_t, 8> low{};
  std::array<uint8_t, 8> high;
  high.fill(0xFF);
  for (const int64_t time :
       {int64_t{0}, int64_t{255}, int64_t{999}, int64_t{1'767'225'600'000'123}, int64_t{0xFFFFFFFF}}) {
    CHECK(make_uuid_v7(time, high) < make_uuid_v7(time + 1, low));
  }
}

TEST_CASE("TypeIDs of the specification") {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"00000000-0000-0000-0000-000000000000", "00000000000000000000000000"},
      {"00000000-0000-0000-0000-000000000001", "00000000000000000000000001"},
      {"00000000-0000-0000-0000-00000000000a", "0000000000000000000000000a"},
      {"00000000-0000-0000-0000-000000000010", "0000000000000000000000000g"},
      {"00000000-0000-0000-0000-000000000020", "00000000000000000000000010"},
      {"ffffffff-ffff-ffff-ffff-ffffffffffff", "7zzzzzzzzzzzzzzzzzzzzzzzzz"},
      {"0110c853-1d09-52d8-d73e-1194e95b5f19", "0123456789abcdefghjkmnpqrs"},
      {"01890a5d-ac96-774b-bcce-b302099a8057", "01h455vb4pex5vsknk084sn02q"},
      {"01889c89-df6b-7f1c-a388-91396ec314bc", "01h2e8kqvbfwea724h75qc655w"},
  };
  for (const auto& [canonical, suffix] : cases) {
    const std::string input(suffix);
    CAPTURE(input);
    const std::string text = "bkg_" + std::string(suffix);
    CHECK(format_typeid("bkg", uuid(canonical)) == text);
    CHECK(parse_typeid("bkg", text) == uuid(canonical));
  }
}

TEST_CASE("parse_typeid refuses everything else") {
  for (const std::string_view text : {"",
                                      "bkg",
                                      "bkg_",
                                      "01h455vb4pex5vsknk084sn02q",
                                      "svc_01h455vb4pex5vsknk084sn02q",
                                      "BKG_01h455vb4pex5vsknk084sn02q",
                                      "bkg-01h455vb4pex5vsknk084sn02q",
                                      "bkg_01h455vb4pex5vsknk084sn02",
                                      "bkg_01h455vb4pex5vsknk084sn02q0",
                                      "bkg_01H455VB4PEX5VSKNK084SN02Q",
                                      "bkg_01h455vb4pex5vsknk084sn02Q",
                                      "bkg_81h455vb4pex5vsknk084sn02q",
                                      "bkg_zzzzzzzzzzzzzzzzzzzzzzzzzz",
                                      "bkg_01h455vb4pex5vsknk084sn02i",
                                      "bkg_01h455vb4pex5vsknk084sn02l",
                                      "bkg_01h455vb4pex5vsknk084sn02o",
                                      "bkg_01h455vb4pex5vsknk084sn02u",
                                      "bkg_01h455vb4pex5vsknk084sn02-",
                                      "bkg_ 1h455vb4pex5vsknk084sn02q",
                                      "bkg_01h455vb4pex5vsknk084sn0é",
                                      " bkg_01h455vb4pex5vsknk084sn02q",
                                      "bkg__1h455vb4pex5vsknk084sn02q",
                                      "01890a5d-ac96-774b-bcce-b302099a8057"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_typeid("bkg", text).has_value());
  }
}

TEST_CASE("format_typeid into a buffer writes that many bytes and no more") {
  std::array<char, 3 + 1 + kTypeIdSuffixLength + 1> buffer;
  buffer.fill('#');
  format_typeid("bkg", uuid("01890a5d-ac96-774b-bcce-b302099a8057"), buffer.data());
  CHECK(std::string_view(buffer.data(), buffer.size()) == "bkg_01h455vb4pex5vsknk084sn02q#");
}

TEST_CASE("UUIDs survive both spellings and keep their order") {
  std::mt19937 random(3);
  UuidBytes previous{};
  std::string previous_text = format_typeid("x", previous);
  for (int i = 0; i < 5000; ++i) {
    UuidBytes bytes;
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    const std::string text = format_typeid("x", bytes);
    CHECK(parse_typeid("x", text) == bytes);
    CHECK((bytes < previous) == (text < previous_text));
    std::string hex = to_hex(bytes);
    for (const size_t position : {8, 13, 18, 23}) hex.insert(position, 1, '-');
    CHECK(parse_uuid(hex) == bytes);
    previous = bytes;
    previous_text = text;
  }
}
