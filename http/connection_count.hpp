#pragma once
#include <cstddef>
#include <string>
#include <unordered_map>

namespace pg_booking::http {

/// How many connections each address has.
class ConnectionCount {
 public:
  std::size_t of(const std::string& address) const {
    const auto found = counts_.find(address);
    return found == counts_.end() ? 0 : found->second;
  }
  void add(const std::string& address) { ++counts_[address]; }
  void remove(const std::string& address) {
    const auto found = counts_.find(address);
    if (found != counts_.end() && --found->second == 0) counts_.erase(found);
  }

 private:
  std::unordered_map<std::string, std::size_t> counts_;  // none is zero
};

}  // namespace pg_booking::http
