"""German. Its compounds are taken apart where their parts stand here."""

from __future__ import annotations

from shared.knowledge.languages.kinds import Vocabulary

DE = Vocabulary(
    joined=True,
    idle="""
    ab aber alle allem allen aller alles als also am an anbieten andere anderen angebot angebote ans auch auf
    auf_wiedersehen aus auskunft auskünfte außer bei beim bekomme bekommen bekommt benötige benötigen bereits
    besondere besonderen besonderes besonders besuchen bieten bietet bin bis bis_bald bis_dann bist bitte brauch
    brauche brauchen braucht ciao da dabei dafür danke dankeschön dann daran darf das dass davon dazu dem den denn der
    des deshalb dich die dies diese diesem diesen dieser dieses dir doch dort du durch dürfen eigentlich ein eine
    einem einen einer eines einfach einmal entschuldigung er erhalte erhalten erlaubt erste ersten erster erstes es
    etwa etwas euch euer eure eurem euren eurer falls fast finde finden findet frage frau freundlich freundliche
    freundlichen funktionieren funktioniert für gab ganz gar geben gefallen gefällt gefiele gefunden gegen gehe gehen
    gehören gehört geht gelten genau gerade gern gern_geschehen gerne gewesen gibt gibts gilt ging gleich grüezi gruß
    grüße gut gute gute_nacht guten guten_abend guten_morgen guten_tag guter gutes hab habe haben habt hallo hat hätt
    hatte hätte hatten hätten heißen heißt her herr herzlich herzlichen hi hier hin hinter höchstens ich ihm ihn ihnen
    ihr ihre ihrem ihren ihrer ihres im immer in indem info* information* ins interesse interessiere interessieren
    irgendwas irgendwelche irgendwo ist ja jede jedem jeden jeder jedes jemand jetzt kann kannst kaum kein keine
    keine_ursache keinem keinen keiner klappt komm komme kommen kommst kommt können könnt könnte könnten kriege kriegt
    lang lasse lassen läuft leider leihen liebe lieber los mache machen macht mag mal man manche mehr mein meine
    meinem meinen meiner meist mich mindestens mir mit mit_freundlichen_grüßen möchte möchten mögen möglich
    möglichkeit möglichkeiten moin muss müssen müsste na nach natürlich neben nehmen nein nicht nichts nie noch nötig
    nötige nötigen nun nur ob oder oft ohne ok okay passen passiert passt prima rein sachen sag sagen schon schöne
    schönen schönen_abend schönen_tag schönen_tag_noch schönes schönes_wochenende sehen_uns sehr sehr_gerne sei seid
    sein seine seinem seinen seiner seit selbst selbstverständlich servus sich sie sind so sodass sogar soll sollen
    sollte sollten sonst sowie spät spezielle statt stehen steht stelle stelle_ich stellen stellt stimmt suche suchen
    super termin toll tschüss tun tut über überhaupt um und uns unser unsere unserem unseren unserer unter verfügung
    verlangen verstanden viel viele vielen vielen_dank vielleicht vom von vor vorbei vorbeikommen vorbeischauen
    vorhanden wann war wäre wären waren warum was weise weiß weiter welche welchem welchen welcher welches wem wen
    wenig wenigstens wenn wer werde werden wessen wie wieder wiederkommen wieso wieviele will willkommen wir wird
    wirklich wissen woher wohin wollen wollt wollte wollten worden wünsche wünschen würde wurde würden wurden zeit
    zeiten zeitraum zu zum zur zusammen zwar zwischen
    """,
    means={
        "access": "barrierefrei* zugänglich*",
        "address": """
        adress* anschrift* standort* wo_sind_sie wo_seid_ihr wo_ist_das wo_liegt wo_finde wo_finden wo_befind* befind*
        anfahrt* hinkomm* straße wie_komme_ich wie_kommen_wir
        """,
        "adult": "erwachsen*",
        "advanced": "fortgeschritten*",
        "afternoon": "nachmittag*",
        "age": "alter alters altersgrenze* altersgruppe* wie_alt alt",
        "april": "april",
        "ask": "fragen frag",
        "assistant": "assistent* virtuelle*",
        "august": "august",
        "baby": "baby* säugling* kleinkind*",
        "bathroom": "toilette* klo wc",
        "beginner": "anfänger* einsteiger* anfangen",
        "birthday": "geburtstag*",
        "bring": """
        mitbring* mitnehm* einpack* was_brauchen_wir was_brauche_ich was_braucht_man was_braucht_mein bringen bring
        dabeihaben
        """,
        "bus": "bus bahn ubahn straßenbahn zug",
        "cancel": "absag* sage_ab stornier* kündig* abmeld* storno*",
        "card": "karte* kreditkarte* ec_karte",
        "cash": "bargeld bar",
        "certified": "zertifi* ausgebild* qualifi* geprüft*",
        "change": "ändern wechsel* umkleide* umzieh*",
        "children": "kind kinder kindern kindes kids sohn söhne tochter töchter mädchen junge jungen jugendlich*",
        "christmas": "weihnacht* heiligabend",
        "cold": "kalt kälte kühl",
        "contract": "vertrag verträge vertrags*",
        "day": "tag tage tagen",
        "december": "dezember",
        "degrees": "grad",
        "diaper": "windel*",
        "disabled": "rollstuhl* behinder*",
        "discount": "rabatt* ermäßig* vergünstig* nachlass",
        "dog": "hund* haustier*",
        "easter": "ostern oster*",
        "email": "email* e_mail* mail mails",
        "enjoy": "genießen viel_spaß",
        "evening": "abend abends nachts",
        "february": "februar",
        "food": "essen verpflegung snack*",
        "free": "kostenlos* gratis umsonst kostenfrei*",
        "friday": "freitag*",
        "gift": "geschenk* gutschein*",
        "goggles": "brille* schwimmbrille*",
        "group": "gruppe* gruppen*",
        "happy": "freue freuen glücklich",
        "help": "helf* hilfe hilft weiterhelf*",
        "holiday": "feiertag* ferien urlaub*",
        "hours": """
        öffn* öffnungszeit* geschäftszeit* geöffnet offen offene auf_haben aufhaben habt_ihr_auf haben_sie_auf
        schließ* schliess* geschlossen uhr um_wie_viel_uhr bis_wann wie_lange_haben zu_haben uhrzeit* zeitplan*
        stundenplan* macht_ihr_auf machen_sie_auf macht_auf machen_sie_zu macht_ihr_zu haben_sie_heute_auf
        wie_lange_habt_ihr wie_lange_haben_sie noch_da heute_auf
        """,
        "insurance": "versicher* haftpflicht*",
        "january": "januar jänner",
        "job": """
        job* stelle_frei arbeitsplatz* stellenangebot* bewerb* arbeiten_bei einstell* stellen_sie_ein karriere*
        """,
        "july": "juli",
        "june": "juni",
        "language": "sprache* deutsch englisch spanisch",
        "late": "verspät* zu_spät",
        "lesson": "kurs* stunde* unterricht* lektion* training*",
        "level": "niveau* stufe* level*",
        "lifeguard": "rettungsschwimmer* bademeister*",
        "locker": "spind* schließfach* schließfächer*",
        "long": "dauer* wie_lange minute*",
        "look": "schauen",
        "makeup": "nachhol* nachzuhol* nachgeholt verpass* versäum* ausgefallen* ausfall* ersatz* fehlt gefehlt",
        "march": "märz",
        "meet": "kennenlernen",
        "membership": "mitglied* abo abonnement*",
        "monday": "montag*",
        "month": "monat* monatlich*",
        "morning": "morgens vormittag* früh morgen_früh",
        "november": "november",
        "october": "oktober",
        "online": "online* website* webseite* internet*",
        "parents": "eltern* mutter vater mama papa oma opa",
        "park": "park* geparkt parkplätze* stellplatz* stellplätze*",
        "party": "party* feier* fest",
        "payment": "zahl* bezahl* überweis* anzahlung*",
        "phone": "telefon* anruf* anrufen ruf rufen handy* nummer* telefonnummer* rufnummer*",
        "photo": "foto* video*",
        "picture": "bild*",
        "place": "platz* plätze* freie frei frei_sind",
        "pool": "becken* schwimmbad* bad hallenbad* pool*",
        "price": "preis* kost* gebühr* teuer was_kostet wie_viel_kostet wieviel wie_viel beitrag* beiträge*",
        "private": "privat* einzel*",
        "reach": "erreich* kontakt* kontaktier*",
        "refund": "erstatt* rückerstatt* geld_zurück geld_wieder zurückerstatt* rückzahl* zurückbekomm* zurückzahl*",
        "register": "anmeld* anzumelden melde_an einschreib* registrier* buch* reservier* angemeldet",
        "reschedule": "verschieb* verleg* umbuch*",
        "rules": "regel* hausordnung*",
        "safe": "sicher* sicherheit*",
        "saturday": "samstag* sonnabend*",
        "see": "sehe sehen seht",
        "send": "schick* send*",
        "september": "september",
        "shower": "dusche*",
        "siblings": "geschwister* bruder schwester*",
        "sick": "krank* fieber",
        "start": "beginn* anfang* startet start",
        "sunday": "sonntag*",
        "swim": "schwimm* schwimmen",
        "swimsuit": "badehose* badeanzug* badeanzüge* badekleidung* badesachen schwimmsachen",
        "teacher": "lehrer* trainer* kursleiter*",
        "temperature": "temperatur* warm warmes wärme beheizt* geheizt*",
        "thursday": "donnerstag*",
        "today": "heute",
        "tomorrow": "morgen",
        "towel": "handtuch* handtücher*",
        "trial": "probe* schnupper* test* ausprobier* probier*",
        "tuesday": "dienstag*",
        "wait": "wartelist* warten",
        "water": "wasser*",
        "wednesday": "mittwoch*",
        "week": "woche* wöchentlich*",
        "weekend": "wochenend*",
        "where": "wo",
        "year": "jahr jahre jahren jährlich*",
    },
)
