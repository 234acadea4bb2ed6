// SPDX-License-Identifier: Apache-2.0
// What a heading says the paper is, whatever stands behind it, and names that only hold the same words. Under the profiles that
// are shipped.
#include "plugins/escpos/heading.hpp"

#include <doctest/doctest.h>

#include "tests/support/corpora.hpp"
#include "tests/unit/plugins/escpos/sales.hpp"

namespace greentill::escpos::heading_test {
namespace {

using namespace test;

/// A receipt of one item: what stands above its day and number, and below its total.
Understood with_lines(const std::string& profile, const std::string& above, const std::string& below = {}) {
  if (profile == "generic-zh") return read_as(profile, above + "单号：7\n2026-11-24 08:15\n茶 2.50\n合计 2.50\n" + below);
  const std::string day = profile == "generic-de" ? "Bon 7\n24.11.2026 08:15\n" : "24/11/2026 08:15\n";
  const std::string mark = profile == "generic-en" ? "." : ",";
  const std::string total = profile == "generic-de" ? "Summe" : "Total";
  const std::string text = above + day + "Tea 2" + mark + "50\n" + total + " 2" + mark + "50\n" + below;
  return profile == "generic-en" ? english(text) : read_as(profile, text);
}

std::string standing_of(const Understood& understood) {
  const plugin::Transaction found = sale(understood);
  if (found.standing == GT_DOUBTFUL) return found.reversal_reason == GT_CANCELLED ? "cancelled" : "refund";
  return std::array{"final", "training", "interim", "reprint", "doubtful"}.at(found.standing);
}

struct Case {
  std::string profile;
  std::string standing;
  std::vector<std::string> lines;
};

TEST_CASE("headings: a paper is what its heading says, whatever number or day stands behind") {
  const std::vector<Case> cases{
      {"generic-en",
       "refund",
       {"REFUND",
        "Refund #55",
        "Refund No. 12",
        "*** REFUND ***",
        "CREDIT NOTE No. 12",
        "Credit Note: CN-0012",
        "Credit memo 12",
        "Notice Creditor / Refund Receipt",
        "Refund Receipt",
        "REFUND RECEIPT 4711",
        "Refund - 28 Nov 2026",
        "Refund 28/11/2026 10:15",
        "Return #7",
        "RETURN RECEIPT NO 7",
        "Sales Return 12",
        "Goods returned",
        "Cash refund",
        "Refund for order 55",
        "Refund of receipt No 4711",
        "Adjustment Note 12",
        "Partial Refund #2",
        "Corner Cafe - REFUND",
        "Corner Cafe (Refund)",
        "Refund: Jane Roe",
        "[REFUND] Corner Cafe",
        "Ｒｅｆｕｎｄ　＃５５",
        "| REFUND | 55 |",
        "Refund Tax Invoice 12"}},
      {"generic-en",
       "interim",
       {"QUOTATION", "Quotation No. 12", "Quotation Ref: Q-0012", "Quote #12", "ESTIMATE 12", "Suspended sale 4",
        "SUSPENDED BILL No 4", "Parked sale: Table 4", "Pro-forma invoice No. 3", "PROFORMA 3", "Interim bill 2", "Held bill #9",
        "Sale on hold", "Draft bill 3", "Provisional Bill No 12", "Guest check 12", "Lay-by 12", "Sales Order No 12",
        "Quotation / Estimate"}},
      {"generic-en", "training", {"Training 12", "TRAINING RECEIPT 12", "Training sale #3", "*** TRAINING MODE ***", "Demo #1"}},
      {"generic-en", "reprint", {"Copy #2", "COPY OF RECEIPT 12", "Receipt copy No. 12", "Reprint 28/11/2026", "Duplicate No 2"}},
      {"generic-en",
       "cancelled",
       {"VOID #12", "Void sale 12", "Cancelled order 12", "Order canceled", "Transaction cancelled 7"}},
      {"generic-de",
       "refund",
       {"GUTSCHRIFT", "Gutschrift Nr. 12", "Gutschrift-Nr.: G-12", "Rückgabe Bon 12", "RETOURE #3", "Erstattung vom 28.11.2026",
        "Rückgabebeleg 4", "Warenrücknahme Nr. 4", "Gutschrift zu Rechnung 12", "Café Eck - Gutschrift",
        "Rechnungskorrektur 12"}},
      {"generic-de",
       "interim",
       {"Zwischenrechnung 4", "Angebot Nr. 12", "KOSTENVORANSCHLAG 12", "Proforma-Rechnung 3", "Geparkter Bon 4",
        "Vorläufige Rechnung", "Entwurf", "Lieferschein Nr. 12"}},
      {"generic-de", "training", {"Training Nr. 3", "Trainingsbon 4", "Schulung 3", "Übungsbeleg 3"}},
      {"generic-de", "reprint", {"Kopie 2", "Belegkopie Nr. 12", "Nachdruck vom 28.11.2026", "Duplikat"}},
      {"generic-de", "cancelled", {"Stornorechnung Nr. 4", "Stornobeleg 4", "Gesamtstorno Bon 12", "Abgebrochen 12"}},
      {"generic-fr",
       "refund",
       {"AVOIR", "AVOIR N° 12", "Avoir n°12 du 28/11/2026", "Facture d'avoir 12", "REMBOURSEMENT 12", "Retour marchandise n° 3",
        "Note de crédit N° 12", "Bon d'avoir 3", "Ticket de retour 12", "Café du Coin - AVOIR", "Avoir № 12"}},
      {"generic-fr",
       "interim",
       {"DEVIS N° 12", "Facture pro forma n° 3", "Note provisoire table 4", "Ticket en attente 3", "PRÉ-ADDITION",
        "Brouillon 3"}},
      {"generic-fr", "training", {"FORMATION 3", "Mode école", "Test 3"}},
      {"generic-fr", "reprint", {"DUPLICATA N° 2", "Copie 2", "Réimpression du 28/11/2026"}},
      {"generic-fr", "cancelled", {"Ticket annulé 12", "ANNULATION N° 12", "Vente annulée"}},
      {"generic-es",
       "refund",
       {"DEVOLUCION", "DEVOLUCION 12", "Devolución nº 12", "Nota de crédito Nº 12", "ABONO 12", "Factura rectificativa R-12",
        "Ticket de devolución 3", "REEMBOLSO #3", "Bar Sol - DEVOLUCIÓN"}},
      {"generic-es",
       "interim",
       {"PRESUPUESTO Nº 12", "Cotización 12", "Proforma 3", "Precuenta mesa 4", "Ticket aparcado 4", "Albarán nº 12"}},
      {"generic-es", "training", {"FORMACION 3", "Modo prácticas", "Prueba 3"}},
      {"generic-es", "reprint", {"COPIA 2", "Duplicado nº 2", "REIMPRESION 12"}},
      {"generic-es", "cancelled", {"Ticket anulado 12", "ANULACION Nº 12", "Venta cancelada"}},
      {"generic-zh",
       "refund",
       {"退款", "退款小票", "退款小票 12", "退款小票12", "退货单号：12", "退款 12", "退款单 No.12", "小城咖啡（退款）",
        "【退货】 12", "退款凭证 第12号", "紅字發票 12", "退款小票 2026-11-24"}},
      {"generic-zh", "interim", {"预结单 12", "报价单12", "挂单 3", "挂单号：3", "形式发票 3", "待支付"}},
      {"generic-zh", "training", {"培训 3", "练习模式", "测试单 12"}},
      {"generic-zh", "reprint", {"补打 2", "重印小票", "副本 12"}},
      {"generic-zh", "cancelled", {"已取消 12", "订单取消 12", "作废单 12", "冲正 12"}}};
  for (const Case& one : cases) {
    for (const std::string& line : one.lines) {
      CAPTURE(one.profile);
      CAPTURE(line);
      CHECK(standing_of(with_lines(one.profile, line + "\n")) == one.standing);
      CHECK(standing_of(with_lines(one.profile, "\x1d!\x11" + std::string(line) + "\n\x1d!\x01")) == one.standing);
    }
  }
}

TEST_CASE("headings: a shop, a dish, a promise or a rule of that name is none") {
  const std::vector<Case> cases{
      {"generic-en",
       "final",
       {"Refund Cafe",
        "Refund Café No. 5",
        "The Return",
        "Return to Sender Books",
        "The Estimate Pub 12",
        "Copy Shop 24",
        "Copy & Print 24",
        "Quotation Bar, 5 Main Street",
        "Training Ground Cafe 7",
        "Credit Note Records Ltd",
        "Reduce - Reuse - Return",
        "Print / Copy / Scan",
        "Void Coffee 12",
        "Draft House 3",
        "Parked Cafe",
        "The Practice Cafe",
        "No refund",
        "Refund policy: 14 days",
        "Refunds within 14 days with receipt 12",
        "Return by 24/12/2026 with this receipt",
        "Customer copy",
        "Card copy"}},
      {"generic-de",
       "final",
       {"Café Gutschrift", "Retoure Bar 12", "Training & Fitness 12", "Kopie Laden 3", "Angebot der Woche 12",
        "Umtausch und Rückgabe nur mit Bon", "Rückgabe bis 24.12.2026", "Keine Rückgabe", "Die Gutschriftkarte"}},
      {"generic-fr",
       "final",
       {"Café Avoir", "Le Retour 12", "Bar du Retour n° 3", "Formation Café", "Au Bon Devis 12", "Pas de remboursement",
        "Retour sous 14 jours", "Copie client"}},
      {"generic-es",
       "final",
       {"Bar Devolución", "El Retorno 3", "Café Prueba 12", "No se admite devolución", "Devolución en 15 días",
        "Copia para el cliente"}},
      {"generic-zh", "final", {"退货咖啡馆", "退款政策12天", "请保留小票作为退款凭证", "培训咖啡 12号店", "不退款"}}};
  for (const Case& one : cases) {
    for (const std::string& line : one.lines) {
      CAPTURE(one.profile);
      CAPTURE(line);
      CHECK(standing_of(with_lines(one.profile, line + "\n")) == one.standing);
      CHECK(standing_of(with_lines(one.profile, "", line + "\n")) == one.standing);
    }
  }
  // Goods of such names have prices.
  CHECK(standing_of(english("Receipt No 7\n24/11/2026 08:15\nRefund 2.50\nCopy A4 0.50\nEstimate 2 x 3.00 6.00\nTotal 9.00\n")) ==
        "final");
  CHECK(standing_of(read_as("generic-de", "Bon 7\n24.11.2026 08:15\nGutschriftkarte 25,00\nSumme 25,00\n")) == "final");
  CHECK(standing_of(read_as("generic-zh", "单号7\n2026-11-24 08:15\n退款险 2\n合计 2\n")) == "final");
}

TEST_CASE("headings: below the total one stands alone, or the money that goes back is the total") {
  CHECK(standing_of(with_lines("generic-en", "", "*** REFUND ***\n")) == "refund");
  CHECK(standing_of(with_lines("generic-en", "", "Refund No 12\n")) == "refund");
  CHECK(standing_of(with_lines("generic-en", "", "Refund / exchange within 30 days\n")) == "final");
  CHECK(standing_of(with_lines("generic-en", "", "Refund 2.50\n")) == "refund");
  CHECK(standing_of(with_lines("generic-en", "", "Cash 5.00\nRefund 1.50\n")) == "final");
  CHECK(standing_of(english("Receipt No 7\n24/11/2026 08:15\nTea 2.50\nTotal refund 2.50\n")) == "refund");
  CHECK(standing_of(with_lines("generic-zh", "", "退款 2.50\n")) == "refund");
  CHECK(standing_of(with_lines("generic-zh", "", "退款 0.00\n")) == "final");
}

TEST_CASE("headings: a refund heading with a number, a credit note, a notice") {
  const auto folder = greentill::test::corpus("cases/escpos-refund-heading");
  if (!folder) return;
  const Profile profile = shipped("generic-en", {"Europe/London", "GBP"});
  std::size_t refunds = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    if (entry.path().extension() != ".escpos") continue;
    const std::string job = read(entry.path());
    for (const Receipt& receipt : read_receipts(bytes(job), profile.text)) {
      if (receipt.is_blank()) continue;
      const auto found = sale(understand(receipt, profile, "till-1", kArrived));
      CHECK(found.standing == GT_DOUBTFUL);
      CHECK(found.remark == "it takes goods back and does not say of which receipt");
      ++refunds;
    }
  }
  CHECK(refunds == 4);
}

}  // namespace
}  // namespace greentill::escpos::heading_test
