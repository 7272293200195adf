#include "engine/jwt/algorithm.hpp"

#include <array>

namespace pg_booking::jwt {
namespace {

struct Entry {
  std::string_view name;
  Family family;
  const char* digest;
  int digest_size;
};

// In the order of the enumeration.
constexpr std::array kEntries = {
    Entry{"HS256", Family::hmac, "SHA256", 32},      Entry{"HS384", Family::hmac, "SHA384", 48},
    Entry{"HS512", Family::hmac, "SHA512", 64},      Entry{"RS256", Family::rsa_pkcs1, "SHA256", 32},
    Entry{"RS384", Family::rsa_pkcs1, "SHA384", 48}, Entry{"RS512", Family::rsa_pkcs1, "SHA512", 64},
    Entry{"PS256", Family::rsa_pss, "SHA256", 32},   Entry{"PS384", Family::rsa_pss, "SHA384", 48},
    Entry{"PS512", Family::rsa_pss, "SHA512", 64},   Entry{"ES256", Family::ecdsa, "SHA256", 32},
    Entry{"ES384", Family::ecdsa, "SHA384", 48},     Entry{"ES512", Family::ecdsa, "SHA512", 64},
    Entry{"EdDSA", Family::eddsa, nullptr, 0},
};

const Entry& entry_of(Algorithm algorithm) {
  return kEntries.at(static_cast<size_t>(algorithm));
}

}  // namespace

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  for (size_t i = 0; i < kEntries.size(); i++)
    if (kEntries[i].name == name) return static_cast<Algorithm>(i);
  return std::nullopt;
}

std::string_view name_of(Algorithm algorithm) {
  return entry_of(algorithm).name;
}

Family family_of(Algorithm algorithm) {
  return entry_of(algorithm).family;
}

const char* digest_of(Algorithm algorithm) {
  return entry_of(algorithm).digest;
}

int digest_size_of(Algorithm algorithm) {
  return entry_of(algorithm).digest_size;
}

}  // namespace pg_booking::jwt
