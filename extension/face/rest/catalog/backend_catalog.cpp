#include "face/rest/catalog/backend_catalog.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_set>

#include "face/rest/catalog/functions.hpp"
#include "face/rest/catalog/relations.hpp"
#include "face/rest/catalog/similar.hpp"
#include "face/rest/settings.hpp"

#include "pg/guard.hpp"

extern "C" {
#include "utils/inval.h"
#include "utils/syscache.h"
}

namespace pg_booking::rest {
namespace {

// What a message has made doubtful since the last request. The callbacks run in the middle of whatever the
// server does: they set marks and nothing else.
constinit bool relations_doubtful = true;
constinit bool functions_doubtful = true;
constinit uint64_t generation = 0;

/// The relations that something kept is about.
constinit std::unordered_set<unsigned>* kept_relations = nullptr;

void relation_changed(Datum, Oid relation) noexcept {
  if (relation == InvalidOid || kept_relations == nullptr || kept_relations->contains(relation))
    relations_doubtful = true;
}

void keys_or_types_changed(Datum, int, uint32) noexcept {
  relations_doubtful = true;
}

void functions_changed(Datum, int, uint32) noexcept {
  functions_doubtful = true;
  relations_doubtful = true;  // computed relationships are functions
}

class BackendCatalog final : public Catalog, public KeySource {
 public:
  void refresh(std::string_view schemas, std::string_view extra_search_path, std::string_view hoisted) {
    if (schemas != schemas_ || extra_search_path != extra_search_path_ || hoisted != hoisted_) {
      schemas_ = schemas;
      extra_search_path_ = extra_search_path;
      hoisted_ = hoisted;
      relations_doubtful = functions_doubtful = true;
    }
    if (relations_doubtful || size() > kMostKept) forget_relations();
    if (functions_doubtful || functions_.size() > kMostKept) forget_functions();
    if (relations_doubtful || functions_doubtful) generation++;
    relations_doubtful = functions_doubtful = false;
  }

  const Relation* find_relation(std::string_view schema, std::string_view name) override {
    unsigned const id = relation_id(schema, name);
    if (id == 0) return nullptr;
    auto found = relations_.find(id);
    if (found == relations_.end()) {
      std::optional<Relation> loaded = load_relation(id);
      if (!loaded) return nullptr;
      keep(id);
      if (const KeyedRelation* const keyed = keyed_relation(id))
        loaded->primary_key = primary_key_of(*this, *keyed);
      found = relations_.emplace(id, std::move(*loaded)).first;
    }
    return &found->second;
  }

  const std::vector<Relationship>& find_relationships(const Relation& origin, std::string_view schema,
                                                      std::string_view target,
                                                      std::string_view hint) override {
    std::tuple<unsigned, std::string, std::string, std::string> key{origin.id, schema, target, hint};
    auto found = relationships_.find(key);
    if (found == relationships_.end())
      found = relationships_.emplace(std::move(key), load_relationships(origin, schema, target, hint)).first;
    return found->second;
  }

  std::optional<std::string> similar_relationship(std::string_view schema, std::string_view origin,
                                                  std::string_view target) override {
    const KeyedRelation* const keyed = find(schema, origin);
    return rest::similar_relationship(*this, keyed, schema, origin, target);
  }

  const std::vector<Function>& find_functions(std::string_view schema, std::string_view name) override {
    std::pair<std::string, std::string> key{schema, name};
    auto found = functions_.find(key);
    if (found == functions_.end())
      found = functions_.emplace(std::move(key), load_functions(schema, name, split_list(hoisted_))).first;
    return found->second;
  }

  std::optional<std::string> similar_function(std::string_view schema, std::string_view name,
                                              const std::vector<std::string>& parameters) override {
    return rest::similar_function(find_functions(schema, name), schema, name, parameters);
  }

  std::optional<std::string> similar_table(std::string_view schema, std::string_view name) override {
    return rest::similar_table(schema, name);
  }

  const MediaHandler* find_media_handler(std::string_view media_type,
                                         const QualifiedName* relation) override {
    auto found = handlers_.find(std::string(media_type));
    if (found == handlers_.end())
      found =
          handlers_.emplace(std::string(media_type), load_media_handlers(media_type, split_list(schemas_)))
              .first;
    for (const MediaHandler& handler : found->second)
      if (relation == nullptr ? handler.row_type.name.empty() : handler.row_type == *relation)
        return &handler;
    return nullptr;
  }

  const KeyedRelation* relation(unsigned id) override { return keyed_relation(id); }

  const KeyedRelation* find(std::string_view schema, std::string_view name) override {
    unsigned const id = relation_id(schema, name);
    return id == 0 ? nullptr : keyed_relation(id);
  }

  const std::vector<ForeignKey>& outgoing(unsigned table) override {
    auto found = outgoing_.find(table);
    if (found == outgoing_.end()) {
      keep(table);
      found = outgoing_.emplace(table, load_outgoing_keys(table)).first;
    }
    return found->second;
  }

