#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "text/uuid.hpp"

namespace pg_booking {

// Public ids as the TypeID specification 0.3 writes them: a type prefix, '_', and the UUID in 26 lower-case
// digits of Crockford's base 32. Prefixes are constants of ours and not checked.
inline constexpr size_t kTypeIdSuffixLength = 26;

std::string format_typeid(std::string_view prefix, const UuidBytes& uuid);

/// Writes prefix.size() + 1 + kTypeIdSuffixLength bytes to `out`, no NUL. No allocation.
void format_typeid(std::string_view prefix, const UuidBytes& uuid, char* out);

/// The UUID of `text` if it is exactly what format_typeid writes for that prefix.
std::optional<UuidBytes> parse_typeid(std::string_view prefix, std::string_view text);

}  // namespace pg_booking
