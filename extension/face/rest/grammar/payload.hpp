#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "face/rest/grammar/error.hpp"
#include "face/rest/grammar/media.hpp"
#include "face/rest/grammar/query.hpp"

namespace pg_booking::rest {

/// A request's body, read as far as it must be to write a statement for it.
struct Payload {
  enum class Kind {
    json,  // `text` is valid JSON: the body itself, or what CSV or a form was turned into
    form,  // `fields`; only of functions, whose repeated fields are arrays
    raw,   // `text` is the body, unchecked: JSON whose keys the caller names by `columns`, or other types
  };

  Kind kind = Kind::json;
  std::string text = {};
  bool is_array = false;               // json: "[…]"
  std::vector<Argument> fields = {};   // form, in order
  std::vector<std::string> keys = {};  // json, form: the members' names, sorted, without repeats

  bool operator==(const Payload&) const = default;
};

enum class PayloadUse { rows, arguments };

/// Reads a body by its Content-Type. `columns_given`: the query names the columns, so a JSON body's keys need
/// not be uniform and are not collected. PGRST102 for a body that is not what its type says, for objects
/// with different keys, and for types that cannot be read (which are more for rows than for arguments).
[[nodiscard]] std::optional<RequestError> parse_payload(std::string_view body, const Media& content_type,
                                                        PayloadUse use, bool columns_given, Payload& out);

}  // namespace pg_booking::rest
