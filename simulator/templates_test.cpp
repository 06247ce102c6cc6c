#include "simulator/templates.hpp"

#include "simulator/graph_fixture.hpp"
#include "simulator/template_calls.hpp"

namespace claw::sim {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class TemplatesTest : public GraphWorldTest {
 protected:
  static json::object hello() {
    return json::parse(R"({"name":"order_update","language":"en_US","category":"UTILITY","components":[
      {"type":"HEADER","format":"TEXT","text":"Order {{1}}"},
      {"type":"BODY","text":"Hello {{1}}, it comes {{2}}. Bye {{1}}!"},
      {"type":"FOOTER","text":"The shop"},
      {"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Thanks"},
                                   {"type":"URL","text":"Track","url":"https://example.com/{{1}}"}]}]})")
        .as_object();
  }
  net::HttpResponse create(const json::object& request) {
    return ask(call_of("POST", number().waba, "message_templates", json::serialize(request)));
  }
  Template& made(const json::object& request = hello()) {
    const auto answer = create(request);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return *meta_.templates.find(std::string_view(json::parse(answer.body).at("id").as_string()));
  }
  Template& approved(const json::object& request = hello()) {
    Template& fresh = made(request);
    leap(meta_.habits.template_review);
    while (!attempts_.empty()) answer(200);
    EXPECT_EQ(fresh.status, TemplateStatus::kApproved);
    return fresh;
  }

  static json::array texts(std::initializer_list<const char*> values) {
    json::array parameters;
    for (const char* value : values) parameters.push_back(json::object{{"type", "text"}, {"text", value}});
    return parameters;
  }
  static json::array whole() {
    return {json::object{{"type", "header"}, {"parameters", texts({"42"})}},
            json::object{{"type", "body"}, {"parameters", texts({"Maria", "today"})}},
            json::object{{"type", "button"}, {"sub_type", "url"}, {"index", "1"}, {"parameters", texts({"a42"})}}};
  }
  net::HttpResponse send_template(json::array components, std::string_view name = "order_update",
                                  std::string_view language = "en_US") {
    return post_message(json::serialize(json::object{
        {"messaging_product", "whatsapp"},
        {"to", kMaria},
        {"type", "template"},
        {"template", {{"name", name}, {"language", {{"code", language}}}, {"components", std::move(components)}}}}));
  }
  static std::string details_in(const net::HttpResponse& answer) {
    return std::string(json::parse(answer.body).at_pointer("/error/error_data/details").as_string());
  }
};

TEST_F(TemplatesTest, ANewTemplateWaitsIsApprovedByTheClockAndSaysSo) {
  const auto answer = create(hello());
  EXPECT_EQ(json::parse(answer.body).at("status"), "PENDING");
  leap(meta_.habits.template_review - milliseconds(1));
  EXPECT_THAT(attempts_, SizeIs(0));
  leap(milliseconds(1));
  ASSERT_THAT(attempts_, SizeIs(1));
  const auto change = change_in(attempts_[0]);
  EXPECT_EQ(change.at("field"), "message_template_status_update");
  const auto& value = change.at("value").as_object();
  EXPECT_EQ(value.at("event"), "APPROVED");
  EXPECT_EQ(value.at("reason"), "NONE");
  EXPECT_EQ(value.at("message_template_name"), "order_update");
  EXPECT_EQ(value.at("message_template_language"), "en_US");
  EXPECT_EQ(std::to_string(value.at("message_template_id").to_number<std::uint64_t>()),
            std::string(json::parse(answer.body).at("id").as_string()));
  EXPECT_FALSE(value.contains("metadata")) << "it belongs to the account";
  EXPECT_EQ(json::parse(*attempts_[0].body).at_pointer("/entry/0/id"), json::string_view(number().waba));
}

TEST_F(TemplatesTest, ADecidedTemplateIsNotApprovedByTheClock) {
  Template& fresh = made();
  set_template_status(meta_, fresh, TemplateStatus::kRejected, "TAG_CONTENT_MISMATCH");
  leap(meta_.habits.template_review);
  EXPECT_EQ(fresh.status, TemplateStatus::kRejected);
  ASSERT_THAT(attempts_, SizeIs(1));
  EXPECT_EQ(change_in(attempts_[0]).at("value").at("reason"), "TAG_CONTENT_MISMATCH");
}

