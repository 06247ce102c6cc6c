#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace claw {

/// A tool that a model wants to be used.
struct ChatToolCall {
  std::string id;
  std::string name;
  std::string arguments;  ///< JSON, as the model wrote it.
};

/// A picture that a model is shown.
struct ChatPicture {
  std::string mime_type;
  std::string bytes;
};

/// One line of a conversation as a model sees it.
struct ChatMessage {
  enum class Role { kSystem, kUser, kAssistant, kTool };
  Role role = Role::kUser;
  std::string text;
  std::vector<ChatPicture> pictures = {};  ///< Of the user's.
  std::vector<ChatToolCall> calls = {};    ///< Of the assistant's.
  std::string call = {};                   ///< Of a tool's: the id of the call that it answers.
};

/// What a model said, and what it cost.
struct ChatAnswer {
  std::string text;
  std::vector<ChatToolCall> calls;
  std::string model;
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
};

/// The body of POST {base}/v1/chat/completions. `user` is passed on as the end user's id; `tools` is a JSON array of
/// what the model may use, or empty. Pure.
[[nodiscard]] std::string chat_request_json(std::string_view model, const std::vector<ChatMessage>& messages,
                                            std::string_view user, bool stream, std::string_view tools = {});

/// Reads a whole answer: one JSON object, or server-sent events where `content_type` says so. Pure.
///
/// Fails with kInvalid where the answer is an error, holds an `error` event, ends before its end was told (no
/// `finish_reason` and no `[DONE]`), or is of another shape; the message says which. An empty text is an answer.
[[nodiscard]] Result<ChatAnswer> parse_chat_answer(std::string_view content_type, std::string_view body);

/// What an error answer says for itself: `error.message`, else the first of its bytes in one line, 200 at most.
[[nodiscard]] std::string chat_error_text(std::string_view body);

/// Drops the oldest messages (never the system message, never the last) until at most `max_turns` of them are from the
/// user and all together have at most `max_tokens` tokens, counted as a quarter of their bytes. Pure.
[[nodiscard]] std::vector<ChatMessage> within_window(std::vector<ChatMessage> messages, std::size_t max_turns,
                                                     std::size_t max_tokens);

}  // namespace claw
