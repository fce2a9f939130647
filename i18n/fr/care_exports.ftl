# Documents of a record, the patient's own pages, links that show a record, signatures checked.
paper-title = Fiche de consultation
paper-draft = Brouillon
paper-version = Version
paper-page = Page { $page } sur { $pages }
paper-source = Source :
paper-fingerprint = Empreinte
paper-red-flags = Signes d’alerte
paper-measure = Mesure
paper-value = Valeur
paper-unit = Unité
paper-range = Référence
paper-flag = Repère
paper-points = Points
paper-date = Date
paper-test = Analyse
paper-labs = Résultats de laboratoire
paper-conclusion = Conclusion du médecin
paper-references = Références vérifiées
paper-versions = Historique des versions signées
paper-when = Quand
paper-who = Par qui
paper-reason = Motif
paper-signature = Signature
paper-signed-by = Validée et signée par
paper-sha256 = Empreinte SHA-256 de cette version
paper-verify = Vérifier ce document à l’adresse
paper-signature-alt = Signature manuscrite du médecin
paper-qr-alt = Code QR de l’adresse de vérification
paper-status-signed = Validée
paper-status-draft = Non signée
paper-status-rejected = Refusée
paper-born = { $day } ({ $years ->
    [one] { $years } an
   *[other] { $years } ans
 })
paper-doctor = Médecin
paper-mode = Mode
paper-remote = Consultation à distance
paper-score = Score d’alerte précoce (NEWS2)
paper-risk-normal = aucun point
paper-risk-notice = risque faible
paper-risk-high = risque modéré
paper-risk-critical = risque élevé
paper-flag-normal = normal
paper-flag-notice = à surveiller
paper-flag-critical = critique
paper-flag-unusual = inhabituel pour l’âge
paper-flag-low = bas
paper-flag-high = élevé
paper-first-signature = Première validation
paper-day = { $day ->
    [1] 1er
   *[other] { $day }
 } { $month } { $year }
paper-time = { $hour } h { $minute }
paper-moment = { $day } à { $time }
paper-signed-at = Le { $moment } (heure de { $zone })
paper-month-01 = janvier
paper-month-02 = février
paper-month-03 = mars
paper-month-04 = avril
paper-month-05 = mai
paper-month-06 = juin
paper-month-07 = juillet
paper-month-08 = août
paper-month-09 = septembre
paper-month-10 = octobre
paper-month-11 = novembre
paper-month-12 = décembre

problem-not-signed-yet = Le médecin n’a pas encore signé cette fiche. Rien n’est perdu ; revenez quand il l’aura fait.

audit-does-encounter-export = { $actor } a tiré un document de la fiche { $of_patient }.
audit-action-encounter-export = Tirer un document d’une fiche
audit-my-encounter-export = A tiré un document d’une de vos fiches

audit-does-encounter-share = { $actor } a créé un lien vers la fiche { $of_patient }.
audit-does-encounter-unshare = { $actor } a fermé un lien vers la fiche { $of_patient }.
audit-does-encounter-open-link = La fiche { $of_patient } a été ouverte par un lien.
audit-action-encounter-share = Créer un lien vers une fiche
audit-action-encounter-unshare = Fermer un lien vers une fiche
audit-action-encounter-open-link = Fiche ouverte par un lien
audit-my-encounter-share = A créé un lien vers une de vos fiches
audit-my-encounter-unshare = A fermé un lien vers une de vos fiches
audit-my-encounter-open-link = A ouvert une de vos fiches par un lien
audit-program-link = Par un lien

