# Les pages des fiches de consultation.
consultations-title = Consultations
consultations-search = Nom, numéro, téléphone ou motif
consultations-from = Du
consultations-to = Au
consultations-filter = États
consultations-none = Aucune fiche ici. Changez la recherche, ou commencez une nouvelle consultation.
consultations-count = { $count ->
    [one] Une fiche
   *[other] { $count } fiches
}
consultations-patient = Patient
consultations-state = État
consultations-doctor = Médecin
consultations-when = Date
consultations-of-patient = Ses consultations
consultation-all = Toutes
consultation-mine = À moi
consultation-new = Nouvelle consultation
consultation-edit = Modifier la fiche
consultation-amend = Corriger
consultation-age = Ou âge, si la date est inconnue
consultation-years = ans
consultation-age-years = { $years ->
    [one] { $years } an
   *[other] { $years } ans
}
consultation-age-months = { $months } mois
consultation-more = Plus
consultation-save = Enregistrer la fiche
consultation-amend-sign = Signer la correction
consultation-same-address = Même adresse que le patient
consultation-remote = Consultation à distance
consultation-nothing-found = Examen sans particularité
consultation-undo = Annuler
consultation-unanswered = Sans réponse
consultation-wrong = { $count ->
    [one] Un champ à corriger
   *[other] { $count } champs à corriger
}
consultation-filled = { $count ->
    [one] Un champ rempli
   *[other] { $count } champs remplis
}
consultation-colon = { " :" }
consultation-reason = Motif de la correction
consultation-reason-hint = La version signée reste lisible. Ce motif figure à côté de la nouvelle.
consultation-kept = Enregistré à { $at }
consultation-kept-here = Hors ligne : gardé sur cet appareil
consultation-draft-kept = Vous aviez commencé à remplir cette fiche. Ce que vous tapiez à { $at } est gardé.
consultation-draft-resume = Reprendre ce qui était tapé à { $at }
consultation-draft-again = Reprendre
consultation-draft-drop = Repartir de zéro
consultation-local-kept = Cet appareil a gardé, hors ligne, ce que vous tapiez ici.
consultation-resumed = Repris de ce que vous tapiez à { $at }.
consultation-standing = Dans la fiche : { $text }
consultation-clash = Quelqu’un a modifié cette fiche pendant que vous la remplissiez. Rien n’est perdu : choisissez ci-dessous, puis enregistrez.
consultation-clash-title = Deux versions
consultation-clash-mine = La vôtre :
consultation-clash-theirs = L’autre :
consultation-level-green = Rien d’urgent dans ce qui est noté
consultation-level-none = Pas encore de mesure
consultation-level-yellow = À voir vite
consultation-level-red = Urgence
consultation-score = Score NEWS2 : { $score }.
consultation-score-missing = Il manque : { $fields }.
consultation-sources = Sources
consultation-look = à regarder
consultation-last = Dernière consultation
consultation-motive = Motif
consultation-diagnosis = Diagnostic
consultation-treatment = Traitement
consultation-vitals = Signes vitaux
consultation-no-vitals = Aucun signe vital relevé.
consultation-before = avant : { $value }
consultation-allergy = Allergie : { $what }
consultation-allergy-unnamed = à un médicament qui n’est pas précisé
consultation-no-allergy = Aucune allergie notée.
consultation-whole = Toute la fiche
consultation-conclusion = Conclusion
consultation-signature = Signature
consultation-signature-hint = Votre nom tel qu’il figurera sur la fiche.
consultation-red-seen = J’ai vu les alertes d’urgence et j’en ai tenu compte.
consultation-sign = Signer
consultation-signed = Signée
consultation-signed-by = Signée par { $name }
consultation-reject = Refuser cette fiche
consultation-reject-reason = Pourquoi
consultation-reject-button = Refuser
consultation-rejected-because = Refusée : { $reason }
consultation-because = Motif : { $reason }
consultation-assign = Confier à
consultation-assign-button = Confier
consultation-relaunch = Nouvelle analyse
consultation-messages = Messages avec le patient
consultation-message = Écrire au patient
consultation-versions = { $count ->
    [one] Une version
   *[other] { $count } versions
}
consultation-changed = Cette fiche vient de changer. Ce que vous tapez reste ici.
consultation-reload = Recharger
consultation-field-age = Âge
consultation-field-red_seen = Alertes d’urgence
consultation-field-commentaire = Pourquoi
consultation-field-content = Message
consultation-field-medecin_id = Confier à
consultation-field-reason = Motif de la correction
consultation-field-signature_medecin = Signature
consultation-pdf = PDF
consultation-tell = Prévenez le patient : le message dit qu’un document l’attend, jamais lequel.
consultation-tell-sms = Prévenir par SMS
consultation-tell-whatsapp = Prévenir par WhatsApp
consultation-told = Le message part au patient.
consultation-told-before = Le patient a déjà été prévenu de cette version. Rien n’a été envoyé de plus.
