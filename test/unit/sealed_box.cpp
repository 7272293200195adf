#include "text/sealed_box.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

#include "text/sha256.hpp"

using namespace pg_booking;

namespace {

using Key = std::array<uint8_t, kSealKeyLength>;
using Nonce = std::array<uint8_t, kSealNonceLength>;

constexpr Key kKey = {1, 2, 3, 4, 5, 6, 7, 8, 9};
constexpr Nonce kNonce = {9, 8, 7};

std::string hex(std::string_view bytes) {
  return to_hex({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
}

}  // namespace

TEST_CASE("seal: test cases 13 and 14 of the GCM specification") {
  CHECK(hex(seal(Key{}, Nonce{}, "")) == "01000000000000000000000000530f8afbc74536b9a963b4f1c4cb738b");
  CHECK(hex(seal(Key{}, Nonce{}, std::string(16, '\0'))) ==
        "01000000000000000000000000cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

TEST_CASE("unseal undoes seal") {
  for (const size_t length : {0, 1, 15, 16, 17, 64, 1000, 100'000}) {
    std::string plain(length, 'x');
    if (length > 2) plain[1] = '\0';
    const std::string sealed = seal(kKey, kNonce, plain);
    CHECK(sealed.size() == length + 29);
    CHECK(sealed[0] == 1);
    CHECK(sealed.substr(1, 12) == std::string(kNonce.begin(), kNonce.end()));
    CHECK((length < 4 || sealed.find("xxx") == std::string::npos));
    CHECK(unseal(kKey, sealed) == plain);
  }
}

TEST_CASE("unseal notices every changed bit, every missing and every added byte") {
  const std::string sealed = seal(kKey, kNonce, "a secret");
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    CHECK_FALSE(unseal(kKey, changed).has_value());
  }
  for (size_t length = 0; length < sealed.size(); ++length)
    CHECK_FALSE(unseal(kKey, sealed.substr(0, length)).has_value());
  CHECK_FALSE(unseal(kKey, sealed + '\0').has_value());
  CHECK_FALSE(unseal(kKey, sealed + sealed).has_value());
}

TEST_CASE("another key does not open it") {
  const std::string sealed = seal(kKey, kNonce, "a secret");
  for (size_t bit = 0; bit < kKey.size() * 8; ++bit) {
    Key other = kKey;
    other[bit / 8] = static_cast<uint8_t>(other[bit / 8] ^ 1 << bit % 8);
    CHECK_FALSE(unseal(other, sealed).has_value());
  }
}
