"""Facts in English are found by questions in our other languages, and nothing is found for what no fact knows."""

from __future__ import annotations

from importlib import import_module
from unicodedata import combining, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.seed_data import BSS, TESTING_AGENCY
from shared.knowledge import FLOOR, Fact, Facts, content_words
from shared.knowledge.bridge import BRIDGED
from shared.knowledge.languages.kinds import Vocabulary

ASKED = {
    "fr": {
        "À quelle heure ouvrez-vous ?": "hours",
        "Quels sont vos horaires d'ouverture ?": "hours",
        "Êtes-vous ouverts le samedi ?": "hours",
        "Vous fermez à quelle heure ce soir ?": "hours",
        "C'est où exactement ?": "address",
        "Où êtes-vous situés ?": "address",
        "Quelle est votre adresse ?": "address",
        "Est-ce qu'il y a un parking ?": "parking",
        "Où peut-on se garer ?": "parking",
        "Combien coûte le cours d'essai ?": "trial",
        "On peut faire une séance d'essai avant de s'inscrire ?": "trial",
        "Peut-on rattraper un cours manqué ?": "makeup",
        "Ma fille est malade, est-ce qu'on peut récupérer la leçon ?": "makeup",
        "Est-ce que je peux être remboursé ?": "refunds",
        "Quelle est votre politique de remboursement ?": "refunds",
        "Qu'est-ce qu'il faut apporter ?": "bring",
        "Faut-il un maillot et une serviette ?": "bring",
        "Une couche de bain est-elle nécessaire ?": "bring",
    },
    "de": {
        "Wann haben Sie geöffnet?": "hours",
        "Wie sind Ihre Öffnungszeiten?": "hours",
        "Um wie viel Uhr macht ihr am Samstag auf?": "hours",
        "Habt ihr sonntags offen?": "hours",
        "Wo sind Sie?": "address",
        "Wie lautet Ihre Adresse?": "address",
        "Gibt es Parkplätze?": "parking",
        "Wo kann ich mein Auto parken?": "parking",
        "Welche Parkmöglichkeiten gibt es?": "parking",
        "Was kostet eine Probestunde?": "trial",
        "Kann mein Sohn zuerst eine Schnupperstunde machen?": "trial",
        "Können wir eine verpasste Stunde nachholen?": "makeup",
        "Gibt es Nachholstunden?": "makeup",
        "Bekomme ich mein Geld zurück?": "refunds",
        "Wie funktioniert die Rückerstattung?": "refunds",
        "Was müssen wir mitbringen?": "bring",
        "Brauchen Babys eine Schwimmwindel?": "bring",
        "Müssen wir Handtücher mitnehmen?": "bring",
    },
    "pt": {
        "Que horas vocês abrem?": "hours",
        "Qual é o horário de funcionamento?": "hours",
        "Vocês abrem aos sábados?": "hours",
        "ate que horas ficam abertos na sexta?": "hours",
        "Onde vocês ficam?": "address",
        "Qual é o endereço?": "address",
        "Tem estacionamento?": "parking",
        "Onde posso estacionar o carro?": "parking",
        "Quanto custa a aula experimental?": "trial",
        "Dá para fazer uma aula teste antes da matrícula?": "trial",
        "Meu filho faltou, podemos repor a aula?": "makeup",
        "Como funciona a reposição de aulas?": "makeup",
        "Posso pedir reembolso?": "refunds",
        "Vocês devolvem o dinheiro?": "refunds",
        "O que precisamos levar?": "bring",
        "Precisa levar toalha e óculos?": "bring",
        "precisa de fralda?": "bring",
    },
    "vi": {
        "Mấy giờ các bạn mở cửa?": "hours",
        "Giờ làm việc của trung tâm thế nào?": "hours",
        "may gio dong cua vay?": "hours",
        "Thứ bảy có mở cửa không ạ?": "hours",
        "Địa chỉ ở đâu vậy?": "address",
        "dia chi o dau": "address",
        "Có chỗ đậu xe không?": "parking",
        "Tôi có thể đỗ xe ở đâu?": "parking",
        "co cho de xe khong": "parking",
        "Học thử bao nhiêu tiền?": "trial",
        "Con tôi có được học thử một buổi không?": "trial",
        "Nếu nghỉ một buổi thì có được học bù không?": "makeup",
        "Bé bị ốm, có học bù được không?": "makeup",
        "Có được hoàn tiền không?": "refunds",
        "Chính sách hoàn học phí như thế nào?": "refunds",
        "Cần mang theo những gì?": "bring",
        "Bé có cần mang khăn và kính bơi không?": "bring",
        "hoc thu gia bao nhieu": "trial",
    },
    "zh": {
        "你们几点开门？": "hours",
        "请问营业时间是什么时候？": "hours",
        "周六开门吗？": "hours",
        "晚上几点关门": "hours",
        "你们在哪里？": "address",
        "请问地址是什么？": "address",
        "有停车场吗？": "parking",
        "在哪儿可以停车？": "parking",
        "试课多少钱？": "trial",
        "可以先试上一节课吗？": "trial",
        "缺课可以补课吗？": "makeup",
        "孩子生病了，错过的课能补吗？": "makeup",
        "可以退款吗？": "refunds",
        "第一节课不满意能退钱吗": "refunds",
        "上课需要带什么？": "bring",
        "要带毛巾和泳镜吗？": "bring",
        "宝宝需要穿游泳尿裤吗？": "bring",
    },
}
OTHER = {
    "fr": [
        "Avez-vous un sauna ?",
        "Vendez-vous des pizzas ?",
        "Y a-t-il le wifi ?",
        "Est-ce que vous recrutez ?",
        "Quel temps fera-t-il demain à Paris ?",
        "Quelle est la capitale de la France ?",
        "Vous vendez des assurances auto ?",
        "Bonjour !",
        "Merci beaucoup, bonne journée !",
        "d'accord, à bientôt",
    ],
    "de": [
        "Haben Sie eine Sauna?",
        "Verkauft ihr Pizza?",
        "Gibt es WLAN?",
        "Haben Sie einen Job für mich?",
        "Wie wird das Wetter in Berlin?",
        "Was ist die Hauptstadt von Frankreich?",
        "Bieten Sie Autoversicherungen an?",
        "Guten Tag",
        "Vielen Dank und einen schönen Tag noch!",
        "ok super",
    ],
    "pt": [
        "Vocês têm sauna?",
        "Vendem pizza?",
        "Tem wi-fi?",
        "Vocês estão contratando?",
        "Como vai estar o tempo em São Paulo?",
        "Qual é a capital da França?",
        "Vocês vendem seguro de moto?",
        "Bom dia!",
        "Muito obrigada, tenha um bom dia!",
        "tudo bem?",
    ],
    "vi": [
        "Có phòng xông hơi không?",
        "Các bạn có bán pizza không?",
        "Có wifi không?",
        "Bên mình có tuyển nhân viên không?",
        "Thời tiết ngày mai ra sao?",
        "Thủ đô của Pháp là gì?",
        "co ban bao hiem o to khong",
        "Xin chào",
        "Cảm ơn bạn rất nhiều, chúc một ngày tốt lành!",
        "Dạ vâng ạ",
    ],
    "zh": [
        "有桑拿吗？",
        "你们卖披萨吗？",
        "有无线网络吗？",
        "你们招聘吗？",
        "明天天气怎么样？",
        "法国的首都是哪里？",
        "你们卖汽车保险吗",
        "你好！",
        "谢谢，再见",
        "好的",
    ],
}
# The same questions in every language; of some even the English ones find nothing.
UNSEEN = {
    "en": {
        "Which days are you closed?": "hours",
        "Can we come and visit Saturday afternoon?": "hours",
        "Do you open early on Mondays?": "hours",
        "Are there free parking spaces?": "parking",
        "On which street is the school?": "address",
        "Are you in Houston?": "address",
        "Is the first lesson free?": "trial",
        "Is the price of the trial lesson deducted from registration?": "trial",
        "My child cannot come on Thursday, can we make up the lesson?": "makeup",
        "If we miss a week, is the lesson lost?": "makeup",
        "Can we get a refund if my daughter does not like it?": "refunds",
        "Does my baby need special diapers?": "bring",
        "Do you provide towels?": "bring",
    },
    "fr": {
        "Quels jours êtes-vous fermés ?": "hours",
        "Peut-on venir visiter samedi après-midi ?": "hours",
        "Vous ouvrez tôt le lundi ?": "hours",
        "il y a des places de stationnement gratuites ?": "parking",
        "Dans quelle rue se trouve l'école ?": "address",
        "Vous êtes à Houston ?": "address",
        "Est-ce que la première leçon est gratuite ?": "trial",
        "Le prix de la séance découverte est-il déduit de l'inscription ?": "trial",
        "Mon enfant ne peut pas venir jeudi, on peut déplacer la leçon ?": "makeup",
        "Si on manque une semaine, le cours est perdu ?": "makeup",
        "Peut-on se faire rembourser si ma fille n'aime pas ?": "refunds",
        "Mon bébé a-t-il besoin de couches spéciales ?": "bring",
        "Fournissez-vous les serviettes ?": "bring",
    },
    "de": {
        "An welchen Tagen ist geschlossen?": "hours",
        "Kann man am Samstagnachmittag vorbeikommen?": "hours",
        "Ist bei euch Montag früh schon auf?": "hours",
        "Gibt es genug kostenlose Parkplätze?": "parking",
        "Wie komme ich zu euch?": "address",
        "Wo genau befindet sich das Schwimmbad?": "address",
        "Ist die erste Stunde gratis?": "trial",
        "Wird der Preis der Probestunde angerechnet?": "trial",
        "Mein Kind kann am Donnerstag nicht, können wir den Termin nachholen?": "makeup",
        "Was passiert, wenn wir eine Stunde verpassen?": "makeup",
        "Erstatten Sie das Geld, wenn es meinem Kind nicht gefällt?": "refunds",
        "Braucht mein Baby besondere Windeln?": "bring",
        "Stellen Sie Handtücher zur Verfügung?": "bring",
    },
    "pt": {
        "Em que dias vocês não abrem?": "hours",
        "Dá pra visitar no sábado à tarde?": "hours",
        "Segunda cedo já está aberto?": "hours",
        "Tem vaga pra carro de graça?": "parking",
        "Em que rua fica a escola?": "address",
        "Vocês ficam em Houston?": "address",
        "A primeira aula é grátis?": "trial",
        "O valor da aula experimental é descontado na matrícula?": "trial",
        "Meu filho não pode ir quinta, dá pra fazer outro dia?": "makeup",
        "Se a gente perder uma aula, dá pra recuperar?": "makeup",
        "Vocês reembolsam se minha filha não gostar?": "refunds",
        "Bebê precisa de fralda especial?": "bring",
        "Vocês fornecem toalhas?": "bring",
    },
    "vi": {
        "Những ngày nào thì đóng cửa?": "hours",
        "Chiều thứ bảy ghé qua được không?": "hours",
        "Sáng thứ hai mở cửa sớm không?": "hours",
        "Chỗ đậu xe có miễn phí không?": "parking",
        "Trường ở đường nào?": "address",
        "Trung tâm ở Houston phải không?": "address",
        "Buổi học đầu tiên có miễn phí không?": "trial",
        "Tiền học thử có được trừ khi đăng ký không?": "trial",
        "Thứ năm con mình bận, học bù được không?": "makeup",
        "Lỡ mất một buổi thì sao?": "makeup",
        "Con không thích thì có hoàn tiền không?": "refunds",
        "Em bé có cần tã đặc biệt không?": "bring",
        "Trung tâm có cho mượn khăn không?": "bring",
    },
    "zh": {
        "哪几天不开门？": "hours",
        "周六下午能过去看看吗？": "hours",
        "周一早上几点开始营业？": "hours",
        "停车免费吗？": "parking",
        "学校在哪条路上？": "address",
        "你们在休斯顿吗？": "address",
        "第一节课免费吗？": "trial",
        "试课费可以抵学费吗？": "trial",
        "孩子周四来不了，可以改天补吗？": "makeup",
        "漏了一节课怎么办？": "makeup",
        "孩子不喜欢可以退钱吗？": "refunds",
        "宝宝需要特殊的尿布吗？": "bring",
        "你们提供毛巾吗？": "bring",
    },
}
SCHOOL = [Fact(one["id"], one["title"], one["text"]) for one in TESTING_AGENCY.facts]


