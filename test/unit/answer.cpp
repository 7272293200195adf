#include "message/answer.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pg_booking::http;

namespace {

const std::string kDoorsOwn =
    "Server: pg_booking\r\nDate: now\r\nContent-Security-Policy: default-src 'none'\r\nReferrer-Policy: "
    "no-referrer\r\n";

}  // namespace

TEST_CASE("a packed answer is taken apart") {
  const Answer answer = unpack_answer(
      "201\nContent-Type: application/json\nX-Request-Id: req_1\nSet-Cookie: a=b: c\nDATE: "
      "x\nTransfer-Encoding: y\n"
      "Content-Length: 99\n\n{}\n\n");
  CHECK(answer.status == 201);
  CHECK(answer.headers == "Content-Type: application/json\r\nX-Request-Id: req_1\r\nSet-Cookie: a=b: c\r\n");
  CHECK(answer.request_id == "req_1");
  CHECK(answer.content_length == "99");
  CHECK(answer.body == "{}\n\n");
  CHECK(unpack_answer("204\n\n").body.empty());
}

TEST_CASE("what the first line says beside the status is for log and metrics") {
  const Answer answer =
      unpack_answer("201 createBooking 01890a5d-ac96-774b-bcce-b302099a8057 replayed\n\n{}");
  CHECK(answer.status == 201);
  CHECK(answer.operation == "createBooking");
  CHECK(answer.tenant == "01890a5d-ac96-774b-bcce-b302099a8057");
  CHECK(answer.replayed);
  CHECK(serialize(answer, {false, true, "now"}) ==
        "HTTP/1.1 201 Created\r\n" + kDoorsOwn + "Content-Length: 2\r\n\r\n{}");
  const Answer none = unpack_answer("404 - -\n\n");
  CHECK(none.operation.empty());
  CHECK(none.tenant.empty());
  CHECK_FALSE(none.replayed);
}

TEST_CASE("an answer that could split in two is malformed") {
  for (const char* packed :
       {"", "200", "200\n", "200\nA: b", "200\nA: b\n", "20\n\n", "2000\n\n", "100\n\n", "abc\n\n",
        "2001 a b\n\n", "200\nA\n\n", "200\n: b\n\n", "200\nA B: c\n\n", "200\nA: b\rC: d\n\n"}) {
    CAPTURE(packed);
    CHECK_THROWS_AS(unpack_answer(packed), MalformedAnswer);
  }
  CHECK_THROWS_AS(unpack_answer(std::string("200\nA: b\0c\n\n", 12)), MalformedAnswer);
}

TEST_CASE("the door adds what belongs to the transport") {
  Answer answer = unpack_answer("200\nA: b\n\nbody");
  CHECK(serialize(answer, {false, true, "now"}) ==
        "HTTP/1.1 200 OK\r\n" + kDoorsOwn + "A: b\r\nContent-Length: 4\r\n\r\nbody");
  CHECK(serialize(answer, {false, false, "now"}) ==
        "HTTP/1.1 200 OK\r\n" + kDoorsOwn + "A: b\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody");
  answer.status = 299;
  answer.body.clear();
  CHECK(serialize(answer, {false, true, "now"}) ==
        "HTTP/1.1 299 \r\n" + kDoorsOwn + "A: b\r\nContent-Length: 0\r\n\r\n");
  CHECK(serialize(answer, {false, true, "now", true})
            .find("\r\nStrict-Transport-Security: max-age=31536000\r\n") != std::string::npos);
}

TEST_CASE("an answer to HEAD has no body, but the length a GET would have, if it is known") {
  const auto head = [](const char* packed) { return serialize(unpack_answer(packed), {true, true, "now"}); };
  const std::string start = "HTTP/1.1 200 OK\r\n" + kDoorsOwn;
  CHECK(head("200\n\nbody") == start + "Content-Length: 4\r\n\r\n");
  CHECK(head("200\nContent-Length: 7\n\n") == start + "Content-Length: 7\r\n\r\n");
  CHECK(head("200\n\n") == start + "\r\n");
}

TEST_CASE("204 and 304 have neither body nor length") {
  for (const char* packed : {"204\nContent-Length: 4\n\nbody", "304\n\nbody"}) {
    const std::string wire = serialize(unpack_answer(packed), {false, true, "now"});
    CHECK(wire.find("Content-Length") == std::string::npos);
    CHECK(wire.ends_with(kDoorsOwn + "\r\n"));
  }
}
