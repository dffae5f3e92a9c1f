"""The ladder of character sets."""

import pytest

from helpdesk.mail.charset import decode

RUSSIAN = "Добрый день, не открывается карточка клиента"


@pytest.mark.parametrize(
    ("raw", "declared", "text", "step"),
    [
        (RUSSIAN.encode("koi8-r"), "koi8-r", RUSSIAN, "declared"),
        (RUSSIAN.encode("cp1251"), "x-cp1251", RUSSIAN, "declared"),
        (RUSSIAN.encode(), "us-ascii", RUSSIAN, "utf8"),
        (RUSSIAN.encode(), "iso-8859-1", RUSSIAN, "utf8"),
        (RUSSIAN.encode("cp1251"), "utf-8", RUSSIAN, "guessed"),
        (RUSSIAN.encode("koi8-r"), "", RUSSIAN, "guessed"),
        (RUSSIAN.encode("cp866"), "unknown-8bit", RUSSIAN, "guessed"),
        ("안녕하세요 똠".encode("cp949"), "ks_c_5601-1987", "안녕하세요 똠", "declared"),
        ("你好，世界".encode("gb18030"), "gb2312", "你好，世界", "declared"),
        ("邮件传输失败".encode("gb18030"), "", "邮件传输失败", "guessed"),
        ("プリンターが動きません".encode("cp932"), "", "プリンターが動きません", "guessed"),
        ("プリンターが動きません".encode("euc_jp"), "", "プリンターが動きません", "guessed"),
        ("プリンターが動きません".encode("iso2022_jp"), "", "プリンターが動きません", "shifted"),
        ("プリンターが動きません".encode("iso2022_jp"), "us-ascii", "プリンターが動きません", "shifted"),
        ("プリンターが動きません".encode("iso2022_jp"), "iso-2022-jp", "プリンターが動きません", "declared"),
        (b"\x1b$Bhal", "utf-8", "\x1b$Bhal", "declared"),
        ("프린터가 작동하지".encode("cp949"), "", "프린터가 작동하지", "guessed"),
        ("Hej, vår skrivare står på".encode("latin-1"), "", "Hej, vår skrivare står på", "replaced"),
        ("“café”".encode("cp1252"), "iso-8859-1", "“café”", "declared"),
        ("café".encode("latin-1"), "no-such-set", "café", "replaced"),
        (RUSSIAN.encode()[:-1], "utf-8", RUSSIAN[:-1] + "\ufffd", "declared_with_losses"),
        (b"a\0b\r\nc\rd", "utf-8", "ab\nc\nd", "declared"),
        (b"+ADw-", "utf-7", "+ADw-", "utf8"),
        (b"\\u0041", "unicode_escape", "\\u0041", "utf8"),
        (b"YQ==", "base64", "YQ==", "utf8"),
        (b"\xed\xa0\x80", "utf-8", "í\xa0€", "replaced"),
    ],
)
def test_text_is_found_in_bytes(raw: bytes, declared: str, text: str, step: str) -> None:
    assert decode(raw, declared) == (text, step)


TEXTS = (
    ("Drukarka w księgowości przestała działać", ("cp1250", "iso-8859-2")),
    ("Tiskárna v účtárně přestala fungovat", ("cp1250", "iso-8859-2")),
    ("Neviem sa prihlásiť do systému, tlačiareň mlčí", ("cp1250", "iso-8859-2")),
    ("Kérem segítsenek, tegnap még minden jól működött", ("cp1250", "iso-8859-2")),
    ("Vă rog să mă ajutaţi, imprimanta nu mai funcţionează", ("cp1250", "iso-8859-2")),
    ("Jučer je sve radilo, a danas se pojavljuje greška", ("cp1250", "iso-8859-2")),
    ("Tiskalnik v računovodstvu ne dela več, prosimo za pomoč", ("cp1250", "iso-8859-2")),
    ("Dün her şey çalışıyordu, bugün hata çıkıyor", ("cp1254", "iso-8859-9")),
    ("Mēs jau pārstartējām datorus, bet tas nelīdzēja", ("cp1257",)),
    ("Ο εκτυπωτής στο λογιστήριο δεν λειτουργεί πια", ("cp1253", "iso-8859-7")),
    ("המדפסת במחלקת הנהלת חשבונות אינה פועלת", ("cp1255",)),
    ("الطابعة في قسم المحاسبة لا تعمل", ("cp1256",)),
    ("Принтер у бухгалтерії перестав працювати", ("cp1251", "koi8-u")),
)


@pytest.mark.parametrize(("text", "codec"), [(text, codec) for text, codecs in TEXTS for codec in codecs])
def test_what_nobody_declared_is_told_by_its_letters(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == (text, "guessed")


@pytest.mark.parametrize(
    "text",
    [
        "Der Drucker läuft nicht, wir bitten um Rückmeldung: 30 € für 5 m² ist Größe „A“",
        "Le père Noël est là, être ou ne pas être à Nîmes",
        "¿Qué hacemos? Ayer el niño no podía; mañana sí",
        "Não há ligação, informações em São João",
        "África, África Central e Oriental, Ásia Meridional",
        "São Tomé und Príncipe, Südafrika, Südamerika",
        "È già così: lunedì, martedì e venerdì non va più",
        "Hej, vår skrivare står på golvet och är för gammal",
        "Rødgrød med fløde på en ø i går",
        "Í gær virkaði allt en í dag kemur upp villa",
        "Käivitasime arvutid uuesti, kõike head",
        "Microsoft® – 20 °C, § 5, ½ café",
    ],
)
def test_a_western_text_is_taken_for_no_other(text: str) -> None:
    assert decode(text.encode("cp1252")) == (text, "replaced")
