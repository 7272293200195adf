#include "face/rest/grammar/query.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/url.hpp"

using namespace pg_booking;
using namespace pg_booking::rest;

namespace {

std::vector<QueryParameter> parameters(std::string_view query) {
  return parse_target("/?" + std::string(query)).value().query;
}

Query parsed(std::string_view query, QueryUse use = QueryUse::filters) {
  Query out;
  const auto error = parse_query(parameters(query), use, out);
  INFO(query);
  if (error) INFO(error->message << ": " << error->details.value_or(""));
  REQUIRE_FALSE(error.has_value());
  return out;
}

SelectItem column(std::string name) {
  return {.field = {.name = std::move(name)}};
}

SelectItem embed(std::string relation, std::vector<SelectItem> items) {
  return {.kind = SelectItem::Kind::embed, .relation = std::move(relation), .items = std::move(items)};
}

Condition condition_of(std::string_view value) {
  const Query query = parsed("a=" + std::string(value));
  REQUIRE(query.filters.size() == 1);
  return query.filters.front().value.condition;
}

JsonStep key(std::string name) {
  return {.key = std::move(name)};
}

}  // namespace

TEST_CASE("select: columns, renames, casts, JSON paths") {
  CHECK(parsed("").select == std::vector{column("*")});
  CHECK(parsed("select=").select.empty());
  CHECK(parsed("select=id,name").select == std::vector{column("id"), column("name")});
  CHECK(parsed("select= id , name with blanks ,\"a,b\"").select ==
        std::vector{column("id"), column("name with blanks"), column("a,b")});
  CHECK(parsed("select=\"a\\\"b\",kebab-case,$x,ünï").select ==
        std::vector{column("a\"b"), column("kebab-case"), column("$x"), column("ünï")});
  const SelectItem all = {.alias = "a",
                          .field = {.name = "data",
                                    .json_path = {key("k"),
                                                  {.key = "-1", .is_index = true},
                                                  {.key = "0", .is_index = true, .as_text = true}}},
                          .cast = "int"};
  CHECK(parsed("select=a:data->k->-1->>0::int").select == std::vector{all});
  CHECK(parsed("select=data->0x").select.front().field.json_path == std::vector{key("0x")});
  CHECK(parsed("select=data->!@$^*_a").select.front().field.json_path == std::vector{key("!@$^*_a")});
  CHECK(parsed("select=data->\"a.b\"").select.front().field.json_path == std::vector{key("a.b")});
  CHECK(parsed("select=rel(data->0)").select.front().items.front().field.json_path.front().is_index);
}

TEST_CASE("select: aggregates") {
  CHECK(parsed("select=count()").select ==
        std::vector{SelectItem{.field = {.name = "*"}, .aggregate = Aggregate::count}});
  CHECK(parsed("select=n:count()::text").select ==
        std::vector{SelectItem{
            .alias = "n", .field = {.name = "*"}, .aggregate = Aggregate::count, .aggregate_cast = "text"}});
  CHECK(parsed("select=s:amount::int.sum()::text").select ==
        std::vector{SelectItem{.alias = "s",
                               .field = {.name = "amount"},
                               .cast = "int",
                               .aggregate = Aggregate::sum,
                               .aggregate_cast = "text"}});
  CHECK(parsed("select=a.max(),a.min(),a.avg()").select[1].aggregate == Aggregate::min);
  CHECK(parsed("select=count").select == std::vector{column("count")});
}

TEST_CASE("select: embedded relations and spreads") {
  CHECK(parsed("select=*,client(*,nested(*))").select ==
        std::vector{column("*"), embed("client", {column("*"), embed("nested", {column("*")})})});
  CHECK(parsed("select=rel()").select == std::vector{embed("rel", {})});
  SelectItem full = embed("rel", {column("id")});
  full.alias = "a";
  full.hint = "fk";
  full.join = JoinType::inner;
  CHECK(parsed("select=a:rel!fk!inner(id)").select == std::vector{full});
  CHECK(parsed("select=a:rel!inner!fk(id)").select == std::vector{full});
  full.hint = "inner_fk";
  full.join = JoinType::left;
  CHECK(parsed("select=a:rel!inner_fk!left(id)").select == std::vector{full});
  const SelectItem spread = {
      .kind = SelectItem::Kind::spread, .relation = "rel", .hint = "fk", .items = {column("id")}};
  CHECK(parsed("select=...rel!fk(id)").select == std::vector{spread});
  CHECK(parsed("select=a(b(c),d),e").select ==
        std::vector{embed("a", {embed("b", {column("c")}), column("d")}), column("e")});
}

