// SPDX-License-Identifier: Apache-2.0
// Every file of the samples of fiscal receipts, and what a person would read off it.
#include <doctest/doctest.h>

#include <map>
#include <set>

#include "plugins/fiscal/document.hpp"
#include "tests/support/corpora.hpp"
#include "tests/unit/plugins/shown.hpp"

namespace greentill::fiscal {
namespace {

using namespace plugin::test;

const Texts kNoSale{"left out: nothing was sold: it is a closing, a protocol or a movement of cash"};

// clang-format off
const std::map<std::string, Texts> kExpected{
    // Germany: orders, what became of them, and one receipt sent in two ways.
    {"de/1_Bonieren_1__request.json", {"interim 1 2019-10-25T13:32:45Z 13.00 EUR: Bier 0,5 lt *1 3.80; Schnitzel *1 9.20"}},
    {"de/2_Abrechnen_1__request.json", {"final 1 2019-10-25T13:32:46Z 13.00 EUR cash: Bier 0,5 lt *1 3.80; Schnitzel *1 9.20"}},
    {"de/5_Bonieren_2__request.json", {"interim 2 2019-10-25T13:34:21Z 13.00 EUR: Bier 0,5 lt *1 3.80; Schnitzel *1 9.20"}},
    {"de/6_Stornieren_3__request.json", {"doubtful 3 2019-10-25T13:34:23Z 13.00 EUR: Bier 0,5 lt *1 3.80; Schnitzel *1 9.20"}},
    {"de/9_Bonieren_4__request.json", {"interim 4 2019-10-25T13:35:26Z 13.00 EUR: Bier 0,5 lt *1 3.80; Schnitzel *1 9.20"}},
    {"de/10_AbrechnenHSK_5__request.json", kNoSale},  // given away as advertising, and entered as a protocol
    {"de/13_Bonieren_6__request.json", {"interim 6 2019-10-25T13:40:47Z 52.00 EUR: Bier 0,5 lt *4 15.20; Schnitzel *4 36.80"}},
    {"de/14_Abrechnen_1__request.json", {"interim 1 2019-10-25T13:40:49Z 52.00 EUR: Bier 0,5 lt *4 15.20; Schnitzel *4 36.80"}},
    {"de/17_Bonieren_7__request.json", {"interim 7 2019-10-25T13:44:44Z 20.00 EUR: Gutscheine KA-501 *1 20.00"}},
    {"de/18_Abrechnen_6__request.json", {"final 6 2019-10-25T13:45:18Z 20.00 EUR cash: Gutscheine KA-501 *1 20.00"}},
    {"de/21_Bonieren_9__request.json", {"interim 9 2019-10-25T13:47:02Z 13.00 EUR: Bier 0,5 lt *1 3.80; Schnitzel *1 9.20"}},
    {"de/22_Abrechnen_8__request.json", {"final 8 2019-10-25T13:47:04Z 13.00 EUR: Bier 0,5 lt *1 3.80; Schnitzel *1 9.20"}},
    {"de/25_Bonieren_11__request.json", {"interim 11 2019-10-25T13:49:02Z 13.00 EUR: Bier 0,5 lt *1 3.80; Schnitzel *1 9.20"}},
    {"de/26_Abrechnen_10__request.json", {"final 10 2019-10-25T13:49:04Z 10.00 EUR cash: Bier 0,5 lt *1 2.92; Schnitzel *1 7.08"}},
    {"de/ExplicitPosReceipt__Request.json", {"final 233348 2019-10-25T13:32:45Z 13.00 EUR cash: Bier 0,5 lt *1 3.80; Schnitzel *1 9.20"}},
    {"de/ExplicitPosReceipt__Response.json", {"reprint 233348 2019-10-25T13:32:46Z"}},
    {"de/ImplicitPosReceipt__Request.json", {"final 233348 2019-10-25T13:32:45Z 13.00 EUR cash: Bier 0,5 lt *1 3.80; Schnitzel *1 9.20"}},
    {"de/ImplicitPosReceipt__Response.json", {"reprint 233348 2019-10-25T13:32:46Z"}},
    // Italy: requests, three of them with templates in them, and what the RT server printed.
    {"it/Refund_4.json", {"unusable: ftCashBoxID is all zeros, which any till could have"}},
    {"it/Refund_4_rec.json", {"reprint 0002-0002 2023-09-30T05:17:39Z 107.00 EUR: Return/Refund - Food *1 107.00"}},
    {"it/Sales_2.json", {"unusable: ftCashBoxID is a template that was not filled in"}},
    {"it/Sales_2_rec.json", {"reprint 0002-0002 2023-09-30T05:17:39Z 0.00 EUR: Food/Beverage - Item *1 107.00; Discount/Free item - *0 -107.00"}},
    {"it/Sales_6.json", {"unusable: ftCashBoxID is all zeros, which any till could have"}},
    {"it/Sales_6_rec.json", {"reprint 0002-0002 2023-09-30T05:17:39Z 107.00 EUR: Food/Beverage - Item *1 107.00"}},
    {"it/Sales_8.json", {"final 1500000067 2023-09-19T13:55:06Z 3.50 EUR card: Tea In Cup *1 3.50; Hot Choc In Cup *1 0.00"}},
    {"it/Sales_8_rec.json", {"reprint 0002-0002 2023-09-19T11:55:06Z 3.50 EUR: Tea In Cup *1 3.50; Hot Choc In Cup *1 0.00"}},
    // Basque Country: two made in the tax authority's test environment, each also signed.
    {"es/Example_bizkaia_TicketBAI_79732487C_A2022_0400.xml", {"training 2022-05-12/A2022/0400 2022-05-12T10:20:15Z 1936.00 EUR"}},
    {"es/Example_bizkaia_TicketBAI_79732487C_A2022_0400_signed.xml", {"training 2022-05-12/A2022/0400 2022-05-12T10:20:15Z 1936.00 EUR"}},
    {"es/Example_bizkaia_TicketBAI_B00000034_B2022_0101.xml", {"training 2022-02-05/B2022/0101 2022-02-05T10:10:13Z 121.00 EUR"}},
    {"es/Example_bizkaia_TicketBAI_B00000034_B2022_0101_signed.xml", {"training 2022-02-05/B2022/0101 2022-02-05T10:10:13Z 121.00 EUR"}},
    {"es/TicketBAI_ReferenceSamples_006_TBAI-exempt-transaction-Art-23-24.xml",
     {"final 2021-11-04/A2021/123 2021-11-04T09:41:23Z 89.36 EUR: Artículo 1 Ejemplo *1 25.84; Artículo 2 xxx *1.5 33.03; Artículo 3 aaaaaaaa *18 30.49"}},
    {"es/TicketBAI_ReferenceSamples_007_TBAI-exempt-transaction-Art-25-intra-community-trade.xml",
     {"final 2021-11-04/A2021/123 2021-11-04T09:41:23Z 89.36 EUR: Artículo 1 Ejemplo *1 25.84; Artículo 2 xxx *1.5 33.03; Artículo 3 aaaaaaaa *18 30.49"}},
    {"es/TicketBAI_ReferenceSamples_009_TBAI-reverse-charge-transaction.xml",
     {"final 2021-11-04/A2021/123 2021-11-04T09:41:23Z 89.36 EUR: Artículo 1 Ejemplo *1 25.84; Artículo 2 xxx *1.5 33.03; Artículo 3 aaaaaaaa *18 30.49"}},
    {"es/TicketBAI_Snapshots_domestic-mixed-all-branches.xml",
     {"final 2026-01-15/TBAI/1 2026-01-15T09:30:00Z 511.00 EUR: Product 21% *1 121.00; Product 10% *1 110.00; Reverse-charge service *1 100.00; "
      "Exempt domestic *1 50.00; Intra-EU delivery *1 30.00; Not-subject art. 7/14 *1 80.00; Out-of-scope service *1 20.00"}},
    {"es/TicketBAI_Snapshots_domestic-mixed-with-exports.xml",
     {"final 2026-01-15/TBAI/1 2026-01-15T09:30:00Z 171.00 EUR: Product 21% *1 121.00; Exported good *1 50.00"}},
    {"es/TicketBAI_Snapshots_domestic-not-subject-location.xml",
     {"final 2026-01-15/TBAI/1 2026-01-15T09:30:00Z 80.00 EUR: Out-of-scope service *1 80.00"}},
    {"es/TicketBAI_Snapshots_domestic-usual-vat-multirate.xml",
     {"final 2026-01-15/TBAI/1 2026-01-15T09:30:00Z 335.00 EUR: Standard 21% *1 121.00; Reduced 10% *1 110.00; Super-reduced 4% *1 104.00"}},
    // The rest of Spain: invoices without lines, the Canary Islands' tax among them.
    {"es/VeriFactu_exempt-article20-mainland.xml", {"final 2026-05-22/0%2FPOS-acceptance-0001 2026-05-22T08:30:15Z 10.00 EUR"}},
    {"es/VeriFactu_export-article21-mainland.xml", {"final 2026-05-22/0%2FPOS-acceptance-0001 2026-05-22T08:30:15Z 10.00 EUR"}},
    {"es/VeriFactu_non-subject-art7and14.xml", {"final 2026-05-22/0%2FPOS-acceptance-0001 2026-05-22T08:30:15Z 10.00 EUR"}},
    {"es/VeriFactu_usual-vat-igic.xml", {"final 2026-05-22/0%2FPOS-acceptance-0001 2026-05-22T08:30:15Z 12.10 EUR"}},
    {"es/VeriFactu_usual-vat-mainland.xml", {"final 2026-05-22/0%2FPOS-acceptance-0001 2026-05-22T08:30:15Z 12.10 EUR"}},
};
// clang-format on

Texts read(const Documents& documents, const std::string& text) {
  return outcome([&](std::string_view document) { return documents.read(document); }, text);
}

TEST_CASE("fiscal corpus: every file gives what a person would read off it") {
  const auto folder = test::corpus("fiskaltrust");
  if (!folder) return;
  const Documents documents;
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string name = std::filesystem::relative(entry.path(), *folder).string();
    CAPTURE(name);
    files.insert(name);
    const auto expected = kExpected.find(name);
    REQUIRE(expected != kExpected.end());
    CHECK(read(documents, file_text(entry.path())) == expected->second);
  }
  CHECK(files.size() == kExpected.size());
}

TEST_CASE("fiscal corpus: order, interim bill and payment of one reference are one event, and it is paid once") {
  const auto folder = test::corpus("fiskaltrust");
  if (!folder) return;
  const Documents documents;
  std::map<std::string, int> finals;
  int all = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder / "de")) {
    for (const auto& [one, unusable, left_out] : documents.read(file_text(entry.path()))) {
      CHECK(unusable.empty());
      if (!left_out.empty()) continue;
      ++all;
      if (one.standing == GT_FINAL) ++finals[one.issuer + " " + one.event_id];
    }
  }
  CHECK(all == 17);
  // The two ways to send one receipt have one reference; the host takes an event once.
  CHECK(finals.size() == 5);
  CHECK(finals.at("fiskaltrust:fb1b79e2-f269-4fc0-9065-4821fed073d0 233348") == 2);
  CHECK(finals.at("fiskaltrust:c094f242-91d5-4343-9c54-bce85f70d0d6 1") == 1);
}

