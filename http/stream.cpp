#include "stream.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace pg_booking::http {

namespace {

constexpr std::size_t kDiscardBytes = 16384;

Stream::Transfer transferred(ssize_t length) {
  if (length > 0) return {Stream::State::kDone, static_cast<std::size_t>(length)};
  const bool blocked = length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  return {blocked ? Stream::State::kBlocked : Stream::State::kClosed};
}

/// Runs a system call until no signal interrupts it.
template <typename Call>
ssize_t uninterrupted(Call&& call) {
  ssize_t result = 0;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

}  // namespace

Stream::~Stream() {
  ::close(socket_);
}

Stream::Transfer Stream::read(char* buffer, std::size_t size) {
  return transferred(uninterrupted([&] { return ::recv(socket_, buffer, size, MSG_DONTWAIT); }));
}

Stream::Transfer Stream::write(std::string_view bytes) {
  return transferred(uninterrupted(
      [&] { return ::send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL); }));
}

void Stream::end() {
  ::shutdown(socket_, SHUT_WR);
}

Stream::State Stream::discard() {
  static thread_local std::array<char, kDiscardBytes> discarded;
  return Stream::read(discarded.data(), discarded.size()).state;
}

}  // namespace pg_booking::http