def found(question: str, language: str, facts: list[Fact] = SCHOOL) -> list[str]:
    return [one.fact.id for one in Facts(facts, language).relevant(question)]


@pytest.mark.parametrize(
    ("language", "question", "fact"),
    [(language, question, fact) for language in ASKED for question, fact in ASKED[language].items()],
)
def test_a_question_finds_the_english_fact_first(language: str, question: str, fact: str) -> None:
    assert found(question, language)[:1] == [fact]


@pytest.mark.parametrize(("language", "question"), [(lang, asked) for lang in OTHER for asked in OTHER[lang]])
def test_a_question_about_something_else_finds_nothing(language: str, question: str) -> None:
    assert found(question, language) == []


def hits(language: str) -> int:
    return sum(fact in found(question, language) for question, fact in UNSEEN[language].items())


@pytest.mark.parametrize("language", BRIDGED)
def test_no_language_finds_less_than_english_does_of_the_same_questions(language: str) -> None:
    assert hits(language) >= hits("en")


@pytest.mark.parametrize(
    ("language", "question", "fact"),
    [
        ("fr", "Quelle est la température de l'eau ?", "temperature"),
        ("de", "Wie warm ist das Wasser?", "temperature"),
        ("pt", "A água é aquecida?", "temperature"),
        ("vi", "Nước có ấm không?", "temperature"),
        ("zh", "水温是多少度？", "temperature"),
    ],
)
def test_the_water_of_the_other_school_is_found(language: str, question: str, fact: str) -> None:
    facts = [Fact(one["id"], one["title"], one["text"]) for one in BSS.facts]
    assert found(question, language, facts)[:1] == [fact]