TEST_CASE("fiscal corpus: a request and its answer are one event") {
  const auto folder = test::corpus("fiskaltrust");
  if (!folder) return;
  const Documents documents;
  for (const std::string way : {"Explicit", "Implicit"}) {
    const auto request = transactions(documents.read(file_text(*folder / "de" / (way + "PosReceipt__Request.json"))));
    const auto answer = transactions(documents.read(file_text(*folder / "de" / (way + "PosReceipt__Response.json"))));
    REQUIRE(request.size() == 1);
    REQUIRE(answer.size() == 1);
    CHECK(answer[0].issuer == request[0].issuer);
    CHECK(answer[0].event_id == request[0].event_id);
    CHECK(answer[0].standing == GT_REPRINT);
  }
}

TEST_CASE("fiscal corpus: signed and unsigned twins are the same event") {
  const auto folder = test::corpus("fiskaltrust");
  if (!folder) return;
  const Documents documents;
  for (const std::string name : {"79732487C_A2022_0400", "B00000034_B2022_0101"}) {
    const std::filesystem::path plain = *folder / "es" / ("Example_bizkaia_TicketBAI_" + name + ".xml");
    const std::filesystem::path with_signature = *folder / "es" / ("Example_bizkaia_TicketBAI_" + name + "_signed.xml");
    const auto one = transactions(documents.read(file_text(plain)));
    const auto other = transactions(documents.read(file_text(with_signature)));
    REQUIRE(one.size() == 1);
    REQUIRE(other.size() == 1);
    CHECK(all_texts(one[0]) == all_texts(other[0]));
    CHECK(shown(one[0]) == shown(other[0]));
  }
}

