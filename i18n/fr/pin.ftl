### Le lien d’un message discret, et le code secret qui l’ouvre.

seal-title = Un message pour vous
seal-from = { $clinic } a un message pour la personne qui connaît le code secret.
seal-pin = Code secret, quatre chiffres
seal-left = { $left ->
    [one] Il reste un essai.
   *[other] Vous avez { $left } essais.
}
seal-open = Lire le message
seal-wrong = Ce n’est pas le bon code.
seal-no-pin = Aucun code secret n’a encore été donné. Demandez-le à l’accueil de la clinique, puis revenez ici.
seal-until = Lisible ici jusqu’à { $time }. Ensuite, le code sera demandé à nouveau.
seal-account = Vous avez un compte ?
seal-sign-in = Connectez-vous.
seal-ask = Pas de code ? Demandez-le à l’accueil.
seal-closed = Trop d’essais : par sécurité, ce message reste fermé.
seal-kept = Rien n’est perdu : { $clinic } garde le message. Appelez la clinique ou passez à l’accueil ; on vous le dira et on vous donnera un nouveau code.
seal-over-title = Ce lien ne montre plus rien
seal-over = Son temps est passé, ou l’adresse est incomplète. Rien n’a été changé. Reprenez le lien de votre dernier message, ou appelez la clinique.

pin-title = Code secret
pin-intro = Avec ces quatre chiffres, vous lisez ce que les messages discrets ne disent pas. Ne les dites à personne.
pin-desk-intro = Avec ces quatre chiffres, le patient lit ce que les messages discrets ne disent pas.
pin-set = Donné le { $day } à { $time }.
pin-not-set = Pas encore donné.
pin-closed = Fermé après trop d’essais : il en faut un nouveau.
pin-give = Donner un nouveau code
pin-give-hint = L’ancien ne servira plus.
pin-once = Retenez-le : il n’est plus montré ensuite. Il est pour vous seul.
pin-desk-once = Dites-le au patient seul : il n’est plus montré ensuite, et personne ne peut le retrouver.
field-not-a-pin = Tapez les quatre chiffres de votre code secret.

audit-does-patient-pin = { $actor } a changé le code secret { $of_patient }.
audit-action-patient-pin = Donner un code secret
audit-my-patient-pin = A donné un nouveau code secret pour vos messages
audit-does-message-open-link = Un message { $of_patient } a été ouvert par son lien, avec le code secret.
audit-action-message-open-link = Message ouvert par son lien
audit-my-message-open-link = A ouvert un de vos messages par son lien, avec le code secret
audit-does-message-close-link = Le lien d’un message { $of_patient } s’est fermé après trois codes faux.
audit-action-message-close-link = Lien fermé par des codes faux
audit-my-message-close-link = A fermé le lien d’un de vos messages par trois codes faux
