#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/accept_items.hpp"
#include "support/open_ledger.hpp"

namespace claw {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace claw::testing;
using enum MessageState;

constexpr TenantId kAcme{1};
constexpr TenantId kBeta{2};

class ListsTest : public ::testing::Test {
 protected:
  Ledger& ledger() { return *world_.ledger; }
  Fence fence() { return world_.ledger->fence(); }
  template <class T>
  T run(Task<T> task) {
    return world_.run(std::move(task));
  }
  MessageId receive(AcceptItem item) {
    return run(ledger().accept({std::move(item)}, fence())).value().pending.at(0).id;
  }
  MessageId say(const std::string& from, const std::string& text, TenantId tenant = kAcme) {
    return receive(of_tenant(text_from(from, text, "wamid." + from + text), tenant.value));
  }
  MessageId reply(MessageId message, const std::string& text) {
    return run(ledger().complete_turn(message, {kAnswered, "", "echo", {text}}, fence())).value().at(0).id;
  }
  /// A reply that was sent and ended so.
  MessageId sent(MessageId message, SendOutcome outcome) {
    const auto id = reply(message, "reply");
    EXPECT_TRUE(run(ledger().begin_send(id, fence())));
    EXPECT_TRUE(run(ledger().end_send(id, std::move(outcome), fence())));
    return id;
  }
  template <class T>
  static bool failed(const Result<T>& result, ErrorKind kind) {
    return !result && result.error().kind == kind;
  }
  void sql(const char* text) {
    ASSERT_TRUE(run(world_.store->write<void>([text](sqlite::Database& db) -> Result<void> {
      db.script(text);
      return {};
    })));
  }
  /// More rows of acme's than one page looks at: all in one conversation of one person.
  void fill(MessageId like) {
    const auto count = std::to_string(kMaxWalk + 5);
    const auto row = std::to_string(like.value);
    sql(("INSERT INTO messages (tenant, conversation, direction, state, type, text, data, wamid, created_ms, meta_ms, "
         "previous, inbox, turn, part, attempts, due_ms, error_code, reason, agent) "
         "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
         count + ") SELECT tenant, conversation, 0, 2, type, 'many', data, '', 1, 1, " + row +
         " + i - 1, 0, 0, 0, 0, 0, 0, '', '' "
         "FROM n, messages WHERE id = " +
         row +
         ";"
         "UPDATE conversations SET last_message = (SELECT max(id) FROM messages) "
         "WHERE id = (SELECT conversation FROM messages WHERE id = " +
         row + ")")
            .c_str());
  }
  std::vector<std::string> users(UserFilter filter, TenantId tenant = kAcme) {
    std::vector<std::string> found;
    filter.limit = 2;
    for (int pages = 0; pages < 20; ++pages) {
      const auto page = run(ledger().users(tenant, filter)).value();
      for (const auto& user : page) found.push_back(user.id);
      if (page.next.empty()) return found;
      filter.after = page.next;
    }
    ADD_FAILURE() << "the pages have no end";
    return found;
  }
  std::vector<MessageId> messages(MessageFilter filter) {
    std::vector<MessageId> found;
    for (int pages = 0; pages < 20; ++pages) {
      const auto page = run(ledger().messages(kAcme, filter)).value();
      for (const auto& record : page) found.push_back(record.id);
      if (page.next == 0) return found;
      filter.before = MessageId{page.next};
    }
    ADD_FAILURE() << "the pages have no end";
    return found;
  }
  std::vector<std::string> talks(TenantId tenant, std::size_t limit = 50) {
    return talks(tenant, ConversationFilter{.limit = limit});
  }
  std::vector<std::string> talks(TenantId tenant, ConversationFilter filter) {
    std::vector<std::string> found;
    for (int pages = 0; pages < 20; ++pages) {
      const auto page = run(ledger().conversations(tenant, filter)).value();
      for (const auto& talk : page) found.push_back(talk.user + "/" + talk.phone_number_id + ": " + talk.last_text);
      if (page.next == 0) return found;
      filter.before = MessageId{page.next};
    }
    ADD_FAILURE() << "the pages have no end";
    return found;
  }

