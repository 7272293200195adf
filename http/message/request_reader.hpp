#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif
#include <string>
#include <string_view>

#include "message/chunked_body.hpp"
#include "message/request_head.hpp"

namespace pg_booking::http {

/// Turns the bytes of one connection into requests, in order, however the network cut them. Knows no socket.
class RequestReader {
 public:
  enum class Stage { kIdle, kHead, kBody, kReady };

  /// Adds bytes as they came from the peer and reads as far as they go, at most to the end of one request.
  /// Throws Rejection; after that the reader is of no more use.
  void append(std::string_view bytes);

  /// kIdle: no byte of a next request is here yet.
  Stage stage() const { return stage_; }

  /// True once per request, when its client waits for "100 Continue" before it sends the body.
  bool take_continue();

  /// Hands out the complete request (stage kReady). The bytes behind it are looked at by advance(), so that a
  /// request is answered even if rubbish follows it.
  Request take();

  /// Reads on in the bytes that are here. Throws Rejection.
  void advance();

  /// The request being read, as far as it is understood.
  const Request& present() const { return head_.request; }

 private:
  void advance_head();
  void advance_body();

  std::string buffer_;        // received, not yet consumed
  std::size_t searched_ = 0;  // bytes of buffer_ known not to hold the end of the head
  Stage stage_ = Stage::kIdle;
  RequestHead head_;
  ChunkedBody chunked_;
};

}  // namespace pg_booking::http