TEST_CASE("filters: operators, negation, modifiers") {
  CHECK(condition_of("eq.1") == Condition{.value = "1"});
  CHECK(condition_of("not.gte.a.b") == Condition{.negated = true, .op = Operator::gte, .value = "a.b"});
  CHECK(condition_of("like(any).{a*,b*}") ==
        Condition{.op = Operator::like, .quantifier = Quantifier::any, .value = "{a*,b*}"});
  CHECK(condition_of("eq(all).{1}").quantifier == Quantifier::all);
  CHECK(condition_of("imatch.^a").op == Operator::imatch);
  CHECK(condition_of("lt.1").op == Operator::lt);
  CHECK(condition_of("neq.1").op == Operator::neq);
  CHECK(condition_of("nxr.(1,2)").value == "(1,2)");
  CHECK(condition_of("isdistinct.1").op == Operator::isdistinct);
  CHECK(condition_of("is.NULL").is_value == IsValue::null);
  CHECK(condition_of("is.not_null").is_value == IsValue::not_null);
  CHECK(condition_of("not.is.Unknown").is_value == IsValue::unknown);
  CHECK(condition_of("fts(french).amusant") ==
        Condition{.op = Operator::fts, .language = "french", .value = "amusant"});
  CHECK(condition_of("wfts.a b").op == Operator::wfts);
  CHECK(condition_of("eq.").value.empty());
  CHECK(condition_of("eq.a%2Bb+c").value == "a+b c");
}

TEST_CASE("filters: lists") {
  CHECK(condition_of("in.(1,2)").list == std::vector<std::string>{"1", "2"});
  CHECK(condition_of("in.(\"a,b\",c d,\"x\\\"\\\\y\")").list ==
        std::vector<std::string>{"a,b", "c d", "x\"\\y"});
  CHECK(condition_of("in.(\"a\"b,c)").list == std::vector<std::string>{"\"a\"b", "c"});
  CHECK(condition_of("in.()").list.empty());
  CHECK(condition_of("in.(,)").list == std::vector<std::string>{"", ""});
}

TEST_CASE("filters: where they apply") {
  const Query query = parsed("id=eq.1&rel.sub.data->>k=eq.2&select=x&order=y&rel.limit=3");
  REQUIRE(query.filters.size() == 2);
  CHECK(query.filters[0].path.empty());
  CHECK(query.filters[1].path == EmbedPath{"rel", "sub"});
  CHECK(query.filters[1].value.field == Field{"data", {{.key = "k", .as_text = true}}});
  CHECK(query.filter_names == std::vector<std::string>{"id", "rel.sub.data->>k"});
  CHECK(parsed("nothing&a=eq.1").filters.size() == 1);
  CHECK(parsed("\"or\".x=eq.1").filters.size() == 1);
}

TEST_CASE("filters and arguments of functions") {
  const Query query = parsed("a=1&b=eq.1&v=x&v=y&c=", QueryUse::filters_and_arguments);
  CHECK(query.arguments == std::vector<Argument>{{"a", "1"}, {"v", "x"}, {"v", "y"}, {"c", ""}});
  REQUIRE(query.filters.size() == 1);
  CHECK(query.filters[0].value.field.name == "b");
  CHECK(query.filter_names == std::vector<std::string>{"a", "b", "c", "v"});
}

