# Consultation records: states, versions, what can go wrong, what is on the trail.
care-status-in-analysis = En analyse
care-status-analysed = À valider
care-status-analysis-failed = Analyse échouée
care-status-validated = Validée
care-status-rejected = Refusée

care-change-created = Créée
care-change-edited = Modifiée
care-change-assigned = Confiée à un médecin
care-change-analysed = Analysée
care-change-analysis-failed = Analyse échouée
care-change-validated = Validée et signée
care-change-rejected = Refusée
care-change-relaunched = Nouvelle analyse demandée
care-change-amended = Corrigée et signée
care-change-deleted = Retirée

problem-already-signed = Cette fiche est signée. Rien n’a été changé ; pour la corriger, signez une nouvelle version avec un motif.
problem-already-rejected = Cette fiche a été refusée. Rien n’a été changé ; demandez une nouvelle analyse pour la rouvrir.
problem-not-signed = Cette fiche n’est pas signée : modifiez-la directement.
problem-nothing-changed = Rien n’est différent de la version signée. Changez au moins un champ.

field-doctor-only = Seul un médecin peut remplir ce champ.
field-read-only = Ce champ ne peut pas être écrit. Retirez-le.
field-outside = Cette valeur doit être comprise entre { $min } et { $max }.
field-in-the-future = Cette date est dans le futur. Vérifiez-la.
field-too-long-ago = Cette date est trop ancienne. Vérifiez l’année.
field-not-a-pressure = Écrivez la tension ainsi : 120/80.
field-pressure-upside-down = Le premier chiffre de la tension doit être le plus grand. Exemple : 120/80.
field-pressure-outside = Cette tension est hors des limites (40 à 300 sur 20 à 200). Vérifiez-la.
field-age-needs-approximate = Cochez « date de naissance approximative » pour donner un âge, ou donnez la date.
field-no-such-doctor = Ce n’est pas un médecin de cette clinique.

scope-read-record = Lire les fiches de consultation
scope-write-record = Créer et modifier les fiches de consultation

audit-object-encounter = Fiche de consultation
audit-object-encounter-list = Liste des fiches

audit-does-encounter-read = { $actor } a ouvert la fiche { $of_patient }.
audit-does-encounter-create = { $actor } a créé une fiche { $of_patient }.
audit-does-encounter-update = { $actor } a modifié la fiche { $of_patient }.
audit-does-encounter-assign = { $actor } a confié la fiche { $of_patient } à un médecin.
audit-does-encounter-analysed = { $actor } a terminé l’analyse de la fiche { $of_patient }.
audit-does-encounter-analysis-failed = { $actor } n’a pas pu analyser la fiche { $of_patient }.
audit-does-encounter-validate = { $actor } a signé la fiche { $of_patient }.
audit-does-encounter-reject = { $actor } a refusé la fiche { $of_patient }.
audit-does-encounter-relaunch = { $actor } a redemandé l’analyse de la fiche { $of_patient }.
audit-does-encounter-amend = { $actor } a corrigé et signé la fiche { $of_patient }.
audit-does-encounter-delete = { $actor } a retiré une fiche { $of_patient }.
audit-does-encounter-message = { $actor } a écrit un message sur la fiche { $of_patient }.
audit-does-encounter-list = { $actor } a consulté la liste des fiches.
audit-does-encounter-search = { $actor } a cherché une fiche.
audit-action-encounter-read = Ouvrir une fiche
audit-action-encounter-create = Créer une fiche
audit-action-encounter-update = Modifier une fiche
audit-action-encounter-assign = Confier une fiche
audit-action-encounter-analysed = Analyse terminée
audit-action-encounter-analysis-failed = Analyse échouée
audit-action-encounter-validate = Signer une fiche
audit-action-encounter-reject = Refuser une fiche
audit-action-encounter-relaunch = Relancer une analyse
audit-action-encounter-amend = Corriger une fiche signée
audit-action-encounter-delete = Retirer une fiche
audit-action-encounter-message = Écrire sur une fiche
audit-action-encounter-list = Voir la liste des fiches
audit-action-encounter-search = Chercher une fiche

audit-my-encounter-read = A ouvert une de vos fiches
audit-my-encounter-create = A créé une fiche pour vous
audit-my-encounter-update = A complété une de vos fiches
audit-my-encounter-validate = A signé une de vos fiches
audit-my-encounter-amend = A corrigé et signé une de vos fiches
audit-my-encounter-message = Vous a écrit au sujet d’une fiche

care-level-vert = vert
care-level-jaune = jaune
care-level-rouge = rouge
care-analysis-by-rules = Analyse sans IA, par les règles de sécurité.
care-analysis-level = Niveau : { $level }
care-analysis-news2 = NEWS2 : { $score }
care-analysis-news2-incomplete = NEWS2 incomplet : { $score } avec ce qui est connu
care-analysis-missing = À compléter : { $fields }

notice-waits-for = { $clinic }. Bonjour { $name }, un document vous attend. Pour le lire, { $link } ou passez à notre accueil.
notice-waits = { $clinic }. Un document vous attend. Pour le lire, { $link } ou passez à notre accueil.
problem-patient-no-phone = Ce patient n’a pas de numéro. Rien n’a été envoyé. Ajoutez un numéro à son dossier, puis réessayez.
problem-opted_out = Ce patient ne veut pas de messages. Rien n’a été envoyé ; parlez-lui à sa prochaine visite.
audit-does-encounter-notify = { $actor } a prévenu le patient de la fiche { $of_patient }.
audit-action-encounter-notify = Prévenir le patient d’une fiche
audit-my-encounter-notify = Vous a prévenu qu’un document vous attend
