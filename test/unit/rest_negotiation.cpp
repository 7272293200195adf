// Media types, preferences and ranges of /rest/v1.
#include "face/rest/grammar/media.hpp"
#include "face/rest/grammar/preferences.hpp"
#include "face/rest/grammar/range.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace pg_booking::rest;

namespace {

std::vector<std::string> names(std::string_view accept) {
  std::vector<std::string> result;
  for (const Media& media : parse_accept(accept)) result.push_back(media.name);
  return result;
}

RowRange rows(const std::vector<At<RowRange>>& ranges, std::string_view header = "") {
  Query query;
  query.ranges = ranges;
  RowRange out;
  REQUIRE_FALSE(requested_rows(query, header, out).has_value());
  return out;
}

std::string refusal(const RowRange& range, std::string_view header = "") {
  Query query;
  query.ranges = {{{}, range}};
  RowRange out;
  const auto error = requested_rows(query, header, out);
  REQUIRE(error.has_value());
  CHECK(error->code == "PGRST103");
  return error->details.value_or("");
}

}  // namespace

TEST_CASE("parse_media knows the dialect's types") {
  CHECK(parse_media("Application/JSON; charset=utf-8").kind == Media::Kind::json);
  CHECK(parse_media("application/vnd.pgrst.array+json").kind == Media::Kind::json);
  CHECK(parse_media("application/vnd.pgrst.array+json;nulls=stripped").kind == Media::Kind::array_stripped);
  CHECK(parse_media("ApplicatIon/vnd.PgRsT.object+json").kind == Media::Kind::object);
  CHECK(parse_media("application/vnd.pgrst.object; nulls=stripped").strip_nulls);
  CHECK(parse_media("application/vnd.twkb").name == "application/vnd.twkb");
  CHECK(parse_media("unknown/unknown").kind == Media::Kind::other);
  CHECK(parse_media("no type at all").name == "no type at all");
  CHECK(parse_media("").kind == Media::Kind::other);
}

TEST_CASE("plans are written with what they explain") {
  CHECK(parse_media("application/vnd.pgrst.plan;").name ==
        "application/vnd.pgrst.plan+text; for=\"application/json\"");
  const Media plan =
      parse_media("application/vnd.pgrst.plan+json ; for=\"text/xml\" ; options=wal|analyze|nonsense");
  CHECK(plan.plan_as_json);
  CHECK(plan.plan_for == "text/xml");
  CHECK(content_type(plan) ==
        "application/vnd.pgrst.plan+json; for=\"text/xml\"; options=analyze|wal; charset=utf-8");
  CHECK(parse_media("application/vnd.pgrst.plan; for=\"application/vnd.pgrst.object\"").plan_for ==
        "application/vnd.pgrst.object+json");
}

TEST_CASE("content_type") {
  CHECK(content_type(parse_media("application/json")) == "application/json; charset=utf-8");
  CHECK(content_type(parse_media("application/vnd.pgrst.object;nulls=stripped")) ==
        "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8");
  CHECK(content_type(parse_media("application/octet-stream")) == "application/octet-stream");
  CHECK(content_type(parse_media("text/html")) == "text/html");
}

TEST_CASE("parse_accept puts the best first") {
  CHECK(names("text/csv, application/json") == std::vector<std::string>{"text/csv", "application/json"});
  CHECK(names("text/csv;q=0.5, application/json;q=0.9") ==
        std::vector<std::string>{"application/json", "text/csv"});
  CHECK(names("*/*, text/csv") == std::vector<std::string>{"text/csv", "*/*"});
  CHECK(names("text/csv;q=0, */*;q=0.1") == std::vector<std::string>{"*/*"});
  CHECK(names("text/html;level=1;q=0.7,text/html") ==
        std::vector<std::string>{"text/html", "text/html;level=1"});
  CHECK(names("").empty());
}

TEST_CASE("preferences: the first one wins, several fields are one") {
  const Preferences all = parse_preferences(
      {"count=exact,    tx=commit   ,return=representation", "missing=default, handling=strict, anything",
       "timezone=Europe/Budapest, max-affected=10, resolution=merge-duplicates, count=planned"},
      true);
  CHECK(all.count == Preferences::Count::exact);
  CHECK(all.transaction == Preferences::Transaction::commit);
  CHECK(all.unknown == std::vector<std::string>{"anything"});
  CHECK(preference_applied(all) ==
        "resolution=merge-duplicates, missing=default, return=representation, count=exact, tx=commit, "
        "handling=strict, timezone=Europe/Budapest, max-affected=10");
}

TEST_CASE("preferences that do not apply") {
  const Preferences lenient = parse_preferences({"tx=rollback, max-affected=1, handling=lenient"}, false);
  CHECK_FALSE(lenient.transaction.has_value());
  CHECK(lenient.unknown.empty());
  CHECK(preference_applied(lenient) == "handling=lenient");
  CHECK_FALSE(parse_preferences({"max-affected=many"}, false).max_affected.has_value());
  CHECK(preference_applied({}).empty());
}

TEST_CASE("requested_rows joins limit, offset and the Range header") {
  CHECK(rows({}) == RowRange{0, {}});
  CHECK(rows({{{}, {2, 5}}}) == RowRange{2, 5});
  CHECK(rows({{{"rel"}, {2, 5}}}) == RowRange{0, {}});
  CHECK(rows({}, "5-9") == RowRange{5, 5});
  CHECK(rows({}, "5-") == RowRange{5, {}});
  CHECK(rows({{{}, {0, 7}}}, "5-9") == RowRange{5, 2});
  CHECK(rows({}, "items=0-1") == RowRange{0, {}});
  CHECK(rows({}, "0--1") == RowRange{0, {}});
  CHECK(rows({{{}, {0, 0}}}, "5-9") == RowRange{0, 0});
  CHECK(rows({{{}, {-4, {}}}}) == RowRange{0, {}});
  CHECK(rows({{{}, {1, INT64_MAX}}}) == RowRange{1, {}});
  CHECK(refusal({0, -1}) == "Limit should be greater than or equal to zero.");
  CHECK(refusal({INT64_MIN, INT64_MIN}) == "Limit should be greater than or equal to zero.");
  CHECK(refusal({0, {}}, "1-0") ==
        "The lower boundary must be lower than or equal to the upper boundary in the Range header.");
}

TEST_CASE("content_range") {
  CHECK(content_range(0, 10, 100) == "0-9/100");
  CHECK(content_range(5, 1, {}) == "5-5/*");
  CHECK(content_range(0, 0, {}) == "*/*");
  CHECK(content_range(0, 0, 0) == "*/0");
}