  OpenLedger world_;
};

TEST_F(ListsTest, ShowsPeopleByIdPageByPage) {
  for (const char* who : {"493", "491", "492", "495", "494"}) say(who, "hello");
  say("496", "hello", kBeta);
  EXPECT_THAT(users({}), ElementsAre("491", "492", "493", "494", "495"));
  EXPECT_THAT(users({}, kBeta), ElementsAre("496"));
}

TEST_F(ListsTest, FindsPeopleByTheBeginningOfTheirNumber) {
  for (const char* who : {"49151", "49152", "49161", "1212", "49153"}) say(who, "hello");
  EXPECT_THAT(users({.phone = "4915"}), ElementsAre("49151", "49152", "49153"));
  EXPECT_THAT(users({.phone = "49152"}), ElementsAre("49152"));
  EXPECT_THAT(users({.phone = "5"}), IsEmpty());
  EXPECT_THAT(users({.phone = "4"}, kBeta), IsEmpty());
}

TEST_F(ListsTest, FindsAPersonByTheNumberTheyHaveNowAndOnlyOnce) {
  whatsapp::Person person = phone("49151");
  person.bsuid = "DE.1";
  receive(message_of(person, "first"));
  person.phone = "49152";
  receive(message_of(person, "moved on"));
  EXPECT_THAT(users({.phone = "49"}), SizeIs(1));
  EXPECT_THAT(users({.phone = "DE."}), SizeIs(1));
}

TEST_F(ListsTest, FindsPeopleByTheBeginningOfTheirName) {
  const std::pair<const char*, const char*> people[] = {{"491", "Maria"}, {"492", "mark"}, {"493", "Zoë"},
                                                        {"494", "MARIA"}, {"495", ""},     {"496", "Maria"}};
  for (const auto& [who, name] : people) receive(message_of(phone(who, name), std::string("hello from ") + who));
  EXPECT_THAT(users({.name = "mar"}), ElementsAre("491", "494", "496", "492"));
  EXPECT_THAT(users({.name = "maria"}), ElementsAre("491", "494", "496"));
  EXPECT_THAT(users({.name = "Zoë"}), ElementsAre("493"));
  EXPECT_THAT(users({.name = "x"}), IsEmpty());
  EXPECT_THAT(users({.name = "mar"}, kBeta), IsEmpty());
  EXPECT_TRUE(failed(run(ledger().users(kAcme, {.after = "nobody", .name = "mar"})), ErrorKind::kInvalid));
}

TEST_F(ListsTest, ShowsNobodyOfAnotherNameBehindSomebodyWhoWasRenamed) {
  const std::pair<const char*, const char*> people[] = {{"491", "Mara"}, {"492", "Bert"}, {"493", "Mark"}};
  for (const auto& [who, name] : people) receive(message_of(phone(who, name), std::string("hello from ") + who));
  receive(message_of(phone("491", "Anna"), "I am Anna now"));
  EXPECT_THAT(users({.after = "491", .name = "mar"}), ElementsAre("493"));
}

TEST_F(ListsTest, ShowsAPersonWithTheirConversationsNewestFirst) {
  receive(message_of(phone("491", "Maria"), "to the first number"));
  receive(on_number(message_of(phone("491", "Maria"), "to the second"), "222"));
  say("492", "another's");
  const auto maria = run(ledger().user(kAcme, "491")).value();
  EXPECT_EQ(maria.name, "Maria");
  EXPECT_EQ(maria.phone, "491");
  ASSERT_THAT(maria.conversations, SizeIs(2));
  EXPECT_EQ(maria.conversations[0].last_text, "to the second");
  EXPECT_EQ(maria.conversations[1].last_text, "to the first number");
  EXPECT_TRUE(failed(run(ledger().user(kBeta, "491")), ErrorKind::kNotFound));
}

TEST_F(ListsTest, FindsConversationsByTheBeginningOfANameOrNumberNewestFirst) {
  const auto say_as = [this](const std::string& digits, const std::string& name, const std::string& text) {
    receive(message_of(phone(digits, name), text, "wamid." + digits + text));
  };
  say_as("49151", "Anna", "first");
  say_as("49152", "annabel", "second");
  say_as("49161", "Bert", "third");
  receive(on_number(message_of(phone("49151", "Anna"), "elsewhere", "wamid.elsewhere"), "222"));
  say("49151", "beta's", kBeta);
  for (const std::size_t limit : {1U, 2U, 50U}) {
    EXPECT_THAT(talks(kAcme, {.limit = limit, .name = "Ann"}),
                ElementsAre("49151/222: elsewhere", "49152/111: second", "49151/111: first"))
        << limit;
    EXPECT_THAT(talks(kAcme, {.limit = limit, .phone = "4915"}),
                ElementsAre("49151/222: elsewhere", "49152/111: second", "49151/111: first"))
        << limit;
  }
  EXPECT_THAT(talks(kAcme, {.phone = "49161"}), ElementsAre("49161/111: third"));
  EXPECT_THAT(talks(kAcme, {.name = "nna"}), IsEmpty());
}

TEST_F(ListsTest, FindsAPersonOnceWhoHasAPhoneAndABsuid) {
  whatsapp::Person both = phone("49151");
  both.bsuid = "4915.BSUID";
  receive(message_of(both, "hello"));
  EXPECT_THAT(talks(kAcme, {.phone = "4915"}), ElementsAre("49151/111: hello"));
}

TEST_F(ListsTest, ShowsConversationsByTheirLastMessage) {
  const auto first = say("491", "first");
  say("492", "second");
  say("493", "third");
  say("499", "beta's", kBeta);
  EXPECT_THAT(talks(kAcme), ElementsAre("493/111: third", "492/111: second", "491/111: first"));
  reply(first, "an answer moves it up");
  for (const std::size_t limit : {1, 2, 3, 50})
    EXPECT_THAT(talks(kAcme, limit), ElementsAre("491/111: an answer moves it up", "493/111: third", "492/111: second"))
        << limit;
  EXPECT_THAT(talks(kBeta), ElementsAre("499/111: beta's"));
}

TEST_F(ListsTest, ShowsOneConversationToItsTenantAlone) {
  const auto message = say("491", std::string(1000, 'x'));
  const auto id = run(ledger().message(kAcme, message)).value().conversation;
  const auto talk = run(ledger().conversation(kAcme, id)).value();
  EXPECT_EQ(talk.last, message);
  EXPECT_THAT(talk.last_text, SizeIs(kPreviewCharacters));
  EXPECT_EQ(to_ms(talk.last_inbound), 1'790'000'000'000);
  EXPECT_TRUE(failed(run(ledger().conversation(kBeta, id)), ErrorKind::kNotFound));
  EXPECT_TRUE(failed(run(ledger().messages(kBeta, {.conversation = id})), ErrorKind::kNotFound));
}

TEST_F(ListsTest, PagesThroughAConversationByItsOwnList) {
  std::vector<MessageId> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(say("491", "m" + std::to_string(i)));
    say("492", "noise" + std::to_string(i));
  }
  const auto id = run(ledger().message(kAcme, ids[0])).value().conversation;
  for (const std::size_t limit : {1, 2, 5, 50})
    EXPECT_THAT(messages({.limit = limit, .conversation = id}), ElementsAre(ids[4], ids[3], ids[2], ids[1], ids[0]))
        << limit;
}

