# Diffusions : un texte à beaucoup de patients

problem-broadcast-begun = Cette diffusion a déjà commencé. Rien n’a été changé ; son suivi est sur sa page.
problem-broadcast-scheduled = Cette diffusion est programmée : seul un administrateur peut encore la changer.
problem-broadcast-not-sending = Cette diffusion n’est pas en cours. Rien n’a été changé.
problem-broadcast-not-paused = Cette diffusion n’est pas en pause. Rien n’a été changé.
problem-broadcast-over = Tout est déjà parti : il n’y a plus rien à annuler.
field-not-with-all = Choisissez tous les patients, ou ce critère, pas les deux.
field-audience-needed = Dites à qui : tous les patients (target_all_patients), un sexe ou un âge.
field-below-min = L’âge maximal est au-dessous de l’âge minimal.
field-same-text-for-all = Le même texte part à tous : écrivez-le sans accolades.
field-tells-health-of-some = Le mot « { $word } » parle d’une maladie, d’un examen ou d’un traitement, et la diffusion ne va qu’à certains patients. Écrivez-la sans ce mot (par exemple « un message vous attend »), ou adressez-la à tous les patients.
field-no-such-site = Ce site n’existe pas. Laissez ce champ vide.
work-queue-outreach_broadcast = Diffusions en cours
audit-object-broadcast = Diffusion
audit-does-broadcast-create = { $actor } a écrit une diffusion.
audit-action-broadcast-create = Écrire une diffusion
audit-does-broadcast-update = { $actor } a changé une diffusion.
audit-action-broadcast-update = Changer une diffusion
audit-does-broadcast-delete = { $actor } a supprimé une diffusion.
audit-action-broadcast-delete = Supprimer une diffusion
audit-does-broadcast-send = { $actor } a lancé une diffusion.
audit-action-broadcast-send = Lancer une diffusion
audit-does-broadcast-schedule = { $actor } a programmé une diffusion.
audit-action-broadcast-schedule = Programmer une diffusion
audit-does-broadcast-pause = { $actor } a mis une diffusion en pause.
audit-action-broadcast-pause = Mettre une diffusion en pause
audit-does-broadcast-resume = { $actor } a repris une diffusion.
audit-action-broadcast-resume = Reprendre une diffusion
audit-does-broadcast-cancel = { $actor } a annulé une diffusion.
audit-action-broadcast-cancel = Annuler une diffusion
audit-does-broadcast-report = { $actor } a consulté le suivi d’une diffusion.
audit-action-broadcast-report = Voir le suivi d’une diffusion
audit-does-broadcast-call-back = { $actor } a rendu compte d’une diffusion ; rien n’en suit.
audit-action-broadcast-call-back = Rendre compte d’une diffusion

event-broadcast = Diffusion à beaucoup de patients
variable-text = le texte de la diffusion
variable-stop = comment ne plus en recevoir, si le patient peut répondre
notice-broadcast = { $clinic } : { $text }{ $stop }
broadcast-stop = Répondez STOP pour ne plus en recevoir.

broadcast-topic-health_tip = Conseil santé
broadcast-topic-reminder = Rappel
broadcast-topic-alert = Alerte
broadcast-topic-info = Information
broadcast-topic-prevention = Prévention
broadcast-state-draft = brouillon
broadcast-state-scheduled = programmée
broadcast-state-sending = envoi en cours
broadcast-state-paused = en pause
broadcast-state-sent = envoyée
broadcast-state-partial = envoyée en partie
broadcast-state-failed = échec
broadcast-state-cancelled = annulée
broadcast-state-simulated = simulée
broadcast-excluded-inactive = Dossier non actif
broadcast-excluded-no_gender = Sexe inconnu
broadcast-excluded-no_birth_date = Date de naissance inconnue
broadcast-excluded-no_number = Aucun numéro
broadcast-excluded-opted_out = Ne veut pas de ces messages
broadcast-excluded-same_number = Reçu sur le même numéro par une autre personne
delivery-state-pending = en attente
delivery-state-sending = envoi en cours
delivery-state-sent = envoyé
delivery-state-delivered = reçu
delivery-state-failed = échec
delivery-state-expired = périmé
delivery-state-cancelled = annulé
delivery-state-refused = non envoyé
delivery-state-simulated = simulé
delivery-state-excluded = non concerné