TEST_CASE("fiscal corpus: with its templates filled in, an Italian refund takes back the receipt that it names") {
  const auto folder = test::corpus("fiskaltrust");
  if (!folder) return;
  const Documents documents;
  const auto filled = [&](const std::string& name) {
    std::string text = file_text(*folder / "it" / name);
    text = replaced(text, "{{current_moment}}", "2023-09-30T05:17:39Z");
    text = replaced(text, "{{cashbox_id}}", "b5e6b7ac-0d3a-4f8a-9a53-6a2f9a1d2c11");
    text = replaced(text, "{{possystem_id}}", "b5e6b7ac-0d3a-4f8a-9a53-6a2f9a1d2c12");
    return replaced(text, "00000000-0000-0000-0000-000000000000", "b5e6b7ac-0d3a-4f8a-9a53-6a2f9a1d2c11");
  };
  CHECK(read(documents, filled("Sales_2.json")) ==
        Texts{"final 0001-0002 2023-09-30T05:17:39Z 0.00 EUR cash: Food/Beverage - Item VAT 10% *1 107.00; "
              "Discount/Free item - Food/Beverage - Item VAT 10% *0 -107.00"});
  CHECK(read(documents, filled("Sales_6.json")) ==
        Texts{"final 0001-0006 2023-09-30T05:17:39Z 107.00 EUR: Food/Beverage - Item VAT 10% *1 107.00"});
  CHECK(read(documents, filled("Refund_4.json")) ==
        Texts{"final 0001-0004 reverses 0001-0002 (refund) 2023-09-30T05:17:39Z -107.00 EUR cash: "
              "Return/Refund - Food/Beverage - Item VAT 10% *-1 -107.00"});
}

