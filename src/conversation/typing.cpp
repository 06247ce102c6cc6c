#include "conversation/typing.hpp"

#include "whatsapp/graph_json.hpp"

namespace claw {

struct Typing::Shown {
  Executor executor;
  TenantRef tenant;
  std::string phone_number_id;
  std::string wamid;
  std::string trace;
  TimePoint began;
  TimePoint refresh_at;
  bool calling = false;
  bool ended = false;
  std::optional<Completion<int>> waiter;  // end(), while a call is under way
};

Task<> Typing::call(Graph& graph, Handle handle) {
  // Also where the call ends by cancellation or a fault: end() waits for it.
  struct Over {
    Shown& shown;
    ~Over() {
      shown.calling = false;
      if (shown.waiter) (*std::exchange(shown.waiter, std::nullopt))(0);
    }
  };
  const Over over{*handle};
  (void)co_await graph.mark(handle->tenant, handle->phone_number_id, whatsapp::read_json(handle->wamid, true),
                            handle->trace);
}

void Typing::show(const Handle& handle) {
  handle->refresh_at = clock_.now() + kRefresh;
  if (handle->calling) return;
  handle->calling = true;
  tasks_.spawn(handle->executor, "typing", call(graph_, handle));
}

Typing::Handle Typing::begin(const Executor& executor, TenantRef tenant, std::string phone_number_id, std::string wamid,
                             std::string trace) {
  auto handle = std::make_shared<Shown>(executor, std::move(tenant), std::move(phone_number_id), std::move(wamid),
                                        std::move(trace), clock_.now());
  show(handle);
  shown_.push_back(handle);
  return handle;
}

Task<> Typing::end(Handle handle) {
  handle->ended = true;
  if (!handle->calling) co_return;
  co_await complete_with<int>([&](Completion<int> done) { handle->waiter = std::move(done); });
}

void Typing::tick() {
  const auto now = clock_.now();
  while (!shown_.empty() && (shown_.front()->ended || shown_.front()->refresh_at <= now)) {
    auto handle = std::move(shown_.front());
    shown_.pop_front();
    if (handle->ended || now - handle->began >= kGivesUpAfter) continue;
    show(handle);
    shown_.push_back(std::move(handle));
  }
}

}  // namespace claw