TEST_CASE("logic trees") {
  Query query =
      parsed("rel.not.or=( a.eq.1 , not.and(b.in.(x,y),c.not.is.null), d->k.eq.\"q,)\",e.cs.{1,2})");
  REQUIRE(query.logic.size() == 1);
  CHECK(query.logic[0].path == EmbedPath{"rel"});
  const LogicTree& tree = query.logic[0].value;
  CHECK(tree.kind == LogicTree::Kind::any_of);
  CHECK(tree.negated);
  REQUIRE(tree.operands.size() == 4);
  CHECK(tree.operands[0].filter->field.name == "a");
  CHECK(tree.operands[0].filter->condition.value == "1 ");
  CHECK(tree.operands[1].kind == LogicTree::Kind::all_of);
  CHECK(tree.operands[1].negated);
  CHECK(tree.operands[1].operands[1].filter->condition.negated);
  CHECK(tree.operands[2].filter->condition.value == "q,)");
  CHECK(tree.operands[3].filter->condition.value == "{1,2}");
  query = parsed("and=(a.eq.\"q,)\",b.eq.1)&or=(c.eq.1)");
  CHECK(query.logic[0].value.operands[0].filter->condition.value == "q,)");
  CHECK(query.logic.size() == 2);
}

TEST_CASE("order") {
  const Query query = parsed("order=a.desc.nullslast,data->k.nullsfirst,rel(name).asc&rel.order=id");
  REQUIRE(query.order.size() == 2);
  const std::vector<OrderTerm> expected = {
      {.field = {"a"}, .direction = Direction::descending, .nulls = Nulls::last},
      {.field = {"data", {key("k")}}, .nulls = Nulls::first},
      {.relation = "rel", .field = {"name"}, .direction = Direction::ascending}};
  CHECK(query.order[0].value == expected);
  CHECK(query.order[1].path == EmbedPath{"rel"});
}

TEST_CASE("limit, offset, columns, on_conflict") {
  const Query query = parsed("limit=5&rel.limit=2&rel.offset=1&offset=x&columns=b,a,b&on_conflict=y,\"x\"");
  CHECK(query.ranges == std::vector<At<RowRange>>{{{}, {0, 5}}, {{"rel"}, {1, 2}}});
  CHECK(query.columns == std::vector<std::string>{"a", "b"});
  CHECK(query.on_conflict == std::vector<std::string>{"y", "x"});
  CHECK(parsed("limit=99999999999999999999").ranges[0].value.limit == INT64_MAX);
  CHECK_FALSE(parsed("").columns.has_value());
}

