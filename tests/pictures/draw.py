# SPDX-License-Identifier: Apache-2.0
"""Receipts drawn as tills draw them that print pictures, at 203 dpi, and the print jobs that carry them. All names are invented."""
import pathlib
import random
import sys

from PIL import Image, ImageDraw, ImageFont

TRUETYPE = "/usr/share/fonts/truetype/"
# name: regular, bold, of letters of one width
FONTS = {
    "Liberation Sans": ("liberation/LiberationSans-Regular.ttf", "liberation/LiberationSans-Bold.ttf", False),
    "Lato": ("lato/Lato-Regular.ttf", "lato/Lato-Bold.ttf", False),
    "Roboto": ("roboto/unhinted/RobotoTTF/Roboto-Regular.ttf", "roboto/unhinted/RobotoTTF/Roboto-Bold.ttf", False),
    "Open Sans": ("open-sans/OpenSans-Regular.ttf", "open-sans/OpenSans-Bold.ttf", False),
    "DejaVu Sans": ("dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans-Bold.ttf", False),
    "DejaVu Sans Mono": ("dejavu/DejaVuSansMono.ttf", "dejavu/DejaVuSansMono-Bold.ttf", True),
    "Liberation Mono": ("liberation/LiberationMono-Regular.ttf", "liberation/LiberationMono-Bold.ttf", True),
    "Inconsolata": ("inconsolata/Inconsolata.otf", "inconsolata/Inconsolata.otf", True),
}
NAMES = {
    "en": ["Flat White", "Croissant", "Oat Milk", "Cappuccino large", "Blueberry Muffin", "Still Water 500 ml", "Vegan Burger",
           "Garden Salad", "Own cup discount", "Chocolate Chip Cookie", "Iced Tea", "Ham & Cheese Toastie", "Paper Bag", "Soup of the Day",
           "Espresso", "Carrot Cake (slice)", "Lentil Curry", "Orange Juice", "Avocado Toast", "Chai Latte"],
    "de": ["Brötchen", "Kaffee Crema", "Käsekuchen", "Apfelschorle 0,5 l", "Laugenbrezel", "Milchkaffee groß", "Veganer Döner",
           "Rabatt eigener Becher", "Tüte", "Gemüsesuppe", "Rührei mit Kräutern", "Heiße Schokolade", "Linseneintopf", "Weißbrot"],
}


class Sale:
    """What a receipt says, and so what must be read off it."""

    def __init__(self, number, language):
        rng = random.Random(f"{language} {number}")
        self.language = language
        self.number = f"{rng.randrange(1, 9999):04}"
        self.day, self.hour, self.minute = rng.randrange(1, 29), rng.randrange(7, 22), rng.randrange(60)
        self.items = []
        for name in rng.sample(NAMES[language], rng.randrange(2, 9)):
            reduction = name in ("Own cup discount", "Rabatt eigener Becher")
            quantity = 1 if reduction else rng.choice([1, 1, 1, 2, 2, 3, 5, 12])
            price = -rng.choice([20, 25, 30]) if reduction else rng.randrange(45, 1495, 5)
            self.items.append((name, quantity, price))
        if all(price < 0 for _, _, price in self.items[:1]):
            self.items.reverse()  # nobody takes off before there is anything
        self.total = sum(quantity * price for _, quantity, price in self.items)

    def money(self, minor, sign=""):
        text = f"{abs(minor) // 100}.{abs(minor) % 100:02}"
        if self.language == "de":
            text = text.replace(".", ",") + (" €" if sign else "")
            return ("-" if minor < 0 else "") + text
        return ("-" if minor < 0 else "") + (sign and "£") + text

    def date(self):
        return f"{self.day:02}.11.2026" if self.language == "de" else f"{self.day:02}/11/2026"

    def time(self):
        return f"{self.hour:02}:{self.minute:02}"

    def words(self):
        if self.language == "de":
            return {"shop": "Café Muster", "street": "Hauptstraße 12, 10115 Berlin", "phone": "Tel. 030 555 01 18", "total": "Summe", "sub": "Zwischensumme",
                    "tax": "MwSt. 19%", "cash": "Bar", "change": "Rückgeld", "number": "Bon-Nr.:", "served": "Es bediente Sie Kasse 2",
                    "thanks": "Vielen Dank für Ihren Einkauf!"}
        return {"shop": "Corner Cafe", "street": "12 High Street, Exampleton", "phone": "Tel: 020 7946 0018", "total": "TOTAL", "sub": "Subtotal",
                "tax": "VAT 20% included", "cash": "Cash", "change": "CHANGE", "number": "Receipt No:", "served": "Served by till 2",
                "thanks": "Thank you, see you soon!"}


