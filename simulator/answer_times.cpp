#include "simulator/answer_times.hpp"

#include <algorithm>

namespace claw::sim {

void AnswerTimes::wrote(std::string_view number, std::string_view person, TimePoint now) {
  if (waiting_people_ >= kMaxWaiting) return;
  waiting_people_ += waiting_[std::string(number)].try_emplace(std::string(person), now).second;
}

void AnswerTimes::answered(std::string_view number, std::string_view person, TimePoint now) {
  const auto people = waiting_.find(std::string(number));
  if (people == waiting_.end()) return;
  const auto since = people->second.find(std::string(person));
  if (since == people->second.end()) return;
  auto& kept = kept_[std::string(number)];
  if (kept.size() >= kMaxKept) kept.pop_front();
  kept.push_back(now - since->second);
  people->second.erase(since);
  --waiting_people_;
}

AnswerTimes::Figures AnswerTimes::figures(std::string_view only, std::string_view without) const {
  const auto counts = [&](const std::string& number) { return (only.empty() || number == only) && number != without; };
  Figures figures;
  std::vector<std::chrono::milliseconds> all;
  for (const auto& [number, times] : kept_)
    if (counts(number)) all.insert(all.end(), times.begin(), times.end());
  for (const auto& [number, people] : waiting_)
    if (counts(number)) figures.waiting += people.size();
  figures.answers = all.size();
  if (all.empty()) return figures;
  std::ranges::sort(all);
  figures.p50 = all[all.size() / 2];
  figures.p99 = all[all.size() * 99 / 100];
  figures.max = all.back();
  return figures;
}

}  // namespace claw::sim
