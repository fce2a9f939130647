# Notifications de l’application de la clinique, et les appareils qui les reçoivent.

devices-title = Mes appareils
devices-intro = Ces appareils reçoivent les notifications de la clinique, tant que vous y restez connecté et que vous ouvrez l’application au moins une fois par mois.
devices-none = Aucun appareil pour le moment. Ouvrez l’application de la clinique sur votre téléphone et connectez-vous : il s’affichera ici.
devices-here = celui-ci
devices-on-android = Android
devices-on-ios = iPhone ou iPad
devices-on-web = Navigateur
devices-seen = Vu pour la dernière fois le { $at }
devices-forget = Oublier
devices-forget-of = Oublier { $name }

outbox-push = Notification
reason-push = Envoyé en notification.
reason-no_device = L’application n’est sur aucun appareil de cette personne, ou le numéro n’est pas à elle seule.
provider-firebase = Firebase
provider-do-no_device = Ouvrez l’application sur votre téléphone et connectez-vous, puis essayez de nouveau.
provider-do-device_gone = Ouvrez l’application sur votre téléphone et connectez-vous, puis essayez de nouveau.
problem-no-device = Vous n’avez pas d’appareil avec l’application. Ouvrez l’application sur votre téléphone et connectez-vous, puis essayez de nouveau.
problem-no-push = Aucune notification ne part d’ici pour le moment. Rien n’a été modifié. Parlez-en à votre administrateur.
audit-does-device-register = { $actor } a inscrit un appareil pour les notifications.
audit-action-device-register = Inscrire un appareil
audit-does-device-forget = { $actor } a oublié un appareil.
audit-action-device-forget = Oublier un appareil
audit-object-device = Appareil
