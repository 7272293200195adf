#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "stream.hpp"

namespace pg_booking::http {

/// Certificate or key can't be used. The message names the file.
struct TlsError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A certificate and its key, ready to serve connections, which keep it alive as long as they need it.
class TlsContext {
 public:
  /// Reads PEM files: the certificate with its chain, and its key. Throws TlsError.
  TlsContext(const std::string& certificate_file, const std::string& key_file);

  /// The server's side of an encrypted connection over `socket`, which it takes over.
  std::unique_ptr<Stream> accept(int socket) const;

 private:
  struct Freer {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Freer> context_;
};

}  // namespace pg_booking::http
