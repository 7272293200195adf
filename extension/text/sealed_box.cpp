#include "text/sealed_box.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>

namespace pg_booking {

namespace {

constexpr char kVersion = 1;
constexpr size_t kTagLength = 16;
constexpr size_t kHeadLength = 1 + kSealNonceLength;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* cipher) const { EVP_CIPHER_CTX_free(cipher); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

/// OpenSSL's calls take an int.
int checked_length(size_t length) {
  if (length > std::numeric_limits<int>::max()) throw std::length_error("too long to be sealed");
  return static_cast<int>(length);
}

/// With valid arguments those calls fail for lack of memory only.
void require(int openssl_result) {
  if (openssl_result != 1) throw std::bad_alloc();
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

Cipher new_cipher() {
  Cipher cipher(EVP_CIPHER_CTX_new());
  if (!cipher) throw std::bad_alloc();
  return cipher;
}

}  // namespace

std::string seal(std::span<const uint8_t, kSealKeyLength> key,
                 std::span<const uint8_t, kSealNonceLength> nonce, std::string_view plain) {
  const int length = checked_length(plain.size());
  std::string sealed(kHeadLength + plain.size() + kTagLength, kVersion);
  std::copy(nonce.begin(), nonce.end(), bytes(sealed) + 1);
  unsigned char* const ciphertext = bytes(sealed) + kHeadLength;
  unsigned char* const tag = ciphertext + plain.size();

  const Cipher cipher = new_cipher();
  require(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), nonce.data()));
  int written = 0;
  require(EVP_EncryptUpdate(cipher.get(), ciphertext, &written, bytes(plain), length));
  require(EVP_EncryptFinal_ex(cipher.get(), tag, &written));
  require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, kTagLength, tag));
  return sealed;
}

std::optional<std::string> unseal(std::span<const uint8_t, kSealKeyLength> key, std::string_view sealed) {
  if (sealed.size() < kHeadLength + kTagLength || sealed[0] != kVersion) return std::nullopt;
  const std::string_view nonce = sealed.substr(1, kSealNonceLength);
  const std::string_view ciphertext = sealed.substr(kHeadLength, sealed.size() - kHeadLength - kTagLength);
  std::string tag(sealed.substr(sealed.size() - kTagLength));
  std::string plain(ciphertext.size(), '\0');

  const Cipher cipher = new_cipher();
  require(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), bytes(nonce)));
  int written = 0;
  require(EVP_DecryptUpdate(cipher.get(), bytes(plain), &written, bytes(ciphertext),
                            checked_length(ciphertext.size())));
  require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, kTagLength, tag.data()));
  if (EVP_DecryptFinal_ex(cipher.get(), bytes(tag), &written) != 1) return std::nullopt;
  return plain;
}

}  // namespace pg_booking