TEST_F(TemplatesTest, StandsInThePersonsThreadAsItsTextAlsoOutsideOfTheWindow) {
  ASSERT_TRUE(meta_.phones.put(kMaria, "Maria"));
  approved();
  EXPECT_EQ(code_in(send_template(whole())), 0);
  EXPECT_EQ(meta_.phones.find(kMaria)->messages.back().text,
            "Order 42\n\nHello Maria, it comes today. Bye Maria!\n\nThe shop\n\n"
            "[Thanks]\n[Track] https://example.com/a42");
  EXPECT_THAT(statuses(), ElementsAre(std::pair("sent", 0), std::pair("delivered", 0), std::pair("read", 0)));
  EXPECT_EQ(meta_.journal.read(0, 1000, {}).at("entries").at(2).at("what"), "template");
}

TEST_F(TemplatesTest, IsChargedByItsCategory) {
  say("hello");
  answer(200);
  approved();
  EXPECT_EQ(code_in(send_template(whole())), 0);
  pass(meta_.habits.status_step);
  const auto pricing = status_in(attempts_.at(0)).at("pricing").as_object();
  EXPECT_EQ(pricing.at("category"), "utility");
  EXPECT_EQ(pricing.at("billable"), true);
}

TEST_F(TemplatesTest, RefusesANameOrLanguageThatIsNotThere) {
  approved();
  for (const auto& answer : {send_template(whole(), "other"), send_template(whole(), "order_update", "de")}) {
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(code_in(answer), 132001);
    EXPECT_THAT(details_in(answer), HasSubstr("does not exist in"));
  }
  EXPECT_EQ(code_in(send_template(whole())), 0);
}

TEST_F(TemplatesTest, RefusesATemplateByItsStatusAndTakesItAgain) {
  Template& fresh = made();
  EXPECT_EQ(code_in(send_template(whole())), 132001) << "not approved yet";
  for (const auto& [status, code] :
       {std::pair(TemplateStatus::kRejected, 132001), std::pair(TemplateStatus::kPaused, 132015),
        std::pair(TemplateStatus::kDisabled, 132016)}) {
    set_template_status(meta_, fresh, status, {});
    EXPECT_EQ(code_in(send_template(whole())), code);
  }
  set_template_status(meta_, fresh, TemplateStatus::kApproved, {});
  EXPECT_EQ(code_in(send_template(whole())), 0) << "and recovers";
}

TEST_F(TemplatesTest, CountsParameters) {
  approved();
  auto components = whole();
  components[1].as_object()["parameters"] = texts({"Maria"});
  auto answer = send_template(components);
  EXPECT_EQ(code_in(answer), 132000);
  EXPECT_EQ(details_in(answer),
            "body: number of localizable_params (1) does not match the expected number of params (2)");
  components[1].as_object()["parameters"] = texts({"a", "b", "c"});
  EXPECT_EQ(code_in(send_template(components)), 132000);
  EXPECT_EQ(code_in(send_template({})), 132000);
  components = whole();
  components.pop_back();
  answer = send_template(components);
  EXPECT_EQ(code_in(answer), 131008);
  EXPECT_EQ(details_in(answer), "Button at index 1 of type Url requires a parameter");
}

TEST_F(TemplatesTest, ChecksTheKindOfAParameter) {
  approved();
  auto components = whole();
  components[0].as_object()["parameters"] = json::array{json::object{{"type", "image"}, {"image", {{"id", "1"}}}}};
  EXPECT_EQ(code_in(send_template(components)), 132012);

  meta_.samples.handles.insert("4::sample");
  approved(json::parse(R"({"name":"picture","language":"en","category":"MARKETING","components":[
      {"type":"header","format":"IMAGE","example":{"header_handle":["4::sample"]}},{"type":"body","text":"Look!"}]})")
               .as_object());
  EXPECT_EQ(code_in(send_template({}, "picture", "en")), 132012);
  say("hi");
  EXPECT_EQ(code_in(send_template(
                {json::object{{"type", "header"}, {"parameters", json::array{json::object{{"type", "image"}}}}}},
                "picture", "en")),
            0);
  EXPECT_EQ(meta_.phones.find(kMaria)->messages.back().text, "[image]\n\nLook!");
}

