#include "face/rest/plan/fuzzy.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "text/ascii.hpp"

namespace pg_booking::rest {
namespace {

constexpr size_t kMostRanked = 50;

using Grams = std::map<std::string, int>;

/// The runs of `size` letters, with marks for the ends of the word.
Grams grams_of(std::string_view lower, size_t size) {
  std::string marked = "-";
  for (char const c : lower)
    if (is_ascii_letter(c) || is_ascii_digit(c) || c == ' ' || c == ',' || static_cast<signed char>(c) < 0)
      marked += c;
  marked += '-';
  while (marked.size() < size) marked += '-';
  Grams grams;
  for (size_t i = 0; i + size <= marked.size(); i++) grams[marked.substr(i, size)]++;
  return grams;
}

bool share_any(const Grams& a, const Grams& b) {
  return std::any_of(a.begin(), a.end(), [&](const auto& gram) { return b.contains(gram.first); });
}

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); j++) {
      size_t const above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

double likeness(std::string_view a, std::string_view b) {
  size_t const longer = std::max(a.size(), b.size());
  if (longer == 0) return 1;
  return 1 - static_cast<double>(edit_distance(a, b)) / static_cast<double>(longer);
}

std::vector<Likeness> by_grams(const std::string& lower, const std::vector<std::string>& candidates,
                               double least_score, size_t size) {
  std::vector<Likeness> found;
  Grams const wanted = grams_of(lower, size);
  for (const std::string& candidate : candidates) {
    std::string const other = to_ascii_lower(candidate);
    if (!share_any(wanted, grams_of(other, size))) continue;
    double const score = likeness(lower, other);
    if (score >= least_score) found.push_back({score, candidate});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Likeness& a, const Likeness& b) { return a.score > b.score; });
  if (found.size() > kMostRanked) found.resize(kMostRanked);
  return found;
}

}  // namespace

std::vector<Likeness> find_similar(std::string_view text, const std::vector<std::string>& candidates,
                                   double least_score) {
  std::string const lower = to_ascii_lower(text);
  std::vector<Likeness> found = by_grams(lower, candidates, least_score, 3);
  return found.empty() ? by_grams(lower, candidates, least_score, 2) : found;
}

}  // namespace pg_booking::rest