@pytest.mark.parametrize(
    ("language", "title", "text", "question"),
    [
        ("fr", "Gâteaux", "Des gâteaux sur commande, deux jours avant.", "Faites-vous des gâteaux ?"),
        ("de", "Kuchen", "Wir backen Kuchen auf Bestellung.", "Backt ihr auch Kuchen?"),
        ("pt", "Bolos", "Fazemos bolos sob encomenda.", "Vocês fazem bolos?"),
        ("vi", "Bánh kem", "Nhận làm bánh kem theo yêu cầu.", "Có làm bánh kem không?"),
        ("zh", "蛋糕", "可以定做生日蛋糕。", "可以定做蛋糕吗？"),
        ("fr", "Devoluciones", "Devolvemos el dinero en 30 días: reembolso completo.", "Puis-je être remboursé ?"),
        ("zh", "Horario", "Abierto de lunes a viernes.", "几点开门？"),
    ],
)
def test_facts_in_the_customers_own_language_or_in_spanish_are_found_too(
    language: str, title: str, text: str, question: str
) -> None:
    facts = [*SCHOOL[1:], Fact("own", title, text)]
    assert "own" in found(question, language, facts)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("fr", "l'heure d'ouverture", "horaires"),
        ("fr", "QU'EST-CE QU'IL FAUT APPORTER", "apporter"),
        ("fr", "la première leçon", "la premiere lecon"),
        ("de", "Öffnungszeiten", "öffnen"),
        ("de", "Nachholstunde", "eine Stunde nachholen"),
        ("de", "Schwimmlehrerin", "schwimmen Lehrer"),
        ("de", "Große Straße", "grosse strasse"),
        ("pt", "inscrição", "inscricao"),
        ("vi", "giờ mở cửa", "gio mo cua"),
        ("vi", "đăng ký", "dang ky"),
        ("zh", "学费多少？", "价格"),
    ],
)
def test_ways_to_write_one_thing_are_one_thing(language: str, one: str, other: str) -> None:
    assert content_words(one, language) == content_words(other, language) != frozenset()


