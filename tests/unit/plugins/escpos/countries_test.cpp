// SPDX-License-Identifier: Apache-2.0
// One sale, and what is none, under each profile that is shipped for a country. The receipts are of our own, laid out and worded
// as tills of the country do.
#include <doctest/doctest.h>

#include "tests/unit/plugins/escpos/sales.hpp"

namespace greentill::escpos::countries_test {
namespace {

using namespace test;

struct Country {
  std::string profile;
  std::string zone;      // where the profile names none
  std::string currency;  // as the profile has it
  std::string sale;      // on 24 November 2026 at 08:15, by the country's clock
  std::string items;
  std::string event;
  std::string tender;
  std::int64_t total;
  std::vector<std::string> refunds;   // headings above the items
  std::vector<std::string> interims;  // likewise
  std::string copy;
};

const std::vector<Country>& countries() {
  static const std::vector<Country> kAll{
      {"us",
       "America/New_York",
       "USD",
       "Corner Cafe\n12 Main St\nServer: Jane R\nCheck #12\n11/24/26 8:15 AM\n2 Flat White 3.80 7.60\nBagel 2.50 T\n"
       "1.25 lb @ 0.80/lb\nBananas 1.00 F\n----------------\nSubtotal $11.10\nTax 8.875% $0.22\nTip $2.00\nTotal $13.32\n"
       "VISA CREDIT xxxxxxxxxxxx1111 $13.32\nAuth Code 012345\n",
       listed({"Flat White|2000|760", "Bagel|1000|250", "Bananas|566|100"}),
       "2026-11-24/12",
       "card",
       1332,
       {"REFUND", "Refund Receipt", "Return #5"},
       {"Estimate #5", "SUSPENDED SALE 5"},
       "*** REPRINT ***"},
      {"gb",
       "",
       "GBP",
       "THE CORNER CAFE\nVAT No 123 4567 89\nReceipt No: 0042\n24/11/2026 08:15\n2 x Flat White 3.40 6.80\nCroissant 2.50 A\n"
       "Subtotal 9.30\nBalance Due £9.30\nContactless 9.30\nVAT @ 20% 1.55\n",
       listed({"Flat White|2000|680", "Croissant|1000|250"}),
       "2026-11-24/0042",
       "card",
       930,
       {"Refund No 3", "CREDIT NOTE 3"},
       {"PRO-FORMA BILL 3", "Quotation 3"},
       "Duplicate"},
      {"ie",
       "",
       "EUR",
       "Corner Cafe\nReceipt #42\n24/11/2026 08:15\nFlat White 3.80\nTotal €3.80\nCash €5.00\nChange €1.20\n",
       listed({"Flat White|1000|380"}),
       "2026-11-24/42",
       "cash",
       380,
       {"REFUND 12"},
       {"Quote 12"},
       "COPY"},
      {"au",
       "Australia/Sydney",
       "AUD",
       "Corner Cafe\nABN 12 345 678 901\nTAX INVOICE #4711\n24/11/2026 08:15 AM\n2 x Flat White 9.00\nLamington 4.50 *\n"
       "Total (inc GST) $13.50\nGST included in total $1.23\nEFTPOS $13.50\n",
       listed({"Flat White|2000|900", "Lamington|1000|450"}),
       "2026-11-24/4711",
       "card",
       1350,
       {"REFUND TAX INVOICE 12", "Adjustment Note 12"},
       {"LAY-BY 12"},
       "Reprint"},
      {"nz",
       "",
       "NZD",
       "Corner Cafe\nGST No 123-456-789\nTax Invoice 4711\n24/11/2026 8:15 am\nFlat White 5.50\nTotal $5.50\nEFTPOS $5.50\n"
       "Total includes GST 0.72\n",
       listed({"Flat White|1000|550"}),
       "2026-11-24/4711",
       "card",
       550,
       {"REFUND 12"},
       {"QUOTE 12"},
       "Duplicate receipt"},
      {"in",
       "",
       "INR",
       "Corner Cafe\nGSTIN 29ABCDE1234F1Z5\nBill No: 4711  Date: 24/11/2026\nTime: 08:15\nFilter Coffee 2 60.00 120.00\n"
       "Paneer Thali 1 1,20,250.00 1,20,250.00\nTotal Qty: 3\nSub Total 1,20,370.00\nCGST 2.5% 6.00\nSGST 2.5% 6.00\nRound off "
       "0.00\n"
       "Grand Total Rs. 1,20,382.00\nUPI 1,20,382.00\n",
       listed({"Filter Coffee|2000|12000", "Paneer Thali|1000|12025000"}),
       "2026-11-24/4711",
       "app",
       12'038'200,
       {"SALES RETURN 12", "Credit Note No 12"},
       {"ESTIMATE No 12"},
       "Duplicate Bill"},
      {"ca-en",
       "America/Vancouver",
       "CAD",
       "Corner Cafe\nBill #4711\n2026-11-24 08:15\nFlat White $4.25\nMuffin $3.00\nSubtotal $7.25\nGST 5% $0.36\nPST 7% $0.51\n"
       "Total $8.12\nINTERAC $8.12\n",
       listed({"Flat White|1000|425", "Muffin|1000|300"}),
       "2026-11-24/4711",
       "card",
       812,
       {"Refund #12"},
       {"Quotation 12"},
       "Receipt copy"},
      {"ca-fr",
       "",
       "CAD",
       "Café du Coin\nFacture no 4711\n2026-11-24 08:15\n2 x Café allongé 3,25 6,50 $\nSous-total 6,50 $\nTPS 0,33 $\nTVQ 0,65 "
       "$\n"
       "Total 7,48 $\nInterac 7,48 $\n",
       listed({"Café allongé|2000|650"}),
       "2026-11-24/4711",
       "card",
       748,
       {"REMBOURSEMENT 12", "Note de crédit no 12"},
       {"Soumission", "Devis 12"},
       "DUPLICATA"},
      {"mx",
       "",
       "MXN",
       "Café Esquina\nFolio: 4711\n24/11/2026 08:15 a. m.\n2 Café americano 35.00 70.00\nPan dulce 18.00\nSUBTOTAL 75.86\nIVA "
       "16% 12.14\n"
       "TOTAL $88.00\nEFECTIVO $100.00\nCAMBIO $12.00\n",
       listed({"Café americano|2000|7000", "Pan dulce|1000|1800"}),
       "2026-11-24/4711",
       "cash",
       8800,
       {"NOTA DE CREDITO 12", "DEVOLUCIÓN"},
       {"COTIZACIÓN 12"},
       "REIMPRESION"},
      {"pt",
       "",
       "EUR",
       "Café da Esquina\nNIF 500000000\nFatura Simplificada FS 2026A/4711\nOriginal\n2026-11-24 08:15\n2 x Café 0,80 1,60\n"
       "Pastel de nata 1,30\nTotal a pagar 2,90 €\nMultibanco 2,90\nTotal IVA 0,33\n",
       listed({"Café|2000|160", "Pastel de nata|1000|130"}),
       "2026-11-24/2026A%2F4711",
       "card",
       290,
       {"NOTA DE CRÉDITO", "Devolução nº 12"},
       {"CONSULTA DE MESA", "Orçamento nº 12"},
       "2ª VIA"},
      {"br",
       "",
       "BRL",
       "PADARIA DA ESQUINA\nCNPJ 00.000.000/0001-00\n001 7891000100103 CAFE COADO 2 UN x 4,50 (1,20) 9,00\n002 PAO NA CHAPA\n"
       "1 UN x 6,00 6,00\nQtde. total de itens 2\nValor total R$ 15,00\nDesconto R$ -1,00\nValor a Pagar R$ 14,00\n"
       "Cartão de Débito 14,00\nCONSUMIDOR NÃO IDENTIFICADO\nNFC-e nº 000004711 Série 001 24/11/2026 08:15:00\n",
       listed({"CAFE COADO|2000|900", "002 PAO NA CHAPA|1000|600", "Desconto|1000|-100"}),
       "2026-11-24/000004711",
       "card",
       1400,
       {"DEVOLUÇÃO 12"},
       {"CONFERÊNCIA DE MESA 4", "PRÉ-CONTA"},
       "REIMPRESSÃO"},
      {"nl",
       "",
       "EUR",
       "Café op de Hoek\nBonnr: 4711\n24-11-2026 08:15\n2 x Koffie verkeerd 3,20 6,40\nAppeltaart 4,25\nSubtotaal 10,65\n"
       "Totaal 10,65\nPIN 10,65\nBTW 9% 0,88\n",
       listed({"Koffie verkeerd|2000|640", "Appeltaart|1000|425"}),
       "2026-11-24/4711",
       "card",
       1065,
       {"RETOURBON 12", "Creditnota nr 12"},
       {"OFFERTE 12", "Geparkeerde bon 4"},
       "KOPIEBON"},
      {"pl",
       "",
       "PLN",
       "Kawiarnia Na Rogu\nNIP 000-000-00-00\nPARAGON FISKALNY\nKAWA CZARNA 2 x12,00 24,00B\nSernik 1 szt x 15,50 15,50B\n"
       "SPRZEDAŻ OPODATKOWANA B 39,50\nSUMA PTU 2,93\nSUMA PLN 39,50\nGOTÓWKA 50,00 PLN\nRESZTA 10,50 PLN\n2026-11-24 08:15\n"
       "Nr paragonu 4711\n",
       listed({"KAWA CZARNA|2000|2400", "Sernik|1000|1550"}),
       "2026-11-24/4711",
       "cash",
       3950,
       {"ZWROT TOWARU", "Zwrot nr 12"},
       {"PARAGON NIEFISKALNY", "Wycena nr 12"},
       "KOPIA"},
      {"se",
       "",
       "SEK",
       "Hörnkaféet\nOrg.nr 556000-0000\nKvitto nr: 4711\n2026-11-24 08:15\nBryggkaffe 2 st x 32,00 64,00\nKanelbulle 35,00\n"
       "Moms 12% 10,61\nAtt betala 99,00 kr\nSwish 99,00\n",
       listed({"Bryggkaffe|2000|6400", "Kanelbulle|1000|3500"}),
       "2026-11-24/4711",
       "app",
       9900,
       {"RETUR", "Returkvitto 12"},
       {"EJ KVITTO", "Offert nr 12"},
       "KOPIA"},
      {"no",
       "",
       "NOK",
       "Hjørnekafeen\nOrg.nr 900 000 000 MVA\nSalgskvittering 4711\n24.11.2026 08:15\n2 x Kaffe 39,00 78,00\nKanelbolle 42,00\n"
       "Totalt 120,00\nBankAxept 120,00\nMVA 25% 24,00\n",
       listed({"Kaffe|2000|7800", "Kanelbolle|1000|4200"}),
       "2026-11-24/4711",
       "card",
       12000,
       {"RETURKVITTERING 12"},
       {"FORELØPIG KVITTERING", "Tilbud 12"},
       "KOPIKVITTERING"},
      {"dk",
       "",
       "DKK",
       "Hjørnecaféen\nCVR 00000000\nBon nr. 4711\n24-11-2026 kl. 08.15\n2 x Kaffe 35,00 70,00\nSnegl 22,00\nI alt 92,00\n"
       "Heraf moms 18,40\nDankort 92,00\n",
       listed({"Kaffe|2000|7000", "Snegl|1000|2200"}),
       "2026-11-24/4711",
       "card",
       9200,
       {"RETURBON 12", "KREDITNOTA NR. 12"},
       {"Foreløbig regning", "TILBUD 12"},
       "KOPI"},
      {"fi",
       "",
       "EUR",
       "Kulmakahvila\nY-tunnus 0000000-0\nKuitti nro 4711\n24.11.2026 klo 8.15\nKahvi 2 kpl x 2,80 5,60\nKorvapuusti 3,50\n"
       "Yhteensä 9,10\nKorttimaksu 9,10\nALV 13,5% 1,08\n",
       listed({"Kahvi|2000|560", "Korvapuusti|1000|350"}),
       "2026-11-24/4711",
       "card",
       910,
       {"PALAUTUS", "Hyvityslasku nro 12"},
       {"TARJOUS 12", "EI KUITTI"},
       "KOPIO"},
      {"it",
       "",
       "EUR",
       "Bar dell'Angolo\nDOCUMENTO COMMERCIALE\n2 x Cappuccino 1,50 3,00\nCornetto 1,40\nSubtotale 4,40\nTOTALE COMPLESSIVO "
       "4,40\n"
       "di cui IVA 0,40\nPagamento contante 4,40\n24/11/2026 08:15\nDOCUMENTO N. 0012-4711\n",
       listed({"Cappuccino|2000|300", "Cornetto|1000|140"}),
       "2026-11-24/0012-4711",
       "cash",
       440,
       {"RESO MERCE", "Nota di credito n. 12"},
       {"PRECONTO", "Preventivo n. 12"},
       "RISTAMPA"},
      {"jp",
       "",
       "JPY",
       "街角カフェ\nレジ0001 レシートNo 4711\n2026年11月24日(火) 08:15\nコーヒー ¥390\n@190 x 2\nドーナツ ¥380軽\nおにぎり鮭 "
       "*130\n"
       "カフェラテ 450 x 2 ¥900\n小計 ¥1,800\n(内消費税等 ¥143)\n合 計\n¥1,800\nお預り ¥2,000\nお釣り ¥200\n",
       listed({"コーヒー|1000|390", "ドーナツ|2000|380", "おにぎり鮭|1000|130", "カフェラテ|2000|900"}),
       "2026-11-24/4711",
       "cash",
       1800,
       {"返品", "返品レシート 12", "返金伝票 No.12"},
       {"お見積書 12", "保留伝票 12"},
       "再発行"},
      {"kr",
       "",
       "KRW",
       "모퉁이 카페\n영수증번호: 4711\n2026-11-24 08:15:00\n상품명 단가 수량 금액\n아메리카노 4,500 2 9,000\n크루아상 3,800 1 "
       "3,800\n"
       "과세물품가액 11,636\n부가세 1,164\n합 계 12,800\n신용카드 12,800\n승인번호 00000000\n",
       listed({"아메리카노|2000|9000", "크루아상|1000|3800"}),
       "2026-11-24/4711",
       "card",
       12800,
       {"반품", "환불 영수증 12", "[반품] 12"},
       {"견적서 12", "중간계산서"},
       "재발행"},
      {"tw",
       "",
       "TWD",
       "街角咖啡\n交易序號：4711\n2026-11-24 08:15\n美式咖啡 2 x 45 90TX\n可頌 60TX\n合計 150\n現金 200\n找零 50\n",
       listed({"美式咖啡|2000|9000", "可頌|1000|6000"}),
       "2026-11-24/4711",
       "cash",
       15000,
       {"退貨明細 12", "銷貨退回"},
       {"報價單 12"},
       "補印 補打"},
      {"hk",
       "",
       "HKD",
       "街角咖啡 Corner Cafe\n收據編號: 4711\n24/11/2026 08:15\n2 x 奶茶 22.00 44.00\n菠蘿包 12.00\n小計 56.00\n總計 "
       "HK$56.00\n八達通 56.00\n",
       listed({"奶茶|2000|4400", "菠蘿包|1000|1200"}),
       "2026-11-24/4711",
       "app",
       5600,
       {"退款單 12", "REFUND RECEIPT 12"},
       {"報價單 12", "Quotation No. 12"},
       "重印"}};
  return kAll;
}

Profile profile_of(const Country& country) { return shipped(country.profile, {country.zone, ""}); }
plugin::Transaction read_sale(const Country& country, const std::string& text) {
  return sale(understand(paper(text), profile_of(country), "till-1", kArrived));
}

TEST_CASE("countries: a sale, as tills of the country print it") {
  for (const Country& country : countries()) {
    CAPTURE(country.profile);
    const auto found = read_sale(country, country.sale);
    CHECK(items(found) == country.items);
    CHECK(found.event_id == country.event);
    CHECK(found.tender == country.tender);
    CHECK(found.total_minor == country.total);
    CHECK(found.currency == country.currency);
    CHECK(found.standing == GT_FINAL);
    const Profile profile = profile_of(country);
    const auto morning =
        std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) + std::chrono::hours(8) + std::chrono::minutes(15);
    CHECK(found.begin == profile.zone->readings(morning.time_since_epoch().count() * 60).at(0));
  }
}

TEST_CASE("countries: refunds, bills that are none yet, and copies") {
  for (const Country& country : countries()) {
    CAPTURE(country.profile);
    for (const std::string& heading : country.refunds) {
      CAPTURE(heading);
      const auto found = read_sale(country, heading + "\n" + country.sale);
      CHECK(found.standing == GT_DOUBTFUL);
      CHECK(found.remark == "it takes goods back and does not say of which receipt");
    }
    for (const std::string& heading : country.interims) {
      CAPTURE(heading);
      CHECK(read_sale(country, heading + "\n" + country.sale).standing == GT_INTERIM);
    }
    CHECK(read_sale(country, country.copy + "\n" + country.sale).standing == GT_REPRINT);
  }
}

}  // namespace
}  // namespace greentill::escpos::countries_test
