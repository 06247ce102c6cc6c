#pragma once
// For tests: a message of every type and kind, as the documents of Meta show them.

#include <string>
#include <string_view>
#include <vector>

namespace claw::whatsapp {

struct OutgoingExample {
  std::string name;
  std::string_view json;
  std::string_view text;  ///< How it reads.
};

inline const std::vector<OutgoingExample>& outgoing_examples() {
  static const std::vector<OutgoingExample> kExamples = {
      {"text", R"({"type":"text","text":{"body":"Hello https://a.example","preview_url":true}})",
       "Hello https://a.example"},
      {"reply", R"({"type":"text","context":{"message_id":"wamid.A"},"text":{"body":"Yes"}})", "Yes"},
      {"image", R"({"type":"image","image":{"link":"https://a.example/menu.png","caption":"The menu"}})",
       "[image] The menu"},
      {"video", R"({"type":"video","video":{"id":"f_1"},"biz_opaque_callback_data":"mine"})", "[video]"},
      {"document", R"({"type":"document","document":{"id":"123","filename":"a.pdf","caption":"Invoice"}})",
       "[document a.pdf] Invoice"},
      {"audio", R"({"type":"audio","audio":{"id":"f_2"}})", "[audio]"},
      {"voice", R"({"type":"audio","audio":{"id":"f_2","voice":true}})", "[voice message]"},
      {"sticker", R"({"type":"sticker","sticker":{"id":"f_3"}})", "[sticker]"},
      {"reaction", R"({"type":"reaction","reaction":{"message_id":"wamid.A","emoji":"👍"}})", "[reaction] 👍"},
      {"reaction_removed", R"({"type":"reaction","reaction":{"message_id":"wamid.A","emoji":""}})",
       "[reaction removed]"},
      {"location",
       R"({"type":"location","location":{"latitude":52.52,"longitude":"13.4","name":"Office","address":"Street 1"}})",
       "[location] Office, Street 1, 52.52, 13.4"},
      {"contacts",
       R"({"type":"contacts","contacts":[{"name":{"formatted_name":"Erika Muster","first_name":"Erika"},)"
       R"("birthday":"2012-08-18","phones":[{"phone":"+49155","wa_id":"49155"}]}]})",
       "[contacts] Erika Muster (+49155)"},
      {"button",
       R"({"type":"interactive","interactive":{"type":"button","body":{"text":"Which size?"},"action":{"buttons":[)"
       R"({"type":"reply","reply":{"id":"s","title":"Small"}},{"type":"reply","reply":{"id":"l","title":"Large"}}]}}})",
       "[buttons] Which size? (Small | Large)"},
      {"button_with_picture",
       R"({"type":"interactive","interactive":{"type":"button","header":{"type":"image","image":{"id":"f_4"}},)"
       R"("body":{"text":"This one?"},"footer":{"text":"The shop"},)"
       R"("action":{"buttons":[{"type":"reply","reply":{"id":"y","title":"Yes"}}]}}})",
       "[buttons] This one?\nThe shop (Yes)"},
      {"list",
       R"({"type":"interactive","interactive":{"type":"list","header":{"type":"text","text":"Shipping"},)"
       R"("body":{"text":"How?"},"action":{"button":"Options","sections":[)"
       R"({"title":"Fast","rows":[{"id":"a","title":"Express","description":"Next day"}]},)"
       R"({"title":"Slow","rows":[{"id":"b","title":"Mail"}]}]}}})",
       "[list] Shipping\nHow? (Express | Mail)"},
      {"cta_url",
       R"({"type":"interactive","interactive":{"type":"cta_url","body":{"text":"Dates"},"action":{"name":"cta_url",)"
       R"("parameters":{"display_text":"See them","url":"https://a.example/d"}}}})",
       "[link] Dates (See them: https://a.example/d)"},
      {"flow",
       R"({"type":"interactive","interactive":{"type":"flow","body":{"text":"Sign up"},"action":{"name":"flow",)"
       R"("parameters":{"flow_message_version":"3","flow_id":"77","flow_token":"t","flow_cta":"Begin",)"
       R"("flow_action":"navigate","flow_action_payload":{"screen":"FIRST"}}}}})",
       "[form] Sign up (Begin)"},
      {"location_request",
       R"({"type":"interactive","interactive":{"type":"location_request_message","body":{"text":"Where are you?"},)"
       R"("action":{"name":"send_location"}}})",
       "[asks for a location] Where are you?"},
      {"contact_request",
       R"({"type":"interactive","interactive":{"type":"request_contact_info","body":{"text":"Your number?"},)"
       R"("action":{"name":"request_contact_info"}}})",
       "[asks for contact details] Your number?"},
      {"call_permission",
       R"({"type":"interactive","interactive":{"type":"call_permission_request","action":)"
       R"({"name":"call_permission_request"}}})",
       "[asks for permission to call]"},
      {"voice_call",
       R"({"type":"interactive","interactive":{"type":"voice_call","body":{"text":"Call us"},"action":{"name":)"
       R"("voice_call","parameters":{"display_text":"Call now","ttl_minutes":100,"payload":"p"}}}})",
       "[call button] Call us (Call now)"},
      {"catalog",
       R"({"type":"interactive","interactive":{"type":"catalog_message","body":{"text":"All we have"},"action":)"
       R"({"name":"catalog_message","parameters":{"thumbnail_product_retailer_id":"sku-1"}}}})",
       "[catalog] All we have"},
      {"product",
       R"({"type":"interactive","interactive":{"type":"product","action":{"catalog_id":"1",)"
       R"("product_retailer_id":"sku-1"}}})",
       "[product] (sku-1)"},
      {"product_list",
       R"({"type":"interactive","interactive":{"type":"product_list","header":{"type":"text","text":"Our best"},)"
       R"("body":{"text":"Choose"},"action":{"catalog_id":"1","sections":[{"title":"A","product_items":[)"
       R"({"product_retailer_id":"sku-1"},{"product_retailer_id":"sku-2"}]}]}}})",
       "[products] Our best\nChoose (sku-1 | sku-2)"},
      {"carousel",
       R"({"type":"interactive","interactive":{"type":"carousel","body":{"text":"New"},"action":{"cards":[)"
       R"({"card_index":0,"type":"cta_url","header":{"type":"image","image":{"link":"https://a.example/1"}},)"
       R"("body":{"text":"Blue"},"action":{"name":"cta_url","parameters":{"display_text":"Buy","url":"https://a.example/b"}}},)"
       R"({"card_index":1,"type":"cta_url","header":{"type":"image","image":{"id":"f_5"}},)"
       R"("action":{"name":"cta_url","parameters":{"display_text":"Buy","url":"https://a.example/c"}}}]}}})",
       "[cards] New (Blue [Buy: https://a.example/b] | [Buy: https://a.example/c])"},
      {"carousel_of_replies",
       R"({"type":"interactive","interactive":{"type":"carousel","body":{"text":"New"},"action":{"cards":[)"
       R"({"card_index":0,"header":{"type":"video","video":{"id":"f_6"}},"action":{"buttons":[)"
       R"({"type":"quick_reply","quick_reply":{"id":"m","title":"More"}}]}},)"
       R"({"card_index":1,"header":{"type":"video","video":{"id":"f_7"}},"action":{"buttons":[)"
       R"({"type":"quick_reply","quick_reply":{"id":"n","title":"Next"}}]}}]}}})",
       "[cards] New ([More] | [Next])"},
      {"address",
       R"({"type":"interactive","interactive":{"type":"address_message","body":{"text":"Whereto?"},"action":)"
       R"({"name":"address_message","parameters":{"country":"IN"}}}})",
       "[asks for an address] Whereto?"},
      {"template",
       R"({"type":"template","template":{"name":"order_ready","language":{"code":"en_US"},"components":[)"
       R"({"type":"header","parameters":[{"type":"image","image":{"id":"f_8"}}]},)"
       R"({"type":"body","parameters":[{"type":"text","text":"Anna"},{"type":"text","text":"A-17"}]},)"
       R"({"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"a17"}]}]}})",
       "[template order_ready] Anna, A-17, a17"},
      {"template_with_cards",
       R"({"type":"template","template":{"name":"cards","language":{"code":"de"},"components":[)"
       R"({"type":"CAROUSEL","cards":[{"card_index":0,"components":[{"type":"header","parameters":[)"
       R"({"type":"image","image":{"id":"f_9"}}]}]}]}]}})",
       "[template cards]"},
      {"pin", R"({"type":"pin","pin":{"type":"pin","message_id":"wamid.A","expiration_days":7}})",
       "[pinned a message]"},
      {"unpin", R"({"type":"pin","pin":{"type":"unpin","message_id":"wamid.A"}})", "[unpinned a message]"},
  };
  return kExamples;
}

}  // namespace claw::whatsapp
