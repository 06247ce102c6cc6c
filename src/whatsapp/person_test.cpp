#include "whatsapp/person.hpp"

#include <gtest/gtest.h>

namespace claw::whatsapp {
namespace {

json::object object(std::string_view text) {
  return parse_json(text).value().get_object();
}

TEST(Bsuid, IsTwoLettersADotAndUpTo128LettersOrDigits) {
  const std::string longest(128, 'x');
  for (const std::string& text : {std::string("US.1"), std::string("DE.abcXYZ019"), "BR." + longest}) {
    EXPECT_TRUE(is_bsuid(text)) << text;
  }
  for (const std::string& text :
       {std::string(), std::string("US."), std::string("US"), std::string("us.1"), std::string("USA.1"),
        std::string("U1.1"), std::string("US1"), std::string("US.ENT.1"), std::string("US.1 "), std::string(" US.1"),
        std::string("US.a-b"), std::string("US.ä"), "BR." + longest + "x", std::string("491555000001")}) {
    EXPECT_FALSE(is_bsuid(text)) << text;
  }
}

TEST(PhoneDigits, AreThoseOfANumberHoweverItIsWritten) {
  const std::pair<std::string, std::string> numbers[] = {
      {"491555000001", "491555000001"}, {"+49 (155) 500-00.01", "491555000001"}, {"", ""}, {"US.1", ""}, {"49155x", ""},
      {std::string(21, '1'), ""},
  };
  for (const auto& [text, digits] : numbers) EXPECT_EQ(phone_digits(text), digits) << text;
}

struct Case {
  const char* what;
  const char* message;
  const char* contacts;
  Person person;
};

TEST(Person, IsWhatMessageAndContactSayTogether) {
  const Case cases[] = {
      {"phone and user id",
       R"({"from":"491","from_user_id":"DE.1"})",
       R"([{"wa_id":"491","profile":{"name":"A"}}])",
       {"491", "DE.1", "", "A", ""}},
      {"user name without phone",
       R"({"from_user_id":"DE.1","from_parent_user_id":"DE.ENT.9"})",
       R"([{"user_id":"DE.1","wa_id":"","profile":{"name":"A","username":"a.b"}}])",
       {"", "DE.1", "DE.ENT.9", "A", "a.b"}},
      {"user id in from", R"({"from":"DE.1"})", R"([{"wa_id":"DE.1"}])", {"", "DE.1", "", "", ""}},
      {"user id in wa_id alone", R"({})", R"([{"wa_id":"DE.1"}])", {"", "DE.1", "", "", ""}},
      {"contact knows the user id",
       R"({"from":"491"})",
       R"([{"wa_id":"491","user_id":"DE.1"}])",
       {"491", "DE.1", "", "", ""}},
      {"contact knows the phone",
       R"({"from_user_id":"DE.1"})",
       R"([{"wa_id":"491","user_id":"DE.1"}])",
       {"491", "DE.1", "", "", ""}},
      {"an invalid user id is left out",
       R"({"from":"491","from_user_id":"nonsense"})",
       R"([])",
       {"491", "", "", "", ""}},
      {"a parent id is no address", R"({"from":"491","from_user_id":"US.ENT.5"})", R"([])", {"491", "", "", "", ""}},
      {"the message wins over its contact",
       R"({"from":"491","from_user_id":"DE.1"})",
       R"([{"wa_id":"491","user_id":"DE.2"}])",
       {"491", "DE.1", "", "", ""}},
      {"matched among several",
       R"({"from":"492"})",
       R"([{"wa_id":"491","profile":{"name":"A"}},{"wa_id":"492","profile":{"name":"B"}}])",
       {"492", "", "", "B", ""}},
      {"none of several",
       R"({"from":"493"})",
       R"([{"wa_id":"491","profile":{"name":"A"}},{"wa_id":"492","profile":{"name":"B"}}])",
       {"493", "", "", "", ""}},
      {"the only contact names nobody else",
       R"({"from":"491"})",
       R"([{"profile":{"name":"A"}}])",
       {"491", "", "", "A", ""}},
      {"the only contact has the other id",
       R"({"from_user_id":"DE.1"})",
       R"([{"wa_id":"491","profile":{"name":"A"}}])",
       {"491", "DE.1", "", "A", ""}},
      {"the only contact is someone else",
       R"({"from":"491"})",
       R"([{"wa_id":"492","user_id":"DE.2","profile":{"name":"B"}}])",
       {"491", "", "", "", ""}},
      {"nobody at all", R"({})", R"([])", {"", "", "", "", ""}},
      {"odd types",
       R"({"from":491,"from_user_id":[]})",
       R"([7,{"wa_id":"491","profile":"A"}])",
       {"491", "", "", "", ""}},
  };
  for (const auto& c : cases) {
    const auto ids = ids_of(ItemKind::kMessage, object(c.message));
    const auto contacts = parse_json(c.contacts).value();
    const auto person = person_of(ids, contact_of(ids, contacts.if_array()));
    EXPECT_EQ(person.phone, c.person.phone) << c.what;
    EXPECT_EQ(person.bsuid, c.person.bsuid) << c.what;
    EXPECT_EQ(person.parent_bsuid, c.person.parent_bsuid) << c.what;
    EXPECT_EQ(person.name, c.person.name) << c.what;
    EXPECT_EQ(person.username, c.person.username) << c.what;
  }
}

TEST(Person, IsFoundInEachKindOfItem) {
  const auto bsuid = [](ItemKind kind, std::string_view item) {
    return person_of(ids_of(kind, object(item)), nullptr).bsuid;
  };
  EXPECT_EQ(bsuid(ItemKind::kEcho, R"({"from_user_id":"DE.9","to_user_id":"DE.1"})"), "DE.1");
  EXPECT_EQ(bsuid(ItemKind::kStatus, R"({"recipient_user_id":"DE.1"})"), "DE.1");
  EXPECT_EQ(bsuid(ItemKind::kStatus,
                  R"({"recipient_type":"group","recipient_id":"G","recipient_participant_user_id":"DE.1"})"),
            "DE.1");
  EXPECT_EQ(bsuid(ItemKind::kCall, R"({"from_user_id":"DE.1","to_user_id":"DE.9"})"), "DE.1");
  EXPECT_EQ(bsuid(ItemKind::kCall, R"({"direction":"BUSINESS_INITIATED","from_user_id":"DE.9","to_user_id":"DE.1"})"),
            "DE.1");
  EXPECT_EQ(bsuid(ItemKind::kCall, R"({"type":"call","recipient_user_id":"DE.1"})"), "DE.1");
  EXPECT_EQ(bsuid(ItemKind::kChange, R"({"user_id":"DE.1"})"), "DE.1");
  EXPECT_EQ(bsuid(ItemKind::kUnparsed, R"({"user_id":"DE.1"})"), "");
}

}  // namespace
}  // namespace claw::whatsapp
