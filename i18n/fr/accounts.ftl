# Les comptes des patients et le dossier qui leur revient.

accounts-title = Comptes en attente de leur dossier
accounts-waiting = { $count ->
    [one] Un compte de patient attend son dossier
   *[other] { $count } comptes de patients attendent leur dossier
}
accounts-intro = Reliez un compte à un dossier seulement quand vous êtes sûr que c’est la même personne : elle lira ce dossier. Vérifiez une pièce d’identité, ou rappelez le numéro du dossier.
accounts-none = Aucun compte n’attend son dossier.
accounts-made = Compte { $username }, créé le { $date }
accounts-phone-known = Numéro vérifié
accounts-phone-unknown = Numéro non vérifié
accounts-no-phone = Aucun téléphone
accounts-suggested = Dossiers qui pourraient être le sien
accounts-no-suggestion = Aucun dossier ne ressemble à ce compte.
accounts-link = Relier ce dossier
accounts-other = Chercher un autre dossier
accounts-enter = Enregistrer d’abord cette personne comme nouveau patient
accounts-linked = Le dossier de { $name } est relié à son compte.
accounts-undo = Annuler ce lien
accounts-own = Compte du patient :
accounts-unlink = Délier ce compte
problem-record-has-account = Ce dossier a déjà un compte. Rien n’a été changé : déliez d’abord l’autre compte, sur la page du patient.

unlinked-title = Votre dossier n’est pas encore relié à ce compte
unlinked-why = Pour protéger vos informations, la clinique vérifie d’abord que ce compte est bien le vôtre. Rien n’est perdu.
unlinked-step-profile = Complétez votre date de naissance et confirmez votre téléphone : on vous retrouvera plus vite.
unlinked-profile = Ouvrir mon profil
unlinked-step-desk = L’accueil relie votre dossier. Vous pouvez aussi passer à l’accueil avec une pièce d’identité, ou appeler.
unlinked-step-then = Vos rendez-vous et vos consultations apparaîtront ici.
audit-does-patient-accounts = { $actor } a consulté les comptes qui attendent leur dossier.
audit-does-patient-link-account = { $actor } a relié un compte au dossier { $of_patient }.
audit-does-patient-unlink-account = { $actor } a délié le compte du dossier { $of_patient }.
audit-action-patient-accounts = Lister les comptes sans dossier
audit-action-patient-link-account = Relier un compte à un dossier
audit-action-patient-unlink-account = Délier un compte d’un dossier
