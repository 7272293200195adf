#include "message/error_answers.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pg_booking::http;

namespace {

const std::string kZeros = "req_00000000000000000000000000";

Answer composed(const std::string& face) {
  Answer answer;
  answer.status = 503;
  answer.headers = "X-Request-Id: " + kZeros + "\r\nRetry-After: 1\r\n";
  answer.body = face + " says {message} " + kZeros;
  return answer;
}

}  // namespace

TEST_CASE("an error is in the words of the face that was called, with the request's own id and reason") {
  ErrorAnswers answers;
  answers.add("", "a.b", composed("nobody"));
  answers.add("v1", "a.b", composed("v1"));
  answers.add("v1", "a.c", composed("never"));
  const auto body = [&](const char* target) { return answers.make("a.b", "No.", target, "req_1").body; };
  CHECK(body("/v1/x?y") == "v1 says No. req_1");
  CHECK(body("/v1?y") == "v1 says No. req_1");
  CHECK(body("/v1") == "v1 says No. req_1");
  for (const char* const target : {"", "/", "*", "/v11/x", "/x/v1", "/?v1"}) {
    CHECK(body(target) == "nobody says No. req_1");
  }
  const Answer answer = answers.make("a.b", "No.", "/v1", "req_1");
  CHECK(answer.status == 503);
  CHECK(answer.request_id == "req_1");
  CHECK(answer.headers == "X-Request-Id: req_1\r\nRetry-After: 1\r\n");
  CHECK(answers.has("a.b"));
  CHECK_FALSE(answers.has("a.c"));
}
