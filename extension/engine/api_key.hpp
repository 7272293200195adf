#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <string_view>

#include "engine/limiter/policy.hpp"
#include "text/uuid.hpp"

namespace pg_booking {

/// What is known of the key that a caller presented.
struct ApiKey {
  UuidBytes id;
  UuidBytes tenant_id;
  std::string tenant_slug;
  bool revoked;         // by hand, or personal and its user is no member any more
  bool expired;         // by the transaction's clock
  bool on_pro_plan;     // of its tenant
  bool has_capability;  // the one asked about
  int32_t rate_limit;   // calls a minute in the group asked about
};

/// Looks a key up by its text, as the extension's owner, since no tenant is known yet. Text with a wrong form
/// or checksum never reaches a table; a well-formed unknown key costs the same look-up and comparison as a
/// known one. C-zone.
std::optional<ApiKey> find_api_key(std::string_view key_text, std::string_view capability,
                                   const RateGroup& rate_group, unsigned owner_id);

}  // namespace pg_booking
