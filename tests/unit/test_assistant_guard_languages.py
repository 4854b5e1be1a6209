"""The guard in our other languages: what it must let through, and what it must stop, where the evidence is English."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.seed_data import TESTING_AGENCY
from shared.assistant import Outcome, Turn, figures, urls
from shared.assistant.contacts import Known
from shared.assistant.form import fit, sentence_ends, whole_sentences
from shared.assistant.guard import Evidence, Violation, check, check_answer
from shared.assistant.language import LANGUAGES
from shared.assistant.phrases import Phrase, sentence
from shared.assistant.units import unit_ends
from tests.unit.assistant_support import CANARY, Bench, Reader, says

FOREIGN = [language for language in LANGUAGES if language not in ("en", "es")]
FACTS = tuple(f"{one['title']}\n{one['text']}" for one in TESTING_AGENCY.facts)
OWN = (TESTING_AGENCY.name, TESTING_AGENCY.description, TESTING_AGENCY.contact)


def evidence(language: str, *texts: str, theirs: tuple[str, ...] = (), said: tuple[str, ...] = OWN) -> Evidence:
    return Evidence(
        canary=CANARY,
        links=tuple(link["url"] for link in TESTING_AGENCY.links),
        known=Known((*texts, *OWN), theirs),
        texts=(*texts, *said),
        times=theirs,
        nothing=not texts,
        said=said,
        language=language,
    )


FINE = {
    "fr": [
        "Nous sommes ouverts du lundi au vendredi de 9 h à 20 h, le samedi de 8 h à 14 h.",
        "Un cours d'essai coûte 15 $, déduits de l'inscription.",
        "Oui, le parking derrière le bâtiment est gratuit.",
        "Une leçon manquée peut être rattrapée dans les 30 jours.",
        "Le samedi, nous fermons à 2 h de l'après-midi.",
        "Appelez l'accueil au (281) 555-0190.",
    ],
    "de": [
        "Wir haben Montag bis Freitag von 9 bis 20 Uhr geöffnet, samstags von 8:00 bis 14:00 Uhr.",
        "Eine Probestunde kostet 15 Dollar.",
        "Ja, hinter dem Gebäude kann man kostenlos parken.",
        "Verpasste Stunden können innerhalb von 30 Tagen nachgeholt werden.",
        "Am Samstag schließen wir um 2 Uhr nachmittags.",
        "Die Rezeption erreichen Sie unter (281) 555-0190.",
    ],
    "pt": [
        "Abrimos de segunda a sexta das 9h às 20h e no sábado das 8h às 14h.",
        "A aula experimental custa US$ 15, descontados na matrícula.",
        "Sim, o estacionamento atrás do prédio é gratuito.",
        "Uma aula perdida pode ser reposta em até 30 dias.",
        "No sábado fechamos às 2 da tarde.",
        "Ligue para a recepção: (281) 555-0190.",
    ],
    "vi": [
        "Chúng tôi mở cửa từ 9 giờ sáng đến 8 giờ tối, thứ Bảy từ 8 giờ đến 14 giờ.",
        "Buổi học thử có giá 15 đô la, được trừ khi đăng ký.",
        "Có, bãi đậu xe miễn phí ở phía sau tòa nhà.",
        "Buổi học bị lỡ có thể học bù trong vòng 30 ngày.",
        "Thứ Bảy đóng cửa lúc 2 giờ chiều.",
        "Bạn gọi quầy lễ tân: (281) 555-0190.",
    ],
    "zh": [
        "我们周一至周五上午9点到晚上8点营业。周六8点到14点。",
        "试课15美元，报名后可抵扣。",
        "有的，楼后有免费停车场。欢迎您来！",
        "缺课可以在30天内补上。",
        "周六下午两点关门。",
        "请致电前台：(281) 555-0190。",
    ],
}
BAD = {
    "fr": {
        "Un cours d'essai coûte 25 $.": Violation.UNGROUNDED_FIGURE,
        "Un cours d'essai coûte 15,50 $.": Violation.UNGROUNDED_FIGURE,
        "Nous fermons à 22 h.": Violation.UNGROUNDED_FIGURE,
        "Nous sommes ouverts de 7 à 20 h.": Violation.UNGROUNDED_FIGURE,
        "Le samedi nous fermons à 8 heures du soir et demie, à 20 h 30.": Violation.UNGROUNDED_FIGURE,
        "Vous avez 20 pour cent de réduction.": Violation.UNGROUNDED_FIGURE,
        "Inscrivez-vous sur https://evil.example/inscription": Violation.FOREIGN_LINK,
        "Appelez le 713-555-0199.": Violation.FOREIGN_CONTACT,
    },
    "de": {
        "Eine Probestunde kostet 25 Euro.": Violation.UNGROUNDED_FIGURE,
        "Das macht 1.015 $.": Violation.UNGROUNDED_FIGURE,
        "Wir schließen um 22 Uhr.": Violation.UNGROUNDED_FIGURE,
        "Wir haben von 7 bis 20 Uhr geöffnet.": Violation.UNGROUNDED_FIGURE,
        "Samstags bis 3 Uhr nachmittags.": Violation.UNGROUNDED_FIGURE,
        "Sie bekommen 20 Prozent Rabatt.": Violation.UNGROUNDED_FIGURE,
        "Melden Sie sich auf evil.example/anmeldung an.": Violation.FOREIGN_LINK,
        "Rufen Sie 713-555-0199 an.": Violation.FOREIGN_CONTACT,
    },
    "pt": {
        "A aula experimental custa R$ 25.": Violation.UNGROUNDED_FIGURE,
        "Custa 25 dólares.": Violation.UNGROUNDED_FIGURE,
        "Fechamos às 22h.": Violation.UNGROUNDED_FIGURE,
        "Abrimos das 7 às 20h.": Violation.UNGROUNDED_FIGURE,
        "No sábado até as 3 da tarde.": Violation.UNGROUNDED_FIGURE,
        "Você ganha 20 por cento de desconto.": Violation.UNGROUNDED_FIGURE,
        "Inscreva-se em www.evil.shop": Violation.FOREIGN_LINK,
        "Ligue para 713-555-0199.": Violation.FOREIGN_CONTACT,
    },
    "vi": {
        "Buổi học thử giá 25 đô la.": Violation.UNGROUNDED_FIGURE,
        "Học phí 1.500.000 đồng một tháng.": Violation.UNGROUNDED_FIGURE,
        "Chúng tôi đóng cửa lúc 10 giờ tối.": Violation.UNGROUNDED_FIGURE,
        "Mở cửa từ 7 đến 20 giờ.": Violation.UNGROUNDED_FIGURE,
        "Thứ Bảy mở đến 3 giờ rưỡi chiều.": Violation.UNGROUNDED_FIGURE,
        "Bạn được giảm 20 phần trăm.": Violation.UNGROUNDED_FIGURE,
        "Đăng ký tại evil.com nhé.": Violation.FOREIGN_LINK,
        "Bạn hãy gọi 713-555-0199.": Violation.FOREIGN_CONTACT,
    },
    "zh": {
        "试课25美元。": Violation.UNGROUNDED_FIGURE,
        "试课二十五元。": Violation.UNGROUNDED_FIGURE,
        "晚上十点关门。": Violation.UNGROUNDED_FIGURE,
        "7点到20点营业。": Violation.UNGROUNDED_FIGURE,
        "现在报名打八折。": Violation.UNGROUNDED_FIGURE,
        "还有5个名额。": Violation.UNGROUNDED_FIGURE,
        "请在evil。com报名。": Violation.FOREIGN_LINK,
        "请拨打713-555-0199。": Violation.FOREIGN_CONTACT,
    },
}
NEEDS_NO_FACT = {
    "fr": [
        "Bonjour ! Comment puis-je vous aider ?",
        "Merci à vous, bonne journée !",
        "Je suis l'assistant de Testing Agency, ravi de vous aider.",
        "De rien, à bientôt !",
        "Quel âge a votre enfant ?",
        "D'accord. Quel jour vous conviendrait le mieux pour la leçon ?",
        "Nous proposons des cours de natation pour bébés, enfants et adultes, en petits groupes.",
    ],
    "de": [
        "Guten Tag! Wie kann ich Ihnen helfen?",
        "Gern geschehen, einen schönen Tag noch!",
        "Ich bin der Assistent von Testing Agency und helfe Ihnen gerne.",
        "Vielen Dank und bis bald!",
        "Wie alt ist Ihr Kind?",
        "Verstanden. Welcher Tag würde Ihnen am besten passen?",
        "Wir bieten Schwimmkurse für Babys, Kinder und Erwachsene in kleinen Gruppen.",
    ],
    "pt": [
        "Olá! Como posso ajudar você?",
        "De nada, tenha um ótimo dia!",
        "Sou o assistente da Testing Agency e fico feliz em ajudar.",
        "Obrigado, até logo!",
        "Quantos anos tem o seu filho?",
        "Claro. Qual dia seria melhor para você?",
        "Oferecemos aulas de natação para bebês, crianças e adultos, em turmas pequenas.",
    ],
    "vi": [
        "Xin chào! Tôi có thể giúp gì cho bạn?",
        "Không có gì, chúc bạn một ngày tốt lành!",
        "Tôi là trợ lý của Testing Agency, rất vui được giúp bạn.",
        "Cảm ơn bạn, hẹn gặp lại!",
        "Bé nhà bạn mấy tuổi ạ?",
        "Vâng ạ. Bạn muốn học vào ngày nào?",
        "Chúng tôi dạy bơi cho em bé, trẻ em và người lớn, theo nhóm nhỏ.",
    ],
    "zh": [
        "您好！请问有什么可以帮您？",
        "不客气，祝您愉快！",
        "我是Testing Agency的助手，很高兴为您服务。",
        "谢谢，再见！",
        "您的孩子几岁了？",
        "好的。您想哪一天上课？",
        "我们为宝宝、儿童和成人提供小组游泳课。",
    ],
}
INVENTED = {
    "fr": [
        "Oui, nous avons un beau sauna.",
        "Bien sûr, la pizza est incluse !",
        "Bonjour ! Le wifi est gratuit pour tous nos clients.",
        "Nous recrutons en ce moment.",
        "Votre remboursement est déjà en route.",
        "Nous garantissons des progrès rapides.",
        "Le parking est gratuit. Autre chose ?",
    ],
    "de": [
        "Ja, wir haben eine schöne Sauna.",
        "Natürlich, Pizza ist inklusive!",
        "Guten Tag! Das WLAN ist für alle Kunden kostenlos.",
        "Wir stellen gerade Leute ein.",
        "Ihre Rückerstattung ist schon unterwegs.",
        "Wir garantieren schnelle Fortschritte.",
        "Das Parken ist kostenlos. Sonst noch etwas?",
    ],
    "pt": [
        "Sim, temos uma sauna linda.",
        "Claro, a pizza está incluída!",
        "Oi! O wifi é grátis para todos os clientes.",
        "Estamos contratando agora.",
        "Seu reembolso já está a caminho.",
        "Garantimos que seu filho vai aprender a mergulhar.",
        "O estacionamento é gratuito. Mais alguma coisa?",
    ],
    "vi": [
        "Có, chúng tôi có phòng xông hơi.",
        "Dạ, đã bao gồm pizza ạ!",
        "Xin chào! Wifi miễn phí cho mọi khách hàng.",
        "Chúng tôi đang tuyển nhân viên.",
        "Tiền của bạn đã được hoàn lại.",
        "Chúng tôi bảo đảm con bạn sẽ lặn giỏi.",
        "Bãi đậu xe miễn phí. Bạn cần gì nữa không?",
    ],
    "zh": [
        "有的，我们有很棒的桑拿房。",
        "当然，披萨是免费的！",
        "您好！无线网络对所有顾客免费。",
        "我们正在招聘。",
        "您的退款已经在路上了。",
        "我们保证您的孩子学会潜水。",
        "停车免费。还需要什么吗？",
    ],
}


def each(corpus: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(language, text) for language, texts in corpus.items() for text in texts]


def judged(text: str, grounds: Evidence) -> Violation | None:
    return check_answer(text, fit(text, "webchat").body, grounds)


@pytest.mark.parametrize(("language", "text"), each(FINE))
def test_a_translation_of_what_the_facts_say_passes(language: str, text: str) -> None:
    assert judged(text, evidence(language, *FACTS)) is None


@pytest.mark.parametrize(
    ("language", "text", "wrong"), [(one, text, wrong) for one in BAD for text, wrong in BAD[one].items()]
)
def test_a_figure_a_link_or_a_number_that_nobody_gave_is_stopped_in_every_language(
    language: str, text: str, wrong: Violation
) -> None:
    assert judged(text, evidence(language, *FACTS)) is wrong
    assert judged(text, evidence(language)) is wrong


@pytest.mark.parametrize(("language", "text"), each(NEEDS_NO_FACT))
def test_greetings_questions_and_what_the_business_says_of_itself_need_no_fact(language: str, text: str) -> None:
    assert judged(text, evidence(language)) is None


@pytest.mark.parametrize(("language", "text"), each(INVENTED))
def test_a_claim_without_evidence_is_stopped_in_every_language(language: str, text: str) -> None:
    assert judged(text, evidence(language)) is Violation.UNGROUNDED_CLAIM


TIMES = {
    "8 h": 480,
    "8h": 480,
    "8 Uhr": 480,
    "20 h": 1200,
    "20h": 1200,
    "20h30": 1230,
    "20 h 30": 1230,
    "8 heures du soir": 1200,
    "8 h 30 du matin": 510,
    "3 h de l'après-midi": 900,
    "midi": 720,
    "minuit": 0,
    "20 Uhr": 1200,
    "20.30 Uhr": 1230,
    "20:30 Uhr": 1230,
    "8 Uhr abends": 1200,
    "8:30 abends": 1230,
    "12 Uhr mittags": 720,
    "20 horas": 1200,
    "8 da noite": 1200,
    "8h30 da manhã": 510,
    "meio-dia": 720,
    "8 de la tarde": 1200,
    "20 giờ": 1200,
    "8 giờ tối": 1200,
    "8 giờ 30 sáng": 510,
    "8 giờ rưỡi tối": 1230,
    "8:30 tối": 1230,
    "11 giờ trưa": 660,
    "晚上8点": 1200,
    "晚上八点": 1200,
    "下午4点半": 990,
    "上午9点一刻": 555,
    "20点30分": 1230,
    "二十点": 1200,
    "晚上8:30": 1230,
    "中午12点": 720,
    "noon": 720,
    "8 PM": 1200,
    "20:30": 1230,
}
EITHER = {"8 giờ": 480, "8点": 480, "八点半": 510, "8:30": 510}
NO_TIMES = [
    "l'après-midi",
    "48 h",
    "8小时",
    "这一点我不清楚",
    "早一点来",
    "2.5 h",
    "$8 h",
    "3 Uhren",
    "第3点",
    "8 hours",
    "24时间",
    "thứ 2 buổi sáng",
    "turma 2 da manhã",
    "grupo 3 de la tarde",
]


@pytest.mark.parametrize(("text", "minute"), TIMES.items())
def test_a_time_is_read_as_every_language_writes_it(text: str, minute: int) -> None:
    for sentence_around in (text, f"Oui, {text}.", f"({text})"):
        assert [one.minutes for one in figures.times(sentence_around)] == [frozenset({minute})]


@pytest.mark.parametrize(("text", "minute"), EITHER.items())
def test_a_time_that_may_be_of_either_half_of_the_day_means_both(text: str, minute: int) -> None:
    assert [one.minutes for one in figures.times(text)] == [frozenset({minute, minute + 720})]


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_looks_like_a_time_and_is_none_is_none(text: str) -> None:
    assert figures.times(text) == ()


@pytest.mark.parametrize(
    "text", ["9-20 Uhr", "de 9 à 20 h", "von 9 bis 20 Uhr", "das 9 às 20h", "từ 9 đến 20 giờ", "9到20点", "9 – 20 h"]
)
def test_of_a_range_both_ends_are_times(text: str) -> None:
    assert figures.unsupported(text, ["Open 9:00-20:00"]) == ()
    assert figures.unsupported(text, ["Open 10:00-20:00"]) != ()
    assert figures.unsupported(text, ["Open 9:00-19:00"]) != ()


@pytest.mark.parametrize("text", ["dure 2 heures", "dura 2 horas", "dura 2h", "kéo dài 2 giờ"])
def test_hours_that_something_takes_are_no_time_of_day_that_nobody_gave(text: str) -> None:
    assert figures.unsupported(text, ["The party takes two hours."]) == ()
    assert figures.unsupported(text, ["The party takes 2 hours."]) == ()
    assert figures.unsupported(text, ["The party takes 3 hours."]) != ()


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("85,50 €", "$85.50"),
        ("1.085,50 €", "$1,085.50"),
        ("1 085 €", "$1,085"),
        ("1.085 Euro", "$1,085"),
        ("US$ 85", "$85"),
        ("R$ 85,00", "$85"),
        ("85 đô", "$85"),
        ("85美元", "$85"),
        ("八十五块钱一节课", "$85"),
        ("一百零五元", "$105"),
        ("20 Prozent", "20% off"),
        ("20 pour cent", "20% off"),
        ("20 phần trăm", "20% off"),
        ("百分之二十", "20% off"),
        ("打8折", "20% off"),
        ("85折", "15% off"),
        ("2 freie Plätze", "2 spots"),
        ("2 vagas", "2 spots"),
        ("2 chỗ trống", "2 spots"),
        ("两个名额", "2 spots"),
    ],
)
def test_an_amount_is_read_as_every_language_writes_it(text: str, given: str) -> None:
    assert figures.unsupported(text, [given]) == ()
    assert figures.unsupported(text, ["7"]) != ()


@pytest.mark.parametrize(
    ("ours", "order"),
    [
        ("Nous vous appellerons au {}.", "Appelez le {}."),
        ("J'écris à votre adresse et j'appelle votre numéro {}.", "Appelez le numéro {}."),
        ("Wir melden uns unter Ihrer Nummer {}.", "Rufen Sie {} an."),
        ("Ligaremos para você no {}.", "Você pode ligar para {}."),
        ("Chúng tôi sẽ gọi cho bạn theo số {}.", "Bạn hãy gọi số {}."),
        ("我们会打电话给您：{}。", "您可以拨打{}。"),
    ],
)
def test_a_customers_own_number_is_repeated_to_them_and_not_recommended(ours: str, order: str) -> None:
    number = "713-555-0199"
    told = evidence("fr", *FACTS, theirs=(f"mon numéro : {number}",))
    assert check(ours.format(number), told) is None
    assert check(order.format(number), told) is Violation.FOREIGN_CONTACT


def test_an_order_that_stands_well_before_the_number_is_one_all_the_same() -> None:
    told = evidence("fr", *FACTS, theirs=("mon numéro : 713-555-0199",))
    order = f"{'Bonjour et merci. ' * 20}Appelez, à l'heure qui vous conviendra demain, votre ami au "
    assert check(f"{order}713-555-0199.", told) is Violation.FOREIGN_CONTACT


@pytest.mark.parametrize(
    "text",
    [
        "我们9点开门。请联系前台。",
        "营业时间：9点。Parking免费。",
        "请到泳池。BSS欢迎您。",
        "周六9点。8点关门。",
        "我们在一楼。中文服务。",
    ],
)
def test_two_chinese_sentences_are_no_link(text: str) -> None:
    assert urls.found(text) == ()


@pytest.mark.parametrize(
    "text", ["看evil。com", "看evil。COM吧", "evil。中国", "淘宝。com", "www。evil。shop", "看evil。vip", "看淘宝。CN"]
)
def test_a_chinese_full_stop_hides_no_link(text: str) -> None:
    assert urls.found(text) != ()


def test_a_long_chinese_sentence_is_no_secret_and_does_not_hide_one() -> None:
    long = "我们周一至周五9点到20点营业欢迎您带宝宝来BSS游泳学校上课期待您的光临谢谢大家的支持与信任"
    assert check(long, evidence("zh", *FACTS, "BSS")) is None
    assert check("密钥AIzaSyAbcdefghijklmnopqrs在此", evidence("zh", *FACTS)) is Violation.SECRET
    assert check("看9f86d081884c7d659a2feaa0c55ad015a3bf", evidence("zh", *FACTS)) is Violation.SECRET


def test_chinese_sentences_end_without_a_space() -> None:
    text = "周六8点开门。您想来吗？欢迎！还有"
    assert [text[:end] for end in sentence_ends(text)] == [
        "周六8点开门。",
        "周六8点开门。您想来吗？",
        "周六8点开门。您想来吗？欢迎！",
    ]
    assert whole_sentences(text) == "周六8点开门。您想来吗？欢迎！"
    assert unit_ends(text, 0) == [7, 12, 15]
    assert unit_ends("看evil。", 0) == []
    assert unit_ends("看evil。com吧", 0, whole=True) == [len("看evil。com吧")]
    assert unit_ends("他说“好。”然后走了", 0) == [len("他说“好。”")]


@pytest.mark.parametrize("ahead", ["mot " * 37, "mot " * 38, "mot " * 39])
@pytest.mark.parametrize("clock", ["8 h du soir", "8 horas da noite", "8 de la noche", "8 giờ tối"])
def test_no_unit_ends_between_an_hour_and_its_half_of_the_day(ahead: str, clock: str) -> None:
    text = f"{ahead}{clock} et encore " + "des mots " * 20
    ends = [0, *unit_ends(text, 0, whole=True)]
    assert any(clock in text[one:other] for one, other in pairwise(ends))


@given(st.text(max_size=300), st.lists(st.text(max_size=60), max_size=3), st.sampled_from([*LANGUAGES, "it", ""]))
def test_no_text_in_any_language_can_break_the_guard(text: str, others: list[str], language: str) -> None:
    grounds = evidence(language, theirs=tuple(others), said=tuple(others))
    assert check(text, grounds) in (None, *Violation)


@pytest.mark.parametrize("flood", ["1", "1.000 ", "8 h ", "9-", "百", "看。", "vous appelez ", "a1中"])
def test_no_flood_takes_long_to_judge(flood: str) -> None:
    since = time.process_time()
    check((flood * 6000)[:6000], evidence("zh"))
    assert time.process_time() - since < 2


@given(st.text(alphabet="0123456789 :.,hUrgiờ点点半一二三十百两折元块€$%-晚上下午abendssáng早", max_size=40))
def test_no_figure_can_break_the_reading_of_figures(text: str) -> None:
    assert all(0 <= minute < 1440 for one in figures.times(text) for minute in one.minutes) or ":" in text
    assert isinstance(figures.unsupported(text, [text]), tuple)


ASKED = {
    "fr": ("Où peut-on se garer ?", "Derrière le bâtiment, c'est gratuit : 40 places."),
    "de": ("Wo kann man parken?", "Kostenlos hinter dem Gebäude, 40 Plätze."),
    "pt": ("Onde posso estacionar?", "Atrás do prédio, grátis, 40 vagas."),
    "vi": ("Đậu xe ở đâu ạ?", "Phía sau tòa nhà, miễn phí, có 40 chỗ."),
    "zh": ("在哪里停车？", "楼后免费停车，有40个车位。"),
}
SAUNA = {
    "fr": ("Avez-vous un sauna ?", "Oui, nous avons un beau sauna."),
    "de": ("Gibt es eine Sauna?", "Ja, wir haben eine schöne Sauna."),
    "pt": ("Vocês têm sauna?", "Sim, temos uma sauna linda."),
    "vi": ("Có phòng xông hơi không?", "Có, phòng xông hơi rất đẹp."),
    "zh": ("有桑拿吗？", "有的，我们有很棒的桑拿房。"),
}


@pytest.mark.parametrize("language", FOREIGN)
async def test_an_english_fact_is_answered_from_in_the_customers_language(language: str) -> None:
    question, reply = ASKED[language]
    answer = await Bench([says(reply)]).answer(question, language=language, channel="webchat")
    assert (answer.text, answer.outcome, answer.language) == (reply, Outcome.ANSWERED, language)
    assert answer.sources == ("fact:parking",)


@pytest.mark.parametrize("language", FOREIGN)
async def test_where_nothing_is_known_no_language_claims_anything(language: str) -> None:
    question, reply = SAUNA[language]
    answer = await Bench([says(reply)]).answer(question, language=language, channel="webchat")
    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, "guard:ungrounded_claim")


@pytest.mark.parametrize("language", FOREIGN)
async def test_its_own_sentence_for_not_knowing_is_an_unknown_in_every_language(language: str) -> None:
    ours = sentence(Phrase.UNKNOWN, language, "Blue Swim")
    answer = await Bench([says(ours)]).answer(SAUNA[language][0], language=language, channel="webchat")
    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, None)
    told = await Bench([says(f"{ours} {ASKED[language][1]}")]).answer(ASKED[language][0], language=language)
    assert told.outcome is Outcome.ANSWERED


async def test_of_our_own_chinese_sentence_its_beginning_is_enough() -> None:
    begun = sentence(Phrase.UNKNOWN, "zh", "Blue Swim").split("。")[0] + "。"
    answer = await Bench([says(begun)]).answer(SAUNA["zh"][0], language="zh", channel="webchat")
    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, None)


@pytest.mark.parametrize("language", FOREIGN)
async def test_what_the_business_said_in_english_may_be_said_again(language: str) -> None:
    history = (Turn("customer", "sauna?"), Turn("person", "Yes, the parking is free on weekends."))
    replies = {
        "fr": "Le parking est gratuit le week-end.",
        "de": "Das Parken ist am Wochenende kostenlos.",
        "pt": "O estacionamento é grátis no fim de semana.",
        "vi": "Đậu xe miễn phí vào cuối tuần.",
        "zh": "周末停车免费。",
    }
    answer = await Bench([says(replies[language])]).answer("?", language=language, history=history)
    assert answer.outcome is Outcome.ANSWERED


async def test_what_the_business_said_in_the_customers_language_may_be_said_again() -> None:
    history = (Turn("customer", "sauna ?"), Turn("person", "Le sauna est fermé le lundi."))
    answer = await Bench([says("Le lundi, le sauna n'est pas ouvert.")]).answer("?", language="fr", history=history)
    assert answer.outcome is Outcome.ANSWERED


async def test_a_chinese_answer_is_heard_sentence_by_sentence() -> None:
    reader = Reader()
    said = "楼后有免费停车场。一共有40个车位。欢迎您来！"
    answer = await Bench([says(said)]).streamed(ASKED["zh"][0], reader=reader, language="zh")
    assert answer.text == said
    assert reader.events == ["楼后有免费停车场。", "一共有40个车位。", "欢迎您来！"]


@pytest.mark.parametrize("language", FOREIGN)
async def test_a_locale_is_its_language(language: str) -> None:
    question, reply = ASKED[language]
    answer = await Bench([says(reply)]).answer(question, language=f"{language}-XX", channel="webchat")
    assert answer.sources == ("fact:parking",)


async def test_in_a_language_that_is_none_of_ours_a_claim_without_evidence_is_stopped() -> None:
    answer = await Bench([says("Certo, abbiamo una sauna.")]).answer("Avete una sauna?", language="it")
    assert (answer.outcome, answer.reason) == (Outcome.UNKNOWN, "guard:ungrounded_claim")