class Paper:
    """A strip that is drawn from the top down."""

    def __init__(self, font, width, size):
        self.files, self.width, self.size = FONTS[font], width, size
        self.image = Image.new("L", (width, 6000), 255)
        self.pen = ImageDraw.Draw(self.image)
        self.y = 16
        self.lines = []  # what is written on it, line by line

    def font(self, scale=1.0, bold=False):
        return ImageFont.truetype(TRUETYPE + self.files[1 if bold else 0], round(self.size * scale))

    def row(self, left="", right="", scale=1.0, bold=False, indent=0, centre=False, right_bold=None):
        font = self.font(scale, bold)
        height = round(self.size * scale * 1.35)
        room = self.width - 20 - indent
        end = self.font(scale, bold if right_bold is None else right_bold)
        taken = end.getlength(right) + 14 if right else 0
        lines = [""]
        for word in left.split(" "):  # a name that is too long goes on below
            longer = (lines[-1] + " " + word).strip()
            if lines[-1] and font.getlength(longer) > room - taken:
                lines.append(word)
            else:
                lines[-1] = longer
        for at, line in enumerate(lines):
            self.lines.append(line + (" " * 4 + right if right and at == 0 else ""))
            x = (self.width - font.getlength(line)) / 2 if centre else 10 + indent
            self.pen.text((x, self.y), line, font=font, fill=0)
            if right and at == 0:
                self.pen.text((self.width - 10 - end.getlength(right), self.y), right, font=end, fill=0)
            self.y += height

    def text(self, line, columns):
        """Letters of one width, as many as there are columns."""
        self.lines.append(line)
        size = self.width / columns / (ImageFont.truetype(TRUETYPE + self.files[0], 100).getlength("0") / 100)
        font = ImageFont.truetype(TRUETYPE + self.files[0], int(size))
        step = self.width / columns
        for at, letter in enumerate(line):
            self.pen.text((round(at * step), self.y), letter, font=font, fill=0)
        self.y += round(size * 1.3)

    def gap(self, dots=12):
        self.y += dots

    def rule(self):
        self.gap(6)
        self.pen.line((10, self.y, self.width - 10, self.y), fill=0, width=2)
        self.gap(8)

    def logo(self):
        middle = self.width // 2
        self.pen.ellipse((middle - 70, self.y, middle + 70, self.y + 110), outline=0, width=8)
        self.pen.polygon([(middle - 30, self.y + 80), (middle, self.y + 20), (middle + 30, self.y + 80)], fill=0)
        self.y += 124

    def done(self):
        return self.image.crop((0, 0, self.width, self.y + 30))