TEST_CASE("errors are worded as PostgREST's") {
  struct Bad {
    std::string_view query, message, details;
  };
  const std::vector<Bad> cases = {
      {"select=id,clients(name[])",
       "\"failed to parse select parameter (id,clients(name[]))\" (line 1, column 16)",
       "unexpected '[' expecting letter, digit, \"-\", \"->>\", \"->\", \"::\", \".\", \")\", \",\" or end "
       "of input"},
      {"select=data->>--34", "\"failed to parse select parameter (data->>--34)\" (line 1, column 9)",
       "unexpected \"-\" expecting digit"},
      {"select=data->(!@_d->>!@_e::integer",
       "\"failed to parse select parameter (data->(!@_d->>!@_e::integer)\" (line 1, column 7)",
       "unexpected \"(\" expecting \"-\", digit or any non reserved character different from: .,>()"},
      {"select=name!hint", "\"failed to parse select parameter (name!hint)\" (line 1, column 5)",
       "unexpected '!' expecting letter, digit, \"-\", \"->>\", \"->\", \"::\", \".\", \")\", \",\" or end "
       "of input"},
      {"select=name::", "\"failed to parse select parameter (name::)\" (line 1, column 7)",
       "unexpected end of input expecting letter or digit"},
      {"a=0", "\"failed to parse filter (0)\" (line 1, column 1)",
       "unexpected \"0\" expecting \"not\" or operator (eq, gt, ...)"},
      {"a=noop.0", "\"failed to parse filter (noop.0)\" (line 1, column 1)",
       "unexpected \"o\" expecting \"not\" or operator (eq, gt, ...)"},
      {"a=eq().v", "\"failed to parse filter (eq().v)\" (line 1, column 4)",
       "unexpected \")\" expecting operator (eq, gt, ...)"},
      {"a=fts().v", "\"failed to parse filter (fts().v)\" (line 1, column 5)",
       "unexpected \")\" expecting operator (eq, gt, ...)"},
      {"a=is().v", "\"failed to parse filter (is().v)\" (line 1, column 3)",
       "unexpected \"(\" expecting operator (eq, gt, ...)"},
      {"order=id.ac", "\"failed to parse order (id.ac)\" (line 1, column 4)",
       "unexpected \"c\" expecting \"asc\", \"desc\", \"nullsfirst\" or \"nullslast\""},
      {"order=id.descc", "\"failed to parse order (id.descc)\" (line 1, column 8)",
       "unexpected 'c' expecting delimiter (.), \",\" or end of input"},
      {"order=id.asc.nlsfst", "\"failed to parse order (id.asc.nlsfst)\" (line 1, column 8)",
       "unexpected \"l\" expecting \"nullsfirst\" or \"nullslast\""},
      {"order=id.asc.nullslasttt", "\"failed to parse order (id.asc.nullslasttt)\" (line 1, column 17)",
       "unexpected 't' expecting \",\" or end of input"},
      {"order=clients(name,id)", "\"failed to parse order (clients(name,id))\" (line 1, column 8)",
       "unexpected '(' expecting letter, digit, \"-\", \"->>\", \"->\", delimiter (.), \",\" or end of "
       "input"},
      {"or=()", "\"failed to parse logic tree (())\" (line 1, column 4)",
       "unexpected \")\" expecting field name (* or [a..z0..9_$]), negation operator (not) or logic operator "
       "(and, "
       "or)"},
      {"or=(id.in.1,2,id.eq.3)", "\"failed to parse logic tree ((id.in.1,2,id.eq.3))\" (line 1, column 10)",
       "unexpected \"1\" expecting \"(\""},
      {"and=(ord(id.eq.1,id.eq.1),id.eq.2)",
       "\"failed to parse logic tree ((ord(id.eq.1,id.eq.1),id.eq.2))\" (line 1, column 7)",
       "unexpected \"d\" expecting \"(\""},
      {"or=(id.eq.1,not.xor(id.eq.2,id.eq.3))",
       "\"failed to parse logic tree ((id.eq.1,not.xor(id.eq.2,id.eq.3)))\" (line 1, column 16)",
       "unexpected \"x\" expecting logic operator (and, or)"},
      {"columns=", "\"failed to parse columns parameter ()\" (line 1, column 1)",
       "unexpected end of input expecting field name (* or [a..z0..9_$])"},
      {":=eq.1", "\"failed to parse tree path (:)\" (line 1, column 1)",
       "unexpected \":\" expecting field name (* or [a..z0..9_$])"},
  };
  for (const Bad& bad : cases) {
    CAPTURE(bad.query);
    Query out;
    const auto error = parse_query(parameters(bad.query), QueryUse::filters, out);
    REQUIRE(error.has_value());
    CHECK(error->code == "PGRST100");
    CHECK(error->message == bad.message);
    CHECK(error->details == std::string(bad.details));
  }
}

TEST_CASE("what nests too deeply is refused") {
  std::string select = "select=";
  std::string logic = "or=";
  for (int i = 0; i < 100'000; ++i) {
    select += "a(";
    logic += "(or";
  }
  Query out;
  for (const std::string& query : {select, logic}) {
    const auto error = parse_query(parameters(query), QueryUse::filters, out);
    REQUIRE(error.has_value());
    CHECK(error->details == "parentheses are nested too deeply");
  }
}

TEST_CASE("query_of_rows replaces the rows of the root") {
  const auto of_rows = [](std::string_view query, RowRange rows) {
    return query_of_rows(parameters(query), rows);
  };
  CHECK(of_rows("", {.offset = 3}) == "offset=3");
  CHECK(of_rows("b=gt.1&limit=9&b=lt.%C3%BC&offset=2&x.limit=4", {.offset = 5, .limit = 6}) ==
        "b=gt.1&b=lt.%C3%BC&x.limit=4&limit=6&offset=5");
}

TEST_CASE("canonical_query sorts and encodes") {
  const auto canonical = [](std::string_view query) { return canonical_query(parameters(query)); };
  CHECK(canonical("a=1&c=3&b=2&d") == "a=1&b=2&c=3&d=");
  CHECK(canonical("") == "");
  CHECK(canonical("b=x&a=eq.(ü) *-_.~&b=y") == "a=eq.%28%C3%BC%29%20%2A-_.~&b=x,y");
}
