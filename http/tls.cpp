#include "tls.hpp"

#include <fcntl.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <climits>
#include <new>

namespace pg_booking::http {

namespace {

struct SslFreer {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslHandle = std::unique_ptr<SSL, SslFreer>;

/// OpenSSL's reason for its last failure, which names neither keys nor passwords.
std::string last_reason() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "unknown reason" : reason;
}

/// HTTP/1.1 is all we speak: who offers other protocols only is refused by its own library.
int select_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* offered, unsigned offered_length, void* /*context*/) {
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  unsigned char* selected = nullptr;
  const int result =
      SSL_select_next_proto(&selected, out_length, kHttp11, sizeof kHttp11 - 1, offered, offered_length);
  if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

class TlsStream final : public Stream {
 public:
  TlsStream(int socket, SSL_CTX* context) : Stream(socket), ssl_(SSL_new(context)) {
    if (ssl_ == nullptr || SSL_set_fd(ssl_.get(), socket) != 1) throw std::bad_alloc();
    SSL_set_accept_state(ssl_.get());
    ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
  }

  // The handshake is part of the first read.
  Transfer read(char* buffer, std::size_t size) override {
    ERR_clear_error();
    return transferred(SSL_read(ssl_.get(), buffer, static_cast<int>(std::min<std::size_t>(size, INT_MAX))));
  }

  Transfer write(std::string_view bytes) override {
    ERR_clear_error();
    return transferred(
        SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX))));
  }

  bool is_empty_after_short_read() const override { return false; }
  bool is_secure() const override { return true; }

  void end() override {
    // After a fatal error OpenSSL must not be asked to shut down.
    if (!failed_) SSL_shutdown(ssl_.get());
    ERR_clear_error();
    Stream::end();
  }

 private:
  Transfer transferred(int length) {
    if (length > 0) return {State::kDone, static_cast<std::size_t>(length)};
    const int error = SSL_get_error(ssl_.get(), length);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return {State::kBlocked};
    failed_ = error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL;
    ERR_clear_error();
    return {State::kClosed};
  }

  const SslHandle ssl_;
  bool failed_ = false;
};

}  // namespace

TlsContext::TlsContext(const std::string& certificate_file, const std::string& key_file)
    : context_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX* const context = context_.get();
  if (context == nullptr) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
  // Without a terminal to ask on: an encrypted key is an error.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return -1; });
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
    throw TlsError(certificate_file + ": no usable certificate: " + last_reason());
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    throw TlsError(key_file + ": no usable key of that certificate: " + last_reason());
  }
}

std::unique_ptr<Stream> TlsContext::accept(int socket) const {
  return std::make_unique<TlsStream>(socket, context_.get());
}

}  // namespace pg_booking::http
