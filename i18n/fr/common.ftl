# Ce que toutes les pages ont en commun.

layout-skip = Aller au contenu
layout-nav = Menu principal
layout-sign-in = Se connecter
layout-sign-out = Se déconnecter
layout-language = Langue
layout-offline = Connexion perdue. Ce que vous écrivez reste ici ; renvoyez-le dès qu’elle revient.
layout-messages = Annonces
layout-home = Revenir à l’accueil
layout-request-id = Numéro de la demande
layout-close = Fermer

role-patient = Patient
role-medecin = Médecin
role-agent = Agent d’accueil
role-manager = Responsable de site
role-admin = Administrateur
role-superadmin = Administrateur de la plateforme

common-save = Enregistrer
common-cancel = Annuler
common-send = Envoyer
common-search = Rechercher
common-add = Ajouter
common-edit = Modifier
common-delete = Supprimer
common-back = Retour
common-close = Fermer
common-confirm = Confirmer
common-refuse = Refuser
common-yes = Oui
common-no = Non
common-more = Afficher plus
common-optional = facultatif
common-none = Aucun
common-loading = Chargement…
common-saved = C’est enregistré.
common-pages = Pages de la liste
common-previous-page = Page précédente
common-next-page = Page suivante
common-page = Page { $page } sur { $pages }
