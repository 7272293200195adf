// The calculator from its text on: whatever is accepted can be searched, and search and explanation agree.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/slots/preview_spec.hpp"

using namespace pg_booking::slots;

namespace {

struct DefaultMember {
  const char* name;
  const char* value;
};

constexpr std::array<DefaultMember, 10> kMembers = {{
    {"tz", R"("Europe/Budapest")"},
    {"weekly",
     R"({"sat":[["22:00","02:00"]],"sun":[["00:30","24:00"]],"mon":[["09:00","12:00"],["12:00","17:00"]]})"},
    {"overrides", R"({"2026-03-30":[["01:00","03:00"]],"2026-03-31":[]})"},
    {"time_off", R"([["2026-03-29T00:10:00Z","2026-03-29T01:20:30Z"]])"},
    {"bookings", R"([{"start":"2026-03-29T08:00:00Z","end":"2026-03-29T09:00:00Z","buffer_after":10}])"},
    {"service", R"({"duration":45,"buffer_before":5,"buffer_after":10,"step":15})"},
    {"min_notice_minutes", "60"},
    {"horizon_days", "60"},
    {"now", R"("2026-03-28T10:00:00Z")"},
    {"range", R"({"from":"2026-03-28","to":"2026-04-01"})"},
}};

void check(bool holds) {
  if (!holds) std::abort();
}

// Each line of the input replaces the value of one member: so the fuzzer starts from a spec that is accepted.
std::string spec_from(std::string_view lines) {
  std::string text;
  for (const DefaultMember& member : kMembers) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    text += std::string(text.empty() ? "{" : ",") + '"' + member.name + "\":";
    text += line.empty() ? member.value : line;
  }
  return text + '}';
}

void search(PreviewSpec& spec) {
  // Clocks go forward on 29 March 2026 and back on 25 October, both at 01:00 UTC.
  const Zone zone({{INT64_MIN, 3600}, {1'774'746'000'000'000, 7200}, {1'792'890'000'000'000, 3600}});
  spec.limits.now_us = spec.now_us.value_or(0);
  const Member person{zone, nullptr, &spec.schedule, spec.time_off, spec.busy};
  for (const Align align : {Align::interval, Align::clock, Align::gap}) {
    spec.service.align = align;
    Suppressed suppressed{};
    StartSweep sweep(person, spec.service, spec.limits, &suppressed);
    int64_t before_us = INT64_MIN;
    int explained = 0;
    for (Start start{}; sweep.next(start);) {
      check(start.at_us > before_us);
      check(start.at_us >= spec.limits.now_us);
      before_us = start.at_us;
      if (++explained <= 3) check(explain(person, spec.service, spec.limits, start.at_us) == Reason::none);
    }
    for (const int64_t count : suppressed) check(count >= 0);
  }
}

}  // namespace

// Input that starts like a spec is taken as one.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  PreviewSpec spec;
  const auto fault = parse_preview_spec(input.starts_with('{') ? std::string(input) : spec_from(input), spec);
  if (fault) {
    check(!fault->empty());
  } else {
    search(spec);
  }
  return 0;
}