broadcasts-title = Diffusions
broadcasts-what = Un même texte à beaucoup de patients, jamais la nuit, un seul message par numéro. Rien de personnel.
broadcasts-new = Écrire une diffusion
broadcasts-edit = Changer la diffusion
broadcasts-none = Aucune diffusion pour le moment. Écrivez la première : vous verrez à qui elle va avant de l’envoyer.
broadcasts-no-match = Aucune diffusion ne correspond. Élargissez les critères, ou affichez tout.
broadcasts-count = { $count ->
    [one] { $count } diffusion
   *[other] { $count } diffusions
}
broadcasts-none-such = Personne dans cet état.
broadcasts-name = Titre
broadcasts-name-hint = Pour l’équipe : les patients ne le voient pas.
broadcasts-topic = Catégorie
broadcasts-content = Texte
broadcasts-content-hint = Au plus { $max } signes. Le même pour tous : ni nom, ni résultat, rien de personnel. Le nom de la clinique est ajouté devant.
broadcasts-size = { $count ->
    [one] { $count } SMS
   *[other] { $count } SMS
}, { $units } signes avec le nom de la clinique.
broadcasts-unicode = Des signes de ce texte n’entrent pas dans l’alphabet des SMS : il coûte plus du double.
broadcasts-saved-segments = Écrit avec les lettres de l’alphabet des SMS ; sinon il en faudrait { $count }.
broadcasts-audience = À qui
broadcasts-audience-all = Tous les patients
broadcasts-audience-some = Certains patients
broadcasts-any = Tous
broadcasts-gender = Sexe
broadcasts-gender-F = Femmes
broadcasts-gender-M = Hommes
broadcasts-age-min = Âge minimal
broadcasts-age-max = Âge maximal
broadcasts-age-hint = En années. Sans date de naissance au dossier, une personne n’est pas comptée.
broadcasts-from-age = { $age } ans et plus
broadcasts-to-age = { $age } ans au plus
broadcasts-pace = Messages par minute
broadcasts-pace-hint = Vide, c’est { $pace }. Un rappel passe toujours avant.
broadcasts-check = Enregistrer et vérifier
broadcasts-when = Départ
broadcasts-state = État
broadcasts-gone = Avancement
broadcasts-progress = { $gone } sur { $all }
broadcasts-simulated = Rien n’est vraiment parti : les messages sont dans le simulateur.
broadcasts-preview = Avant d’envoyer
broadcasts-reach = { $count ->
    [0] Personne ne recevrait ce message.
    [one] { $count } personne le recevra.
   *[other] { $count } personnes le recevront.
}
broadcasts-minutes = { $count ->
    [one] Il faut environ une minute.
   *[other] Il faut environ { $count } minutes.
}
broadcasts-segments = { $count ->
    [one] En tout { $count } SMS.
   *[other] En tout { $count } SMS.
}
broadcasts-cost = Coût estimé : { $cost }.
broadcasts-spent = Coût jusqu’ici : { $cost }.
broadcasts-whole = Environ { $cost } quand tout sera parti.
broadcasts-unpriced = { $count ->
    [one] Un message n’est pas compté, son prix n’est pas connu.
   *[other] { $count } messages ne sont pas comptés, leur prix n’est pas connu.
}
broadcasts-left-out = Ne le reçoivent pas
broadcasts-people = { $reason } : { $count }
broadcasts-confirm = Envoyer
broadcasts-confirm-hint = Un message parti ne revient pas. La nuit, de 21 h à 7 h, la diffusion attend le matin.
broadcasts-send = { $count ->
    [one] Envoyer maintenant à { $count } personne
   *[other] Envoyer maintenant à { $count } personnes
}
broadcasts-at = Ou plus tard, le
broadcasts-plan = Programmer
broadcasts-by-admins = Un administrateur peut envoyer cette diffusion.
broadcasts-pause = Mettre en pause
broadcasts-resume = Reprendre
broadcasts-cancel = Annuler la diffusion
broadcasts-report = Suivi par personne
broadcasts-stale = Quelqu’un a changé cette diffusion entre-temps. Vérifiez ce qui suit, puis recommencez.
broadcasts-done-saved = C’est enregistré. Rien n’est encore parti.
broadcasts-done-removed = La diffusion est supprimée.
broadcasts-done-send = C’est parti. L’avancement se voit ici.
broadcasts-done-schedule = C’est programmé.
broadcasts-done-pause = La diffusion est en pause. Ce qui attendait déjà à l’opérateur peut encore partir.
broadcasts-done-resume = La diffusion reprend.
broadcasts-done-cancel = La diffusion est annulée. Ce qui était parti reste envoyé.
