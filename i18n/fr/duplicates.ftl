# Les doublons : les reconnaître, les fusionner, les défusionner.

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
problem-patient-merged = Ce dossier est déjà réuni avec un autre. Rien n’a été changé : ouvrez le dossier gardé.
problem-merged-further = Le dossier gardé a lui-même été réuni avec un autre depuis. Rien n’a été changé : défusionnez d’abord celui-là.
problem-not-merged = Ce dossier n’est réuni avec aucun autre. Rien n’a été changé.
problem-two-accounts = Chacun des deux dossiers a son compte patient. Rien n’a été changé : un administrateur délie d’abord l’un des comptes, sur la page des accès du dossier.
field-same-record = Choisissez un autre dossier que celui-ci.

duplicates-known = { $count ->
    [one] Cette personne est peut-être déjà enregistrée.
   *[other] Cette personne est peut-être l’une de celles-ci.
}
duplicates-known-kept = Rien n’est encore enregistré. Ce que vous avez saisi est gardé plus bas.
duplicates-probable = Très ressemblant
duplicates-possible = Ressemblant
duplicates-born = Date de naissance : { $date }
duplicates-born-unknown = Date de naissance inconnue
duplicates-phone-ends = Téléphone finissant par { $digits }
duplicates-last-change = Dossier modifié le { $date }
duplicates-this-one = C’est cette personne
duplicates-somebody-else = Non, c’est quelqu’un d’autre
duplicates-merge-with = Fusionner avec…
duplicates-merge-title = Fusionner le dossier de { $name }
duplicates-merge-intro = Cherchez l’autre dossier de la même personne, puis comparez-les. Rien n’est changé avant votre confirmation.
duplicates-compare = Comparer les deux dossiers
duplicates-alike = Dossiers ressemblants
duplicates-compare-title = Est-ce la même personne ?
duplicates-field = Champ
duplicates-kept-record = Dossier gardé
duplicates-other-record = Autre dossier
duplicates-both = Les deux
duplicates-all-kept = Tous gardés
duplicates-entered = Enregistré le
duplicates-nothing = Non renseigné
duplicates-why = Pourquoi est-ce la même personne ? (facultatif)
duplicates-what-happens = Ce qui va se passer
duplicates-happens-record = Le dossier de { $other } rejoint celui de { $kept } : son nom et ses numéros y mènent désormais.
duplicates-happens-numbers = Messages, appels et historique des deux dossiers se lisent ensemble.
duplicates-happens-restricted = Un des dossiers est réservé : le dossier gardé le sera aussi.
duplicates-happens-undo = Rien n’est effacé : vous pourrez défusionner à tout moment.
duplicates-merge = Fusionner les deux dossiers
duplicates-swap = Garder plutôt l’autre dossier
duplicates-merges = Dossiers réunis ici
duplicates-merged-on = Réuni le { $date }.
duplicates-unmerge = Défusionner
duplicates-language-fr = Français
duplicates-language-en = English