TEST_F(ListsTest, FindsWhatWentWrongAmongWhatWentWell) {
  const auto ok = sent(say("491", "a"), {.state = kSent, .wamid = "w1", .due = {}, .error_code = 0, .reason = ""});
  const auto bad = sent(say("492", "b"), {.state = kFailed, .wamid = "", .due = {}, .error_code = 7, .reason = "no"});
  const auto lost = sent(say("493", "c"), {.state = kUnknown, .wamid = "", .due = {}, .error_code = 0, .reason = ""});
  const auto waits = reply(say("494", "d"), "waits");
  const auto open = say("495", "e");
  EXPECT_THAT(messages({.state = kFailed}), ElementsAre(bad));
  EXPECT_THAT(messages({.state = kUnknown}), ElementsAre(lost));
  EXPECT_THAT(messages({.state = kQueued}), ElementsAre(waits));
  EXPECT_THAT(messages({.state = kSending}), IsEmpty());
  EXPECT_THAT(messages({.state = kSent}), ElementsAre(ok));
  EXPECT_THAT(messages({.state = kPending}), ElementsAre(open));
  EXPECT_THAT(messages({.user = "492", .state = kFailed}), ElementsAre(bad));
  EXPECT_THAT(messages({.user = "491", .state = kFailed}), IsEmpty());
  EXPECT_THAT(run(ledger().waiting(kAcme)).value().outbox,
              ElementsAre(std::pair<const std::string, std::int64_t>("111", 1)));
  EXPECT_EQ(run(ledger().waiting(kAcme)).value().turns, 1);
  EXPECT_THAT(run(ledger().waiting(kBeta)).value().outbox, IsEmpty());
}

