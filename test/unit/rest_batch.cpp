#include "face/rest/grammar/batch.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace pg_booking::rest;

TEST_CASE("batches are read") {
  std::vector<BatchPart> parts;
  REQUIRE_FALSE(parse_batch(R"([{"path": "/t?id=eq.1"},
    {"method": "POST", "path": "/t", "headers": {"Prefer": "return=minimal", "X-A": ""}, "body": "{\"id\": 1.10}"}])",
                            parts)
                    .has_value());
  CHECK(parts == std::vector<BatchPart>{{.path = "/t?id=eq.1"},
                                        {.method = "POST",
                                         .path = "/t",
                                         .headers = "Prefer: return=minimal\nX-A: \n",
                                         .body = "{\"id\": 1.10}"}});
}

TEST_CASE("what is no batch is refused") {
  const std::vector<std::string_view> bodies = {"",
                                                "{}",
                                                "[]",
                                                "[1]",
                                                "[{}]",
                                                R"([{"path": "t"}])",
                                                R"([{"path": "/t", "body": {}}])",
                                                R"([{"path": "/t", "extra": ""}])",
                                                R"([{"path": "/t", "headers": []}])",
                                                R"([{"path": "/t", "headers": {"a": 1}}])",
                                                R"([{"path": "/t", "headers": {"": ""}}])",
                                                R"([{"path": "/t", "headers": {"a:b": ""}}])",
                                                R"([{"path": "/t", "headers": {"a": "x\ny: z"}}])"};
  for (const std::string_view body : bodies) {
    CAPTURE(body);
    std::vector<BatchPart> parts;
    const auto error = parse_batch(body, parts);
    REQUIRE(error.has_value());
    CHECK(error->code == "PGRST102");
  }
  std::string many = "[";
  for (size_t i = 0; i <= kMaxBatchParts; ++i) many += R"({"path":"/t"},)";
  many.back() = ']';
  std::vector<BatchPart> parts;
  CHECK(parse_batch(many, parts).has_value());
}

TEST_CASE("answers of a batch: JSON as it is, other text as a string") {
  std::string out;
  append_batch_answer(out, 200, "Content-Type: application/json; charset=utf-8\nA: 1\nA: 2\n", "[1.10]");
  CHECK(
      out ==
      R"({"status":200,"headers":{"Content-Type":"application/json; charset=utf-8","A":"1, 2"},"body":[1.10]})");
  out.clear();
  append_batch_answer(out, 200, "Content-Type: text/csv; charset=utf-8\n", "a\n\"b\"");
  CHECK(out == R"({"status":200,"headers":{"Content-Type":"text/csv; charset=utf-8"},"body":"a\n\"b\""})");
  out.clear();
  append_batch_answer(out, 204, "", "");
  CHECK(out == R"({"status":204,"headers":{},"body":null})");
  out.clear();
  append_batch_answer(out, 200, "", "\xFF");
  CHECK(out == R"({"status":200,"headers":{},"body":null})");
}
