"""Words by which a language is told: short ones that every sentence has, and what customers ask about.

A word that several of our languages have must stand with each of them: then it tells nothing between those.
"""

from __future__ import annotations

_ENGLISH = """
    a about after again all also am an and any are as at available bad be been before but by call can child children
    class classes comment cost could daughter did didn do does doesn don e for free friday from get good has hat have
    he hello her hi his how i if in is isn it just kid kids kind know late leave lesson lessons let like ll man many
    me message messages monday more morning much my need no not of off old on one open or our parking pay place places
    please plus price prices problem re saturday she should sign so some son sunday sure swim swimming take teach text
    texting texts than thank thanks that the them then there these they this thursday to today tomorrow too tuesday up
    us ve want warm was we wednesday were what when where which who why will with would year years yes yet you your
"""
_SPANISH = """
    a abierto abiertos abre abren adultos agua ahora al algo alguien alguna algún años aprender aquí así aún ayuda
    baja bebé bebés bien buenas buenos buscar busco cada cambiar cancelar cierra cierran clase clases cobrar como con
    correo cómo cual cuales cuando cuanto cuál cuándo cuánta cuántas cuánto cuántos cuesta cuestan curso dan de deja
    dejar deje dejen del descuento descuentos desde después dias dirección días domingo domingos donde dos dónde dura
    e edad el ella ellos empieza empiezan en entiendo entre enviar es escriba escriban escribir eso esta
    estacionamiento está están estás este estoy favor fecha fue gracias gratis gustaría hablar hablo hace hacen hacer
    hasta hay hermanos hija hijo hola hora horario horarios horas hoy inglés inscribir inscribirme inscripción jueves
    la las le les llamar llame llegar llevar lo los lugar lugares lunes maestra maestro mandar mande manden mañana
    martes más me mejor mensaje mensajes mes mesa mi miércoles mis mucho muy nada nadar natación necesito ni ningún
    niña niñas niño niños no noche noches nos nuestra nuestras nuestro nuestros número o ofrecen os otra otro pagar
    para perdimos pero persona piscina podemos podría por porque precio precios primera privada privadas problema
    profesor próxima próximo prueba pueda puede pueden puedo que queremos qué quien quiero quién quisiera quite quiten
    recibir reembolso saber sábado sábados se semana semanas ser si sin sí sobre somos son soy su sus tal también
    tarde tardes te teléfono tenemos tengo tiempo tiene tienen toalla todavía todo todos tu tú ubicados un una uno
    usted ustedes va vamos van vas vez viernes voy y ya yo
"""
_FRENCH = """
    a accord adresse adultes ai an annuler ans appeler apporter apprendre as au aujourd aussi aux avant avec avez
    avoir avons beaucoup bébé bébés bien bon bonjour bonsoir ce ces cet cette ceux changer chaque cherche chez combien
    comme commence comment cours coûte coûtent ça dans de demain depuis des deux dimanche disponible disponibles dois
    donc du dure e eau elle elles en encore enfant enfants entre es essai est et eux était êtes être faire fait faites
    famille faut fermé fille filles fils garçon gratuit heure heures horaire horaires hui il ils inscription inscrire
    je jeudi jusqu la là le leçon leçons les leur lui lundi ma mai mais mardi matin me merci mercredi mes message
    messages même mieux moi mon nager natation ne ni nos notre nous numéro on ont ou ouvert ouverte ouverts ouvrez où
    par parking parle pas personne petit petite peu peur peut peuvent peux piscine place places plaît plus pour
    pourquoi pouvez prix problème prochain prochaine puis puisque qu quand que quel quelle quelles quelqu quels qui
    quoi recevoir remboursement reste retard rien s'il sa salut samedi sans savoir se semaine serai serait serons
    serviette ses si soir son sont suis sur svp ta tarif tarifs te temps tes texte téléphone toi ton tous tout toute
    très trop tu un une va vas vendredi veut veux vos votre voudrais voulez vous y
"""
_GERMAN = """
    abend abends aber absagen adresse alle alles als alt am an anfänger angst anmelden anmeldung ans auch auf aus bad
    beginnt bei beim bin bis bist bitte brauche brauchen da dabei danke dann das dass dem den der des die dienstag
    dienstags dies diese dieser doch donnerstag du durch e ein eine einem einen einer er erwachsene es etwas euch euer
    eure frei freie freitag fuer für ganz geht geöffnet gern gerne gibt gratis gruß grüße guten hab habe haben habt
    hallo hat hatte hätte hätten heißt heute ich ihm ihn ihr ihre ihrem ihren im immer in ist ja jahr jahre jahren
    jede jeder jemand jetzt kann kein keine keinen kind kinder kindern klar kleine kleiner koennen kosten kostenlos
    kostet können könnt könnte könnten kurs kurse kursen lehrer lernen letzte machen man mehr mein meine meinem meinen
    meiner mich mir mit mittwoch moechte montag montags morgen morgens möchte möchten muss müssen nach nachricht
    nachrichten nächste nächsten nein nicht noch nummer nur ob oder offen ohne platz plätze preis preise preisen
    problem samstag samstags schon schwimmen schwimmkurs schwimmkurse sehr sein seine seit sich sie sind so sohn soll
    sonntag sonntags spät spreche stunde stunden suche tage termin tochter uhr um und uns unser unsere unseren unserer
    unter unterricht über viel viele vom vor wann war warm warum was wasser wäre welche welchem welchen welcher wenn
    wer werden wie wieder will wir wird wo woche wochen wollen würde zahlen zu zum zur
"""
_PORTUGUESE = """
    a aberto abertos abre abrem adultos ainda ajuda alguém algum alguma amanhã aniversário anos ao aos aprender as até
    aula aulas avaliação à às água baixa bebê bebês bem boa bom cada cancelar chegar cobrar com começa começam como
    criança crianças curso cursos custa custam da das data dá dão de deixe dela dele depois desconto descontos dia
    dias do doente domingo domingos dos dura e ela ele eles em endereço entram entre enviar era essa esse esta
    estacionamento está estão este estou eu experimental é falar falo favor fazem fazer fecham feira festa fica ficam
    filha filho filhos foi formulário funciona gostaria gratis grátis há hoje hora horas horário horários idade
    informação informações inglês inscrever inscrição irmãos isso isto já la lá levar lhe ligar lugar mais mandar
    manhã mas matrícula me melhor mensagem mensagens mensalidade mesmo meu meus mês minha minhas mudar muita muito na
    nadar nao nas natação não nem nenhum no noite nos nossa nosso nós num número o obrigada obrigado oi olá onde ontem
    os ou pagar para particulares pela pelo perdemos pessoa piscina pode podem poderia por porque posso pra preciso
    preço preços pro problema procuro professor prova quais qual quando quanta quantas quanto quantos quarta que quem
    queremos queria quero quinta receber reembolso sabe saber sábado sábados são se segunda sem semana semanas ser
    seria seu seus sexta sim sobre só sua suas também tarde te tem temos tempo tenho ter terça têm tinha toalha tu
    tudo turma turmas um uma umas uns vaga vagas vai valor valores vamos voce voces você vocês vou
"""
_VIETNAMESE = """
    ai ấy ạ bao bắt bạn bé bên biết bị boi bơi buổi các cách cần cảm chao chào cháu chiều chị cho chỗ chúng chưa con
    còn có cũng của cửa dạy duoc dưới em gái giá giờ giúp gì gọi gửi hay hãy hết hẹn hoặc hoc hôm hỏi học khi khoá
    khong khóa không ký là làm lại lịch lop lòng lớp lúc mai mà mấy mình mỗi mở một muốn nay nào này ngày người nhất
    nhé nhieu nhiêu nhiều nhỏ như nhưng những nói nước nữa ơi ơn ở phải phí qua ra rất rồi sao sau sáng sẽ số sợ tại
    tháng thầy theo thêm thế thể thì thứ thử tiền toi tôi tối trai trả trẻ trong trước tuần tuổi từ và vào vâng vẫn
    vậy về vì với vui xem xin đang đâu đây đã đăng đều đến để đi đó đóng đủ được
"""
WORDS = {
    language: frozenset(word.casefold() for word in words.split())
    for language, words in (
        ("en", _ENGLISH),
        ("es", _SPANISH),
        ("fr", _FRENCH),
        ("de", _GERMAN),
        ("pt", _PORTUGUESE),
        ("vi", _VIETNAMESE),
        ("zh", ""),
    )
}

# Characters that hardly a name has, and hardly a sentence is without; some of the traditional ones too.
CHINESE = frozenset(
    "的了吗呢吧是在有我你您他她们这那哪个多少几什么怎样能会可以要想请问谢好不没和对给到从开上下点时候间价钱费课学教班报名孩岁"
    "嗎們這個麼樣會請問謝沒對給從開點時間價錢費課學報歲還还也都就"
)
