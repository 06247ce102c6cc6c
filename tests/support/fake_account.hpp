#pragma once

#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "graph/account.hpp"

namespace claw::testing {

/// Meta as the test wants it. Only touched between the calls.
class FakeAccount final : public GraphAccount {
 public:
  static constexpr const char* kApp = "333";  ///< Subscribed by subscribe().

  whatsapp::TokenFacts token_facts;
  whatsapp::NumberFacts number_facts;
  std::string verification = "verified";
  std::map<std::string, std::vector<std::string>> accounts;  ///< WABA -> its numbers.
  std::vector<whatsapp::AppFacts> apps;
  std::optional<GraphFailure> fails;  ///< Every call.
  std::atomic<int> calls = 0, subscriptions = 0;

  [[nodiscard]] Task<GraphRead<whatsapp::TokenFacts>> token(TenantRef, std::string) override {
    return answer(token_facts);
  }
  [[nodiscard]] Task<GraphRead<whatsapp::NumberFacts>> number(TenantRef, std::string) override {
    return answer(number_facts);
  }
  [[nodiscard]] Task<GraphRead<whatsapp::WabaFacts>> waba(TenantRef, std::string, std::string id) override {
    return answer(whatsapp::WabaFacts{id, "Acme", verification, ""});
  }
  [[nodiscard]] Task<GraphRead<std::vector<std::string>>> numbers_of(TenantRef, std::string, std::string id) override {
    return answer(accounts[id]);
  }
  [[nodiscard]] Task<GraphRead<std::vector<whatsapp::AppFacts>>> subscribed_apps(TenantRef, std::string,
                                                                                 std::string) override {
    return answer(apps);
  }
  [[nodiscard]] Task<GraphRead<void>> subscribe(TenantRef, std::string, std::string) override {
    ++calls;
    if (fails) co_return std::unexpected(*fails);
    ++subscriptions;
    apps.push_back({kApp, "App", ""});
    co_return GraphRead<void>();
  }

 private:
  template <class T>
  Task<GraphRead<T>> answer(T facts) {
    ++calls;
    if (fails) co_return std::unexpected(*fails);
    co_return GraphRead<T>(std::move(facts));
  }
};

}  // namespace claw::testing
