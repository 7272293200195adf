#include "message/request_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "message/limits.hpp"
#include "message/rejection.hpp"

using namespace pg_booking::http;

namespace {

using Stage = RequestReader::Stage;

constexpr std::string_view kAccepted;

/// What the reader makes of bytes: requests, then perhaps the code of a rejection.
struct Outcome {
  std::vector<Request> requests;
  std::string_view rejected = kAccepted;
  Stage stage = Stage::kIdle;
};

/// Reads `bytes` delivered in pieces of `step`.
Outcome read(std::string_view bytes, std::size_t step = std::string_view::npos) {
  Outcome outcome;
  RequestReader reader;
  try {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
      reader.append(bytes.substr(0, step));
      while (reader.stage() == Stage::kReady) {
        outcome.requests.push_back(reader.take());
        reader.advance();
      }
    }
  } catch (const Rejection& rejection) {
    outcome.rejected = rejection.code;
  }
  outcome.stage = reader.stage();
  return outcome;
}

std::string_view rejection_of(const std::string& bytes) {
  return read(bytes).rejected;
}

/// The code that a GET with these further header lines is rejected with.
std::string_view rejection_of_fields(const std::string& fields) {
  return rejection_of("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
}

std::string_view rejection_of_body(const std::string& fields, const std::string& body) {
  return rejection_of("POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body);
}

std::string repeat(const std::string& text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

}  // namespace

TEST_CASE("requests arrive as they were sent and in order, however the network cuts them") {
  const std::string bytes =
      "\r\nPOST /v1/a%20b?c=%41+d HTTP/1.1\r\nHost: a:8080\r\nX-Value: \t%41bc \r\nx-value: \r\nREMOTE_ADDR: "
      "6.6.6.6\r\n"
      "Content-Length: 5\r\n\r\nhello"
      "PATCH /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n3;x=y\r\nabc\r\n02\r\nde\r\n0\r\nT: "
      "1\r\n\r\n"
      "GET http://a/c?d HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n"
      "OPTIONS * HTTP/1.0\r\n\r\n";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    CAPTURE(step);
    const Outcome outcome = read(bytes, step);
    REQUIRE(outcome.rejected == kAccepted);
    REQUIRE(outcome.requests.size() == 4);
    const Request& first = outcome.requests[0];
    CHECK(first.method == "POST");
    CHECK(first.target == "/v1/a%20b?c=%41+d");
    CHECK(first.headers == "host: a:8080\nx-value: %41bc\nx-value: \ncontent-length: 5\n");
    CHECK(first.body == "hello");
    CHECK(first.keep_alive);
    CHECK(outcome.requests[1].method == "PATCH");
    CHECK(outcome.requests[1].body == "abcde");
    CHECK(outcome.requests[2].target == "/c?d");
    CHECK(outcome.requests[2].body.empty());
    CHECK_FALSE(outcome.requests[2].keep_alive);
    CHECK(outcome.requests[3].target == "*");
    CHECK_FALSE(outcome.requests[3].keep_alive);
    CHECK(outcome.stage == Stage::kIdle);
  }
}

TEST_CASE("a request is answered even if rubbish follows it") {
  const Outcome outcome = read("GET / HTTP/1.1\r\nHost: a\r\n\r\nrubbish\r\n\r\n");
  CHECK(outcome.requests.size() == 1);
  CHECK(outcome.rejected == kInvalidInput);
}

TEST_CASE("the stage says what the reader waits for") {
  RequestReader reader;
  CHECK(reader.stage() == Stage::kIdle);
  reader.append("\r\nPOST / HTTP/1.1\r\n");
  CHECK(reader.stage() == Stage::kHead);
  reader.append("Host: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(reader.stage() == Stage::kBody);
  CHECK(reader.take_continue());
  CHECK_FALSE(reader.take_continue());
  reader.append("ab");
  CHECK(reader.stage() == Stage::kReady);
}

TEST_CASE("nobody is told to continue who has begun to send the body") {
  RequestReader reader;
  reader.append("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\na");
  CHECK_FALSE(reader.take_continue());
}

TEST_CASE("what was understood of a rejected request is known") {
  RequestReader reader;
  CHECK_THROWS_AS(reader.append("HEAD /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n"),
                  Rejection);
  CHECK(reader.present().target == "/v1/x");
  CHECK(reader.present().is_head());
}

TEST_CASE("a malformed request line is rejected, as soon as it can be seen") {
  CHECK(rejection_of("GET /\r\n\r\n") == kInvalidInput);
  CHECK(rejection_of("GET  / HTTP/1.1\r\nHost: a\r\n\r\n") == kInvalidInput);
  CHECK(rejection_of("G(T / HTTP/1.1\r\nHost: a\r\n\r\n") == kInvalidInput);
  CHECK(rejection_of("GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n") == kInvalidInput);
  CHECK(rejection_of("GET /\xE9 HTTP/1.1\r\nHost: a\r\n\r\n") == kInvalidInput);
  CHECK(rejection_of("GET /\xC3\xA9 HTTP/1.1\r\nHost: a\r\n\r\n") == kAccepted);
  CHECK(rejection_of("GET path HTTP/1.1\r\nHost: a\r\n\r\n") == kInvalidInput);
  CHECK(rejection_of("GET * HTTP/1.1\r\nHost: a\r\n\r\n") == kInvalidInput);
  CHECK(rejection_of("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n") == kInvalidInput);
  CHECK(rejection_of("GET / http/1.1\r\nHost: a\r\n\r\n") == kInvalidInput);
  CHECK(rejection_of("PRI * HTTP/2.0\r\n\r\n") == kInvalidInput);
  CHECK(rejection_of("GET / HTTP/1.1\nHost: a\n") == kInvalidInput);
  CHECK(rejection_of("\x16\x03\x01") == kInvalidInput);
}

TEST_CASE("a body where nobody expects one is rejected") {
  for (const std::string method : {"GET", "HEAD"}) {
    CHECK(rejection_of(method + " / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na") == kInvalidInput);
    CHECK(rejection_of(method + " / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n") ==
          kInvalidInput);
    CHECK(rejection_of(method + " / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n") == kAccepted);
  }
}

TEST_CASE("a body in a content coding is refused, as what it unpacks to has no bound") {
  CHECK(rejection_of_body("Content-Length: 1\r\nContent-Encoding: gzip\r\n", "a") == kUnsupportedMediaType);
  CHECK(rejection_of_body("Content-Length: 1\r\nContent-Encoding: Identity\r\n", "a") == kAccepted);
}

TEST_CASE("header fields that two parsers may read differently are rejected") {
  CHECK(rejection_of("GET / HTTP/1.1\r\n\r\n") == kInvalidInput);
  CHECK(rejection_of_fields("Host: b\r\n") == kInvalidInput);
  CHECK(rejection_of_fields("X : a\r\n") == kInvalidInput);
  CHECK(rejection_of_fields("X\r\n") == kInvalidInput);
  CHECK(rejection_of_fields(": a\r\n") == kInvalidInput);
  CHECK(rejection_of_fields("X: a\r\n folded\r\n") == kInvalidInput);
  CHECK(rejection_of_fields("X: a\nY: b\r\n") == kInvalidInput);
  CHECK(rejection_of_fields("X: a\rY: b\r\n") == kInvalidInput);
  CHECK(rejection_of_fields(std::string("X: a\0b\r\n", 8)) == kInvalidInput);
  CHECK(rejection_of_fields("X: \xE9\r\n") == kInvalidInput);
  CHECK(rejection_of_fields("X: \xC3\xA9\tb\r\n") == kAccepted);
  CHECK(rejection_of_fields("Expect: 200-ok\r\n") == kInvalidInput);
}

TEST_CASE("a body has one length") {
  CHECK(rejection_of_body("Content-Length: 1\r\nContent-Length: 1\r\n", "a") == kInvalidInput);
  CHECK(rejection_of_body("Content-Length: 1, 1\r\n", "a") == kInvalidInput);
  CHECK(rejection_of_body("Content-Length: +1\r\n", "a") == kInvalidInput);
  CHECK(rejection_of_body("Content-Length: -1\r\n", "a") == kInvalidInput);
  CHECK(rejection_of_body("Content-Length: 0x1\r\n", "a") == kInvalidInput);
  CHECK(rejection_of_body("Content-Length:\r\n", "a") == kInvalidInput);
  CHECK(rejection_of_body("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n") ==
        kInvalidInput);
  CHECK(rejection_of_body("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n") ==
        kInvalidInput);
  CHECK(rejection_of_body("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n") == kInvalidInput);
  CHECK(rejection_of_body("Transfer-Encoding: identity\r\n", "") == kInvalidInput);
  CHECK(rejection_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == kInvalidInput);
}

TEST_CASE("chunks are framed exactly") {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  CHECK(rejection_of_body(chunked, "-2\r\n") == kInvalidInput);
  CHECK(rejection_of_body(chunked, "\r\n") == kInvalidInput);
  CHECK(rejection_of_body(chunked, "x\r\n") == kInvalidInput);
  CHECK(rejection_of_body(chunked, "1x\r\n") == kInvalidInput);
  CHECK(rejection_of_body(chunked, "1\na") == kInvalidInput);
  CHECK(rejection_of_body(chunked, "1\r\nab\r\n") == kInvalidInput);
  CHECK(rejection_of_body(chunked, "1\r\na\n") == kInvalidInput);
  CHECK(rejection_of_body(chunked, "1;a\rb\r\n") == kInvalidInput);
  CHECK(rejection_of_body(chunked, "1;" + std::string(kMaxChunkLineBytes, 'x')) == kInvalidInput);
  CHECK(rejection_of_body(chunked, "0\r\n" + repeat("T: " + std::string(1000, 'x') + "\r\n", 5)) ==
        kHeadersTooLarge);
  CHECK(rejection_of_body(chunked, "10000000000000001\r\n") == kPayloadTooLarge);
}

TEST_CASE("every part has a limit, and what just fits is taken") {
  CHECK(rejection_of("GET /" + std::string(kMaxTargetBytes - 1, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n") ==
        kAccepted);
  CHECK(rejection_of("GET /" + std::string(kMaxTargetBytes, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n") ==
        kTargetTooLong);
  CHECK(rejection_of("GET /" + std::string(kMaxHeadBytes, 'a')) == kTargetTooLong);
  CHECK(rejection_of_fields("X: " + std::string(kMaxHeadBytes, 'a')) == kHeadersTooLarge);
  CHECK(rejection_of_fields(repeat("X: a\r\n", kMaxHeaderFields - 1)) == kAccepted);
  CHECK(rejection_of_fields(repeat("X: a\r\n", kMaxHeaderFields)) == kHeadersTooLarge);

  const std::string most(kMaxBodyBytes, 'a');
  CHECK(rejection_of_body("Content-Length: 1048576\r\n", most) == kAccepted);
  CHECK(rejection_of_body("Content-Length: 1048577\r\n", "") == kPayloadTooLarge);
  CHECK(rejection_of_body("Content-Length: 99999999999999999999\r\n", "") == kPayloadTooLarge);
  CHECK(rejection_of_body("Transfer-Encoding: chunked\r\n", "100000\r\n" + most + "\r\n0\r\n\r\n") ==
        kAccepted);
  CHECK(rejection_of_body("Transfer-Encoding: chunked\r\n", "100000\r\n" + most + "\r\n1\r\n") ==
        kPayloadTooLarge);
}