TEST_F(TemplatesTest, AFileInAHeaderNeedsAnUploadedExample) {
  const auto upload = [&](std::string object, std::string edge, std::string body,
                          std::vector<std::pair<std::string, std::string>> query) {
    auto call = call_of("POST", std::move(object), std::move(edge), std::move(body));
    call.file_offset = "0";
    call.query = std::move(query);
    return ask(call);
  };
  const auto picture = [&](const std::string& example) {
    return code_in(create(json::parse(R"({"name":"picture","language":"en","category":"MARKETING","components":[
      {"type":"HEADER","format":"IMAGE")" +
                                      example + R"(},{"type":"BODY","text":"Look!"}]})")
                              .as_object()));
  };
  EXPECT_EQ(picture(""), 100);
  EXPECT_EQ(picture(R"(,"example":{"header_handle":["4::made-up"]})"), 100);
  EXPECT_EQ(code_in(upload("999", "uploads", "", {{"file_length", "3"}, {"file_type", "image/png"}})), 100);
  const auto begun = upload(number().app_id, "uploads", "", {{"file_length", "3"}, {"file_type", "image/png"}});
  ASSERT_EQ(begun.status, 200) << begun.body;
  const std::string session(json::parse(begun.body).at("id").as_string());
  const auto id = session.substr(0, session.find('?'));
  EXPECT_EQ(code_in(upload(id, "", "four", {{"sig", "x"}})), 100) << "another length than was announced";
  const auto done = upload(id, "", "abc", {{"sig", "x"}});
  ASSERT_EQ(done.status, 200) << done.body;
  const std::string handle(json::parse(done.body).at("h").as_string());
  EXPECT_EQ(picture(R"(,"example":{"header_handle":[")" + handle + R"("]})"), 0);
  EXPECT_EQ(code_in(upload(id, "", "abc", {{"sig", "x"}})), 100) << "a session is used once";
}

TEST_F(TemplatesTest, FillsNamedVariables) {
  approved(json::parse(R"({"name":"named","language":"en","category":"UTILITY","parameter_format":"NAMED",
      "components":[{"type":"BODY","text":"{{greeting}}, {{name}}"}]})")
               .as_object());
  say("hi");
  auto parameters = texts({"Maria", "Hello"});
  parameters[0].as_object()["parameter_name"] = "name";
  parameters[1].as_object()["parameter_name"] = "greeting";
  EXPECT_EQ(code_in(send_template({json::object{{"type", "body"}, {"parameters", parameters}}}, "named", "en")), 0);
  EXPECT_EQ(meta_.phones.find(kMaria)->messages.back().text, "Hello, Maria");
  parameters[0].as_object()["parameter_name"] = "nobody";
  EXPECT_EQ(code_in(send_template({json::object{{"type", "body"}, {"parameters", parameters}}}, "named", "en")), 100);
}