def test_where_marks_are_written_they_tell_vietnamese_words_apart() -> None:
    assert content_words("buổi tối", "vi") == content_words("tối", "vi") == {"even"}
    assert content_words("tôi", "vi") == frozenset()


def test_what_is_unknown_of_a_joined_word_counts() -> None:
    assert content_words("Pizzapreise", "de") == {"pizza", "price"}
    assert {"price"} < content_words("披萨价格", "zh")


def test_circumstances_need_no_fact_and_where_alone_asks_for_the_address() -> None:
    assert found("Ouvrez-vous demain matin ?", "fr") == ["hours"]
    assert found("在哪里可以停车？", "zh") == ["parking"]
    assert found("在哪里？", "zh") == ["address"]
    assert found("demain matin", "fr") == []


def plain_letters(word: str) -> str:
    return "".join(letter for letter in normalize("NFKD", word.casefold()) if not combining(letter))


def vocabulary(language: str) -> Vocabulary:
    return getattr(import_module(f"shared.knowledge.languages.{language}"), language.upper())


@pytest.mark.parametrize("language", ["en", *BRIDGED])
def test_every_meaning_is_one_word_of_english_and_no_word_has_two(language: str) -> None:
    said = vocabulary(language)
    assert [meaning for meaning in said.means if meaning != "where" and len(content_words(meaning)) != 1] == []
    fold = str.casefold if said.toned else plain_letters
    listed = [word for words in (said.idle, *said.means.values()) for word in set(map(fold, words.split()))]
    assert sorted({word for word in listed if listed.count(word) > 1}) == []


@pytest.mark.parametrize("language", BRIDGED)
def test_english_that_stands_in_a_text_of_another_language_is_read_as_english(language: str) -> None:
    assert content_words("parking?", language) == {"park"}
    assert content_words("Hello, thanks!", language) == frozenset()


@given(st.text(max_size=200), st.sampled_from([*BRIDGED, "en", "es", "it", ""]))
def test_any_text_is_read_in_any_language(text: str, language: str) -> None:
    assert all(content_words(text, language))
    assert all(1 >= one.score >= FLOOR for one in Facts(SCHOOL, language).relevant(text))
