"""Portuguese, as in Brazil."""

from __future__ import annotations

from shared.knowledge.languages.kinds import Vocabulary

PT = Vocabulary(
    idle="""
    a à abraço abraços aceita aceitam acontece ai aí ainda algo alguém algum alguma algumas alguns ao aos aquela
    aquele aqui as às até até_logo até_mais avise beleza bem bem_vinda bem_vindo boa boa_noite boa_tarde boas bom
    bom_dia bom_fim_de_semana bonito bons c cada caso chegar claro com como consegue conseguir consigo d da daí dar
    das de de_nada dela delas dele deles depois desculpa desculpe desde dessa desse desta deste deu deve devemos devo
    diga disponível do dos e é ela elas ele eles em emprestam encontrar encontro então entre era escola especiais
    especial essa essas esse esses esta está estão estar estas estava este estes estou eu exatamente existe existem
    faço favor faz fazem fazer fica ficam foi for fora fornece fornecem fornecer funcionar gente gosta gostar gostaria
    gostaríamos gostei gosto há informaç* interessada interessado ir isso isto já jeito la lá legal leva lhe lhes logo
    m mais mas me mesmo meu meus minha minhas muita muitas muito muitos n na nada não nas né necessária necessário nem
    nenhum nenhuma no nos nós nossa nossas nosso nossos num numa o obrigada obrigado obrigatório oferece oferecem oi
    ok olá os ótimo ótimo_dia ou outra outras outro outro_dia outros p para pela pelas pelo pelos perfeito pergunta
    perguntas permitido pode podem podemos poderia poderiam pois por por_favor porque possível posso pra prazer
    precisa precisam precisamos preciso prezados primeir* procura procuro quais qual qualquer quando que quê quem
    queremos queria quero recebe receber recebo s sabe saber sair se seja_bem_vindo sem sempre ser será seria seu seus
    sim só sobre somos sou sua suas tá também tanto tão tchau te tem têm temos tenha tenho ter teria tinha tô toda
    todas todo todos tu tudo tudo_bem u um um_bom_dia uma umas uns usar vai vamos vão vc vcs vem vêm venho vez vezes
    vir visitar você voce vocês voces vocês_têm vou
    """,
    means={
        "access": "acessib* acessível",
        "address": """
        endereço* onde_fica onde_ficam onde_vocês_ficam onde_estão onde_é localiza* como_chegar como_chego chegar_aí
        rua
        """,
        "adult": "adult*",
        "advanced": "avançad*",
        "afternoon": "tarde tardes",
        "age": "idade* faixa_etária quantos_anos",
        "april": "abril",
        "ask": "pergunt* dúvida* dúvidas",
        "assess": "avaliação avaliar",
        "assistant": "assistente virtual",
        "august": "agosto",
        "baby": "bebê* bebe nenê*",
        "bathroom": "banheiro* sanitário*",
        "beginner": "iniciante* principiante* nunca_nadou",
        "birthday": "aniversário*",
        "bring": "levar trazer levo trago traga",
        "bus": "ônibus metrô trem",
        "cancel": "cancel* desist*",
        "card": "cartão cartões",
        "cash": "dinheiro_vivo em_dinheiro espécie",
        "certified": "certific* qualific* formad*",
        "change": "mudar mudança trocar vestiário*",
        "children": "criança* filh* menin* garot* adolescente*",
        "christmas": "natal",
        "cold": "frio fria frias gelad*",
        "contract": "contrato* fidelidade",
        "day": "dia dias",
        "december": "dezembro",
        "degrees": "grau graus",
        "diaper": "fralda*",
        "disabled": "deficien* cadeira_de_rodas cadeirante*",
        "discount": "desconto* promoç*",
        "dog": "cachorro* cão animal animais",
        "easter": "páscoa",
        "email": "email* e_mail* mail correio_eletrônico",
        "enjoy": "aproveite*",
        "evening": "noite noites",
        "february": "fevereiro",
        "food": "comida comer lanche*",
        "free": "grátis gratuit* de_graça",
        "friday": "sexta_feira sextas_feiras sexta sextas",
        "gift": "presente* vale_presente*",
        "goggles": "óculos",
        "group": "grupo* turma*",
        "happy": "feliz contente",
        "help": "ajud*",
        "holiday": "feriado* férias",
        "hours": """
        horário* hora horas abre abrem abrir aberto aberta abertos abertas fecha fecham fechado fechados fechada
        que_horas a_que_horas funcionamento funciona funcionam atend*
        """,
        "insurance": "seguro*",
        "january": "janeiro",
        "job": "emprego* vaga_de_emprego trabalhar currículo* contratando contratam",
        "july": "julho",
        "june": "junho",
        "language": "idioma* inglês espanhol português",
        "late": "atras* tarde_demais",
        "lesson": "aula* curso* lição lições",
        "level": "nível níveis",
        "lifeguard": "salva_vidas",
        "locker": "armário*",
        "long": "duração dura duram quanto_tempo minutos",
        "look": "olhar",
        "makeup": "repor reposição reposições recuper* perdi perder perdemos perdeu perdida perdidas falt* compensar",
        "march": "março",
        "meet": "conhecer",
        "membership": "associad* plano planos",
        "monday": "segunda_feira segundas_feiras segunda segundas",
        "month": "mês meses mensal mensais",
        "morning": "manhã manhãs de_manhã",
        "november": "novembro",
        "october": "outubro",
        "online": "online site internet",
        "parents": "pai pais mãe mães avó avô",
        "park": "estacion* vaga_para_carro carro carros",
        "party": "festa*",
        "payment": "pago paga pagar pagam pagamos pagamento* entrada",
        "phone": "telefon* tel telefone celular número ligar ligação whatsapp",
        "photo": "foto* vídeo*",
        "picture": "imagem imagens",
        "place": "vaga vagas lugar lugares",
        "pool": "piscina*",
        "price": "preço* valor* custa* custo* custam quanto mensalidade* taxa* tarifa* cobr* quanto_é quanto_custa",
        "private": "particular* individual individuais privad*",
        "reach": "contato* falar",
        "refund": "reembols* devolução devolv* dinheiro_de_volta estorno*",
        "register": "inscri* inscrev* matrícul* matricul* cadastr* reserv* agendar agendamento marcar",
        "reschedule": "remarc* reagend*",
        "rules": "regra* regulamento",
        "safe": "segurança",
        "saturday": "sábado*",
        "see": "ver vejo veja",
        "send": "envi* mandar manda",
        "september": "setembro",
        "shower": "chuveiro* ducha*",
        "siblings": "irmão irmãos irmã irmãs",
        "sick": "doente* doença febre",
        "start": "começ* início inicia",
        "sunday": "domingo*",
        "swim": "nad* natação",
        "swimsuit": "maiô* sunga* roupa_de_banho traje*",
        "teacher": "professor* instrutor*",
        "temperature": "temperatura* quente aquecid* morna",
        "thursday": "quinta_feira quintas_feiras quinta quintas",
        "today": "hoje",
        "tomorrow": "amanhã",
        "towel": "toalha*",
        "trial": "experimental experimentais teste experimentar testar",
        "tuesday": "terça_feira terças_feiras terça terças",
        "wait": "lista_de_espera espera",
        "water": "água*",
        "wednesday": "quarta_feira quartas_feiras quarta quartas",
        "week": "semana semanas semanal",
        "weekend": "fim_de_semana fins_de_semana final_de_semana finais_de_semana",
        "where": "onde aonde",
        "year": "ano anos anual",
    },
)