TEST_F(ListsTest, LooksAtSoManyRowsForAPageAndGoesOnFromThere) {
  const auto old = say("491", "old");
  const auto failed = sent(old, {.state = kFailed, .wamid = "", .due = {}, .error_code = 7, .reason = "no"});
  const auto last = say("492", "before the many");
  fill(last);
  const auto page = run(ledger().messages(kAcme, {.direction = Direction::kOutbound})).value();
  EXPECT_THAT(page, IsEmpty()) << "they are further back";
  EXPECT_GT(page.next, 0);
  for (const std::string user : {"", "491"})
    EXPECT_THAT(messages({.user = user, .direction = Direction::kOutbound}), ElementsAre(failed)) << user;
  EXPECT_THAT(messages({.user = "492", .direction = Direction::kOutbound}), IsEmpty());
  EXPECT_THAT(run(ledger().messages(kAcme, {.state = kFailed})).value(), SizeIs(1)) << "these have an index";
  EXPECT_THAT(talks(kAcme), ElementsAre("492/111: many", "491/111: reply"));
}

TEST_F(ListsTest, ShowsEveryStatusAndWhoseItIs) {
  const auto id = sent(say("491", "a"), {.state = kSent, .wamid = "w1", .due = {}, .error_code = 0, .reason = ""});
  ASSERT_TRUE(run(ledger().accept({status_of("w1", "delivered"), status_of("elsewhere", "failed")}, fence())));
  const auto all = run(ledger().statuses(kAcme, {})).value();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].wamid, "elsewhere");
  EXPECT_EQ(all[0].message, MessageId{});
  EXPECT_EQ(all[1].message, id);
  EXPECT_EQ(all[1].status.status, "delivered");
  const auto failed = run(ledger().statuses(kAcme, {.limit = 50, .before = 0, .status = "failed"})).value();
  ASSERT_THAT(failed, SizeIs(1));
  EXPECT_EQ(failed[0].wamid, "elsewhere");
  const auto first = run(ledger().statuses(kAcme, {.limit = 1, .before = 0, .status = ""})).value();
  EXPECT_EQ(run(ledger().statuses(kAcme, {.limit = 1, .before = first.next, .status = ""})).value().at(0).wamid, "w1");
  EXPECT_THAT(run(ledger().statuses(kBeta, {})).value(), IsEmpty());
  EXPECT_THAT(run(ledger().messages(kAcme, {.state = kDelivered, .with_statuses = true})).value().at(0).statuses,
              SizeIs(1));
}

