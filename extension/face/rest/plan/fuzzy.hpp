#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <string_view>
#include <vector>

namespace pg_booking::rest {

/// A candidate and how like the searched text it is: 1 for the same letters, by edit distance relative to
/// the longer of the two.
struct Likeness {
  double score;
  std::string_view text;
};

/// The candidates that share three, else two, letters in a row with the text and are at least that like it;
/// most alike first. Case does not matter.
std::vector<Likeness> find_similar(std::string_view text, const std::vector<std::string>& candidates,
                                   double least_score);

/// What is taken for similar unless something else is said.
inline constexpr double kSomewhatSimilar = 0.33;

}  // namespace pg_booking::rest
