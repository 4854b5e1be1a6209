"""French."""

from __future__ import annotations

from shared.knowledge.languages.kinds import Vocabulary

FR = Vocabulary(
    idle="""
    1er 1ère a à à_bientôt à_vous accepte acceptées acceptés acceptez accès_à ai aime aimerais aimerions ait aller
    allons alors après arriver as attention au au_revoir aucun aucune aujourd auquel aussi autorisé autorisés aux
    avance avant avec avec_plaisir avez avis avoir avons ayez bah besoin bien bien_sûr bienvenue bon bon_après_midi
    bon_week_end bonjour bonne bonne_journée bonne_nuit bonne_soirée bonnes bonsoir c ça car cas ce ceci cela celle
    celui centre certain certaine ces cet cette ceux chacun chaque chez chose choses ci combien_d combien_de comme
    comment concerne connaître cordialement coucou d d_abord d_accord dans de de_rien déjà depuis des dès désolé
    désolée dire dis dites dites_moi dois doit doivent donc du école elle elles en enchanté encore encore_là enfin
    ensuite entre es est et étaient était etc été êtes être eu eux exactement excusez existe faire fais faisons fait
    faites faut fois fonctionne fonctionnent fournir fournissez fournit h hein hello il ils info* information*
    intéressé intéressée j je je_vous_en_prie jusqu l la là laquelle le lequel les leur leurs lieu lors lorsque lui m
    ma madame mais mal marche me même mêmes merci mes mesdames messieurs mieux moi moins mon monsieur n ne nécessaire
    nécessaires ni non nos notre nous obligatoire obligatoires ok on ont ou oui par parce pardon parfait partir pas
    passe passer pendant permis peu peut peuvent peux plaisir plaît plus possible pour pourquoi pourrais pourrait
    pourriez pouvez pouvoir pouvons premier* premièr* prendre près prêtez prévu prie propose proposent proposez puis
    puis_je puisque qu quand que quel quelle quelles quelqu quelque quelques quels question questions qui quoi
    quoi_que re renseignement* rien s s_il_vous_plaît sa sais sait salut sans savez savoir se sera serai serais serait
    serez seriez ses si sien sinon soit sommes son sont souhaite souhaiter souhaiterais souhaitez sous spécial
    spéciale spéciales spéciaux stp suis suivant super sur svp t ta tard_dans te tel telle tes toi ton toujours tous
    tout tout_à_fait tout_de_suite toute toutes très trop trouve trouve_t trouver trouverai tu un une va vais vas
    venir venons vers veuillez veut veux via viens vient visiter voici voilà volontiers vont vos votre voudrais
    voudrions voulez vouloir vous vraiment y
    """,
    means={
        "access": "accessib*",
        "address": """
        adresse* situé* situe où_êtes où_vous_trouv* où_se_trouv* emplacement itinéraire y_aller comment_venir
        comment_aller rue
        """,
        "adult": "adulte* grandes_personnes",
        "advanced": "avancé* confirmé*",
        "afternoon": "après_midi aprem",
        "age": "âge* âgé* quel_âge",
        "april": "avril",
        "ask": "demand* poser",
        "assess": "évaluation* évaluer",
        "assist": "assister",
        "assistant": "assistant assistante virtuel virtuelle",
        "august": "août",
        "baby": "bébé* nourrisson* tout_petit* tout_petits",
        "bathroom": "toilette* wc sanitaire*",
        "beginner": "débutant* débuter jamais_nagé",
        "birthday": "anniversaire*",
        "bring": "apporte* amene* amener emporter prévoir prendre_avec",
        "bus": "bus métro train tram",
        "cancel": "annul* résili* désinscri* désist*",
        "card": "carte* cb",
        "cash": "espèces liquide",
        "certified": "certifi* diplôm* qualifi*",
        "change": "chang* modifi* vestiaire*",
        "children": "enfant* fils fille filles garçon* gamin* petit petite petits petites ado ados adolescent*",
        "christmas": "noël réveillon",
        "cold": "froid* fraîche",
        "contract": "contrat* engagement*",
        "day": "jour jours journée journées",
        "december": "décembre",
        "degrees": "degré*",
        "diaper": "couche couches couche_de_bain couches_de_bain",
        "disabled": "handicap* fauteuil roulant",
        "discount": "réduction* remise* rabais promo* tarif_réduit",
        "dog": "chien* animal animaux",
        "easter": "pâques",
        "email": "email* e_mail* mail mails courriel* courrier* adresse_mail adresse_e_mail adresse_email",
        "enjoy": "profitez",
        "evening": "soir soirs soirée soirées nuit",
        "february": "février",
        "food": "manger nourriture goûter repas",
        "free": "gratuit* gratis offert*",
        "friday": "vendredi*",
        "gift": "cadeau* chèque_cadeau bon_cadeau",
        "goggles": "lunettes",
        "group": "groupe* collectif* collective*",
        "happy": "heureux heureuse ravi ravie content contente",
        "help": "aide* aider renseigner",
        "holiday": "férié* vacances jour_férié jours_fériés fêtes",
        "hours": """
        heure* horaire* ouvr* ouvert* ferm* à_quelle_heure quelle_heure heures_d_ouverture horaires_d_ouverture
        ouvert_à ouverts_à heure_d_ouverture
        """,
        "insurance": "assurance* assuré",
        "january": "janvier",
        "job": "emploi* recrut* embauch* poste postes job* travailler candidature*",
        "july": "juillet",
        "june": "juin",
        "language": "langue* anglais français espagnol",
        "late": "retard* en_retard",
        "lesson": "cours leçon* séance* classe* stage*",
        "level": "niveau*",
        "lifeguard": "maître_nageur sauveteur*",
        "locker": "casier*",
        "long": "durée* dure durent combien_de_temps minutes",
        "look": "regarder",
        "makeup": "rattrap* manqu* rater raté* absen* remplac* récupér* loup*",
        "march": "mars",
        "meet": "rencontrer",
        "membership": "abonnement* adhésion* adhér*",
        "monday": "lundi*",
        "month": "mois mensuel*",
        "morning": "matin* matinée*",
        "november": "novembre",
        "october": "octobre",
        "online": "en_ligne site internet",
        "parents": "parent* maman papa mère père grands_parents",
        "park": "parking* parc_auto* stationn* garer gare_t garons garez me_gare se_gare nous_garer voiture*",
        "party": "fête* fêter",
        "payment": "payer paye* paie* paiement* régl* acompte",
        "phone": "téléphon* appel* numéro* joindre",
        "photo": "photo* vidéo*",
        "picture": "image*",
        "place": "place places créneau* disponib*",
        "pool": "piscine* bassin*",
        "price": "prix tarif* coût* cout* combien frais cher chère montant",
        "private": "privé* particulier* particulière* individuel*",
        "reach": "contact* contacter",
        "refund": "rembours* satisfait_ou_remboursé",
        "register": "inscri* enregistr* réserv* m_inscrire",
        "reschedule": "report* décal* déplac*",
        "rules": "règle règles règlement",
        "safe": "sécurité sûreté",
        "saturday": "samedi*",
        "see": "voir vois voit verrai",
        "send": "envoy*",
        "september": "septembre",
        "shower": "douche*",
        "siblings": "frère* soeur* sœur* fratrie*",
        "sick": "malade* fièvre maladie",
        "start": "commenc* débute début",
        "sunday": "dimanche*",
        "swim": "nage* nager natation",
        "swimsuit": "maillot* tenue",
        "teacher": "prof profs professeur* moniteur* monitrice* enseignant* éducateur*",
        "temperature": "température* chaud* chauff* tiède*",
        "thursday": "jeudi*",
        "today": "aujourd_hui",
        "tomorrow": "demain",
        "towel": "serviette*",
        "trial": "essai* essayer tester découverte",
        "tuesday": "mardi*",
        "wait": "liste_d_attente attente attendre",
        "water": "eau eaux",
        "wednesday": "mercredi*",
        "week": "semaine* hebdomadaire*",
        "weekend": "week_end* weekend*",
        "where": "c_est_où où_c_est où_est_ce êtes_où où_ça d_où où_peut_on où_puis_je",
        "year": "an ans année* annuel*",
    },
)