def odoo_13(sale, paper):
    """Odoo 13 to 16: letters of 27 px, a quantity below its name, the total larger and indented."""
    words = sale.words()
    paper.logo()
    for line in (words["shop"], words["phone"], "--------------------------------", words["served"]):
        paper.row(line, scale=0.75, centre=True)
    paper.gap(28)
    for name, quantity, price in sale.items:
        if quantity == 1:
            paper.row(name, sale.money(price))
        else:
            paper.row(name)
            paper.row(f"{quantity} x {sale.money(price)}", sale.money(quantity * price), indent=54)
    paper.gap(8)
    paper.row("", "--------")
    paper.row(words["total"], sale.money(sale.total, "£"), scale=1.25, indent=110)
    paper.gap(20)
    paid = (sale.total // 500 + 1) * 500
    paper.row(words["cash"], sale.money(paid))
    paper.gap(20)
    paper.row(words["change"], sale.money(paid - sale.total, "£"), scale=1.25, indent=70)
    paper.gap(20)
    paper.row(words["number"] + " " + sale.number, scale=0.75, centre=True)
    paper.row(sale.date() + " " + sale.time() + ":00", scale=0.75, centre=True)


def odoo_17(sale, paper):
    """Odoo 17 and later: bold names and prices, the quantity and the price of one in a smaller row below."""
    words = sale.words()
    paper.logo()
    paper.row(words["shop"], centre=True)
    paper.row(words["street"], scale=0.75, centre=True)
    paper.row(words["number"] + " " + sale.number, scale=0.9, centre=True)
    paper.gap()
    for name, quantity, price in sale.items:
        paper.row(name, sale.money(quantity * price, "£"), bold=True)
        if quantity != 1:
            paper.row(f"{quantity} x {sale.money(price, '£')}", scale=0.85, indent=20)
        paper.gap(4)
    paper.rule()
    paper.row(words["total"], sale.money(sale.total, "£"), scale=1.3, bold=True)
    paper.row(words["tax"], sale.money(sale.total // 6, "£"), scale=0.8)
    paper.row(words["cash"], sale.money(sale.total, "£"))
    paper.gap(16)
    paper.row(words["thanks"], scale=0.8, centre=True)
    paper.row(sale.date() + " " + sale.time(), scale=0.8, centre=True)


def tablet(sale, paper):
    """As tills on tablets do: a dense list, rules between the parts, a large total."""
    words = sale.words()
    paper.row(words["shop"], scale=1.5, bold=True, centre=True)
    paper.row(words["street"], centre=True)
    paper.rule()
    paper.row(words["number"] + " " + sale.number)
    paper.row(sale.date(), sale.time())
    paper.rule()
    for name, quantity, price in sale.items:
        paper.row(name, sale.money(quantity * price), right_bold=False)
        if quantity != 1:
            paper.row(f"{quantity} x {sale.money(price)}")
    paper.rule()
    paper.row(words["sub"], sale.money(sale.total))
    paper.row(words["total"], sale.money(sale.total, "£"), scale=1.5, bold=True)
    paper.rule()
    paper.row(words["cash"], sale.money(sale.total))
    paper.row(words["thanks"], centre=True)


def columns(sale, paper):
    """The text mode's own form, drawn: quantity, name, price, amount in columns of letters of one width."""
    words = sale.words()
    count = 42 if paper.width > 400 else 32
    left = count - 8
    paper.text(words["shop"].center(count), count)
    paper.text(words["street"].center(count), count)
    paper.text((words["number"] + " " + sale.number).ljust(count - 16) + sale.date() + " " + sale.time(), count)
    paper.text("-" * count, count)
    for name, quantity, price in sale.items:
        paper.text((f"{quantity} x " if quantity != 1 else "") .ljust(0) + name[:left - 6].ljust(left - (5 if quantity > 9 else 4 if quantity != 1 else 0)) +
                   sale.money(quantity * price).rjust(8), count)
    paper.text("-" * count, count)
    paper.text(words["total"].ljust(left) + sale.money(sale.total).rjust(8), count)
    paper.text(words["cash"].ljust(left) + sale.money(sale.total).rjust(8), count)
    paper.text(words["thanks"].center(count), count)


# As the text mode prints them: taxes on top, a reduction, amounts of the receipt that are no items.
TEXTS = ["""Example Diner
48 Long Lane, Sampleville
Invoice No: 20417
24/11/2026 12:31

2 x House Salad           4.50      9.00
Sparkling Water                     2.25
Lentil Curry                       11.40
Member reduction                   -1.10
Subtotal                           21.55
VAT 20%                             4.31
TOTAL                              25.86
Card                               25.86
Thank you for eating with us
""", """Riverside Kiosk
Receipt No 88-1204   24/11/2026 16:05
----------------------------------
Newspaper                     2.80
Bottled Tea                   1.95
  3 @ 0.65
Chewing Gum                   1.20
----------------------------------
Total due                     5.95
Cash                         10.00
Change                        4.05
"""]

LAYOUTS = {"odoo 13": odoo_13, "odoo 17": odoo_17, "tablet": tablet, "columns": columns}


def as_text(text, font, width):
    """A text receipt, drawn as it stands in letters of one width."""
    lines = text.split("\n")
    paper = Paper(font, width, 24)
    count = max(42 if width > 400 else 32, max(len(line) for line in lines))
    for line in lines:
        paper.text(line, count)
    return paper


def draw(sale, layout, font, width):
    paper = Paper(font, width, 27 if width > 400 else 22)
    LAYOUTS[layout](sale, paper)
    return paper


def black_and_white(image, dithered):
    """One bit a dot: grey edges scattered, as Odoo's box sends them, or cut at the middle."""
    return image.convert("1") if dithered else image.point(lambda grey: 255 if grey > 127 else 0).convert("1", dither=Image.Dither.NONE)


def bits(image):
    """Rows of whole bytes, set where it is black."""
    return bytes(byte ^ 0xff for byte in image.tobytes())


def raster_job(image, strip, cut=b"\x1dVA\n"):
    """GS v 0, in strips of so many rows."""
    job = b"\x1b@\x1ba\x01"
    across = (image.width + 7) // 8
    for top in range(0, image.height, strip):
        part = image.crop((0, top, image.width, min(top + strip, image.height)))
        job += b"\x1dv0\x00" + across.to_bytes(2, "little") + part.height.to_bytes(2, "little") + bits(part)
    return job + cut


def graphics_job(image, strip, cut=b"\x1dVA\n"):
    """GS ( L or GS 8 L: stored (112), then printed (50)."""
    job = b"\x1b@"
    for top in range(0, image.height, strip):
        part = image.crop((0, top, image.width, min(top + strip, image.height)))
        data = b"0p0\x01\x011" + part.width.to_bytes(2, "little") + part.height.to_bytes(2, "little") + bits(part)
        job += b"\x1d8L" + len(data).to_bytes(4, "little") + data + b"\x1d(L\x02\x0002"
    return job + cut


def column_job(image, cut=b"\x1dVA\n"):
    """ESC * with 24 dots a column, a line feed of 24 dots behind each."""
    job = b"\x1b@\x1b3\x18"
    dots = image.load()
    for top in range(0, image.height, 24):
        job += b"\x1b*!" + image.width.to_bytes(2, "little")
        for x in range(image.width):
            column = 0
            for y in range(24):
                column = column << 1 | (1 if top + y < image.height and dots[x, top + y] == 0 else 0)
            job += column.to_bytes(3, "big")
        job += b"\n"
    return job + cut


def jobs_of_the_unit_tests(folder):
    """tests/unit/plugins/escpos/pictures: a sale, one whose total is another than its items make, and a heading alone, without a cut."""
    for name in ("sale", "sum"):
        sale = Sale(5, "en")
        sale.items, sale.total = [("Flat White", 2, 340), ("Own cup discount", 1, -25)], 655 if name == "sale" else 695
        paper = Paper("Liberation Sans", 384, 24)
        tablet(sale, paper)
        (folder / f"{name}.escpos").write_bytes(raster_job(black_and_white(paper.done(), False), 64))
    paper = Paper("Lato", 384, 24)
    paper.row("TRAINING MODE", scale=1.3, bold=True, centre=True)
    (folder / "heading.escpos").write_bytes(raster_job(black_and_white(paper.done(), False), 255, b"")[5:])


if __name__ == "__main__":
    jobs_of_the_unit_tests(pathlib.Path(sys.argv[1]))