TEST_F(ListsTest, TellsWhatWasWrittenSinceAMark) {
  const auto before = say("491", "before");
  const auto marks = run(ledger().change_marks()).value();
  EXPECT_THAT(run(ledger().changes(marks, {}, 10)).value().messages, IsEmpty());
  const auto part = reply(before, "reply");
  ASSERT_TRUE(run(ledger().begin_send(part, fence())));
  ASSERT_TRUE(
      run(ledger().end_send(part, {.state = kSent, .wamid = "w1", .due = {}, .error_code = 0, .reason = ""}, fence())));
  const auto theirs = say("492", "beta's", kBeta);
  const auto changes = run(ledger().changes(marks, {before, part, before}, 10)).value();
  std::vector<std::pair<std::int64_t, MessageState>> found;
  for (const auto& message : changes.messages) found.emplace_back(message.id.value, message.state);
  EXPECT_THAT(found, ElementsAre(std::pair(part.value, kSent), std::pair(theirs.value, kPending),
                                 std::pair(before.value, kAnswered)));
  EXPECT_EQ(changes.messages[1].tenant, kBeta);
  EXPECT_FALSE(changes.more);

  ASSERT_TRUE(run(ledger().accept({status_of("w1", "read"), status_of("elsewhere", "read")}, fence())));
  const auto later = run(ledger().changes(changes.marks, {}, 10)).value();
  ASSERT_THAT(later.statuses, SizeIs(2));
  ASSERT_THAT(later.messages, SizeIs(1)) << "a status changes its message";
  EXPECT_EQ(later.messages[0].id, part);
  EXPECT_EQ(later.messages[0].state, kRead);
  ASSERT_THAT(later.events, SizeIs(1));
  EXPECT_EQ(later.events[0].kind, "status");
  EXPECT_THAT(run(ledger().changes(later.marks, {}, 10)).value().statuses, IsEmpty());
}

TEST_F(ListsTest, TellsChangesInPortions) {
  for (int i = 0; i < 5; ++i) say("491", "m" + std::to_string(i));
  Changes changes;
  std::size_t told = 0;
  for (int portion = 0; portion < 3; ++portion) {
    changes = run(ledger().changes(changes.marks, {}, 2)).value();
    told += changes.messages.size();
    EXPECT_EQ(changes.more, portion < 2);
  }
  EXPECT_EQ(told, 5U);
}

TEST_F(ListsTest, ShowsKeysByPrefixPageByPage) {
  for (const char* key : {"b", "a/2", "a/1", "a", "c"}) ASSERT_TRUE(run(ledger().kv_put(kAcme, key, key)));
  ASSERT_TRUE(run(ledger().kv_put(kBeta, "a/3", "beta's")));
  const auto keys = [&](KvFilter filter) {
    std::vector<std::string> found;
    const auto page = run(ledger().kv_list(kAcme, filter)).value();
    for (const auto& entry : page) found.push_back(entry.key);
    found.push_back("-> " + page.next);
    return found;
  };
  EXPECT_THAT(keys({.limit = 50, .after = "", .prefix = ""}), ElementsAre("a", "a/1", "a/2", "b", "c", "-> "));
  EXPECT_THAT(keys({.limit = 2, .after = "", .prefix = "a"}), ElementsAre("a", "a/1", "-> a/1"));
  EXPECT_THAT(keys({.limit = 2, .after = "a/1", .prefix = "a"}), ElementsAre("a/2", "-> "));
}

TEST_F(ListsTest, WritesAKeyOnlyWhereItsConditionHolds) {
  const auto put = [&](const char* value, Condition condition) {
    const auto kept = run(ledger().kv_put(kAcme, "k", value, std::move(condition)));
    return kept ? "kept" : to_string(kept.error().kind);
  };
  const Versions any{.any = true};
  const auto of = [](const char* value) { return Versions{.versions = {"other", kv_version(value)}}; };
  EXPECT_STREQ(put("1", {.match = any}), "stale");
  EXPECT_STREQ(put("1", {.match = Versions{}}), "stale");
  EXPECT_STREQ(put("1", {.none_match = any}), "kept");
  EXPECT_STREQ(put("2", {.none_match = any}), "stale");
  EXPECT_STREQ(put("2", {.match = of("2")}), "stale");
  EXPECT_STREQ(put("2", {.match = of("1")}), "kept");
  EXPECT_STREQ(put("3", {.none_match = of("2")}), "stale");
  EXPECT_STREQ(put("3", {.match = any, .none_match = of("1")}), "kept");
  EXPECT_TRUE(failed(run(ledger().kv_delete(kAcme, "k", {.match = of("2")})), ErrorKind::kStale));
  EXPECT_EQ(run(ledger().kv_get(kAcme, "k")).value(), "3") << "what was refused changed nothing";
  EXPECT_TRUE(run(ledger().kv_delete(kAcme, "k", {.match = of("3")})));
  EXPECT_TRUE(failed(run(ledger().kv_delete(kAcme, "k", {.none_match = any})), ErrorKind::kNotFound));
}

}  // namespace
}  // namespace claw
