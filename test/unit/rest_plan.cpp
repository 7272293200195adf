#include "face/rest/plan/read_plan.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "face/rest/plan/read_sql.hpp"
#include "face/rest/plan/refusal.hpp"
#include "face/rest/plan/relationships.hpp"
#include "text/url.hpp"

using namespace pg_booking;
using namespace pg_booking::rest;

namespace {

/// Three tables: clients (1), projects (2) that belong to clients, tasks (3) that belong to projects; users
/// (4), who have tasks by users_tasks (5); and a view of projects (6).
class Keys : public KeySource {
 public:
  Keys() {
    add({.id = 1,
         .name = {"test", "clients"},
         .is_view = false,
         .is_exposed = true,
         .column_names = {"id", "name"},
         .primary_key = {1},
         .origins = {}});
    add({.id = 2,
         .name = {"test", "projects"},
         .is_view = false,
         .is_exposed = true,
         .column_names = {"id", "name", "client_id"},
         .primary_key = {1},
         .origins = {}});
    add({.id = 3,
         .name = {"test", "tasks"},
         .is_view = false,
         .is_exposed = true,
         .column_names = {"id", "name", "project_id"},
         .primary_key = {1},
         .origins = {}});
    add({.id = 4,
         .name = {"test", "users"},
         .is_view = false,
         .is_exposed = true,
         .column_names = {"id", "name"},
         .primary_key = {1},
         .origins = {}});
    add({.id = 5,
         .name = {"test", "users_tasks"},
         .is_view = false,
         .is_exposed = true,
         .column_names = {"user_id", "task_id"},
         .primary_key = {1, 2},
         .origins = {}});
    add({.id = 6,
         .name = {"test", "projects_view"},
         .is_view = true,
         .is_exposed = true,
         .column_names = {"number", "client"},
         .primary_key = {},
         .origins = {{2, 1}, {2, 3}}});
    link("projects_client_id_fkey", 2, 3, 1, 1);
    link("tasks_project_id_fkey", 3, 3, 2, 1);
    link("users_tasks_user_id_fkey", 5, 1, 4, 1);
    link("users_tasks_task_id_fkey", 5, 2, 3, 1);
    views_[2] = {6};
  }

  const KeyedRelation* relation(unsigned id) override { return &relations_.at(id); }
  const KeyedRelation* find(std::string_view schema, std::string_view name) override {
    for (const auto& [id, relation] : relations_)
      if (relation.name.schema == schema && relation.name.name == name) return &relation;
    return nullptr;
  }
  const std::vector<ForeignKey>& outgoing(unsigned table) override { return outgoing_[table]; }
  const std::vector<unsigned>& referencing(unsigned table) override { return referencing_[table]; }
  const std::vector<ForeignKey>& incoming(unsigned table) override { return incoming_[table]; }
  const std::vector<unsigned>& views_over(unsigned relation) override { return views_[relation]; }

 private:
  std::map<unsigned, KeyedRelation> relations_;
  std::map<unsigned, std::vector<ForeignKey>> outgoing_, incoming_;
  std::map<unsigned, std::vector<unsigned>> views_, referencing_;

  void add(KeyedRelation relation) { relations_.emplace(relation.id, std::move(relation)); }
  void link(std::string name, unsigned table, int column, unsigned foreign, int foreign_column) {
    ForeignKey const key{std::move(name), table, foreign, {column}, {foreign_column}, false};
    outgoing_[table].push_back(key);
    incoming_[foreign].push_back(key);
    referencing_[foreign].push_back(table);
  }
};

class Tables : public Catalog {
 public:
  const Relation* find_relation(std::string_view schema, std::string_view name) override {
    const KeyedRelation* const keyed = keys_.find(schema, name);
    if (keyed == nullptr) return nullptr;
    Relation relation{.id = keyed->id, .name = keyed->name, .is_view = keyed->is_view};
    for (const std::string& column : keyed->column_names)
      relation.columns.push_back({.name = column, .type = "text"});
    return &(relations_[keyed->id] = relation);
  }
  const std::vector<Relationship>& find_relationships(const Relation& origin, std::string_view schema,
                                                      std::string_view target,
                                                      std::string_view hint) override {
    found_.push_back(find_key_relationships(keys_, *keys_.relation(origin.id), schema, target, hint));
    return found_.back();
  }
  std::optional<std::string> similar_table(std::string_view, std::string_view) override { return {}; }
  std::optional<std::string> similar_relationship(std::string_view, std::string_view,
                                                  std::string_view) override {
    return {};
  }
  const std::vector<Function>& find_functions(std::string_view, std::string_view) override {
    return functions_;
  }
  std::optional<std::string> similar_function(std::string_view, std::string_view,
                                              const std::vector<std::string>&) override {
    return {};
  }
  const MediaHandler* find_media_handler(std::string_view, const QualifiedName*) override { return nullptr; }

