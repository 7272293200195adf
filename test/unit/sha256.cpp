#include "text/sha256.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace pg_booking;

TEST_CASE("sha256: the vectors of FIPS 180-4") {
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(to_hex(sha256(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(sha256(std::string_view("\0", 1)) != sha256(""));
  CHECK(sha256(std::string_view()) == sha256(""));
}

TEST_CASE("hmac_sha256: test cases of RFC 4231") {
  CHECK(to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(hmac_sha256(std::string(131, '\xaa'),
                           "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(to_hex(hmac_sha256("", "")) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("constant_time_equal") {
  const std::vector<uint8_t> bytes = {1, 2, 3, 4};
  CHECK(constant_time_equal(bytes, std::vector<uint8_t>{1, 2, 3, 4}));
  CHECK_FALSE(constant_time_equal(bytes, std::vector<uint8_t>{1, 2, 3, 5}));
  CHECK_FALSE(constant_time_equal(bytes, std::vector<uint8_t>{0, 2, 3, 4}));
  CHECK_FALSE(constant_time_equal(bytes, std::vector<uint8_t>{1, 2, 3}));
  CHECK_FALSE(constant_time_equal(bytes, {}));
  CHECK(constant_time_equal({}, {}));
}

TEST_CASE("to_hex") {
  CHECK(to_hex({}).empty());
  CHECK(to_hex(std::array<uint8_t, 3>{0x00, 0x9a, 0xff}) == "009aff");
}
