#include "face/rest/answer/etag.hpp"

#include <doctest/doctest.h>

using namespace pg_booking::rest;

TEST_CASE("a tag is of headers and body") {
  std::string const tag = make_etag("A: b\n", "body");
  CHECK(tag.size() == 34);
  CHECK(tag == make_etag("A: b\n", "body"));
  CHECK(tag != make_etag("A: c\n", "body"));
  CHECK(tag != make_etag("A: b\n", "Body"));
}

TEST_CASE("If-None-Match is a list of tags") {
  std::string const tag = make_etag("", "");
  CHECK(matches_etag(tag, tag));
  CHECK(matches_etag("W/" + tag, tag));
  CHECK(matches_etag(" * ", tag));
  CHECK(matches_etag("\"a,b\" ,W/\"c\",\t" + tag, tag));
  for (const std::string& other : {std::string(), std::string("\"\""), std::string(","), tag + "x",
                                   tag.substr(1), "w/" + tag, "*, " + tag.substr(2)})
    CHECK_FALSE(matches_etag(other, tag));
}
