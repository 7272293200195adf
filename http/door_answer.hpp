#pragma once
#include <string_view>

#include "message/answer.hpp"

namespace pg_booking::http {

/// An answer made by the door itself, because the gateway could not be asked or did not answer. This is the
/// one place that knows what an error looks like to the callers of each face: `target` decides (empty: not
/// known). `message` is plain ASCII without quotes. 503 asks to come back after a second.
Answer door_answer(int status, std::string_view message, std::string_view target);

}  // namespace pg_booking::http
