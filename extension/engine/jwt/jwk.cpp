#include "engine/jwt/jwk.hpp"

#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <vector>

#include "engine/jwt/key.hpp"
#include "text/base64.hpp"

namespace pg_booking::jwt {
namespace {

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;

struct Curve {
  std::string_view name;  // as "crv"
  const char* group;      // as OpenSSL calls it
  size_t bytes;           // of a coordinate
};
constexpr std::array kCurves = {Curve{"P-256", SN_X9_62_prime256v1, 32}, Curve{"P-384", SN_secp384r1, 48},
                                Curve{"P-521", SN_secp521r1, 66}};

/// A number of an RSA key: its member in JSON, its parameter in OpenSSL.
struct RsaNumber {
  std::string_view member;
  const char* parameter;
};
constexpr std::array kRsaPublic = {RsaNumber{"n", OSSL_PKEY_PARAM_RSA_N},
                                   RsaNumber{"e", OSSL_PKEY_PARAM_RSA_E}};
constexpr std::array kRsaPrivate = {
    RsaNumber{"d", OSSL_PKEY_PARAM_RSA_D},          RsaNumber{"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
    RsaNumber{"q", OSSL_PKEY_PARAM_RSA_FACTOR2},    RsaNumber{"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
    RsaNumber{"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2}, RsaNumber{"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}};

std::string required_binary(const json::Value& jwk, std::string_view name) {
  std::optional<std::string> value = binary_member(jwk, name);
  if (!value || value->empty()) throw InvalidKey("a key lacks the member \"" + std::string(name) + "\"");
  return std::move(*value);
}

BigNumber to_number(std::string_view big_endian) {
  return BigNumber(require(BN_bin2bn(bytes(big_endian), static_cast<int>(big_endian.size()), nullptr)));
}

/// Collects numbers and makes a key of them.
class KeyBuilder {
 public:
  KeyBuilder() : builder_(require(OSSL_PARAM_BLD_new())) {}

  void add_number(const char* parameter, std::string_view big_endian) {
    // The builder keeps a reference only.
    numbers_.push_back(to_number(big_endian));
    require(OSSL_PARAM_BLD_push_BN(builder_.get(), parameter, numbers_.back().get()));
  }
  void add_text(const char* parameter, const char* text) {
    require(OSSL_PARAM_BLD_push_utf8_string(builder_.get(), parameter, text, 0));
  }
  void add_bytes(const char* parameter, const std::string& octets) {
    require(OSSL_PARAM_BLD_push_octet_string(builder_.get(), parameter, octets.data(), octets.size()));
  }

  Pkey build(const char* type, bool has_private_part) {
    Parameters const parameters(require(OSSL_PARAM_BLD_to_param(builder_.get())));
    PkeyContext const context(require(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)));
    require(EVP_PKEY_fromdata_init(context.get()));
    EVP_PKEY* pkey = nullptr;
    int const selection = has_private_part ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    if (EVP_PKEY_fromdata(context.get(), &pkey, selection, parameters.get()) != 1)
      throw InvalidKey("a key's numbers make no key");
    return Pkey(pkey);
  }

 private:
  ParameterBuilder builder_;
  std::vector<BigNumber> numbers_;
};

void check(const Pkey& pkey, bool has_private_part) {
  PkeyContext const context(require(EVP_PKEY_CTX_new_from_pkey(nullptr, pkey.get(), nullptr)));
  bool const valid = EVP_PKEY_public_check(context.get()) == 1 &&
                     (!has_private_part || EVP_PKEY_pairwise_check(context.get()) == 1);
  if (!valid) throw InvalidKey("a key's numbers make no valid key");
}

AsymmetricKey read_rsa(const json::Value& jwk) {
  KeyBuilder builder;
  for (const RsaNumber& number : kRsaPublic)
    builder.add_number(number.parameter, required_binary(jwk, number.member));
  bool const has_private_part = jwk.HasMember("d");
  if (jwk.HasMember("oth")) throw InvalidKey("RSA keys of more than two primes are not supported");
  if (has_private_part)
    for (const RsaNumber& number : kRsaPrivate)
      builder.add_number(number.parameter, required_binary(jwk, number.member));
  Pkey pkey = builder.build("RSA", has_private_part);
  int const bits = EVP_PKEY_get_bits(pkey.get());
  if (bits < kMinRsaBits || bits > kMaxRsaBits) throw InvalidKey("an RSA key must have 2048 to 8192 bits");
  check(pkey, has_private_part);
  return {std::move(pkey), has_private_part};
}

AsymmetricKey read_ec(const json::Value& jwk) {
  std::optional<std::string_view> const name = text_member(jwk, "crv");
  const auto* const curve =
      std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& known) { return name == known.name; });
  if (curve == kCurves.end()) throw InvalidKey("the curve of an EC key must be P-256, P-384 or P-521");
  std::string const x = required_binary(jwk, "x");
  std::string const y = required_binary(jwk, "y");
  if (x.size() != curve->bytes || y.size() != curve->bytes)
    throw InvalidKey("the coordinates of an EC key do not have its curve's length");
  KeyBuilder builder;
  builder.add_text(OSSL_PKEY_PARAM_GROUP_NAME, curve->group);
  std::string const point = '\x04' + x + y;
  builder.add_bytes(OSSL_PKEY_PARAM_PUB_KEY, point);
  bool const has_private_part = jwk.HasMember("d");
  if (has_private_part) builder.add_number(OSSL_PKEY_PARAM_PRIV_KEY, required_binary(jwk, "d"));
  Pkey pkey = builder.build("EC", has_private_part);
  check(pkey, has_private_part);
  return {std::move(pkey), has_private_part};
}

std::string raw_public_key(const Pkey& pkey) {
  size_t length = 0;
  require(EVP_PKEY_get_raw_public_key(pkey.get(), nullptr, &length));
  std::string raw(length, '\0');
  require(EVP_PKEY_get_raw_public_key(pkey.get(), bytes(raw), &length));
  return raw;
}

std::string raw_private_key(const Pkey& pkey) {
  size_t length = 0;
  require(EVP_PKEY_get_raw_private_key(pkey.get(), nullptr, &length));
  std::string raw(length, '\0');
  require(EVP_PKEY_get_raw_private_key(pkey.get(), bytes(raw), &length));
  return raw;
}

AsymmetricKey read_okp(const json::Value& jwk) {
  std::optional<std::string_view> const curve = text_member(jwk, "crv");
  if (curve != "Ed25519" && curve != "Ed448")
    throw InvalidKey("the curve of an OKP key must be Ed25519 or Ed448");
  const char* const type = curve == "Ed448" ? "ED448" : "ED25519";
  std::string const x = required_binary(jwk, "x");
  bool const has_private_part = jwk.HasMember("d");
  std::string const raw = has_private_part ? required_binary(jwk, "d") : x;
  Pkey pkey(has_private_part
                ? EVP_PKEY_new_raw_private_key_ex(nullptr, type, nullptr, bytes(raw), raw.size())
                : EVP_PKEY_new_raw_public_key_ex(nullptr, type, nullptr, bytes(raw), raw.size()));
  if (!pkey || raw_public_key(pkey) != x) throw InvalidKey("a key's numbers make no valid key");
  return {std::move(pkey), has_private_part};
}

std::string number_of(const Pkey& pkey, const char* parameter, size_t length = 0) {
  BIGNUM* value = nullptr;
  require(EVP_PKEY_get_bn_param(pkey.get(), parameter, &value));
  BigNumber const number(value);
  std::string big_endian(std::max(length, static_cast<size_t>(BN_num_bytes(number.get()))), '\0');
  if (BN_bn2binpad(number.get(), bytes(big_endian), static_cast<int>(big_endian.size())) < 0)
    throw std::bad_alloc();
  return big_endian;
}

void append_rsa(std::string& out, const Pkey& pkey, bool with_private_part) {
  out += R"("kty":"RSA")";
  for (const RsaNumber& number : kRsaPublic)
    append_binary_member(out, number.member, number_of(pkey, number.parameter));
  if (!with_private_part) return;
  for (const RsaNumber& number : kRsaPrivate)
    append_binary_member(out, number.member, number_of(pkey, number.parameter));
}

void append_ec(std::string& out, const Pkey& pkey, bool with_private_part) {
  std::array<char, 64> group{};
  require(EVP_PKEY_get_group_name(pkey.get(), group.data(), group.size(), nullptr));
  const auto* const curve = std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& known) {
    return known.group == std::string_view(group.data());
  });
  out += R"("kty":"EC","crv":")" + std::string(curve->name) + '"';
  append_binary_member(out, "x", number_of(pkey, OSSL_PKEY_PARAM_EC_PUB_X, curve->bytes));
  append_binary_member(out, "y", number_of(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, curve->bytes));
  if (with_private_part)
    append_binary_member(out, "d", number_of(pkey, OSSL_PKEY_PARAM_PRIV_KEY, curve->bytes));
}

