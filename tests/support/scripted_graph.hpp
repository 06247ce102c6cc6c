#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "net/server.hpp"

namespace claw::testing {

/// Meta's Graph API as a test needs it: takes POST /v25.0/{phone}/messages, writes down what came, and answers what it
/// was told to, else success. Safe from any thread.
class ScriptedGraph {
 public:
  struct Call {
    std::string number;
    std::string authorization;
    std::string appsecret_proof;
    boost::json::object body;
    std::string wamid;  ///< What a send was answered with by default.

    [[nodiscard]] bool is_mark() const { return body.contains("status"); }
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string to() const;
    [[nodiscard]] std::string callback_data() const;
  };
  struct Answer {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
  };

  ScriptedGraph();
  ~ScriptedGraph();

  [[nodiscard]] std::string base_url() const;

  /// What the next send that comes is answered with; several are used in order. Marks are always taken.
  void answer_next(Answer answer);
  /// The same, as Meta words an error.
  void refuse_next(int status, int code);
  /// What every other call is answered with ("GET /v25.0/111", or "GET /v25.0/111 TOKEN" for calls with that token);
  /// without it, 404 with nothing.
  void answer_at(const std::string& call, Answer answer);
  /// Those calls, with their query: "GET /v25.0/111?fields=id", in the order they came.
  [[nodiscard]] std::vector<std::string> other_calls() const;
  /// From now on sends (or marks) are read and not answered, until release().
  void hold_sends();
  void hold_marks();
  void release();

  /// All calls, in the order they came.
  [[nodiscard]] std::vector<Call> calls() const;
  [[nodiscard]] std::vector<Call> sends() const;
  /// The texts that were sent, in order.
  [[nodiscard]] std::vector<std::string> texts() const;

 private:
  Task<net::HttpResponse> take(net::HttpRequest& request);
  Task<net::HttpResponse> take_other(net::HttpRequest& request);
  Task<> wait_while_held(bool mark);

  mutable std::mutex mutex_;
  std::vector<Call> calls_;               // guarded by mutex_
  std::deque<Answer> script_;             // guarded by mutex_
  std::map<std::string, Answer> pages_;   // guarded by mutex_
  std::vector<std::string> others_;       // guarded by mutex_
  bool holds_sends_ = false;              // guarded by mutex_
  bool holds_marks_ = false;              // guarded by mutex_
  std::vector<Completion<int>> waiting_;  // guarded by mutex_
  IoPool io_{1};
  net::Router router_;
  net::Server server_;
};

}  // namespace claw::testing
