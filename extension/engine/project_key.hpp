#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <string_view>

namespace pg_booking {

/// What an API key of the project, the header apikey, stands for.
struct ProjectKey {
  std::string role;    // anon or service_role
  std::string claims;  // JSON object with "role"
};

/// Looks a key up: an opaque one of auth.project_keys (sb_publishable_…, sb_secret_…), or a token without a
/// user that the project's keys verify. Nothing for anything else. Keys are read as the extension's owner and
/// remembered until a transaction that changes them has committed. C-zone.
std::optional<ProjectKey> find_project_key(std::string_view text, unsigned owner_id);

/// Whether the text has the form of an opaque key, which is never a token.
bool is_opaque_key(std::string_view text);

}  // namespace pg_booking
