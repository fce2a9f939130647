# Les patients.

patients-title = Patients
patients-new = Nouveau patient
patients-search = Nom ou numéro
patients-none = Aucun patient ne correspond. Essayez une partie du nom ou du numéro.
patients-count = { $count ->
    [one] { $count } patient
   *[other] { $count } patients
}
patients-shared = Numéro partagé
patients-first-name = Prénom
patients-last-name = Nom
patients-phone = Téléphone
patients-birth-date = Date de naissance
patients-gender = Sexe
patients-gender-unknown = Non renseigné
patients-gender-f = Féminin
patients-gender-m = Masculin
patients-language = Langue des messages
patients-more = Coordonnées et antécédents
patients-email = E-mail
patients-address = Adresse
patients-emergency-contact = Personne à prévenir
patients-emergency-phone = Son téléphone
patients-medical-history = Antécédents
patients-allergies = Allergies
patients-current-medications = Traitement en cours
problem-patient-exists = Ce patient est déjà enregistré avec ce nom et ce numéro. Rien n’a été créé : ouvrez sa fiche.
field-exists = Patient déjà enregistré ({ $id }).
patients-open = Ouvrir sa fiche
patients-created = Le patient est enregistré.
