#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <functional>

#include "engine/api_key.hpp"
#include "face/v1/envelope.hpp"
#include "text/rapidjson.hpp"

namespace pg_booking::v1 {

/// Runs the effect at most once for this key and answers, with the stored answer where there is one. Final
/// refusals (404, 409) are stored like successes, without their effect; anything else is thrown on and leaves
/// the key free.
void run_once(Exchange& exchange, const ApiKey& api_key, const UuidBytes& key, const json::Value* body,
              const std::function<Outcome()>& effect);

}  // namespace pg_booking::v1