/// What stands behind each `begin`, to the next `end`, cut at 40 bytes.
void add_texts(std::set<std::string>& into, const std::string& document, const std::string& begin, char end) {
  for (std::size_t at = document.find(begin); at != std::string::npos; at = document.find(begin, at + 1)) {
    const std::size_t first = at + begin.size();
    into.insert(document.substr(first, document.find(end, first) - first).substr(0, 40));
  }
}

/// What the documents themselves call a name, a tax number, a clerk, a table or a signature.
std::set<std::string> personal_texts(const std::string& document) {
  std::set<std::string> found;
  for (const char* element : {"<NIF>", "<IDEmisorFactura>", "<ApellidosNombreRazonSocial>", "<NombreRazon>",
                              "<ds:X509Certificate>", "<ds:Modulus>", "<SignatureValueFirmaFacturaAnterior>"}) {
    add_texts(found, document, element, '<');
  }
  for (const char* member : {"cbUser", "cbArea", "cbSettlement", "AccountNumber", "Data"}) {
    add_texts(found, document, std::string("\"") + member + "\": \"", '"');
  }
  return found;
}

TEST_CASE("fiscal corpus: no name, no tax number, no clerk and no signature goes on") {
  const auto folder = test::corpus("fiskaltrust");
  if (!folder) return;
  const Documents documents;
  std::size_t looked_for = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
    if (!entry.is_regular_file()) continue;
    CAPTURE(entry.path().filename().string());
    const std::string document = file_text(entry.path());
    std::string out;
    try {
      for (const auto& one : documents.read(document)) out += all_texts(one.transaction) + one.left_out;
    } catch (const plugin::Unusable& unusable) {
      out = unusable.what();
    }
    for (const std::string& personal : personal_texts(document)) {
      ++looked_for;
      // The version of a signature's own format, "V0", and the time when it was made say nothing of anybody.
      if (personal.size() > 3) CHECK_MESSAGE(out.find(personal) == std::string::npos, personal);
    }
  }
  CHECK(looked_for > 100);
}

}  // namespace
}  // namespace greentill::fiscal
