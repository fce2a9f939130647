# Les doublons : les reconnaître, les fusionner, les défusionner.

duplicates-reason-same-name = Même nom
duplicates-reason-same-sound = Le nom se prononce de la même façon
duplicates-reason-near-name = Nom presque identique
duplicates-reason-name-missing = Un nom en plus ou en moins
duplicates-reason-initial = Prénom abrégé
duplicates-reason-other-family-name = Même prénom, autre nom de famille
duplicates-reason-same-date = Même date de naissance
duplicates-reason-same-year = Même année de naissance (1er janvier)
duplicates-reason-swapped-date = Jour et mois de naissance inversés
duplicates-reason-digit-date = Un seul chiffre de la date de naissance diffère
duplicates-reason-near-year = Année de naissance proche
duplicates-reason-other-date = Autre date de naissance
duplicates-reason-same-phone = Même téléphone
duplicates-reason-other-sex = Autre sexe
problem-patient-merged = Ce dossier est déjà réuni avec un autre. Rien n’a été changé : ouvrez le dossier gardé.
problem-merged-further = Le dossier gardé a lui-même été réuni avec un autre depuis. Rien n’a été changé : défusionnez d’abord celui-là.
problem-not-merged = Ce dossier n’est réuni avec aucun autre. Rien n’a été changé.
problem-two-accounts = Chacun des deux dossiers a son compte patient. Rien n’a été changé : un administrateur délie d’abord l’un des comptes, sur la page des accès du dossier.
field-same-record = Choisissez un autre dossier que celui-ci.
