#include "client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <string_view>
#include <utility>

namespace pg_booking::http {

namespace {

using std::chrono::seconds;
using Stage = RequestReader::Stage;

constexpr std::size_t kReadBytes = 16384;

constexpr seconds kIdleTime{60};   // between requests
constexpr seconds kHeadTime{5};    // from a head's first byte to its last, however it drips
constexpr seconds kBodyTime{10};   // from a body's first byte to its last
constexpr seconds kWriteTime{60};  // for a whole answer
constexpr seconds kLingerTime{2};  // for the client to stop sending after a last answer

std::string address_of_peer(int socket) {
  sockaddr_storage peer{};
  socklen_t length = sizeof peer;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &length) != 0) return "";
  const in6_addr& v6 = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
  int family = peer.ss_family;
  const void* address = &v6;
  if (family == AF_INET) {
    address = &reinterpret_cast<const sockaddr_in&>(peer).sin_addr;
  } else if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    // A dual-stack socket sees IPv4 clients as ::ffff:a.b.c.d: one client has one address.
    constexpr std::size_t kEmbeddedV4 = 12;
    family = AF_INET;
    address = &v6.s6_addr[kEmbeddedV4];
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, address, text.data(), text.size()) == nullptr ? "" : text.data();
}

}  // namespace

const std::uint32_t Client::kEvents = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

Client::Client(std::unique_ptr<Stream> stream, Audience audience, const OnEvents& on_events)
    : stream_(std::move(stream)),
      audience_(audience),
      on_events_(on_events),
      peer_(address_of_peer(stream_->socket())),
      deadline_(Clock::now() + kIdleTime) {}

void Client::on_events(std::uint32_t events) {
  constexpr std::uint32_t kGone = EPOLLERR | EPOLLHUP;
  readable_ = true;  // or it may be: an encrypted stream reads when it can write, too
  if ((events & (EPOLLRDHUP | kGone)) != 0) peer_is_done_ = true;
  if ((events & kGone) != 0 && state_ == State::kAnswering) state_ = State::kClosed;
  on_events_(*this);
}

bool Client::is_idle() const {
  return state_ == State::kReading && reader_.stage() == Stage::kIdle;
}

Request Client::take_request() {
  state_ = State::kAnswering;
  deadline_ = Clock::time_point::max();
  return reader_.take();
}

Client::Step Client::advance() {
  while (true) {
    const State before = state_;
    Step step = Step::kWaiting;
    if (before == State::kClosed) step = Step::kClosed;
    if (before == State::kReading) step = advance_reading();
    if (before == State::kWriting) step = advance_writing();
    if (before == State::kLingering) step = advance_lingering();
    if (state_ == before) return step;
  }
}

Client::Step Client::advance_reading() {
  if (rejection_) return Step::kRejected;
  try {
    reader_.advance();
    while (reader_.stage() != Stage::kReady) {
      set_reading_deadline();
      if (reader_.take_continue()) {
        output_ = "HTTP/1.1 100 Continue\r\n\r\n";
        state_ = State::kWriting;
        return Step::kWaiting;
      }
      const bool late = is_late();
      if (late && !is_idle()) throw Rejection{kTimeout, "The request did not arrive in time."};
      if (read_some()) continue;
      return late ? close() : Step::kWaiting;
    }
  } catch (const Rejection& rejection) {
    rejection_ = rejection;
    return Step::kRejected;
  }
  timed_stage_ = Stage::kReady;
  return Step::kRequest;
}

/// Starts the clock whenever a request enters its next stage.
void Client::set_reading_deadline() {
  const Stage stage = reader_.stage();
  if (stage == timed_stage_) return;
  timed_stage_ = stage;
  deadline_ = Clock::now() + (stage == Stage::kIdle   ? kIdleTime
                              : stage == Stage::kHead ? kHeadTime
                                                      : kBodyTime);
}

/// True if something was read.
bool Client::read_some() {
  if (!readable_) return false;
  static thread_local std::array<char, kReadBytes> chunk;
  const Stream::Transfer read = stream_->read(chunk.data(), chunk.size());
  if (read.state == Stream::State::kClosed) close();
  // Emptied, the socket has an event when there is more; but the end may have been told already.
  const bool emptied = read.bytes < chunk.size() && stream_->is_empty_after_short_read() && !peer_is_done_;
  readable_ = read.state == Stream::State::kDone && !emptied;
  if (read.bytes == 0) return false;
  reader_.append({chunk.data(), read.bytes});
  return true;
}

void Client::answer(std::string wire, bool keep_alive) {
  output_ = std::move(wire);
  sent_ = 0;
  keep_alive_ = keep_alive;
  state_ = State::kWriting;
  deadline_ = Clock::now() + kWriteTime;
}

Client::Step Client::advance_writing() {
  while (sent_ < output_.size()) {
    const Stream::Transfer written = stream_->write(std::string_view(output_).substr(sent_));
    if (written.state == Stream::State::kClosed) return close();
    if (written.state == Stream::State::kBlocked) return is_late() ? close() : Step::kWaiting;
    sent_ += written.bytes;
  }
  output_ = std::string();  // an idle connection keeps no buffer
  sent_ = 0;
  if (keep_alive_) {
    state_ = State::kReading;
  } else {
    stream_->end();
    state_ = State::kLingering;
    deadline_ = Clock::now() + kLingerTime;
  }
  return Step::kWaiting;
}

Client::Step Client::advance_lingering() {
  while (!is_late()) {
    const Stream::State state = stream_->discard();
    if (state == Stream::State::kBlocked) return Step::kWaiting;
    if (state == Stream::State::kClosed) break;
  }
  return close();
}

bool Client::is_late() const {
  return Clock::now() >= deadline_;
}

Client::Step Client::close() {
  state_ = State::kClosed;
  return Step::kClosed;
}

}  // namespace pg_booking::http
