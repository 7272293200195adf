#include "engine/limiter/policy.hpp"

#include <array>
#include <stdexcept>
#include <string>

namespace pg_booking {
namespace {

constexpr std::array kRateGroups = {
    RateGroup{"catalog", RateScope::api_key, 120, 600},
    RateGroup{"availability", RateScope::api_key, 30, 150},
    RateGroup{"booking", RateScope::api_key, 30, 150},
    RateGroup{"webhook", RateScope::api_key, 10, 50},
    RateGroup{"subscription", RateScope::api_key, 60, 300},
    RateGroup{"read", RateScope::user, 100, 100},
    RateGroup{"write", RateScope::user, 30, 30},
    RateGroup{"auth", RateScope::client, 10, 10},
    RateGroup{"unauthenticated", RateScope::address, 60, 60},
};

}  // namespace

std::span<const RateGroup> rate_groups() {
  return kRateGroups;
}

const RateGroup& rate_group(std::string_view name) {
  for (const RateGroup& group : kRateGroups)
    if (group.name == name) return group;
  throw std::logic_error("unknown rate group " + std::string(name));
}

}  // namespace pg_booking