mine-title = Mes consultations
mine-none = Vous n’avez pas encore de consultation ici.
mine-of = Consultation du { $day }
mine-state-signed = Terminée : vous pouvez la lire.
mine-state-again = Vous pouvez la lire. Le médecin la regarde à nouveau.
mine-state-waiting = Le médecin n’a pas encore fini.
mine-state-rejected = Fermée sans conclusion. Écrivez-nous si vous avez une question.
mine-unsigned = Vous lirez ici ce que le médecin conclut, dès qu’il aura signé. En cas d’urgence, n’attendez pas : appelez ou venez.
mine-part-diagnostic = Ce que le médecin a conclu
mine-part-traitement = Votre traitement
mine-part-examen-complementaire = Les examens à faire
mine-part-recommandations = Les conseils du médecin
mine-vitals = Ce qui a été mesuré
mine-vital-temperature = Votre température : { $value } degrés.
mine-vital-tension-arterielle = Votre tension : { $value }.
mine-vital-pouls = Votre cœur battait { $value } fois par minute.
mine-vital-frequence-respiratoire = Vous respiriez { $value } fois par minute.
mine-vital-spo2 = L’oxygène dans votre sang : { $value } sur 100.
mine-vital-poids = Votre poids : { $value } kilos.
mine-reason = Pourquoi vous avez consulté
mine-signed = Signé par { $doctor } le { $day }
mine-pdf = Ouvrir le document (PDF)
mine-messages = Vos messages avec le médecin
mine-no-messages = Pas encore de message. Posez votre question ici.
mine-write = Votre message
mine-send = Envoyer
mine-share = Montrer cette consultation à quelqu’un
mine-share-intro = Vous créez un lien. Celui qui le reçoit lit cette consultation sans mot de passe, jusqu’à l’heure que vous choisissez. Vous pouvez le fermer avant.
mine-lasting = Pendant combien de temps
mine-lasting-1h = 1 heure
mine-lasting-1d = 1 jour
mine-lasting-7d = 7 jours
mine-share-make = Créer le lien
mine-link-once = Voici le lien. Copiez-le maintenant : il ne sera plus affiché.
mine-links = Liens ouverts
mine-link-until = Jusqu’au { $when }
mine-link-by = Créé par { $name }
mine-link-unopened = jamais ouvert
mine-link-opened = { $count ->
    [one] ouvert une fois, le { $when }
   *[other] ouvert { $count } fois, la dernière le { $when }
 }
mine-link-end = Fermer
mine-link-end-of = Fermer le lien valable jusqu’au { $when }

shared-title = Consultation partagée
shared-of = { $name }, consultation du { $day }
shared-until = Ce lien s’ouvre jusqu’au { $day } à { $time }.
shared-keep = Ne le transmettez qu’à ceux qui soignent cette personne.
shared-newer = Depuis que ce lien a été créé, le médecin a signé une nouvelle version. C’est elle que vous lisez.
shared-over-title = Ce lien ne montre rien
shared-over = Il est peut-être incomplet, terminé ou fermé. Demandez un nouveau lien à la personne qui vous l’a donné.

verify-title = Vérifier un document
verify-intro = Tapez le code qui est sur le document, près de la signature. Vous saurez qui l’a signé, et si son contenu a changé.
verify-code = Code du document
verify-code-hint = Les 16 premiers caractères de l’empreinte suffisent ; les espaces ne comptent pas.
verify-check = Vérifier
verify-intact = Signature valable : le contenu n’a pas changé.
verify-superseded = Signature valable, mais le médecin a signé une nouvelle version depuis. Demandez le document à jour.
verify-changed = Attention : le contenu que nous gardons n’est plus celui qui a été signé. Appelez la clinique.
verify-unknown = Nous ne connaissons pas ce code. Vérifiez chaque caractère, puis appelez la clinique si le doute demeure.
verify-clinic = Clinique
verify-number = Numéro
verify-version = Version
verify-signer = Signé par
verify-at = Le
verify-when = { $day } à { $time }
verify-privacy = Comparez le numéro et le nom du médecin avec votre document. Cette page ne dit rien du patient.

audit-does-encounter-import = La fiche { $of_patient } a été importée d’un fichier.
audit-action-encounter-import = Importer une fiche
audit-my-encounter-import = A importé une de vos fiches
audit-program-import = Import
audit-program-export = Export