TEST_F(TemplatesTest, RefusesWhatCannotBeATemplate) {
  const auto with = [](std::string_view name, json::value value) {
    auto request = hello();
    request[name] = std::move(value);
    return request;
  };
  const auto component = [](std::string_view text) { return json::array{json::parse(text)}; };
  const auto body = R"({"type":"BODY","text":")" + std::string(1025, 'x') + "\"}";
  const auto button = R"({"type":"BUTTONS","buttons":[{"type":"URL","text":")" + std::string(26, 'x') + "\"}]}";
  const std::pair<json::object, int> cases[] = {
      {with("name", "Not A Name"), 100},
      {with("name", json::string(513, 'x')), 100},
      {with("language", nullptr), 100},
      {with("category", "SPAM"), 100},
      {with("components", nullptr), 100},
      {with("components", json::array()), 100},
      {with("components", component(R"({"type":"SONG"})")), 100},
      {with("components", component(R"({"type":"BODY"})")), 100},
      {with("components", component(body)), 2388040},
      {with("components", component(button)), 2388040},
      {with("components", component(R"({"type":"HEADER","format":"TEXT","text":"{{1}} {{2}}"})")), 100},
  };
  for (const auto& [request, code] : cases) EXPECT_EQ(code_in(create(request)), code) << json::serialize(request);
  EXPECT_EQ(code_in(create(with("name", json::string(512, 'x')))), 0);
  EXPECT_EQ(code_in(create(hello())), 0);
  const auto twice = create(hello());
  EXPECT_EQ(code_in(twice), 100);
  EXPECT_EQ(json::parse(twice.body).at_pointer("/error/error_subcode"), 2388024);
}

TEST_F(TemplatesTest, ListsReadsEditsAndRemoves) {
  Template& first = approved();
  auto second = hello();
  second["language"] = "de";
  made(second);
  const auto list = [&](std::vector<std::pair<std::string, std::string>> query) {
    auto call = call_of("GET", number().waba, "message_templates");
    call.query = std::move(query);
    return json::parse(ask(call).body).as_object();
  };
  EXPECT_THAT(list({}).at("data").as_array(), SizeIs(2));
  EXPECT_THAT(list({{"status", "PENDING"}}).at("data").as_array(), SizeIs(1));
  EXPECT_THAT(list({{"name", "other"}}).at("data").as_array(), SizeIs(0));
  const auto page = list({{"limit", "1"}});
  EXPECT_THAT(page.at("data").as_array(), SizeIs(1));
  EXPECT_TRUE(page.at("paging").as_object().contains("next"));
  const std::string after(page.at("paging").at("cursors").at("after").as_string());
  const auto rest = list({{"after", after}});
  EXPECT_THAT(rest.at("data").as_array(), SizeIs(1));
  EXPECT_NE(rest.at("data").at(0).at("id"), page.at("data").at(0).at("id"));

  auto read = call_of("GET", first.id);
  read.fields = "status,name";
  EXPECT_EQ(json::parse(ask(read).body),
            (json::object{{"status", "APPROVED"}, {"name", "order_update"}, {"id", first.id}}));
  EXPECT_EQ(ask(call_of("POST", first.id, "", R"({"category":"MARKETING"})")).status, 200);
  EXPECT_EQ(first.status, TemplateStatus::kPending) << "its review begins anew";
  leap(meta_.habits.template_review);
  EXPECT_EQ(first.status, TemplateStatus::kApproved);

  auto remove = call_of("DELETE", number().waba, "message_templates");
  EXPECT_EQ(code_in(ask(remove)), 100);
  remove.query = {{"name", "order_update"}, {"hsm_id", first.id}};
  EXPECT_EQ(ask(remove).status, 200);
  EXPECT_THAT(list({}).at("data").as_array(), SizeIs(1));
  remove.query.pop_back();
  EXPECT_EQ(ask(remove).status, 200);
  EXPECT_THAT(list({}).at("data").as_array(), SizeIs(0));
  EXPECT_EQ(code_in(ask(remove)), 100);
}

TEST_F(TemplatesTest, BelongsToItsAccount) {
  Template& first = approved();
  Number other = number();
  other.id = "100000000000002";
  other.waba = "200000000000002";
  other.token = "other";
  ASSERT_TRUE(meta_.numbers.put(other));
  auto call = call_of("GET", first.id);
  call.token = "other";
  EXPECT_EQ(code_in(ask(call)), 100);
  call = call_of("POST", other.id, "messages",
                 R"({"messaging_product":"whatsapp","to":"4915112345678","type":"template",)"
                 R"("template":{"name":"order_update","language":{"code":"en_US"}}})");
  call.token = "other";
  EXPECT_EQ(code_in(ask(call)), 132001);
}

}  // namespace
}  // namespace claw::sim
