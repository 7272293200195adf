#include "face/rest/answer/errors.hpp"

#include <doctest/doctest.h>

#include "face/rest/answer/overrides.hpp"
#include "face/rest/plan/fuzzy.hpp"

using namespace pg_booking::rest;

TEST_CASE("SQLSTATEs have PostgREST's statuses") {
  struct Row {
    const char* sqlstate;
    int status;
  };
  for (const Row& row :
       {Row{"08006", 503}, {"09000", 500}, {"0L000", 403}, {"0P000", 403}, {"23503", 409}, {"23505", 409},
        {"23502", 400},    {"23514", 400}, {"25006", 405}, {"25P02", 500}, {"28000", 403}, {"2D000", 500},
        {"38000", 500},    {"39000", 500}, {"3B000", 500}, {"40001", 500}, {"42883", 404}, {"42P01", 404},
        {"42P17", 500},    {"42703", 400}, {"53000", 503}, {"53400", 500}, {"54001", 500}, {"55P03", 500},
        {"57014", 500},    {"57P01", 503}, {"58P01", 500}, {"F0000", 500}, {"HV000", 500}, {"P0001", 400},
        {"P0002", 500},    {"XX000", 500}, {"22P02", 400}, {"PT418", 418}, {"PTxyz", 500}})
    CHECK_MESSAGE(status_of_sqlstate(row.sqlstate, "message", true) == row.status, row.sqlstate);
}

TEST_CASE("what a message adds to a SQLSTATE") {
  CHECK(status_of_sqlstate("42501", "permission denied", true) == 403);
  CHECK(status_of_sqlstate("42501", "permission denied", false) == 401);
  CHECK(status_of_sqlstate("21000", "more than one row", true) == 500);
  CHECK(status_of_sqlstate("21000", "UPDATE requires a WHERE clause", true) == 400);
  CHECK(status_of_sqlstate("22023", "role \"x\" does not exist", true) == 401);
  CHECK(status_of_sqlstate("22023", "invalid value", true) == 400);
  CHECK(status_of_sqlstate("42883", "function xmlagg(x) does not exist", true) == 406);
}

TEST_CASE("an error's body") {
  Refusal const refusal{{.code = "PGRST108", .message = "a \"b\"", .hint = "c"}};
  CHECK(error_body(refusal, false) == R"({"code":"PGRST108","details":null,"hint":"c","message":"a \"b\""})");
  CHECK(error_body(refusal, true) == R"({"code":"PGRST108","message":"a \"b\""})");
}

TEST_CASE("RAISE SQLSTATE 'PGRST' words the whole answer") {
  ErrorAnswer const answer =
      answer_database_error("PGRST", R"({"code":"x1","message":"m","hint":"h"})",
                            R"({"status":402,"headers":{"X-A":"b"}})", std::nullopt, true, false);
  CHECK(answer.status == 402);
  CHECK(answer.body == R"({"code":"x1","details":null,"hint":"h","message":"m"})");
  CHECK(has_header_line(answer.headers, "x-a"));
  for (const char* const detail :
       {"", "[]", R"({"status":402})", R"({"status":"402","headers":{}})",
        R"({"status":402,"headers":{"X-A":"b\nSet-Cookie: c"}})", R"({"status":9,"headers":{}})"})
    CHECK(answer_database_error("PGRST", R"({"code":"x1","message":"m"})", detail, std::nullopt, true, false)
              .body.find("PGRST121") != std::string::npos);
}

TEST_CASE("response.headers and response.status") {
  CHECK(read_response_headers(R"([{"A":"1"},{"A":"2"}])") == "A: 1\nA: 2\n");
  CHECK(read_response_headers("").empty());
  for (const char* const bad :
       {"{}", "[1]", R"([{"A":1}])", R"([{"A":"1","B":"2"}])", R"([{"A":"b\nC: d"}])", R"([{"A: b":"c"}])"})
    CHECK_THROWS_AS(read_response_headers(bad), Refusal);
  CHECK(read_response_status("418") == 418);
  CHECK_THROWS_AS(read_response_status("x"), Refusal);
  CHECK_THROWS_AS(read_response_status("99"), Refusal);
  CHECK(override_headers("A: 1\nB: 2\n", "a: 3\n") == "B: 2\na: 3\n");
}

TEST_CASE("similar names") {
  std::vector<std::string> const names = {"directors", "roles", "actors"};
  CHECK(find_similar("role", names, 0.75).front().text == "roles");
  CHECK(find_similar("ACTOR", names, 0.75).front().text == "actors");
  CHECK(find_similar("nothing like it", names, 0.75).empty());
}
