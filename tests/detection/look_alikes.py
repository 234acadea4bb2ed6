#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Names in which no act is to be found, though they are made of the words that the ready rules look for: these put beside goods,
brands and everyday phrases, denied, asked for, or sold. look_alikes.py COUNT: so many different ones, the same each time."""
import pathlib
import random
import sys
import tomllib

RULES = pathlib.Path(__file__).resolve().parent.parent.parent / "config/rules"

BRANDS = ["Alder", "Bellweather", "Corvo", "Duskfield", "Evermoor", "Fjordlund", "Grünwald", "Hollins", "Isola", "Jorvik", "Kastanie", "Lumière",
          "Mirador", "Northgate", "Oakhurst", "Pinecrest", "Quillon", "Rivoli", "Solana", "Tanager", "云溪", "山岚", "青禾", "白鹿", "星野", "ミドリ堂"]
# Heads of a name: what is sold is this, whatever stands before it.
GOODS = ["holder", "poster", "sticker", "keyring", "calendar", "t-shirt", "cleaner", "rack", "drawer", "organiser", "magnet", "costume", "puzzle", "candle",
         "shelf", "catalogue", "workshop", "ticket", "voucher", "gift card", "soap", "brush", "lamp", "cable", "battery", "cushion", "toy", "crisps",
         "halter", "aufkleber", "kalender", "seife", "lampe", "affiche", "savon", "autocollant", "cartel", "jabón", "calendario", "adesivo", "portachiavi",
         "挂件", "海报", "贴纸", "收纳架", "清洁剂", "礼品卡", "钥匙扣", "抱枕", "ポスター", "シール", "石けん"]
TOPPINGS = ["onions", "garlic", "ice", "sugar", "coriander", "pickles", "napkins", "straw", "lid", "bag", "cheese", "mayo", "Zwiebeln", "Knoblauch", "oignons",
            "cebolla", "hielo", "cipolla", "ghiaccio", "葱", "香菜", "辣", "冰", "糖", "ネギ", "氷"]
# Not main dishes, however vegan.
TREATS = ["brownie", "cookie", "muffin", "ice cream", "sorbet", "latte", "smoothie", "croissant", "cheesecake", "mayo", "mustard", "chocolate bar", "milk",
          "yoghurt", "lip balm", "handbag", "boots", "Kuchen", "Eis", "Kekse", "gâteau", "glace", "helado", "galletas", "gelato", "biscotti", "蛋糕", "饼干",
          "冰淇淋", "面膜", "皮带", "ケーキ", "クッキー"]
MEATS = ["chicken burger", "beef curry", "ham pizza", "fish tacos", "pork noodles", "Hähnchencurry", "Rindergulasch", "poulet au curry", "pizza jamón",
         "lasagne al ragù", "红烧肉饭", "牛肉面", "鸡腿便当", "カツ丼", "チキンカレー", "veggie burger", "vegetarian lasagne", "素食汉堡"]
PHRASES = ["happy hour", "buy one get one", "table 7", "for here", "to go", "extra hot", "member price", "staff meal", "thank you", "second one half price",
           "open late", "新品上市", "会员价", "第二份半价", "本日のおすすめ", "zum Mitnehmen", "à emporter", "para llevar", "da asporto"]
ASKED = ["{own} {vessel}?", "{own} {bag}?", "{own} {vessel}: {nay}", "{own} {bag}: {nay}", "{cutlery}?", "{cutlery}: {yes}", "{linen} {change}?"]
DENIED = ["no {own} {vessel}", "forgot {own} {vessel}", "without {own} {bag}", "kein {own} {vessel}", "未{own}{vessel}", "没{own}{bag}", "don't forget {cutlery}",
          "missing {cutlery}", "{cutlery} not forgotten", "not {vegan} {dish}", "complaint: no {cutlery}", "{cutlery} no onions"]
SOLD = ["{brand} {vessel}", "{brand} {bag}", "{brand} {cutlery}", "{brand} {linen}", "paint your {own} {vessel} at {brand}", "design {own} {bag} {good}",
        "{own} {vessel} {good}", "{own} {bag} {good}", "{own} {good}", "{vessel} {good}", "{bag} {good}", "{cutlery} {good}", "no {cutlery} {good}",
        "{none} {cutlery} {good}", "{none} {topping}", "{vessel} deposit {brand}", "{bag} charge {brand}", "{discount} {good}", "{good} {discount}",
        "{brand} {discount} {good}", "{linen} {good}", "{linen} {change}", "{linen} {change} {good}", "{parcel} {good}", "{parcel} {box} {good}",
        "{second_hand} {good}", "{by_weight} {good}", "{pet} {good}", "{paper} {good}", "{textile} {good}", "{vegan} {treat}", "{vegan} {good}",
        "{brand} {vegan} {treat}", "{vegan} {dish} {good}", "{vegan} {dish} sauce", "{meat}", "{brand} {meat}", "{meat} {phrase}", "{phrase} {good}",
        "{any} {any} {good}", "{any} {good}", "{brand} {any} {good}", "{any} {brand} {good}", "{phrase} {brand}", "{reusable_cup} {brand}"]


def rules_words():
    """Every word of the ready rules by its concept; not those that stand for other concepts."""
    concepts = {}
    for file in sorted(RULES.glob("*.toml")):
        for name, entries in tomllib.loads(file.read_text(encoding="utf-8")).get("words", {}).items():
            words = [entry.lstrip("*") for entry in entries if "{" not in entry and "..." not in entry]
            concepts.setdefault(name, []).extend(word for word in words if word not in concepts.get(name, []))
    return concepts


def slots():
    concepts = rules_words()
    # What only joins, denies or answers makes a name of anything.
    small = {"not", "aside", "label", "yes", "no_answer", "and", "with", "who", "use", "is", "include", "not_needed", "of_own"}
    concepts["any"] = sorted({word for name, words in concepts.items() if name not in small for word in words})
    concepts |= {"brand": BRANDS, "good": GOODS, "topping": TOPPINGS, "treat": TREATS, "meat": MEATS, "phrase": PHRASES,
                 "nay": ["no", "n", "nein", "non", "否", "いいえ"]}
    return concepts


def names(count, seed=20261129):
    chance = random.Random(seed)
    words = slots()
    seen = set()
    while len(seen) < count:
        name = chance.choice(SOLD if chance.random() < 0.9 else ASKED + DENIED)
        while "{" in name:
            slot = name[name.index("{") + 1:name.index("}")]
            name = name.replace("{" + slot + "}", chance.choice(words[slot]), 1)
        name = chance.choice([name, name.upper(), name.title()])
        if name not in seen:
            seen.add(name)
            yield name


if __name__ == "__main__":
    for one in names(int(sys.argv[1])):
        print(one)