void append_okp(std::string& out, const Pkey& pkey, bool with_private_part) {
  out += R"("kty":"OKP","crv":)";
  out += EVP_PKEY_is_a(pkey.get(), "ED448") == 1 ? R"("Ed448")" : R"("Ed25519")";
  append_binary_member(out, "x", raw_public_key(pkey));
  if (with_private_part) append_binary_member(out, "d", raw_private_key(pkey));
}

}  // namespace

std::optional<std::string_view> text_member(const json::Value& object, std::string_view name) {
  auto const member = object.FindMember(std::string(name));
  if (member == object.MemberEnd()) return std::nullopt;
  if (!member->value.IsString()) throw InvalidKey("a key's \"" + std::string(name) + "\" is no string");
  return std::string_view(member->value.GetString(), member->value.GetStringLength());
}

std::optional<std::string> binary_member(const json::Value& object, std::string_view name) {
  std::optional<std::string_view> const text = text_member(object, name);
  if (!text) return std::nullopt;
  std::optional<std::string> value = decode_base64url(*text);
  if (!value) throw InvalidKey("a key's \"" + std::string(name) + "\" is no base64url");
  return value;
}

AsymmetricKey read_asymmetric_key(std::string_view key_type, const json::Value& jwk) {
  if (key_type == "RSA") return read_rsa(jwk);
  if (key_type == "EC") return read_ec(jwk);
  if (key_type == "OKP") return read_okp(jwk);
  throw InvalidKey("a key's \"kty\" must be oct, RSA, EC or OKP");
}

void append_key_members(std::string& out, const Pkey& pkey, bool with_private_part) {
  if (EVP_PKEY_is_a(pkey.get(), "RSA") == 1)
    append_rsa(out, pkey, with_private_part);
  else if (EVP_PKEY_is_a(pkey.get(), "EC") == 1)
    append_ec(out, pkey, with_private_part);
  else
    append_okp(out, pkey, with_private_part);
}

void append_binary_member(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"" + std::string(name) + "\":\"" + encode_base64url(value) + '"';
}

Pkey generate_pkey(Algorithm algorithm) {
  switch (family_of(algorithm)) {
    case Family::rsa_pkcs1:
    case Family::rsa_pss:
      return Pkey(require(EVP_RSA_gen(kMinRsaBits)));
    case Family::ecdsa: {
      const Curve& curve = kCurves.at(static_cast<size_t>(algorithm) - static_cast<size_t>(Algorithm::es256));
      return Pkey(require(EVP_EC_gen(curve.group)));
    }
    default:
      return Pkey(require(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")));
  }
}

}  // namespace pg_booking::jwt
