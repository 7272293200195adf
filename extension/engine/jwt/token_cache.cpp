#include "engine/jwt/token_cache.hpp"

#include <iterator>

namespace pg_booking::jwt {

void TokenCache::set_capacity(size_t entries) {
  capacity_ = entries;
  while (entries_.size() > capacity_) evict();
}

void TokenCache::clear() {
  by_token_.clear();
  entries_.clear();
  hand_ = entries_.end();
}

const Claims* TokenCache::find(std::string_view token) {
  auto const found = by_token_.find(token);
  if (found == by_token_.end()) return nullptr;
  found->second->visited = true;
  return &found->second->claims;
}

void TokenCache::insert(std::string_view token, Claims claims) {
  if (capacity_ == 0) return;
  if (entries_.size() == capacity_) evict();
  entries_.push_front(Entry{std::string(token), std::move(claims)});
  by_token_.emplace(entries_.front().token, entries_.begin());
}

void TokenCache::evict() {
  Entries::iterator victim = hand_ == entries_.end() ? std::prev(entries_.end()) : hand_;
  while (victim->visited) {
    victim->visited = false;
    victim = std::prev(victim == entries_.begin() ? entries_.end() : victim);
  }
  by_token_.erase(victim->token);
  hand_ = victim == entries_.begin() ? entries_.end() : std::prev(victim);
  entries_.erase(victim);
}

}  // namespace pg_booking::jwt
