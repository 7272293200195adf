#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string_view>

namespace pg_booking {

/// Whether `text` is well-formed UTF-8 (Unicode table 3-7): no overlong forms, no surrogates, nothing above
/// U+10FFFF.
bool is_valid_utf8(std::string_view text);

}  // namespace pg_booking