  const std::vector<ForeignKey>& incoming(unsigned table) override {
    auto found = incoming_.find(table);
    if (found == incoming_.end()) {
      std::vector<ForeignKey> keys;
      for (unsigned const other : referencing(table))
        for (const ForeignKey& key : outgoing(other))
          if (key.foreign_table == table) keys.push_back(key);
      found = incoming_.emplace(table, std::move(keys)).first;
    }
    return found->second;
  }

  const std::vector<unsigned>& referencing(unsigned table) override {
    auto found = referencing_.find(table);
    if (found == referencing_.end()) {
      keep(table);
      found = referencing_.emplace(table, load_referencing_tables(table)).first;
    }
    return found->second;
  }

  const std::vector<unsigned>& views_over(unsigned relation) override {
    auto found = views_over_.find(relation);
    if (found == views_over_.end()) {
      keep(relation);
      std::vector<unsigned> views = load_views_over(relation);
      std::erase_if(views, [&](unsigned view) {
        const KeyedRelation* const keyed = keyed_relation(view);
        return keyed == nullptr || !keyed->is_view ||
               !(keyed->is_exposed || contains(split_list(extra_search_path_), keyed->name.schema));
      });
      found = views_over_.emplace(relation, std::move(views)).first;
    }
    return found->second;
  }

 private:
  // Entries of all kinds after which everything is looked up anew: a bound, not a working size.
  static constexpr size_t kMostKept = 10000;

  std::string schemas_;
  std::string extra_search_path_;
  std::string hoisted_;
  std::unordered_set<unsigned> kept_;
  std::map<unsigned, Relation> relations_;
  std::map<unsigned, KeyedRelation> keyed_;
  std::map<unsigned, std::vector<ForeignKey>> outgoing_;
  std::map<unsigned, std::vector<ForeignKey>> incoming_;
  std::map<unsigned, std::vector<unsigned>> referencing_;
  std::map<unsigned, std::vector<unsigned>> views_over_;
  std::map<std::tuple<unsigned, std::string, std::string, std::string>, std::vector<Relationship>>
      relationships_;
  std::map<std::pair<std::string, std::string>, std::vector<Function>> functions_;
  std::map<std::string, std::vector<MediaHandler>> handlers_;

  static bool contains(const std::vector<std::string_view>& list, std::string_view member) {
    return std::find(list.begin(), list.end(), member) != list.end();
  }

  void keep(unsigned id) {
    kept_.insert(id);
    kept_relations = &kept_;
  }

  size_t size() const { return kept_.size() + relationships_.size(); }

  void forget_relations() {
    kept_.clear();
    relations_.clear();
    keyed_.clear();
    outgoing_.clear();
    incoming_.clear();
    referencing_.clear();
    views_over_.clear();
    relationships_.clear();
  }

  void forget_functions() {
    functions_.clear();
    handlers_.clear();
  }

  const KeyedRelation* keyed_relation(unsigned id) {
    auto found = keyed_.find(id);
    if (found == keyed_.end()) {
      std::optional<KeyedRelation> loaded = load_keyed_relation(id);
      if (!loaded) return nullptr;
      keep(id);
      loaded->is_exposed = contains(split_list(schemas_), loaded->name.schema);
      found = keyed_.emplace(id, std::move(*loaded)).first;
    }
    return &found->second;
  }

  /// A computed relationship takes the place of what keys say of a relation with the function's name.
  std::vector<Relationship> load_relationships(const Relation& origin, std::string_view schema,
                                               std::string_view target, std::string_view hint) {
    std::vector<Relationship> found = load_computed_relationships(origin, schema, target);
    std::erase_if(found, [&](const Relationship& relationship) {
      return !contains(split_list(schemas_), relationship.foreign.schema);
    });
    bool const is_computed = !found.empty();
    if (const KeyedRelation* const keyed = keyed_relation(origin.id))
      for (Relationship& by_keys : find_key_relationships(*this, *keyed, schema, target, hint))
        if (!is_computed || by_keys.foreign.name != target) found.push_back(std::move(by_keys));
    return found;
  }
};

}  // namespace

void catalog_init() {
  CacheRegisterRelcacheCallback(relation_changed, (Datum)0);
  CacheRegisterSyscacheCallback(CONSTROID, keys_or_types_changed, (Datum)0);
  CacheRegisterSyscacheCallback(RULERELNAME, keys_or_types_changed, (Datum)0);
  CacheRegisterSyscacheCallback(NAMESPACEOID, functions_changed, (Datum)0);
  CacheRegisterSyscacheCallback(TYPEOID, functions_changed, (Datum)0);
  CacheRegisterSyscacheCallback(CASTSOURCETARGET, keys_or_types_changed, (Datum)0);
  CacheRegisterSyscacheCallback(PROCOID, functions_changed, (Datum)0);
}

uint64_t catalog_generation() {
  return generation;
}

Catalog& current_catalog(std::string_view schemas, std::string_view extra_search_path,
                         std::string_view hoisted_settings) {
  static constinit BackendCatalog* catalog = nullptr;  // for the life of the backend
  if (catalog == nullptr) catalog = new BackendCatalog;
  catalog->refresh(schemas, extra_search_path, hoisted_settings);
  return *catalog;
}

}  // namespace pg_booking::rest