 private:
  Keys keys_;
  std::map<unsigned, Relation> relations_;
  std::deque<std::vector<Relationship>> found_;
  std::vector<Function> functions_;
};

SqlText sql_of(const std::string& table, const std::string& query_text, const ReadOptions& options = {}) {
  Tables catalog;
  Query query;
  REQUIRE(!parse_query(parse_target("/x?" + query_text)->query, QueryUse::filters, query));
  const Relation* const relation = catalog.find_relation("test", table);
  RowRange range;
  for (const At<RowRange>& at : query.ranges)
    if (at.path.empty()) range = at.value;
  SqlText sql;
  append_read(sql, plan_read(catalog, relation->name, relation, query, range, RootSource::relation, options));
  return sql;
}

std::string code_of(const std::string& table, const std::string& query_text) {
  try {
    sql_of(table, query_text);
  } catch (const Refusal& refusal) {
    return std::string(refusal.error.code);
  }
  return "none";
}

}  // namespace

TEST_CASE("a read is one statement, values are parameters") {
  SqlText const sql = sql_of("clients", "select=id,name&id=gt.5&name=like.A*&order=id.desc&limit=3");
  CHECK(
      sql.text ==
      R"(SELECT "test"."clients"."id", "test"."clients"."name" FROM "test"."clients" WHERE "test"."clients"."id" > $1)"
      R"( AND "test"."clients"."name" LIKE $2 ORDER BY "test"."clients"."id" DESC LIMIT $3)");
  REQUIRE(sql.values.size() == 3);
  CHECK(sql.values[0].text == "5");
  CHECK(sql.values[1].text == "A%");
  CHECK(sql.values[2].text == "3");
}

TEST_CASE("requests of one shape have one statement") {
  CHECK(sql_of("clients", "id=eq.1").text == sql_of("clients", "id=eq.2").text);
  CHECK(sql_of("clients", "id=in.(1,2)").text == sql_of("clients", "id=in.(1,2,3)").text);
  CHECK(sql_of("clients", "id=eq.1").text != sql_of("clients", "id=gt.1").text);
}

TEST_CASE("names stay inside their quotes") {
  CHECK(sql_of("clients", "select=%22a%5C%22%3Bb%22").text ==
        R"(SELECT "test"."clients"."a"";b" FROM "test"."clients")");
  CHECK(quote_literal(R"(it's \ that)") == R"(E'it''s \\ that')");
}

TEST_CASE("relationships of every kind") {
  CHECK(sql_of("projects", "select=id,clients(name)")
            .text.find(R"("clients_1"."id" = "test"."projects"."client_id")") != std::string::npos);
  CHECK(sql_of("clients", "select=id,projects(id)")
            .text.find(R"("projects_1"."client_id" = "test"."clients"."id")") != std::string::npos);
  std::string const many = sql_of("users", "select=id,tasks(id)").text;
  CHECK(many.find(R"(FROM "test"."tasks", "test"."users_tasks")") != std::string::npos);
  CHECK(many.find(R"("test"."users_tasks"."user_id" = "test"."users"."id")") != std::string::npos);
  CHECK(many.find(R"("test"."tasks"."id" = "test"."users_tasks"."task_id")") != std::string::npos);
  CHECK(sql_of("projects_view", "select=number,clients(name)")
            .text.find(R"("clients_1"."id" = "test"."projects_view"."client")") != std::string::npos);
}

TEST_CASE("a relationship is named by its table, its constraint or its column") {
  for (const char* const target : {"clients", "projects_client_id_fkey", "client_id"})
    CHECK(code_of("projects", std::string("select=id,x:") + target + "(name)") == "none");
  for (const char* const hint : {"projects_client_id_fkey", "client_id", "id"})
    CHECK(code_of("projects", std::string("select=id,clients!") + hint + "(name)") == "none");
  CHECK(code_of("projects", "select=id,clients!nonsense(name)") == "PGRST200");
  CHECK(code_of("projects", "select=id,users(name)") == "PGRST200");
}

TEST_CASE("parameters about what is not embedded are refused") {
  CHECK(code_of("projects", "clients.name=eq.x") == "PGRST108");
  CHECK(code_of("projects", "select=*,clients(*)&order=tasks(id)") == "PGRST108");
  CHECK(code_of("clients", "select=*,projects(*)&order=projects(id)") == "PGRST118");
  CHECK(code_of("clients", "select=id.sum()") == "PGRST123");
}

TEST_CASE("max_rows bounds every level") {
  SqlText const sql = sql_of("clients", "select=id,projects(id)&limit=50&projects.limit=1", {.max_rows = 2});
  REQUIRE(sql.values.size() == 2);
  CHECK(sql.values[0].text == "1");
  CHECK(sql.values[1].text == "2");
}

TEST_CASE("a view has the key of its table, and what it hides it has not") {
  Keys keys;
  CHECK(primary_key_of(keys, *keys.find("test", "projects_view")) == std::vector<std::string>{"number"});
  CHECK(find_key_relationships(keys, *keys.find("test", "projects_view"), "test", "tasks", "").size() == 1);
  CHECK(find_key_relationships(keys, *keys.find("test", "clients"), "test", "projects_view", "").size() == 1);
}
