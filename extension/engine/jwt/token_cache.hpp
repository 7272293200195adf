#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/jwt/claims.hpp"

namespace pg_booking::jwt {

/// The claims of tokens whose signature was found right, by the token's text. Bounded; whoever was not asked
/// for since the hand last passed goes first (the SIEVE algorithm), so that tokens seen once do not drive out
/// those in use.
class TokenCache {
 public:
  /// 0: nothing is kept.
  void set_capacity(size_t entries);
  void clear();
  size_t size() const { return entries_.size(); }

  /// nullptr if the token is not known. Lives until the next call that changes the cache.
  const Claims* find(std::string_view token);

  /// Keeps the claims of a token that is not known yet.
  void insert(std::string_view token, Claims claims);

 private:
  struct Entry {
    std::string token;
    Claims claims;
    bool visited = false;
  };
  using Entries = std::list<Entry>;

  void evict();

  size_t capacity_ = 0;
  Entries entries_;  // newest first
  Entries::iterator hand_ = entries_.end();
  std::unordered_map<std::string_view, Entries::iterator> by_token_;  // views of the entries' own text
};

}  // namespace pg_booking::jwt
